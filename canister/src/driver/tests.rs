//! The driver on a platform of the test: a clock that it moves, calls that it answers, a timer that
//! it lets go off, and futures that go on only when it says so.

mod deliveries;
mod error_answers;
mod passed_over;
mod poison;
mod program_failures;
mod programs;
mod spending;
mod stored_programs;
mod world;

use candid::Principal;
use chime_types::{
    Action, AlertCondition, Callback, Cause, Channel, CreateAlertRequest, CreateTaskRequest,
    ExecutionStatus, HttpAction, HttpMethod, NewSchedule, NewStep, RetentionRule, RetryPolicy,
    Rule, WaitReason,
};

use crate::runtime::{CallError, HttpResponse};
use world::{SECOND, START, World};

fn every(seconds: u64) -> NewSchedule {
    NewSchedule::new(Rule::Interval {
        repeat_every_seconds: seconds,
        phase_seconds: None,
    })
}

fn task(action: Action, schedule: NewSchedule) -> CreateTaskRequest {
    CreateTaskRequest {
        name: "job".to_string(),
        steps: vec![NewStep::new(action)],
        schedules: vec![schedule],
        timeout_seconds: Some(10),
        ..CreateTaskRequest::default()
    }
}

fn once(action: Action) -> CreateTaskRequest {
    task(action, NewSchedule::new(Rule::Once { run_at: None }))
}

/// A task of which a canister is told when it ends.
fn called_back(request: CreateTaskRequest) -> CreateTaskRequest {
    CreateTaskRequest {
        callback: Some(Callback {
            canister: Principal::from_slice(&[8]),
            method: "ended".to_string(),
            error_cases: None,
        }),
        ..request
    }
}

fn call() -> Action {
    Action::Call {
        canister: Principal::from_slice(&[7, 7]),
        method: "work".to_string(),
        arguments: None,
        cycles: None,
        with_context: None,
        error_cases: None,
    }
}

fn get() -> Action {
    Action::Http {
        request: HttpAction {
            url: "https://api.example".to_string(),
            method: None,
            headers: None,
            body: None,
            max_response_bytes: None,
            expected_status: None,
            transform: None,
            replicated: None,
        },
    }
}

fn without_retries() -> Option<RetryPolicy> {
    Some(RetryPolicy {
        max_retries: 0,
        ..RetryPolicy::default()
    })
}

fn yes() -> Result<Vec<u8>, CallError> {
    Ok(candid::encode_one("yes").unwrap())
}

fn rejected(code: u32) -> CallError {
    CallError::Rejected {
        code,
        message: "no".to_string(),
    }
}

fn response(status: u16) -> Result<HttpResponse, CallError> {
    Ok(HttpResponse {
        status,
        body: b"text".to_vec(),
    })
}

#[test]
fn should_perform_an_effect_once_and_report_its_outcome() {
    let world = World::new();
    let made = world.create(once(call()));
    world.pump();
    world.pump();
    let calls = world.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].method, "work");
    assert_eq!(calls[0].timeout_seconds, 10);
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Running);
    world.answer(0, yes());
    let done = world.latest(made.id);
    assert_eq!(done.status, ExecutionStatus::Completed);
    assert_eq!(done.result.as_deref(), Some("(\"yes\")"));
    world.pump();
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn should_spend_no_cycles_for_who_controls_the_scheduler_no_more() {
    let world = World::new();
    let made = world.create_as_controller(once(Action::Call {
        canister: Principal::from_slice(&[7, 7]),
        method: "work".to_string(),
        arguments: None,
        cycles: Some(1_000u64.into()),
        with_context: None,
        error_cases: None,
    }));
    world.pump();
    assert!(world.calls().is_empty());
    let refused = world.latest(made.id);
    assert_eq!(refused.status, ExecutionStatus::Failed);
    assert_eq!(refused.attempts[0].cause, Some(Cause::NotAllowed));
}

#[test]
fn should_wait_for_a_call_no_longer_than_the_platform_does() {
    let world = World::new();
    world.create(CreateTaskRequest {
        timeout_seconds: Some(86_400),
        ..once(call())
    });
    world.pump();
    assert_eq!(world.calls()[0].timeout_seconds, 300);
}

#[test]
fn should_keep_the_timer_armed_for_the_first_entry_of_the_agenda() {
    let world = World::new();
    world.pump();
    assert_eq!(world.armed_at(), None, "nothing is to come");
    world.create(task(call(), every(60)));
    assert_eq!(world.armed_at(), Some(START + 60 * SECOND));
    world.pass(60);
    world.let_timer_go_off();
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.armed_at(), Some(START + 70 * SECOND), "the deadline");
    world.answer(0, Err(rejected(4)));
    assert_eq!(
        world.armed_at(),
        Some(START + 120 * SECOND),
        "the next slot"
    );
    world.pass(60);
    world.let_timer_go_off();
    assert_eq!(world.armed_at(), Some(START + 180 * SECOND));
}

