//! Times that are left out of a schedule.
//!
//! An exclusion is judged by what the clock of the zone shows at the instant of a slot: a slot that
//! was moved to the end of a gap is judged by the end of the gap, and in an hour that occurs twice
//! an exclusion holds both times.
//!
//! # The search is short
//! A slot that is covered is not followed to the next slot, but to the next time of the clock that
//! the rule can have and that nothing covers (`search`); days that are left out are passed by the
//! month, hours and minutes as sets. That time is only valid until the clock is changed, so a
//! search takes one step more for each change of the clock that it passes.

mod intervals;
pub(crate) mod read;
mod search;
#[cfg(test)]
mod tests;

use crate::bits::Bits;
use crate::pattern::Pattern;
use crate::schedule::Times;
use crate::zone::Zone;
use chime_types::limits::NANOSECONDS;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use search::Search;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Most steps of one search: covered slots, months, and kinds of days, which differ in the
/// expressions that hold on them.
///
/// The years that can be named have 7,032 months, and a zone has some 1,200 changes of its clock in
/// them, so that this is enough for every calendar and cron rule, unless its expressions make
/// thousands of kinds of days. Only an interval can meet more slots that are left out: it may miss
/// the free times again and again.
const MAXIMUM_STEPS: u32 = 20_000;

/// Most looks at a minute of a day by an expression that holds on it, in one search: what the steps
/// cost that look into days. Some 300 million instructions of a canister.
const MAXIMUM_LOOKS: u64 = 20_000_000;

/// Searches that one preview may cost, whatever the number of times shown: below a half of what a
/// query may spend.
const PREVIEW_SEARCHES: u32 = 4;

/// What is left out of a schedule; never empty.
#[derive(Clone, Debug)]
pub(crate) struct Exclusions {
    pub(crate) zone: Zone,
    /// First and last days, in ascending order, apart from each other.
    pub(crate) dates: Vec<(Date, Date)>,
    /// Days of the week, Sunday is 0.
    pub(crate) weekdays: Bits,
    /// What the expressions leave out, and the days of the week, as whole days.
    covers: Vec<Pattern>,
    /// The expressions as they were written.
    pub(crate) expressions: Vec<Pattern>,
}

/// What a search has done, or several that share what one preview may cost.
pub(crate) struct Progress {
    /// At most [`MAXIMUM_STEPS`] for each search.
    steps: u32,
    /// At most [`MAXIMUM_LOOKS`] for each search.
    looks: u64,
    /// How many searches it may cost.
    searches: u32,
    /// The first free time of the days of each kind that was met.
    first_times: BTreeMap<u64, Option<Time>>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            steps: 0,
            looks: 0,
            searches: 1,
            first_times: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// For all the times of one preview.
    pub(crate) fn of_preview() -> Self {
        Self {
            searches: PREVIEW_SEARCHES,
            ..Self::default()
        }
    }

    /// Whether a search was given up.
    pub(crate) fn is_spent(&self) -> bool {
        self.steps > self.searches * MAXIMUM_STEPS
            || self.looks > u64::from(self.searches) * MAXIMUM_LOOKS
    }

    /// Takes a step; `None` if no more is allowed.
    fn step(&mut self) -> Option<()> {
        self.steps += 1;
        (!self.is_spent()).then_some(())
    }
}

impl Exclusions {
    /// The first of these times in `from_at..=until_at` that is not left out.
    pub(crate) fn search(
        &self,
        times: &Times,
        from_at: u64,
        until_at: u64,
        progress: &mut Progress,
    ) -> Option<u64> {
        let mut slot_at = times.at_or_after(from_at)?;
        while slot_at <= until_at {
            let second = i64::try_from(slot_at / NANOSECONDS).ok()?;
            let clock = self.zone.clock(second)?;
            if !self.covers(clock) {
                return Some(slot_at);
            }
            let free = self.free_after(times, second, clock, progress)?;
            slot_at = times.at_or_after(u64::try_from(free).ok()?.checked_mul(NANOSECONDS)?)?;
        }
        None
    }

    /// An instant after `second` before which every slot is left out: at the next change of the
    /// clock, or where the clock shows a time that may be free. `clock` is what it shows now.
    fn free_after(
        &self,
        times: &Times,
        second: i64,
        clock: DateTime,
        progress: &mut Progress,
    ) -> Option<i64> {
        progress.step()?;
        let reach = match times {
            Times::Once { .. } => return None,
            Times::Every { interval, .. } => {
                progress.first_times.clear();
                Cow::Owned(intervals::reach(interval.seconds(), clock)?)
            }
            Times::Wall(rule) => Cow::Borrowed(&rule.pattern),
        };
        let change = self.zone.next_change(second);
        let before = match change {
            Some(change) => clock.checked_add((change - second).seconds()).ok()?,
            None => DateTime::MAX,
        };
        let found = Search::new(self, &reach, progress).at_or_after(clock, before);
        match found.filter(|found| *found < before) {
            Some(found) => Some(second + found.duration_since(clock).as_secs()),
            None => change,
        }
    }

    /// Which expressions leave out a part of a day, one bit for each of [`Self::covers`]; `None` if the
    /// day is left out by its date. On two days of a kind the same times are free.
    pub(crate) fn kind(&self, date: Date) -> Option<u64> {
        if self.last_covered_day(date).is_some() {
            return None;
        }
        let mut kind = Bits::default();
        for (index, cover) in (0..).zip(&self.covers) {
            if cover.days.contains(date) {
                kind.insert(index);
            }
        }
        Some(kind.0)
    }

    /// The seconds of a minute that are left out on a day of this kind.
    pub(crate) fn covered(&self, kind: u64, hour: u32, minute: u32) -> Bits {
        let covers = Bits(kind).iter().map(|index| &self.covers[index as usize]);
        covers
            .filter(|cover| cover.hours.contains(hour) && cover.minutes.contains(minute))
            .fold(Bits::default(), |all, cover| all.union(cover.seconds))
    }

    /// Whether a time of the clock is left out.
    pub(crate) fn covers(&self, clock: DateTime) -> bool {
        self.last_covered_day(clock.date()).is_some()
            || self.covers.iter().any(|pattern| pattern.contains(clock))
    }

    /// The last of the days left out of which this is one.
    fn last_covered_day(&self, date: Date) -> Option<Date> {
        let mut dates = self.dates.iter();
        let found = dates.find(|(first, last)| (*first..=*last).contains(&date));
        found.map(|(_, last)| *last)
    }
}
