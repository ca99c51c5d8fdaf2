//! The two nights of the year. The tables of Cronos in `cases.rs` go deeper; these say what each
//! kind of rule does, in three zones of different kinds.

use crate::{assert_slots, at, compile, cron, in_zone};
use chime_schedule::{Definition, Schedule};
use chime_types::{GapPolicy, Rule};

fn daily(hour: u8, minute: u8) -> Rule {
    Rule::Daily {
        hour,
        minute: Some(minute),
    }
}

fn without_gaps(rule: &Rule, zone: &str) -> Schedule {
    let gap = GapPolicy::Skip;
    Schedule::compile(&Definition {
        gap,
        ..in_zone(rule, zone)
    })
    .unwrap()
}

/// Rule, zone, from, slots.
type Row = (Rule, &'static str, &'static str, &'static [&'static str]);

fn check(rows: &[Row]) {
    for (rule, zone, from, expected) in rows {
        assert_slots(&compile(rule, zone), from, expected);
    }
}

#[test]
fn should_run_at_the_end_of_the_gap() {
    check(&[
        // Zurich jumps from 02:00 to 03:00 on 2026-03-29 at 01:00 UTC.
        (
            daily(2, 30),
            "Europe/Zurich",
            "2026-03-28T00:00:00Z",
            &[
                "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
            ],
        ),
        // New York jumps from 02:00 to 03:00 on 2026-03-08 at 07:00 UTC.
        (
            daily(2, 0),
            "America/New_York",
            "2026-03-07T12:00:00Z",
            &["2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"],
        ),
        // Lord Howe jumps by half an hour, from 02:00 to 02:30 on 2026-10-04 at 15:30 UTC.
        (
            daily(2, 15),
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            &["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"],
        ),
        (
            daily(2, 45),
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            &["2026-10-03T15:45:00Z", "2026-10-04T15:45:00Z"],
        ),
    ]);
}

#[test]
fn should_leave_the_gap_out_if_asked_to() {
    let rules = [daily(2, 30), cron("*/20 2 * * *"), cron("30 2 29 3 *")];
    let next = [
        "2026-03-30T00:30:00Z",
        "2026-03-30T00:00:00Z",
        "2027-03-29T00:30:00Z",
    ];
    for (rule, next) in rules.iter().zip(next) {
        let schedule = without_gaps(rule, "Europe/Zurich");
        assert_slots(&schedule, "2026-03-29T00:00:00Z", &[next]);
    }
}

#[test]
fn should_refuse_a_rule_whose_every_time_is_left_out() {
    // Always the second Sunday of March at 02:30, which New York jumps over since 2007.
    let rule = cron("30 2 * 3 SUN#2");
    let compile = |gap| {
        Schedule::compile(&Definition {
            gap,
            start_at: at("2026-01-01T00:00:00Z"),
            ..in_zone(&rule, "America/New_York")
        })
    };
    assert!(compile(GapPolicy::RunAfter).is_ok());
    let error = compile(GapPolicy::Skip).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("rule.cron.expression"));
}

#[test]
fn should_make_one_slot_of_several_times_in_a_gap() {
    check(&[(
        cron("*/15 * * * *"),
        "Europe/Zurich",
        "2026-03-29T00:40:00Z",
        &[
            "2026-03-29T00:45:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-29T01:15:00Z",
        ],
    )]);
}

#[test]
fn should_run_fixed_times_once_when_the_hour_is_repeated() {
    check(&[
        // Zurich goes back from 03:00 to 02:00 on 2026-10-25 at 01:00 UTC.
        (
            daily(2, 30),
            "Europe/Zurich",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        ),
        (
            cron("0,30 2 * * *"),
            "Europe/Zurich",
            "2026-10-24T12:00:00Z",
            &[
                "2026-10-25T00:00:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:00:00Z",
            ],
        ),
        // Asked within the second of the two hours.
        (
            cron("0,30 2 * * *"),
            "Europe/Zurich",
            "2026-10-25T01:10:00Z",
            &["2026-10-26T01:00:00Z"],
        ),
        // New York goes back from 02:00 to 01:00 on 2026-11-01 at 06:00 UTC.
        (
            daily(1, 0),
            "America/New_York",
            "2026-10-31T12:00:00Z",
            &["2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z"],
        ),
        // Lord Howe goes back from 02:00 to 01:30 on 2026-04-05 at 15:00 UTC the day before.
        (
            daily(1, 45),
            "Australia/Lord_Howe",
            "2026-04-04T12:00:00Z",
            &["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"],
        ),
    ]);
}

#[test]
fn should_run_intervals_again_when_the_hour_is_repeated() {
    check(&[
        (
            cron("*/30 * * * *"),
            "Europe/Zurich",
            "2026-10-25T00:10:00Z",
            &[
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:00:00Z",
            ],
        ),
        // Only in the repeated hour, so that the next time on the clock is a day away.
        (
            cron("*/30 1 * * *"),
            "America/New_York",
            "2026-11-01T05:30:00Z",
            &[
                "2026-11-01T06:00:00Z",
                "2026-11-01T06:30:00Z",
                "2026-11-02T06:00:00Z",
            ],
        ),
        (
            cron("*/10 1 * * *"),
            "Australia/Lord_Howe",
            "2026-04-04T14:45:00Z",
            &[
                "2026-04-04T14:50:00Z",
                "2026-04-04T15:00:00Z",
                "2026-04-04T15:10:00Z",
            ],
        ),
    ]);
}

#[test]
fn should_not_shift_intervals_of_seconds() {
    let rule = Rule::Interval {
        repeat_every_seconds: 3_600,
        phase_seconds: Some(0),
    };
    check(&[(
        rule,
        "Europe/Zurich",
        "2026-10-25T00:00:00Z",
        &["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"],
    )]);
}

#[test]
fn should_survive_a_day_that_a_zone_left_out() {
    // Samoa left out 2011-12-30 when it moved across the date line.
    check(&[(
        daily(8, 0),
        "Pacific/Apia",
        "2011-12-29T12:00:00Z",
        &[
            "2011-12-29T18:00:00Z",
            "2011-12-30T10:00:00Z",
            "2011-12-30T18:00:00Z",
        ],
    )]);
}

#[test]
fn should_skip_every_second_of_a_day_that_a_zone_left_out() {
    let schedule = without_gaps(&cron("* * * * * *"), "Pacific/Apia");
    let expected = ["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"];
    assert_slots(&schedule, "2011-12-30T09:59:58Z", &expected);
    let schedule = without_gaps(&cron("* * * 30 * *"), "Pacific/Apia");
    // The 30th of December is missing; January's is the next.
    assert_slots(&schedule, "2011-12-30T00:00:00Z", &["2012-01-29T10:00:00Z"]);
}
