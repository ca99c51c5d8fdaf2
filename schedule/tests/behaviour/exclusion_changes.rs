//! Exclusions at the changes of the clock: a gap, a repeated hour, the whole day of a change.

use crate::exclusions::{check, dates, every, matching, weekdays, without};
use crate::{assert_slots, cron};

#[test]
fn should_judge_the_end_of_a_gap_by_its_own_time() {
    let daily = cron("30 2 * * *");
    let zone = "Europe/Zurich";
    // The clock jumps from 02:00 to 03:00 at 01:00 UTC; 02:30 becomes 03:00.
    let from = "2026-03-28T02:00:00Z";
    let day_after = "2026-03-30T00:30:00Z";
    check(&[
        (
            daily.clone(),
            &[matching("* 2 29 3 *")],
            zone,
            from,
            &["2026-03-29T01:00:00Z", day_after],
        ),
        (
            daily.clone(),
            &[matching("* 3 * * *")],
            zone,
            from,
            &[day_after],
        ),
        (
            daily.clone(),
            &[dates("2026-03-29", None)],
            zone,
            from,
            &[day_after],
        ),
        (daily, &[weekdays(&[0])], zone, from, &[day_after]),
    ]);
    // All that is left are the days on which the time is jumped over.
    let yearly = ["2026-03-29T01:00:00Z", "2027-03-28T01:00:00Z"];
    let only_gaps = without(&cron("30 2 * * *"), zone, &[matching("* 2 * * *")]);
    assert_slots(&only_gaps, "2026-01-01T00:00:00Z", &yearly);
}

#[test]
fn should_leave_out_both_times_of_a_repeated_hour() {
    let half_hours = cron("*/30 * * * *");
    // Zurich shows 02:00 at 00:00 and at 01:00 UTC, New York 01:00 at 05:00 and at 06:00 UTC, Lord
    // Howe 01:30 at 14:30 and at 15:00 UTC.
    check(&[
        (
            half_hours.clone(),
            &[matching("* 2 * * *")],
            "Europe/Zurich",
            "2026-10-24T23:10:00Z",
            &["2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z"],
        ),
        (
            half_hours.clone(),
            &[matching("30-59 2 * * *")],
            "Europe/Zurich",
            "2026-10-24T23:40:00Z",
            &[
                "2026-10-25T00:00:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T02:00:00Z",
            ],
        ),
        (
            every(1_800),
            &[matching("0-29 1 * * *")],
            "America/New_York",
            "2026-11-01T04:40:00Z",
            &[
                "2026-11-01T05:30:00Z",
                "2026-11-01T06:30:00Z",
                "2026-11-01T07:00:00Z",
            ],
        ),
        (
            every(900),
            &[matching("45-59 1 5 4 *"), matching("0-29 2 5 4 *")],
            "Australia/Lord_Howe",
            "2026-04-04T14:20:00Z",
            &[
                "2026-04-04T14:30:00Z",
                "2026-04-04T15:00:00Z",
                "2026-04-04T16:00:00Z",
            ],
        ),
    ]);
}

#[test]
fn should_leave_out_the_whole_day_of_a_change() {
    let hours = every(3_600);
    check(&[
        // A day of 25 hours.
        (
            hours.clone(),
            &[dates("2026-10-25", None)],
            "Europe/Zurich",
            "2026-10-24T20:30:00Z",
            &["2026-10-24T21:00:00Z", "2026-10-25T23:00:00Z"],
        ),
        // A day of 23 hours.
        (
            hours.clone(),
            &[weekdays(&[0])],
            "America/New_York",
            "2026-03-08T04:30:00Z",
            &["2026-03-09T04:00:00Z"],
        ),
        // Havana puts the clock back from 01:00 to 00:00: the day begins twice.
        (
            hours,
            &[matching("* 0 1 11 *")],
            "America/Havana",
            "2026-11-01T03:30:00Z",
            &["2026-11-01T06:00:00Z"],
        ),
    ]);
}

#[test]
fn should_return_to_the_day_before_if_the_clock_does() {
    // Beirut puts the clock back at midnight, to 23:00 of the day before.
    let schedule = without(&every(3_600), "Asia/Beirut", &[dates("2026-10-25", None)]);
    let slots = [
        "2026-10-24T20:00:00Z",
        "2026-10-24T21:00:00Z",
        "2026-10-25T22:00:00Z",
    ];
    assert_slots(&schedule, "2026-10-24T19:30:00Z", &slots);
}
