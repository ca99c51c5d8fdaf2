//! A place that is free is never left unused because the one that was called for it is gone.

use chime_types::{CancelExecutionRequest, ClaimJobsRequest, CompleteJobRequest, Job};

use super::*;
use crate::engine::cycles;
use crate::state::inspect::{Entry, Part};
use crate::state::keys::Wake;

fn one_at_a_time(step: NewStep) -> CreateTaskRequest {
    CreateTaskRequest {
        steps: vec![step],
        maximum_concurrent: Some(1),
        ..task(NewSchedule {
            disabled: Some(true),
            ..every(60)
        })
    }
}

fn cancel(world: &mut World, execution_id: u64) {
    let request = CancelExecutionRequest {
        execution_id,
        reason: None,
        terminate: None,
    };
    service::cancel_execution(&mut world.state, owner(), world.now, &request).unwrap();
}

fn claim(world: &mut World) -> Vec<Job> {
    let request = ClaimJobsRequest {
        worker: "w".to_string(),
        queue: None,
        limit: Some(10),
        lease_seconds: None,
    };
    let claimed = service::claim_jobs(&mut world.state, owner(), world.now, request);
    claimed.unwrap().jobs
}

#[test]
fn should_call_the_next_when_the_one_that_was_called_is_cancelled() {
    let mut world = World::new();
    let made = world.create(one_at_a_time(call_step()));
    let ids: Vec<u64> = (0..3).map(|_| world.run_now(made.id).id).collect();
    let start = world.run_one();
    world.succeed(&start);
    cancel(&mut world, ids[1]);
    let next = world.run_one();
    assert_eq!(next.execution_id.0, ids[2]);
}

#[test]
fn should_call_the_next_when_the_one_that_was_called_is_put_off() {
    let mut world = World::new();
    let made = world.create(one_at_a_time(call_step()));
    let ids: Vec<u64> = (0..3).map(|_| world.run_now(made.id).id).collect();
    let start = world.run_one();
    world.succeed(&start);
    let request = chime_types::SnoozeExecutionRequest {
        execution_id: ids[1],
        seconds: 1_000,
    };
    service::snooze_execution(&mut world.state, owner(), world.now, &request).unwrap();
    assert_eq!(world.run_one().execution_id.0, ids[2]);
}

#[test]
fn should_not_forget_a_command_behind_one_that_no_worker_ran() {
    let mut world = World::new();
    let made = world.create(one_at_a_time(NewStep::new(Action::Command {
        command: "true".to_string(),
        queue: None,
    })));
    let ids: Vec<u64> = (0..3).map(|_| world.run_now(made.id).id).collect();
    world.run();
    let first = claim(&mut world).remove(0);
    assert_eq!(first.execution_id, ids[0], "the others are parked");
    let done = CompleteJobRequest {
        execution_id: first.execution_id,
        fencing_token: first.fencing_token,
        result: String::new(),
    };
    service::complete_job(&mut world.state, owner(), world.now, done).unwrap();
    world.run();
    cancel(&mut world, ids[1]);
    world.run();
    assert_eq!(claim(&mut world)[0].execution_id, ids[2]);
}

#[test]
fn should_look_at_a_low_balance_at_one_time_only() {
    let mut world = World::new();
    for balance in [1, u128::MAX, 1, u128::MAX, 1] {
        world.pass(10);
        cycles::watch(&mut world.state, world.now, balance);
    }
    let entries = world.state.entries_after(Part::Agenda, None, usize::MAX);
    let looks = entries.iter().filter(|entry| match entry {
        Entry::Agenda(key) => world.state.wake(*key) == Some(Wake::Cycles),
        _ => false,
    });
    assert_eq!(looks.count(), 1);
}
