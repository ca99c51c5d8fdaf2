//! Years of slots of every kind of rule, in zones of different kinds, against the calendar: days
//! are counted one by one and looked up in the zone, without any search.

use crate::exclusions::{dates, matching, weekdays, without};
use crate::{SECOND, at, compile, cron, shown};
use chime_schedule::Schedule;
use chime_types::{Exclusion, Rule};
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Zones with both changes of the clock in spring and autumn, by an hour and by half an hour, north
/// and south, and two without any.
const ZONES: [&str; 6] = [
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "UTC",
];

/// Five years with one leap year.
const FIRST: Date = date(2026, 1, 1);
const END: Date = date(2031, 1, 1);

/// The hours at which rules fire here, by day and by night. None of them is jumped over; in Santiago
/// 23:30 occurs twice on a day of April.
const HOURS: [u8; 3] = [9, 4, 23];

/// The instant at which the clock shows this time of this day.
fn instant(zone: &str, day: Date, hour: u8, minute: i8) -> u64 {
    let clock = day.at(hour as i8, minute, 0, 0);
    let zoned = clock.in_tz(zone).expect("a time of the zone");
    zoned.timestamp().as_second() as u64 * SECOND
}

/// The instants of this time on the days that are asked for.
fn on_days(zone: &str, hour: u8, minute: i8, wanted: impl Fn(Date) -> bool) -> Vec<u64> {
    let days = FIRST.series(1.day()).take_while(|day| *day < END);
    let days = days.filter(|day| wanted(*day));
    days.map(|day| instant(zone, day, hour, minute)).collect()
}

/// Asserts that these are all slots of the years.
#[track_caller]
fn assert_all(schedule: &Schedule, zone: &str, expected: &[u64]) {
    let start_at = instant(zone, FIRST, 0, 0);
    let end_at = instant(zone, END, 0, 0);
    let mut slots = schedule.next_times(start_at - 1, expected.len() + 1);
    slots.retain(|slot| *slot < end_at);
    assert_eq!(shown(&slots), shown(expected), "{zone}");
    let count = schedule.slots_between(start_at - 1, end_at - 1);
    assert_eq!(count.count, expected.len() as u64);
    assert_eq!(count.last_at, expected.last().copied());
}

#[test]
fn should_run_at_the_same_hour_every_day_of_years() {
    for zone in ZONES {
        for hour in HOURS {
            let expected = on_days(zone, hour, 30, |_| true);
            assert_eq!(expected.len(), 1_826);
            let rule = Rule::Daily {
                hour,
                minute: Some(30),
            };
            assert_all(&compile(&rule, zone), zone, &expected);
            assert_all(
                &compile(&cron(&format!("30 {hour} * * *")), zone),
                zone,
                &expected,
            );
        }
    }
}

#[test]
fn should_run_at_the_same_hour_every_week_of_years() {
    for zone in ZONES {
        for weekday in 0..7 {
            let wanted = |day: Date| day.weekday().to_sunday_zero_offset() == weekday as i8;
            let expected = on_days(zone, 9, 0, wanted);
            let rule = Rule::Weekly {
                weekday,
                hour: 9,
                minute: None,
            };
            assert_all(&compile(&rule, zone), zone, &expected);
        }
    }
}

#[test]
fn should_run_on_a_day_or_the_last_day_of_every_month() {
    for zone in ZONES {
        for day in [1, 15, 28, 29, 30, 31] {
            let wanted = |date: Date| date.day() == day.min(date.days_in_month());
            let expected = on_days(zone, 9, 5, wanted);
            assert_eq!(expected.len(), 60);
            let rule = Rule::Monthly {
                day: day as u8,
                hour: 9,
                minute: Some(5),
            };
            assert_all(&compile(&rule, zone), zone, &expected);
        }
    }
}

#[test]
fn should_run_on_month_ends_and_leap_days_of_cron() {
    type Wanted = fn(Date) -> bool;
    let table: [(&str, Wanted, usize); 6] = [
        ("0 9 L * *", |day| day == day.last_of_month(), 60),
        ("0 9 31 * *", |day| day.day() == 31, 35),
        ("0 9 30 * *", |day| day.day() == 30, 55),
        ("0 9 29 * *", |day| day.day() == 29, 56),
        ("0 9 29 2 *", |day| day.month() == 2 && day.day() == 29, 1),
        (
            "0 9 * * 5L",
            |day| day.weekday() == Weekday::Friday && day.day() > day.days_in_month() - 7,
            60,
        ),
    ];
    for zone in ZONES {
        for (expression, wanted, count) in table {
            let expected = on_days(zone, 9, 0, wanted);
            assert_eq!(expected.len(), count, "{expression}");
            assert_all(&compile(&cron(expression), zone), zone, &expected);
        }
    }
}

