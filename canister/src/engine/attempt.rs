//! Attempts: started under a token, ended once.
//!
//! 'Started' is in the store before anything leaves the canister. An outcome counts only while the
//! execution holds the token of that attempt, so an answer that comes after the deadline, after a
//! cancellation or to an earlier attempt changes nothing.

use chime_types::{
    Action, Attempt, Cause, EventKind, ExecutionStatus, OnUnknown, Outcome as AttemptOutcome,
    StepResult, StepStatus, WaitReason, limits,
};

use super::failure::{Failure, outcome_of, passes};
use super::jobs::LeaseEnd;
use super::lifecycle::log;
use super::places::Seat;
use super::resolve::{self, Resolved};
use super::retry::{is_terminal, retry_pause};
use super::timeline::Note;
use super::turn::{Run, Turn};
use super::{Start, alerts, budget, counted_from_one, jobs, periods, rights, totals};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{ExecutionId, ReadyKey, Token, Wake};
use crate::state::records::{ExecutionRecord, Place, Step};
use crate::state::texts;

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
    /// Not made: its owner's budget does not suffice before this time.
    PutOff { until: u64 },
    /// A slice of a built-in action is done; the next goes on from here.
    More { progress: Vec<u8> },
}

impl Outcome {
    fn kind(&self) -> AttemptOutcome {
        match self {
            Self::Completed { .. } => AttemptOutcome::Completed,
            Self::Failed(failure) => outcome_of(failure.cause),
            Self::Snoozed { .. } | Self::PutOff { .. } => AttemptOutcome::Snoozed,
            Self::More { .. } => AttemptOutcome::Running,
        }
    }

    const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Completed { .. }
            | Self::Snoozed { .. }
            | Self::PutOff { .. }
            | Self::More { .. } => None,
        }
    }

    /// A failure, from its cause and the same in words.
    pub fn failed(cause: Cause, error: impl Into<String>) -> Self {
        Self::Failed(Failure::new(cause, error))
    }
}

/// Takes the first execution of the ready queue up: starts an attempt, hands it to the workers, or
/// parks it behind a limit.
pub(super) fn take_up(state: &mut State, now: u64, key: ReadyKey) -> Option<Start> {
    #[cfg(test)]
    super::poison::strikes::pass(super::poison::strikes::At::TakeUp(key.execution_id));
    let execution = state
        .execution(key.execution_id)
        .expect("BUG: the ready queue names an execution");
    Turn::of(state, now, execution.task_id)
        .hold(execution)
        .take_up(key)
}

/// Takes in how an attempt ended. False, and nothing changes, if the token is spent.
pub fn finish(
    state: &mut State,
    now: u64,
    id: ExecutionId,
    token: Token,
    outcome: &Outcome,
) -> bool {
    let Some(execution) = state
        .execution(id)
        .filter(|found| found.token == Some(token))
    else {
        return false;
    };
    Turn::of(state, now, execution.task_id)
        .hold(execution)
        .finish(outcome);
    true
}

/// The deadline of an attempt, or the lease of its worker, has come.
pub(super) fn time_out(state: &mut State, now: u64, id: ExecutionId) {
    let Some(execution) = state.execution(id).filter(|found| found.token.is_some()) else {
        return;
    };
    let mut turn = Turn::of(state, now, execution.task_id);
    let mut run = turn.hold(execution);
    let is_due = run.execution.wake.is_none_or(|key| key.due_at <= now);
    if let Some(lease) = run.execution.lease.clone()
        && now < lease.deadline_at
    {
        // It is looked at before its end when the rights of its holder were changed.
        if is_due {
            run.take_back(&lease, LeaseEnd::Silence);
        } else if !rights::may_hold(run.turn.state, &lease, run.turn.task.owner) {
            run.take_back(&lease, LeaseEnd::Rights);
        }
        return;
    }
    if !is_due {
        return;
    }
    let seconds = run.step().timeout_seconds;
    let error = format!("no answer within {seconds} s; nobody can tell whether it was carried out");
    run.finish(&Outcome::failed(Cause::TimedOut, error));
}

