//! How tasks and executions stand, in words: what somebody would act on is told apart.

use chime_types::{ExecutionStatus, StepStatus, Task, TaskExecution, TaskStatus, WaitReason};

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
