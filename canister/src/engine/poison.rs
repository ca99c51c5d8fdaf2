//! Going carefully after a message of the scheduler's failed, and setting aside what makes it fail.
//!
//! Work is normally done in bulk. When the message that does it fails, nobody can tell which piece was
//! to blame. So for a number of pieces each is done in a message of its own, and named in the store by
//! the message before it: if the one that does it fails, the name is still there. What failed so twice
//! is set aside, in a message that does nothing else. Whoever is set aside is told, and tries again
//! with `resume_task`. If that fails twice too, which need not be the fault of what is set aside, it stays
//! where it is and is passed over: for a minute, then for twice as long each time, up to an hour. Nothing
//! is written for that but what is known of failures, so it succeeds where anything does.
//!
//! A failure counts only when the scheduler is told of it: a message that was never executed, because
//! cycles were short, is sent again and blames nobody.
//!
//! It says what comes next; sending messages is for `driver`.

mod quarantine;

use chime_types::limits;

use super::{Budget, Effect, attempt, handle, may_start};
use crate::errand::Failed;
use crate::state::State;
use crate::state::keys::{ExecutionId, Wake};
use crate::state::records::{Care, Shelved, Suspect, Unit};

/// Pieces of work that are done one to a message after a failure.
const PIECES: u32 = 200;
/// What failed so often alone is set aside.
const TO_BE_SET_ASIDE: u32 = 2;
/// What failed so often, setting it aside included, is passed over.
const TO_BE_PASSED_OVER: u32 = 4;
/// What failed so often is passed over without looking at what it keeps from others.
const TO_BE_LEFT_ALONE: u32 = 6;
/// For how long a piece of work is passed over, the first time and at most.
const FIRST_ROUND: u64 = 60 * limits::NANOSECONDS;
const LONGEST_ROUND: u64 = 3_600 * limits::NANOSECONDS;
/// Pieces of work that are passed over at a time. For one more the first of them is tried again.
const MAXIMUM_SHELVED: usize = 1_000;
/// When so many were set aside and nothing was done in between, it is not they who are to blame:
/// nothing more is set aside, and the watchdog tries from time to time.
const MOST_IN_A_ROW: u32 = 40;
/// Slices that are remembered as having failed. Others time out.
const MAXIMUM_WAITING: usize = 64;

/// How to do the piece of work that is tried next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// As always.
    Do(Unit),
    /// Set it aside.
    SetAside(Unit),
    /// Pass it over for a while, and let others have the place that was kept for it.
    PassOver(Unit),
    /// Pass it over for a while, and nothing more.
    LeaveAlone(Unit),
}

/// Takes note of messages that failed, of which `failed` was the last. From now on pieces are done
/// one to a message. False if everything fails, so that it is better to wait for the watchdog.
#[must_use]
pub fn note_failure(state: &mut State, now: u64, failed: Failed, messages: u64) -> bool {
    let about = match failed {
        Failed::Unit(number) => state
            .care()
            .suspect
            .filter(|_| number == state.care().tries),
        Failed::Slice(id, token) => Some(Suspect::new(Unit::Slice(id, token), 0)),
        Failed::Work => None,
    };
    let words = about.map(|suspect| in_words(state, suspect.unit));
    state.change_care(|care| {
        if care.careful == 0 {
            begin(care);
        }
        care.careful = PIECES;
        care.failed = care.failed.saturating_add(messages);
        care.failed_at = Some(now);
        if words.is_some() {
            care.last = words;
        }
        match failed {
            Failed::Unit(_) if about.is_some() => blame(care),
            Failed::Slice(id, token) => remember(care, Unit::Slice(id, token)),
            Failed::Unit(_) | Failed::Work => {}
        }
        let is_hopeless = care.in_a_row >= MOST_IN_A_ROW
            && care
                .suspect
                .is_some_and(|suspect| suspect.failures >= TO_BE_SET_ASIDE);
        if is_hopeless {
            care.suspect = None;
            care.careful = 0;
        }
        !is_hopeless
    })
}

/// The balance is looked at before all else in every message that works in bulk.
fn begin(care: &mut Care) {
    if care.waiting.len() < MAXIMUM_WAITING {
        care.waiting.push(Suspect::new(Unit::Balance, 0));
    }
}

fn blame(care: &mut Care) {
    care.tries += 1;
    if let Some(suspect) = &mut care.suspect {
        suspect.failures = suspect.failures.saturating_add(1);
    }
}

