//! Whether the messages of an alert arrive can be seen, and tried out.

use chime_types::{Cause, Delivery, DeliveryState, HttpHeader, PutSecretRequest};

use super::*;
use crate::engine::{Failure, deliver};

fn webhook(url: &str) -> Channel {
    Channel::Webhook {
        url: url.to_string(),
        headers: None,
    }
}

impl World {
    fn watched(&mut self, channel: Channel) -> Alert {
        self.alert(CreateAlertRequest {
            channel,
            ..alert(AlertCondition::Failure {})
        })
    }

    fn test(&mut self, id: u64) -> Delivery {
        let request = AlertRequest { alert_id: id };
        service::test_alert(&mut self.state, owner(), self.now, &request).unwrap()
    }

    fn delivery(&self) -> Delivery {
        self.alerts()
            .remove(0)
            .delivery
            .expect("a message was sent")
    }

    fn end_attempt(&mut self, outcome: Result<(), Failure>) {
        let (id, _) = self.sent.pop().expect("it left");
        let attempt = self.state.delivery(id).unwrap().attempts;
        deliver::delivered(&mut self.state, self.now, id, attempt, outcome);
    }
}

#[test]
fn should_show_on_the_alert_how_its_message_fares() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.watched(webhook("https://hooks.example"));
    assert_eq!(world.alerts()[0].delivery, None);
    world.run_and_fail(&made);
    assert_eq!(world.delivery().state, DeliveryState::Waiting);
    assert_eq!(world.delivery().pending, 1);
    world.run();
    let under_way = world.delivery();
    assert_eq!(
        (under_way.state, under_way.attempts),
        (DeliveryState::UnderWay, 1)
    );
    assert_eq!(under_way.last_attempt_at, Some(world.now));
    assert_eq!(under_way.last_attempt_arrived, None);

    world.end_attempt(Err(Failure::new(
        Cause::HttpUnreachable,
        "no route".to_string(),
    )));
    let failed = world.delivery();
    assert_eq!(failed.state, DeliveryState::Retrying);
    assert_eq!(failed.error.as_deref(), Some("no route"));
    assert_eq!(failed.last_attempt_arrived, Some(false));
    assert_eq!(failed.next_attempt_at, Some(world.now + 60 * SECOND));

    world.pass(60);
    world.run();
    world.end_attempt(Ok(()));
    let arrived = world.delivery();
    assert_eq!(
        (arrived.state, arrived.attempts),
        (DeliveryState::Delivered, 2)
    );
    assert_eq!((arrived.error, arrived.pending), (None, 0));
}

#[test]
fn should_show_that_a_message_was_given_up() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.watched(webhook("https://hooks.example/{{secrets.NONE}}"));
    world.run_and_fail(&made);
    world.run();
    let given_up = world.delivery();
    assert_eq!(
        (given_up.state, given_up.pending),
        (DeliveryState::GivenUp, 0)
    );
    assert!(given_up.error.unwrap().contains("put_secret"));
}

#[test]
fn should_fill_a_secret_into_the_address_and_show_it_nowhere() {
    let mut world = World::new();
    let made = world.quiet_task();
    let request = PutSecretRequest {
        name: "HOOK".to_string(),
        secret: "T0/B0/x1y2".to_string(),
    };
    service::put_secret(&mut world.state, owner(), world.now, request).unwrap();
    world.watched(webhook("https://hooks.example/services/{{secrets.HOOK}}"));
    world.run_and_fail(&made);
    world.run();
    let (_, Payload::Message(Channel::Webhook { url, .. }, _)) = &world.sent[0] else {
        panic!("a webhook");
    };
    assert_eq!(url, "https://hooks.example/services/T0/B0/x1y2");
    let error = "cannot reach https://hooks.example/services/T0/B0/x1y2".to_string();
    world.end_attempt(Err(Failure::new(Cause::HttpUnreachable, error)));
    let events = service::events_since(&world.state, owner(), &EventsSinceRequest::default());
    let shown = format!("{:?} {events:?}", world.alerts());
    assert!(shown.contains("services/{{secrets.HOOK}}"), "{shown}");
    assert!(shown.contains("services/***"), "{shown}");
    assert!(!shown.contains("x1y2"), "{shown}");
}

#[test]
fn should_send_a_test_through_the_channel_also_of_an_alert_that_is_off() {
    let mut world = World::new();
    let made = world.watched(webhook("https://hooks.example"));
    world.update_alert(UpdateAlertRequest {
        disabled: Some(true),
        ..change(made.id)
    });
    let sent = world.test(made.id);
    assert_eq!((sent.state, sent.pending), (DeliveryState::Waiting, 1));
    assert_eq!(
        world.test(made.id).id,
        sent.id,
        "put together while it waits"
    );
    world.run();
    let (id, Payload::Message(_, message)) = &world.sent[0] else {
        panic!("a message");
    };
    assert_eq!(id.0, sent.id);
    assert_eq!(message.subject, "watch: a test");
    assert!(
        message.message.contains("and 1 more since"),
        "{}",
        message.message
    );
    world.end_attempt(Ok(()));
    assert_eq!(world.delivery().state, DeliveryState::Delivered);
    assert_eq!(world.alerts()[0].fired, 0, "it did not go off");
}

#[test]
fn should_put_a_test_into_the_inbox_at_once_and_only_for_its_owner() {
    let mut world = World::new();
    let made = world.watched(Channel::Inbox {});
    assert_eq!(world.test(made.id).state, DeliveryState::Delivered);
    assert_eq!(world.inbox().len(), 1);
    let request = AlertRequest { alert_id: made.id };
    for caller in [stranger(), admin()] {
        let refused = service::test_alert(&mut world.state, caller, world.now, &request);
        assert_eq!(refused.unwrap_err().kind, chime_types::ErrorKind::NotFound);
    }
}

#[test]
fn should_take_only_secrets_in_an_address_or_a_header() {
    let mut world = World::new();
    let header = |value: &str| Channel::Webhook {
        url: "https://x.example".to_string(),
        headers: Some(vec![HttpHeader {
            name: "x".to_string(),
            value: value.to_string(),
        }]),
    };
    for (channel, field) in [
        (
            webhook("https://x.example/{{task_id}}"),
            "channel.webhook.url",
        ),
        (
            webhook("https://x.example/{{secrets}}"),
            "channel.webhook.url",
        ),
        (header("{{task_id}}"), "channel.webhook.headers[0].value"),
    ] {
        let request = CreateAlertRequest {
            channel,
            ..alert(AlertCondition::Failure {})
        };
        let refused = service::create_alert(&mut world.state, owner(), world.now, request);
        assert_eq!(refused.unwrap_err().field.as_deref(), Some(field));
    }
}
