//! The scheduler under PocketIC: the unmodified crate `pocket-ic`, days of virtual time, upgrades,
//! and HTTPS requests whose answers the test gives.
//!
//! The server is `chime-pocket-ic`, as `scripts/build` made it, unless `POCKET_IC_BIN` names
//! another one. Nothing here is special to ours: `POCKET_IC_BIN=<pocket-ic 16>` runs the very same
//! tests on the official server.

use std::time::Duration;

use candid::Principal;
use chime_pocket_tests::{World, every, note, now_once, owner, retries, task};
use chime_types::{Action, ExecutionStatus, HttpAction, NewStep, TaskRequest, TaskResult};
use pocket_ic::common::rest::{
    CanisterHttpHeader, CanisterHttpMethod, CanisterHttpReject, CanisterHttpReply,
    CanisterHttpRequest, CanisterHttpResponse, MockCanisterHttpResponse,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const NANOSECONDS: u64 = 1_000_000_000;
/// How late a slot may be: the time goes in steps of half an hour.
const LATE: u64 = 1_860 * NANOSECONDS;

fn fetch(url: &str) -> NewStep {
    NewStep::new(Action::Http {
        request: HttpAction {
            url: url.to_string(),
            method: None,
            headers: None,
            body: None,
            max_response_bytes: Some(2_000),
            expected_status: None,
            transform: None,
            replicated: None,
        },
    })
}

/// The only HTTPS request that waits.
fn waiting(world: &World) -> CanisterHttpRequest {
    let mut requests = world.pic.get_canister_http();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

fn answer(world: &World, request: &CanisterHttpRequest, response: CanisterHttpResponse) {
    let mock = MockCanisterHttpResponse {
        subnet_id: request.subnet_id,
        request_id: request.request_id,
        response,
        additional_responses: Vec::new(),
    };
    world.pic.mock_canister_http_response(mock);
}

fn reply(body: &str) -> CanisterHttpResponse {
    CanisterHttpResponse::CanisterHttpReply(CanisterHttpReply {
        status: 200,
        headers: vec![CanisterHttpHeader {
            name: "content-type".to_string(),
            value: "application/json".to_string(),
        }],
        body: body.as_bytes().to_vec(),
    })
}

#[test]
fn should_run_every_slot_of_four_days_across_an_upgrade() {
    let world = World::new();
    let steps = vec![world.call("count", "()")];
    let made = world.create(task("every six hours", steps, every(6 * HOUR)));
    world.pass(2 * DAY);
    let before = world.executions(made.id).len();
    assert!((7..=9).contains(&before), "{before} runs in two days");
    world.upgrade_scheduler();
    world.pass(2 * DAY);

    let executions = world.executions(made.id);
    assert_eq!(executions.len(), before + 8);
    for pair in executions.windows(2) {
        let pause = pair[1].scheduled_at - pair[0].scheduled_at;
        assert_eq!(pause, 6 * HOUR * NANOSECONDS);
    }
    let received = world.received();
    assert_eq!(received.len(), executions.len());
    for (execution, call) in executions.iter().zip(&received) {
        assert_eq!(execution.status, ExecutionStatus::Completed);
        let late = call.received_at - execution.scheduled_at;
        assert!(late < LATE, "{late} ns late");
        assert_eq!(call.caller, world.scheduler);
    }
}

#[test]
fn should_retry_until_the_callee_gives_in() {
    let world = World::new();
    let arguments = r#"(record { key = "k"; times = 2 : nat64 })"#;
    let mut request = task(
        "stubborn",
        vec![world.call("fail_times", arguments)],
        now_once(),
    );
    request.retry = Some(retries(3));
    let made = world.create(request);
    assert_eq!(world.execution(made.id).status, ExecutionStatus::Waiting);
    world.pass(HOUR);
    let execution = world.execution(made.id);
    assert_eq!(execution.status, ExecutionStatus::Completed);
    assert_eq!(world.received().len(), 3);
}

#[test]
fn should_fetch_a_url_whose_answer_the_test_gives() {
    let world = World::new();
    let steps = vec![
        fetch("https://example.org/price"),
        note("the price is {{steps.0.result.price}}"),
    ];
    let made = world.create(task("price", steps, now_once()));
    let request = waiting(&world);
    assert_eq!(request.url, "https://example.org/price");
    assert_eq!(request.http_method, CanisterHttpMethod::GET);
    assert_eq!(request.max_response_bytes, Some(2_000));
    answer(&world, &request, reply(r#"{"price": 7}"#));
    world.pass(0);
    let execution = world.execution(made.id);
    assert_eq!(execution.result.as_deref(), Some("the price is 7"));
    assert!(world.pic.get_canister_http().is_empty());
}

#[test]
fn should_retry_a_request_that_got_no_answer() {
    let world = World::new();
    let mut request = task("price", vec![fetch("https://example.org/")], now_once());
    request.retry = Some(retries(1));
    let made = world.create(request);
    let first = waiting(&world);
    let reject = CanisterHttpResponse::CanisterHttpReject(CanisterHttpReject {
        reject_code: 2,
        message: "Failed to connect".to_string(),
    });
    answer(&world, &first, reject);
    world.pass(0);
    assert_eq!(world.execution(made.id).status, ExecutionStatus::Waiting);
    world.pic.advance_time(Duration::from_secs(61));
    world.pass(0);
    let second = waiting(&world);
    assert_ne!(second.request_id, first.request_id);
    answer(&world, &second, reply("{}"));
    world.pass(0);
    assert_eq!(world.execution(made.id).status, ExecutionStatus::Completed);
}

#[test]
fn should_keep_strangers_out() {
    let world = World::new();
    let made = world.create(task("mine", vec![note("hello")], every(DAY)));
    for sender in [Principal::self_authenticating([2]), Principal::anonymous()] {
        let request = TaskRequest { task_id: made.id };
        let answer: TaskResult = world.query(sender, "get_task", request);
        answer.into_result().expect_err("it is not theirs");
    }
    assert_eq!(made.owner, owner());
}
