//! What a search costs, in steps; that its answers are right is tested from outside.

use super::{MAXIMUM_STEPS, Progress};
use crate::{Definition, Schedule};
use chime_types::limits::NANOSECONDS;
use chime_types::{Exclusion, Rule};

fn every(repeat_every_seconds: u64) -> Rule {
    Rule::Interval {
        repeat_every_seconds,
        phase_seconds: Some(0),
    }
}

fn cron(expression: &str) -> Rule {
    Rule::Cron {
        expression: expression.into(),
    }
}

fn left_out(expression: &str) -> Exclusion {
    Exclusion::Cron {
        expression: expression.into(),
    }
}

/// The slot at or after an instant in seconds, and the steps that it took to find it.
fn searched(rule: &Rule, exclusions: &[Exclusion], from: u64) -> (Option<u64>, u32) {
    let schedule = Schedule::compile(&Definition {
        timezone: Some("Europe/Zurich"),
        exclusions,
        ..Definition::new(rule)
    })
    .expect("a schedule with a slot");
    let mut progress = Progress::default();
    let found = schedule.exclusions.as_deref().and_then(|exclusions| {
        exclusions.search(&schedule.times, from * NANOSECONDS, u64::MAX, &mut progress)
    });
    (found.map(|slot| slot / NANOSECONDS), progress.steps)
}

/// 2026-06-01, a Monday, at 00:00 in Zurich, in summer.
const JUNE: u64 = 1_780_264_800;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

#[test]
fn should_need_no_step_for_a_free_slot() {
    let exclusions = [left_out("* 9-17 * * *")];
    let first = searched(&every(1), &exclusions, JUNE);
    assert_eq!(first, (Some(JUNE), 0));
}

#[test]
fn should_pass_hours_in_one_go() {
    let exclusions = [left_out("* 9-17 * * *")];
    for rule in [
        every(1),
        every(60),
        cron("* * * * * *"),
        cron("*/7 * * * *"),
    ] {
        let (slot, steps) = searched(&rule, &exclusions, JUNE + 9 * HOUR);
        assert!(slot.is_some_and(|slot| slot < JUNE + 18 * HOUR + 60));
        assert_eq!(steps, 2, "{rule:?}");
    }
}

#[test]
fn should_pass_hours_that_several_expressions_leave_out_together() {
    let exclusions = [
        left_out("0-29 * * 6-9 *"),
        left_out("30-58/2 * * 6-9 *"),
        left_out("31-59/2 * * 6-9 *"),
    ];
    let (slot, steps) = searched(&every(1), &exclusions, JUNE);
    assert_eq!(slot, Some(JUNE + 122 * DAY));
    assert!(steps < 12, "{steps}");
}

#[test]
fn should_pass_days_in_one_go() {
    let weekdays = Exclusion::Weekdays {
        weekdays: vec![1, 2, 3, 4, 5],
    };
    let dates = Exclusion::Dates {
        from: "2026-05-01".into(),
        to: Some("2029-05-31".into()),
    };
    let (slot, steps) = searched(&every(1), &[weekdays], JUNE);
    assert_eq!((slot, steps), (Some(JUNE + 5 * DAY), 2));
    let (slot, steps) = searched(&every(1), &[dates], JUNE);
    assert_eq!(slot, Some(JUNE + 1_096 * DAY));
    // Six changes of the clock in three years.
    assert!(steps <= 8, "{steps}");
}

#[test]
fn should_pass_slots_far_apart_in_one_go() {
    // Each slot is left out by an expression that leaves most of the hour alone.
    let exclusions = [left_out("15 * * 1-11 *")];
    for rule in [cron("15 * * * *"), every(86_400 + 900), every(HOUR)] {
        let (_, steps) = searched(&rule, &exclusions, JUNE);
        assert!(steps < 40, "{rule:?}: {steps}");
    }
    let phased = Rule::Interval {
        repeat_every_seconds: HOUR,
        phase_seconds: Some(900),
    };
    let (slot, steps) = searched(&phased, &exclusions, JUNE);
    assert_eq!(slot, Some(JUNE + 183 * DAY + HOUR + 900));
    assert!(steps < 20, "{steps}");
}

#[test]
fn should_search_all_years_within_the_steps() {
    // Nothing is left after 2026, whatever the kind of rule.
    let exclusions = [
        left_out("* * 1-20 * *"),
        left_out("* * * * 1,3,5"),
        left_out("*/2 * * * *"),
        left_out("1-59/4 * * * *"),
        left_out("3-59/4 * 21-31 * *"),
        Exclusion::Weekdays {
            weekdays: vec![0, 6],
        },
    ];
    for rule in [
        every(60),
        cron("* * * * *"),
        cron("0 12 * * 2,4"),
        every(7 * DAY),
    ] {
        let mut definition = Definition::new(&rule);
        definition.timezone = Some("Europe/Zurich");
        let schedule = Schedule::compile(&definition).expect("a schedule");
        definition.exclusions = &exclusions;
        let error = Schedule::compile(&definition).expect_err("no slot");
        assert_eq!(error.field.as_deref(), Some("exclusions"));
        let zone = crate::zone::Zone::find("Europe/Zurich", "timezone").expect("a zone");
        let exclusions = super::Exclusions::read(&exclusions, &zone).expect("exclusions");
        let mut progress = Progress::default();
        let found = exclusions
            .expect("some")
            .search(&schedule.times, 0, u64::MAX, &mut progress);
        assert_eq!(found, None);
        assert!(
            progress.steps < MAXIMUM_STEPS,
            "{rule:?}: {}",
            progress.steps
        );
    }
}

#[test]
fn should_bound_what_a_preview_costs_and_name_the_exclusions() {
    // One second of each hour is free, which the interval meets once in 3,600 times.
    let exclusions = [left_out("1-59 * * * *"), left_out("1-59 * * * * *")];
    let rule = every(7_201);
    let schedule = Schedule::compile(&Definition {
        timezone: Some("Europe/Zurich"),
        exclusions: &exclusions,
        ..Definition::new(&rule)
    })
    .expect("a schedule");
    let few = schedule
        .preview(JUNE * NANOSECONDS, 3)
        .expect("a few times");
    assert_eq!(few, schedule.next_times(JUNE * NANOSECONDS, 3));
    let error = schedule
        .preview(JUNE * NANOSECONDS, 100)
        .expect_err("too dear");
    assert_eq!(error.field.as_deref(), Some("exclusions"));
    assert!(error.fix.contains("count"), "{error}");
}

#[test]
fn should_bound_the_looks_of_a_search_on_both_sides() {
    let mut progress = Progress {
        looks: super::MAXIMUM_LOOKS,
        ..Progress::default()
    };
    assert!(progress.step().is_some());
    progress.looks += 1;
    assert!(progress.step().is_none());
}
