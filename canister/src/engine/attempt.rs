//! Attempts: started under a token, ended once.
//!
//! 'Started' is in the store before anything leaves the canister. An outcome counts only while the
//! execution holds the token of that attempt, so an answer that comes after the deadline, after a
//! cancellation or to an earlier attempt changes nothing.

use chime_types::{
    Action, Attempt, Cause, EventKind, ExecutionStatus, Outcome as AttemptOutcome, WaitReason,
    limits,
};

use super::failure::Failure;
use super::jobs::LeaseEnd;
use super::outcome::Outcome;
use super::places::Seat;
use super::resolve::{self, Resolved};
use super::timeline::Note;
use super::turn::{Run, Turn};
use super::{Start, alerts, jobs, periods, rights, totals};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{ExecutionId, ReadyKey, Token, Wake};
use crate::state::records::{ExecutionRecord, Place, Step};

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
    let mut turn = Turn::of(state, now, execution.task_id);
    let mut run = turn.hold(execution);
    match outcome {
        Outcome::Part(part) => run.end_part(part),
        _ if run.is_at_program() => run.put_part_off(outcome),
        _ => run.finish(outcome),
    }
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
    if run.runs_program() {
        run.part_timed_out(&error);
        return;
    }
    run.finish(&Outcome::failed(Cause::TimedOut, error));
}

impl Run<'_, '_> {
    fn take_up(&mut self, key: ReadyKey) -> Option<Start> {
        if self.end_in_passing() {
            return None;
        }
        let is_granted = self.execution.is_granted;
        self.leave_place();
        let step = self.step();
        let resolved = resolve::action_of(self.turn.state, &self.turn.task, &step);
        let action = resolved.as_ref().map(|resolved| &resolved.action).ok();
        if let Some(Action::Note { .. } | Action::Command { .. }) = action
            && self.turn.held_back().is_none()
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
        if is_granted {
            self.turn.share_on();
        }
        self.begin_work(&step, resolved, token)
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

    /// Whether the step that the execution is at runs a program.
    fn runs_program(&mut self) -> bool {
        let step = self.step();
        let resolved = resolve::action_of(self.turn.state, &self.turn.task, &step);
        resolved.is_ok_and(|resolved| matches!(resolved.action, Action::Codex { .. }))
    }

    /// Takes in how the attempt under way ended.
    pub(super) fn finish(&mut self, outcome: &Outcome) {
        self.close(outcome.kind());
        self.take_in(outcome);
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

pub(super) fn last_attempt(execution: &mut ExecutionRecord) -> &mut Attempt {
    execution
        .attempts
        .last_mut()
        .expect("BUG: an execution that ran was attempted")
}

pub(super) fn after(now: u64, seconds: u64) -> u64 {
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
}
