//! What schedules do, by behaviour. The tables of other projects are in `cases.rs`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its case must fail"
)]

mod calendar;
mod calendar_intervals;
mod clock_changes;
mod durations;
mod edges;
mod errors;
mod exclusion_changes;
mod exclusion_errors;
mod exclusion_properties;
mod exclusions;
mod intervals;
mod jitter;
mod oracle;
mod properties;
mod time_travel;
mod walk;
mod words;

use chime_schedule::{Definition, Schedule};
use chime_types::Rule;
use jiff::Timestamp;

/// Nanoseconds in a second.
const SECOND: u64 = 1_000_000_000;

/// An instant from text such as `2026-03-29T01:00:00Z`.
fn at(text: &str) -> u64 {
    let instant: Timestamp = text.parse().unwrap();
    u64::try_from(instant.as_nanosecond()).unwrap()
}

/// Instants as text, for messages that a person can read.
fn shown(slots: &[u64]) -> Vec<String> {
    let text = |slot: &u64| Timestamp::from_nanosecond(i128::from(*slot)).map(|at| at.to_string());
    slots.iter().map(|slot| text(slot).unwrap()).collect()
}

fn cron(expression: &str) -> Rule {
    Rule::Cron {
        expression: expression.into(),
    }
}

/// A rule in a zone.
fn in_zone<'a>(rule: &'a Rule, timezone: &'a str) -> Definition<'a> {
    Definition {
        timezone: Some(timezone),
        ..Definition::new(rule)
    }
}

/// The schedule of a rule in a zone, with the defaults for all else.
fn compile(rule: &Rule, timezone: &str) -> Schedule {
    Schedule::compile(&in_zone(rule, timezone)).unwrap()
}

/// Asserts that the slots after `after` begin with these.
#[track_caller]
fn assert_slots(schedule: &Schedule, after: &str, expected: &[&str]) {
    let slots = schedule.next_times(at(after), expected.len());
    assert_eq!(shown(&slots), expected);
}
