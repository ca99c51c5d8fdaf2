//! How many slots lie in a span of time, without a walk over them.
//!
//! A scheduler that could not run for a year has to say how many times passed, and a rule of every
//! second has 31 million of them. The span is cut where the clock of the zone is changed; within
//! such a stretch the wall clock runs like any other, so that the slots of a whole day are counted
//! at once, and those of equal days only once.

use crate::bits::Bits;
use crate::exclusions::Exclusions;
use crate::interval::Interval;
use crate::pattern::Pattern;
use crate::schedule::{Schedule, Times};
use crate::wall::WallRule;
use crate::zone::Stretch;
use chime_types::GapPolicy;
use chime_types::limits::NANOSECONDS;
use jiff::civil::{Date, DateTime};
use std::collections::BTreeMap;

const DAY_SECONDS: u32 = 86_400;

/// Kinds of days whose spans are kept: each may have thousands of them.
const MAXIMUM_KINDS: usize = 64;

impl Schedule {
    /// The number of slots in `from_at..=until_at`.
    pub(crate) fn count(&self, from_at: u64, until_at: u64) -> u64 {
        let from_at = from_at.max(self.start_at);
        let until_at = self.end_at.map_or(until_at, |end| end.min(until_at));
        if from_at > until_at {
            return 0;
        }
        match (&self.times, self.exclusions.as_deref()) {
            (Times::Once { .. }, _) => u64::from(self.first_between(from_at, until_at).is_some()),
            (Times::Every { interval, .. }, None) => interval.count(from_at, until_at).0,
            (Times::Every { interval, .. }, Some(exclusions))
                if interval.seconds() >= u64::from(DAY_SECONDS) =>
            {
                free_one_by_one(interval, exclusions, from_at, until_at)
            }
            (Times::Every { interval, .. }, Some(exclusions)) => {
                free_of_interval(interval, exclusions, from_at, until_at)
            }
            (Times::Wall(rule), exclusions) => of_wall(rule, exclusions, from_at, until_at),
        }
    }
}

/// The slots of a calendar or cron rule.
fn of_wall(rule: &WallRule, exclusions: Option<&Exclusions>, from_at: u64, until_at: u64) -> u64 {
    let (Ok(from), Ok(until)) = (
        i64::try_from(from_at.div_ceil(NANOSECONDS)),
        i64::try_from(until_at / NANOSECONDS),
    ) else {
        return 0;
    };
    let mut days = BTreeMap::new();
    let mut total = 0;
    for stretch in rule.zone.stretches(from, until) {
        total += u64::from(fires_at_end_of_gap(rule, exclusions, &stretch, from));
        let mut clock = stretch.clock;
        if let Some(change) = stretch.change.as_ref().filter(|_| !rule.pattern.repeats) {
            // What the clock showed before it was put back does not fire again.
            clock = clock.max(change.clock_before);
        }
        let Some(last) = stretch.last_clock() else {
            continue;
        };
        if clock <= last {
            total += on_the_clock(rule, exclusions, clock, last, &mut days);
        }
    }
    total
}

/// Whether the change of the clock with which a stretch begins makes a slot by itself: the rule has
/// a time in the gap, and none at the end of it.
fn fires_at_end_of_gap(
    rule: &WallRule,
    exclusions: Option<&Exclusions>,
    stretch: &Stretch,
    from: i64,
) -> bool {
    let Some(change) = stretch.change.as_ref().filter(|change| change.at >= from) else {
        return false;
    };
    let in_gap = rule.pattern.at_or_after(change.clock_before);
    rule.gap == GapPolicy::RunAfter
        && in_gap.is_some_and(|time| time < change.clock)
        && !rule.pattern.contains(change.clock)
        && !exclusions.is_some_and(|exclusions| exclusions.covers(change.clock))
}

/// The times of the clock from `first` to `last`, both included, that are free. `days` keeps the
/// sums of whole days by their kind.
fn on_the_clock(
    rule: &WallRule,
    exclusions: Option<&Exclusions>,
    first: DateTime,
    last: DateTime,
    days: &mut BTreeMap<u64, u64>,
) -> u64 {
    let mut total = 0;
    let mut next = rule.pattern.days.at_or_after(first.date());
    while let Some(date) = next.filter(|date| *date <= last.date()) {
        next = date
            .tomorrow()
            .ok()
            .and_then(|tomorrow| rule.pattern.days.at_or_after(tomorrow));
        let Some(kind) = exclusions.map_or(Some(0), |exclusions| exclusions.kind(date)) else {
            continue;
        };
        let (from, until) = seconds_of_day(date, first, last);
        let count = |from, until| {
            let reach = &rule.pattern;
            let minutes = free_minutes(reach, exclusions, kind, from, until);
            minutes.map(|(_, seconds)| u64::from(seconds.len())).sum()
        };
        total += match (from, until) {
            (0, DAY_SECONDS) => *days.entry(kind).or_insert_with(|| count(0, DAY_SECONDS)),
            _ => count(from, until),
        };
    }
    total
}

