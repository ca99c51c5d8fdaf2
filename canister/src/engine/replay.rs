//! Executions run again: one, or the dead letters of an owner.

use candid::Principal;
use chime_types::{EventKind, ExecutionStatus, Trigger};

use super::lifecycle::{new_execution, start_on_request};
use super::timeline::Note;
use crate::state::State;
use crate::state::keys::ExecutionId;
use crate::state::records::{ExecutionRecord, TaskRecord};

/// Why an execution cannot be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not final, or it completed.
    Status(ExecutionStatus),
    /// It was run again already.
    Replayed(ExecutionId),
    /// The steps were changed since, so that nobody can go on with them.
    StepsChanged,
}

/// Runs an execution again: from the step where it stopped, or from the start. The earlier steps
/// keep their results and do not run again. The task is written.
pub fn replay(
    state: &mut State,
    task: &mut TaskRecord,
    now: u64,
    mut old: ExecutionRecord,
    from_start: bool,
    actor: Principal,
) -> Result<ExecutionRecord, Refusal> {
    use ExecutionStatus::{Cancelled, Failed, Missed, Skipped, TimedOut};
    let status = old.status.get();
    if !matches!(status, Failed | TimedOut | Cancelled | Skipped | Missed) {
        return Err(Refusal::Status(status));
    }
    if let Some(replayed_by) = old.replayed_by {
        return Err(Refusal::Replayed(replayed_by));
    }
    let goes_on = !from_start && old.step > 0;
    if goes_on && old.plan != task.plan {
        return Err(Refusal::StepsChanged);
    }
    let mut new = new_execution(state, task, None, old.scheduled_at, ExecutionStatus::Ready);
    new.trigger = Trigger::Replay;
    new.replay_of = Some(old.id);
    new.due_at = now;
    if goes_on {
        new.step = old.step;
        new.steps.clone_from(&old.steps);
    }
    old.replayed_by = Some(new.id);
    state.put_execution(&old);
    if state.remove_dead_letter(task.owner, old.id) {
        state.change_owner(task.owner, |owner| owner.dead_letters -= 1);
    }
    start_on_request(state, task, &mut new, now);
    let detail = format!("by execution {}", new.id.0);
    Note::execution(EventKind::ExecutionReplayed, task, &old)
        .by(actor)
        .detail(&detail)
        .write(state, now);
    Ok(new)
}
