//! What an execution that is not finished waits for, and when it goes on. Pure.

use chime_types::limits::NANOSECONDS;
use chime_types::{Action, ExecutionStatus, Task, TaskExecution, WaitReason};

/// What lies ahead of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// In a sentence.
    pub text: String,
    /// When it goes on, if that is certain and nothing happens before.
    pub wake_at: Option<u64>,
    /// Nothing happens until somebody does something.
    pub needs_somebody: bool,
}

/// What lies ahead of an execution of a task; nothing if it is final.
#[must_use]
pub fn ahead(task: &Task, execution: &TaskExecution) -> Option<Ahead> {
    if execution.status.is_final() {
        return None;
    }
    let reason = execution.waiting_for;
    let text = match (execution.status, reason) {
        (_, Some(WaitReason::Worker)) => format!(
            "It waits for a worker that serves the queue {:?}: nothing happens until one claims its \
             command.",
            queue(task, execution)
        ),
        (_, Some(WaitReason::OwnerDisabled)) => {
            "Nothing happens until its owner may run tasks again.".to_string()
        }
        (_, Some(WaitReason::RetryBackoff)) => "It failed and is tried again".to_string(),
        (_, Some(WaitReason::StepDelay)) => {
            "It pauses before its next step and goes on".to_string()
        }
        (_, Some(WaitReason::Snooze)) => "It is snoozed and goes on".to_string(),
        (_, Some(WaitReason::Budget)) => {
            "Its owner's budget of cycles is used up: it goes on".to_string()
        }
        (_, Some(WaitReason::Sleep)) => "Its program sleeps and goes on".to_string(),
        (_, Some(WaitReason::Diverged)) => {
            "Its codex was changed and does not fit what was done already: it goes on when somebody says how \
             (resume_execution)."
                .to_string()
        }
        (ExecutionStatus::Ready, None) => {
            "It is due, waits for a free place, and goes on by itself.".to_string()
        }
        _ => "It is not finished yet and goes on by itself.".to_string(),
    };
    let needs_somebody = matches!(
        reason,
        Some(WaitReason::Worker | WaitReason::OwnerDisabled | WaitReason::Diverged)
    );
    let wake_at = execution
        .wake_at
        .filter(|_| reason.is_some() && !needs_somebody);
    let text = match (wake_at, text.ends_with('.')) {
        (_, true) => text,
        (Some(at), false) => format!("{text} at {}.", instant(at)),
        (None, false) => format!("{text} by itself."),
    };
    Some(Ahead {
        text,
        wake_at,
        needs_somebody,
    })
}

/// The queue of the command that it has got to.
fn queue(task: &Task, execution: &TaskExecution) -> String {
    let step = task.steps.get(execution.step_to_execute as usize);
    match step.map(|step| &step.action) {
        Some(Action::Command {
            queue: Some(queue), ..
        }) => queue.clone(),
        _ => "default".to_string(),
    }
}

fn instant(at: u64) -> String {
    let seconds = i64::try_from(at / NANOSECONDS).ok();
    let instant = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    instant.map_or_else(|| at.to_string(), |instant| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{execution, step, task};

    fn waiting(reason: WaitReason, wake_at: Option<u64>) -> TaskExecution {
        TaskExecution {
            waiting_for: Some(reason),
            wake_at,
            ..execution(ExecutionStatus::Waiting)
        }
    }

    #[test]
    fn should_say_what_it_waits_for_and_when_it_goes_on() {
        let command = Action::Command {
            command: "date".into(),
            queue: Some("night".into()),
        };
        let task = Task {
            steps: vec![step(command)],
            ..task(7, "report")
        };
        let at = 1_780_000_000 * NANOSECONDS;
        for (reason, words, needs_somebody) in [
            (WaitReason::Worker, "the queue \"night\"", true),
            (
                WaitReason::OwnerDisabled,
                "Nothing happens until its owner",
                true,
            ),
            (
                WaitReason::RetryBackoff,
                "is tried again at 2026-05-28T20:26:40Z.",
                false,
            ),
            (
                WaitReason::StepDelay,
                "goes on at 2026-05-28T20:26:40Z.",
                false,
            ),
            (
                WaitReason::Snooze,
                "snoozed and goes on at 2026-05-28T20:26:40Z.",
                false,
            ),
            (
                WaitReason::Budget,
                "budget of cycles is used up: it goes on at 2026",
                false,
            ),
        ] {
            let ahead = ahead(&task, &waiting(reason, Some(at))).unwrap();
            assert!(ahead.text.contains(words), "{}", ahead.text);
            assert_eq!(ahead.needs_somebody, needs_somebody, "{words}");
            assert_eq!(ahead.wake_at, (!needs_somebody).then_some(at), "{words}");
        }
        let running = ahead(&task, &execution(ExecutionStatus::Running)).unwrap();
        assert_eq!(
            running.text,
            "It is not finished yet and goes on by itself."
        );
        assert_eq!(ahead(&task, &execution(ExecutionStatus::Completed)), None);
    }
}
