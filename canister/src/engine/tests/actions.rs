//! What steps do: named actions, placeholders, HTTPS requests, results passed on, steps passed over.

use chime_types::ExecutionStatus::{Completed, Failed, Waiting};
use chime_types::{
    CallArguments, Cause, Channel, DefineActionRequest, DeleteActionRequest, ErrorKind,
    ExecutionContext, HttpAction, HttpHeader, NamesPageRequest, PutSecretRequest, StepStatus,
};

use super::*;
use crate::engine::Work;

fn calling_with(arguments: &str, with_context: bool) -> NewStep {
    NewStep::new(Action::Call {
        canister: Principal::from_slice(&[7, 7]),
        method: "work".to_string(),
        arguments: Some(CallArguments::Text {
            value: arguments.to_string(),
        }),
        cycles: None,
        with_context: Some(with_context),
        error_cases: None,
    })
}

fn named(attributes: &str) -> NewStep {
    NewStep::new(Action::Named {
        action_name: "report".to_string(),
        entity_name: Some("sales".to_string()),
        attributes: attributes.to_string(),
        as_user: None,
    })
}

fn define(world: &mut World, caller: Caller, shared: bool, action: Action) {
    let request = DefineActionRequest {
        name: "report".to_string(),
        description: None,
        entity_name: None,
        action,
        shared: Some(shared),
    };
    service::define_action(&mut world.state, caller, world.now, request).unwrap();
}

fn note(text: &str) -> Action {
    Action::Note {
        text: text.to_string(),
    }
}

fn with_steps(steps: Vec<NewStep>) -> CreateTaskRequest {
    CreateTaskRequest {
        steps,
        ..task(now_once())
    }
}

/// What the last step of the latest execution of a task noted, in the tick that it was due.
fn noted(world: &mut World, task_id: u64) -> String {
    assert!(world.run().is_empty(), "a note is written in the tick");
    let shown = world.executions(task_id).pop().unwrap();
    assert_eq!(shown.status, Completed);
    assert_eq!(world.state.running(), 0);
    shown.result.expect("a note")
}

fn finish_with(world: &mut World, start: &Start, result: &str) {
    let outcome = Outcome::Completed {
        result: result.to_string(),
        log: None,
    };
    assert!(world.finish(start, &outcome));
}

