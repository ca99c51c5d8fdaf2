//! Executions run again: one, or the dead letters of an owner.

use candid::Principal;
use chime_types::{EventKind, ExecutionStatus, Trigger};

use super::timeline::Note;
use super::turn::Turn;
use crate::state::State;
use crate::state::counter::Counter;
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

impl Turn<'_> {
    /// Runs an execution of the task again. The steps before keep their results and do not run again.
    pub fn replay(
        &mut self,
        old: ExecutionRecord,
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
        let step = first_step(self.state, &self.task, &old, from)?;
        let mut new = self.new_execution(None, old.scheduled_at, ExecutionStatus::Ready);
        new.trigger = Trigger::Replay;
        new.replay_of = Some(old.id);
        new.due_at = self.now;
        new.step = step;
        new.steps = old.steps.iter().take(step as usize).cloned().collect();
        self.mark_as_replayed(old, new.id, actor);
        Ok(self.start_on_request(new))
    }

    fn mark_as_replayed(&mut self, old: ExecutionRecord, by: ExecutionId, actor: Principal) {
        let mut run = self.hold(old);
        run.execution.replayed_by = Some(by);
        let id = run.execution.id;
        let turn = &mut *run.turn;
        if turn.state.remove_dead_letter(turn.task.owner, id) {
            turn.state
                .change_owner(turn.task.owner, |owner| owner.dead_letters.lower(1));
        }
        let detail = format!("by execution {}", by.0);
        Note::execution(EventKind::ExecutionReplayed, &turn.task, &run.execution)
            .by(actor)
            .detail(&detail)
            .write(turn.state, turn.now);
    }
}

fn first_step(
    state: &State,
    task: &TaskRecord,
    old: &ExecutionRecord,
    from: From,
) -> Result<u32, Refusal> {
    let step = match from {
        From::Start => return Ok(0),
        From::Stop if old.step > 0 && old.plan != task.plan => return Err(Refusal::StepsChanged),
        From::Stop => old.step,
        From::Step(step) if step > old.step => return Err(Refusal::StepTooLate(old.step)),
        From::Step(step) => step,
    };
    let steps = state.plan(task.id, task.plan).steps.len();
    let exists = (step as usize) < steps;
    exists.then_some(step).ok_or(Refusal::NoSuchStep(steps))
}
