//! What an owner may spend of the scheduler's cycles, where canisters pay.

use chime_replica::{Fees, Replica, ReplicaConfig};
use chime_tests::{Sender, World, call, every, note, task};
use chime_types::ExecutionStatus::{Completed, Skipped};
use chime_types::{
    Action, CreateTaskRequest, CyclesBudget, EmptyRequest, GetTaskExecutionsRequest,
    GetTaskExecutionsResult, HttpAction, NewSchedule, NewStep, OverlapPolicy, RetryPolicy,
    TaskExecution, TaskResult, UserResult, limits,
};

use crate::support::{HOUR, ask_as, begin_at, replica, show_as};

const PLENTY: u128 = 1_000_000_000_000_000;

/// A network on which canisters pay.
fn paid() -> World {
    let config = ReplicaConfig {
        fees: Fees::Application,
        ..ReplicaConfig::default()
    };
    let network = chime_tests::direct::Direct::over(Replica::new(config));
    let mut world = World::on(Box::new(network));
    let scheduler = world.scheduler;
    replica(&mut world).add_cycles(&scheduler, PLENTY);
    begin_at(&mut world, "2026-03-01T12:00:00Z");
    world
}

fn make(world: &mut World, request: &CreateTaskRequest) -> u64 {
    let answer: TaskResult = ask_as(world, Sender::Stranger, "create_task", request);
    answer.into_result().expect("a task").id
}

fn budget(world: &mut World) -> CyclesBudget {
    let answer: UserResult = show_as(world, Sender::Stranger, "get_me", &EmptyRequest {});
    answer.into_result().expect("a user").budget.expect("said")
}

fn balance(world: &mut World) -> u128 {
    let scheduler = world.scheduler;
    let view = replica(world).canister_view(&scheduler);
    view.expect("the scheduler").cycles
}

fn executions(world: &mut World, task_id: u64) -> Vec<TaskExecution> {
    let request = GetTaskExecutionsRequest {
        task_id,
        cursor: None,
        limit: Some(500),
        status: None,
    };
    let answer: GetTaskExecutionsResult =
        show_as(world, Sender::Stranger, "get_task_executions", &request);
    answer.into_result().expect("a page").executions
}

fn dear_request() -> NewStep {
    NewStep::new(Action::Http {
        request: HttpAction {
            max_response_bytes: Some(limits::MAXIMUM_RESPONSE_BYTES),
            ..HttpAction::get("https://example.org/")
        },
    })
}

fn without_end() -> CreateTaskRequest {
    let schedule = NewSchedule {
        overlap: Some(OverlapPolicy::AllowAll),
        ..every(1)
    };
    CreateTaskRequest {
        timeout_seconds: Some(2),
        retry: Some(RetryPolicy {
            max_retries: 0,
            ..RetryPolicy::default()
        }),
        ..task("burn", vec![dear_request(); 10], schedule)
    }
}

#[test]
fn should_not_let_one_owner_spend_the_cycles_of_all() {
    let mut world = paid();
    let victim = world.create(&task("victim", vec![note("still here")], every(10)));
    let burning = make(&mut world, &without_end());
    for _ in 1..10 {
        make(&mut world, &without_end());
    }
    let before = balance(&mut world);
    world.pass(1_800);
    let burnt = before - balance(&mut world);
    let budget = budget(&mut world);
    let most = u128::from(limits::DEFAULT_CYCLES_PER_HOUR);
    assert!(
        u128::from(budget.this_hour.total()) <= most + most / 100,
        "{budget:?}"
    );
    assert!(budget.begins_anew_at.is_some());
    // The victim's own messages and the memory are in it, too.
    assert!(burnt < most + most / 4, "{burnt}");
    let skipped = executions(&mut world, burning);
    assert!(
        skipped.iter().any(|one| one.status == Skipped),
        "{skipped:?}"
    );
    assert_eq!(world.statuses(victim.id), [Completed; 180]);
}

#[test]
fn should_let_a_user_call_a_canister_each_second() {
    let mut world = paid();
    let callee = world.callee;
    let step = call(callee, "count", "()");
    let made = make(&mut world, &task("steady", vec![step], every(1)));
    let before = balance(&mut world);
    world.pass(HOUR - 1);
    let burnt = before - balance(&mut world);
    let budget = budget(&mut world);
    assert_eq!(budget.begins_anew_at, None);
    let all = executions(&mut world, made);
    assert!(
        all.iter().all(|one| one.status == Completed),
        "{:?}",
        all[0]
    );
    let counted = u128::from(budget.this_hour.total());
    assert!(
        counted > burnt * 9 / 10 && counted < burnt * 11 / 10,
        "what is counted is what is burnt: {counted} of {burnt}"
    );
    // Around the clock, too.
    assert!(
        24 * counted < u128::from(limits::DEFAULT_CYCLES_PER_DAY),
        "{counted}"
    );
}

#[test]
fn should_charge_a_flood_of_requests_with_what_it_costs() {
    let mut world = paid();
    let made = make(
        &mut world,
        &task("asked for", vec![note("x")], every(86_400)),
    );
    let before = (balance(&mut world), budget(&mut world).this_hour.total());
    let stranger = candid::Principal::self_authenticating([2]);
    let scheduler = world.scheduler;
    for _ in 0..5 {
        for _ in 0..100 {
            let arg = candid::encode_one(chime_types::TaskRequest { task_id: made }).unwrap();
            replica(&mut world)
                .submit_call(stranger, scheduler, "pause_task", arg)
                .expect("let in");
        }
        world.pass(1);
    }
    let burnt = before.0 - balance(&mut world);
    let counted = u128::from(budget(&mut world).this_hour.total() - before.1);
    assert!(
        counted > burnt * 9 / 10 && counted < burnt * 11 / 10,
        "what is counted is what is burnt, also for what was refused: {counted} of {burnt}"
    );
}
