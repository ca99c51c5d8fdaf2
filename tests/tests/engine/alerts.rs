//! Alerts: each condition tells over each channel, and keeps silent while it cools down.

use chime_tests::{World, call, every, in_virtual_time, retries, task};
use chime_types::{
    Alert, AlertCondition, AlertRequest, AlertResult, Channel, ConfigureRequest,
    CreateAlertRequest, CreateTaskRequest, GetInboxResult, HttpHeader, ListAlertsResult, Message,
    MissedRuns, NewSchedule, PutSecretRequest, RemovedResult, SecretsResult, Task,
    UpdateAlertRequest,
};

use crate::support::{
    FIRST_PAGE, HOUR, ask, callee_shows, configure, header, message_of, noting, on_request, serve,
    show, taking_task,
};

/// How long the alerts of these tests keep silent after a message.
pub const COOLDOWN_SECONDS: u64 = 5_400;

/// The same alert over a webhook, a canister and the inbox, and what was heard from it so far.
pub struct Ears {
    posted: Vec<Message>,
}

impl Ears {
    /// Makes the three alerts.
    pub fn open(world: &mut World, condition: &AlertCondition, task_id: Option<u64>) -> Self {
        let secret = PutSecretRequest {
            name: "HOOK".to_string(),
            secret: "s3cret".to_string(),
        };
        let names: SecretsResult = ask(world, "put_secret", &secret);
        names.into_result().expect("names");
        for channel in channels(world) {
            let request = CreateAlertRequest {
                name: "watch".to_string(),
                task_id,
                condition: condition.clone(),
                channel,
                cooldown_seconds: Some(COOLDOWN_SECONDS),
            };
            let answer: AlertResult = ask(world, "create_alert", &request);
            answer.into_result().expect("an alert");
        }
        Self { posted: Vec::new() }
    }

    /// All messages so far, the oldest first. They came over every channel, and say the same.
    pub fn heard(&mut self, world: &mut World) -> Vec<Message> {
        for request in serve(world, 200, "") {
            assert_eq!(header(&request, "authorization"), Some("Bearer s3cret"));
            let message = message_of(&request.body);
            self.posted.push(message);
        }
        let called: Vec<Message> = callee_shows(world, "messages");
        let answer: GetInboxResult = show(world, "get_inbox", &FIRST_PAGE);
        let mut inbox = answer.into_result().expect("a page").messages;
        inbox.reverse();
        let expected = self.posted.len();
        assert_eq!((called.len(), inbox.len()), (expected, expected));
        for ((one, other), third) in inbox.iter().zip(&called).zip(&self.posted) {
            assert_eq!(said(one), said(other));
            assert_eq!(said(one), said(third));
        }
        inbox
    }
}

fn channels(world: &World) -> [Channel; 3] {
    let webhook = Channel::Webhook {
        url: "https://hooks.example/chime".to_string(),
        headers: Some(vec![HttpHeader {
            name: "authorization".to_string(),
            value: "Bearer {{secrets.HOOK}}".to_string(),
        }]),
    };
    let canister = Channel::Canister {
        canister: world.callee.0,
        method: "on_message".to_string(),
        error_cases: None,
    };
    [webhook, canister, Channel::Inbox {}]
}

/// What a message says, apart from which alert wrote it.
fn said(message: &Message) -> (&str, &str, Option<u64>, Option<u64>) {
    (
        &message.subject,
        &message.message,
        message.task_id,
        message.execution_id,
    )
}

fn alerts(world: &mut World) -> Vec<Alert> {
    let answer: ListAlertsResult = show(world, "list_alerts", &FIRST_PAGE);
    answer.into_result().expect("a page").alerts
}

/// Messages sent and held back, the same for each of the three alerts.
pub fn counts(world: &mut World) -> (u64, u64) {
    let counts: Vec<(u64, u64)> = alerts(world)
        .iter()
        .map(|alert| (alert.fired, alert.suppressed))
        .collect();
    assert_eq!(counts, [counts[0]; 3]);
    counts[0]
}

fn failing(world: &mut World, method: &str, arguments: &str) -> Task {
    let step = call(world.callee, method, arguments);
    world.create(&CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task("failing", vec![step], on_request())
    })
}

#[test]
fn should_tell_of_a_failure_over_each_channel_and_then_cool_down() {
    in_virtual_time(|world| {
        let made = failing(world, "reject", "(\"broken\")");
        let other = failing(world, "reject", "(\"broken\")");
        let mut ears = Ears::open(world, &AlertCondition::Failure {}, Some(made.id));
        world.run_now(other.id);
        assert!(ears.heard(world).is_empty(), "it is about the other task");
        let execution = world.run_now(made.id);
        let told = ears.heard(world);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].execution_id, Some(execution.id));
        assert!(told[0].message.contains("broken"), "{}", told[0].message);
        world.run_now(made.id);
        assert_eq!(ears.heard(world).len(), 1);
        assert_eq!(counts(world), (1, 1));
        world.pass(COOLDOWN_SECONDS);
        world.run_now(made.id);
        assert_eq!(ears.heard(world).len(), 2);
        assert_eq!(counts(world), (2, 1));
    });
}

