//! The answer of `chime ps logs`: what became of a task's runs, the newest first.

use chime_types::{Attempt, Outcome, Task, TaskExecution, WaitReason};
use serde::Serialize;

use crate::cli::task::list::status_name;
use crate::terminal::{Answer, Page, Table, Text, last_line, one_line};
use crate::words::{Clock, execution_state, last_error, rfc3339, task_state, took};

/// Most characters of a result or a line of the log in a table.
const MAXIMUM_TEXT: usize = 160;
/// Most lines of the log in one row of a table.
const MAXIMUM_LINES: usize = 8;

/// Executions of a task.
#[derive(Serialize, Debug)]
pub struct ExecutionLog {
    task_id: String,
    task_name: String,
    status: &'static str,
    state: &'static str,
    executions: Vec<ExecutionRow>,
    total_executions: u64,
}

/// One execution.
#[derive(Serialize, Clone, Debug)]
pub struct ExecutionRow {
    execution_id: String,
    scheduled_at: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    attempt: u32,
    status: &'static str,
    /// The status, and of what waits for what: `retrying`, `waiting for a worker`.
    state: &'static str,
    logs: Vec<String>,
    result: Option<String>,
    /// That of the last attempt while it goes on.
    error: Option<String>,
    #[serde(skip)]
    whole: TaskExecution,
}

impl From<TaskExecution> for ExecutionRow {
    fn from(execution: TaskExecution) -> Self {
        Self {
            execution_id: execution.id.to_string(),
            scheduled_at: rfc3339(execution.scheduled_at),
            started_at: execution.started_at.map(rfc3339),
            finished_at: execution.finished_at.map(rfc3339),
            attempt: execution.attempt,
            status: execution.status.name(),
            state: execution_state(&execution),
            logs: execution
                .logs
                .iter()
                .map(|entry| entry.message.clone())
                .collect(),
            result: execution.result.clone(),
            error: last_error(&execution).map(str::to_string),
            whole: execution,
        }
    }
}

impl ExecutionLog {
    /// Executions of `task`, of which there are `total_executions`.
    #[must_use]
    pub fn new(task: &Task, executions: Vec<TaskExecution>, total_executions: u64) -> Self {
        Self {
            task_id: task.id.to_string(),
            task_name: task.name.clone(),
            status: status_name(task),
            state: task_state(task, &executions),
            executions: executions.into_iter().map(ExecutionRow::from).collect(),
            total_executions,
        }
    }

    /// The same, with how the task stands by more executions than are shown.
    #[must_use]
    pub fn in_state(self, state: &'static str) -> Self {
        Self { state, ..self }
    }
}

impl Answer for ExecutionLog {
    fn text(&self, page: &Page<'_>) -> String {
        let name = one_line(&self.task_name, MAXIMUM_TEXT);
        let head = format!("Task {}, {name}: {}", self.task_id, self.state);
        if self.executions.is_empty() {
            let rest = if self.total_executions == 0 {
                "It has not run yet."
            } else {
                "No executions on this page."
            };
            return format!("{head}. {rest}");
        }
        let columns = [
            "Execution",
            "Scheduled",
            "Status",
            "Attempts",
            "Took",
            "Details",
        ];
        let mut table = Table::new(page, &columns)
            .spare(&["Took", "Attempts"])
            .wrapping();
        self.executions
            .iter()
            .for_each(|row| table.row(row.cells(page.clock)));
        let counts = format!(
            "{} of {} executions, newest first; times in {}",
            self.executions.len(),
            self.total_executions,
            page.clock.zone_name()
        );
        format!("{head}\n\n{}\n\n{counts}", table.render())
    }
}

impl ExecutionRow {
    /// The execution in a sentence: `3 completed in 2ms: still here`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut text = format!("{} {}", self.execution_id, self.state);
        if let Some(duration) = duration(&self.whole) {
            text.push_str(&format!(" in {}", took(duration)));
        }
        if let Some(said) = said(&self.whole) {
            text.push_str(&format!(": {said}"));
        }
        text
    }

    fn cells(&self, clock: &Clock) -> Vec<Text> {
        let execution = &self.whole;
        let attempts = execution.attempts.len().max(execution.attempt as usize);
        vec![
            self.execution_id.as_str().into(),
            scheduled(execution, clock),
            self.state.into(),
            attempts.to_string().into(),
            duration(execution).map_or_else(|| "-".into(), took).into(),
            details(execution, clock).join("\n").into(),
        ]
    }
}

/// The slot, and how many slots the record stands for.
pub(in crate::cli) fn scheduled(execution: &TaskExecution, clock: &Clock) -> Text {
    match execution.slots {
        0 | 1 => clock.cell(execution.scheduled_at),
        slots => {
            let at = execution.scheduled_at;
            let to = |until: String| format!(" to {until}");
            let until = execution.slots_until;
            let (long, short) = (
                until.map_or_else(String::new, |until| to(clock.both(until))),
                until.map_or_else(String::new, |until| to(clock.short(until))),
            );
            Text::forms([
                format!("{}{long}, {slots} slots", clock.both(at)),
                format!("{}{short}, {slots} slots", clock.short(at)),
            ])
        }
    }
}

/// From the first attempt to the end.
pub(in crate::cli) fn duration(execution: &TaskExecution) -> Option<u64> {
    Some(execution.finished_at?.saturating_sub(execution.started_at?))
}

