//! Intervals: phases, starts, and sums over long spans.

use crate::{SECOND, assert_slots, at, compile, cron, shown};
use chime_schedule::{Definition, Schedule, SlotCount};
use chime_types::Rule;

const START: &str = "2026-05-04T10:20:30.5Z";

fn every(repeat_every_seconds: u64, phase_seconds: Option<u64>) -> Rule {
    Rule::Interval {
        repeat_every_seconds,
        phase_seconds,
    }
}

fn from_start(rule: &Rule, explicit_start: bool) -> Schedule {
    Schedule::compile(&Definition {
        start_at: at(START),
        explicit_start,
        ..Definition::new(rule)
    })
    .unwrap()
}

#[test]
fn should_start_one_interval_after_an_implicit_start() {
    for rule in [every(90, None), cron("@every 1m30s")] {
        let schedule = from_start(&rule, false);
        let expected = ["2026-05-04T10:22:00.5Z", "2026-05-04T10:23:30.5Z"];
        assert_slots(&schedule, "2026-01-01T00:00:00Z", &expected);
        assert_eq!(schedule.repeat_every_seconds(), 90);
    }
}

#[test]
fn should_start_exactly_at_an_explicit_start() {
    for rule in [every(90, None), cron("@every 1m30s")] {
        let schedule = from_start(&rule, true);
        let expected = [START, "2026-05-04T10:22:00.5Z"];
        assert_slots(&schedule, "2026-01-01T00:00:00Z", &expected);
        assert_slots(&schedule, START, &expected[1..]);
    }
}

#[test]
fn should_align_to_a_phase() {
    let expected = ["2026-05-04T11:15:00Z", "2026-05-04T12:15:00Z"];
    for explicit_start in [false, true] {
        let schedule = from_start(&every(3_600, Some(900)), explicit_start);
        assert_slots(&schedule, "2026-01-01T00:00:00Z", &expected);
    }
    let start_at = at("2026-05-04T11:15:00Z");
    let rule = every(3_600, Some(900));
    let schedule = Schedule::compile(&Definition {
        start_at,
        ..Definition::new(&rule)
    });
    let schedule = schedule.unwrap();
    assert_slots(&schedule, "2026-01-01T00:00:00Z", &expected);
}

#[test]
fn should_count_missed_slots_of_years_at_once() {
    let schedule = from_start(&every(1, None), true);
    let after_at = at(START);
    let until_at = after_at + 1_000_000_000 * SECOND + 7;
    let expected = SlotCount {
        count: 1_000_000_000,
        last_at: Some(until_at - 7),
    };
    assert_eq!(schedule.slots_between(after_at, until_at), expected);
    assert_eq!(schedule.last_between(after_at, until_at), expected.last_at);
}

#[test]
fn should_count_the_slots_of_a_pattern_over_years_at_once() {
    let schedule = from_start(&cron("* * * * * *"), false);
    let (after_at, until_at) = (at("2026-06-01T00:00:00Z"), at("2126-06-01T00:00:00.9Z"));
    let expected = SlotCount {
        count: (until_at - after_at) / SECOND,
        last_at: Some(at("2126-06-01T00:00:00Z")),
    };
    assert_eq!(schedule.slots_between(after_at, until_at), expected);
    let few = schedule.slots_between(after_at, after_at + 100 * SECOND);
    assert_eq!(few.count, 100);
    assert_eq!(few.last_at, Some(after_at + 100 * SECOND));
    let none = schedule.slots_between(until_at, after_at);
    assert_eq!((none.count, none.last_at), (0, None));
}

#[test]
fn should_count_what_a_walk_over_a_year_counts() {
    for expression in [
        "*/7 * * * *",
        "30 2 * * *",
        "0,20 1-3 * * 0",
        "15 2 L * *",
        "5/10 */2 * * 1-5",
    ] {
        let schedule = compile(&cron(expression), "America/New_York");
        let (after_at, until_at) = (at("2026-01-05T03:04:05Z"), at("2027-02-05T03:04:05Z"));
        let mut walked = 0;
        let mut slot = after_at;
        while let Some(next) = schedule.next_after(slot).filter(|next| *next <= until_at) {
            (walked, slot) = (walked + 1, next);
        }
        let expected = SlotCount {
            count: walked,
            last_at: Some(slot),
        };
        assert_eq!(
            schedule.slots_between(after_at, until_at),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn should_find_the_last_slot_before_an_instant() {
    let table = [
        ("0 0 29 2 *", "2024-02-29T00:00:00Z"),
        ("*/7 * * * *", "2026-05-03T23:56:00Z"),
        ("0 0 1 1 *", "2026-01-01T00:00:00Z"),
        ("59 59 23 * * *", "2026-05-03T23:59:59Z"),
    ];
    for (expression, last) in table {
        let schedule = compile(&cron(expression), "UTC");
        let found = schedule
            .last_between(0, at("2026-05-03T23:59:59.5Z"))
            .unwrap();
        assert_eq!(shown(&[found]), [last], "{expression}");
        // Nothing after itself.
        assert_eq!(
            schedule.last_between(found, at("2026-05-03T23:59:59.5Z")),
            None
        );
    }
}
