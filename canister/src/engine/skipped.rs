//! Why a slot is skipped, in words.

use chime_schedule::format_instant;
use chime_types::{Cause, ExecutionStatus, WaitReason};

use super::failure::Failure;
use super::fire::Reason;
use crate::state::State;
use crate::state::records::{ExecutionRecord, TaskRecord};

/// Why a slot of the task is skipped.
pub fn why(state: &State, task: &TaskRecord, reason: Reason) -> Failure {
    let (cause, why) = match reason {
        Reason::Overlap => (Cause::Overlap, in_the_way(state, task)),
        Reason::BufferFull => (
            Cause::BufferFull,
            format!("{} executions are not finished", task.active.len()),
        ),
        Reason::Quota => (
            Cause::RunsUsedUp,
            "the owner's runs of this hour are used up".to_string(),
        ),
        Reason::Bytes => (
            Cause::BytesUsedUp,
            "the bytes that may be stored for the owner are used up (maximum_bytes_per_owner)"
                .to_string(),
        ),
        Reason::Cycles(used_up) => (Cause::BudgetUsedUp, used_up.to_string()),
        Reason::OwnerDisabled => (
            Cause::OwnerDisabled,
            "the owner is disabled, or has a role that has no tasks".to_string(),
        ),
        Reason::Poison => (
            Cause::Poison,
            "the scheduler's own message failed at this slot twice".to_string(),
        ),
    };
    Failure::new(cause, format!("skipped: {why}"))
}

/// What the execution does that the slot would have to wait for. Its record is looked at only when
/// no attempt of the task is under way, so that a task that takes long costs its slots nothing more.
fn in_the_way(state: &State, task: &TaskRecord) -> String {
    let Some(id) = task.active.first().copied() else {
        return "an execution is not finished".to_string();
    };
    let is_under_way = task.running > 0 || task.claimed > 0;
    let waits = state
        .execution(id)
        .filter(|_| !is_under_way)
        .and_then(|execution| waits_for(&execution));
    let does = waits.unwrap_or_else(|| "is not finished".to_string());
    format!("execution {} {does}", id.0)
}

fn waits_for(execution: &ExecutionRecord) -> Option<String> {
    let until = || execution.wake.map(|key| format_instant(key.due_at));
    if execution.status.get() == ExecutionStatus::Ready && execution.waiting_for.is_none() {
        return Some("is ready, and waits until it is taken up".to_string());
    }
    Some(match execution.waiting_for? {
        WaitReason::RetryBackoff => format!("waits for its retry at {}", until()?),
        WaitReason::StepDelay => format!("waits for its next step at {}", until()?),
        WaitReason::Snooze => format!("is snoozed until {}", until()?),
        WaitReason::Budget => match until() {
            Some(until) => format!("waits for its owner's budget of cycles until {until}"),
            None => "waits until its owner's budget of cycles resets".to_string(),
        },
        WaitReason::Sleep => format!("sleeps until {}", until()?),
        WaitReason::Diverged => "waits for resume_execution: its codex was changed".to_string(),
        WaitReason::Worker => "waits for a worker".to_string(),
        WaitReason::OwnerDisabled => "is held back: its owner is disabled".to_string(),
    })
}