#[test]
fn should_tell_of_failures_in_a_row_only() {
    in_virtual_time(|world| {
        let condition = AlertCondition::FailuresInARow { count: 2 };
        let mut ears = Ears::open(world, &condition, None);
        let every_second = r#"(record { key = "e"; every = 2 : nat64 })"#;
        let made = failing(world, "fail_some", every_second);
        for _ in 0..6 {
            world.run_now(made.id);
        }
        assert!(ears.heard(world).is_empty());
        let made = failing(world, "reject", "(\"no\")");
        world.run_now(made.id);
        assert!(ears.heard(world).is_empty());
        world.run_now(made.id);
        let told = ears.heard(world);
        assert_eq!(told.len(), 1);
        let subject = "watch: 2 executions of failing failed in a row";
        assert_eq!(told[0].subject, subject);
        world.run_now(made.id);
        assert_eq!(ears.heard(world).len(), 1);
        assert_eq!(counts(world), (1, 1));
    });
}

#[test]
fn should_tell_of_missed_slots() {
    in_virtual_time(|world| {
        let made = world.create(&noting(NewSchedule {
            missed_runs: Some(MissedRuns::Skip),
            ..every(HOUR)
        }));
        let mut ears = Ears::open(world, &AlertCondition::Missed {}, Some(made.id));
        world.pass(HOUR);
        assert!(ears.heard(world).is_empty(), "it ran");
        let outage = |world: &mut World| {
            world.stop_scheduler();
            world.pass(3 * HOUR + HOUR / 2);
            world.start_scheduler();
            world.pass(0);
        };
        outage(world);
        let told = ears.heard(world);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].task_id, Some(made.id));
        assert_eq!(told[0].subject, "watch: note missed 3 slots");
        assert_eq!(counts(world), (1, 0), "one message for one outage");
        outage(world);
        assert_eq!(ears.heard(world).len(), 2);
    });
}

#[test]
fn should_tell_of_a_late_start() {
    in_virtual_time(|world| {
        configure(
            world,
            &ConfigureRequest {
                maximum_concurrent: Some(1),
                ..ConfigureRequest::default()
            },
        );
        let mut ears = Ears::open(world, &AlertCondition::Late { seconds: 15 }, None);
        let steps = vec![call(world.callee, "count", "()")];
        let prompt = world.create(&task("prompt", steps, on_request()));
        let mut run_behind = |world: &mut World, seconds| {
            let blocker = taking_task(world.callee, "blocker", seconds, on_request());
            let blocker = world.create(&blocker);
            world.run_now(blocker.id);
            let late = world.run_now(prompt.id);
            world.pass(seconds);
            (late.id, ears.heard(world))
        };
        assert!(run_behind(world, 14).1.is_empty());
        let (late, told) = run_behind(world, 20);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].execution_id, Some(late));
        assert!(told[0].subject.ends_with("began 20 s late"), "{told:?}");
        assert_eq!(run_behind(world, 20).1.len(), 1);
        assert_eq!(counts(world), (1, 1));
    });
}

#[test]
fn should_keep_silent_when_switched_off_or_removed() {
    in_virtual_time(|world| {
        let made = failing(world, "reject", "(\"no\")");
        let mut ears = Ears::open(world, &AlertCondition::Failure {}, None);
        let ids: Vec<u64> = alerts(world).iter().map(|alert| alert.id).collect();
        let mut switch = |world: &mut World, off| {
            for alert_id in &ids {
                let request = UpdateAlertRequest {
                    alert_id: *alert_id,
                    name: None,
                    condition: None,
                    channel: None,
                    cooldown_seconds: None,
                    disabled: Some(off),
                };
                let answer: AlertResult = ask(world, "update_alert", &request);
                answer.into_result().expect("an alert");
            }
            world.run_now(made.id);
            ears.heard(world).len()
        };
        assert_eq!(switch(world, true), 0);
        assert_eq!(counts(world), (0, 0));
        assert_eq!(switch(world, false), 1);
        for alert_id in &ids {
            let request = AlertRequest {
                alert_id: *alert_id,
            };
            let removed: RemovedResult = ask(world, "delete_alert", &request);
            assert_eq!(removed.into_result().expect("removed").removed, 1);
        }
        world.pass(COOLDOWN_SECONDS);
        world.run_now(made.id);
        assert_eq!(ears.heard(world).len(), 1);
        assert!(alerts(world).is_empty());
    });
}
