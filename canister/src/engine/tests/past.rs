//! Runs for times that have passed: backfills beyond the creation of a schedule, and single times.

use chime_types::{BackfillRequest, ErrorKind};

use super::*;

const DAY: u64 = 86_400;

fn request(made: &Task, from_at: u64, until_at: u64) -> BackfillRequest {
    BackfillRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        from_at,
        until_at,
        ..BackfillRequest::default()
    }
}

fn daily() -> NewSchedule {
    NewSchedule {
        timezone: Some("Europe/Zurich".to_string()),
        ..NewSchedule::new(Rule::Daily {
            hour: 8,
            minute: None,
        })
    }
}

#[test]
fn should_fill_in_the_week_before_a_task_was_made() {
    let mut world = World::new();
    let made = world.create(task(daily()));
    let week = request(&made, START - 7 * DAY * SECOND, START - SECOND);
    let counted = BackfillRequest {
        count_only: Some(true),
        ..week.clone()
    };
    let state = &mut world.state;
    let counted = service::backfill(state, owner(), world.now, &counted).unwrap();
    assert_eq!((counted.id, counted.slots), (0, Some(7)));
    assert!(world.run().is_empty(), "nothing was changed");
    service::backfill(&mut world.state, owner(), world.now, &week).unwrap();
    let mut slots = Vec::new();
    let mut running = world.run();
    while let Some(start) = running.pop() {
        slots.push((START - start.scheduled_at) / SECOND / 3_600);
        world.succeed(&start);
        running.extend(world.run());
    }
    // At 08:00 in Zurich, 07:00 UTC.
    assert_eq!(slots, [161, 137, 113, 89, 65, 41, 17]);
}

#[test]
fn should_ask_for_the_number_of_many_slots_and_refuse_too_many() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let minutes = |count: u64| START - count * 60 * SECOND;
    let mut ask = |from_at, expected_slots| {
        let request = BackfillRequest {
            expected_slots,
            ..request(&made, from_at, START - SECOND)
        };
        service::backfill(&mut world.state, owner(), world.now, &request)
    };
    let at_the_limit = limits::MAXIMUM_UNCONFIRMED_SLOTS;
    assert_eq!(
        ask(minutes(at_the_limit), None).unwrap().slots,
        Some(at_the_limit)
    );
    let many = minutes(at_the_limit + 1);
    let error = ask(many, None).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("expected_slots"));
    assert!(error.rule.contains("1001"), "{error}");
    let error = ask(many, Some(7)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(
        ask(many, Some(at_the_limit + 1)).unwrap().slots,
        Some(1_001)
    );
    let most = limits::MAXIMUM_BACKFILL_SLOTS;
    assert!(ask(minutes(most), Some(most)).is_ok());
    let error = ask(minutes(most + 1), Some(most + 1)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
}

#[test]
fn should_say_of_an_empty_span_when_it_was_in_words() {
    let mut world = World::new();
    let made = world.create(task(daily()));
    let empty = request(&made, START - 3_600 * SECOND, START - SECOND);
    let error = service::backfill(&mut world.state, owner(), world.now, &empty).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("from_at"));
    assert!(
        error
            .rule
            .contains("2026-02-28T23:00:00Z to 2026-02-28T23:59:59Z"),
        "{error}"
    );
}

#[test]
fn should_run_a_task_once_for_a_time_that_has_passed() {
    let mut world = World::new();
    let made = world.create(task(daily()));
    let at = START - DAY * SECOND;
    let run = |world: &mut World, scheduled_at, key: Option<&str>| {
        let request = RunTaskNowRequest {
            task_id: made.id,
            idempotency_key: key.map(str::to_string),
            scheduled_at: Some(scheduled_at),
        };
        service::run_now(&mut world.state, owner(), world.now, request)
    };
    let first = run(&mut world, at, None).unwrap();
    assert_eq!(first.scheduled_at, at);
    assert_eq!(world.run_one().scheduled_at, at, "the callee is told so");
    assert_eq!(run(&mut world, at, None).unwrap().id, first.id, "once");
    assert_ne!(run(&mut world, at, Some("again")).unwrap().id, first.id);
    assert_ne!(run(&mut world, at - SECOND, None).unwrap().id, first.id);
    let later = world.now + SECOND;
    let error = run(&mut world, later, None).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("scheduled_at"));
}

#[test]
fn should_refuse_a_zone_for_an_interval_when_it_is_made_only() {
    let mut world = World::new();
    let zoned = NewSchedule {
        timezone: Some("Europe/Zurich".to_string()),
        ..every(DAY)
    };
    let refused = |world: &mut World, schedule| {
        service::create(&mut world.state, owner(), world.now, task(schedule)).unwrap_err()
    };
    let error = refused(&mut world, zoned.clone());
    assert_eq!(error.field.as_deref(), Some("schedules[0].timezone"));
    assert!(error.fix.contains("calendar"), "{error}");
    let prefixed = NewSchedule::new(Rule::Cron {
        expression: "TZ=Europe/Zurich @every 24h".to_string(),
    });
    assert!(refused(&mut world, prefixed).fix.contains("calendar"));
    let with_exclusions = NewSchedule {
        exclusions: Some(vec![chime_types::Exclusion::Weekdays { weekdays: vec![7] }]),
        ..zoned
    };
    world.create(task(with_exclusions));
    // One that was stored before goes on.
    let made = world.create(task(every(DAY)));
    let id = crate::state::keys::ScheduleId(made.schedules[0].id);
    let mut stored = world.state.schedule(id).unwrap();
    stored.timezone = "Europe/Zurich".to_string();
    world.state.put_schedule(&stored);
    world.pass(DAY);
    let starts = world.run();
    let of_it = starts.iter().find(|start| start.task_id.0 == made.id);
    assert_eq!(of_it.map(|start| start.scheduled_at), Some(world.now));
}
