//! Executions: `/api/execution`, and those of a task.

use std::cmp::Reverse;

use chime_types::{
    CancelExecutionRequest, ExecutionRequest, ExecutionResult, ExecutionStatus,
    GetTaskExecutionsRequest, RetryExecutionRequest, Task, TaskExecution, TaskRequest,
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::ask::Ask;
use super::document::{Answer, Resource};
use super::paging::{chosen, page_of, with_place};
use super::problem::{Outcome, Problem};
use super::query::wrong;
use crate::diagnosis::explain;
use crate::error::{Error, Result};
use crate::methods::Object;
use crate::methods::records::{answer_json, request_of};
use crate::scheduler::Scheduler;
use crate::words::{execution_state, took};

/// Tasks whose executions are looked at for those of all tasks: those that ran last.
const TASKS_LOOKED_AT: usize = 25;

/// Executions of each of them.
const LOOKED_AT: usize = 20;

const LOOKS_AT_ONCE: usize = 8;

/// An execution.
pub fn resource(execution: &TaskExecution) -> Resource {
    let record = answer_json("get_execution", &ExecutionResult::Ok(execution.clone()));
    let mut attributes = match record {
        Value::Object(members) => members,
        _ => Object::new(),
    };
    attributes.shift_remove("id");
    attributes.insert("state".into(), json!(execution_state(execution)));
    let span = execution.started_at.zip(execution.finished_at);
    let span = span.map(|(from, to)| took(to.saturating_sub(from)));
    attributes.insert("took".into(), json!(span));
    let task_id = execution.task_id.to_string();
    let mut resource = Resource::new("execution", execution.id.to_string(), attributes);
    let task = json!({
        "links": { "related": format!("/api/task/{task_id}") },
        "data": { "type": "task", "id": task_id },
    });
    resource.relationships.insert("task".to_string(), task);
    resource
}

/// Lists the executions of the task in the path.
pub async fn of_task(mut ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let task_id = ask.number()?;
    let status = ask.query.take_equal("status");
    page(&ask, task_id, status).await
}

/// Lists the executions of a task, or the latest ones of all.
pub async fn list(mut ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    if let Some(task) = ask.query.take_equal("task_id") {
        let task_id = ask.scheduler().find_task(&task).await?.id;
        let status = ask.query.take_equal("status");
        return page(&ask, task_id, status).await;
    }
    let tasks = ask.scheduler().all_tasks().await?;
    let latest = latest_of(ask.scheduler(), tasks).await?;
    let found = chosen(latest.iter().map(resource).collect(), &ask.query)?;
    Ok(page_of(found, &ask.query, &ask.path, &ask.query_text))
}

/// The latest executions of those of these tasks that ran last, the newest first.
pub async fn latest_of(scheduler: &Scheduler, mut tasks: Vec<Task>) -> Result<Vec<TaskExecution>> {
    tasks.sort_by_key(|task| Reverse((task.active_executions > 0, task.last_run_at)));
    let ids: Vec<u64> = tasks
        .iter()
        .take(TASKS_LOOKED_AT)
        .map(|task| task.id)
        .collect();
    let looks = stream::iter(ids.into_iter().map(|id| async move {
        let executions = scheduler.executions(id, None, LOOKED_AT).await?;
        Ok::<_, Error>(executions)
    }));
    let found: Vec<_> = looks.buffer_unordered(LOOKS_AT_ONCE).try_collect().await?;
    let mut all: Vec<_> = found.into_iter().flatten().collect();
    all.sort_by_key(|execution| Reverse(execution.id));
    Ok(all)
}

/// A page of the executions of a task: read up to it where the order is theirs, else from all.
async fn page(ask: &Ask, task_id: u64, status: Option<String>) -> Outcome<Answer> {
    let status = status.map(|name| status_of(&name)).transpose()?;
    let (query, scheduler) = (&ask.query, ask.scheduler());
    if query.columns().next().is_some() {
        let all = scheduler.executions(task_id, status, usize::MAX).await?;
        let found = chosen(all.iter().map(resource).collect(), query)?;
        return Ok(page_of(found, query, &ask.path, &ask.query_text));
    }
    let most = query.number.saturating_mul(query.size);
    let read = scheduler.executions(task_id, status, most).await?;
    let total = match status {
        // Of one status nobody has counted them: what was read, and one page more if that was full.
        Some(_) if read.len() == most => most + 1,
        Some(_) => read.len(),
        None => {
            let request = GetTaskExecutionsRequest {
                task_id,
                cursor: None,
                limit: Some(1),
                status: None,
            };
            let first = scheduler.get_task_executions(&request).await?;
            usize::try_from(first.total_executions).unwrap_or(usize::MAX)
        }
    };
    let shown = read.iter().skip(most - query.size).map(resource);
    let answer = with_place(shown.collect(), total, query, &ask.path, &ask.query_text);
    Ok(match status {
        Some(_) => answer.with_meta("total_is_at_least", json!(read.len() == most)),
        None => answer,
    })
}

fn status_of(name: &str) -> Outcome<ExecutionStatus> {
    serde_json::from_value(json!(name)).map_err(|_| {
        wrong(
            "status",
            format!("{name:?} is no status of an execution"),
            "give one of ready, running, waiting, completed, failed, timed_out, cancelled, skipped, missed",
        )
    })
}

/// Shows an execution, and why it failed.
pub async fn read(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let execution_id = ask.number()?;
    let scheduler = ask.scheduler();
    let execution = scheduler
        .get_execution(&ExecutionRequest { execution_id })
        .await?;
    let mut shown = resource(&execution);
    if matches!(
        execution.status,
        ExecutionStatus::Failed | ExecutionStatus::TimedOut
    ) {
        let task_id = execution.task_id;
        let task = scheduler.get_task(&TaskRequest { task_id }).await?;
        let why = explain(&task, &execution);
        let remedies: Vec<_> = why.remedies.iter().map(|remedy| remedy.text()).collect();
        shown.attributes.insert(
            "explanation".to_string(),
            json!({
                "summary": why.summary,
                "likely_cause": why.likely_cause,
                "goes_on_by_itself": why.goes_on_by_itself,
                "remedies": remedies,
            }),
        );
    }
    Ok(Answer::one(shown))
}

/// Runs an execution again.
pub async fn retry(ask: Ask) -> Outcome<Answer> {
    let request: RetryExecutionRequest = of_path(&ask, "retry_execution")?;
    let execution = ask.scheduler().retry_execution(&request).await;
    let execution = execution.map_err(|error| Problem::from(error).in_attributes())?;
    Ok(Answer::made(resource(&execution)))
}

/// Stops an execution.
pub async fn cancel(ask: Ask) -> Outcome<Answer> {
    let request: CancelExecutionRequest = of_path(&ask, "cancel_execution")?;
    let execution = ask.scheduler().cancel_execution(&request).await;
    let execution = execution.map_err(|error| Problem::from(error).in_attributes())?;
    Ok(Answer::one(resource(&execution)))
}

/// The request of a method about the execution in the path, with the attributes that were sent.
fn of_path<R: candid::CandidType + serde::de::DeserializeOwned>(
    ask: &Ask,
    method: &str,
) -> Outcome<R> {
    let id = ask.number()?;
    let mut attributes = match &ask.document {
        Some(_) => ask.attributes("execution")?,
        None => Object::new(),
    };
    attributes.insert("execution_id".to_string(), json!(id.to_string()));
    request_of(method, &attributes).map_err(|error| Problem::from(error).in_attributes())
}
