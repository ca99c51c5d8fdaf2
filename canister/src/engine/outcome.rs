//! How an attempt ended, and what follows from it: the next step, another attempt, or the end. Who may
//! report it, and under which token, is for `attempt`.

use chime_types::{
    Cause, EventKind, ExecutionStatus, OnUnknown, Outcome as AttemptOutcome, StepResult,
    StepStatus, WaitReason, limits,
};

use super::attempt::{after, last_attempt};
use super::counted_from_one;
use super::failure::{Failure, outcome_of, passes};
use super::lifecycle::log;
use super::program::{self, PartOutcome};
use super::retry::{is_terminal, retry_pause};
use super::timeline::Note;
use super::turn::Run;
use crate::state::counter::Counter;
use crate::state::records::ExecutionRecord;
use crate::state::texts;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, with what it returned and a line for the log.
    Completed { result: String, log: Option<String> },
    /// Not done. The cause says whether another attempt may succeed, and whether it may have been
    /// carried out nevertheless.
    Failed(Failure),
    /// Snoozed by the callee or the worker: it costs no attempt.
    Snoozed { seconds: u64 },
    /// Not made: its owner's budget does not suffice before this time.
    PutOff { until: u64 },
    /// A slice of a built-in action or a part of a program is done; the next goes on from here.
    More { progress: Vec<u8> },
    /// A part of a program is done; the next follows then, or when somebody says how.
    Later {
        reason: WaitReason,
        until: Option<u64>,
    },
    /// A part of a program ended so: `program` says what the outcome is.
    Part(Box<PartOutcome>),
}

impl Outcome {
    pub(super) fn kind(&self) -> AttemptOutcome {
        match self {
            Self::Completed { .. } => AttemptOutcome::Completed,
            Self::Failed(failure) => outcome_of(failure.cause),
            Self::Snoozed { .. } | Self::PutOff { .. } => AttemptOutcome::Snoozed,
            Self::More { .. } | Self::Later { .. } | Self::Part(_) => AttemptOutcome::Running,
        }
    }

    const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Completed { .. }
            | Self::Snoozed { .. }
            | Self::PutOff { .. }
            | Self::More { .. }
            | Self::Later { .. }
            | Self::Part(_) => None,
        }
    }

    /// A failure, from its cause and the same in words.
    pub fn failed(cause: Cause, error: impl Into<String>) -> Self {
        Self::Failed(Failure::new(cause, error))
    }
}

impl Run<'_, '_> {
    /// Keeps the outcome of the attempt that just ended, and does what follows from it.
    pub(super) fn take_in(&mut self, outcome: &Outcome) {
        let attempt = last_attempt(&mut self.execution);
        attempt.error = outcome.failure().map(|failure| shortened(&failure.error));
        attempt.cause = outcome.failure().map(|failure| failure.cause);
        if let Outcome::Completed { result, .. } = outcome {
            attempt.result = Some(shortened(result));
        }
        self.settle(outcome);
    }

    /// What follows from an outcome.
    fn settle(&mut self, outcome: &Outcome) {
        let now = self.turn.now;
        match outcome {
            Outcome::Completed { log: line, .. } => {
                if let Some(line) = line {
                    log(&mut self.execution, now, line.clone());
                }
                self.complete_step();
            }
            _ if self.execution.cancel_requested.is_some() => self.stop(),
            Outcome::More { progress } => {
                self.execution.progress.clone_from(progress);
                self.execution.status.enter(ExecutionStatus::Ready);
                self.queue(now);
            }
            Outcome::Later { reason, until } => {
                self.execution.progress = program::UNDER_WAY.to_vec();
                match until {
                    Some(until) => self.wait(*reason, *until),
                    None => self.wait_for_somebody(*reason),
                }
            }
            Outcome::Part(_) => panic!("BUG: a part is taken in before"),
            Outcome::Snoozed { seconds } => {
                self.execution.attempt = self.execution.attempt.saturating_sub(1);
                self.wait(WaitReason::Snooze, after(now, *seconds));
                self.note(EventKind::ExecutionSnoozed, "");
            }
            Outcome::PutOff { until } => {
                // It was never made, so nobody is to read of it once an hour.
                self.execution.attempts.pop();
                self.execution.attempt = self.execution.attempt.saturating_sub(1);
                self.wait(WaitReason::Budget, *until);
            }
            Outcome::Failed(failure) => match failure.cause {
                Cause::OutcomeUnknown => self.by_policy(ExecutionStatus::Failed),
                Cause::TimedOut => self.by_policy(ExecutionStatus::TimedOut),
                cause if passes(cause) && !is_terminal(&self.turn.task.retry, &failure.error) => {
                    self.retry_or_end(ExecutionStatus::Failed);
                }
                _ => self.give_up(ExecutionStatus::Failed),
            },
        }
    }