#[test]
fn should_pass_results_on_by_placeholders() {
    let mut world = World::new();
    let last = note(
        "{{task_name}} #{{execution_id}}.{{attempt}}: {{steps.0.result}}, {{steps.0.result.price}}",
    );
    let made = world.create(with_steps(vec![call_step(), NewStep::new(last)]));
    let first = world.run_one();
    finish_with(&mut world, &first, r#"{"price": 7}"#);
    assert_eq!(noted(&mut world, made.id), r#"job #1.1: {"price": 7}, 7"#);
}

#[test]
fn should_fill_arguments_in_and_append_the_context() {
    let mut world = World::new();
    let step = calling_with(r#"("{{steps.0.result}}", {{execution_id}} : nat64)"#, true);
    world.create(with_steps(vec![call_step(), step]));
    let first = world.run_one();
    finish_with(&mut world, &first, r#"say "hi""#);
    let second = world.run_one();
    let Work::Call { arguments, .. } = &second.work else {
        panic!("a call");
    };
    let (text, id, context): (String, u64, ExecutionContext) =
        candid::decode_args(arguments).unwrap();
    assert_eq!((text.as_str(), id), (r#"say "hi""#, 1));
    assert_eq!(
        (context.execution_id, context.step, context.attempt),
        (1, 1, 1)
    );
    assert_eq!(context.fencing_token, second.token.0);
    assert_eq!(context.user, owner().principal);
}

#[test]
fn should_fail_clearly_and_for_good_when_something_cannot_be_filled_in() {
    let mut world = World::new();
    let step = NewStep::new(note("{{steps.0.result.price}}"));
    let made = world.create(with_steps(vec![call_step(), step]));
    let first = world.run_one();
    finish_with(&mut world, &first, "(7 : nat)");
    assert!(world.run().is_empty());
    let shown = &world.executions(made.id)[0];
    assert_eq!(shown.status, Failed);
    assert!(
        shown.error.as_deref().unwrap().contains("not JSON"),
        "{:?}",
        shown.error
    );
    assert_eq!(world.state.running(), 0);
}

#[test]
fn should_refuse_arguments_that_nest_without_end_instead_of_trapping() {
    let mut world = World::new();
    let made = world.create(with_steps(vec![
        call_step(),
        calling_with("({{steps.0.result}})", false),
    ]));
    let first = world.run_one();
    finish_with(&mut world, &first, &"opt ".repeat(4_000));
    assert!(world.run().is_empty());
    assert_eq!(world.statuses(made.id), [Failed]);
}

#[test]
fn should_resolve_a_named_action_when_it_fires() {
    let mut world = World::new();
    let made = world.create(with_steps(vec![named(r#"{"kind": {"name": "weekly"}}"#)]));
    assert!(world.run().is_empty(), "there is none yet");
    let error = world.executions(made.id)[0].error.clone().unwrap();
    assert!(error.contains("define_action"), "{error}");
    define(
        &mut world,
        admin(),
        true,
        note("all: {{attributes.kind.name}} {{entity_name}}"),
    );
    world.run_now(made.id);
    assert_eq!(noted(&mut world, made.id), "all: weekly sales");
    define(
        &mut world,
        owner(),
        false,
        note("own: {{attributes.kind.name}}"),
    );
    world.run_now(made.id);
    let note = noted(&mut world, made.id);
    assert_eq!(note, "own: weekly", "the owner's goes first");
}

#[test]
fn should_list_define_and_remove_actions() {
    let mut world = World::new();
    define(&mut world, admin(), true, note("shared"));
    define(&mut world, owner(), false, note("own"));
    let mut cursor = None;
    let mut seen = Vec::new();
    loop {
        let request = NamesPageRequest {
            cursor,
            limit: Some(1),
        };
        let page = service::list_actions(&world.state, owner(), &request).unwrap();
        seen.extend(page.actions.iter().map(|action| action.shared));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [false, true]);
    let remove = |shared| DeleteActionRequest {
        name: "report".to_string(),
        shared: Some(shared),
    };
    let state = &mut world.state;
    let error = service::delete_action(state, owner(), START, remove(true)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
    service::delete_action(state, owner(), START, remove(false)).unwrap();
    let error = service::delete_action(state, owner(), START, remove(false)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[test]
fn should_send_a_request_with_secrets_that_the_history_never_shows() {
    let mut world = World::new();
    let secret = PutSecretRequest {
        name: "KEY".to_string(),
        secret: "s3cret".to_string(),
    };
    let names = service::put_secret(&mut world.state, owner(), world.now, secret).unwrap();
    assert_eq!(names.names, ["KEY"]);
    let request = HttpAction {
        url: "https://example.org/{{execution_id}}".to_string(),
        method: Some(chime_types::HttpMethod::Post),
        headers: Some(vec![HttpHeader {
            name: "authorization".to_string(),
            value: "Bearer {{secrets.KEY}}".to_string(),
        }]),
        body: Some(r#"{"attempt": {{attempt}}}"#.to_string()),
        max_response_bytes: None,
        expected_status: None,
        transform: None,
        replicated: None,
    };
    let made = world.create(with_steps(vec![NewStep::new(Action::Http { request })]));
    let start = world.run_one();
    let Work::Http(work) = &start.work else {
        panic!("a request");
    };
    assert_eq!(work.url, "https://example.org/1");
    assert_eq!(work.headers[0].value, "Bearer s3cret");
    assert_eq!(work.body, br#"{"attempt": 1}"#);
    assert_eq!(work.secrets, ["s3cret"]);
    let shown = format!("{:?} {:?}", world.get(made.id), world.executions(made.id));
    assert!(!shown.contains("s3cret"));
}

#[test]
fn should_pass_over_a_step_that_failed_when_told_to() {
    let mut world = World::new();
    let mut first = call_step();
    first.continue_on_error = Some(true);
    let second = NewStep::new(note("after: {{steps.0.error}}"));
    let made = world.create(CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..with_steps(vec![first, second])
    });
    let start = world.run_one();
    world.fail(&start);
    let note = noted(&mut world, made.id);
    assert_eq!(note, "after: step 1 failed at attempt 1: broken");
    let shown = &world.executions(made.id)[0];
    assert_eq!(shown.status, Completed);
    let statuses: Vec<StepStatus> = shown.steps.iter().map(|step| step.status).collect();
    assert_eq!(statuses, [StepStatus::Failed, StepStatus::Completed]);
}

#[test]
fn should_not_retry_an_error_that_the_policy_calls_terminal() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        retry: Some(RetryPolicy {
            terminal_errors: Some(vec!["no such account".to_string()]),
            ..retries(5, 10)
        }),
        ..task(every(10))
    });
    for (error, expected) in [("busy", Waiting), ("no such account 7", Failed)] {
        world.pass(10);
        let start = world.run_one();
        world.finish(&start, &Outcome::failed(Cause::Rejected, error));
        let last = world.statuses(made.id).pop();
        assert_eq!(last, Some(expected));
        if expected == Waiting {
            service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
            return should_end_at_once(&mut world);
        }
    }
}

fn should_end_at_once(world: &mut World) {
    let made = world.create(CreateTaskRequest {
        retry: Some(RetryPolicy {
            terminal_errors: Some(vec!["no such account".to_string()]),
            ..retries(5, 10)
        }),
        ..task(now_once())
    });
    let start = world.run_one();
    let outcome = Outcome::failed(Cause::Rejected, "no such account 7");
    world.finish(&start, &outcome);
    assert_eq!(world.statuses(made.id), [Failed]);
}

#[test]
fn should_tell_the_callback_how_an_execution_ended() {
    let mut world = World::new();
    let callback = chime_types::Callback {
        canister: Principal::from_slice(&[8, 8]),
        method: "on_finished".to_string(),
        error_cases: Some(Vec::new()),
    };
    let made = world.create(CreateTaskRequest {
        callback: Some(callback.clone()),
        ..task(now_once())
    });
    let start = world.run_one();
    world.succeed(&start);
    world.run();
    let (_, payload) = world.sent.remove(0);
    let Payload::Finished(to, finished) = payload else {
        panic!("a callback");
    };
    assert_eq!(to, callback);
    assert_eq!((finished.task_id, finished.status), (made.id, Completed));
    assert_eq!(finished.result.as_deref(), Some("(1)"));
}

#[test]
fn should_send_from_one_node_what_must_not_be_sent_twice() {
    use chime_types::HttpMethod::{Delete, Get, Head, Patch, Post, Put};
    let table = [
        (Get, None, true),
        (Get, Some(false), true),
        (Head, None, true),
        (Post, None, true),
        (Post, Some(true), true),
        (Post, Some(false), true),
        (Put, None, false),
        (Put, Some(true), false),
        (Put, Some(false), true),
        (Patch, None, false),
        (Patch, Some(true), false),
        (Patch, Some(false), true),
        (Delete, None, false),
        (Delete, Some(true), false),
        (Delete, Some(false), true),
    ];
    for (method, replicated, expected) in table {
        let action = Action::Http {
            request: HttpAction {
                url: "https://example.org/".to_string(),
                method: Some(method),
                headers: None,
                body: None,
                max_response_bytes: None,
                expected_status: None,
                transform: None,
                replicated,
            },
        };
        let mut world = World::new();
        let request = with_steps(vec![NewStep::new(action.clone())]);
        let made = service::create(&mut world.state, owner(), world.now, request);
        let define = DefineActionRequest {
            name: "send".to_string(),
            description: None,
            entity_name: None,
            action,
            shared: None,
        };
        let defined = service::define_action(&mut world.state, owner(), world.now, define);
        let field = |error: Option<chime_types::Error>| error.and_then(|error| error.field);
        let (step, definition) = (
            "steps[0].action.http.request.replicated".to_string(),
            "action.http.request.replicated".to_string(),
        );
        assert_eq!(field(made.err()), (!expected).then_some(step), "{method:?}");
        assert_eq!(field(defined.err()), (!expected).then_some(definition));
        if expected {
            let start = world.run_one();
            let Work::Http(work) = start.work else {
                panic!("it sends a request");
            };
            assert_eq!(work.replicated, replicated.unwrap_or(true), "{method:?}");
        }
    }
}

#[test]
fn should_refuse_actions_that_cannot_work_and_name_the_field() {
    let http = |url: &str, body: Option<&str>| Action::Http {
        request: HttpAction {
            url: url.to_string(),
            method: None,
            headers: None,
            body: body.map(str::to_string),
            max_response_bytes: None,
            expected_status: None,
            transform: None,
            replicated: None,
        },
    };
    let rows = [
        (http("ftp://x", None), "http.request.url"),
        (http("https://x", Some("body")), "http.request.body"),
        (note("{{nothing}}"), "note.text"),
        (note("{{secrets.KEY}}"), "note.text"),
        (note("{{steps.0.result}}"), "note.text"),
        (named("[1]").action, "named.attributes"),
        (Action::Maintenance { dry_run: None }, "maintenance"),
        (
            Action::Backup {
                keep: None,
                all_owners: Some(true),
            },
            "backup.all_owners",
        ),
        (
            Action::Cleanup {
                retention: Vec::new(),
                task_id: None,
                all_owners: None,
            },
            "cleanup.retention",
        ),
        (
            Action::Notification {
                channel: Channel::Canister {
                    canister: owner().scheduler,
                    method: "x".to_string(),
                    error_cases: None,
                },
                subject: "s".to_string(),
                message: String::new(),
            },
            "notification.channel.canister.canister",
        ),
    ];
    for (action, field) in rows {
        let mut world = World::new();
        let request = with_steps(vec![NewStep::new(action)]);
        let error = service::create(&mut world.state, owner(), START, request).unwrap_err();
        let expected = format!("steps[0].action.{field}");
        assert_eq!(error.field.as_deref(), Some(expected.as_str()), "{error}");
        assert!(!error.fix.is_empty());
    }
}
