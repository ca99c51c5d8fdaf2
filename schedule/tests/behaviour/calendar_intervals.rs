//! Every so many days, weeks or months by the calendar: against a walk over every day, and around the
//! changes of the clock.

use crate::{SECOND, assert_slots, at, cron, in_zone, shown};
use chime_schedule::{Definition, Schedule};
use chime_types::{CalendarUnit, GapPolicy, MonthDay, Rule};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

fn calendar(
    every: u16,
    unit: CalendarUnit,
    (hour, minute): (u8, u8),
    anchor: Option<&str>,
) -> Rule {
    Rule::Calendar {
        every,
        unit,
        hour,
        minute: Some(minute),
        anchor: anchor.map(str::to_string),
    }
}

fn weeks(weekdays: &[u8]) -> CalendarUnit {
    CalendarUnit::Weeks {
        weekdays: weekdays.to_vec(),
    }
}

fn months(on: MonthDay) -> CalendarUnit {
    CalendarUnit::Months { on }
}

fn compile(rule: &Rule, timezone: &str) -> Schedule {
    Schedule::compile(&in_zone(rule, timezone)).unwrap()
}

#[test]
fn should_keep_to_the_time_of_the_clock_every_fourteen_days() {
    let rule = calendar(14, CalendarUnit::Days {}, (8, 0), Some("2027-03-12"));
    let schedule = compile(&rule, "Europe/Zurich");
    let expected = [
        "2027-03-12T07:00:00Z",
        "2027-03-26T07:00:00Z",
        "2027-04-09T06:00:00Z",
        "2027-04-23T06:00:00Z",
    ];
    assert_slots(&schedule, "2026-01-01T00:00:00Z", &expected);
    assert_eq!(
        schedule.describe(),
        "every 14 days at 08:00, counted from 2027-03-12"
    );
}

#[test]
fn should_run_every_other_friday_and_other_days_of_those_weeks() {
    let rule = calendar(2, weeks(&[5]), (17, 0), Some("2026-11-27"));
    let expected = [
        "2026-11-27T17:00:00Z",
        "2026-12-11T17:00:00Z",
        "2026-12-25T17:00:00Z",
        "2027-01-08T17:00:00Z",
    ];
    assert_slots(
        &compile(&rule, "Europe/London"),
        "2026-11-01T00:00:00Z",
        &expected,
    );
    // A week ends on Sunday, which 7 names as well. Days before the anchor are none.
    let rule = calendar(2, weeks(&[1, 5, 7]), (17, 0), Some("2026-11-27"));
    let schedule = compile(&rule, "Europe/London");
    let expected = [
        "2026-11-27T17:00:00Z",
        "2026-11-29T17:00:00Z",
        "2026-12-07T17:00:00Z",
        "2026-12-11T17:00:00Z",
    ];
    assert_slots(&schedule, "2026-11-01T00:00:00Z", &expected);
    assert_eq!(
        schedule.describe(),
        "every 2 weeks on Monday, Friday and Sunday at 17:00, counted from 2026-11-27"
    );
}

#[test]
fn should_count_from_the_start_where_no_anchor_is_named() {
    // Thursday in Zurich, still Wednesday in UTC.
    let start_at = at("2026-06-03T22:30:00Z");
    for (unit, expected) in [
        (
            CalendarUnit::Days {},
            ["2026-06-03T23:00:00Z", "2026-06-06T23:00:00Z"],
        ),
        (weeks(&[]), ["2026-06-03T23:00:00Z", "2026-06-24T23:00:00Z"]),
        (
            months(MonthDay::Day { day: 31 }),
            ["2026-06-29T23:00:00Z", "2026-09-29T23:00:00Z"],
        ),
    ] {
        let rule = calendar(3, unit, (1, 0), None);
        let schedule = Schedule::compile(&Definition {
            start_at,
            ..in_zone(&rule, "Europe/Zurich")
        });
        assert_slots(&schedule.unwrap(), "2026-01-01T00:00:00Z", &expected);
    }
}

