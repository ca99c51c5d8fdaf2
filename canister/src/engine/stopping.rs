//! What stops before it is done: executions that are cancelled or have had their time, tasks that are
//! switched off or removed.

use candid::Principal;
use chime_types::{Cause, EventKind, ExecutionStatus, Outcome};

use super::clearing::Scope;
use super::counted_from_one;
use super::failure::Failure;
use super::timeline::Note;
use super::turn::{Run, Turn};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::ExecutionId;
use crate::state::records::ExecutionRecord;

impl Run<'_, '_> {
    /// Ends the execution, which is not final, whatever it is doing.
    fn terminate(&mut self, status: ExecutionStatus, outcome: Outcome, reason: Failure) {
        let last = self.execution.attempts.last();
        let is_attempted = last.is_some_and(|last| last.finished_at.is_none());
        if self.execution.status.get() == ExecutionStatus::Running {
            self.close(outcome);
            self.execution.progress.clear();
        } else {
            self.withdraw();
            self.close_slices(outcome);
        }
        if let Some(attempt) = self.execution.attempts.last_mut().filter(|_| is_attempted) {
            attempt.cause = Some(reason.cause);
        }
        self.execution.error = Some(reason.error);
        self.execution.cause = Some(reason.cause);
        self.end(status);
    }

    /// Cancels the execution, which is not final, whatever it is doing.
    pub(super) fn cancel(&mut self, reason: Failure) {
        self.terminate(ExecutionStatus::Cancelled, Outcome::Cancelled, reason);
    }

    /// Fails the execution, which is not final, whatever it is doing: no message gets past it.
    pub(super) fn set_aside(&mut self, reason: Failure) {
        self.terminate(ExecutionStatus::Failed, Outcome::Failed, reason);
    }
}

fn not_final(state: &State, id: ExecutionId) -> Option<ExecutionRecord> {
    state.execution(id).filter(|found| !found.status.is_final())
}

/// Cancels an execution that is not final. With `terminate` it ends at once, and an answer to an
/// attempt under way is dropped when it comes; otherwise such an attempt is let finish.
pub fn cancel(state: &mut State, id: ExecutionId, now: u64, reason: &str, terminate_it: bool) {
    let Some(execution) = not_final(state, id) else {
        return;
    };
    let mut turn = Turn::of(state, now, execution.task_id);
    let mut run = turn.hold(execution);
    if run.execution.status.get() == ExecutionStatus::Running && !terminate_it {
        run.execution.cancel_requested = Some(reason.to_string());
        return;
    }
    run.cancel(Failure::new(Cause::Cancelled, reason));
}

/// A whole execution has had its time.
pub(super) fn expire(state: &mut State, now: u64, id: ExecutionId) {
    let Some(execution) = not_final(state, id) else {
        return;
    };
    let mut turn = Turn::of(state, now, execution.task_id);
    let seconds = turn.task.execution_timeout_seconds.unwrap_or(0);
    let mut run = turn.hold(execution);
    run.execution.expires = None;
    let reason = format!(
        "not done within {seconds} s: at step {}, attempt {}",
        counted_from_one(run.execution.step),
        run.execution.attempt
    );
    let reason = Failure::new(Cause::Expired, reason);
    run.terminate(ExecutionStatus::TimedOut, Outcome::TimedOut, reason);
}

impl Turn<'_> {
    /// Cancels the executions of the task that are not final, many of them a slice at a time. Answers
    /// to attempts under way are dropped when they come.
    pub fn cancel_active(&mut self, reason: &str) {
        self.end_all(Failure::new(Cause::Cancelled, reason), Scope::All);
    }

    /// Switches the task off, when what is due of it is settled.
    pub(super) fn pause(&mut self) {
        for id in self.task.schedules.clone() {
            let mut schedule = self
                .state
                .schedule(id)
                .expect("BUG: a schedule of a task exists");
            self.settle(&mut schedule);
        }
        self.task.disabled = true;
        self.task.updated_at = self.now;
        self.task.version.raise(1);
        for id in &self.task.schedules {
            let mut schedule = self
                .state
                .schedule(*id)
                .expect("BUG: a schedule of a task exists");
            self.state.arm(&mut schedule, self.task.owner, None);
        }
    }

    /// Switches the task off for somebody.
    pub fn pause_on_request(&mut self, actor: Principal, reason: Option<&str>) {
        self.pause();
        if let Some(reason) = reason {
            self.task.pause_reason = Some(reason.to_string());
        }
        Note::task(EventKind::TaskPaused, &self.task)
            .by(actor)
            .detail(reason.unwrap_or(""))
            .write(self.state, self.now);
    }
}
