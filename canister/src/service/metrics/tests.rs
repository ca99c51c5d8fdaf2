//! What is shown over plain HTTP, and when the scheduler is ill.

use candid::Principal;
use chime_types::{
    Action, Cause, ConfigureRequest, CreateTaskRequest, NewSchedule, NewStep, Role, Rule, limits,
};

use super::*;
use crate::engine::{Budget, Effect, Outcome, cycles, finish, tick};
use crate::service::{self, Caller};

const SECOND: u64 = limits::NANOSECONDS;
/// 2026-03-01T00:00:00Z
const START: u64 = 1_772_323_200 * SECOND;

fn caller(role: Role) -> Caller {
    Caller {
        principal: Principal::from_slice(&[1, 2, 3]),
        role,
        is_controller: false,
        scheduler: Principal::from_slice(&[9]),
    }
}

fn platform(now: u64, timer_armed_at: Option<u64>) -> Platform {
    Platform {
        now,
        cycles: 5_000,
        stable_pages: 42,
        timer_armed_at,
        failed_in_a_row: 0,
    }
}

/// A store with a task that calls a canister every minute.
fn store() -> State {
    let mut state = State::open();
    let call = Action::call(Principal::from_slice(&[7, 7]), "work");
    let request = CreateTaskRequest {
        name: "job".to_string(),
        steps: vec![NewStep::new(call)],
        schedules: vec![NewSchedule::new(Rule::Interval {
            repeat_every_seconds: 60,
            phase_seconds: None,
        })],
        ..CreateTaskRequest::default()
    };
    service::create(&mut state, caller(Role::User), START, request).unwrap();
    state
}

fn get(state: &State, platform: &Platform, url: &str) -> Reply {
    http_reply(state, platform, "GET", url)
}

#[test]
fn should_be_well_while_a_timer_is_armed() {
    let state = store();
    let slot = START + 60 * SECOND;
    let reply = get(&state, &platform(START, Some(slot)), "/health");
    assert_eq!(
        (reply.status, reply.content_type),
        (200, "application/json")
    );
    let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    let expected = json!({
        "status": "ok",
        "problem": null,
        "version": env!("CARGO_PKG_VERSION"),
        "now": START,
        "armed_at": slot,
        "next_wake_at": slot,
        "cycles_low": false,
    });
    assert_eq!(body, expected);
}

#[test]
fn should_be_ill_when_something_is_due_for_long_whatever_timer_is_armed() {
    let state = store();
    let slot = START + 60 * SECOND;
    let late = slot + 120 * SECOND;
    for (now, armed_at, status) in [
        (late, None, 200),
        (late + 1, None, 503),
        (late + 1, Some(late + 2), 503),
        (late + 1, Some(slot + 1), 503),
        (late + 1, Some(slot), 503),
    ] {
        let reply = get(&state, &platform(now, armed_at), "/health");
        assert_eq!(reply.status, status, "{now} {armed_at:?}");
    }
    let nothing = get(&State::open(), &platform(START, None), "/health");
    assert_eq!(nothing.status, 200, "nothing is due, so no timer is right");
}

#[test]
fn should_be_ill_while_cycles_are_low() {
    let mut state = store();
    cycles::watch(&mut state, START, 0);
    let reply = get(&state, &platform(START, Some(START + SECOND)), "/health");
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains("too few cycles"), "{}", reply.body);
}

#[test]
fn should_keep_the_metrics_for_users_when_they_are_not_public() {
    let mut state = store();
    let request = ConfigureRequest {
        public_metrics: Some(false),
        ..ConfigureRequest::default()
    };
    service::configure(&mut state, caller(Role::Admin), START, request).unwrap();
    let reply = get(&state, &platform(START, None), "/metrics");
    assert_eq!(reply.status, 403);
    assert!(reply.body.contains("get_stats"), "{}", reply.body);
    assert!(reply.body.contains("public_metrics"), "{}", reply.body);
    assert_eq!(get(&state, &platform(START, None), "/health").status, 200);
}

#[test]
fn should_say_what_there_is() {
    let state = store();
    let platform = platform(START, None);
    for (method, url, status) in [
        ("GET", "/metrics", 200),
        ("GET", "/metrics?x=1", 200),
        ("GET", "/health#top", 200),
        ("HEAD", "/health", 200),
        ("GET", "/", 404),
        ("GET", "", 404),
        ("GET", "/metrics/x", 404),
        ("POST", "/metrics", 405),
        ("get", "/metrics", 405),
    ] {
        let reply = http_reply(&state, &platform, method, url);
        assert_eq!(reply.status, status, "{method} {url}");
        assert_eq!(reply.body.is_empty(), method == "HEAD", "{method} {url}");
        let allow = (status == 405).then_some("GET, HEAD");
        assert_eq!(reply.allow, allow, "{method} {url}");
    }
    let reply = get(&state, &platform, "/none");
    assert_eq!(reply.body, "there are /health and /metrics\n");
}

/// Handles the slots of three minutes, the first of them a second and a half late. Each takes two
/// seconds, and the last one fails.
fn live(state: &mut State) {
    let budget = Budget {
        instructions: &|| 0,
        maximum_instructions: 1,
    };
    let result = String::new();
    let completed = Outcome::Completed { result, log: None };
    let rows = [
        (1, 3 * SECOND / 2, &completed),
        (2, 0, &completed),
        (3, 0, &Outcome::failed(Cause::TooLarge, "broken")),
    ];
    for (minute, late, outcome) in rows {
        let now = START + minute * 60 * SECOND + late;
        for effect in tick(state, now, &budget).effects {
            let Effect::Attempt(start) = effect else {
                panic!("a call is an attempt");
            };
            let (id, token) = (start.execution_id, start.token);
            assert!(finish(state, now + 2 * SECOND, id, token, outcome));
        }
    }
}

#[test]
fn should_write_the_figures_of_all_owners_as_prometheus_reads_them() {
    let mut state = store();
    live(&mut state);
    let now = START + 250 * SECOND;
    let reply = get(&state, &platform(now, Some(now)), "/metrics");
    assert_eq!(
        reply.content_type,
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let expected = include_str!("expected.txt").replace("VERSION", env!("CARGO_PKG_VERSION"));
    assert_eq!(reply.body, expected, "{}", reply.body);
}

#[test]
fn should_begin_the_figures_of_today_anew_and_keep_the_counters() {
    let mut state = store();
    live(&mut state);
    let tomorrow = platform(START + 86_400 * SECOND, None);
    let body = get(&state, &tomorrow, "/metrics").body;
    for line in [
        "chime_executions_today{state=\"completed\"} 0\n",
        "chime_executions_ended_total{state=\"completed\"} 2\n",
    ] {
        assert!(body.contains(line), "{line} {body}");
    }
    assert!(!body.contains("chime_lag_seconds{"), "{body}");
}
