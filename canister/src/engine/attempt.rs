//! Attempts: started under a token, ended once.
//!
//! 'Started' is in the store before anything leaves the canister. An outcome counts only while the
//! execution holds the token of that attempt, so an answer that comes after the deadline, after a
//! cancellation or to an earlier attempt changes nothing.

use chime_types::{
    Action, Attempt, Cause, EventKind, ExecutionStatus, OnUnknown, Outcome as AttemptOutcome,
    StepResult, StepStatus, WaitReason, limits,
};

use super::ending::end;
use super::failure::{Failure, outcome_of, passes};
use super::lifecycle::{log, queue, wait};
use super::resolve::{self, Resolved};
use super::retry::{is_terminal, retry_pause};
use super::timeline::Note;
use super::{Start, alerts, jobs, places, totals};
use crate::state::State;
use crate::state::keys::{ExecutionId, ReadyKey, Token, Wake};
use crate::state::records::{ExecutionRecord, Place, Step, TaskRecord};

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, with what it returned and a line for the log.
    Completed { result: String, log: Option<String> },
    /// Not done. The cause says whether another attempt may succeed, and whether it may have been
    /// carried out nevertheless.
    Failed(Failure),
    /// Put off by the callee or the worker: it costs no attempt.
    Snoozed { seconds: u64 },
    /// A slice of a built-in action is done; the next goes on from here.
    More { progress: Vec<u8> },
}

impl Outcome {
    fn kind(&self) -> AttemptOutcome {
        match self {
            Self::Completed { .. } => AttemptOutcome::Completed,
            Self::Failed(failure) => outcome_of(failure.cause),
            Self::Snoozed { .. } => AttemptOutcome::Snoozed,
            Self::More { .. } => AttemptOutcome::Running,
        }
    }

    const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Completed { .. } | Self::Snoozed { .. } | Self::More { .. } => None,
        }
    }

    /// A failure, from its cause and the same in words.
    pub fn failed(cause: Cause, error: impl Into<String>) -> Self {
        Self::Failed(Failure::new(cause, error))
    }
}

/// Takes the first execution of the ready queue up: starts an attempt, hands it to the workers, or
/// parks it behind a limit.
pub(super) fn take_up(state: &mut State, now: u64, key: &ReadyKey) -> Option<Start> {
    let mut execution = state
        .execution(key.execution_id)
        .expect("BUG: the ready queue names an execution");
    let mut task = task_of(state, &execution);
    let place = execution.place.take().expect("BUG: it is in the queue");
    state.leave_queue(task.owner, &place);
    let step = step_of(state, &execution);
    let resolved = resolve::action_of(state, &task, &step);
    let action = resolved.as_ref().map(|resolved| &resolved.action).ok();
    let target = action.and_then(resolve::target_of);
    if let Some(limit) = places::in_the_way(state, &task, target) {
        places::park(state, &task, &mut execution, target, limit, *key);
        return None;
    }
    if let Some(Action::Command { queue, .. }) = action {
        let place = Place::Job(jobs::queue_name(queue.as_deref()).to_string(), *key);
        execution.status.enter(ExecutionStatus::Waiting);
        execution.waiting_for = Some(WaitReason::Worker);
        state.enter_queue(task.owner, &place);
        execution.place = Some(place);
        state.put_execution(&execution);
        places::pass_on(state, &task, target);
        return None;
    }
    execution.target = target;
    let deadline = after(now, step.timeout_seconds);
    let token = open(state, &mut task, &mut execution, now, deadline, None);
    state.put_execution(&execution);
    state.put_task(&task);
    begin_work(state, now, &task, &execution, &step, resolved, token)
}

/// The work of an attempt that has been recorded. Work that cannot be done ends the attempt at once.
fn begin_work(
    state: &mut State,
    now: u64,
    task: &TaskRecord,
    execution: &ExecutionRecord,
    step: &Step,
    resolved: Result<Resolved, Failure>,
    token: Token,
) -> Option<Start> {
    let work = resolved
        .and_then(|resolved| resolve::work(state, task, execution, &resolved, token.0, now));
    match work {
        Ok(work) => Some(Start {
            execution_id: execution.id,
            task_id: task.id,
            token,
            scheduled_at: execution.scheduled_at,
            attempt: execution.attempt,
            work,
            timeout_seconds: step.timeout_seconds,
        }),
        Err(failure) => {
            finish(state, now, execution.id, token, &Outcome::Failed(failure));
            None
        }
    }
}