impl Run<'_, '_> {
    fn take_up(&mut self, key: ReadyKey) -> Option<Start> {
        if self.end_in_passing() || self.waits_for_budget() {
            return None;
        }
        let is_granted = self.execution.is_granted;
        self.leave_place();
        let step = self.step();
        let resolved = resolve::action_of(self.turn.state, &self.turn.task, &step);
        let action = resolved.as_ref().map(|resolved| &resolved.action).ok();
        if let Some(Action::Note { .. } | Action::Command { .. }) = action
            && !rights::is_held_back(self.turn.state, self.turn.task.owner)
        {
            self.take_up_without_place(resolved, key);
            // Nothing is given back later that would let the next one go on.
            self.turn.pass_on(Seat::Place(None));
            return None;
        }
        let target = action.and_then(resolve::target_of);
        let seat = Seat::Place(target);
        if let Some(limit) = self.turn.in_the_way(seat, is_granted) {
            self.park(seat, limit, key);
            return None;
        }
        self.execution.target = target;
        let token = self.open(after(self.turn.now, step.timeout_seconds), None);
        self.begin_work(&step, resolved, token)
    }

    /// Lets the execution, which is in the ready queue, wait while its owner's budget is used up.
    fn waits_for_budget(&mut self) -> bool {
        let (owner, now) = (self.turn.task.owner, self.turn.now);
        let Some(used_up) = budget::used_up(self.turn.state, now, owner) else {
            return false;
        };
        budget::tell(self.turn.state, now, owner, &used_up);
        self.withdraw();
        self.wait(WaitReason::Budget, used_up.begins_anew_at);
        true
    }

    /// A note is written at once. A command waits for a worker, which takes nothing: the limits are
    /// looked at when one claims it.
    fn take_up_without_place(&mut self, resolved: Result<Resolved, Failure>, key: ReadyKey) {
        let action = resolved.as_ref().map(|resolved| &resolved.action);
        let Ok(Action::Command { queue, .. }) = action else {
            self.write_note(resolved);
            return;
        };
        let queue = jobs::queue_name(queue.as_deref()).to_string();
        self.execution.status.enter(ExecutionStatus::Waiting);
        self.execution.waiting_for = Some(WaitReason::Worker);
        self.enter_place(Place::Job(queue, key));
    }

    /// Goes on with the step that the execution is at, which is due since then: in the ready queue,
    /// or at once if the step is but a note.
    pub(super) fn go_on(&mut self, due_at: u64) {
        let step = self.step();
        let is_note = matches!(step.action, Action::Note { .. });
        if !is_note || self.turn.state.header().cycles_low {
            self.queue(due_at);
            return;
        }
        let resolved = resolve::action_of(self.turn.state, &self.turn.task, &step);
        self.write_note(resolved);
    }

    /// Makes the attempt at a step that is but a note. It ends within the turn: it takes no place and
    /// needs no deadline.
    fn write_note(&mut self, resolved: Result<Resolved, Failure>) {
        let token = self.begin_attempt(None);
        let Self {
            turn, execution, ..
        } = self;
        let note = resolved.and_then(|resolved| {
            resolve::note(turn.state, &turn.task, execution, &resolved, token.0)
        });
        let outcome = match note {
            Ok(text) => Outcome::Completed {
                result: text.clone(),
                log: Some(text),
            },
            Err(failure) => Outcome::Failed(failure),
        };
        self.end_attempt(outcome.kind());
        self.take_in(&outcome);
    }

    /// The work of an attempt that has been recorded. Work that cannot be done ends the attempt at
    /// once.
    fn begin_work(
        &mut self,
        step: &Step,
        resolved: Result<Resolved, Failure>,
        token: Token,
    ) -> Option<Start> {
        let Self {
            turn, execution, ..
        } = self;
        let work = resolved.and_then(|resolved| {
            resolve::work(
                turn.state, &turn.task, execution, &resolved, token.0, turn.now,
            )
        });
        match work {
            Ok(work) => Some(Start {
                execution_id: execution.id,
                task_id: turn.task.id,
                owner: turn.task.owner,
                token,
                scheduled_at: execution.scheduled_at,
                attempt: execution.attempt,
                work,
                timeout_seconds: step.timeout_seconds,
            }),
            Err(failure) => {
                self.finish(&Outcome::Failed(failure));
                None
            }
        }
    }