#[test]
fn should_find_days_of_months_by_number_weekday_and_from_the_end() {
    let rows = [
        (
            MonthDay::Day { day: 31 },
            ["2027-01-31", "2027-04-30", "2027-07-31"],
            "the last day",
        ),
        (
            MonthDay::Day { day: 15 },
            ["2027-01-15", "2027-04-15", "2027-07-15"],
            "the 15th",
        ),
        (
            MonthDay::Nth { nth: 2, weekday: 2 },
            ["2027-01-12", "2027-04-13", "2027-07-13"],
            "the 2nd Tuesday",
        ),
        (
            MonthDay::Nth { nth: 5, weekday: 5 },
            ["2027-01-29", "2027-04-30", "2027-07-30"],
            "the 5th Friday",
        ),
        (
            MonthDay::Last { weekday: 7 },
            ["2027-01-31", "2027-04-25", "2027-07-25"],
            "the last Sunday",
        ),
        (
            MonthDay::LastWorkingDay {},
            ["2027-01-29", "2027-04-30", "2027-07-30"],
            "the last working day",
        ),
    ];
    for (on, expected, words) in rows {
        let rule = calendar(3, months(on), (9, 30), Some("2027-01-01"));
        let schedule = compile(&rule, "UTC");
        let expected = expected.map(|day| format!("{day}T09:30:00Z"));
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        assert_slots(&schedule, "2026-01-01T00:00:00Z", &expected);
        let words = format!("every 3 months on {words} at 09:30, counted from 2027-01-01");
        assert_eq!(schedule.describe(), words);
    }
}

#[test]
fn should_treat_gaps_and_repeated_times_like_other_rules() {
    let rule = calendar(7, CalendarUnit::Days {}, (2, 30), Some("2026-03-22"));
    let after = "2026-03-22T12:00:00Z";
    let run_after = compile(&rule, "Europe/Zurich");
    assert_slots(
        &run_after,
        after,
        &["2026-03-29T01:00:00Z", "2026-04-05T00:30:00Z"],
    );
    let skip = Schedule::compile(&Definition {
        gap: GapPolicy::Skip,
        ..in_zone(&rule, "Europe/Zurich")
    });
    assert_slots(&skip.unwrap(), after, &["2026-04-05T00:30:00Z"]);
    let autumn = "2026-10-20T00:00:00Z";
    let once = ["2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"];
    assert_slots(&run_after, autumn, &once);
}

#[test]
fn should_name_the_field_at_fault() {
    let days = || CalendarUnit::Days {};
    let rows = [
        (calendar(0, days(), (8, 0), None), "rule.calendar.every"),
        (calendar(1_001, days(), (8, 0), None), "rule.calendar.every"),
        (calendar(1, days(), (24, 0), None), "rule.calendar.hour"),
        (calendar(1, days(), (8, 60), None), "rule.calendar.minute"),
        (
            calendar(1, days(), (8, 0), Some("27.11.2026")),
            "rule.calendar.anchor",
        ),
        (
            calendar(1, days(), (8, 0), Some("2026-02-30")),
            "rule.calendar.anchor",
        ),
        (
            calendar(1, weeks(&[8]), (8, 0), None),
            "rule.calendar.unit.weeks.weekdays[0]",
        ),
        (
            calendar(1, weeks(&[0, 7]), (8, 0), None),
            "rule.calendar.unit.weeks.weekdays[1]",
        ),
        (
            calendar(1, months(MonthDay::Day { day: 0 }), (8, 0), None),
            "rule.calendar.unit.months.on.day.day",
        ),
        (
            calendar(
                1,
                months(MonthDay::Nth { nth: 6, weekday: 1 }),
                (8, 0),
                None,
            ),
            "rule.calendar.unit.months.on.nth.nth",
        ),
        (
            calendar(1, months(MonthDay::Last { weekday: 8 }), (8, 0), None),
            "rule.calendar.unit.months.on.last.weekday",
        ),
        (calendar(1, days(), (8, 0), Some("2600-01-01")), "rule"),
    ];
    for (rule, field) in rows {
        let error = Schedule::compile(&in_zone(&rule, "UTC")).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{rule:?}");
    }
    let longest = calendar(1_000, days(), (8, 0), Some("2026-01-01"));
    assert_slots(
        &compile(&longest, "UTC"),
        "2026-06-01T00:00:00Z",
        &["2028-09-27T08:00:00Z"],
    );
}

#[test]
fn should_go_back_beyond_the_start_where_it_is_asked_to() {
    let start_at = at("2026-06-03T22:30:00.5Z");
    let interval = Rule::Interval {
        repeat_every_seconds: 3_600,
        phase_seconds: None,
    };
    for (rule, expected) in [
        (interval, "2026-06-03T21:30:00.5Z"),
        (cron("0 * * * *"), "2026-06-03T22:00:00Z"),
        (
            calendar(3, CalendarUnit::Days {}, (1, 0), None),
            "2026-05-31T23:00:00Z",
        ),
    ] {
        let schedule = Schedule::compile(&Definition {
            start_at,
            ..in_zone(&rule, "Europe/Zurich")
        })
        .unwrap();
        let before = schedule.without_start();
        assert_eq!(schedule.last_between(0, start_at - 1), None);
        let last = before.last_between(0, start_at - 1).unwrap();
        assert_eq!(shown(&[last]), [expected]);
        assert_eq!(
            before.next_times(start_at, 4),
            schedule.next_times(start_at, 4)
        );
    }
    let anchored = calendar(1, CalendarUnit::Days {}, (1, 0), Some("2026-06-01"));
    let before = compile(&anchored, "UTC").without_start();
    assert_eq!(before.next_after(0), Some(at("2026-06-01T01:00:00Z")));
}

