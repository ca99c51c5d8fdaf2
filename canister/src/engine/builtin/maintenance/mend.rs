//! Putting an execution where its status says that it is.

use chime_types::{Attempt, ExecutionStatus, Outcome, WaitReason};

use crate::engine::lifecycle::queue;
use crate::state::State;
use crate::state::keys::Wake;
use crate::state::records::{ExecutionRecord, Place, TaskRecord};

/// Takes everything from an execution that only one under way has.
pub fn clear(state: &mut State, task: &mut TaskRecord, execution: &mut ExecutionRecord) {
    leave(state, task, execution);
    state.cancel_wake(execution.expires.take());
    let_go(state, execution);
    execution.waiting_for = None;
    execution.progress.clear();
}

/// Takes an execution out of its queue and out of the agenda.
fn leave(state: &mut State, task: &TaskRecord, execution: &mut ExecutionRecord) {
    state.cancel_wake(execution.wake.take());
    if let Some(place) = execution.place.take() {
        state.leave_queue(task.owner, &place);
    }
}

pub fn close(execution: &mut ExecutionRecord, now: u64) {
    let end = *execution.finished_at.get_or_insert(now);
    for attempt in &mut execution.attempts {
        if attempt.finished_at.is_none() {
            attempt.finished_at = Some(end);
            attempt.outcome = Outcome::Cancelled;
        }
    }
}

/// Puts an execution that is not final where its status says that it is. One that runs and whose
/// deadline is lost is timed out.
pub fn mend(state: &mut State, task: &mut TaskRecord, execution: &mut ExecutionRecord, now: u64) {
    match execution.status.get() {
        ExecutionStatus::Running => mend_running(state, task, execution, now),
        ExecutionStatus::Waiting => {
            let_go(state, execution);
            if let (Some(WaitReason::Worker), Some(place @ Place::Job(..))) =
                (execution.waiting_for, &execution.place)
            {
                state.cancel_wake(execution.wake.take());
                state.enter_queue(task.owner, place);
                return;
            }
            leave(state, task, execution);
            execution.waiting_for.get_or_insert(WaitReason::Snooze);
            execution.wake = Some(state.wake_at(now, Wake::Resume(execution.id)));
        }
        _ => {
            let was_queued = execution.place.is_some();
            let_go(state, execution);
            execution.waiting_for = None;
            leave(state, task, execution);
            if was_queued || is_next(state, task, execution) {
                queue(state, task, execution, now);
            }
            // The next slot counts again who waits.
            task.buffered = None;
            state.put_task(task);
        }
    }
}

/// An execution that is ready and was in no queue is behind another of its task, unless it is the
/// first.
fn is_next(state: &State, task: &TaskRecord, execution: &ExecutionRecord) -> bool {
    let mut before = task.active.iter().take_while(|id| **id != execution.id);
    !before.any(|id| {
        state
            .execution(*id)
            .is_some_and(|other| !other.status.is_final())
    })
}

/// Takes from an execution what only an attempt has.
fn let_go(state: &mut State, execution: &mut ExecutionRecord) {
    execution.token = None;
    execution.target = None;
    if let Some(lease) = execution.lease.take() {
        state.remove_lease(lease.claimed_by, execution.id);
    }
}

fn mend_running(state: &mut State, task: &TaskRecord, execution: &mut ExecutionRecord, now: u64) {
    let deadline = execution.wake.map_or(now, |key| key.due_at);
    leave(state, task, execution);
    execution.waiting_for = None;
    let token = match execution.token {
        Some(token) => token,
        None => state.new_token(),
    };
    execution.token = Some(token);
    execution.wake = Some(state.wake_at(deadline, Wake::Deadline(execution.id)));
    let last = execution.attempts.last();
    if last.is_none_or(|attempt| attempt.finished_at.is_some()) {
        execution.attempts.push(Attempt {
            number: execution.attempt,
            step: execution.step,
            started_at: now,
            finished_at: None,
            fencing_token: token.0,
            worker: None,
            outcome: Outcome::Running,
            result: None,
            error: None,
            cause: None,
        });
    }
}
