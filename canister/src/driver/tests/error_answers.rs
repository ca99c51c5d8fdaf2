//! Answers that arrive and tell of a failure, by every way to get one.

use chime_types::{
    DeadLettersRequest, DefineActionRequest, DeliveryState, Error, PageRequest, Task, TaskResult,
    UpdateTaskRequest, limits,
};

use super::*;
use crate::service;
use crate::state::keys::TaskId;

/// What a ledger answers to a transfer above the balance.
fn refused() -> Result<Vec<u8>, CallError> {
    let text = "(variant { Err = variant { InsufficientFunds = record { balance = 0 : nat } } })";
    Ok(candid_parser::parse_idl_args(text)
        .unwrap()
        .to_bytes()
        .unwrap())
}

const SHOWN: &str = "the callee answered with Err: (variant { Err = variant { \
                     InsufficientFunds = record { balance = 0 : nat } } })";

/// A call whose answer is judged by these cases.
fn judged(cases: Option<&[&str]>) -> Action {
    let mut action = call();
    if let Action::Call { error_cases, .. } = &mut action {
        *error_cases = cases.map(|names| names.iter().map(ToString::to_string).collect());
    }
    action
}

fn telling() -> Action {
    Action::Notification {
        channel: Channel::Canister {
            canister: Principal::from_slice(&[8]),
            method: "tell".to_string(),
            error_cases: None,
        },
        subject: "s".to_string(),
        message: "m".to_string(),
    }
}

/// Has the scheduler run a task once, whose call is answered so.
fn run(world: &World, request: CreateTaskRequest, answer: Result<Vec<u8>, CallError>) -> Task {
    let made = world.create_as_controller(request);
    world.pump();
    world.answer(world.calls().len() - 1, answer);
    made
}

#[test]
fn should_fail_at_once_when_the_answer_tells_of_a_failure() {
    for action in [judged(None), telling(), named()] {
        let world = World::new();
        define(&world);
        let made = run(&world, once(action), refused());
        let ended = world.latest(made.id);
        assert_eq!(ended.status, ExecutionStatus::Failed);
        assert_eq!(ended.cause, Some(Cause::ErrorAnswer));
        assert_eq!(ended.attempts.len(), 1, "no retry mends it");
        assert_eq!(ended.attempts[0].cause, Some(Cause::ErrorAnswer));
        assert_eq!(ended.attempts[0].error.as_deref(), Some(SHOWN));
        assert_eq!(world.armed_at(), None);
    }
}

#[test]
fn should_show_results_with_the_names_that_many_canisters_use() {
    for (sent, shown) in [
        ("(variant { Ok = 5 : nat })", "(variant { Ok = 5 : nat })"),
        (
            "(record { total_supply = 7 : nat; unheard_of = true })",
            "(record { 3_639_086_297 = true; total_supply = 7 : nat })",
        ),
        (
            "(opt vec { record { \"icrc1:fee\"; variant { Nat = 10 : nat } } })",
            "(opt vec { record { \"icrc1:fee\"; variant { Nat = 10 : nat } } })",
        ),
        ("(\"text\", 1 : nat8)", "(\"text\", 1 : nat8)"),
    ] {
        let world = World::new();
        let answer = candid_parser::parse_idl_args(sent).unwrap();
        let made = run(&world, once(judged(None)), Ok(answer.to_bytes().unwrap()));
        let result = world.latest(made.id).result.expect("it completed");
        let result = result.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(result, shown);
    }
}

/// A registered action that calls.
fn define(world: &World) {
    let request = DefineActionRequest {
        name: "pay".to_string(),
        description: None,
        entity_name: None,
        action: judged(None),
        shared: None,
    };
    world.change(|state, caller, now| {
        service::define_action(state, caller, now, request).unwrap();
    });
}

fn named() -> Action {
    Action::Named {
        action_name: "pay".to_string(),
        entity_name: None,
        attributes: String::new(),
        as_user: None,
    }
}

#[test]
fn should_take_the_answer_as_the_owner_says() {
    let table: [(Option<&[&str]>, ExecutionStatus); 4] = [
        (None, ExecutionStatus::Failed),
        (Some(&[]), ExecutionStatus::Completed),
        (Some(&["Rejected"]), ExecutionStatus::Completed),
        (Some(&["Rejected", "Err"]), ExecutionStatus::Failed),
    ];
    for (cases, expected) in table {
        let world = World::new();
        let made = run(&world, once(judged(cases)), refused());
        assert_eq!(world.latest(made.id).status, expected, "{cases:?}");
    }
}

