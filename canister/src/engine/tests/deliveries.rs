//! Messages and callbacks on their way: repeated until they arrive, given up in the end, without
//! secrets in what is kept.

use chime_types::{
    AlertCondition, Callback, Cause, Channel, CreateAlertRequest, EventKind, EventsSinceRequest,
    HttpHeader, Message, PageRequest, PutSecretRequest,
};

use super::*;
use crate::engine::Failure;
use crate::engine::deliver::Occasion;
use crate::engine::{cycles, deliver};
use crate::state::keys::AlertId;

fn message() -> Message {
    Message {
        id: 0,
        sent_at: START,
        subject: "hello".to_string(),
        message: "world".to_string(),
        task_id: None,
        execution_id: None,
        alert_id: None,
    }
}

fn to_canister() -> Payload {
    let channel = Channel::Canister {
        canister: Principal::from_slice(&[8]),
        method: "tell".to_string(),
        error_cases: None,
    };
    Payload::Message(channel, message())
}

fn to_webhook(value: &str) -> Payload {
    let channel = Channel::Webhook {
        url: "https://hooks.example/path?key=1".to_string(),
        headers: Some(vec![HttpHeader {
            name: "authorization".to_string(),
            value: value.to_string(),
        }]),
    };
    Payload::Message(channel, message())
}

impl World {
    fn send(&mut self, payload: Payload) {
        match payload {
            Payload::Message(channel, message) => {
                let request = CreateAlertRequest {
                    name: "hello".to_string(),
                    task_id: None,
                    condition: AlertCondition::Failure {},
                    channel,
                    cooldown_seconds: None,
                };
                let made = service::create_alert(&mut self.state, owner(), self.now, request);
                let alert = self.state.alert(AlertId(made.unwrap().id)).unwrap();
                let (state, occasion) = (&mut self.state, Occasion::WentOff);
                deliver::send_of_alert(state, self.now, &alert, occasion, message);
            }
            finished => deliver::send(&mut self.state, self.now, owner().principal, finished),
        }
    }

    /// What was to be delivered since the last look.
    fn sent_now(&mut self) -> Vec<(MessageId, Payload)> {
        assert!(self.run().is_empty());
        std::mem::take(&mut self.sent)
    }

    fn fail_delivery(&mut self, id: MessageId, error: &str) {
        let attempt = self.state.delivery(id).expect("it is on its way").attempts;
        deliver::delivered(
            &mut self.state,
            self.now,
            id,
            attempt,
            Err(Failure::new(Cause::HttpUnreachable, error.to_string())),
        );
    }

    fn delivery_failures(&self) -> Vec<String> {
        self.events_of(EventKind::DeliveryFailed)
    }

    fn events_of(&self, kind: EventKind) -> Vec<String> {
        let request = EventsSinceRequest::default();
        let page = service::events_since(&self.state, owner(), &request).unwrap();
        page.events
            .into_iter()
            .filter(|event| event.kind == kind)
            .map(|event| event.detail)
            .collect()
    }
}

#[test]
fn should_put_a_message_into_the_inbox_at_once() {
    let mut world = World::new();
    world.send(Payload::Message(Channel::Inbox {}, message()));
    assert_eq!(world.next_in_seconds(), None);
    let request = PageRequest {
        cursor: None,
        limit: None,
    };
    let page = service::get_inbox(&world.state, owner(), &request).unwrap();
    assert_eq!(page.messages.len(), 1);
    assert_eq!(page.messages[0].subject, "hello");
    let others = service::get_inbox(&world.state, stranger(), &request).unwrap();
    assert!(others.messages.is_empty());
}

#[test]
fn should_forget_what_arrived() {
    let mut world = World::new();
    world.send(to_canister());
    let sent = world.sent_now();
    assert_eq!(sent.len(), 1);
    assert_eq!(world.next_in_seconds(), Some(60), "armed before it leaves");
    deliver::delivered(&mut world.state, world.now, sent[0].0, 1, Ok(()));
    assert_eq!(world.next_in_seconds(), None);
    assert_eq!(world.state.deliveries_len(), 0);
}

