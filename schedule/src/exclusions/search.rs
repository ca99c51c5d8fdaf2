//! The next time of the clock that a rule can have and that no exclusion covers.
//!
//! Nothing here knows of instants or of changes of the clock.

use super::{Exclusions, Progress};
use crate::bits::Bits;
use crate::pattern::{self, Pattern};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// A kind of day: which of the expressions hold on it, one bit for each of
/// [`Exclusions::covers`]. On two days of a kind the same times are free.
type Kind = Bits;

/// One search.
pub(super) struct Search<'a> {
    exclusions: &'a Exclusions,
    /// The times that the rule can have.
    reach: &'a Pattern,
    progress: &'a mut Progress,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        exclusions: &'a Exclusions,
        reach: &'a Pattern,
        progress: &'a mut Progress,
    ) -> Self {
        Self {
            exclusions,
            reach,
            progress,
        }
    }

    /// The first free time that is not before `from`. It gives up with the month of `before`.
    pub(super) fn at_or_after(&mut self, from: DateTime, before: DateTime) -> Option<DateTime> {
        let mut date = from.date();
        let mut time = from.time();
        while date <= before.date() {
            if let Some(last) = self.exclusions.last_covered_day(date) {
                date = self.reach.days.at_or_after(last.tomorrow().ok()?)?;
                time = Time::midnight();
                continue;
            }
            self.progress.step()?;
            if let Some(found) = self.in_month(date, time) {
                return Some(found);
            }
            let next_month = date.last_of_month().tomorrow().ok()?;
            date = self.reach.days.at_or_after(next_month)?;
            time = Time::midnight();
        }
        None
    }

    /// The first free time from this time of this day to the end of its month.
    fn in_month(&mut self, date: Date, time: Time) -> Option<DateTime> {
        let (days, holding) = self.days_of_month(date);
        let today = part(date.day());
        for day in days.from(today).iter() {
            let mut kind = Kind::default();
            for (index, days) in &holding {
                if days.contains(day) {
                    kind.insert(*index);
                }
            }
            let found = match day == today && time > Time::midnight() {
                true => self.time_at_or_after(kind, time),
                false => self.first_time(kind),
            };
            if let Some(found) = found {
                let date = date.checked_add(i64::from(day - today).days()).ok()?;
                return Some(date.to_datetime(found));
            }
        }
        None
    }

    /// The days of the month on which the rule can have a time, without those that are left out as
    /// a whole; and the expressions that leave out a part, with the days on which they hold.
    fn days_of_month(&self, date: Date) -> (Bits, Vec<(u32, Bits)>) {
        let mut days = self.reach.days.in_month(date);
        let (first, last) = (date.first_of_month(), date.last_of_month());
        for (from, to) in &self.exclusions.dates {
            if *from <= last && *to >= first {
                let (from, to) = (part((*from).max(first).day()), part((*to).min(last).day()));
                days = days.without(Bits::stepped(from, to, 1));
            }
        }
        let mut holding = Vec::new();
        for (index, cover) in (0..).zip(&self.exclusions.covers) {
            let covered = cover.days.in_month(date);
            match self.is_whole_day(cover) {
                true => days = days.without(covered),
                false => holding.push((index, covered)),
            }
        }
        (days, holding)
    }

    /// Whether an expression leaves nothing of its days.
    fn is_whole_day(&self, cover: &Pattern) -> bool {
        let reach = self.reach;
        reach.hours.without(cover.hours).is_empty()
            && reach.minutes.without(cover.minutes).is_empty()
            && reach.seconds.without(cover.seconds).is_empty()
    }

    /// The first free time of a day of this kind.
    fn first_time(&mut self, kind: Kind) -> Option<Time> {
        if kind.is_empty() {
            return self.reach.time_at_or_after(Time::midnight());
        }
        if let Some(known) = self.progress.first_times.get(&kind.0) {
            return *known;
        }
        self.progress.step()?;
        let found = self.time_at_or_after(kind, Time::midnight());
        self.progress.first_times.insert(kind.0, found);
        found
    }

    /// The first free time of a day of this kind that is not before `from`.
    fn time_at_or_after(&mut self, kind: Kind, from: Time) -> Option<Time> {
        if kind.is_empty() {
            return self.reach.time_at_or_after(from);
        }
        let hour_now = part(from.hour());
        for hour in self.reach.hours.from(hour_now).iter() {
            let (minute, second) = match hour == hour_now {
                true => (part(from.minute()), part(from.second())),
                false => (0, 0),
            };
            self.progress.looks += u64::from(kind.len()) * u64::from(self.reach.minutes.len());
            if let Some(found) = self.in_hour(kind, hour, minute, second) {
                return Some(found);
            }
        }
        None
    }

    /// The first free time of an hour from this minute and second on.
    fn in_hour(&self, kind: Kind, hour: u32, minute_now: u32, second_now: u32) -> Option<Time> {
        let reach = self.reach;
        let covers = || {
            let all = kind
                .iter()
                .map(|index| &self.exclusions.covers[index as usize]);
            all.filter(|cover| cover.hours.contains(hour))
        };
        let mut minutes = reach.minutes.from(minute_now);
        for cover in covers() {
            if reach.seconds.without(cover.seconds).is_empty() {
                minutes = minutes.without(cover.minutes);
            }
        }
        for minute in minutes.iter() {
            let mut seconds = reach.seconds;
            for cover in covers().filter(|cover| cover.minutes.contains(minute)) {
                seconds = seconds.without(cover.seconds);
            }
            let from = if minute == minute_now { second_now } else { 0 };
            if let Some(second) = seconds.at_or_after(from) {
                return pattern::time(hour, minute, second);
            }
        }
        None
    }
}

fn part(value: i8) -> u32 {
    u32::try_from(value).expect("BUG: parts of a date and of a time are not negative")
}