    /// A step is done.
    fn complete_step(&mut self) {
        let result = last_attempt(&mut self.execution).result.clone();
        if self.is_at_last_step() {
            self.execution.result.clone_from(&result);
        }
        self.execution.steps.push(StepResult {
            status: StepStatus::Completed,
            result,
            error: None,
        });
        self.advance();
    }

    /// On to the next step, at once or after its pause, or the execution is complete.
    fn advance(&mut self) {
        if self.is_at_last_step() {
            self.end(ExecutionStatus::Completed);
            return;
        }
        if self.execution.cancel_requested.is_some() {
            self.stop();
            return;
        }
        let now = self.turn.now;
        let pause = self.step().run_next_after_seconds;
        self.execution.step.raise(1);
        self.execution.attempt = 0;
        if pause == 0 {
            self.execution.status.enter(ExecutionStatus::Ready);
            self.queue(now);
        } else {
            self.wait(WaitReason::StepDelay, after(now, pause));
        }
    }

    /// Ends an attempt that is between two slices of a built-in action.
    pub(super) fn close_slices(&mut self, outcome: AttemptOutcome) {
        let now = self.turn.now;
        if let Some(attempt) = self.execution.attempts.last_mut()
            && attempt.finished_at.is_none()
        {
            attempt.finished_at = Some(now);
            attempt.outcome = outcome;
        }
        self.execution.progress.clear();
    }

    /// An execution that was asked to stop does so between two attempts.
    pub(super) fn stop(&mut self) {
        self.close_slices(AttemptOutcome::Cancelled);
        let execution = &mut self.execution;
        execution.error.clone_from(&execution.cancel_requested);
        execution.cause = Some(execution.cancel_cause.unwrap_or(Cause::Cancelled));
        self.end(ExecutionStatus::Cancelled);
    }

    fn retry_or_end(&mut self, status: ExecutionStatus) {
        let (now, execution) = (self.turn.now, &self.execution);
        let first_attempt_at = execution.started_at.unwrap_or(now);
        let pause = retry_pause(
            &self.turn.task.retry,
            execution.id.0,
            execution.attempt,
            first_attempt_at,
            now,
        );
        let Some(pause) = pause else {
            self.give_up(status);
            return;
        };
        self.wait(WaitReason::RetryBackoff, now.saturating_add(pause));
        let reason = reason_in_words(&self.execution);
        self.note(EventKind::AttemptFailed, &reason);
    }

    fn by_policy(&mut self, status: ExecutionStatus) {
        match self.turn.task.on_unknown {
            OnUnknown::Retry => self.retry_or_end(status),
            OnUnknown::Fail => self.give_up(status),
            OnUnknown::Complete => self.complete_step(),
        }
    }

    /// No further attempt at the step is made. The execution fails, or goes on with the next step.
    pub(super) fn give_up(&mut self, status: ExecutionStatus) {
        let error = reason_in_words(&self.execution);
        if !self.step().continue_on_error {
            self.execution.error = Some(error);
            self.execution.cause = last_attempt(&mut self.execution).cause;
            self.end(status);
            return;
        }
        let line = format!("passed over: {error}");
        log(&mut self.execution, self.turn.now, line);
        self.execution.steps.push(StepResult {
            status: StepStatus::Failed,
            result: None,
            error: Some(error),
        });
        self.advance();
    }

    /// Notes in the timeline what happened to the execution.
    pub(super) fn note(&mut self, kind: EventKind, detail: &str) {
        let turn = &mut *self.turn;
        Note::execution(kind, &turn.task, &self.execution)
            .detail(detail)
            .write(turn.state, turn.now);
    }
}

fn reason_in_words(execution: &ExecutionRecord) -> String {
    let last = execution
        .attempts
        .last()
        .expect("BUG: an execution that fails was attempted");
    let error = last.error.as_deref().unwrap_or("no cause given");
    format!(
        "step {} failed at attempt {}: {error}",
        counted_from_one(execution.step),
        execution.attempt
    )
}

/// The text, cut at the limit and marked as cut.
fn shortened(text: &str) -> String {
    texts::shortened(text, limits::MAXIMUM_RESULT_BYTES)
}
