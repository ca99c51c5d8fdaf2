//! Starts, ends, and the edges of what 64 bits can name.

use crate::{SECOND, assert_slots, at, cron, in_zone, shown};
use chime_schedule::{Definition, Schedule};
use chime_types::Rule;
use chime_types::limits::{LATEST_AT, MAXIMUM_DURATION_SECONDS};

fn between(rule: &Rule, start_at: u64, end_at: Option<u64>) -> Schedule {
    Schedule::compile(&Definition {
        start_at,
        explicit_start: true,
        end_at,
        ..Definition::new(rule)
    })
    .unwrap()
}

#[test]
fn should_run_once_at_the_start_or_at_the_named_instant() {
    let start_at = at("2026-05-04T10:20:30.123456789Z");
    let schedule = between(&Rule::Once { run_at: None }, start_at, None);
    assert_eq!(schedule.next_times(0, 5), [start_at]);
    assert_eq!(schedule.next_after(start_at), None);
    let run_at = Some(start_at + 7);
    let schedule = between(&Rule::Once { run_at }, start_at, run_at);
    assert_eq!(schedule.next_times(start_at, 5), [start_at + 7]);
    assert_eq!(schedule.slots_between(0, u64::MAX).last_at, run_at);
}

#[test]
fn should_include_the_start_and_the_end_and_nothing_beyond() {
    let rule = cron("0 * * * *");
    let (start_at, end_at) = (at("2026-05-04T10:00:00Z"), at("2026-05-04T12:00:00Z"));
    let schedule = between(&rule, start_at, Some(end_at));
    let slots = [start_at, start_at + 3_600 * SECOND, end_at];
    assert_eq!(schedule.next_times(0, 9), slots);
    let inside = between(&rule, start_at + 1, Some(end_at - 1));
    assert_eq!(inside.next_times(0, 9), slots[1..2]);
    assert_eq!(schedule.slots_between(0, u64::MAX).count, 3);
    assert_eq!(schedule.last_between(0, u64::MAX), Some(end_at));
}

#[test]
fn should_bound_intervals_by_the_end() {
    let rule = Rule::Interval {
        repeat_every_seconds: 10,
        phase_seconds: None,
    };
    let schedule = between(&rule, 5 * SECOND, Some(30 * SECOND));
    let slots = [5 * SECOND, 15 * SECOND, 25 * SECOND];
    assert_eq!(schedule.next_times(0, 9), slots);
    let count = schedule.slots_between(5 * SECOND, u64::MAX);
    assert_eq!((count.count, count.last_at), (2, Some(25 * SECOND)));
}

#[test]
fn should_find_the_next_second_after_a_fraction() {
    let schedule = between(&cron("* * * * * *"), 0, None);
    let expected = ["2026-05-04T10:00:01Z"];
    assert_slots(&schedule, "2026-05-04T10:00:00Z", &expected);
    assert_slots(&schedule, "2026-05-04T10:00:00.000000001Z", &expected);
    assert_slots(&schedule, "2026-05-04T10:00:00.999999999Z", &expected);
}

#[test]
fn should_end_with_the_last_instant_that_can_be_named() {
    let rules = [
        cron("* * * * * *"),
        cron("0 0 1 1 *"),
        cron("@every 1s"),
        Rule::Interval {
            repeat_every_seconds: MAXIMUM_DURATION_SECONDS,
            phase_seconds: Some(MAXIMUM_DURATION_SECONDS - 1),
        },
    ];
    for rule in rules {
        for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
            let schedule = Schedule::compile(&Definition {
                start_at: LATEST_AT,
                explicit_start: true,
                ..in_zone(&rule, zone)
            });
            let schedule = schedule.unwrap();
            assert_eq!(schedule.next_after(u64::MAX), None);
            assert_eq!(schedule.next_after(u64::MAX - 1), None);
            let last = schedule.last_between(0, u64::MAX).unwrap();
            assert_eq!(schedule.next_after(last), None, "{:?}", shown(&[last]));
        }
    }
}

#[test]
fn should_accept_any_spelling_of_a_zone_and_keep_the_canonical_one() {
    let rule = cron("0 0 * * *");
    for (timezone, name) in [
        (None, "UTC"),
        (Some("utc"), "UTC"),
        (Some(" europe/zurich "), "Europe/Zurich"),
        (Some("US/Eastern"), "US/Eastern"),
    ] {
        let schedule = Schedule::compile(&Definition {
            timezone,
            ..Definition::new(&rule)
        });
        assert_eq!(schedule.unwrap().timezone(), name);
    }
}
