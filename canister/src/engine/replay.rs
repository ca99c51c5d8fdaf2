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
    /// The step to go on with comes after this one, where it stopped.
    StepTooLate(u32),
    /// There are only so many steps now.
    NoSuchStep(usize),
}

/// With which step an execution is run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// With the first.
    Start,
    /// With the one where it stopped, if the steps are still the same.
    Stop,
    /// With this one of the present steps, whatever they were.
    Step(u32),
}

/// Runs an execution again. The steps before keep their results and do not run again. The task is
/// written.
pub fn replay(
    state: &mut State,
    task: &mut TaskRecord,
    now: u64,
    mut old: ExecutionRecord,
    from: From,
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
    let step = first_step(state, task, &old, from)?;
    let mut new = new_execution(state, task, None, old.scheduled_at, ExecutionStatus::Ready);
    new.trigger = Trigger::Replay;
    new.replay_of = Some(old.id);
    new.due_at = now;
    new.step = step;
    new.steps = old.steps[..step as usize].to_vec();
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

fn first_step(
    state: &State,
    task: &TaskRecord,
    old: &ExecutionRecord,
    from: From,
) -> Result<u32, Refusal> {
    match from {
        From::Start => Ok(0),
        From::Stop if old.step > 0 && old.plan != task.plan => Err(Refusal::StepsChanged),
        From::Stop => Ok(old.step),
        From::Step(step) if step > old.step => Err(Refusal::StepTooLate(old.step)),
        From::Step(step) => {
            let steps = state.plan(task.id, task.plan).steps.len();
            let exists = (step as usize) < steps;
            exists.then_some(step).ok_or(Refusal::NoSuchStep(steps))
        }
    }
}
