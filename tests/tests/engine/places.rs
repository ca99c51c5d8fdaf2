//! Who starts first, and how many at a time.

use chime_tests::direct::Direct;
use chime_tests::{Callee, Sender, World, call, every, in_virtual_time, now_once, task};
use chime_types::ExecutionStatus::{self, Completed, Ready, Running};
use chime_types::{
    Action, ConfigureRequest, CreateTaskRequest, NewSchedule, NewStep, OverlapPolicy, Priority,
    TaskResult,
};

use crate::support::{SECOND, ask_as, configure, on_request, replica, taking_task};

#[test]
fn should_run_the_urgent_first_within_the_limits_and_let_low_through() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_concurrent: Some(1),
                ageing_seconds: Some(10),
                ..ConfigureRequest::default()
            },
        );
        let blocker = world.create(&task(
            "blocker",
            vec![call(world.callee, "never", "()")],
            now_once(),
        ));
        let callee = world.callee;
        let mut make = |name: &str, priority| {
            let request = CreateTaskRequest {
                priority: Some(priority),
                ..task(name, vec![call(callee, "count", "()")], now_once())
            };
            world.create(&request).id
        };
        let low = make("low", Priority::Low);
        let urgent = make("urgent", Priority::Urgent);
        world.pass(40);
        let mut make = |name: &str, priority| {
            let request = CreateTaskRequest {
                priority: Some(priority),
                ..task(name, vec![call(callee, "count", "()")], now_once())
            };
            world.create(&request).id
        };
        let late = make("late", Priority::Urgent);
        world.callee_update("release");
        world.pass(1);
        assert_eq!(world.statuses(blocker.id), [Completed]);
        let mut order: Vec<(u64, u64)> = [low, urgent, late]
            .iter()
            .map(|id| (world.execution(*id).attempts[0].fencing_token, *id))
            .collect();
        order.sort_unstable();
        let ids: Vec<u64> = order.iter().map(|(_, id)| *id).collect();
        assert_eq!(ids, [urgent, low, late], "low waited longer than its class");
    });
}

/// Three urgent tasks ask for the one place all the time, each for 10 s.
#[test]
fn should_let_low_through_though_the_urgent_never_end() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_concurrent: Some(1),
                ageing_seconds: Some(60),
                ..ConfigureRequest::default()
            },
        );
        for name in ["a", "b", "c"] {
            world.create(&CreateTaskRequest {
                priority: Some(Priority::Urgent),
                ..taking_task(world.callee, name, 10, every(10))
            });
        }
        world.pass(30);
        let low = world.create(&CreateTaskRequest {
            priority: Some(Priority::Low),
            ..task("low", vec![call(world.callee, "count", "()")], now_once())
        });
        world.pass(170);
        assert_eq!(world.statuses(low.id), [Ready], "three classes, 60 s each");
        world.pass(70);
        let execution = world.execution(low.id);
        assert_eq!(execution.status, Completed);
        let waited = execution.started_at.expect("a start") - execution.scheduled_at;
        assert!((180..=220).contains(&(waited / SECOND)), "{waited}");
        assert_eq!(world.stats().running, 1, "the urgent go on");
    });
}

/// Runs a task so many times at once.
fn run_often(world: &mut World, task_id: u64, times: usize) {
    for _ in 0..times {
        world.run_now(task_id);
    }
}

fn silent(callee: Callee, name: &str) -> CreateTaskRequest {
    let schedule = NewSchedule {
        overlap: Some(OverlapPolicy::AllowAll),
        ..on_request()
    };
    task(name, vec![call(callee, "never", "()")], schedule)
}

fn count(world: &mut World, task_id: u64, status: ExecutionStatus) -> usize {
    let all = world.statuses(task_id);
    all.iter().filter(|one| **one == status).count()
}

/// Lets the callee answer until all is done. Answers how often it had to.
fn release_all(world: &mut World, task_id: u64) -> usize {
    for rounds in 0.. {
        if world.get(task_id).active_executions == 0 {
            return rounds;
        }
        world.callee_update("release");
        world.pass(1);
    }
    unreachable!("every round ends some");
}

