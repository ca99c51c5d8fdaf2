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
        Times::Wall(rule) => pattern_words(&rule.pattern),
    };
    match &schedule.exclusions {
        None => words,
        Some(left_out) => words + &exclusions::exclusions(left_out),
    }
}

fn pattern_words(pattern: &Pattern) -> String {
    let days = dates::dates(&pattern.days);
    let years = dates::years(pattern.days.years.as_ref());
    let words = match (clock::clock(pattern), days) {
        (Clock::At(clock), Dates::Every(months)) => format!("every day{months} {clock}"),
        (Clock::Often(clock), Dates::Every(months)) => format!("{clock}{months}"),
        (Clock::At(clock), Dates::Before(days)) => format!("{days} {clock}"),
        (Clock::Often(clock), Dates::Before(days)) => format!("{clock} {days}"),
        (Clock::At(clock) | Clock::Often(clock), Dates::Behind(days)) => format!("{clock}{days}"),
    };
    words + &years
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