/// A slice was alone in its message, so it has failed once.
fn remember(care: &mut Care, unit: Unit) {
    let is_known = care
        .waiting
        .iter()
        .chain(&care.suspect)
        .any(|suspect| suspect.unit == unit);
    if !is_known && care.waiting.len() < MAXIMUM_WAITING {
        care.waiting.push(Suspect::new(unit, 1));
    }
}

/// The number of the try that comes next, while the scheduler goes carefully. What is tried is named
/// in the store. None, and work is done in bulk again, if enough was done or nothing is due.
pub fn next_try(state: &mut State, now: u64) -> Option<u64> {
    if state.care().shelf_due_at().is_some_and(|due| due <= now) {
        state.change_care(|care| take_down(care, now));
    }
    let care = state.care();
    if care.careful == 0 {
        return None;
    }
    if care.suspect.is_some() {
        return Some(care.tries);
    }
    let waiting = care.waiting.first().copied();
    let next = waiting.or_else(|| first_due(state, now).map(|unit| Suspect::new(unit, 0)));
    state.change_care(|care| {
        if waiting.is_some() {
            care.waiting.remove(0);
        }
        care.suspect = next;
        care.tries += 1;
        if next.is_none() {
            care.careful = 0;
        }
        next.map(|_| care.tries)
    })
}

/// What was passed over for long enough is tried next, each alone.
fn take_down(care: &mut Care, now: u64) {
    let is_over = |shelved: &Shelved| shelved.until <= now;
    let (over, kept) = care.shelf.iter().partition(|shelved| is_over(shelved));
    care.shelf = kept;
    let over: Vec<Shelved> = over;
    care.waiting.extend(over.into_iter().map(|shelved| Suspect {
        unit: shelved.unit,
        failures: 0,
        rounds: shelved.rounds,
    }));
    let count = u32::try_from(care.waiting.len()).unwrap_or(u32::MAX);
    care.careful = care.careful.max(count);
}

fn first_due(state: &State, now: u64) -> Option<Unit> {
    if let Some((key, _)) = state.first_wake().filter(|(key, _)| key.due_at <= now) {
        return Some(Unit::Wake(key));
    }
    let ready = state.first_ready().filter(|_| may_start(state));
    ready.map(Unit::Ready)
}

/// What a try is to do. None if it was done, or another one took its place.
pub fn what_to_try(state: &State, number: u64) -> Option<Try> {
    let care = state.care();
    let suspect = care.suspect.filter(|_| care.tries == number)?;
    Some(match suspect.failures {
        0..TO_BE_SET_ASIDE => Try::Do(suspect.unit),
        TO_BE_SET_ASIDE..TO_BE_PASSED_OVER => Try::SetAside(suspect.unit),
        TO_BE_PASSED_OVER..TO_BE_LEFT_ALONE => Try::PassOver(suspect.unit),
        TO_BE_LEFT_ALONE.. => Try::LeaveAlone(suspect.unit),
    })
}

/// Does a piece of work that waits in the agenda or in the ready queue. Slices and the balance are
/// for `driver`.
pub fn carry_out(state: &mut State, now: u64, unit: Unit) -> Option<Effect> {
    match unit {
        Unit::Wake(key) => {
            let wake = state.wake(key)?;
            state.cancel_wake(Some(key));
            // As little as can be: what may be put off is.
            handle(state, now, wake, &Budget::LEAST)
        }
        Unit::Ready(key) => {
            if state.first_ready() != Some(key) || !may_start(state) {
                return None;
            }
            attempt::take_up(state, now, key).map(|start| Effect::Attempt(start.into()))
        }
        Unit::Slice(..) | Unit::Balance => None,
    }
}

/// Sets a piece of work aside and tells who should know.
pub fn set_aside(state: &mut State, now: u64, unit: Unit) {
    state.change_care(count_set_aside);
    quarantine::set_aside(state, now, unit);
}

/// Passes a piece of work over for a while, and lets others have the place that was kept for it:
/// setting it aside failed.
pub fn pass_over(state: &mut State, now: u64, unit: Unit) {
    #[cfg(test)]
    strikes::pass(strikes::At::PassOver);
    quarantine::end_grant(state, unit);
    leave_alone(state, now, unit);
}

/// Passes a piece of work over for a while, and changes nothing else: even less failed.
pub fn leave_alone(state: &mut State, now: u64, unit: Unit) {
    state.change_care(|care| {
        care.passed_over = care.passed_over.saturating_add(1);
        count_set_aside(care);
        match unit {
            Unit::Wake(_) | Unit::Ready(_) => shelve(care, now, unit),
            // Its deadline ends it.
            Unit::Slice(..) => {}
            Unit::Balance => care.balance_from = now.saturating_add(LONGEST_ROUND),
        }
    });
}

