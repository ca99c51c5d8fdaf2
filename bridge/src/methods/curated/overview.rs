//! `task_overview`: how tasks stand, when they run next, and what is wrong.

use std::collections::BTreeMap;

use chime_types::{
    EmptyRequest, GetTaskExecutionsRequest, GetTaskExecutionsResult, Stats, Task, TaskExecution,
    TaskResult,
};
use serde_json::{Map, Value, json};

use super::super::envelope::ResponseFormat;
use super::super::{CanisterTools, Object, standing, views};
use crate::diagnosis::{ahead, alert_trouble, findings, message_trouble};
use crate::error::{Error, Kind, Result};
use crate::scheduler::{Canister, Latest};
use crate::words::{rfc3339, task_state};

/// Latest executions of one task.
const EXECUTIONS: u32 = 5;

/// Tasks on a page.
const TASKS: usize = 50;

/// Tasks named among those that need attention.
const NEEDING_ATTENTION: usize = 20;

/// Alerts named that may not arrive.
const NAMED_ALERTS: usize = 10;

impl<C: Canister> CanisterTools<C> {
    /// One task or all, as the arguments say.
    pub(in super::super) async fn task_overview(&self, arguments: &Object) -> Result<Value> {
        match arguments.get("task") {
            Some(Value::String(selector)) => self.overview_of(selector).await,
            Some(Value::Number(number)) => self.overview_of(&number.to_string()).await,
            _ => self.overview_of_all(cursor(arguments)?).await,
        }
    }

    async fn overview_of(&self, selector: &str) -> Result<Value> {
        let found = self.scheduler.find_task(selector).await;
        let task = found.map_err(|error| error.at("task"))?;
        let stats = self.scheduler.get_stats(&EmptyRequest {}).await?;
        let page = self
            .scheduler
            .get_task_executions(&GetTaskExecutionsRequest {
                task_id: task.id,
                cursor: None,
                limit: Some(EXECUTIONS),
                status: None,
            })
            .await?;
        let json = self.json_of("get_task", &TaskResult::Ok(task.clone()))?;
        let pages = GetTaskExecutionsResult::Ok(page.clone());
        let shown = self.json_of("get_task_executions", &pages)?;
        let none = Vec::new();
        let items = shown["executions"].as_array().unwrap_or(&none).iter();
        let pairs = items.zip(&page.executions);
        let executions: Vec<_> = pairs
            .map(|(json, execution)| views::execution(json, execution))
            .collect();
        let found = findings(&task, stats.now_at);
        let mut wrong: Vec<_> = found.into_iter().map(|finding| finding.text).collect();
        wrong.extend(stuck(&task, &page.executions));
        wrong.extend(troubles(&stats));
        let mut view = views::task(&json, &task, views::OVERVIEW);
        let latest = Latest::new(&task, page.executions);
        standing::put(&mut view, &task, &latest, ResponseFormat::Concise);
        Ok(json!({
            "now_at": rfc3339(stats.now_at),
            "task": view,
            "wrong": wrong,
            "latest_executions": executions,
        }))
    }

    async fn overview_of_all(&self, after: Option<u64>) -> Result<Value> {
        let mut tasks = self.scheduler.all_tasks().await?;
        tasks.sort_by_key(|task| task.id);
        let latest = self.scheduler.latest(&tasks).await?;
        let stats = self.scheduler.get_stats(&EmptyRequest {}).await?;
        let rest = tasks
            .iter()
            .filter(|task| after.is_none_or(|after| task.id > after));
        let shown: Vec<_> = rest.clone().take(TASKS).collect();
        let next_cursor = match rest.count() > TASKS {
            true => shown.last().map(|task| task.id.to_string()),
            false => None,
        };
        let mut view = match after {
            None => summary(&tasks, &latest, &stats),
            Some(_) => Map::new(),
        };
        if after.is_none() {
            let alerts = self.scheduler.all_alerts().await?;
            let wrong: Vec<_> = alerts
                .iter()
                .filter_map(|alert| Some(alert_trouble(alert)?.sentence(alert)))
                .take(NAMED_ALERTS)
                .collect();
            if !wrong.is_empty() {
                view.insert("alerts".to_string(), json!(wrong));
            }
        }
        let lines: Vec<_> = shown.into_iter().map(|task| line(task, &latest)).collect();
        view.insert("tasks".to_string(), json!(lines));
        view.insert("next_cursor".to_string(), json!(next_cursor));
        Ok(Value::Object(view))
    }
}

fn cursor(arguments: &Object) -> Result<Option<u64>> {
    let given = match arguments.get("cursor") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_u64(),
    };
    given.map(Some).ok_or_else(|| {
        Error::new(
            Kind::InvalidArgument,
            "expected the next_cursor of the page before",
            "leave it out to begin",
        )
        .at("cursor")
    })
}

