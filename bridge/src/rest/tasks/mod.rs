//! Tasks: `/api/task`.

mod changes;
mod view;

use chime_types::{RunTaskNowRequest, Task, TaskRequest};
use serde_json::json;

pub use changes::{create, update};
pub use view::resource;

use super::ask::Ask;
use super::document::{Answer, Resource};
use super::executions;
use super::paging::{chosen, page_of, with_place};
use super::problem::{Outcome, Problem};
use super::query::wrong;
use crate::methods::Object;
use crate::methods::records::request_of;
use crate::scheduler::Latest;

/// Tasks of a page whose executions may be asked for besides.
const INCLUDING: usize = 50;

/// Executions of each task that are answered besides.
const INCLUDED: usize = 5;

/// Lists the tasks. Without conditions and in the order of their numbers no more are read than up to the
/// page; else all are looked at.
pub async fn list(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let scheduler = ask.scheduler();
    let query = &ask.query;
    if query.columns().next().is_none() {
        let most = query.number.saturating_mul(query.size);
        let (tasks, total) = scheduler.first_tasks(most).await?;
        let shown: Vec<_> = tasks.into_iter().skip(most - query.size).collect();
        let latest = scheduler.latest(&shown).await?;
        let page = shown.iter().map(|task| resource(task, &latest)).collect();
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let answer = with_place(page, total, query, &ask.path, &ask.query_text);
        return with_executions(&ask, &shown, answer).await;
    }
    let all = scheduler.all_tasks().await?;
    let latest = match query.columns().any(view::is_standing) {
        true => scheduler.latest(&all).await?,
        false => Latest::default(),
    };
    let is_light = query.columns().all(view::is_light);
    let rows = all.iter().map(|task| match is_light {
        true => view::light(task),
        false => resource(task, &latest),
    });
    let found = chosen(rows.collect(), query)?;
    let page = page_of(found, query, &ask.path, &ask.query_text);
    let shown = of_page(&page, all);
    let latest = scheduler.latest(&shown).await?;
    let shown_page: Vec<_> = shown.iter().map(|task| resource(task, &latest)).collect();
    let answer = page.with_resources(shown_page);
    with_executions(&ask, &shown, answer).await
}

/// The tasks of a page, in its order.
fn of_page(page: &Answer, all: Vec<Task>) -> Vec<Task> {
    let mut by_id: std::collections::HashMap<_, _> = all
        .into_iter()
        .map(|task| (task.id.to_string(), task))
        .collect();
    let ids = page.resources().iter().map(|resource| &resource.id);
    ids.filter_map(|id| by_id.remove(id)).collect()
}

/// The same answer with the latest executions of the tasks, if they were asked for.
async fn with_executions(ask: &Ask, tasks: &[Task], answer: Answer) -> Outcome<Answer> {
    let mut is_wanted = false;
    for name in &ask.query.include {
        match name.as_str() {
            "executions" => is_wanted = true,
            other => {
                let rule = format!("nothing called {other:?} belongs to a task");
                return Err(wrong(
                    "include",
                    rule,
                    "include executions, or leave it out",
                ));
            }
        }
    }
    if !is_wanted {
        return Ok(answer);
    }
    if tasks.len() > INCLUDING {
        let rule = format!("executions are given besides for {INCLUDING} tasks at most");
        return Err(wrong("include", rule, "ask for a smaller page"));
    }
    let mut included = Vec::new();
    let mut resources: Vec<Resource> = answer.resources().to_vec();
    for (task, resource) in tasks.iter().zip(&mut resources) {
        let latest = ask.scheduler().executions(task.id, None, INCLUDED).await?;
        let ids: Vec<_> = latest.iter().map(|it| it.id.to_string()).collect();
        *resource = resource.clone().related(
            "executions",
            format!("/api/task/{}/executions", task.id),
            Some(("execution", &ids)),
        );
        included.extend(latest.iter().map(executions::resource));
    }
    Ok(answer.with_resources(resources).with_included(included))
}

/// Shows a task.
pub async fn read(ask: Ask) -> Outcome<Answer> {
    ask.query.refuse_rest()?;
    let task_id = ask.number()?;
    let task = ask.scheduler().get_task(&TaskRequest { task_id }).await?;
    let tasks = [task];
    let latest = ask.scheduler().latest(&tasks).await?;
    let answer = Answer::one(resource(&tasks[0], &latest));
    with_executions(&ask, &tasks, answer).await
}

/// Removes a task.
pub async fn delete(ask: Ask) -> Outcome<Answer> {
    let task_id = ask.number()?;
    if ask.if_match()?.is_some() {
        let task = ask.scheduler().get_task(&TaskRequest { task_id }).await?;
        ask.require_version(task.version)?;
    }
    ask.scheduler()
        .delete_task(&TaskRequest { task_id })
        .await?;
    Ok(Answer::nothing())
}

/// Runs a task now.
pub async fn run(ask: Ask) -> Outcome<Answer> {
    let task_id = ask.number()?;
    let mut attributes = match &ask.document {
        Some(_) => ask.attributes("execution")?,
        None => Object::new(),
    };
    attributes.insert("task_id".to_string(), json!(task_id.to_string()));
    let request = request_of("run_task_now", &attributes);
    let request: RunTaskNowRequest =
        request.map_err(|error| Problem::from(error).in_attributes())?;
    let request = RunTaskNowRequest {
        idempotency_key: ask.idempotency_key()?.or(request.idempotency_key),
        ..request
    };
    let execution = ask.scheduler().run_task_now(&request).await;
    let execution = execution.map_err(|error| Problem::from(error).in_attributes())?;
    Ok(Answer::made(executions::resource(&execution)))
}