fn shelve(care: &mut Care, now: u64, unit: Unit) {
    let before = care.suspect.map_or(0, |suspect| suspect.rounds);
    // Only what passes from now on counts at the next time.
    let others_passed = std::mem::take(&mut care.others_pass);
    let is_to_blame = before == 0 || others_passed;
    let rounds = if is_to_blame { before } else { before - 1 };
    let length = FIRST_ROUND << rounds.min(10);
    if care.shelf.len() >= MAXIMUM_SHELVED {
        care.shelf.remove(0);
    }
    care.shelf.push(Shelved {
        unit,
        until: now.saturating_add(length.min(LONGEST_ROUND)),
        rounds: rounds.saturating_add(1),
    });
}

fn count_set_aside(care: &mut Care) {
    care.quarantined = care.quarantined.saturating_add(1);
    care.in_a_row = care.in_a_row.saturating_add(1);
}

/// Something was done in bulk.
pub(super) fn note_work(state: &mut State) {
    if !state.care().shelf.is_empty() && !state.care().others_pass {
        state.change_care(|care| care.others_pass = true);
    }
}

/// A try did not fail: another one is next.
pub fn has_passed(state: &mut State, what: Try) {
    state.change_care(|care| {
        if let Try::Do(unit) = what {
            care.in_a_row = 0;
            // The balance can be looked at when nothing else can be done.
            care.others_pass |= unit != Unit::Balance;
        }
        care.suspect = None;
        care.careful = care.careful.saturating_sub(1);
    });
}

/// A piece of work as people know it.
pub(super) fn in_words(state: &State, unit: Unit) -> String {
    let of_task = |id: ExecutionId| {
        let task = state.execution(id).map_or(0, |found| found.task_id.0);
        format!("execution {} of task {task}", id.0)
    };
    match unit {
        Unit::Wake(key) => match state.wake(key) {
            Some(Wake::Fire(id)) => {
                let task = state.schedule(id).map_or(0, |found| found.task_id.0);
                format!("a slot of schedule {} of task {task}", id.0)
            }
            Some(Wake::Resume(id)) => format!("going on with {}", of_task(id)),
            Some(Wake::Deadline(id)) => format!("the deadline of {}", of_task(id)),
            Some(Wake::Expire(id)) => format!("the timeout of {}", of_task(id)),
            Some(Wake::Backfill(id)) => format!("backfill {}", id.0),
            Some(Wake::Deliver(id)) => format!("delivery {}", id.0),
            Some(Wake::Watch(id)) => format!("alert {}", id.0),
            Some(Wake::Sweep) => "removing old executions".to_string(),
            Some(Wake::Tidy(id)) => {
                format!("ending or removing executions of task {}", id.0)
            }
            Some(Wake::Cycles) => "looking at the cycles again".to_string(),
            Some(Wake::Budgets) => "going on with what budgets held back".to_string(),
            None => "something that is gone".to_string(),
        },
        Unit::Ready(key) => format!("starting {}", of_task(key.execution_id)),
        Unit::Slice(id, _) => format!("a slice of {}", of_task(id)),
        Unit::Balance => "looking at the balance of cycles".to_string(),
    }
}

/// What a test makes fail, always or as often as it says.
#[cfg(test)]
pub mod strikes {
    use std::cell::RefCell;

    use super::{ExecutionId, Wake};
    use crate::state::keys::{MessageId, Token};

    /// A place where a test may let a message fail.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum At {
        Work,
        Wake(Wake),
        TakeUp(ExecutionId),
        Slice(ExecutionId, Token),
        Attempt(ExecutionId),
        Delivery(MessageId),
        Balance,
        SetAside,
        PassOver,
    }

    type Rule = Box<dyn Fn(At) -> bool>;

    thread_local! {
        static RULE: RefCell<Option<Rule>> = const { RefCell::new(None) };
    }

    /// From now on a message fails where the rule says so.
    pub fn set(rule: impl Fn(At) -> bool + 'static) {
        RULE.set(Some(Box::new(rule)));
    }

    /// Nothing fails any more.
    pub fn clear() {
        RULE.set(None);
    }

    /// Fails, if the rule says so.
    pub fn pass(at: At) {
        let is_struck = RULE.with_borrow(|rule| rule.as_ref().is_some_and(|rule| rule(at)));
        assert!(!is_struck, "struck at {at:?}");
    }
}
