//! Who is disabled, or has a role that has no tasks, is held back, and goes on when that is over.

use chime_types::{ClaimJobsRequest, WaitReason};

use super::rights::{claim, command, register, worker};
use super::*;
use crate::engine::builtin::maintenance::violations;

/// Disables the owner, or gives it a role that has no tasks.
fn hold_back(world: &mut World, how: (Role, bool)) {
    let (role, disabled) = how;
    register(world, Caller { role, ..owner() }, disabled);
}

fn let_go_on(world: &mut World) {
    hold_back(world, (Role::User, false));
}

/// The ways to be held back.
const HELD_BACK: [(Role, bool); 3] = [
    (Role::User, true),
    (Role::Viewer, false),
    (Role::Worker, false),
];

fn is_held_back(world: &World, id: u64) -> bool {
    let execution = world.execution(id);
    execution.status == ExecutionStatus::Ready
        && execution.waiting_for == Some(WaitReason::OwnerDisabled)
}

#[test]
fn should_hold_a_retry_back_while_the_owner_is_disabled() {
    for how in HELD_BACK {
        let mut world = World::new();
        world.create(CreateTaskRequest {
            retry: Some(retries(50, 10)),
            ..task(now_once())
        });
        let start = world.run_one();
        world.fail(&start);
        hold_back(&mut world, how);
        for _ in 0..10 {
            world.pass(100);
            assert!(world.run().is_empty(), "{how:?}");
        }
        let id = start.execution_id.0;
        assert!(is_held_back(&world, id), "{how:?}");
        let found = violations(&world.state);
        assert!(found.is_empty(), "{how:?}: {found:?}");
        assert_eq!(world.execution(id).attempts.len(), 1, "{how:?}");
        let_go_on(&mut world);
        let again = world.run_one();
        assert_eq!(again.attempt, 2, "{how:?}");
        world.succeed(&again);
        assert_eq!(world.execution(id).status, ExecutionStatus::Completed);
    }
}

#[test]
fn should_let_a_call_finish_and_hold_the_next_step_back() {
    for pause in [None, Some(60)] {
        let mut world = World::new();
        world.create(CreateTaskRequest {
            steps: vec![
                NewStep {
                    run_next_after_seconds: pause,
                    ..call_step()
                },
                call_step(),
            ],
            ..task(now_once())
        });
        let start = world.run_one();
        hold_back(&mut world, (Role::User, true));
        world.succeed(&start);
        world.pass(1_000);
        assert!(world.run().is_empty());
        let id = start.execution_id.0;
        assert!(is_held_back(&world, id));
        assert_eq!(world.execution(id).steps.len(), 1);
        let_go_on(&mut world);
        let next = world.run_one();
        world.succeed(&next);
        assert_eq!(world.execution(id).status, ExecutionStatus::Completed);
    }
}

#[test]
fn should_let_everything_go_on_when_the_owner_is_enabled_again() {
    let mut world = World::configured(ConfigureRequest {
        maximum_concurrent_per_owner: Some(3),
        ..ConfigureRequest::default()
    });
    let made = world.create(task(every(3_600)));
    hold_back(&mut world, (Role::User, true));
    for _ in 0..20 {
        world.run_now(made.id);
    }
    assert!(world.run().is_empty());
    let_go_on(&mut world);
    let mut done = 0;
    loop {
        let starts = world.run();
        assert!(starts.len() <= 3);
        if starts.is_empty() {
            break;
        }
        for start in starts {
            world.succeed(&start);
            done += 1;
        }
    }
    assert_eq!(done, 20);
}

#[test]
fn should_give_no_job_out_while_its_owner_is_disabled() {
    let mut world = World::new();
    let made = world.create(command());
    world.run();
    hold_back(&mut world, (Role::User, true));
    let request = ClaimJobsRequest {
        worker: "w1".to_string(),
        queue: None,
        limit: Some(10),
        lease_seconds: None,
    };
    let claimed = service::claim_jobs(&mut world.state, worker(), world.now, request).unwrap();
    assert!(claimed.jobs.is_empty());
    let id = world.executions(made.id)[0].id;
    assert!(is_held_back(&world, id));
    let_go_on(&mut world);
    world.run();
    assert_eq!(claim(&mut world, worker()).execution_id, id);
}

#[test]
fn should_leave_the_slots_of_who_is_held_back_out() {
    for how in HELD_BACK {
        let mut world = World::new();
        let made = world.create(task(every(60)));
        hold_back(&mut world, how);
        world.pass(60);
        assert!(world.run().is_empty());
        let_go_on(&mut world);
        world.pass(60);
        let start = world.run_one();
        world.succeed(&start);
        let expected = [ExecutionStatus::Skipped, ExecutionStatus::Completed];
        assert_eq!(world.statuses(made.id), expected, "{how:?}");
    }
}
