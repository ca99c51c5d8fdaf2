//! Times that are left out: days, weekdays, and what expressions match.

use crate::{SECOND, assert_slots, at, cron, in_zone, shown};
use chime_schedule::{Definition, Schedule, SlotCount};
use chime_types::{Exclusion, GapPolicy, Rule};

pub(crate) fn dates(from: &str, to: Option<&str>) -> Exclusion {
    Exclusion::Dates {
        from: from.into(),
        to: to.map(Into::into),
    }
}

pub(crate) fn weekdays(weekdays: &[u8]) -> Exclusion {
    Exclusion::Weekdays {
        weekdays: weekdays.to_vec(),
    }
}

pub(crate) fn matching(expression: &str) -> Exclusion {
    Exclusion::Cron {
        expression: expression.into(),
    }
}

pub(crate) fn without(rule: &Rule, zone: &str, exclusions: &[Exclusion]) -> Schedule {
    Schedule::compile(&Definition {
        exclusions,
        ..in_zone(rule, zone)
    })
    .unwrap()
}

pub(crate) fn every(repeat_every_seconds: u64) -> Rule {
    Rule::Interval {
        repeat_every_seconds,
        phase_seconds: Some(0),
    }
}

/// Rule, what is left out, zone, from, slots.
pub(crate) type Row<'a> = (Rule, &'a [Exclusion], &'a str, &'a str, &'a [&'a str]);

