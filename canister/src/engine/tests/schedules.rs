//! Schedules of a task: several of them, their bounds, jitter and exclusions, and their changes.

use chime_types::ExecutionStatus::{Completed, Missed, Running, Skipped};
use chime_types::{
    AddScheduleRequest, ErrorKind, Exclusion, MissedRuns, OverlapPolicy, PreviewScheduleRequest,
    RemoveScheduleRequest, SetScheduleRequest, UpdateTaskRequest,
};

use super::*;

const DAY: u64 = 86_400;

fn slots(world: &World, task_id: u64) -> Vec<u64> {
    let executions = world.executions(task_id);
    executions
        .iter()
        .map(|execution| (execution.scheduled_at - START) / SECOND)
        .collect()
}

/// Lets seconds pass one by one, and every attempt succeed.
fn live(world: &mut World, seconds: u64) {
    for _ in 0..seconds {
        world.pass(1);
        for start in world.run() {
            world.succeed(&start);
        }
    }
}

#[test]
fn should_fire_each_schedule_of_a_task() {
    let mut world = World::new();
    let mut request = task(every(7));
    request.schedules.push(every(11));
    let made = world.create(request);
    live(&mut world, 25);
    assert_eq!(slots(&world, made.id), [7, 11, 14, 21, 22]);
    let shown = world.get(made.id);
    let runs: Vec<u64> = shown.schedules.iter().map(|one| one.runs).collect();
    assert_eq!(runs, [3, 2]);
}

#[test]
fn should_end_after_the_maximum_of_runs() {
    let mut world = World::new();
    let schedule = NewSchedule {
        maximum_runs: Some(2),
        ..every(5)
    };
    let made = world.create(task(schedule));
    live(&mut world, 30);
    assert_eq!(slots(&world, made.id), [5, 10]);
    assert_eq!(world.get(made.id).next_run_at, None);
    let set = |disabled| SetScheduleRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        disabled,
    };
    for disabled in [true, false] {
        service::set_schedule(&mut world.state, owner(), world.now, &set(disabled)).unwrap();
    }
    live(&mut world, 30);
    assert_eq!(
        slots(&world, made.id),
        [5, 10],
        "also when switched off and on"
    );
}

#[test]
fn should_start_within_the_jitter_and_keep_the_slot() {
    let mut world = World::new();
    let schedule = NewSchedule {
        jitter_seconds: Some(40),
        ..every(60)
    };
    let made = world.create(task(schedule));
    let mut delays = Vec::new();
    for slot in 1..=20 {
        let shown = world.get(made.id).schedules[0].clone();
        let fires_at = shown.fires_at.unwrap();
        assert_eq!(shown.next_run_at, Some(START + slot * 60 * SECOND));
        world.now = fires_at - 1;
        assert!(world.run().is_empty(), "not before its time");
        world.now = fires_at;
        let start = world.run_one();
        assert_eq!(start.scheduled_at, START + slot * 60 * SECOND);
        delays.push((fires_at - start.scheduled_at) / SECOND);
        world.succeed(&start);
    }
    assert!(delays.iter().all(|delay| *delay <= 40), "{delays:?}");
    assert!(delays.iter().any(|delay| *delay < 10), "{delays:?}");
    assert!(delays.iter().any(|delay| *delay > 30), "{delays:?}");
}

#[test]
fn should_not_lose_a_jittered_run_that_waits_when_the_schedule_changes() {
    let mut world = World::new();
    let schedule = |jitter| NewSchedule {
        jitter_seconds: Some(jitter),
        ..every(10_000)
    };
    let made = world.create(task(schedule(5_000)));
    world.pass(10_000);
    assert!(world.run().is_empty(), "the jitter is not over");
    let change = UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![schedule(1)]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, change).unwrap();
    assert_eq!(world.run_one().scheduled_at, START + 10_000 * SECOND);
}

#[test]
fn should_leave_a_jittered_run_out_that_overlaps_when_the_schedule_changes() {
    let mut world = World::new();
    let schedule = |jitter| NewSchedule {
        jitter_seconds: Some(jitter),
        overlap: Some(OverlapPolicy::Skip),
        ..every(10_000)
    };
    let made = world.create(task(schedule(5_000)));
    world.run_now(made.id);
    world.run_one();
    world.pass(10_000);
    let change = UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![schedule(1)]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, change).unwrap();
    assert!(world.run().is_empty(), "the run before it is not finished");
    let slot = &world.executions(made.id)[1];
    assert_eq!(slot.scheduled_at, START + 10_000 * SECOND);
    assert_eq!(slot.status, Skipped);
}

