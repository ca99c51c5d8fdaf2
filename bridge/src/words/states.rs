//! How tasks and executions stand, in words: what somebody would act on is told apart.

use chime_types::{ExecutionStatus, StepStatus, Task, TaskExecution, TaskStatus, WaitReason};
use serde_json::{Value, json};

/// How an execution stands. A final one has the name of its status; what waits says for what.
#[must_use]
pub const fn execution_state(execution: &TaskExecution) -> &'static str {
    match (execution.status, execution.waiting_for) {
        (ExecutionStatus::Ready, None) => "waiting for a place",
        (ExecutionStatus::Waiting, None) => "waiting",
        (ExecutionStatus::Ready | ExecutionStatus::Waiting, Some(reason)) => match reason {
            WaitReason::StepDelay => "waiting for a pause",
            WaitReason::RetryBackoff => "retrying",
            WaitReason::Worker => "waiting for a worker",
            WaitReason::Snooze => "snoozed",
            WaitReason::OwnerDisabled => "waiting for its owner",
            WaitReason::Budget => "waiting for cycles",
            WaitReason::Sleep => "sleeping",
            WaitReason::Diverged => "diverged",
        },
        (
            ExecutionStatus::Running
            | ExecutionStatus::Completed
            | ExecutionStatus::Failed
            | ExecutionStatus::TimedOut
            | ExecutionStatus::Cancelled
            | ExecutionStatus::Skipped
            | ExecutionStatus::Missed,
            _,
        ) => execution.status.name(),
    }
}

/// How a task stands, by its latest executions where they were asked for, the newest first. A task
/// whose executions all wait is not called running.
#[must_use]
pub fn task_state(task: &Task, executions: &[TaskExecution]) -> &'static str {
    let under_way = || executions.iter().filter(|it| !it.status.is_final());
    match task.status {
        TaskStatus::Pending => "pending",
        TaskStatus::Completed => "completed",
        TaskStatus::Failed => "failed",
        TaskStatus::Cancelled => "cancelled",
        TaskStatus::Paused => "paused",
        TaskStatus::Running => under_way()
            .find(|it| it.status == ExecutionStatus::Running)
            .or_else(|| under_way().next())
            .map_or("running", execution_state),
    }
}

/// How the latest run of a task ended; none if it never ran, or nothing is known any more. Slots that
/// were skipped or missed are no runs.
#[must_use]
pub fn last_result(task: &Task, executions: &[TaskExecution]) -> Option<&'static str> {
    let is_run = |it: &&TaskExecution| {
        matches!(
            it.status,
            ExecutionStatus::Completed
                | ExecutionStatus::Failed
                | ExecutionStatus::TimedOut
                | ExecutionStatus::Cancelled
        )
    };
    if let Some(run) = executions.iter().find(is_run) {
        return Some(run.status.name());
    }
    let all = |status| !task.steps.is_empty() && task.steps.iter().all(|it| it.status == status);
    match (task.status, task.consecutive_failures) {
        (TaskStatus::Completed, _) => Some("completed"),
        (TaskStatus::Failed, _) | (_, 1..) => Some("failed"),
        (TaskStatus::Cancelled, _) => Some("cancelled"),
        // The steps are those of what is under way.
        (TaskStatus::Running, 0) => None,
        (TaskStatus::Pending | TaskStatus::Paused, 0) => match task.steps.last()?.status {
            StepStatus::Completed => Some("completed"),
            // Passed over: a step whose failure ends the execution counts as a failure of the task.
            StepStatus::Failed => Some("completed"),
            StepStatus::Pending | StepStatus::Running if all(StepStatus::Pending) => None,
            StepStatus::Pending | StepStatus::Running => Some("cancelled"),
        },
    }
}

/// The error of an execution, or that of its last attempt while it goes on.
#[must_use]
pub fn last_error(execution: &TaskExecution) -> Option<&str> {
    let attempt = || {
        let last = execution.attempts.iter().rev();
        let mut ended = last.filter(|attempt| attempt.finished_at.is_some());
        ended.next()?.error.as_ref()
    };
    let error = match (&execution.error, execution.status.is_final()) {
        (None, false) => attempt(),
        (error, _) => error.as_ref(),
    };
    error.map(String::as_str)
}

/// How a task stands, as every surface tells it in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its status, and of what waits for what: `retrying`, `waiting for a worker`.
    pub state: &'static str,
    /// How its latest run ended; none if it never ran.
    pub last_result: Option<&'static str>,
    /// Why that failed, or why what is under way is tried again.
    pub last_error: Option<&'a str>,
}

impl<'a> Standing<'a> {
    /// By its latest executions where they were asked for, the newest first.
    #[must_use]
    pub fn of(task: &Task, executions: &'a [TaskExecution]) -> Self {
        Self {
            state: task_state(task, executions),
            last_result: last_result(task, executions),
            last_error: trouble(executions),
        }
    }

    /// Adds it to a task in JSON.
    pub fn put(&self, task: &mut Value) {
        task["state"] = json!(self.state);
        task["last_result"] = json!(self.last_result);
        task["last_error"] = json!(self.last_error);
    }
}

