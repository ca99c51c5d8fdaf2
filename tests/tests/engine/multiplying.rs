//! Runs that ask for runs do not multiply, whichever way they ask.
//!
//! The callee asks twice whenever it is called, so that without a limit the number of runs would double
//! with each round trip, all at one instant.

use candid::{CandidType, Encode};
use chime_tests::{Sender, World, call, every, in_virtual_time, task};
use chime_types::{
    BackfillRequest, Callback, CreateTaskRequest, DeadLettersRequest, NewSchedule, PutUserRequest,
    RetryPolicy, Role, Rule, RunTaskNowRequest, TaskRequest, limits,
};

use crate::support::{begin_at, on_request, put_user};

/// How long each test watches.
const SECONDS: u64 = 30;
/// Runs that are made by asking in that time, at most: the first comes from the test.
const MOST: u64 = limits::REQUESTS_WHILE_CALLED_AT_ONCE
    + limits::REQUESTS_WHILE_CALLED_EACH_SECOND * SECONDS
    + 10;

#[derive(CandidType)]
struct Asking {
    canister: candid::Principal,
    method: String,
    arguments: serde_bytes::ByteBuf,
    times: u32,
}

/// The callee asks this of the scheduler, twice, whenever it is called under a name.
fn set_asking(world: &mut World, name: &str, method: &str, request: &impl CandidType) {
    let asking = Asking {
        canister: world.scheduler,
        method: method.to_string(),
        arguments: Encode!(request).expect("encoded").into(),
        times: 2,
    };
    let argument = Encode!(&name, &asking).expect("encoded");
    let callee = world.callee.0;
    let network = &mut world.network;
    network
        .update(Sender::Owner, callee, "set_asking", argument)
        .expect("set");
}

/// The callee may run the tasks of others.
fn let_callee_operate(world: &mut World) {
    let request = PutUserRequest {
        principal: world.callee.0,
        name: None,
        role: Some(Role::Operator),
        quotas: None,
        disabled: None,
    };
    put_user(world, &request);
}

fn asking_task(world: &World, name: &str) -> CreateTaskRequest {
    let step = call(world.callee, "ask_again", &format!("({name:?})"));
    CreateTaskRequest {
        maximum_concurrent: Some(200),
        ..task("asks", vec![step], on_request())
    }
}

fn run_of(task_id: u64) -> RunTaskNowRequest {
    RunTaskNowRequest {
        task_id,
        idempotency_key: None,
        scheduled_at: None,
    }
}

/// Runs that were made of all tasks of the owner and the callee, at most.
fn runs(world: &mut World, task_ids: &[u64]) -> u64 {
    let counts = task_ids.iter().map(|id| world.get(*id).total_executions);
    counts.sum()
}

fn calls(world: &mut World, method: &str) -> u64 {
    let received = world.received();
    received.iter().filter(|call| call.method == method).count() as u64
}

#[test]
fn should_not_let_a_task_multiply_that_asks_for_itself() {
    in_virtual_time(|world| {
        let_callee_operate(world);
        let made = world.create(&asking_task(world, "itself"));
        set_asking(world, "itself", "run_task_now", &run_of(made.id));
        world.run_now(made.id);
        world.pass(SECONDS);
        let runs = runs(world, &[made.id]);
        assert!(runs > 10, "it does ask for itself: {runs}");
        assert!(runs <= MOST, "{runs}");
    });
}

#[test]
fn should_not_let_two_tasks_multiply_that_ask_for_each_other() {
    in_virtual_time(|world| {
        let_callee_operate(world);
        let one = world.create(&asking_task(world, "the other"));
        let other = world.create(&asking_task(world, "the one"));
        set_asking(world, "the other", "run_task_now", &run_of(other.id));
        set_asking(world, "the one", "run_task_now", &run_of(one.id));
        world.run_now(one.id);
        world.pass(SECONDS);
        let runs = runs(world, &[one.id, other.id]);
        assert!(runs > 10 && runs <= MOST, "{runs}");
    });
}

#[test]
fn should_not_let_callbacks_multiply_that_replay_or_create_or_backfill() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T12:00:00Z");
        let_callee_operate(world);
        let request = CreateTaskRequest {
            callback: Some(Callback {
                canister: world.callee.0,
                method: "on_finished_ask".to_string(),
                error_cases: None,
            }),
            retry: Some(RetryPolicy {
                max_retries: 0,
                ..RetryPolicy::default()
            }),
            ..task(
                "fails",
                vec![call(world.callee, "reject", "(\"no\")")],
                every(3_600),
            )
        };
        let made = world.create(&request);
        world.pass(2 * 3_600);
        let replay = DeadLettersRequest {
            task_id: Some(made.id),
            ..DeadLettersRequest::default()
        };
        let begun = world.get(made.id);
        let backfill = BackfillRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            from_at: begun.created_at - 100 * 3_600 * crate::support::SECOND,
            until_at: begun.created_at,
            maximum_concurrent: Some(1),
            expected_slots: None,
            count_only: None,
        };
        let create = CreateTaskRequest {
            callback: request.callback.clone(),
            ..task(
                "again",
                vec![call(world.callee, "echo", "(\"x\")")],
                NewSchedule::new(Rule::Once { run_at: None }),
            )
        };
        for round in 0..4 {
            match round {
                0 => set_asking(world, "", "run_task_now", &run_of(made.id)),
                1 => set_asking(world, "", "replay_dead_letters", &replay),
                2 => set_asking(world, "", "backfill", &backfill),
                _ => set_asking(world, "", "create_task", &create),
            }
            let before = calls(world, "on_finished_ask");
            world.run_now(made.id);
            world.pass(SECONDS);
            let asked = calls(world, "on_finished_ask") - before;
            assert!(asked > 0, "round {round}");
            assert!(asked <= MOST, "round {round}: {asked}");
        }
        let request = TaskRequest { task_id: made.id };
        assert_eq!(world.get(request.task_id).id, made.id, "and it goes on");
    });
}
