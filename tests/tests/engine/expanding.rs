//! Texts that grow when they are filled in: whoever writes such a task sees its attempt fail with the
//! limit, and nobody else notices.

use chime_tests::{Callee, World, call, every, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed};
use chime_types::{
    Action, Cause, CreateTaskRequest, DefineActionRequest, HttpAction, HttpHeader, HttpMethod,
    NewStep, PutSecretRequest, SecretsResult, TaskExecution,
};

use super::support::{ask, noting};

/// Runs a task beside another that is due every two seconds and must not miss a slot.
fn run_beside_another(world: &mut World, steps: Vec<NewStep>) -> TaskExecution {
    let other = world.create(&noting(every(2)));
    let request = CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task("expanding", steps, now_once())
    };
    let made = world.create(&request);
    world.pass(60);
    assert_eq!(
        world.statuses(other.id),
        [Completed; 30],
        "the other missed a slot"
    );
    world.execution(made.id)
}

fn assert_names_the_limit(execution: &TaskExecution, words: &[&str]) {
    assert_eq!(execution.status, Failed, "{execution:?}");
    assert_eq!(execution.cause, Some(Cause::TooLarge), "{execution:?}");
    let error = execution.error.as_deref().expect("an error");
    for word in words {
        assert!(error.contains(word), "{error}");
    }
}

/// As many placeholders as the lengths of headers and body allow, each a name in a long JSON object.
#[test]
fn should_fail_the_attempt_that_fills_in_too_many_placeholders() {
    in_virtual_time(|world| {
        let placeholders = |count| "{{attributes.a}}".repeat(count);
        let headers = (0..32).map(|number| HttpHeader {
            name: format!("h{number}"),
            value: placeholders(256),
        });
        let request = DefineActionRequest {
            name: "x".to_string(),
            description: None,
            entity_name: None,
            action: Action::Http {
                request: HttpAction {
                    headers: Some(headers.collect()),
                    body: Some(placeholders(4_096)),
                    method: Some(HttpMethod::Post),
                    ..HttpAction::get("https://example.org/")
                },
            },
            shared: None,
        };
        let defined: chime_types::ActionResult = ask(world, "define_action", &request);
        defined.into_result().expect("defined");
        let many = (0..6_900).map(|number| format!(",\"{number:x}\":0"));
        let step = NewStep::new(Action::Named {
            action_name: "x".to_string(),
            entity_name: None,
            attributes: format!("{{\"a\":\"b\"{}}}", many.collect::<String>()),
            as_user: None,
        });
        let execution = run_beside_another(world, vec![step]);
        assert_names_the_limit(&execution, &["placeholders", "at most"]);
    });
}

#[test]
fn should_fail_the_attempt_whose_body_is_too_large_with_its_secrets() {
    in_virtual_time(|world| {
        let request = PutSecretRequest {
            name: "A".to_string(),
            secret: "s".repeat(4_000),
        };
        let put: SecretsResult = ask(world, "put_secret", &request);
        put.into_result().expect("kept");
        let step = NewStep::new(Action::Http {
            request: HttpAction {
                method: Some(HttpMethod::Post),
                body: Some("{{secrets.A}}".repeat(4_900)),
                ..HttpAction::get("https://example.org/")
            },
        });
        let execution = run_beside_another(world, vec![step]);
        assert_names_the_limit(&execution, &["bytes when filled in", "at most"]);
    });
}

/// Notes whose results fill in each other, and what uses the last of them 3,600 times.
fn growing(last: NewStep) -> Vec<NewStep> {
    vec![
        note(&"x".repeat(4_096)),
        note(&"{{steps.0.result}}".repeat(227)),
        last,
    ]
}

fn call_with(callee: Callee, placeholder: &str) -> NewStep {
    call(
        callee,
        "take",
        &format!("(\"{}\")", placeholder.repeat(3_600)),
    )
}

#[test]
fn should_fail_the_attempt_whose_arguments_are_too_large_when_filled_in() {
    in_virtual_time(|world| {
        let steps = growing(call_with(world.callee, "{{steps.1.result}}"));
        let execution = run_beside_another(world, steps);
        assert_names_the_limit(&execution, &["bytes when filled in", "at most"]);
        assert!(world.received().is_empty());
    });
}