/// Records that an attempt begins, under a new token, with a place taken and its deadline in the
/// agenda. The execution and the task are written by the caller.
pub(super) fn open(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    deadline: u64,
    worker: Option<String>,
) -> Token {
    execution.status.enter(ExecutionStatus::Running);
    execution.waiting_for = None;
    places::take(state, task, execution.target);
    let token = state.new_token();
    execution.token = Some(token);
    execution.wake = Some(state.wake_at(deadline, Wake::Deadline(execution.id)));
    // A later slice of a built-in action belongs to the attempt that began it.
    if execution.progress.is_empty() {
        execution.attempt += 1;
        if execution.attempts.len() >= limits::MAXIMUM_ATTEMPTS_KEPT {
            execution.attempts.remove(0);
        }
        execution.attempts.push(Attempt {
            number: execution.attempt,
            step: execution.step,
            started_at: now,
            finished_at: None,
            fencing_token: token.0,
            worker,
            outcome: AttemptOutcome::Running,
            result: None,
            error: None,
            cause: None,
        });
    }
    if execution.started_at.is_none() {
        execution.started_at = Some(now);
        note_first_start(state, task, execution, now);
    }
    token
}

fn note_first_start(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    let lag = now.saturating_sub(execution.due_at);
    state.change_owner(task.owner, |owner| {
        super::periods::begin_day(owner, now);
        owner.figures.lags.add(lag);
    });
    totals::on_start(state, now, lag);
    Note::execution(EventKind::ExecutionStarted, task, execution).write(state, now);
    alerts::on_start(state, now, task, execution);
}

fn task_of(state: &State, execution: &ExecutionRecord) -> TaskRecord {
    state
        .task(execution.task_id)
        .expect("BUG: an execution has a task")
}

pub(super) fn step_of(state: &State, execution: &ExecutionRecord) -> Step {
    let mut plan = state.plan(execution.task_id, execution.plan);
    plan.steps.swap_remove(execution.step as usize)
}

/// Ends the attempt of an execution in its record: the token is spent, the deadline is off, the
/// place is free. The execution and the task are written by the caller.
pub(super) fn close(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    outcome: AttemptOutcome,
) {
    execution.token = None;
    execution.lease = None;
    state.cancel_wake(execution.wake.take());
    places::give_back(state, task, execution.target.take());
    let attempt = execution
        .attempts
        .last_mut()
        .expect("BUG: a running execution has an attempt");
    attempt.outcome = outcome;
    if outcome != AttemptOutcome::Running {
        attempt.finished_at = Some(now);
        execution.progress.clear();
    }
}

/// Takes in how an attempt ended. False, and nothing changes, if the token is spent.
pub fn finish(
    state: &mut State,
    now: u64,
    id: ExecutionId,
    token: Token,
    outcome: &Outcome,
) -> bool {
    let Some(mut execution) = state
        .execution(id)
        .filter(|found| found.token == Some(token))
    else {
        return false;
    };
    let mut task = task_of(state, &execution);
    close(state, &mut task, &mut execution, now, outcome.kind());
    let attempt = execution
        .attempts
        .last_mut()
        .expect("BUG: a running execution has an attempt");
    attempt.error = outcome.failure().map(|failure| shortened(&failure.error));
    attempt.cause = outcome.failure().map(|failure| failure.cause);
    if let Outcome::Completed { result, .. } = outcome {
        attempt.result = Some(shortened(result));
    }
    settle(state, &mut task, &mut execution, now, outcome);
    state.put_task(&task);
    true
}

/// What follows from an outcome. Every branch writes the execution.
fn settle(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    outcome: &Outcome,
) {
    match outcome {
        Outcome::Completed { log: line, .. } => {
            if let Some(line) = line {
                log(execution, now, line.clone());
            }
            complete_step(state, task, execution, now);
        }
        _ if execution.cancel_requested.is_some() => stop(state, task, execution, now),
        Outcome::More { progress } => {
            execution.progress.clone_from(progress);
            execution.status.enter(ExecutionStatus::Ready);
            queue(state, task, execution, now);
        }
        Outcome::Snoozed { seconds } => {
            execution.attempt = execution.attempt.saturating_sub(1);
            wait(state, execution, WaitReason::Snooze, after(now, *seconds));
            Note::execution(EventKind::ExecutionSnoozed, task, execution).write(state, now);
        }
        Outcome::Failed(failure) => match failure.cause {
            Cause::OutcomeUnknown => {
                by_policy(state, task, execution, now, ExecutionStatus::Failed)
            }
            Cause::TimedOut => by_policy(state, task, execution, now, ExecutionStatus::TimedOut),
            cause if passes(cause) && !is_terminal(&task.retry, &failure.error) => {
                retry_or_end(state, task, execution, now, ExecutionStatus::Failed);
            }
            _ => give_up(state, task, execution, now, ExecutionStatus::Failed),
        },
    }
}