/// The seconds of a day, from the first to one beyond the last, that lie between two times of the
/// clock.
fn seconds_of_day(date: Date, first: DateTime, last: DateTime) -> (u32, u32) {
    let second = |clock: DateTime| {
        let time = clock.time();
        let part = |value: i8| u32::try_from(value).unwrap_or(0);
        part(time.hour()) * 3_600 + part(time.minute()) * 60 + part(time.second())
    };
    let from = if date == first.date() {
        second(first)
    } else {
        0
    };
    let until = match date == last.date() {
        true => second(last) + 1,
        false => DAY_SECONDS,
    };
    (from, until)
}

/// The minutes of a day with the seconds that are free in them.
fn free_minutes<'a>(
    reach: &'a Pattern,
    exclusions: Option<&'a Exclusions>,
    kind: u64,
    from: u32,
    until: u32,
) -> impl Iterator<Item = (u32, Bits)> + 'a {
    let hours = reach.hours.iter();
    let minutes =
        hours.flat_map(move |hour| reach.minutes.iter().map(move |minute| (hour, minute)));
    minutes.filter_map(move |(hour, minute)| {
        let begins = hour * 3_600 + minute * 60;
        if begins + 60 <= from || begins >= until {
            return None;
        }
        let mut seconds = reach.seconds;
        if let Some(exclusions) = exclusions {
            seconds = seconds.without(exclusions.covered(kind, hour, minute));
        }
        let (first, last) = (from.saturating_sub(begins), until - begins);
        seconds = seconds
            .from(first)
            .without(Bits(u64::MAX.checked_shl(last).unwrap_or(0)));
        Some((begins, seconds))
    })
}

/// The slots of an interval that no exclusion covers.
fn free_of_interval(
    interval: &Interval,
    exclusions: &Exclusions,
    from_at: u64,
    until_at: u64,
) -> u64 {
    let (Ok(from), Ok(until)) = (
        i64::try_from(from_at / NANOSECONDS),
        i64::try_from(until_at / NANOSECONDS),
    ) else {
        return 0;
    };
    let mut spans = FreeSpans::default();
    let mut total = 0;
    for stretch in exclusions.zone.stretches(from, until) {
        let Some(last) = stretch.last_clock() else {
            continue;
        };
        let mut date = stretch.clock.date();
        while date <= last.date() {
            if let Some(kind) = exclusions.kind(date) {
                let midnight = date.to_datetime(jiff::civil::Time::midnight());
                let since = midnight.duration_since(stretch.clock).as_secs();
                let (first, beyond) = seconds_of_day(date, stretch.clock, last);
                let instants = |(span_from, span_until): &(u32, u32)| {
                    let begins = stretch.from + since + i64::from(*(span_from.max(&first)));
                    let ends = stretch.from + since + i64::from(*(span_until.min(&beyond)));
                    (begins, ends)
                };
                for (begins, ends) in spans.of(exclusions, kind).iter().map(instants) {
                    if begins < ends {
                        let begins_at = instant(begins).max(from_at);
                        let ends_at = (instant(ends) - 1).min(until_at);
                        total += interval.count(begins_at, ends_at).0;
                    }
                }
            }
            match date.tomorrow() {
                Ok(tomorrow) => date = tomorrow,
                Err(_) => break,
            }
        }
    }
    total
}

/// The spans of a day that are free for an interval, by the kind of day.
#[derive(Default)]
struct FreeSpans {
    known: BTreeMap<u64, Vec<(u32, u32)>>,
}

impl FreeSpans {
    /// The first second of each span, and one beyond its last.
    fn of(&mut self, exclusions: &Exclusions, kind: u64) -> &[(u32, u32)] {
        if self.known.len() >= MAXIMUM_KINDS && !self.known.contains_key(&kind) {
            self.known.clear();
        }
        let spans = || spans(exclusions, kind);
        self.known.entry(kind).or_insert_with(spans)
    }
}

fn spans(exclusions: &Exclusions, kind: u64) -> Vec<(u32, u32)> {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    let mut add = |from: u32, beyond: u32| match spans.last_mut() {
        Some((_, end)) if *end == from => *end = beyond,
        _ => spans.push((from, beyond)),
    };
    let every = Pattern::every_second();
    for (begins, seconds) in free_minutes(&every, Some(exclusions), kind, 0, DAY_SECONDS) {
        if seconds == every.seconds {
            add(begins, begins + 60);
            continue;
        }
        for second in seconds.iter().map(|second| begins + second) {
            add(second, second + 1);
        }
    }
    spans
}

/// The slots of an interval of a day or more that no exclusion covers, one by one: there are few.
fn free_one_by_one(
    interval: &Interval,
    exclusions: &Exclusions,
    from_at: u64,
    until_at: u64,
) -> u64 {
    let first = interval.at_or_after(from_at);
    let next = |slot: &u64| interval.at_or_after(slot.checked_add(1)?);
    let is_free = |slot: &u64| {
        let second = i64::try_from(slot / NANOSECONDS).ok();
        let clock = second.and_then(|second| exclusions.zone.clock(second));
        clock.is_some_and(|clock| !exclusions.covers(clock))
    };
    let slots = std::iter::successors(first, next).take_while(|slot| *slot <= until_at);
    slots.filter(is_free).count() as u64
}

/// An instant in nanoseconds; those of a stretch are never before 1970.
fn instant(seconds: i64) -> u64 {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    seconds.saturating_mul(NANOSECONDS)
}
