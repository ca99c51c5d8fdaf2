//! What becomes of the slots of a schedule that came while the scheduler could not run. Pure: it is
//! given the rule and the time, and changes nothing.
//!
//! However long it was, an outage is judged in one go: what is missed is one stretch on each side of
//! what is caught up, so that neither the number of records nor the cost grows with its length, and
//! nothing has to be remembered from one message to the next.

use std::fmt;

use chime_schedule::{Schedule, format_instant};
use chime_types::{MissedRuns, limits};

/// A slot handled later than this is late: the scheduler was stopped, or had no cycles.
pub const LATE_AFTER: u64 = 60 * limits::NANOSECONDS;

/// Slots that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first.
    pub from_at: u64,
    /// The last.
    pub until_at: u64,
    /// How many.
    pub slots: u64,
}

/// Why they were not run.
impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = format_instant(self.from_at);
        match self.slots {
            1 => write!(f, "missed: the scheduler could not run at {from}"),
            slots => write!(
                f,
                "missed: the scheduler could not run at {slots} slots, from {from} to {}",
                format_instant(self.until_at)
            ),
        }
    }
}

/// The slots of a schedule from the one that is due.
pub struct Due<'a> {
    /// The rule.
    pub rule: &'a Schedule,
    /// When a slot fires: with its jitter.
    pub fires_at: &'a dyn Fn(u64) -> u64,
    /// The slot that is due.
    pub slot: u64,
    /// What time it is.
    pub now: u64,
    /// What is done with slots that passed.
    pub missed_runs: MissedRuns,
    /// Slots that are later than this are missed, in nanoseconds.
    pub window: Option<u64>,
    /// Most runs that may be caught up, beside what `missed_runs` says.
    pub room: u64,
}

/// What becomes of them, in the order of the slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Missed, before all that is run.
    pub before: Option<Stretch>,
    /// Made up for.
    pub made_up: Vec<u64>,
    /// Missed: more than are caught up.
    pub after: Option<Stretch>,
    /// The slot to go on with. It may have come, too.
    pub next: Option<u64>,
}

impl Passed {
    /// Nothing passed: the slot is run or left out like any other.
    pub const fn is_nothing(&self) -> bool {
        self.before.is_none() && self.made_up.is_empty() && self.after.is_none()
    }
}

impl Due<'_> {
    /// What becomes of the slots that passed.
    pub fn passed(&self) -> Passed {
        let last = self.last();
        let kept = match self.missed_runs {
            MissedRuns::Latest => self.first_inside(last).map(|_| last),
            MissedRuns::Skip | MissedRuns::All { .. } => self.first_inside(last),
        };
        let Some(first) = kept else {
            return Passed {
                before: Some(self.stretch(self.slot, last)),
                next: self.rule.next_after(last),
                ..Passed::default()
            };
        };
        let before = (first > self.slot).then(|| self.stretch(self.slot, self.before(first)));
        let next = Some(first);
        match self.missed_runs {
            MissedRuns::All { maximum } => Passed {
                before,
                ..self.made_up(first, last, maximum)
            },
            MissedRuns::Skip | MissedRuns::Latest => Passed {
                before,
                next,
                ..Passed::default()
            },
        }
    }

    /// The oldest of the slots from `first` to `last` are caught up. The last one is not among them
    /// if it is on time.
    fn made_up(&self, first: u64, last: u64, maximum: u32) -> Passed {
        let on_time = Some(last).filter(|last| self.behind(*last) <= LATE_AFTER);
        let until = match on_time {
            None => last,
            Some(last) if last == first => {
                return Passed {
                    next: Some(last),
                    ..Passed::default()
                };
            }
            Some(last) => self.before(last),
        };
        let room = self.room.min(maximum.into());
        let slots = std::iter::successors(Some(first), |slot| self.rule.next_after(*slot));
        let most = usize::try_from(room).unwrap_or(usize::MAX);
        let made_up: Vec<u64> = slots.take_while(|slot| *slot <= until).take(most).collect();
        let rest = match made_up.last() {
            Some(last) => self.rule.next_after(*last),
            None => Some(first),
        };
        Passed {
            before: None,
            after: rest
                .filter(|rest| *rest <= until)
                .map(|rest| self.stretch(rest, until)),
            made_up,
            next: on_time.or_else(|| self.rule.next_after(last)),
        }
    }

    /// The latest slot that is due: one that waits for its jitter is not.
    pub fn last(&self) -> u64 {
        let come = self.rule.last_between(self.slot, self.now);
        match come {
            Some(last) if (self.fires_at)(last) <= self.now => last,
            Some(last) => self.before(last),
            None => self.slot,
        }
    }

    /// The slot before one that is not the first.
    fn before(&self, slot: u64) -> u64 {
        self.rule
            .last_between(self.slot, slot - 1)
            .unwrap_or(self.slot)
    }

    /// The first slot that is inside the window, if one up to `last` is.
    fn first_inside(&self, last: u64) -> Option<u64> {
        let late = matches!(self.missed_runs, MissedRuns::Skip).then_some(LATE_AFTER);
        let Some(window) = self.window.into_iter().chain(late).min() else {
            return Some(self.slot);
        };
        let begins = self.now.saturating_sub(window);
        let is_inside = |slot: &u64| (self.fires_at)(*slot) >= begins;
        if is_inside(&self.slot) {
            return Some(self.slot);
        }
        // Jitter ends before the next slot, so it can carry only the last one before the window in.
        let outside = self
            .rule
            .last_between(self.slot, begins.saturating_sub(1))
            .unwrap_or(self.slot);
        let first = Some(outside).filter(is_inside);
        first
            .or_else(|| self.rule.next_after(outside))
            .filter(|first| *first <= last)
    }

    fn behind(&self, slot: u64) -> u64 {
        self.now.saturating_sub((self.fires_at)(slot))
    }

    fn stretch(&self, from_at: u64, until_at: u64) -> Stretch {
        Stretch {
            from_at,
            until_at,
            slots: self.rule.slots_between(from_at - 1, until_at).count,
        }
    }
}

#[cfg(test)]
mod tests;