#[test]
fn should_keep_leap_days_over_a_century_without_one() {
    let yearly = compile(&cron("0 0 29 2 *"), "Europe/Zurich");
    let slots = yearly.next_times(at("2092-03-01T00:00:00Z"), 3);
    let expected = [
        "2096-02-28T23:00:00Z",
        "2104-02-28T23:00:00Z",
        "2108-02-28T23:00:00Z",
    ];
    assert_eq!(shown(&slots), expected);
    let monthly = Rule::Monthly {
        day: 29,
        hour: 0,
        minute: None,
    };
    let slots = compile(&monthly, "UTC").next_times(at("2100-02-01T00:00:00Z"), 2);
    assert_eq!(
        shown(&slots),
        ["2100-02-28T00:00:00Z", "2100-03-29T00:00:00Z"]
    );
}

/// Seconds between slots over a week around each change of the clock of 2026.
fn distances(schedule: &Schedule, change: &str) -> Vec<u64> {
    let change: Timestamp = change.parse().expect("an instant");
    let from = change - SignedDuration::from_hours(84);
    let after_at = from.as_second() as u64 * SECOND - 1;
    let slots = schedule.next_times(after_at, 8);
    let mut all: Vec<u64> = slots
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) / SECOND)
        .collect();
    all.dedup();
    all
}

/// Zone, change, seconds that the day of the change is longer.
const CHANGES: [(&str, &str, i64); 6] = [
    ("Europe/Zurich", "2026-03-29T01:00:00Z", -3_600),
    ("Europe/Zurich", "2026-10-25T01:00:00Z", 3_600),
    ("America/New_York", "2026-03-08T07:00:00Z", -3_600),
    ("America/New_York", "2026-11-01T06:00:00Z", 3_600),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", -1_800),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 1_800),
];

#[test]
fn should_keep_the_hour_of_days_and_the_length_of_intervals() {
    let interval = Rule::Interval {
        repeat_every_seconds: 86_400,
        phase_seconds: Some(32_400),
    };
    for (zone, change, longer) in CHANGES {
        let daily = compile(&cron("0 9 * * *"), zone);
        let day_of_change = 86_400_u64.wrapping_add_signed(longer);
        assert_eq!(
            distances(&daily, change),
            [86_400, day_of_change, 86_400],
            "{zone}"
        );
        assert_eq!(
            distances(&compile(&interval, zone), change),
            [86_400],
            "{zone}"
        );
        // An hourly rule of cron follows the clock, which half-hour changes shift against UTC.
        let hourly = compile(&cron("0 * * * *"), zone);
        let from = at(change) - 12 * 3_600 * SECOND;
        for slot in hourly.next_times(from, 24) {
            let shown = TimeZone::get(zone).unwrap();
            let clock = shown.to_datetime(Timestamp::from_second((slot / SECOND) as i64).unwrap());
            let end_of_gap = slot == at(change) && longer < 0;
            assert!(clock.minute() == 0 || end_of_gap, "{zone} {clock}");
        }
    }
}

#[test]
fn should_leave_out_the_day_of_each_change() {
    for (zone, change, _) in CHANGES {
        let zone_of = TimeZone::get(zone).unwrap();
        let day = zone_of.to_datetime(change.parse().unwrap()).date();
        let left_out = [dates(&day.to_string(), None)];
        let two_hours = Rule::Interval {
            repeat_every_seconds: 7_200,
            phase_seconds: None,
        };
        for rule in [cron("0 2 * * *"), cron("*/30 * * * *"), two_hours] {
            let next_day = instant(zone, day.tomorrow().unwrap(), 0, 0);
            let plain = compile(&rule, zone).next_after(next_day - 1);
            let schedule = without(&rule, zone, &left_out);
            let midnight_at = instant(zone, day, 0, 0);
            assert_eq!(
                schedule.next_after(midnight_at - 1),
                plain,
                "{zone} {rule:?}"
            );
            let none = schedule.slots_between(midnight_at - 1, next_day - 1);
            assert_eq!(none.count, 0);
        }
    }
}

#[test]
fn should_leave_out_days_over_years() {
    let exclusions: [Exclusion; 4] = [
        weekdays(&[0, 6]),
        dates("2026-12-24", Some("2027-01-02")),
        dates("2028-02-29", None),
        matching("* * 1 * *"),
    ];
    for zone in ZONES {
        let wanted = |day: Date| {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let holiday = (date(2026, 12, 24)..=date(2027, 1, 2)).contains(&day);
            !weekend && !holiday && day != date(2028, 2, 29) && day.day() != 1
        };
        let expected = on_days(zone, 9, 30, wanted);
        let schedule = without(&cron("30 9 * * *"), zone, &exclusions);
        assert_all(&schedule, zone, &expected);
    }
}
