//! The answer of `chime task show`: everything about one task.

use chime_types::{
    GetTaskExecutionsResult, RetryPolicy, Task, TaskExecution, TaskExecutionPage, TaskResult,
    TaskStep,
};
use serde_json::Value;

use crate::cli::execution::log::{duration, said, scheduled};
use crate::cli::record::Record;
use crate::cli::record::{answer_json, list_json};
use crate::cli::schedule::show as schedules;
use crate::terminal::{Page, Table, one_line, pairs};
use crate::words::{
    Standing, action_text, execution_state, last_result, number, span, task_state, took, word,
};

/// Most characters of a text in a table.
const MAXIMUM_TEXT: usize = 160;

/// A task and its latest executions.
#[must_use]
pub fn task_details(task: Task, executions: Vec<TaskExecution>) -> Record {
    let mut json = answer_json("get_task", &TaskResult::Ok(task.clone()));
    if let Value::Object(map) = &mut json {
        let latest = list_json(
            "get_task_executions",
            "executions",
            &executions,
            |executions| {
                GetTaskExecutionsResult::Ok(TaskExecutionPage {
                    executions,
                    next_cursor: None,
                    total_executions: task.total_executions,
                })
            },
        );
        map.insert("latest_executions".into(), latest["executions"].clone());
    }
    Standing::of(&task, &executions).put(&mut json);
    Record::of(json, move |page| {
        let rows: Vec<_> = task
            .schedules
            .iter()
            .map(|schedule| (None, schedule))
            .collect();
        let mut parts = vec![
            head(&task, &executions),
            pairs(&facts(&task, page)),
            steps(&task, page),
            schedules::table(page, &rows),
        ];
        parts.push(match executions.as_slice() {
            [] => "It has not run yet.".into(),
            executions => history(&task, executions, page),
        });
        parts.join("\n\n")
    })
}

fn head(task: &Task, executions: &[TaskExecution]) -> String {
    let name = one_line(&task.name, MAXIMUM_TEXT);
    let last = match last_result(task, executions) {
        Some(result) => format!("; last result: {result}"),
        None => String::new(),
    };
    let state = task_state(task, executions);
    format!("Task {}, {name}: {state}{last}", task.id)
}

fn facts(task: &Task, page: &Page<'_>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let mut fact = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    fact(
        "Description",
        Some(task.description.clone()).filter(|text| !text.is_empty()),
    );
    fact(
        "Metadata",
        Some(one_line(&task.metadata, MAXIMUM_TEXT)).filter(|text| !text.is_empty()),
    );
    fact("Owner", Some(task.owner.to_string()));
    fact("Runs as", task.run_as.map(|user| user.to_string()));
    fact(
        "Paused",
        task.disabled
            .then(|| task.pause_reason.clone().unwrap_or_else(|| "yes".into())),
    );
    fact("Priority", Some(word(&task.priority)));
    fact("Retries", Some(retries(&task.retry)));
    fact("Unknown outcome", Some(word(&task.on_unknown)));
    fact(
        "Timeout",
        task.execution_timeout_seconds
            .map(|seconds| format!("{} for a whole execution", span(Some(seconds)))),
    );
    fact(
        "At a time",
        task.maximum_concurrent
            .map(|count| format!("{count} attempts")),
    );
    fact(
        "Pauses itself",
        task.pause_after_failures.map(|count| {
            format!(
                "after {count} failures in a row, {} so far",
                task.consecutive_failures
            )
        }),
    );
    fact(
        "Callback",
        task.callback
            .as_ref()
            .map(|callback| format!("{} of {}", callback.method, callback.canister)),
    );
    fact("Created", Some(page.clock.both(task.created_at)));
    fact(
        "Updated",
        (task.updated_at > task.created_at).then(|| page.clock.both(task.updated_at)),
    );
    fact("Version", Some(task.version.to_string()));
    facts
}

fn retries(retry: &RetryPolicy) -> String {
    let after = |seconds| span(Some(seconds));
    let mut text = match retry.max_retries {
        0 => return "none".into(),
        1 => format!("1, after {}", after(retry.initial_delay_seconds)),
        count => format!(
            "{count}, the first after {}, each further delay {}.{:02} times as long, up to {}",
            after(retry.initial_delay_seconds),
            retry.factor_percent / 100,
            retry.factor_percent % 100,
            after(retry.maximum_delay_seconds)
        ),
    };
    if let Some(percent) = retry.jitter_percent {
        text.push_str(&format!(", up to {percent}% longer"));
    }
    if let Some(seconds) = retry.maximum_age_seconds {
        text.push_str(&format!(", none later than {}", after(seconds)));
    }
    text
}

fn steps(task: &Task, page: &Page<'_>) -> String {
    let named = task.steps.iter().any(|step| step.name.is_some());
    let mut columns = vec!["STEP"];
    columns.extend(named.then_some("NAME"));
    columns.extend(["DOES", "TIMEOUT", "THEN"]);
    let mut table = Table::new(page, &columns).spare(&["TIMEOUT"]);
    for (index, step) in task.steps.iter().enumerate() {
        let mut cells = vec![(index + 1).to_string()];
        cells.extend(named.then(|| step.name.clone().unwrap_or_else(|| "-".into())));
        cells.push(one_line(&action_text(&step.action), MAXIMUM_TEXT));
        cells.push(span(Some(step.timeout_seconds)));
        cells.push(then(step, index + 1 == task.steps.len()));
        table.row(cells);
    }
    table.render()
}

/// What follows a step.
fn then(step: &TaskStep, is_last: bool) -> String {
    let next = match (is_last, step.run_next_after_seconds) {
        (true, _) => "the end".to_string(),
        (false, 0) => "the next".into(),
        (false, seconds) => format!("the next after {}", span(Some(seconds))),
    };
    match step.continue_on_error {
        true => format!("{next}, also on failure"),
        false => next,
    }
}

fn history(task: &Task, executions: &[TaskExecution], page: &Page<'_>) -> String {
    let mut table = Table::new(
        page,
        &["EXECUTION", "SCHEDULED", "STATUS", "TOOK", "OUTPUT"],
    )
    .spare(&["TOOK"]);
    for execution in executions {
        let text = said(execution).unwrap_or_else(|| "-".into());
        table.row([
            execution.id.to_string().into(),
            scheduled(execution, page.clock),
            execution_state(execution).into(),
            duration(execution).map_or_else(|| "-".into(), took).into(),
            text.into(),
        ]);
    }
    let more = task
        .total_executions
        .saturating_sub(executions.len() as u64);
    let foot = match more {
        0 => String::new(),
        _ => format!("\n{} more: chime ps logs {}", number(Some(more)), task.id),
    };
    format!("{}{foot}", table.render())
}