#[test]
fn should_heed_the_limit_of_a_task() {
    in_virtual_time(|world| {
        let limited = world.create(&CreateTaskRequest {
            maximum_concurrent: Some(2),
            ..silent(world.callee, "limited")
        });
        let free = silent(world.callee, "free");
        let free = world.create(&free);
        run_often(world, limited.id, 5);
        run_often(world, free.id, 3);
        assert_eq!(count(world, limited.id, Running), 2);
        assert_eq!(count(world, free.id, Running), 3, "others do not wait");
        assert_eq!(world.stats().parked, 3);
        assert_eq!(release_all(world, limited.id), 3);
        assert_eq!(world.statuses(limited.id), [Completed; 5]);
    });
}

#[test]
fn should_heed_the_limit_of_an_owner() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_concurrent_per_owner: Some(2),
                ..ConfigureRequest::default()
            },
        );
        let request = silent(world.callee, "own");
        let own = world.create(&request);
        run_often(world, own.id, 4);
        assert_eq!(count(world, own.id, Running), 2);
        assert_eq!(world.stats().parked, 2);
        let once = CreateTaskRequest {
            schedules: vec![now_once()],
            ..silent(world.callee, "of another")
        };
        let other: TaskResult = ask_as(world, Sender::Stranger, "create_task", &once);
        other.into_result().expect("a task");
        assert_eq!(world.stats().running, 3, "another owner does not wait");
        assert_eq!(release_all(world, own.id), 2);
        assert_eq!(world.statuses(own.id), [Completed; 4]);
    });
}

#[test]
fn should_heed_the_limit_of_a_canister_that_is_called() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_concurrent_per_target: Some(1),
                ..ConfigureRequest::default()
            },
        );
        let other = Callee(world.deploy("callee"));
        let request = silent(world.callee, "first");
        let first = world.create(&request);
        let second = world.create(&request);
        let elsewhere = world.create(&silent(other, "elsewhere"));
        run_often(world, first.id, 2);
        run_often(world, second.id, 1);
        run_often(world, elsewhere.id, 1);
        assert_eq!(world.stats().running, 2);
        assert_eq!(count(world, elsewhere.id, Running), 1);
        assert_eq!(count(world, second.id, Running), 0, "the same canister");
        assert_eq!(world.stats().parked, 2);
        assert_eq!(release_all(world, first.id), 2);
        assert_eq!(release_all(world, second.id), 1);
        assert_eq!(world.statuses(second.id), [Completed]);
    });
}

#[test]
fn should_look_at_none_of_those_that_wait_when_a_slot_comes() {
    let cost_of_a_hundred_slots = |waiting: u64| {
        let mut world = World::on(Box::new(Direct::new()));
        configure(
            &mut world,
            &ConfigureRequest {
                maximum_runs_per_hour: Some(1_000_000),
                ..ConfigureRequest::default()
            },
        );
        // Nobody claims it.
        let command = NewStep {
            timeout_seconds: Some(86_400),
            ..NewStep::new(Action::Command {
                command: "sleep".to_string(),
                queue: None,
            })
        };
        let made = world.create(&CreateTaskRequest {
            ..task("waits", vec![command], overlapping(every(1)))
        });
        world.pass(waiting);
        let scheduler = world.scheduler;
        let work = |world: &mut World| replica(world).take_work(&scheduler).expect("work");
        work(&mut world);
        world.pass(100);
        let cost = work(&mut world).instructions;
        let waits = world.statuses(made.id).len() as u64;
        assert_eq!(waits, (waiting + 100).min(500), "all of them wait");
        cost
    };
    let (few, many) = (cost_of_a_hundred_slots(20), cost_of_a_hundred_slots(800));
    // The task's record names them all, and is read and written; none of them is looked at.
    assert!(
        many < 3 * few,
        "{many} instructions beside 800 that wait, {few} beside 20"
    );
}

fn overlapping(schedule: NewSchedule) -> NewSchedule {
    NewSchedule {
        overlap: Some(OverlapPolicy::AllowAll),
        ..schedule
    }
}
