//! What workers ask for.

use chime_types::{
    Cause, ClaimJobsRequest, ClaimedJobs, CompleteJobRequest, Error, FailJobRequest,
    HeartbeatJobRequest, JobLease, ReleaseJobRequest, TaskExecution, limits,
};

use super::access::{conflict, not_found};
use super::{Caller, validate, views};
use crate::engine::jobs::{Claim, claim, heartbeat, queue_name};
use crate::engine::{Outcome, finish};
use crate::state::State;
use crate::state::keys::{ExecutionId, Token};
use crate::state::records::{ExecutionRecord, TaskRecord};

/// `claim_jobs`
pub fn claim_jobs(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: ClaimJobsRequest,
) -> Result<ClaimedJobs, Error> {
    // Workers and admins serve everybody, owners themselves.
    caller.need_worker()?;
    let serves_all = caller.serves_all();
    let maximum = limits::MAXIMUM_NAME_CHARACTERS;
    validate::characters("worker", &request.worker, 1, maximum)?;
    let queue = queue_name(request.queue.as_deref()).to_string();
    validate::characters("queue", &queue, 1, limits::MAXIMUM_QUEUE_CHARACTERS)?;
    let limit = request.limit.unwrap_or(1);
    validate::range("limit", limit.into(), 1, limits::MAXIMUM_CLAIM.into())?;
    let default = state.config().default_lease_seconds;
    let lease_seconds = lease(request.lease_seconds.unwrap_or(default))?;
    let order = Claim {
        caller: caller.principal,
        is_controller: caller.is_controller,
        owner: (!serves_all).then_some(caller.principal),
        worker: request.worker,
        queue,
        limit: limit as usize,
        lease_seconds,
    };
    let jobs = claim(state, now, &order);
    let most = usize::try_from(limits::MAXIMUM_COUNTED_JOBS).expect("BUG: a small number");
    let waiting = state.jobs_of(order.owner, &order.queue).take(most).count();
    Ok(ClaimedJobs {
        jobs,
        waiting: waiting as u64,
    })
}

fn lease(seconds: u64) -> Result<u64, Error> {
    let (minimum, maximum) = (limits::MINIMUM_LEASE_SECONDS, limits::MAXIMUM_LEASE_SECONDS);
    validate::range("lease_seconds", seconds, minimum, maximum)?;
    Ok(seconds)
}

/// A job that the caller holds under this token. Its rights are those of now, not of when it claimed:
/// who serves only itself by now holds no job of another owner. Jobs that it may not know of do not
/// exist for it.
fn held(state: &State, caller: Caller, id: u64, token: u64) -> Result<ExecutionRecord, Error> {
    caller.need_worker()?;
    let unknown = || {
        let fix = "report only jobs that claim_jobs gave to you";
        not_found("execution_id", "job", id, fix)
    };
    let execution = state.execution(ExecutionId(id)).ok_or_else(unknown)?;
    let task = state.task(execution.task_id).ok_or_else(unknown)?;
    let lease = execution.lease.as_ref();
    let is_others = lease.is_some_and(|lease| lease.claimed_by != caller.principal);
    if is_others || !knows(caller, &task, &execution) {
        return Err(unknown());
    }
    if lease.is_none() || execution.token != Some(Token(token)) {
        return Err(conflict(
            "fencing_token",
            "the job is not held under this token: its lease ran out, it was cancelled, or it is \
             done",
            "drop what you have; the scheduler settled it, or gave it out again under a higher token: \
             get_execution shows what was taken in",
        ));
    }
    Ok(execution)
}

/// Whether the caller may know that there is such a job: one of its own tasks, any for who sees those of
/// all owners, and for a worker one that was given to some worker before.
fn knows(caller: Caller, task: &TaskRecord, execution: &ExecutionRecord) -> bool {
    let was_claimed = || execution.attempts.iter().any(|one| one.worker.is_some());
    task.owner == caller.principal || caller.sees_all() || (caller.serves_all() && was_claimed())
}

/// `heartbeat_job`
pub fn heartbeat_job(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: HeartbeatJobRequest,
) -> Result<JobLease, Error> {
    let id = request.execution_id;
    let mut execution = held(state, caller, id, request.fencing_token)?;
    let lease_seconds = request.lease_seconds.map(lease).transpose()?;
    let length = request.log.as_ref().map_or(0, String::len);
    validate::bytes("log", length, 0, limits::MAXIMUM_NOTE_BYTES)?;
    heartbeat(state, now, &mut execution, lease_seconds, request.log);
    let lease = execution.lease.expect("BUG: it is held");
    Ok(JobLease {
        lease_until_at: lease.until_at,
        deadline_at: lease.deadline_at,
        cancel_requested: execution.cancel_requested,
    })
}

fn report(
    state: &mut State,
    caller: Caller,
    now: u64,
    (id, token): (u64, u64),
    outcome: &Outcome,
) -> Result<TaskExecution, Error> {
    held(state, caller, id, token)?;
    let counted = finish(state, now, ExecutionId(id), Token(token), outcome);
    assert!(counted, "BUG: the job is held under this token");
    let execution = state.execution(ExecutionId(id));
    Ok(views::execution(
        state,
        execution.expect("BUG: what just ended is kept"),
    ))
}

/// `complete_job`
pub fn complete_job(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: CompleteJobRequest,
) -> Result<TaskExecution, Error> {
    let outcome = Outcome::Completed {
        result: request.result,
        log: None,
    };
    let job = (request.execution_id, request.fencing_token);
    report(state, caller, now, job, &outcome)
}

/// `fail_job`
pub fn fail_job(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: FailJobRequest,
) -> Result<TaskExecution, Error> {
    let cause = match request.terminal {
        Some(true) => Cause::WorkerTerminal,
        Some(false) | None => Cause::WorkerFailed,
    };
    let outcome = Outcome::failed(cause, request.error);
    let job = (request.execution_id, request.fencing_token);
    report(state, caller, now, job, &outcome)
}

/// `release_job`
pub fn release_job(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &ReleaseJobRequest,
) -> Result<TaskExecution, Error> {
    let seconds = request.snooze_seconds.unwrap_or(0);
    let maximum = limits::MAXIMUM_DURATION_SECONDS;
    validate::range("snooze_seconds", seconds, 0, maximum)?;
    let job = (request.execution_id, request.fencing_token);
    report(state, caller, now, job, &Outcome::Snoozed { seconds })
}
