//! Days: months of every length, leap years, weekdays by their place, sparse dates.

use crate::{assert_slots, compile, cron};
use chime_types::Rule;

#[test]
fn should_run_on_the_last_day_of_months_without_the_day() {
    let monthly = |day| Rule::Monthly {
        day,
        hour: 3,
        minute: Some(15),
    };
    let last_days = [
        "2027-01-31T03:15:00Z",
        "2027-02-28T03:15:00Z",
        "2027-03-31T03:15:00Z",
        "2027-04-30T03:15:00Z",
    ];
    assert_slots(
        &compile(&monthly(31), "UTC"),
        "2027-01-01T00:00:00Z",
        &last_days,
    );
    let in_leap_year = ["2028-02-29T03:15:00Z", "2028-03-29T03:15:00Z"];
    assert_slots(
        &compile(&monthly(29), "UTC"),
        "2028-02-01T00:00:00Z",
        &in_leap_year,
    );
    let plain = ["2027-02-28T03:15:00Z", "2027-03-28T03:15:00Z"];
    assert_slots(
        &compile(&monthly(28), "UTC"),
        "2027-02-01T00:00:00Z",
        &plain,
    );
}

#[test]
fn should_leave_out_months_without_the_day_in_cron() {
    let expected = ["2027-01-31T00:00:00Z", "2027-03-31T00:00:00Z"];
    let schedule = compile(&cron("0 0 31 * *"), "UTC");
    assert_slots(&schedule, "2027-01-01T00:00:00Z", &expected);
}

#[test]
fn should_count_weekdays_from_sunday() {
    for (weekday, expected) in [(0, "2026-03-01T09:30:00Z"), (6, "2026-03-07T09:30:00Z")] {
        let rule = Rule::Weekly {
            weekday,
            hour: 9,
            minute: Some(30),
        };
        assert_slots(&compile(&rule, "UTC"), "2026-03-01T00:00:00Z", &[expected]);
    }
}

/// Days found from 2026-01-01 on, at midnight.
const DAYS: &[(&str, &[&str])] = &[
    ("0 0 29 2 *", &["2028-02-29", "2032-02-29", "2036-02-29"]),
    ("0 0 L * *", &["2026-01-31", "2026-02-28", "2026-03-31"]),
    ("0 0 L-3 2 *", &["2026-02-25", "2027-02-25", "2028-02-26"]),
    ("0 0 LW * *", &["2026-01-30", "2026-02-27", "2026-03-31"]),
    ("0 0 15W * *", &["2026-01-15", "2026-02-16", "2026-03-16"]),
    ("0 0 1W * *", &["2026-01-01", "2026-02-02", "2026-03-02"]),
    ("0 0 29-L * *", &["2026-01-29", "2026-01-30", "2026-01-31"]),
    ("0 0 * * 1#1", &["2026-01-05", "2026-02-02", "2026-03-02"]),
    ("0 0 * * 4#5", &["2026-01-29", "2026-04-30", "2026-07-30"]),
    ("0 0 * * 5L", &["2026-01-30", "2026-02-27", "2026-03-27"]),
    ("0 0 * * fri#l", &["2026-01-30", "2026-02-27", "2026-03-27"]),
    ("0 0 * * 7", &["2026-01-04", "2026-01-11", "2026-01-18"]),
    (
        "0 0 * * fri-sun",
        &["2026-01-02", "2026-01-03", "2026-01-04"],
    ),
    ("0 0 * * 5-7", &["2026-01-02", "2026-01-03", "2026-01-04"]),
    ("0 0 13 * 5", &["2026-01-02", "2026-01-09", "2026-01-13"]),
    ("0 0 13 * +5", &["2026-02-13", "2026-03-13", "2026-11-13"]),
    ("0 0 29 2 +1", &["2044-02-29", "2072-02-29", "2112-02-29"]),
    (
        "0 0 0 1 1 * 2030-2034/2",
        &["2030-01-01", "2032-01-01", "2034-01-01"],
    ),
    ("0 0 0 29 2 * 2094-2105", &["2096-02-29", "2104-02-29"]),
];

#[test]
fn should_find_days() {
    for (expression, days) in DAYS {
        let schedule = compile(&cron(expression), "UTC");
        let slots = schedule.next_times(crate::at("2025-12-31T23:59:59Z"), days.len());
        let expected: Vec<_> = days.iter().map(|day| format!("{day}T00:00:00Z")).collect();
        assert_eq!(crate::shown(&slots), expected, "{expression}");
    }
}

#[test]
fn should_end_with_the_last_year_of_the_rule() {
    let schedule = compile(&cron("0 0 0 1 1 * 2030"), "UTC");
    assert_eq!(schedule.next_times(0, 9).len(), 1);
}

#[test]
fn should_take_hours_and_days_in_the_zone() {
    let schedule = compile(&cron("0 0 1 1 *"), "Pacific/Auckland");
    assert_slots(&schedule, "2026-06-01T00:00:00Z", &["2026-12-31T11:00:00Z"]);
    let schedule = compile(&cron("TZ=Asia/Tokyo 0 9 * * *"), "Asia/Tokyo");
    assert_slots(&schedule, "2026-06-01T00:00:00Z", &["2026-06-02T00:00:00Z"]);
    assert_eq!(schedule.timezone(), "Asia/Tokyo");
}
