//! Why an execution ended as it did, in plain words, and what to do about it. Pure.
//!
//! The scheduler keeps of each attempt its outcome, its cause and a text. Only of records from
//! before 0.3.0, which have no cause, the numbers in the text that come from a protocol (a status of
//! HTTP, a reject code) are read here; any other text is shown as it is, with what its outcome means.

mod cause;

pub use cause::Cause;

use super::ahead::ahead;
use chime_types::{Attempt, ExecutionStatus, OnUnknown, Task, TaskExecution, WaitReason};

/// Why, and what to do.
#[derive(Debug)]
pub struct Explanation {
    /// What happened.
    pub summary: String,
    /// The class of the cause.
    pub cause: Cause,
    /// The cause as far as it can be told.
    pub likely_cause: String,
    /// Whether the scheduler itself will try again.
    pub goes_on_by_itself: bool,
    /// What to do, the most promising first.
    pub remedies: Vec<Remedy>,
}

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing: it goes on by itself.
    Wait,
    /// Run it again from the step where it stopped.
    Retry,
    /// Run it again from the start.
    RetryFromStart,
    /// Run the task now.
    RunNow,
    /// Correct the step, then run it again.
    EditSteps,
    /// Keep the secret that is missing.
    PutSecret,
    /// Register the action that is missing.
    DefineAction,
    /// Start a worker for the queue.
    StartWorker,
    /// Give attempts more time.
    RaiseTimeout,
    /// Retry calls with an unknown outcome, if a second run does no harm.
    RetryUnknown,
    /// Give the scheduler cycles.
    TopUp,
    /// Switch the task on again.
    Resume,
    /// Choose another policy for times that overlap or were missed.
    ChangePolicy,
}

impl Remedy {
    /// All of them.
    #[cfg(test)]
    pub(crate) const EVERY: [Self; 13] = [
        Self::Wait,
        Self::Retry,
        Self::RetryFromStart,
        Self::RunNow,
        Self::EditSteps,
        Self::PutSecret,
        Self::DefineAction,
        Self::StartWorker,
        Self::RaiseTimeout,
        Self::RetryUnknown,
        Self::TopUp,
        Self::Resume,
        Self::ChangePolicy,
    ];

    /// What to do, as a sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Wait => "Wait: the scheduler goes on by itself.",
            Self::Retry => "Run it again from the step where it stopped.",
            Self::RetryFromStart => "Run it again from the start.",
            Self::RunNow => "Run the task now.",
            Self::EditSteps => "Correct the step, then run it again.",
            Self::PutSecret => "Keep the secret that is missing, then run it again.",
            Self::DefineAction => "Register the action that is missing, then run it again.",
            Self::StartWorker => "See that a worker serves the queue of the command.",
            Self::RaiseTimeout => "Give attempts more time, if the work takes that long.",
            Self::RetryUnknown => {
                "If a second run does no harm, let calls with an unknown outcome be retried."
            }
            Self::TopUp => "Give the scheduler's canister cycles.",
            Self::Resume => "Switch the task on again.",
            Self::ChangePolicy => "Choose another policy in the schedule, if this was not wanted.",
        }
    }
}

/// Why this execution of this task ended as it did, or has not ended yet.
#[must_use]
pub fn explain(task: &Task, execution: &TaskExecution) -> Explanation {
    let cause = Cause::of(task, execution);
    let (likely_cause, mut remedies) = cause.meaning();
    let goes_on_by_itself = ahead(task, execution).is_some_and(|it| !it.needs_somebody);
    if goes_on_by_itself {
        remedies.insert(0, Remedy::Wait);
    }
    if execution.replayed_by.is_some() {
        remedies.retain(|remedy| !matches!(remedy, Remedy::Retry | Remedy::RetryFromStart));
    }
    if task.on_unknown == OnUnknown::Retry {
        remedies.retain(|remedy| *remedy != Remedy::RetryUnknown);
    }
    if task.disabled {
        remedies.push(Remedy::Resume);
    }
    Explanation {
        summary: summary(task, execution),
        cause,
        likely_cause,
        goes_on_by_itself,
        remedies,
    }
}

fn summary(task: &Task, execution: &TaskExecution) -> String {
    let mut text = format!(
        "Execution {} of task {} ({:?}) {}.",
        execution.id,
        task.id,
        task.name,
        state(execution)
    );
    if let Some(last) = execution.attempts.last() {
        text.push_str(&format!(" {}", attempts(task, execution, last)));
    }
    if let Some(by) = execution.replayed_by {
        text.push_str(&format!(" Execution {by} ran it again since."));
    }
    text
}

fn state(execution: &TaskExecution) -> &'static str {
    match (execution.status, execution.waiting_for) {
        (ExecutionStatus::Ready | ExecutionStatus::Waiting, Some(WaitReason::OwnerDisabled)) => {
            "is held back: its owner is disabled, or has a role that has no tasks"
        }
        (ExecutionStatus::Ready | ExecutionStatus::Waiting, Some(WaitReason::Budget)) => {
            "waits until its owner's budget of cycles begins anew"
        }
        (ExecutionStatus::Ready, _) => "is due and waits for a free place",
        (ExecutionStatus::Running, _) => "is under way",
        (ExecutionStatus::Waiting, Some(WaitReason::RetryBackoff)) => "failed and will be retried",
        (ExecutionStatus::Waiting, Some(WaitReason::StepDelay)) => "pauses before its next step",
        (ExecutionStatus::Waiting, Some(WaitReason::Worker)) => "waits for a worker",
        (ExecutionStatus::Waiting, Some(WaitReason::Snooze)) => "was snoozed",
        (ExecutionStatus::Waiting, Some(WaitReason::Sleep)) => "sleeps, as its program wants",
        (ExecutionStatus::Waiting, Some(WaitReason::Diverged)) => {
            "waits for resume_execution: its codex was changed and does not fit what was done already"
        }
        (ExecutionStatus::Waiting, None) => "waits",
        (ExecutionStatus::Completed, _) => "completed: nothing failed",
        (ExecutionStatus::Failed, _) => "failed",
        (ExecutionStatus::TimedOut, _) => "timed out",
        (ExecutionStatus::Cancelled, _) => "was cancelled",
        (ExecutionStatus::Skipped, _) => "was skipped: nothing was run",
        (ExecutionStatus::Missed, _) => "was missed: nothing was run",
    }
}

fn attempts(task: &Task, execution: &TaskExecution, last: &Attempt) -> String {
    let step = task.steps.get(last.step as usize);
    let name = step.and_then(|step| step.name.as_deref());
    let named = name.map_or_else(String::new, |name| format!(" ({name})"));
    let allowed = task.retry.max_retries.saturating_add(1);
    let is_given_up_early =
        execution.status == ExecutionStatus::Failed && last.number < allowed && allowed > 1;
    let early = if is_given_up_early {
        ", and no retry followed: none could help"
    } else {
        ""
    };
    format!(
        "It got to step {}{named} of {}, attempt {} of {allowed}{early}.",
        u64::from(last.step) + 1,
        task.steps.len(),
        last.number
    )
}

#[cfg(test)]
mod tests;
