//! Slots that are due when an update takes their schedule off the agenda: each leaves its record.

use chime_types::ExecutionStatus::{Missed, Ready};
use chime_types::{
    MissedRuns, PauseTaskRequest, RemoveScheduleRequest, SetScheduleRequest, UpdateTaskRequest,
};

use super::*;

/// The slots that the records of a task stand for.
fn accounted(world: &World, task_id: u64) -> u64 {
    let executions = world.executions(task_id);
    executions.iter().map(|execution| execution.slots).sum()
}

type Update = fn(&mut World, &Task);

fn pause(world: &mut World, made: &Task) {
    let request = PauseTaskRequest {
        task_id: made.id,
        reason: None,
        cancel_running: None,
    };
    service::pause(&mut world.state, owner(), world.now, request).unwrap();
}

fn set_schedule(world: &mut World, made: &Task) {
    let request = SetScheduleRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        disabled: true,
    };
    service::set_schedule(&mut world.state, owner(), world.now, &request).unwrap();
}

fn remove_schedule(world: &mut World, made: &Task) {
    let request = RemoveScheduleRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        expected_version: None,
    };
    service::remove_schedule(&mut world.state, owner(), world.now, &request).unwrap();
}

fn replace(world: &mut World, made: &Task) {
    let request = UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![every(7 * 86_400)]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, request).unwrap();
}

fn keep(world: &mut World, made: &Task) {
    let request = UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![every(10), every(7 * 86_400)]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, request).unwrap();
    world.run();
}

fn configure(world: &mut World, _: &Task) {
    world.configure(ConfigureRequest {
        maximum_runs_per_hour: Some(500),
        ..ConfigureRequest::default()
    });
    world.run();
}

fn nothing(world: &mut World, _: &Task) {
    world.run();
}

const UPDATES: [(&str, Update); 7] = [
    ("none", nothing),
    ("pause_task", pause),
    ("set_schedule", set_schedule),
    ("remove_schedule", remove_schedule),
    ("update_task", replace),
    ("update_task to the same", keep),
    ("configure", configure),
];

fn with_two_schedules(missed_runs: MissedRuns) -> (World, Task) {
    let mut world = World::new();
    let dense = NewSchedule {
        missed_runs: Some(missed_runs),
        ..every(10)
    };
    let made = world.create(CreateTaskRequest {
        schedules: vec![dense, every(7 * 86_400)],
        ..task(every(10))
    });
    (world, made)
}

#[test]
fn should_account_for_every_slot_whatever_update_comes_first_after_an_outage() {
    let all = MissedRuns::All { maximum: 20 };
    for missed_runs in [MissedRuns::Skip, MissedRuns::Latest, all] {
        for (name, update) in UPDATES {
            for seconds in [9, 10, 3_000, 400 * 86_400] {
                let (mut world, made) = with_two_schedules(missed_runs);
                world.pass(seconds);
                update(&mut world, &made);
                let dense = made.schedules[0].id;
                let slots: u64 = world
                    .executions(made.id)
                    .iter()
                    .filter(|execution| execution.schedule_id == Some(dense))
                    .map(|execution| execution.slots)
                    .sum();
                assert_eq!(
                    slots,
                    seconds / 10,
                    "{name} after {seconds} s, {missed_runs:?}"
                );
            }
        }
    }
}

#[test]
fn should_judge_what_is_settled_as_a_tick_would() {
    let (mut world, made) = with_two_schedules(MissedRuns::Latest);
    world.pass(3_000);
    pause(&mut world, &made);
    assert_eq!(world.statuses(made.id), [Missed, Ready]);
    assert_eq!(accounted(&world, made.id), 300);
    assert_eq!(
        world.run_one().scheduled_at,
        world.now,
        "the latest one runs"
    );
    assert_eq!(world.get(made.id).next_run_at, None);
}

#[test]
fn should_settle_what_is_due_when_failures_pause_the_task() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        pause_after_failures: Some(1),
        ..task(every(10))
    });
    world.pass(10);
    let start = world.run_one();
    world.pass(3_000);
    world.fail(&start);
    assert!(world.get(made.id).disabled);
    assert_eq!(accounted(&world, made.id), 301);
}
