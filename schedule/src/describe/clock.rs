//! The times of day of a pattern in words.

use super::words::{Progression, every, list, runs};
use crate::bits::Bits;
use crate::pattern::Pattern;

/// More times than this are not written out one by one.
const MOST_TIMES: usize = 6;

/// Times of day in words.
pub(super) enum Clock {
    /// A few times: `at 02:00 and 14:00`.
    At(String),
    /// Many times: `every 15 minutes from 09:00 to 17:45`.
    Often(String),
}

/// The times of day of a pattern.
pub(super) fn clock(pattern: &Pattern) -> Clock {
    let (seconds, minutes, hours) = (pattern.seconds, pattern.minutes, pattern.hours);
    if let Some(phrase) = even(seconds, minutes, hours) {
        return Clock::Often(phrase);
    }
    let count = seconds.len() * minutes.len() * hours.len();
    if count as usize <= MOST_TIMES {
        let mut times = Vec::new();
        for hour in hours.iter() {
            for minute in minutes.iter() {
                let clock = |second| time((hour, minute, second), second > 0);
                times.extend(seconds.iter().map(clock));
            }
        }
        return Clock::At(format!("at {}", list(&times, "and")));
    }
    Clock::Often(match seconds.first() {
        Some(0) if seconds.len() == 1 => past_hours(minutes, hours),
        Some(second) if seconds.len() == 1 && minutes.len() == 60 && hours.len() == 24 => {
            format!("at {second} seconds past every minute")
        }
        _ => format!(
            "{} in {}{}",
            unit("second", seconds),
            numbers("minute", minutes),
            of_hours(hours)
        ),
    })
}

/// Times at equal distances in one span of the day, or all day.
fn even(seconds: Bits, minutes: Bits, hours: Bits) -> Option<String> {
    let (steps, name, span) = match (seconds.len(), minutes.len()) {
        (1, 1) => (Progression::of(hours, 24)?, "hour", Span::Day),
        (1, _) => (
            Progression::of(minutes, 60)?,
            "minute",
            Span::of_hours(hours)?,
        ),
        _ => (
            Progression::of(seconds, 60)?,
            "second",
            Span::of_minutes(minutes, hours)?,
        ),
    };
    let phrase = every(u64::from(steps.step), name);
    let all_day = matches!(span, Span::Day) && steps.endless;
    if all_day && [seconds, minutes, hours].iter().all(|set| set.contains(0)) {
        return Some(phrase);
    }
    // `at 15 minutes past every hour` and `every day at 02:00 and 14:00` say it better.
    let few = seconds.len() * minutes.len() * hours.len() <= 2;
    if few || (all_day && steps.step == 1) {
        return None;
    }
    let first_at = (hours.first()?, minutes.first()?, seconds.first()?);
    let last_at = (hours.last()?, minutes.last()?, seconds.last()?);
    let with_seconds = first_at.2 + last_at.2 > 0;
    let (first_at, last_at) = (time(first_at, with_seconds), time(last_at, with_seconds));
    if all_day {
        return Some(format!("{phrase} from {first_at}"));
    }
    let unbroken =
        name == "hour" || matches!(span, Span::Part) && (steps.endless || hours.len() == 1);
    unbroken.then(|| format!("{phrase} from {first_at} to {last_at}"))
}

/// Where the smaller units repeat without a break.
enum Span {
    Day,
    Part,
}

impl Span {
    fn of_hours(hours: Bits) -> Option<Self> {
        if hours.len() == 24 {
            return Some(Self::Day);
        }
        is_one_run(hours, 24).then_some(Self::Part)
    }

    fn of_minutes(minutes: Bits, hours: Bits) -> Option<Self> {
        if minutes.len() == 60 {
            return Self::of_hours(hours);
        }
        (hours.len() == 1 && is_one_run(minutes, 60)).then_some(Self::Part)
    }
}

fn is_one_run(set: Bits, cycle: u32) -> bool {
    let neighbours = set
        .last()
        .zip(set.first())
        .is_some_and(|(last, first)| last - first + 1 == set.len());
    neighbours && set.len() < cycle
}

/// `at 5 and 20 minutes past every hour`, `every 7 minutes of every hour`.
fn past_hours(minutes: Bits, hours: Bits) -> String {
    if minutes.len() == 1 || Progression::of(minutes, 60).is_none() {
        let all: Vec<u32> = minutes.iter().collect();
        let amounts = list(&runs(&all, |minute| minute.to_string()), "and");
        let unit = if all == [1] { "minute" } else { "minutes" };
        return match (all.as_slice(), hours.len()) {
            ([0], _) => format!("on the hour{}", of_hours(hours)),
            (_, 24) => format!("at {amounts} {unit} past every hour"),
            _ => format!("at {amounts} {unit} past the hour{}", of_hours(hours)),
        };
    }
    format!("{}{}", unit("minute", minutes), of_hours(hours))
}

/// ` of every hour`, ` in every even hour`, ` in hours 1, 5 and 6`.
fn of_hours(hours: Bits) -> String {
    match Progression::of(hours, 24) {
        Some(steps) if steps.endless && steps.step == 1 => " of every hour".to_string(),
        Some(steps) if steps.endless && steps.step == 2 => match steps.first {
            0 => " in every even hour".to_string(),
            _ => " in every odd hour".to_string(),
        },
        _ => format!(" in {}", numbers("hour", hours)),
    }
}

/// `minute 5`, `minutes 1 to 5 and 9`.
fn numbers(unit: &str, set: Bits) -> String {
    if set.len() == 60 {
        return format!("every {unit}");
    }
    let values: Vec<u32> = set.iter().collect();
    let plural = if values.len() == 1 { "" } else { "s" };
    let shown = runs(&values, |value| value.to_string());
    format!("{unit}{plural} {}", list(&shown, "and"))
}

/// `every second`, `every 7 seconds`, `every 5 seconds from second 10 to 40`, `at second 5`.
fn unit(name: &str, set: Bits) -> String {
    match Progression::of(set, 60) {
        Some(steps) if steps.endless && steps.first == 0 => every(u64::from(steps.step), name),
        Some(steps) => format!(
            "{} from {name} {} to {}",
            every(u64::from(steps.step), name),
            steps.first,
            steps.last
        ),
        None => format!("at {}", numbers(name, set)),
    }
}

/// `02:00`, or `02:00:30` where seconds matter.
fn time((hour, minute, second): (u32, u32, u32), with_seconds: bool) -> String {
    match with_seconds {
        false => format!("{hour:02}:{minute:02}"),
        true => format!("{hour:02}:{minute:02}:{second:02}"),
    }
}
