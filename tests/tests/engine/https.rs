//! Requests over HTTPS.

use chime_replica::{CanisterHttpReply, CanisterHttpResponse, MockCanisterHttpResponse};
use chime_tests::{in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed, Waiting};
use chime_types::{
    Action, CreateTaskRequest, HttpAction, HttpHeader, HttpMethod, HttpTransform, NewStep,
    PutSecretRequest, SecretsResult,
};

use crate::support::{ask, replica, serve};

#[test]
fn should_send_https_requests_and_keep_secrets_out_of_the_history() {
    in_virtual_time(|world| {
        let secret = PutSecretRequest {
            name: "KEY".to_string(),
            secret: "s3cret-value".to_string(),
        };
        let names: SecretsResult = ask(world, "put_secret", &secret);
        assert_eq!(names.into_result().expect("names").names, ["KEY"]);
        let request = HttpAction {
            url: "https://example.org/{{execution_id}}".to_string(),
            method: None,
            headers: Some(vec![HttpHeader {
                name: "authorization".to_string(),
                value: "Bearer {{secrets.KEY}}".to_string(),
            }]),
            body: None,
            max_response_bytes: Some(2_000),
            expected_status: None,
            transform: None,
            replicated: None,
        };
        let steps = vec![
            NewStep::new(Action::Http { request }),
            note("price {{steps.0.result.price}}"),
        ];
        let made = world.create(&task("http", steps, now_once()));
        let sent = replica(world).get_canister_http().remove(0);
        assert_eq!(
            sent.url,
            format!("https://example.org/{}", world.execution(made.id).id)
        );
        assert_eq!(sent.headers[0].value, "Bearer s3cret-value");
        let reply = CanisterHttpReply {
            status: 200,
            headers: Vec::new(),
            body: br#"{"price": 7, "echo": "s3cret-value"}"#.to_vec(),
        };
        let answer = MockCanisterHttpResponse {
            request_id: sent.request_id,
            response: CanisterHttpResponse::CanisterHttpReply(reply),
        };
        replica(world)
            .mock_canister_http_response(answer)
            .expect("it waits");
        world.pass(5);
        let execution = world.execution(made.id);
        assert_eq!(
            execution.result.as_deref(),
            Some("price 7"),
            "{execution:?}"
        );
        let shown = format!("{execution:?}");
        assert!(!shown.contains("s3cret-value"), "{shown}");
        assert!(shown.contains("***"));
    });
}

/// A task that fetches once, with two retries after a minute each.
fn fetching(request: HttpAction) -> CreateTaskRequest {
    CreateTaskRequest {
        retry: Some(retries(2, 60)),
        ..task(
            "fetching",
            vec![NewStep::new(Action::Http { request })],
            now_once(),
        )
    }
}

#[test]
fn should_tell_by_the_status_what_is_done_retried_or_given_up() {
    in_virtual_time(|world| {
        let rows = [
            (200, None, Completed),
            (204, None, Completed),
            (304, None, Waiting),
            (404, None, Failed),
            (408, None, Waiting),
            (429, None, Waiting),
            (503, None, Waiting),
            (404, Some(vec![200, 404]), Completed),
            (204, Some(vec![200, 404]), Waiting),
        ];
        for (status, expected_status, expected) in rows {
            let made = world.create(&fetching(HttpAction {
                expected_status,
                ..HttpAction::get("https://example.org")
            }));
            assert_eq!(serve(world, status, "x").len(), 1);
            assert_eq!(world.statuses(made.id), [expected], "{status}");
            world.kill(made.id);
        }
    });
}

#[test]
fn should_retry_until_the_server_is_there() {
    in_virtual_time(|world| {
        let made = world.create(&fetching(HttpAction::get("https://example.org")));
        // Nobody answers within the time of an outcall.
        world.pass(35);
        assert_eq!(world.statuses(made.id), [Waiting]);
        world.pass(60);
        serve(world, 503, "later");
        world.pass(120);
        serve(world, 200, "here");
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed);
        assert_eq!(execution.result.as_deref(), Some("here"));
        let errors: Vec<&str> = execution
            .attempts
            .iter()
            .filter_map(|attempt| attempt.error.as_deref())
            .collect();
        assert_eq!(errors.len(), 2);
        assert!(errors[1].contains("answered with status 503"), "{errors:?}");
    });
}

#[test]
fn should_keep_of_a_response_what_was_asked_for() {
    in_virtual_time(|world| {
        let pointers = vec!["/price/usd".to_string(), "/absent".to_string()];
        let rows = [
            (HttpTransform::Body, r#"{"price": {"usd": 7}, "at": 1}"#),
            (HttpTransform::Status, ""),
            (
                HttpTransform::Json { pointers },
                r#"{"/price/usd":7,"/absent":null}"#,
            ),
        ];
        for (transform, kept) in rows {
            let made = world.create(&fetching(HttpAction {
                transform: Some(transform),
                method: Some(HttpMethod::Post),
                body: Some("run {{execution_id}}".to_string()),
                ..HttpAction::get("https://example.org")
            }));
            let sent = serve(world, 200, r#"{"price": {"usd": 7}, "at": 1}"#).remove(0);
            let execution = world.execution(made.id);
            assert_eq!(sent.body, format!("run {}", execution.id).as_bytes());
            assert_eq!(execution.result.as_deref(), Some(kept), "{execution:?}");
        }
    });
}
