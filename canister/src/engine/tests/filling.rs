//! What is filled in is bounded while it is filled in: in bytes, in placeholders, and in work.

use chime_types::{
    CallArguments, Cause, Channel, DefineActionRequest, HttpAction, HttpHeader, HttpMethod,
    PutSecretRequest,
};

use super::*;

fn step(action: Action) -> NewStep {
    NewStep::new(action)
}

fn note(text: String) -> NewStep {
    step(Action::Note { text })
}

fn calling_with(value: String) -> Action {
    Action::Call {
        canister: Principal::from_slice(&[7, 7]),
        method: "take".to_string(),
        arguments: Some(CallArguments::Text { value }),
        cycles: None,
        with_context: None,
        error_cases: None,
    }
}

fn header(name: impl Into<String>, value: impl Into<String>) -> HttpHeader {
    HttpHeader {
        name: name.into(),
        value: value.into(),
    }
}

fn post(headers: Vec<HttpHeader>, body: String) -> Action {
    Action::Http {
        request: HttpAction {
            method: Some(HttpMethod::Post),
            headers: Some(headers),
            body: Some(body),
            ..HttpAction::get("https://example.org/")
        },
    }
}

fn named(attributes: String) -> NewStep {
    step(Action::Named {
        action_name: "x".to_string(),
        entity_name: None,
        attributes,
        as_user: None,
    })
}

fn define(world: &mut World, action: Action) {
    let request = DefineActionRequest {
        name: "x".to_string(),
        description: None,
        entity_name: None,
        action,
        shared: None,
    };
    service::define_action(&mut world.state, owner(), world.now, request).unwrap();
}

fn put_secret(world: &mut World, secret: String) {
    let name = "A".to_string();
    let request = PutSecretRequest { name, secret };
    service::put_secret(&mut world.state, owner(), world.now, request).unwrap();
}

fn with_steps(steps: Vec<NewStep>) -> CreateTaskRequest {
    CreateTaskRequest {
        steps,
        ..task(now_once())
    }
}

/// Runs a task. Returns the cause and the error of its only attempt at the last step.
fn failure_of(world: &mut World, request: CreateTaskRequest) -> (Option<Cause>, String) {
    let made = world.create(request);
    world.run();
    let execution = world.executions(made.id).remove(0);
    assert_eq!(execution.status, ExecutionStatus::Failed, "{execution:?}");
    let attempt = execution.attempts.last().unwrap();
    (attempt.cause, attempt.error.clone().unwrap())
}

#[test]
fn should_take_thousands_of_parts_of_a_large_text() {
    let mut world = World::new();
    let names = (0..3_000).map(|at| format!("{{{{attributes.k{at}}}}}"));
    define(&mut world, post(Vec::new(), names.collect()));
    let members: Vec<String> = (0..4_000).map(|at| format!("\"k{at}\":\"b\"")).collect();
    let attributes = format!("{{{}}}", members.join(","));
    world.create(with_steps(vec![named(attributes)]));
    let start = world.run_one();
    let super::super::Work::Http(work) = start.work else {
        panic!("a request");
    };
    assert!(work.body == "b".repeat(3_000).into_bytes());
}

#[test]
fn should_fail_an_attempt_that_names_more_than_may_be_filled_in() {
    let mut world = World::new();
    let text = "{{attributes.a}}".repeat(256);
    let headers = (0..32).map(|at| header(format!("h{at}"), text.clone()));
    let action = post(headers.collect(), "{{attributes.a}}".repeat(4_096));
    define(&mut world, action);
    let request = with_steps(vec![named(r#"{"a":"b"}"#.to_string())]);
    let (cause, error) = failure_of(&mut world, request);
    assert_eq!(cause, Some(Cause::TooLarge));
    let maximum = limits::MAXIMUM_PLACEHOLDERS;
    assert!(error.contains(&format!("at most {maximum}")), "{error}");
}

#[test]
fn should_fail_an_attempt_whose_body_would_be_too_large() {
    let mut world = World::new();
    put_secret(&mut world, "s".repeat(4_000));
    let action = post(Vec::new(), "{{secrets.A}}".repeat(4_900));
    let (cause, error) = failure_of(&mut world, with_steps(vec![step(action)]));
    assert_eq!(cause, Some(Cause::TooLarge));
    assert_eq!(
        error,
        "the body has 19600000 bytes when filled in, at most 1048576"
    );
}

#[test]
fn should_fail_an_attempt_whose_arguments_would_be_too_large() {
    let mut world = World::new();
    let text = format!("(\"{}\")", "{{steps.0.result}}".repeat(3_600));
    let steps = vec![note("x".repeat(4_096)), step(calling_with(text))];
    let (cause, error) = failure_of(&mut world, with_steps(steps));
    assert_eq!(cause, Some(Cause::TooLarge));
    let bytes = 3_600 * 4_096 + 4;
    assert_eq!(
        error,
        format!("the arguments have {bytes} bytes when filled in, at most 1048576")
    );
}

#[test]
fn should_fail_an_attempt_whose_address_or_header_or_message_would_be_too_large() {
    let too_long = "{{steps.0.result}}".repeat(17);
    let url = format!("https://example.org/{too_long}");
    let get = Action::Http {
        request: HttpAction::get(url),
    };
    let with_header = post(vec![header("h", too_long.clone())], String::new());
    let many = (0..12).map(|at| header(format!("h{at}"), "{{steps.0.result}}"));
    let with_headers = post(many.collect(), String::new());
    let notification = |subject: &str, message: &str| Action::Notification {
        channel: Channel::Inbox {},
        subject: subject.to_string(),
        message: message.to_string(),
    };
    for (action, part) in [
        (get, "the address has 69652 bytes"),
        (with_header, "header h has 69632 bytes"),
        (with_headers, "the headers up to h11 have 49178 bytes"),
        (
            notification(&"{{steps.0.result}}".repeat(2), ""),
            "the subject has 8192 bytes",
        ),
        (notification("x", &too_long), "the message has 69632 bytes"),
    ] {
        let mut world = World::new();
        let steps = vec![note("x".repeat(4_096)), step(action)];
        let (cause, error) = failure_of(&mut world, with_steps(steps));
        assert_eq!(cause, Some(Cause::TooLarge), "{error}");
        assert!(error.starts_with(part), "{error}");
    }
}

#[test]
fn should_not_let_a_value_begin_another_header() {
    let mut world = World::new();
    put_secret(&mut world, "a\r\nhost: evil".to_string());
    let action = post(vec![header("x", "{{secrets.A}}")], String::new());
    let (cause, error) = failure_of(&mut world, with_steps(vec![step(action)]));
    assert_eq!(cause, Some(Cause::Placeholder));
    assert!(error.contains("control character"), "{error}");
}

#[test]
fn should_fail_an_attempt_whose_arguments_the_parser_cannot_bear() {
    for result in ["0X1F", "// \"\nopt opt opt", "record { 4294967295 = 1; 2 }"] {
        let mut world = World::new();
        let text = "({{steps.0.result}})".to_string();
        let request = with_steps(vec![call_step(), step(calling_with(text))]);
        let made = world.create(request);
        let first = world.run_one();
        let result = result.to_string();
        world.finish(&first, &Outcome::Completed { result, log: None });
        assert!(world.run().is_empty());
        let execution = world.executions(made.id).remove(0);
        let attempt = execution.attempts.last().unwrap();
        assert_eq!(attempt.cause, Some(Cause::BadArguments), "{attempt:?}");
    }
}
