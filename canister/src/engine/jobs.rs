//! Commands that workers outside run: claimed under a lease, reported under a fencing token, taken
//! back when the worker falls silent.

use candid::Principal;
use chime_types::{
    Action, Cause, EventKind, ExecutionStatus, Job, Outcome as AttemptOutcome, limits,
};

use super::attempt::after;
use super::lifecycle::log;
use super::may_start;
use super::places::Seat;
use super::resolve::{action_of, user_name};
use super::timeline::Note;
use super::turn::{Run, Turn};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{ReadyKey, Token, Wake};
use crate::state::records::{ExecutionRecord, Lease};

/// The queue of a command that names none.
const DEFAULT_QUEUE: &str = "default";

/// The name of a queue.
pub fn queue_name(queue: Option<&str>) -> &str {
    queue.unwrap_or(DEFAULT_QUEUE)
}

/// Why a job is taken from its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseEnd {
    /// The worker did not extend the lease.
    Silence,
    /// The worker may not hold it any more.
    Rights,
}

/// A claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Who claims.
    pub caller: Principal,
    /// Who claims controls the scheduler.
    pub is_controller: bool,
    /// Only jobs of this owner.
    pub owner: Option<Principal>,
    pub worker: String,
    pub queue: String,
    pub limit: usize,
    pub lease_seconds: u64,
}

/// Gives the most urgent jobs of a queue to a worker, as far as the limits on attempts allow and one
/// answer holds. What comes up against a limit leaves the queue, so the next claim looks at others.
pub fn claim(state: &mut State, now: u64, claim: &Claim) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut bytes = 0;
    for _ in 0..limits::MAXIMUM_LOOKED_AT_FOR_A_CLAIM {
        let is_full = jobs.len() == claim.limit || bytes >= limits::MAXIMUM_PAGE_BYTES;
        if is_full || !may_start(state) {
            break;
        }
        let Some(key) = state.jobs_of(claim.owner, &claim.queue).next() else {
            break;
        };
        let execution = state
            .execution(key.execution_id)
            .expect("BUG: a queue of commands names an execution");
        let mut turn = Turn::of(state, now, execution.task_id);
        let given = turn.hold(execution).give(key, claim);
        bytes += given
            .as_ref()
            .map_or(0, |job| job.command.len() + job.metadata.len());
        jobs.extend(given);
    }
    jobs
}

impl Run<'_, '_> {
    /// Gives a job to a worker; or parks it, if it comes up against a limit; or sends it back, if its
    /// action was redefined meanwhile and is no command any more.
    fn give(&mut self, key: ReadyKey, claim: &Claim) -> Option<Job> {
        if self.end_in_passing() {
            return None;
        }
        let now = self.turn.now;
        self.leave_place();
        let step = self.step();
        let resolved = action_of(self.turn.state, &self.turn.task, &step);
        let Ok(Action::Command { command, .. }) = resolved.map(|resolved| resolved.action) else {
            self.make_ready();
            self.queue(now);
            return None;
        };
        if let Some(limit) = self.turn.in_the_way(Seat::Claim, false) {
            self.make_ready();
            self.park(Seat::Claim, limit, key);
            return None;
        }
        let deadline_at = after(now, step.timeout_seconds);
        let until_at = after(now, claim.lease_seconds).min(deadline_at);
        self.execution.lease = Some(Lease {
            claimed_by: claim.caller,
            by_controller: claim.is_controller,
            worker: claim.worker.clone(),
            seconds: claim.lease_seconds,
            until_at,
            deadline_at,
        });
        let id = self.execution.id;
        self.turn.state.add_lease(claim.caller, id);
        let token = self.open(until_at, Some(claim.worker.clone()));
        let turn = &mut *self.turn;
        Note::execution(EventKind::JobClaimed, &turn.task, &self.execution)
            .by(claim.caller)
            .detail(&claim.worker)
            .write(turn.state, now);
        Some(self.job(command, token, (deadline_at, until_at)))
    }

    fn job(&self, command: String, token: Token, (deadline_at, lease_until_at): (u64, u64)) -> Job {
        let (task, execution) = (&self.turn.task, &self.execution);
        Job {
            execution_id: execution.id.0,
            task_id: task.id.0,
            as_user: Some(user_name(self.turn.state, task)),
            step: execution.step,
            command,
            scheduled_at: execution.scheduled_at,
            attempt: execution.attempt,
            fencing_token: token.0,
            deadline_at,
            lease_until_at,
            owner: task.owner,
            task_name: task.name.clone(),
            metadata: task.metadata.clone(),
        }
    }

    /// A worker fell silent, or may not hold the job any more: it goes back to the queue. After too many
    /// that fell silent it is given up.
    pub(super) fn take_back(&mut self, lease: &Lease, end: LeaseEnd) {
        self.close(AttemptOutcome::Lost);
        let worker = &lease.worker;
        let error = match end {
            LeaseEnd::Silence => {
                self.execution.rescues.raise(1);
                format!("the worker {worker} fell silent")
            }
            LeaseEnd::Rights => format!("the worker {worker} may not hold the job any more"),
        };
        self.note(EventKind::LeaseLost, &error);
        if let Some(attempt) = self.execution.attempts.last_mut() {
            attempt.error = Some(error);
            attempt.cause = Some(Cause::LeaseLost);
        }
        if self.execution.cancel_requested.is_some() {
            self.stop();
        } else if self.execution.rescues > self.turn.state.config().maximum_rescues {
            self.give_up(ExecutionStatus::Failed);
        } else {
            self.execution.attempt = self.execution.attempt.saturating_sub(1);
            self.execution.status.enter(ExecutionStatus::Ready);
            self.queue(self.turn.now);
        }
    }
}

/// Extends the lease of a job. The execution must be running under it.
pub fn heartbeat(
    state: &mut State,
    now: u64,
    execution: &mut ExecutionRecord,
    lease_seconds: Option<u64>,
    line: Option<String>,
) {
    if let Some(line) = line {
        log(execution, now, line);
    }
    let lease = execution.lease.as_mut().expect("BUG: a job has a lease");
    lease.seconds = lease_seconds.unwrap_or(lease.seconds);
    lease.until_at = after(now, lease.seconds).min(lease.deadline_at);
    let until_at = lease.until_at;
    state.cancel_wake(execution.wake.take());
    execution.wake = Some(state.wake_at(until_at, Wake::Deadline(execution.id)));
    state.put_execution(execution);
}