/// The log, what became of each attempt if there is more to say of them than of the end, and the end.
/// Of a failure each shows the last line, and none twice.
pub(in crate::cli) fn details(execution: &TaskExecution, clock: &Clock) -> Vec<String> {
    let mut lines = Vec::new();
    let left_out = execution.logs.len().saturating_sub(MAXIMUM_LINES);
    if left_out > 0 {
        lines.push(format!("({left_out} older lines; -o json shows all)"));
    }
    lines.extend(
        execution
            .logs
            .iter()
            .skip(left_out)
            .map(|entry| one_line(&entry.message, MAXIMUM_TEXT)),
    );
    let goes_on = !execution.status.is_final() && last_error(execution).is_some();
    if execution.attempts.len() > 1 || goes_on {
        lines.extend(execution.attempts.iter().map(attempt_text));
    }
    let said = execution.logs.last().map(|entry| &entry.message);
    let result = execution
        .result
        .as_ref()
        .filter(|result| Some(*result) != said);
    let told = |cause: &String| lines.last().is_some_and(|line| line.ends_with(cause));
    let end = match (result, &execution.error) {
        (Some(text), _) => Some(format!("result: {}", one_line(text, MAXIMUM_TEXT))),
        (None, Some(error)) => Some(last_line(error))
            .filter(|cause| !told(cause))
            .map(|cause| format!("error: {cause}")),
        (None, None) => None,
    };
    lines.extend(end);
    lines.extend(waiting(execution, clock));
    lines
}

fn waiting(execution: &TaskExecution, clock: &Clock) -> Option<String> {
    let reason = match execution.waiting_for? {
        WaitReason::StepDelay => "next step",
        WaitReason::RetryBackoff => "next attempt",
        WaitReason::Snooze => "snoozed until",
        WaitReason::Worker => {
            return Some("no worker has taken it: `chime worker` runs commands".into());
        }
        WaitReason::Budget => "its owner's cycles are used up until",
        WaitReason::Sleep => "sleeps until",
        WaitReason::Diverged => {
            return Some(
                "its codex was changed and does not fit what was done already: `chime execution resume`"
                    .into(),
            );
        }
        WaitReason::OwnerDisabled => return Some("held back: its owner is disabled".into()),
    };
    Some(format!("{reason} {}", clock.both(execution.wake_at?)))
}

/// One attempt in words: `attempt 2 of step 1 failed after 350ms: no such method`. Of its error it has
/// the last line, which names the cause.
#[must_use]
pub fn attempt_text(attempt: &Attempt) -> String {
    let mut text = attempt_head(attempt);
    if let Some(error) = &attempt.error {
        text.push_str(&format!(": {}", last_line(error)));
    }
    text
}

/// The same without the error: `attempt 2 of step 1 failed after 350ms`.
pub(in crate::cli) fn attempt_head(attempt: &Attempt) -> String {
    let outcome = match attempt.outcome {
        Outcome::Running => "is running",
        Outcome::Completed => "completed",
        Outcome::Failed => "failed",
        Outcome::TimedOut => "timed out",
        Outcome::Unknown => "ended with an unknown outcome",
        Outcome::Cancelled => "was cancelled",
        Outcome::Lost => "was lost by its worker",
        Outcome::Snoozed => "was snoozed",
    };
    let step = u64::from(attempt.step) + 1;
    let mut text = format!("attempt {} of step {step} {outcome}", attempt.number);
    if let Some(finished_at) = attempt.finished_at {
        text.push_str(&format!(
            " after {}",
            took(finished_at.saturating_sub(attempt.started_at))
        ));
    }
    text
}

/// The most telling line of an execution: the last one of its error, or of its last attempt's while it
/// goes on; else what it wrote last, else its result.
pub(in crate::cli) fn said(execution: &TaskExecution) -> Option<String> {
    if let Some(error) = last_error(execution) {
        return Some(last_line(error));
    }
    let line = execution.logs.last().map(|entry| &entry.message);
    let said = line.or(execution.result.as_ref())?;
    Some(one_line(said, MAXIMUM_TEXT))
}

/// An execution in one line, for following: time, task, execution, state, what came of it.
#[must_use]
pub fn follow_line(task_name: &str, execution: &TaskExecution, clock: &Clock) -> String {
    let at = execution
        .finished_at
        .or(execution.started_at)
        .unwrap_or(execution.scheduled_at);
    let mut line = format!(
        "{}  {}  #{}  {}",
        clock.time_of_day(at),
        one_line(task_name, 40),
        execution.id,
        execution_state(execution),
    );
    if execution.attempt > 1 && execution.status.is_final() {
        line.push_str(&format!(" (attempt {})", execution.attempt));
    }
    if let Some(duration) = duration(execution) {
        line.push_str(&format!(" in {}", took(duration)));
    }
    if execution.waiting_for == Some(WaitReason::RetryBackoff) {
        let last = execution.attempts.last().map(attempt_text);
        let next = execution
            .wake_at
            .map(|at| format!("next attempt {}", clock.relative(at)));
        let parts: Vec<_> = last.into_iter().chain(next).collect();
        line.push_str(&format!("  {}", parts.join("; ")));
    } else if let Some(said) = said(execution) {
        line.push_str(&format!("  {said}"));
    }
    line
}

/// An execution among those of other tasks.
#[derive(Serialize, Debug)]
pub struct FollowedRow {
    task_id: String,
    task_name: String,
    #[serde(flatten)]
    execution: ExecutionRow,
}

impl FollowedRow {
    /// An execution of `task`.
    #[must_use]
    pub fn new(task: &Task, execution: ExecutionRow) -> Self {
        Self {
            task_id: task.id.to_string(),
            task_name: task.name.clone(),
            execution,
        }
    }
}
