//! Attempts: started under a token, ended once.
//!
//! 'Started' is in the store before anything leaves the canister. An outcome counts only while the
//! execution holds the token of that attempt, so an answer that comes after the deadline, after a
//! cancellation or to an earlier attempt changes nothing.

use chime_types::{
    Attempt, ExecutionStatus, OnUnknown, Outcome as AttemptOutcome, WaitReason, limits,
};

use super::lifecycle::{end, enter, log, queue, wait};
use super::{Start, retry_delay_seconds};
use crate::state::State;
use crate::state::keys::{ExecutionId, ReadyKey, Token, Wake};
use crate::state::records::{ExecutionRecord, Step, TaskRecord};

/// How an attempt ended, as the driver reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, with what it returned and a line for the log.
    Completed { result: String, log: Option<String> },
    /// Refused or failed; another attempt may succeed.
    Failed { error: String },
    /// Failed in a way that no further attempt can mend.
    Refused { error: String },
    /// Nobody can tell whether it was carried out.
    Unknown { error: String },
    /// No outcome came before the deadline.
    TimedOut { error: String },
    /// Stopped on request.
    Cancelled,
}

impl Outcome {
    const fn kind(&self) -> AttemptOutcome {
        match self {
            Self::Completed { .. } => AttemptOutcome::Completed,
            Self::Failed { .. } | Self::Refused { .. } => AttemptOutcome::Failed,
            Self::Unknown { .. } => AttemptOutcome::Unknown,
            Self::TimedOut { .. } => AttemptOutcome::TimedOut,
            Self::Cancelled => AttemptOutcome::Cancelled,
        }
    }

    fn error(&self) -> Option<String> {
        match self {
            Self::Completed { .. } | Self::Cancelled => None,
            Self::Failed { error }
            | Self::Refused { error }
            | Self::Unknown { error }
            | Self::TimedOut { error } => Some(shortened(error)),
        }
    }
}

/// Records that the first execution of the ready queue is being attempted, and says what to do.
pub(super) fn start(state: &mut State, now: u64, key: &ReadyKey) -> Start {
    state.dequeue(key);
    let mut execution = state
        .execution(key.execution_id)
        .expect("BUG: the ready queue names an execution");
    let step = step_of(state, &execution);
    enter(&mut execution, ExecutionStatus::Running);
    let token = state.new_token();
    let deadline = now.saturating_add(step.timeout_seconds.saturating_mul(limits::NANOSECONDS));
    execution.ready = None;
    execution.started_at.get_or_insert(now);
    execution.attempt += 1;
    execution.token = Some(token);
    execution.wake = Some(state.wake_at(deadline, Wake::Deadline(execution.id)));
    if execution.attempts.len() >= limits::MAXIMUM_ATTEMPTS_KEPT {
        execution.attempts.remove(0);
    }
    execution.attempts.push(Attempt {
        number: execution.attempt,
        step: execution.step,
        started_at: now,
        finished_at: None,
        outcome: AttemptOutcome::Running,
        result: None,
        error: None,
    });
    state.add_running();
    state.put_execution(&execution);
    Start {
        execution_id: execution.id,
        task_id: execution.task_id,
        token,
        scheduled_at: execution.scheduled_at,
        attempt: execution.attempt,
        action: step.action,
        timeout_seconds: step.timeout_seconds,
    }
}

fn step_of(state: &State, execution: &ExecutionRecord) -> Step {
    let mut plan = state.plan(execution.task_id, execution.plan);
    plan.steps.swap_remove(execution.step as usize)
}

/// Ends the attempt of an execution in its record: the token is spent, the deadline is off.
pub(super) fn close(
    state: &mut State,
    execution: &mut ExecutionRecord,
    now: u64,
    outcome: &Outcome,
) {
    execution.token = None;
    state.cancel_wake(execution.wake.take());
    state.remove_running();
    let attempt = execution
        .attempts
        .last_mut()
        .expect("BUG: a running execution has an attempt");
    attempt.finished_at = Some(now);
    attempt.outcome = outcome.kind();
    attempt.error = outcome.error();
    if let Outcome::Completed { result, .. } = outcome {
        attempt.result = Some(shortened(result));
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
    let mut task = state
        .task(execution.task_id)
        .expect("BUG: a running execution has a task");
    close(state, &mut execution, now, outcome);
    match outcome {
        Outcome::Completed { log: line, .. } => {
            if let Some(line) = line {
                log(&mut execution, now, line.clone());
            }
            advance(state, &mut task, &mut execution, now);
        }
        Outcome::Failed { .. } => {
            retry_or_end(
                state,
                &mut task,
                &mut execution,
                now,
                ExecutionStatus::Failed,
            );
        }
        Outcome::Refused { .. } => {
            give_up(
                state,
                &mut task,
                &mut execution,
                now,
                ExecutionStatus::Failed,
            );
        }
        Outcome::Unknown { .. } => {
            by_policy(
                state,
                &mut task,
                &mut execution,
                now,
                ExecutionStatus::Failed,
            );
        }
        Outcome::TimedOut { .. } => {
            by_policy(
                state,
                &mut task,
                &mut execution,
                now,
                ExecutionStatus::TimedOut,
            );
        }
        Outcome::Cancelled => panic!("BUG: only an owner cancels"),
    }
    true
}

/// The deadline of an attempt has come and no outcome with it.
pub(super) fn time_out(state: &mut State, now: u64, id: ExecutionId) {
    let Some((execution, token)) = state.execution(id).and_then(|found| {
        let token = found.token?;
        Some((found, token))
    }) else {
        return;
    };
    let seconds = step_of(state, &execution).timeout_seconds;
    let error = format!("no answer within {seconds} s; nobody can tell whether it was carried out");
    finish(state, now, id, token, &Outcome::TimedOut { error });
}

/// A step is done: on to the next, at once or after its pause, or the execution is complete.
fn advance(state: &mut State, task: &mut TaskRecord, execution: &mut ExecutionRecord, now: u64) {
    let plan = state.plan(execution.task_id, execution.plan);
    let done = execution.step as usize;
    if done + 1 == plan.steps.len() {
        execution.result = execution
            .attempts
            .last()
            .and_then(|attempt| attempt.result.clone());
        end(state, task, execution, ExecutionStatus::Completed, now);
        return;
    }
    execution.step += 1;
    execution.attempt = 0;
    let pause = plan.steps[done].run_next_after_seconds;
    if pause == 0 {
        enter(execution, ExecutionStatus::Ready);
        queue(state, task, execution, now);
    } else {
        wait(state, execution, WaitReason::StepDelay, after(now, pause));
    }
}

fn retry_or_end(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    status: ExecutionStatus,
) {
    match retry_delay_seconds(&task.retry, execution.attempt) {
        Some(pause) => wait(
            state,
            execution,
            WaitReason::RetryBackoff,
            after(now, pause),
        ),
        None => give_up(state, task, execution, now, status),
    }
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
    }
}

fn give_up(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    status: ExecutionStatus,
) {
    let last = execution
        .attempts
        .last()
        .expect("BUG: an execution that fails was attempted");
    let cause = last.error.as_deref().unwrap_or("no cause given");
    execution.error = Some(format!(
        "step {} failed at attempt {}: {cause}",
        execution.step, execution.attempt
    ));
    end(state, task, execution, status, now);
}

fn after(now: u64, seconds: u64) -> u64 {
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
