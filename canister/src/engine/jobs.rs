//! Commands that workers outside run: claimed under a lease, reported under a fencing token, taken
//! back when the worker falls silent.

use candid::Principal;
use chime_types::{Action, Cause, EventKind, ExecutionStatus, Job, Outcome as AttemptOutcome};

use super::attempt::{after, close, give_up, open, step_of};
use super::lifecycle::{log, queue};
use super::resolve::{action_of, user_name};
use super::timeline::Note;
use super::{may_start, places};
use crate::state::State;
use crate::state::keys::{ReadyKey, Wake};
use crate::state::records::{ExecutionRecord, Lease, TaskRecord};

/// The queue of a command that names none.
const DEFAULT_QUEUE: &str = "default";

/// The name of a queue.
pub fn queue_name(queue: Option<&str>) -> &str {
    queue.unwrap_or(DEFAULT_QUEUE)
}

/// A claim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Who claims.
    pub caller: Principal,
    /// Only jobs of this owner.
    pub owner: Option<Principal>,
    pub worker: String,
    pub queue: String,
    pub limit: usize,
    pub lease_seconds: u64,
}

/// Gives the most urgent jobs of a queue to a worker, as far as the limits on attempts allow.
pub fn claim(state: &mut State, now: u64, claim: &Claim) -> Vec<Job> {
    let mut jobs = Vec::new();
    while jobs.len() < claim.limit && may_start(state) {
        let Some(key) = state.jobs_of(claim.owner, &claim.queue).next() else {
            break;
        };
        jobs.extend(take(state, now, &key, claim));
    }
    jobs
}

/// Gives one job to a worker; or parks it, if it comes up against a limit; or sends it back, if its
/// action was defined anew meanwhile and is no command any more.
fn take(state: &mut State, now: u64, key: &ReadyKey, claim: &Claim) -> Option<Job> {
    let mut execution = state
        .execution(key.execution_id)
        .expect("BUG: a queue of commands names an execution");
    let mut task = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    let place = execution.place.take().expect("BUG: it is in the queue");
    state.leave_queue(task.owner, &place);
    let step = step_of(state, &execution);
    let resolved = action_of(state, &task, &step).map(|resolved| resolved.action);
    let Ok(Action::Command { command, .. }) = resolved else {
        execution.status.enter(ExecutionStatus::Ready);
        execution.waiting_for = None;
        queue(state, &task, &mut execution, now);
        return None;
    };
    if let Some(limit) = places::in_the_way(state, &task, None) {
        execution.status.enter(ExecutionStatus::Ready);
        execution.waiting_for = None;
        places::park(state, &task, &mut execution, None, limit, *key);
        return None;
    }
    let deadline_at = after(now, step.timeout_seconds);
    let until_at = after(now, claim.lease_seconds).min(deadline_at);
    execution.lease = Some(Lease {
        claimed_by: claim.caller,
        worker: claim.worker.clone(),
        seconds: claim.lease_seconds,
        until_at,
        deadline_at,
    });
    let worker = Some(claim.worker.clone());
    let token = open(state, &mut task, &mut execution, now, until_at, worker);
    state.put_execution(&execution);
    state.put_task(&task);
    Note::execution(EventKind::JobClaimed, &task, &execution)
        .by(claim.caller)
        .detail(&claim.worker)
        .write(state, now);
    Some(Job {
        execution_id: execution.id.0,
        task_id: task.id.0,
        as_user: Some(user_name(state, &task)),
        step: execution.step,
        command,
        scheduled_at: execution.scheduled_at,
        attempt: execution.attempt,
        fencing_token: token.0,
        deadline_at,
        lease_until_at: until_at,
        owner: task.owner,
        task_name: task.name,
        metadata: task.metadata,
    })
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

/// A worker fell silent: its job goes back to the queue, or is given up after too many rescues.
pub(super) fn take_back(state: &mut State, now: u64, mut execution: ExecutionRecord) {
    let mut task: TaskRecord = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    let worker = execution
        .lease
        .take()
        .map_or_else(String::new, |lease| lease.worker);
    close(state, &mut task, &mut execution, now, AttemptOutcome::Lost);
    execution.rescues += 1;
    let error = format!("the worker {worker} fell silent");
    if let Some(attempt) = execution.attempts.last_mut() {
        attempt.error = Some(error.clone());
        attempt.cause = Some(Cause::LeaseLost);
    }
    Note::execution(EventKind::LeaseLost, &task, &execution)
        .detail(&error)
        .write(state, now);
    if execution.cancel_requested.is_some() {
        super::attempt::stop(state, &mut task, &mut execution, now);
    } else if execution.rescues > state.config().maximum_rescues {
        give_up(
            state,
            &mut task,
            &mut execution,
            now,
            ExecutionStatus::Failed,
        );
    } else {
        execution.attempt = execution.attempt.saturating_sub(1);
        execution.status.enter(ExecutionStatus::Ready);
        queue(state, &task, &mut execution, now);
    }
    state.put_task(&task);
}