pub(crate) fn check(rows: &[Row<'_>]) {
    for (rule, exclusions, zone, from, expected) in rows {
        assert_slots(&without(rule, zone, exclusions), from, expected);
    }
}

#[test]
fn should_leave_out_days_of_the_zone() {
    let holidays = [dates("2026-12-24", Some("2026-12-26"))];
    let today = [dates("2026-12-24", None)];
    check(&[
        (
            cron("0 2 * * *"),
            &holidays,
            "Europe/Zurich",
            "2026-12-22T12:00:00Z",
            &["2026-12-23T01:00:00Z", "2026-12-27T01:00:00Z"],
        ),
        // 2026-12-24 in Auckland begins at 11:00 UTC the day before.
        (
            every(3_600),
            &today,
            "Pacific/Auckland",
            "2026-12-23T09:30:00Z",
            &["2026-12-23T10:00:00Z", "2026-12-24T11:00:00Z"],
        ),
        (
            Rule::Monthly {
                day: 31,
                hour: 0,
                minute: None,
            },
            &[dates("2027-02-28", Some("2027-03-31"))],
            "UTC",
            "2027-01-15T00:00:00Z",
            &["2027-01-31T00:00:00Z", "2027-04-30T00:00:00Z"],
        ),
    ]);
}

#[test]
fn should_leave_out_weekdays() {
    let weekend = [weekdays(&[0, 6])];
    check(&[
        (
            cron("0 9 * * *"),
            &weekend,
            "America/New_York",
            "2026-06-05T00:00:00Z",
            &["2026-06-05T13:00:00Z", "2026-06-08T13:00:00Z"],
        ),
        // Friday 23:30 and Monday 00:30 in New York.
        (
            every(5_400),
            &weekend,
            "America/New_York",
            "2026-06-06T02:00:00Z",
            &["2026-06-06T03:00:00Z", "2026-06-08T04:30:00Z"],
        ),
    ]);
}

#[test]
fn should_leave_out_what_an_expression_matches() {
    check(&[
        (
            cron("*/30 * * * *"),
            &[matching("* 12-13 * * *")],
            "Asia/Tokyo",
            "2026-06-01T02:29:00Z",
            &["2026-06-01T02:30:00Z", "2026-06-01T05:00:00Z"],
        ),
        // Without a field for seconds the whole minute, with one the second.
        (
            every(20),
            &[matching("0 12 * * *")],
            "UTC",
            "2026-06-01T11:59:30Z",
            &["2026-06-01T11:59:40Z", "2026-06-01T12:01:00Z"],
        ),
        (
            every(20),
            &[matching("20,40 0 12 * * *")],
            "UTC",
            "2026-06-01T11:59:50Z",
            &["2026-06-01T12:00:00Z", "2026-06-01T12:01:00Z"],
        ),
        (
            cron("0 0 * * *"),
            &[matching("* * L * *"), matching("@monthly")],
            "UTC",
            "2026-06-28T12:00:00Z",
            &["2026-06-29T00:00:00Z", "2026-07-02T00:00:00Z"],
        ),
    ]);
}

#[test]
fn should_keep_the_fraction_of_an_interval() {
    let rule = Rule::Interval {
        repeat_every_seconds: 30,
        phase_seconds: None,
    };
    let schedule = Schedule::compile(&Definition {
        start_at: at("2026-06-01T11:59:00.5Z"),
        exclusions: &[matching("0 12 * * *")],
        ..Definition::new(&rule)
    });
    let expected = ["2026-06-01T11:59:30.5Z", "2026-06-01T12:01:00.5Z"];
    assert_slots(&schedule.unwrap(), "2026-06-01T00:00:00Z", &expected);
}

#[test]
fn should_count_and_find_the_last_slot() {
    let schedule = without(
        &every(1),
        "UTC",
        &[matching("* 9-17 * * *"), weekdays(&[0])],
    );
    let (after_at, until_at) = (at("2026-06-01T00:00:00Z"), at("2026-06-02T12:00:00Z"));
    let last_at = Some(at("2026-06-02T08:59:59Z"));
    // 15 hours of the first day, but for its first second, and 9 of the second.
    let expected = SlotCount {
        count: 24 * 3_600 - 1,
        last_at,
    };
    assert_eq!(schedule.slots_between(after_at, until_at), expected);
    assert_eq!(schedule.last_between(after_at, until_at), last_at);
    let all = schedule.slots_between(after_at - 1, until_at);
    assert_eq!((all.count, all.last_at), (24 * 3_600, last_at));
    let none = schedule.slots_between(at("2026-06-02T10:00:00Z"), until_at);
    assert_eq!((none.count, none.last_at), (0, None));
    // On Sunday the last one was on Saturday.
    let sunday = at("2026-06-07T23:00:00Z");
    let last = schedule.last_between(0, sunday).unwrap();
    assert_eq!(shown(&[last]), ["2026-06-06T23:59:59Z"]);
}

#[test]
fn should_end_when_the_rest_is_left_out() {
    let rule = cron("0 0 * * *");
    let schedule = Schedule::compile(&Definition {
        start_at: at("2026-12-20T00:00:00Z"),
        end_at: Some(at("2026-12-26T00:00:00Z")),
        gap: GapPolicy::Skip,
        exclusions: &[dates("2026-12-22", Some("2199-12-31"))],
        ..Definition::new(&rule)
    });
    let slots = schedule.unwrap().next_times(0, 9);
    assert_eq!(
        shown(&slots),
        ["2026-12-20T00:00:00Z", "2026-12-21T00:00:00Z"]
    );
    let endless = without(
        &every(10),
        "UTC",
        &[dates("2000-01-01", Some("9999-12-31"))],
    );
    let last = endless.last_between(0, u64::MAX).unwrap();
    assert_eq!(last, at("2000-01-01T00:00:00Z") - 10 * SECOND);
    assert_eq!(endless.next_after(last), None);
}

#[test]
fn should_describe_what_is_left_out() {
    let daily = cron("0 2 * * *");
    let table: [(&[Exclusion], &str); 6] = [
        (&[], "every day at 02:00"),
        (
            &[weekdays(&[6, 0])],
            "every day at 02:00, except Saturdays and Sundays",
        ),
        (
            &[
                dates("2026-12-24", None),
                dates("2026-12-25", Some("2026-12-26")),
            ],
            "every day at 02:00, except 2026-12-24 to 2026-12-26",
        ),
        (
            &[
                matching("* 12 * * *"),
                dates("2026-12-24", Some("2026-12-26")),
                weekdays(&[0, 6]),
            ],
            "every day at 02:00, except Saturdays and Sundays, 2026-12-24 to 2026-12-26, and every \
             minute from 12:00 to 12:59",
        ),
        (
            &[weekdays(&[1, 2, 3, 4]), dates("2026-01-01", None)],
            "every day at 02:00, except Mondays to Thursdays, and 2026-01-01",
        ),
        (
            &[matching("0 12 * * *"), matching("*/2 0 12 * * *")],
            "every day at 02:00, except every day at 12:00, and every 2 seconds from 12:00:00 to \
             12:00:58",
        ),
    ];
    for (exclusions, words) in table {
        assert_eq!(without(&daily, "UTC", exclusions).describe(), words);
    }
}