/// The error of what is under way; if it has none yet, that of the run that ended last.
fn trouble(executions: &[TaskExecution]) -> Option<&str> {
    for execution in executions {
        let error = last_error(execution);
        match execution.status {
            // Nothing ran.
            ExecutionStatus::Skipped | ExecutionStatus::Missed => {}
            ExecutionStatus::Ready | ExecutionStatus::Running | ExecutionStatus::Waiting => {
                if error.is_some() {
                    return error;
                }
            }
            ExecutionStatus::Completed
            | ExecutionStatus::Failed
            | ExecutionStatus::TimedOut
            | ExecutionStatus::Cancelled => return error,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{attempt, execution, step, task};
    use chime_types::{Action, Outcome};

    fn waiting(reason: WaitReason) -> TaskExecution {
        TaskExecution {
            waiting_for: Some(reason),
            ..execution(ExecutionStatus::Waiting)
        }
    }

    #[test]
    fn should_tell_apart_what_an_execution_waits_for() {
        let table = [
            (waiting(WaitReason::RetryBackoff), "retrying"),
            (waiting(WaitReason::Worker), "waiting for a worker"),
            (waiting(WaitReason::StepDelay), "waiting for a pause"),
            (waiting(WaitReason::Snooze), "snoozed"),
            (waiting(WaitReason::Budget), "waiting for cycles"),
            (execution(ExecutionStatus::Ready), "waiting for a place"),
            (execution(ExecutionStatus::Running), "running"),
            (execution(ExecutionStatus::TimedOut), "timed_out"),
        ];
        for (execution, expected) in table {
            assert_eq!(execution_state(&execution), expected);
        }
    }

    #[test]
    fn should_call_a_task_running_only_while_something_runs() {
        let mut it = task(1, "x");
        it.status = TaskStatus::Running;
        let skipped = execution(ExecutionStatus::Skipped);
        let retrying = waiting(WaitReason::RetryBackoff);
        let running = execution(ExecutionStatus::Running);
        assert_eq!(task_state(&it, &[]), "running");
        assert_eq!(task_state(&it, &[skipped, retrying.clone()]), "retrying");
        assert_eq!(task_state(&it, &[retrying.clone(), running]), "running");
        it.status = TaskStatus::Paused;
        assert_eq!(task_state(&it, &[retrying]), "paused");
    }

    #[test]
    fn should_say_how_the_last_run_ended() {
        let mut it = task(1, "x");
        it.steps = vec![step(Action::Note { text: "x".into() })];
        assert_eq!(last_result(&it, &[]), None, "it never ran");
        it.steps[0].status = StepStatus::Completed;
        assert_eq!(last_result(&it, &[]), Some("completed"));
        it.consecutive_failures = 2;
        assert_eq!(last_result(&it, &[]), Some("failed"));
        it.status = TaskStatus::Running;
        it.consecutive_failures = 0;
        assert_eq!(last_result(&it, &[]), None, "the steps are of this run");
        let runs = [
            ExecutionStatus::Running,
            ExecutionStatus::Skipped,
            ExecutionStatus::TimedOut,
            ExecutionStatus::Completed,
        ];
        assert_eq!(
            last_result(&it, &runs.map(execution)),
            Some("timed_out"),
            "a skipped slot is no run"
        );
    }

    #[test]
    fn should_keep_the_error_of_the_last_run_while_the_next_is_under_way() {
        let failed = |error: &str| TaskExecution {
            error: Some(error.into()),
            ..execution(ExecutionStatus::Failed)
        };
        let running = || execution(ExecutionStatus::Running);
        let skipped = || execution(ExecutionStatus::Skipped);
        let mut retrying = waiting(WaitReason::RetryBackoff);
        retrying.attempts = vec![attempt(1, Outcome::Failed, Some("no such host"))];
        let table = [
            (vec![running(), skipped(), failed("old")], Some("old")),
            (vec![retrying, failed("old")], Some("no such host")),
            (
                vec![
                    running(),
                    execution(ExecutionStatus::Completed),
                    failed("old"),
                ],
                None,
            ),
            (vec![skipped()], None),
        ];
        for (executions, expected) in table {
            let standing = Standing::of(&task(1, "x"), &executions);
            assert_eq!(standing.last_error, expected, "{executions:?}");
        }
    }

    #[test]
    fn should_give_the_error_of_the_last_attempt_while_it_goes_on() {
        let mut it = waiting(WaitReason::RetryBackoff);
        assert_eq!(last_error(&it), None);
        it.attempts = vec![
            attempt(1, Outcome::Failed, Some("no such host")),
            attempt(2, Outcome::Failed, Some("exit code 3")),
        ];
        assert_eq!(last_error(&it), Some("exit code 3"));
        it.status = ExecutionStatus::Completed;
        assert_eq!(last_error(&it), None, "what was mended is no error");
        it.status = ExecutionStatus::Failed;
        it.error = Some("given up".into());
        assert_eq!(last_error(&it), Some("given up"));
    }
}