#[test]
fn should_leave_excluded_times_out_without_a_record() {
    let mut world = World::new();
    // START is Sunday, 1 March 2026.
    let schedule = NewSchedule {
        exclusions: Some(vec![
            Exclusion::Weekdays {
                weekdays: vec![0, 6],
            },
            Exclusion::Dates {
                from: "2026-03-04".to_string(),
                to: None,
            },
        ]),
        ..NewSchedule::new(Rule::Daily {
            hour: 2,
            minute: None,
        })
    };
    let made = world.create(task(schedule));
    let mut days = Vec::new();
    for _ in 0..6 {
        world.now = world.get(made.id).next_run_at.unwrap();
        let start = world.run_one();
        days.push((start.scheduled_at - START) / SECOND / DAY);
        world.succeed(&start);
    }
    assert_eq!(days, [1, 2, 4, 5, 8, 9], "Mon, Tue, Thu, Fri, Mon, Tue");
    assert_eq!(world.executions(made.id).len(), 6);
}

#[test]
fn should_miss_what_is_older_than_the_window() {
    let mut world = World::new();
    let schedule = NewSchedule {
        missed_runs: Some(MissedRuns::All { maximum: 100 }),
        missed_window_seconds: Some(25),
        ..every(10)
    };
    let made = world.create(task(schedule));
    world.pass(60);
    let start = world.run_one();
    assert_eq!(start.scheduled_at, START + 40 * SECOND);
    let statuses = world.statuses(made.id);
    assert_eq!(statuses[..2], [Missed, Running]);
    assert_eq!(world.executions(made.id)[0].slots, 3);
}

#[test]
fn should_keep_a_schedule_with_its_counters_when_it_is_given_again() {
    let mut world = World::new();
    let made = world.create(task(every(10)));
    live(&mut world, 25);
    let change = UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![every(60), every(10)]),
        ..UpdateTaskRequest::default()
    };
    let changed = service::update(&mut world.state, owner(), world.now, change).unwrap();
    let (new, kept) = (&changed.schedules[0], &changed.schedules[1]);
    assert_eq!((kept.id, kept.runs), (made.schedules[0].id, 2));
    assert_eq!(kept.next_run_at, Some(START + 30 * SECOND));
    assert_ne!(new.id, kept.id);
    assert_eq!(new.runs, 0);
}

#[test]
fn should_add_switch_and_remove_schedules() {
    let mut world = World::new();
    let made = world.create(task(every(10)));
    let add = AddScheduleRequest {
        task_id: made.id,
        expected_version: Some(made.version),
        schedule: every(3),
    };
    let state = &mut world.state;
    let added = service::add_schedule(state, owner(), world.now, add.clone()).unwrap();
    assert_eq!(added.schedules.len(), 2);
    let stale = service::add_schedule(state, owner(), world.now, add).unwrap_err();
    assert_eq!(stale.kind, ErrorKind::Conflict);
    let off = SetScheduleRequest {
        task_id: made.id,
        schedule_id: added.schedules[1].id,
        disabled: true,
    };
    let shown = service::set_schedule(state, owner(), world.now, &off).unwrap();
    assert_eq!(shown.schedules[1].next_run_at, None);
    live(&mut world, 10);
    assert_eq!(slots(&world, made.id), [10]);
    let remove = |schedule_id| RemoveScheduleRequest {
        task_id: made.id,
        schedule_id,
        expected_version: None,
    };
    let state = &mut world.state;
    let first = remove(made.schedules[0].id);
    service::remove_schedule(state, owner(), world.now, &first).unwrap();
    let last = remove(added.schedules[1].id);
    let error = service::remove_schedule(state, owner(), world.now, &last).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert_eq!(world.statuses(made.id), [Completed], "the history stays");
}

#[test]
fn should_not_run_a_slot_twice_when_paused_and_resumed_within_its_second() {
    let mut world = World::new();
    let made = world.create(task(every(10)));
    live(&mut world, 10);
    let pause = chime_types::PauseTaskRequest {
        task_id: made.id,
        reason: None,
        cancel_running: None,
    };
    service::pause(&mut world.state, owner(), world.now, pause).unwrap();
    service::resume(&mut world.state, owner(), world.now, made.id).unwrap();
    live(&mut world, 10);
    assert_eq!(slots(&world, made.id), [10, 20]);
}

#[test]
fn should_say_in_a_preview_what_bounds_the_schedule() {
    let daily = NewSchedule::new(Rule::Daily {
        hour: 8,
        minute: None,
    });
    let bounded = NewSchedule {
        maximum_runs: Some(200),
        jitter_seconds: Some(300),
        missed_runs: Some(MissedRuns::All { maximum: 3 }),
        ..daily.clone()
    };
    let words = |schedule| {
        let request = PreviewScheduleRequest {
            schedule,
            from_at: None,
            count: None,
        };
        service::preview(START, request).unwrap().description
    };
    let plain = words(daily);
    assert!(plain.ends_with("; of missed runs the latest is caught up"));
    let bounded = words(bounded);
    for part in [
        "at most 200 runs",
        "up to 300 s later",
        "up to 3 missed runs",
    ] {
        assert!(bounded.contains(part), "{bounded}");
    }
}
