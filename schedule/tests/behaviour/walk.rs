//! Random rules around the changes of the clock, against a walk over every minute that knows
//! nothing of searching: it reads the clock of the zone at each instant and asks the pattern, in
//! UTC, whether it selects that time.

use crate::{SECOND, compile, cron, in_zone};
use chime_schedule::{Definition, Schedule};
use chime_types::GapPolicy;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Zones and an instant within a day of a change of their clock.
pub(crate) const CHANGES: [(&str, &str); 11] = [
    ("Europe/Zurich", "2026-03-29T01:00:00Z"),
    ("Europe/Zurich", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Antarctica/Troll", "2026-03-29T01:00:00Z"),
    ("Antarctica/Troll", "2026-10-25T01:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    // Far beyond the table of changes, where a rule takes over.
    ("America/Santiago", "2101-09-04T04:00:00Z"),
];

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What a clock shows, as if it were UTC.
fn as_utc(clock: &Zoned) -> u64 {
    let utc = clock.datetime().to_zoned(TimeZone::UTC).unwrap();
    utc.timestamp().as_second() as u64 * SECOND
}

/// The slots from `from` to `until`, by the rules that the library states.
fn walk(
    expression: &str,
    zone: &str,
    gap: GapPolicy,
    from: Timestamp,
    until: Timestamp,
) -> Vec<u64> {
    let pattern = compile(&cron(expression), "UTC");
    let selects = |clock: u64| pattern.next_after(clock - 1) == Some(clock);
    let first_fields: Vec<&str> = expression.split(' ').take(2).collect();
    let repeats = first_fields
        .iter()
        .any(|field| field.contains(['*', '-', '/']));
    let (mut slots, mut seen) = (Vec::new(), BTreeSet::new());
    // The clock may show again what it showed up to a day before.
    let mut at = from.in_tz(zone).unwrap() - 2 * 24 * 60 * MINUTE;
    let mut before = as_utc(&at);
    while at.timestamp() < until {
        at += MINUTE;
        let clock = as_utc(&at);
        let jumped =
            (before / SECOND / 60 + 1..clock / SECOND / 60).map(|minute| minute * 60 * SECOND);
        let in_gap = gap == GapPolicy::RunAfter && jumped.into_iter().any(selects);
        let again = !seen.insert(clock);
        if at.timestamp() > from && (in_gap || (selects(clock) && (repeats || !again))) {
            slots.push(at.timestamp().as_second() as u64 * SECOND);
        }
        before = clock;
    }
    slots
}

fn expression() -> impl Strategy<Value = String> {
    let minute = prop_oneof![
        2 => (0..60_u32).prop_map(|m| m.to_string()),
        1 => (0..60_u32, 0..60_u32).prop_map(|(a, b)| format!("{a},{b}")),
        1 => (2..59_u32).prop_map(|step| format!("*/{step}")),
        1 => Just("*".to_string()),
    ];
    let hour = prop_oneof![
        3 => (0..5_u32).prop_map(|h| h.to_string()),
        1 => (0..24_u32).prop_map(|h| h.to_string()),
        1 => (0..4_u32).prop_map(|h| format!("{h}-{}", h + 2)),
        1 => (0..4_u32).prop_map(|h| format!("{h},{}", h + 1)),
        1 => Just("*".to_string()),
        1 => Just("*/2".to_string()),
    ];
    let days = prop_oneof![
        4 => Just("* * *"), 1 => Just("* * SUN"), 1 => Just("*/2 * *"), 1 => Just("29,30,L * *"),
    ];
    (minute, hour, days).prop_map(|(minute, hour, days)| format!("{minute} {hour} {days}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn should_agree_with_a_walk_over_every_minute(
        expression in expression(),
        change in prop::sample::select(&CHANGES[..]),
        skip in any::<bool>(),
        minutes_before in 0..1_800_i64,
    ) {
        let (zone, instant) = change;
        let instant: Timestamp = instant.parse().unwrap();
        let from = instant - SignedDuration::from_mins(minutes_before - 60);
        let until = instant + SignedDuration::from_hours(40);
        let gap = if skip { GapPolicy::Skip } else { GapPolicy::RunAfter };
        let schedule = Schedule::compile(&Definition { gap, ..in_zone(&cron(&expression), zone) }).unwrap();
        let expected = walk(&expression, zone, gap, from, until);
        let after_at = from.as_second() as u64 * SECOND;
        let mut slots = schedule.next_times(after_at, expected.len() + 1);
        slots.retain(|slot| *slot <= until.as_second() as u64 * SECOND);
        prop_assert_eq!(crate::shown(&slots), crate::shown(&expected), "{} {}", expression, zone);
        let count = schedule.slots_between(after_at, until.as_second() as u64 * SECOND);
        prop_assert_eq!((count.count, count.last_at), (expected.len() as u64, expected.last().copied()), "{} {}", expression, zone);
    }
}
