//! The calendar: months, leap days, changes of the clocks, and what a schedule has beside its rule.

use chime_tests::in_virtual_time;
use chime_types::{Exclusion, NewSchedule, Rule};

use crate::support::{DAY, SECOND, begin_at, in_zone, instant, noting, replica, times};

#[test]
fn should_follow_the_calendar_over_months_and_a_leap_day() {
    in_virtual_time(|world| {
        begin_at(world, "2027-12-15T00:00:00Z");
        let monthly = world.create(&noting(NewSchedule::new(Rule::Monthly {
            day: 31,
            hour: 6,
            minute: None,
        })));
        let leap = world.create(&noting(NewSchedule::new(Rule::Cron {
            expression: "0 6 29 2 *".to_string(),
        })));
        world.pass(140 * DAY);
        assert_eq!(
            times(&world.executions(monthly.id)),
            [
                "2027-12-31 06:00",
                "2028-01-31 06:00",
                "2028-02-29 06:00",
                "2028-03-31 06:00",
                "2028-04-30 06:00"
            ]
        );
        assert_eq!(times(&world.executions(leap.id)), ["2028-02-29 06:00"]);
    });
}

#[test]
fn should_keep_the_hour_of_the_clock_over_both_changes_in_three_zones() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T00:00:00Z");
        // zone, weekday at nine: offsets in hours before and after each change of 2026.
        let zones = [
            ("Europe/Zurich", vec![1, 2, 1]),
            ("America/New_York", vec![-5, -4, -5]),
            ("Australia/Sydney", vec![11, 10, 11]),
        ];
        let daily = Rule::Daily {
            hour: 9,
            minute: None,
        };
        let made: Vec<u64> = zones
            .iter()
            .map(|(zone, _)| world.create(&noting(in_zone(daily.clone(), zone))).id)
            .collect();
        world.pass(260 * DAY);
        for (id, (zone, expected)) in made.iter().zip(zones) {
            let executions = world.executions(*id);
            assert!(executions.len() >= 260, "{zone}: {}", executions.len());
            let mut offsets: Vec<i64> = executions
                .iter()
                .map(|execution| {
                    let hour = i64::try_from(execution.scheduled_at / SECOND / 3_600).unwrap() % 24;
                    (9 - hour + 36) % 24 - 12
                })
                .collect();
            offsets.dedup();
            assert_eq!(offsets, expected, "{zone}");
        }
    });
}

#[test]
fn should_fire_once_in_the_gap_and_once_in_the_repeated_hour() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-28T12:00:00Z");
        let rule = Rule::Daily {
            hour: 2,
            minute: Some(30),
        };
        let made = world.create(&noting(in_zone(rule, "Europe/Zurich")));
        world.pass(2 * DAY);
        assert_eq!(
            times(&world.executions(made.id)),
            ["2026-03-29 01:00", "2026-03-30 00:30"],
            "at the end of the gap"
        );
        let at = instant("2026-10-24T12:00:00Z") / SECOND;
        let now = replica(world).time_ns() / SECOND;
        world.pass(at - now);
        world.pass(2 * DAY);
        let executions = world.executions(made.id);
        assert_eq!(
            times(&executions[executions.len() - 2..]),
            ["2026-10-25 00:30", "2026-10-26 01:30"],
            "the first time only"
        );
    });
}

#[test]
fn should_heed_several_schedules_jitter_exclusions_and_the_maximum_of_runs() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-02T00:00:00Z");
        let weekdays = NewSchedule {
            exclusions: Some(vec![
                Exclusion::Weekdays {
                    weekdays: vec![0, 6],
                },
                Exclusion::Dates {
                    from: "2026-03-04".to_string(),
                    to: Some("2026-03-05".to_string()),
                },
            ]),
            jitter_seconds: Some(3_600),
            ..NewSchedule::new(Rule::Daily {
                hour: 8,
                minute: None,
            })
        };
        let few = NewSchedule {
            maximum_runs: Some(2),
            ..NewSchedule::new(Rule::Daily {
                hour: 20,
                minute: None,
            })
        };
        let mut request = noting(weekdays);
        request.schedules.push(few);
        let made = world.create(&request);
        world.pass(14 * DAY);
        let executions = world.executions(made.id);
        let mornings = executions
            .iter()
            .filter(|one| one.schedule_id == Some(made.schedules[0].id));
        let days: Vec<String> = times(&mornings.cloned().collect::<Vec<_>>());
        assert_eq!(
            days,
            [
                "2026-03-02 08:00",
                "2026-03-03 08:00",
                "2026-03-06 08:00",
                "2026-03-09 08:00",
                "2026-03-10 08:00",
                "2026-03-11 08:00",
                "2026-03-12 08:00",
                "2026-03-13 08:00"
            ]
        );
        assert_eq!(executions.len(), 10);
        for execution in &executions {
            let lag = execution.started_at.unwrap() - execution.scheduled_at;
            assert!(lag <= 3_601 * SECOND, "{lag}");
        }
    });
}
