//! What the tests of the engine share: requests that must succeed, the virtual clock, and web
//! servers that answer.

use candid::CandidType;
use chime_replica::{
    CanisterHttpReply, CanisterHttpRequest, CanisterHttpResponse, MockCanisterHttpResponse, Replica,
};
use chime_tests::{Callee, Sender, World, call, note, task};
use chime_types::{
    ConfigResult, ConfigureRequest, CreateTaskRequest, Message, NewSchedule, NewStep, OnUnknown,
    PageRequest, PutUserRequest, Role, Rule, TaskExecution, User, UserResult,
};
use serde::de::DeserializeOwned;

pub const SECOND: u64 = 1_000_000_000;
pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;

/// The first page of a list.
pub const FIRST_PAGE: PageRequest = PageRequest {
    cursor: None,
    limit: None,
};

/// Calls an update method, then lets happen what is due at once.
pub fn ask<A: DeserializeOwned + CandidType>(
    world: &mut World,
    method: &str,
    request: &impl CandidType,
) -> A {
    ask_as(world, Sender::Owner, method, request)
}

/// The same as somebody.
pub fn ask_as<A: DeserializeOwned + CandidType>(
    world: &mut World,
    sender: Sender,
    method: &str,
    request: &impl CandidType,
) -> A {
    let answer = world.update(sender, method, request);
    world.pass(0);
    answer.expect("no rejection")
}

/// Calls a query method.
pub fn show<A: DeserializeOwned + CandidType>(
    world: &mut World,
    method: &str,
    request: &impl CandidType,
) -> A {
    show_as(world, Sender::Owner, method, request)
}

/// The same as somebody.
pub fn show_as<A: DeserializeOwned + CandidType>(
    world: &mut World,
    sender: Sender,
    method: &str,
    request: &impl CandidType,
) -> A {
    let answer = world.query(sender, method, request);
    answer.expect("no rejection")
}

pub fn configure(world: &mut World, request: &ConfigureRequest) {
    let answer: ConfigResult = ask(world, "configure", request);
    answer.into_result().expect("configured");
}

pub fn replica(world: &mut World) -> &mut Replica {
    world
        .network
        .replica()
        .expect("the replica in this process")
}

/// What the virtual clock shows, in nanoseconds.
pub fn now(world: &mut World) -> u64 {
    replica(world).time_ns()
}

/// Nanoseconds since 1970 of a time in UTC, such as `2026-12-01T00:00:00Z`.
pub fn instant(text: &str) -> u64 {
    let at: jiff::Timestamp = text.parse().expect("a time");
    u64::try_from(at.as_nanosecond()).expect("after 1970")
}

/// Moves the virtual clock to a time before anything is scheduled.
pub fn begin_at(world: &mut World, text: &str) {
    let at = instant(text);
    replica(world).set_time_ns(at);
    world.pass(0);
}

/// What a clock shows, as `2026-03-29 01:00`, of each execution.
pub fn times(executions: &[TaskExecution]) -> Vec<String> {
    let show = |execution: &TaskExecution| {
        let seconds = i64::try_from(execution.scheduled_at / SECOND).expect("a time");
        let at = jiff::Timestamp::from_second(seconds).expect("a time");
        at.strftime("%Y-%m-%d %H:%M").to_string()
    };
    executions.iter().map(show).collect()
}

pub fn in_zone(rule: Rule, zone: &str) -> NewSchedule {
    NewSchedule {
        timezone: Some(zone.to_string()),
        ..NewSchedule::new(rule)
    }
}

pub fn noting(schedule: NewSchedule) -> CreateTaskRequest {
    task("note", vec![note("ran")], schedule)
}

/// A schedule that never fires: its task runs on request only.
pub fn on_request() -> NewSchedule {
    NewSchedule {
        disabled: Some(true),
        ..chime_tests::every(HOUR)
    }
}

/// A step that takes so many seconds and then counts as done: nobody answers the call.
pub fn taking(callee: Callee, seconds: u64) -> NewStep {
    NewStep {
        timeout_seconds: Some(seconds),
        ..call(callee, "never", "()")
    }
}

/// A task of one such step.
pub fn taking_task(
    callee: Callee,
    name: &str,
    seconds: u64,
    schedule: NewSchedule,
) -> CreateTaskRequest {
    CreateTaskRequest {
        on_unknown: Some(OnUnknown::Complete),
        ..task(name, vec![taking(callee, seconds)], schedule)
    }
}

/// A user to be registered with the defaults.
pub fn user(world: &World, sender: Sender) -> PutUserRequest {
    PutUserRequest {
        principal: world.network.principal(sender),
        name: None,
        role: None,
        quotas: None,
        disabled: None,
    }
}

pub fn put_user(world: &mut World, request: &PutUserRequest) -> User {
    let answer: UserResult = ask(world, "put_user", request);
    answer.into_result().expect("a user")
}

/// Gives the stranger a role.
pub fn stranger_is(world: &mut World, role: Role) {
    let request = PutUserRequest {
        role: Some(role),
        ..user(world, Sender::Stranger)
    };
    put_user(world, &request);
}

/// What a canister of the tests answers to a query without arguments.
pub fn callee_shows<A: DeserializeOwned + CandidType>(world: &mut World, method: &str) -> A {
    let callee = world.callee.0;
    let nothing = candid::encode_args(()).expect("arguments");
    let answer = world.network.query(Sender::Owner, callee, method, nothing);
    candid::decode_one(&answer.expect("an answer")).expect("the answer of the interface")
}

/// Answers every HTTPS outcall that waits with a status and a body. Answers with the requests.
pub fn serve(world: &mut World, status: u16, body: &str) -> Vec<CanisterHttpRequest> {
    let requests = replica(world).get_canister_http();
    for request in &requests {
        let reply = CanisterHttpReply {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        let answer = MockCanisterHttpResponse {
            request_id: request.request_id,
            response: CanisterHttpResponse::CanisterHttpReply(reply),
        };
        replica(world)
            .mock_canister_http_response(answer)
            .expect("it waits");
    }
    world.pass(0);
    requests
}

/// The value of a header of a request.
pub fn header<'a>(request: &'a CanisterHttpRequest, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|header| header.name == name);
    found.map(|header| header.value.as_str())
}

/// The message that was posted to a webhook.
pub fn message_of(body: &[u8]) -> Message {
    let json: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let text = |name: &str| json[name].as_str().map(str::to_string);
    let number = |name: &str| text(name).map(|text| text.parse().expect("a number"));
    let sent_at: jiff::Timestamp = text("sent_at").expect("a time").parse().expect("RFC 3339");
    Message {
        id: number("id").expect("an id"),
        sent_at: u64::try_from(sent_at.as_nanosecond()).expect("after 1970"),
        subject: text("subject").expect("a subject"),
        message: text("message").expect("a message"),
        task_id: number("task_id"),
        execution_id: number("execution_id"),
        alert_id: number("alert_id"),
    }
}