    /// Records that an attempt begins, under a new token, with what it needs taken and its deadline in
    /// the agenda. One that has a worker is a claimed command.
    pub(super) fn open(&mut self, deadline: u64, worker: Option<String>) -> Token {
        self.execution.is_claimed = worker.is_some();
        let token = self.begin_attempt(worker);
        let seat = self.seat();
        let Self {
            turn, execution, ..
        } = self;
        turn.take_seat(seat);
        execution.token = Some(token);
        execution.wake = Some(turn.state.wake_at(deadline, Wake::Deadline(execution.id)));
        token
    }

    fn begin_attempt(&mut self, worker: Option<String>) -> Token {
        let Self {
            turn, execution, ..
        } = self;
        execution.status.enter(ExecutionStatus::Running);
        execution.waiting_for = None;
        let token = turn.state.new_token();
        // A later slice of a built-in action belongs to the attempt that began it.
        if execution.progress.is_empty() {
            add_attempt(execution, turn.now, token, worker);
        }
        if execution.started_at.is_none() {
            execution.started_at = Some(turn.now);
            self.note_first_start();
        }
        token
    }

    fn note_first_start(&mut self) {
        let Self {
            turn, execution, ..
        } = self;
        let now = turn.now;
        let lag = now.saturating_sub(execution.due_at);
        turn.state.change_owner(turn.task.owner, |owner| {
            periods::begin_day(owner, now);
            owner.figures.lags.add(lag);
        });
        totals::on_start(turn.state, now, lag);
        Note::execution(EventKind::ExecutionStarted, &turn.task, execution).write(turn.state, now);
        alerts::on_start(turn.state, now, &turn.task, execution);
    }

    /// Ends the attempt under way: the token is spent, the deadline is off, the place is free.
    pub(super) fn close(&mut self, outcome: AttemptOutcome) {
        let Self {
            turn, execution, ..
        } = self;
        execution.token = None;
        if let Some(lease) = execution.lease.take() {
            turn.state.remove_lease(lease.claimed_by, execution.id);
        }
        turn.state.cancel_wake(execution.wake.take());
        let seat = self.seat();
        self.execution.target = None;
        self.execution.is_claimed = false;
        self.turn.give_seat_back(seat);
        self.end_attempt(outcome);
    }

    /// What the attempt under way has taken.
    const fn seat(&self) -> Seat {
        if self.execution.is_claimed {
            Seat::Claim
        } else {
            Seat::Place(self.execution.target)
        }
    }

    fn end_attempt(&mut self, outcome: AttemptOutcome) {
        let attempt = last_attempt(&mut self.execution);
        attempt.outcome = outcome;
        if outcome != AttemptOutcome::Running {
            attempt.finished_at = Some(self.turn.now);
            self.execution.progress.clear();
        }
    }

    /// Takes in how the attempt under way ended.
    fn finish(&mut self, outcome: &Outcome) {
        self.close(outcome.kind());
        self.take_in(outcome);
    }

    /// Keeps the outcome of the attempt that just ended, and does what follows from it.
    fn take_in(&mut self, outcome: &Outcome) {
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

fn add_attempt(execution: &mut ExecutionRecord, now: u64, token: Token, worker: Option<String>) {
    execution.attempt.raise(1);
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

fn last_attempt(execution: &mut ExecutionRecord) -> &mut Attempt {
    execution
        .attempts
        .last_mut()
        .expect("BUG: an execution that ran was attempted")
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

pub(super) fn after(now: u64, seconds: u64) -> u64 {
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
}

/// The text, cut at the limit and marked as cut.
fn shortened(text: &str) -> String {
    texts::shortened(text, limits::MAXIMUM_RESULT_BYTES)
}
