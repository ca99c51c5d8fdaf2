//! Schedules in plain words.
//!
//! The words come from the sets of a rule, not from its text, so that two ways to write the same
//! rule read the same. The zone is not said here: it stands in a field of its own beside the
//! description.

mod clock;
mod dates;
mod exclusions;
mod words;

use crate::interval::Interval;
use crate::pattern::Pattern;
use crate::schedule::{Schedule, Times};
use crate::wall::WallRule;
use crate::zone::Change;
use chime_types::limits::NANOSECONDS;
use clock::Clock;
use dates::Dates;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use words::{every, list};

const DAY_SECONDS: u64 = 86_400;

/// A schedule in plain words.
pub(crate) fn schedule(schedule: &Schedule) -> String {
    let words = match &schedule.times {
        Times::Once { clock: None, .. } => "once, at the start".to_string(),
        Times::Once {
            clock: Some(clock), ..
        } => format!("once on {} at {}", clock.date(), time(*clock)),
        Times::Every {
            interval,
            aligned: false,
        } => interval_words(interval.seconds()),
        Times::Every { interval, .. } => aligned_words(interval),
        Times::Wall(rule) => wall_words(rule, schedule.start_at),
    };
    match &schedule.exclusions {
        None => words,
        Some(left_out) => words + &exclusions::exclusions(left_out),
    }
}

fn wall_words(rule: &WallRule, start_at: u64) -> String {
    let days = &rule.pattern.days;
    if let Some(period) = &days.period {
        let (front, behind) = dates::period(days, period);
        return match clock::clock(&rule.pattern) {
            Clock::At(clock) | Clock::Often(clock) => format!("{front} {clock}{behind}"),
        };
    }
    let start = i64::try_from(start_at / NANOSECONDS).ok();
    let first = start.and_then(|start| rule.zone.clock(start));
    words_from(&rule.pattern, first.map_or(0, |first| first.year()))
}

/// A pattern without a schedule.
fn pattern_words(pattern: &Pattern) -> String {
    words_from(pattern, 0)
}

/// A pattern in words; of its years those from `first_year` on are named.
fn words_from(pattern: &Pattern, first_year: i16) -> String {
    let days = dates::dates(&pattern.days);
    let years = dates::years(pattern.days.years.as_ref(), first_year);
    let words = match (clock::clock(pattern), days) {
        (Clock::At(clock), Dates::Every(months)) => format!("every day{months} {clock}"),
        (Clock::Often(clock), Dates::Every(months)) => format!("{clock}{months}"),
        (Clock::At(clock), Dates::Before(days)) => format!("{days} {clock}"),
        (Clock::Often(clock), Dates::Before(days)) => format!("{clock} {days}"),
        (Clock::At(clock) | Clock::Often(clock), Dates::Behind(days)) => format!("{clock}{days}"),
    };
    words + &years
}

/// A change of the clock: `on 2027-03-28 at 02:00 the clocks go forward to 03:00`.
pub(crate) fn clock_change(change: &Change) -> String {
    let (before, after) = (change.clock_before, change.clock);
    let way = match after > before {
        true => "forward",
        false => "back",
    };
    let to = match after.date() == before.date() {
        true => time(after),
        false => format!("{} of {}", time(after), after.date()),
    };
    format!(
        "on {} at {} the clocks go {way} to {to}",
        before.date(),
        time(before)
    )
}

/// `every 15 minutes`, `every 1 hour and 30 minutes`.
fn interval_words(seconds: u64) -> String {
    let units = [
        (seconds / DAY_SECONDS, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let parts: Vec<(u64, &str)> = units
        .into_iter()
        .filter(|(amount, _)| *amount > 0)
        .collect();
    if let [(amount, unit)] = parts.as_slice() {
        return every(*amount, unit);
    }
    let plural = |amount: u64| if amount == 1 { "" } else { "s" };
    let parts: Vec<String> = parts
        .iter()
        .map(|(amount, unit)| format!("{amount} {unit}{}", plural(*amount)))
        .collect();
    format!("every {}", list(&parts, "and"))
}

fn aligned_words(interval: &Interval) -> String {
    let seconds = interval.seconds();
    let phase_seconds = interval.origin_at / NANOSECONDS % seconds;
    let words = interval_words(seconds);
    let Some(phase) = i64::try_from(phase_seconds)
        .ok()
        .and_then(|phase| Timestamp::from_second(phase).ok())
        .map(|phase| Offset::UTC.to_datetime(phase))
    else {
        return words;
    };
    match DAY_SECONDS.is_multiple_of(seconds) {
        true => format!("{words} from {} UTC", time(phase)),
        false => format!("{words} counted from {} {} UTC", phase.date(), time(phase)),
    }
}

/// `09:00`, or `09:00:30` where seconds matter.
fn time(clock: DateTime) -> String {
    match clock.second() {
        0 => format!("{:02}:{:02}", clock.hour(), clock.minute()),
        second => format!("{:02}:{:02}:{second:02}", clock.hour(), clock.minute()),
    }
}