#[test]
fn should_fail_when_a_scheduler_refuses() {
    let world = World::new();
    let refusal = Error::invalid("task_id", "there is no task 7", "name another");
    let answer = candid::encode_one(TaskResult::Err(refusal)).unwrap();
    let made = run(&world, once(judged(None)), Ok(answer));
    let error = world.latest(made.id).error.unwrap();
    for part in [
        "answered with Err",
        "kind = variant { invalid_argument }",
        "field = opt \"task_id\"",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn should_let_alerts_pauses_and_dead_letters_see_it() {
    let world = World::new();
    let watch = world.alert(CreateAlertRequest {
        name: "watch".to_string(),
        task_id: None,
        condition: AlertCondition::Failure {},
        channel: Channel::Inbox {},
        cooldown_seconds: None,
    });
    let made = world.create(CreateTaskRequest {
        pause_after_failures: Some(1),
        ..task(judged(None), every(60))
    });
    world.pass(60);
    world.let_timer_go_off();
    world.answer(0, refused());
    world.change(|state, caller, _| {
        let task = service::get(state, caller, made.id).unwrap();
        assert!(task.disabled, "{task:?}");
        let alerts = service::list_alerts(state, caller, &PageRequest::default()).unwrap();
        assert_eq!((alerts.alerts[0].id, alerts.alerts[0].fired), (watch.id, 1));
        let request = DeadLettersRequest::default();
        let budget = crate::engine::Budget {
            instructions: &|| 0,
            maximum_instructions: 1,
        };
        let dead = service::dead_letters(state, caller, &request, &budget).unwrap();
        assert_eq!(dead.executions.len(), 1);
    });
}

#[test]
fn should_give_a_callback_up_that_its_receiver_refuses() {
    let world = World::new();
    let made = world.create(CreateTaskRequest {
        callback: Some(Callback::new(Principal::from_slice(&[8]), "ended")),
        ..once(call())
    });
    world.pump();
    world.answer(0, yes());
    world.answer(1, refused());
    let delivery = world.latest(made.id).callback_delivery.unwrap();
    assert_eq!(delivery.state, DeliveryState::GivenUp);
    assert_eq!(delivery.error.as_deref(), Some(SHOWN));
    assert_eq!(world.armed_at(), None);
}

#[test]
fn should_leave_what_is_older_than_the_cases_as_it_was() {
    let world = World::new();
    let made = world.create(once(call()));
    world.change(|state, caller, now| {
        // As a release wrote it that knew no such field.
        let mut plan = state.plan(TaskId(made.id), 1);
        if let Action::Call { error_cases, .. } = &mut plan.steps[0].action {
            *error_cases = None;
        }
        state.put_plan(TaskId(made.id), 1, plan);
        let task = service::get(state, caller, made.id).unwrap();
        assert_eq!(task.steps[0].action, judged(Some(&[])), "so it is shown");
        // A change to something else leaves it so.
        let request = UpdateTaskRequest {
            task_id: made.id,
            timeout_seconds: Some(20),
            ..UpdateTaskRequest::default()
        };
        let task = service::update(state, caller, now, request).unwrap();
        assert_eq!(task.steps[0].action, judged(Some(&[])));
    });
    world.pump();
    world.answer(0, refused());
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Completed);
}

#[test]
fn should_bound_the_cases_wherever_they_are_named() {
    let long = |bytes: usize| vec!["x".repeat(bytes)];
    let many = |count: usize| vec!["x".to_string(); count];
    let table = [
        (many(limits::MAXIMUM_ERROR_CASES), None),
        (many(limits::MAXIMUM_ERROR_CASES + 1), Some("error_cases")),
        (long(limits::MAXIMUM_ERROR_CASE_BYTES), None),
        (
            long(limits::MAXIMUM_ERROR_CASE_BYTES + 1),
            Some("error_cases[0]"),
        ),
        (long(0), Some("error_cases[0]")),
    ];
    for (cases, expected) in table {
        let mut steps = [call(), telling()];
        for step in &mut steps {
            match step {
                Action::Call { error_cases, .. }
                | Action::Notification {
                    channel: Channel::Canister { error_cases, .. },
                    ..
                } => *error_cases = Some(cases.clone()),
                other => panic!("{other:?}"),
            }
        }
        let [first, second] = steps;
        let mut called_back = once(get());
        called_back.callback = Some(Callback {
            error_cases: Some(cases.clone()),
            ..Callback::new(Principal::from_slice(&[8]), "ended")
        });
        for (request, path) in [
            (once(first), "steps[0].action.call."),
            (
                once(second),
                "steps[0].action.notification.channel.canister.",
            ),
            (called_back, "callback."),
        ] {
            let world = World::new();
            let made =
                world.change(|state, caller, now| service::create(state, caller, now, request));
            let field = made.err().and_then(|error| error.field);
            assert_eq!(field, expected.map(|name| format!("{path}{name}")));
        }
    }
}