/// The deadline of an attempt, or the lease of its worker, has come.
pub(super) fn time_out(state: &mut State, now: u64, id: ExecutionId) {
    let Some((execution, token)) = state.execution(id).and_then(|found| {
        let token = found.token?;
        Some((found, token))
    }) else {
        return;
    };
    if let Some(lease) = &execution.lease
        && now < lease.deadline_at
    {
        jobs::take_back(state, now, execution);
        return;
    }
    let seconds = step_of(state, &execution).timeout_seconds;
    let error = format!("no answer within {seconds} s; nobody can tell whether it was carried out");
    let outcome = Outcome::failed(Cause::TimedOut, error);
    finish(state, now, id, token, &outcome);
}

/// A step is done.
fn complete_step(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
) {
    let result = execution
        .attempts
        .last()
        .and_then(|attempt| attempt.result.clone());
    execution.steps.push(StepResult {
        status: StepStatus::Completed,
        result: result.clone(),
        error: None,
    });
    let is_last = is_last_step(state, execution);
    if is_last {
        execution.result = result;
    }
    advance(state, task, execution, now);
}

fn is_last_step(state: &State, execution: &ExecutionRecord) -> bool {
    let plan = state.plan(execution.task_id, execution.plan);
    execution.step as usize + 1 == plan.steps.len()
}

/// On to the next step, at once or after its pause, or the execution is complete.
fn advance(state: &mut State, task: &mut TaskRecord, execution: &mut ExecutionRecord, now: u64) {
    if is_last_step(state, execution) {
        end(state, task, execution, ExecutionStatus::Completed, now);
        return;
    }
    if execution.cancel_requested.is_some() {
        stop(state, task, execution, now);
        return;
    }
    let pause = step_of(state, execution).run_next_after_seconds;
    execution.step += 1;
    execution.attempt = 0;
    if pause == 0 {
        execution.status.enter(ExecutionStatus::Ready);
        queue(state, task, execution, now);
    } else {
        wait(state, execution, WaitReason::StepDelay, after(now, pause));
    }
}

/// Ends an attempt that is between two slices of a built-in action.
pub(super) fn close_slices(execution: &mut ExecutionRecord, now: u64, outcome: AttemptOutcome) {
    if let Some(attempt) = execution.attempts.last_mut()
        && attempt.finished_at.is_none()
    {
        attempt.finished_at = Some(now);
        attempt.outcome = outcome;
    }
    execution.progress.clear();
}

/// An execution that was asked to stop does so between two attempts.
pub(super) fn stop(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
) {
    close_slices(execution, now, AttemptOutcome::Cancelled);
    execution.error.clone_from(&execution.cancel_requested);
    execution.cause = Some(execution.cancel_cause.unwrap_or(Cause::Cancelled));
    end(state, task, execution, ExecutionStatus::Cancelled, now);
}

pub(super) fn retry_or_end(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    status: ExecutionStatus,
) {
    let first_attempt_at = execution.started_at.unwrap_or(now);
    let pause = retry_pause(
        &task.retry,
        execution.id.0,
        execution.attempt,
        first_attempt_at,
        now,
    );
    let Some(pause) = pause else {
        give_up(state, task, execution, now, status);
        return;
    };
    let until = now.saturating_add(pause);
    wait(state, execution, WaitReason::RetryBackoff, until);
    let cause = cause(execution);
    Note::execution(EventKind::AttemptFailed, task, execution)
        .detail(&cause)
        .write(state, now);
}

fn by_policy(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    status: ExecutionStatus,
) {
    match task.on_unknown {
        OnUnknown::Retry => retry_or_end(state, task, execution, now, status),
        OnUnknown::Fail => give_up(state, task, execution, now, status),
        OnUnknown::Complete => complete_step(state, task, execution, now),
    }
}

fn cause(execution: &ExecutionRecord) -> String {
    let last = execution
        .attempts
        .last()
        .expect("BUG: an execution that fails was attempted");
    let cause = last.error.as_deref().unwrap_or("no cause given");
    format!(
        "step {} failed at attempt {}: {cause}",
        execution.step, execution.attempt
    )
}

/// No further attempt at the step is made. The execution fails, or goes on with the next step.
pub(super) fn give_up(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    status: ExecutionStatus,
) {
    let error = cause(execution);
    let step = step_of(state, execution);
    if !step.continue_on_error {
        execution.error = Some(error);
        execution.cause = execution.attempts.last().and_then(|last| last.cause);
        end(state, task, execution, status, now);
        return;
    }
    log(execution, now, format!("passed over: {error}"));
    execution.steps.push(StepResult {
        status: StepStatus::Failed,
        result: None,
        error: Some(error),
    });
    advance(state, task, execution, now);
}

pub(super) fn after(now: u64, seconds: u64) -> u64 {
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
}

/// The text, cut at the limit and marked as cut.
fn shortened(text: &str) -> String {
    if text.len() <= limits::MAXIMUM_RESULT_BYTES {
        return text.to_string();
    }
    let end = text.floor_char_boundary(limits::MAXIMUM_RESULT_BYTES);
    format!("{}... ({} bytes in all)", &text[..end], text.len())
}
