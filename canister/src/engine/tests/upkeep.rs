//! What happens beside the schedules: the sweep, the balance of cycles, pauses by themselves.

use candid::Nat;
use chime_types::ExecutionStatus::{self, Completed, Failed};
use chime_types::{RetentionRule, TaskStatus};

use super::*;
use crate::engine::cycles;

const DAY: u64 = 86_400;

fn rule(status: Option<ExecutionStatus>, age: Option<u64>, keep: Option<u64>) -> RetentionRule {
    RetentionRule {
        status,
        maximum_age_seconds: age,
        keep_latest: keep,
    }
}

/// A day of hourly runs, every third of them failing.
fn lived(world: &mut World) -> u64 {
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(every(3_600))
    });
    for hour in 1..=24 {
        world.pass(3_600);
        for start in world.run() {
            if hour % 3 == 0 {
                world.fail(&start);
            } else {
                world.succeed(&start);
            }
        }
    }
    made.id
}

fn count(world: &World, task_id: u64, status: ExecutionStatus) -> usize {
    let statuses = world.statuses(task_id);
    statuses.iter().filter(|found| **found == status).count()
}

#[test]
fn should_remove_by_age_and_count_for_each_outcome() {
    let mut world = World::new();
    let id = lived(&mut world);
    assert_eq!(
        (count(&world, id, Completed), count(&world, id, Failed)),
        (16, 8)
    );
    world.configure(ConfigureRequest {
        retention: Some(vec![
            rule(Some(Completed), None, Some(3)),
            rule(Some(Failed), Some(2 * DAY), None),
        ]),
        ..ConfigureRequest::default()
    });
    // Stop the task, so that only the sweep has something to do.
    let pause = chime_types::PauseTaskRequest {
        task_id: id,
        reason: None,
        cancel_running: None,
    };
    service::pause(&mut world.state, owner(), world.now, pause).unwrap();
    world.pass(DAY);
    world.run();
    assert_eq!(
        (count(&world, id, Completed), count(&world, id, Failed)),
        (3, 8)
    );
    assert_eq!(world.get(id).total_executions, 11);
    assert_eq!(world.state.owner(owner().principal).dead_letters, 8);
}

#[test]
fn should_sweep_many_tasks_in_slices_and_then_rest() {
    let mut world = World::new();
    world.configure(ConfigureRequest {
        retention: Some(vec![rule(None, None, Some(1))]),
        maximum_tasks_per_owner: Some(200),
        ..ConfigureRequest::default()
    });
    let mut ids = Vec::new();
    for _ in 0..120 {
        ids.push(world.create(task(now_once())).id);
    }
    for _ in 0..2 {
        for id in &ids {
            world.run_now(*id);
        }
        loop {
            let starts = world.run();
            if starts.is_empty() {
                break;
            }
            starts.iter().for_each(|start| world.succeed(start));
        }
    }
    assert_eq!(world.state.executions_len(), 360);
    world.pass(DAY);
    world.run();
    for _ in 0..10 {
        world.pass(1);
        world.run();
    }
    assert_eq!(world.state.executions_len(), 120);
    assert_eq!(world.next_in_seconds(), None, "nothing is left to sweep");
}

#[test]
fn should_start_nothing_while_there_are_too_few_cycles_and_recover_by_itself() {
    let mut world = World::configured(ConfigureRequest {
        minimum_cycles: Some(Nat::from(1_000u64)),
        ..ConfigureRequest::default()
    });
    let made = world.create(task(every(60)));
    cycles::watch(&mut world.state, world.now, 999);
    world.pass(60);
    assert!(world.run().is_empty());
    assert_eq!(world.get(made.id).active_executions, 1, "it is on record");
    assert!(
        world.next_in_seconds().is_some(),
        "it looks again by itself"
    );
    cycles::watch(&mut world.state, world.now, 1_000);
    assert_eq!(world.run().len(), 1);
}

#[test]
fn should_look_at_the_balance_again_until_it_is_restored() {
    let mut world = World::new();
    cycles::watch(&mut world.state, world.now, 0);
    for _ in 0..3 {
        assert_eq!(world.next_in_seconds(), Some(300));
        world.pass(300);
        cycles::watch(&mut world.state, world.now, 0);
        world.run();
    }
    world.pass(300);
    cycles::watch(&mut world.state, world.now, u128::MAX);
    world.run();
    assert_eq!(world.next_in_seconds(), None);
}

#[test]
fn should_tell_what_is_spent_in_a_day_without_counting_deposits() {
    let mut world = World::new();
    let mut balance: u128 = 1_000_000;
    for hour in 0..30 {
        if hour == 10 {
            balance += 5_000_000;
        }
        cycles::watch(&mut world.state, world.now, balance);
        world.pass(3_600);
        balance -= 100;
    }
    let spent = cycles::spent_per_day(&world.state, world.now, balance).unwrap();
    assert!((2_300..=2_400).contains(&spent), "{spent}");
}

#[test]
fn should_pause_a_task_after_failures_in_a_row() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        pause_after_failures: Some(3),
        ..task(every(10))
    });
    for failing in [true, true, false, true, true, true] {
        world.pass(10);
        let start = world.run_one();
        if failing {
            world.fail(&start);
        } else {
            world.succeed(&start);
        }
    }
    let shown = world.get(made.id);
    assert_eq!(
        (shown.status, shown.consecutive_failures),
        (TaskStatus::Paused, 3)
    );
    assert!(shown.pause_reason.unwrap().contains("3 failures"));
    world.pass(100);
    assert!(world.run().is_empty());
    service::resume(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(world.get(made.id).consecutive_failures, 0);
}
