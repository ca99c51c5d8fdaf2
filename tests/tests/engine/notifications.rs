//! The action `notification`: to the inbox, to another canister, to a webhook.

use chime_tests::{Sender, World, in_virtual_time, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Running, Waiting};
use chime_types::{
    Action, Channel, ClearInboxRequest, CreateTaskRequest, GetInboxResult, HttpHeader, Message,
    NewStep, PageRequest, PutSecretRequest, RemovedResult, SecretsResult,
};

use crate::support::{
    FIRST_PAGE, ask, callee_shows, header, message_of, on_request, serve, show_as,
};

const URL: &str = "https://hooks.example/chime";

fn notifying(channel: Channel) -> NewStep {
    NewStep::new(Action::Notification {
        channel,
        subject: "{{task_name}} ran".to_string(),
        message: "execution {{execution_id}}".to_string(),
    })
}

fn webhook() -> Channel {
    Channel::Webhook {
        url: URL.to_string(),
        headers: Some(vec![HttpHeader {
            name: "authorization".to_string(),
            value: "Bearer {{secrets.HOOK}}".to_string(),
        }]),
    }
}

fn put_secret(world: &mut World) {
    let secret = PutSecretRequest {
        name: "HOOK".to_string(),
        secret: "s3cret".to_string(),
    };
    let names: SecretsResult = ask(world, "put_secret", &secret);
    names.into_result().expect("names");
}

fn inbox(world: &mut World, sender: Sender, page: &PageRequest) -> (Vec<Message>, Option<u64>) {
    let answer: GetInboxResult = show_as(world, sender, "get_inbox", page);
    let page = answer.into_result().expect("a page");
    (page.messages, page.next_cursor)
}

#[test]
fn should_notify_by_inbox_by_a_canister_and_by_a_webhook() {
    in_virtual_time(|world| {
        put_secret(world);
        let canister = Channel::Canister {
            canister: world.callee.0,
            method: "on_message".to_string(),
            error_cases: None,
        };
        let steps = [Channel::Inbox {}, canister, webhook()].map(notifying);
        let made = world.create(&task("report", steps.to_vec(), now_once()));
        assert_eq!(world.statuses(made.id), [Running], "the webhook is open");
        let posted = serve(world, 204, "").remove(0);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed, "{execution:?}");
        assert_eq!(posted.url, URL);
        assert_eq!(header(&posted, "authorization"), Some("Bearer s3cret"));
        assert_eq!(header(&posted, "content-type"), Some("application/json"));
        let (mut in_box, _) = inbox(world, Sender::Owner, &FIRST_PAGE);
        let mut by_call: Vec<Message> = callee_shows(world, "messages");
        let by_post: Message = message_of(&posted.body);
        assert_eq!((in_box.len(), by_call.len()), (1, 1));
        for message in [in_box.remove(0), by_call.remove(0), by_post] {
            assert_eq!(message.subject, "report ran");
            assert_eq!(message.message, format!("execution {}", execution.id));
            assert_eq!(message.task_id, Some(made.id));
            assert_eq!(message.execution_id, Some(execution.id));
            assert_eq!(message.alert_id, None);
        }
        let shown = format!("{execution:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
    });
}

#[test]
fn should_retry_a_webhook_under_the_same_key() {
    in_virtual_time(|world| {
        put_secret(world);
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(2, 60)),
            ..task("report", vec![notifying(webhook())], now_once())
        });
        let first = serve(world, 503, "later").remove(0);
        assert_eq!(world.statuses(made.id), [Waiting]);
        world.pass(60);
        let second = serve(world, 200, "ok").remove(0);
        assert_eq!(world.statuses(made.id), [Completed]);
        let key = header(&first, "idempotency-key");
        assert!(key.is_some());
        assert_eq!(key, header(&second, "idempotency-key"));
    });
}

#[test]
fn should_show_the_inbox_by_pages_and_clear_what_was_read() {
    in_virtual_time(|world| {
        let request = task("report", vec![notifying(Channel::Inbox {})], on_request());
        let made = world.create(&request);
        let runs: Vec<u64> = (0..3).map(|_| world.run_now(made.id).id).collect();
        let page = |cursor| PageRequest {
            cursor,
            limit: Some(2),
        };
        let (newest, cursor) = inbox(world, Sender::Owner, &page(None));
        let (oldest, end) = inbox(world, Sender::Owner, &page(cursor));
        assert_eq!(end, None);
        let about = [&newest[..], &oldest[..]].concat();
        let ids: Vec<u64> = about.iter().filter_map(|one| one.execution_id).collect();
        assert_eq!(ids, [runs[2], runs[1], runs[0]], "the newest first");
        assert!(inbox(world, Sender::Stranger, &FIRST_PAGE).0.is_empty());
        let clear = ClearInboxRequest {
            through_id: about[1].id,
        };
        let removed: RemovedResult = ask(world, "clear_inbox", &clear);
        assert_eq!(removed.into_result().expect("removed").removed, 2);
        let (left, _) = inbox(world, Sender::Owner, &FIRST_PAGE);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].execution_id, Some(runs[2]));
    });
}