/// Whether a day is one of a rule's, by counting days and months from the anchor one at a time.
fn is_selected(every: u16, unit: &CalendarUnit, anchor: Date, day: Date) -> bool {
    let every = i64::from(every);
    if day < anchor {
        return false;
    }
    let number = |day: Date| day.weekday().to_sunday_zero_offset();
    match unit {
        CalendarUnit::Days {} => (day - anchor).get_days() as i64 % every == 0,
        CalendarUnit::Weeks { weekdays } => {
            let mut monday = anchor;
            while monday.weekday() != Weekday::Monday {
                monday = monday.yesterday().unwrap();
            }
            let weeks = (day - monday).get_days() as i64 / 7;
            let named = weekdays.iter().any(|one| (*one % 7) as i8 == number(day));
            let of_anchor = weekdays.is_empty() && number(day) == number(anchor);
            weeks % every == 0 && (named || of_anchor)
        }
        CalendarUnit::Months { on } => {
            let month = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
            (month(day) - month(anchor)) % every == 0 && is_day(on, day)
        }
    }
}

fn is_day(on: &MonthDay, day: Date) -> bool {
    let length = day.days_in_month();
    let is = |weekday: &u8| day.weekday().to_sunday_zero_offset() == (*weekday % 7) as i8;
    match on {
        MonthDay::Day { day: number } => day.day() == (*number as i8).min(length),
        MonthDay::Nth { nth, weekday } => is(weekday) && (day.day() - 1) / 7 + 1 == *nth as i8,
        MonthDay::Last { weekday } => is(weekday) && day.day() + 7 > length,
        MonthDay::LastWorkingDay {} => {
            let is_working =
                |day: Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let rest = (1..=i64::from(length - day.day())).map(|more| day + more.days());
            is_working(day) && rest.into_iter().all(|later| !is_working(later))
        }
    }
}

fn unit() -> impl Strategy<Value = CalendarUnit> {
    let weekdays = prop::collection::btree_set(1..=7_u8, 0..4);
    prop_oneof![
        Just(CalendarUnit::Days {}),
        weekdays.prop_map(|days| weeks(&days.into_iter().collect::<Vec<_>>())),
        (1..=31_u8).prop_map(|day| months(MonthDay::Day { day })),
        (1..=5_u8, 0..=7_u8).prop_map(|(nth, weekday)| months(MonthDay::Nth { nth, weekday })),
        (0..=7_u8).prop_map(|weekday| months(MonthDay::Last { weekday })),
        Just(months(MonthDay::LastWorkingDay {})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn should_agree_with_a_walk_over_every_day(
        every in prop_oneof![1..=5_u16, 1..=100_u16],
        unit in unit(),
        anchor in 0..3_000_i64,
        begins in 0..4_000_i64,
        zone in prop::sample::select(vec!["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe"]),
    ) {
        let anchor = Date::constant(2020, 1, 1) + anchor.days();
        // Noon is neither skipped nor repeated anywhere.
        let text = anchor.to_string();
        let rule = calendar(every, unit.clone(), (12, 0), Some(&text));
        let schedule = Schedule::compile(&in_zone(&rule, zone)).unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let first = Date::constant(2020, 1, 1) + begins.days();
        let mut expected = Vec::new();
        for more in 0..400_i64 {
            let day = first + more.days();
            if is_selected(every, &unit, anchor, day) {
                let noon: Timestamp = zone.to_timestamp(day.at(12, 0, 0, 0)).unwrap();
                expected.push(noon.as_second() as u64 * SECOND);
            }
        }
        let from = zone.to_timestamp(first.at(0, 0, 0, 0)).unwrap();
        let until = zone.to_timestamp((first + 399.days()).at(23, 0, 0, 0)).unwrap() + SignedDuration::from_secs(1);
        let (from_at, until_at) = (from.as_second() as u64 * SECOND, until.as_second() as u64 * SECOND);
        let mut slots = schedule.next_times(from_at, expected.len() + 1);
        slots.retain(|slot| *slot <= until_at);
        prop_assert_eq!(shown(&slots), shown(&expected), "{:?}", rule);
        prop_assert_eq!(schedule.slots_between(from_at, until_at).count, expected.len() as u64);
    }
}