/// Executions that do not go on until somebody does something.
fn stuck(task: &Task, executions: &[TaskExecution]) -> Vec<String> {
    let ahead = executions.iter().filter_map(|execution| {
        let ahead = ahead(task, execution).filter(|ahead| ahead.needs_somebody)?;
        Some(format!("Execution {}: {}", execution.id, ahead.text))
    });
    ahead.collect()
}

/// What is said once, before the tasks.
fn summary(tasks: &[Task], latest: &Latest, stats: &Stats) -> Map<String, Value> {
    let mut by_state: BTreeMap<&str, usize> = BTreeMap::new();
    let mut attention = Vec::new();
    for task in tasks {
        let executions = latest.of(task);
        *by_state.entry(task_state(task, executions)).or_default() += 1;
        let found = findings(task, stats.now_at).into_iter();
        let problems = found.filter(|finding| finding.is_problem);
        let mut wrong: Vec<_> = problems.map(|finding| finding.text).collect();
        wrong.extend(stuck(task, executions));
        if !wrong.is_empty() {
            attention.push(json!({ "id": task.id.to_string(), "name": task.name, "wrong": wrong }));
        }
    }
    let more = attention.len().saturating_sub(NEEDING_ATTENTION);
    attention.truncate(NEEDING_ATTENTION);
    let mut view = Map::from_iter([
        ("now_at".to_string(), json!(rfc3339(stats.now_at))),
        ("total_tasks".to_string(), json!(tasks.len())),
        ("by_state".to_string(), json!(by_state)),
        ("completed_today".to_string(), json!(stats.completed_today)),
        ("failed_today".to_string(), json!(stats.failed_today)),
        ("dead_letters".to_string(), json!(stats.dead_letters)),
        ("needs_attention".to_string(), json!(attention)),
    ]);
    if more > 0 {
        view.insert("needing_attention_besides".to_string(), json!(more));
    }
    let troubles = troubles(stats);
    if !troubles.is_empty() {
        view.insert("scheduler".to_string(), json!(troubles));
    }
    view
}

/// What is wrong with the scheduler as a whole.
fn troubles(stats: &Stats) -> Vec<String> {
    let mut troubles = Vec::new();
    if stats.cycles_low {
        troubles.push(format!(
            "The scheduler has too few cycles ({}): nothing new is started.",
            stats.cycles
        ));
    }
    if stats.budget.is_some_and(|it| it.begins_anew_at.is_some()) {
        troubles
            .push("Your budget of cycles is used up: your slots are skipped (get_me).".to_string());
    }
    if stats.agenda > 0 && stats.timer_armed_at.is_none() {
        troubles.push("The scheduler's timer is not armed: nothing fires.".to_string());
    }
    troubles.extend(message_trouble(stats));
    troubles
}

/// A task among many.
fn line(task: &Task, latest: &Latest) -> Value {
    let schedules: Vec<_> = task
        .schedules
        .iter()
        .map(|schedule| {
            let off = if schedule.disabled { ", disabled" } else { "" };
            format!("{} ({}){off}", schedule.description, schedule.timezone)
        })
        .collect();
    let first = task
        .schedules
        .iter()
        .min_by_key(|schedule| schedule.next_run_at.unwrap_or(u64::MAX));
    let next =
        first.and_then(|schedule| Some(views::moment(schedule.next_run_at?, &schedule.timezone)));
    let all = json!({
        "id": task.id.to_string(),
        "name": task.name,
        "status": task.status,
        "schedules": schedules,
        "next_run": next,
        "last_run_at": task.last_run_at.map(rfc3339),
    });
    let mut line = all;
    standing::put(&mut line, task, latest, ResponseFormat::Concise);
    if let Value::Object(members) = &mut line {
        members.retain(|_, value| !value.is_null());
    }
    line
}

#[cfg(test)]
mod tests {
    use chime_types::{ExecutionStatus, WaitReason};

    use super::*;
    use crate::fixtures::{execution, task};

    #[test]
    fn should_name_a_command_that_no_worker_takes() {
        let waiting = |reason| TaskExecution {
            waiting_for: Some(reason),
            ..execution(ExecutionStatus::Waiting)
        };
        let executions = [waiting(WaitReason::Worker), waiting(WaitReason::Snooze)];
        let stuck = stuck(&task(7, "report"), &executions);
        assert_eq!(stuck.len(), 1, "{stuck:?}");
        assert!(
            stuck[0].starts_with("Execution 1: It waits for a worker"),
            "{stuck:?}"
        );
    }
}