#[test]
fn should_repeat_a_delivery_that_fails_and_give_it_up_after_the_last() {
    let mut world = World::new();
    world.send(to_canister());
    let mut numbers = Vec::new();
    for pause in [60, 120, 240, 480, 960] {
        let sent = world.sent_now();
        assert_eq!(sent.len(), 1);
        let Payload::Message(_, message) = &sent[0].1 else {
            panic!("a message");
        };
        numbers.push(message.id);
        world.fail_delivery(sent[0].0, "nobody there");
        assert_eq!(world.next_in_seconds(), Some(pause));
        assert!(world.delivery_failures().is_empty());
        world.pass(pause);
    }
    let sent = world.sent_now();
    world.fail_delivery(sent[0].0, "nobody there");
    assert_eq!(world.state.deliveries_len(), 0);
    assert_eq!(world.next_in_seconds(), None, "it is given up at once");
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "the same number at every attempt");
    let failures = world.delivery_failures();
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0].contains("after 6 attempts: nobody there"),
        "{failures:?}"
    );
    let delays = world.events_of(EventKind::DeliveryDelayed);
    assert_eq!(delays.len(), 1, "the first failure is told");
    assert!(
        delays[0].ends_with("after 60 s: nobody there"),
        "{delays:?}"
    );
}

#[test]
fn should_repeat_a_delivery_whose_answer_never_comes() {
    let mut world = World::new();
    world.send(to_canister());
    let first = world.sent_now();
    world.pass(60);
    let second = world.sent_now();
    assert_eq!(first, second);
    // The answer to the first one comes after all.
    deliver::delivered(&mut world.state, world.now, first[0].0, 2, Ok(()));
    assert_eq!(world.next_in_seconds(), None);
    deliver::delivered(&mut world.state, world.now, second[0].0, 2, Ok(()));
}

#[test]
fn should_fill_secrets_in_only_when_the_request_leaves() {
    let mut world = World::new();
    // One of them is a part of the other.
    for (name, secret) in [("A", "s3"), ("KEY", "s3cret")] {
        let request = PutSecretRequest {
            name: name.to_string(),
            secret: secret.to_string(),
        };
        service::put_secret(&mut world.state, owner(), world.now, request).unwrap();
    }
    world.send(to_webhook("Bearer {{secrets.KEY}}"));
    let sent = world.sent_now();
    let Payload::Message(Channel::Webhook { headers, .. }, _) = &sent[0].1 else {
        panic!("a webhook");
    };
    assert_eq!(headers.as_ref().unwrap()[0].value, "Bearer s3cret");
    let kept = format!("{:?}", world.state.delivery(sent[0].0));
    assert!(!kept.contains("s3cret"), "{kept}");
    for pause in [60, 120, 240, 480, 960, 1920] {
        world.fail_delivery(sent[0].0, "bad header: Bearer s3cret");
        if pause < 1920 {
            world.pass(pause);
            world.sent_now();
        }
    }
    let failures = world.delivery_failures();
    assert!(
        failures[0].contains("https://hooks.example did not arrive"),
        "{failures:?}"
    );
    assert!(
        failures[0].ends_with("bad header: Bearer ***"),
        "{failures:?}"
    );
}

#[test]
fn should_fail_at_once_without_the_secret_it_needs() {
    let mut world = World::new();
    world.send(to_webhook("{{secrets.NONE}}"));
    assert!(world.sent_now().is_empty());
    assert_eq!(world.next_in_seconds(), None);
    let failures = world.delivery_failures();
    assert!(failures[0].contains("{{secrets.NONE}}"), "{failures:?}");
    assert!(failures[0].contains("put_secret"), "{failures:?}");
}

#[test]
fn should_wait_for_cycles_without_using_attempts_up() {
    let mut world = World::new();
    cycles::watch(&mut world.state, world.now, 0);
    world.send(to_canister());
    for _ in 0..10 {
        assert!(world.sent_now().is_empty());
        world.pass(300);
    }
    cycles::watch(&mut world.state, world.now, u128::MAX);
    let sent = world.sent_now();
    assert_eq!(sent.len(), 1);
    assert_eq!(world.state.delivery(sent[0].0).unwrap().attempts, 1);
}

#[test]
fn should_tell_the_callback_of_a_task_once_for_each_execution() {
    let mut world = World::new();
    let callback = Callback {
        canister: Principal::from_slice(&[8]),
        method: "ended".to_string(),
        error_cases: Some(Vec::new()),
    };
    let made = world.create(CreateTaskRequest {
        callback: Some(callback.clone()),
        ..task(now_once())
    });
    let start = world.run_one();
    world.succeed(&start);
    let sent = world.sent_now();
    let Payload::Finished(to, finished) = &sent[0].1 else {
        panic!("a callback");
    };
    assert_eq!((sent.len(), to), (1, &callback));
    assert_eq!(finished.task_id, made.id);
    assert_eq!(finished.status, ExecutionStatus::Completed);
}