#[test]
fn should_settle_a_call_that_never_answers_at_its_deadline() {
    let world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: without_retries(),
        ..once(call())
    });
    world.pump();
    assert_eq!(world.armed_at(), Some(START + 10 * SECOND));
    world.pass(10);
    world.let_timer_go_off();
    assert_eq!(world.latest(made.id).status, ExecutionStatus::TimedOut);
    assert_eq!(world.armed_at(), None);
}

#[test]
fn should_change_nothing_on_an_answer_that_comes_after_the_deadline() {
    let world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: without_retries(),
        ..once(call())
    });
    world.pump();
    world.pass(10);
    world.let_timer_go_off();
    let before = world.latest(made.id);
    world.answer(0, yes());
    assert_eq!(world.latest(made.id), before);
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn should_let_what_waits_go_on_when_an_answer_frees_a_place() {
    let world = World::new();
    for _ in 0..9 {
        world.create(once(call()));
    }
    world.pump();
    assert_eq!(world.calls().len(), 8, "the limit of the configuration");
    world.answer(3, yes());
    assert_eq!(world.calls().len(), 9);
}

#[test]
fn should_end_at_once_what_no_retry_can_mend_and_say_why() {
    let fatal = |message: &str| CallError::Rejected {
        code: 1,
        message: message.to_string(),
    };
    for (answer, cause) in [
        (response(404), Cause::HttpStatus { status: 404 }),
        (
            Err(fatal("This API is not enabled on this subnet")),
            Cause::HttpDisabled,
        ),
        (
            Err(fatal("Http body exceeds size limit of 5 bytes.")),
            Cause::ResponseTooLarge,
        ),
    ] {
        let world = World::new();
        let made = world.create(once(get()));
        world.pump();
        world.respond(0, answer);
        let latest = world.latest(made.id);
        assert_eq!(latest.status, ExecutionStatus::Failed);
        assert_eq!(latest.cause, Some(cause));
        assert_eq!(latest.attempts[0].cause, Some(cause));
        assert_eq!(latest.attempts.len(), 1);
        assert_eq!(world.armed_at(), None);
    }
}

#[test]
fn should_keep_the_cause_of_each_attempt_that_is_retried() {
    let world = World::new();
    let made = world.create(once(call()));
    world.pump();
    let message = "no room".to_string();
    world.answer(0, Err(CallError::Rejected { code: 4, message }));
    let latest = world.latest(made.id);
    assert_eq!(latest.status, ExecutionStatus::Waiting);
    assert_eq!(latest.attempts[0].cause, Some(Cause::Rejected));
    assert_eq!(latest.cause, None, "it has not ended");
}

#[test]
fn should_tell_the_outcomes_of_http_apart() {
    use ExecutionStatus::{Completed, Failed, Waiting};
    for (answer, expected) in [
        (response(200), Completed),
        (response(404), Failed),
        (response(503), Waiting),
        (Err(rejected(2)), Waiting),
        (
            Err(CallError::NotSent(Cause::QueueFull, "full".to_string())),
            Waiting,
        ),
        // Nobody can tell: given up unless the owner says otherwise.
        (Err(rejected(6)), Failed),
    ] {
        let world = World::new();
        let made = world.create(once(get()));
        world.pump();
        let requests = world.requests();
        assert_eq!(requests.len(), 1);
        assert_eq!(
            (requests[0].method, &requests[0].body),
            (HttpMethod::Get, &None)
        );
        world.respond(0, answer.clone());
        let latest = world.latest(made.id);
        assert_eq!(latest.status, expected, "{answer:?}");
        let is_retried = expected == Waiting;
        assert_eq!(
            latest.waiting_for == Some(WaitReason::RetryBackoff),
            is_retried
        );
        assert_eq!(world.armed_at().is_some(), is_retried);
    }
}

#[test]
fn should_do_built_in_work_in_messages_of_its_own() {
    let world = World::new();
    let retention = vec![RetentionRule {
        status: None,
        maximum_age_seconds: Some(1),
        keep_latest: None,
    }];
    world.create(once(Action::Cleanup {
        retention,
        task_id: None,
        all_owners: None,
    }));
    world.pump();
    assert_eq!(world.errands(), 1);
    assert_eq!(world.armed_at(), Some(START + 10 * SECOND), "its deadline");
    world.carry_errands_out();
    assert_eq!(world.armed_at(), world.next_at());
    assert!(world.calls().is_empty());
}

#[test]
fn should_start_nothing_while_cycles_are_low_and_go_on_when_there_are_more() {
    let world = World::new();
    world.set_cycles(1);
    let made = world.create(once(call()));
    world.pump();
    assert!(world.calls().is_empty());
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Ready);
    assert_eq!(
        world.armed_at(),
        Some(START + 300 * SECOND),
        "it looks again"
    );
    world.pass(300);
    world.let_timer_go_off();
    assert!(world.calls().is_empty());
    world.set_cycles(1_000_000_000_000);
    world.pass(300);
    world.let_timer_go_off();
    assert_eq!(world.calls().len(), 1);
    world.answer(0, yes());
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Completed);
}
