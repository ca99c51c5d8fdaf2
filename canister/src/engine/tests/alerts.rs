//! Alerts: what sets each kind off, what it says, when it keeps silent, and whom it may tell.

mod deliveries;
mod requests;
mod watching;

use candid::Nat;
use chime_types::{
    Alert, AlertCondition, AlertRequest, Channel, ClearInboxRequest, CreateAlertRequest, EventKind,
    EventsSinceRequest, Message, MissedRuns, PageRequest, PauseTaskRequest, UpdateAlertRequest,
};

use super::*;
use crate::engine::cycles;

const PAGE: PageRequest = PageRequest {
    cursor: None,
    limit: None,
};

fn alert(condition: AlertCondition) -> CreateAlertRequest {
    CreateAlertRequest {
        name: "watch".to_string(),
        task_id: None,
        condition,
        channel: Channel::Inbox {},
        cooldown_seconds: Some(0),
    }
}

fn on_task(condition: AlertCondition, task: &Task) -> CreateAlertRequest {
    CreateAlertRequest {
        task_id: Some(task.id),
        ..alert(condition)
    }
}

fn change(alert_id: u64) -> UpdateAlertRequest {
    UpdateAlertRequest {
        alert_id,
        name: None,
        condition: None,
        channel: None,
        cooldown_seconds: None,
        disabled: None,
    }
}

impl World {
    fn alert(&mut self, request: CreateAlertRequest) -> Alert {
        service::create_alert(&mut self.state, owner(), self.now, request).unwrap()
    }

    fn update_alert(&mut self, request: UpdateAlertRequest) -> Alert {
        service::update_alert(&mut self.state, owner(), self.now, request).unwrap()
    }

    fn alerts(&self) -> Vec<Alert> {
        service::list_alerts(&self.state, owner(), &PAGE)
            .unwrap()
            .alerts
    }

    fn inbox_of(&self, caller: Caller) -> Vec<Message> {
        service::get_inbox(&self.state, caller, &PAGE)
            .unwrap()
            .messages
    }

    fn inbox(&self) -> Vec<Message> {
        self.inbox_of(owner())
    }

    fn run_and_fail(&mut self, task: &Task) {
        self.run_now(task.id);
        let start = self.run_one();
        self.fail(&start);
    }

    /// A task that is run on request only, and never retried.
    fn quiet_task(&mut self) -> Task {
        let request = CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task(every(86_400 * 365))
        };
        self.create(request)
    }

    /// Lets time pass in steps, doing what is due and letting it succeed.
    fn live(&mut self, seconds: u64) {
        let end = self.now + seconds * SECOND;
        while let Some(next) = next_tick_at(&self.state, self.now).filter(|at| *at <= end) {
            self.now = self.now.max(next);
            for start in self.run() {
                self.succeed(&start);
            }
        }
        self.now = end;
    }
}

#[test]
fn should_tell_of_a_failure_and_of_nothing_else() {
    let mut world = World::new();
    let made = world.quiet_task();
    let alert = world.alert(alert(AlertCondition::Failure {}));
    world.run_now(made.id);
    let start = world.run_one();
    world.succeed(&start);
    assert!(world.inbox().is_empty());
    world.run_and_fail(&made);
    let inbox = world.inbox();
    assert_eq!(inbox.len(), 1);
    let told = &inbox[0];
    assert_eq!(told.task_id, Some(made.id));
    assert_eq!(told.alert_id, Some(alert.id));
    assert_eq!(
        told.execution_id,
        world.executions(made.id).last().map(|last| last.id)
    );
    assert!(
        told.subject.starts_with("watch: execution "),
        "{}",
        told.subject
    );
    for part in ["(job)", "2026-03-01T00:00:00Z", "broken", "retry_execution"] {
        assert!(told.message.contains(part), "{part}: {}", told.message);
    }
    assert_eq!(world.alerts()[0].fired, 1);
    assert_eq!(world.alerts()[0].fired_at, Some(world.now));
}

#[test]
fn should_note_in_the_timeline_that_an_alert_went_off() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.alert(alert(AlertCondition::Failure {}));
    world.run_and_fail(&made);
    let request = EventsSinceRequest {
        task_id: Some(made.id),
        ..EventsSinceRequest::default()
    };
    let page = service::events_since(&world.state, owner(), &request).unwrap();
    let fired: Vec<_> = page
        .events
        .iter()
        .filter(|event| event.kind == EventKind::AlertFired)
        .collect();
    assert_eq!(fired.len(), 1);
    assert!(fired[0].execution_id.is_some());
}

#[test]
fn should_keep_silent_while_it_cools_down() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.alert(CreateAlertRequest {
        cooldown_seconds: Some(60),
        ..alert(AlertCondition::Failure {})
    });
    world.run_and_fail(&made);
    world.pass(59);
    world.run_and_fail(&made);
    assert_eq!(world.inbox().len(), 1);
    assert_eq!(
        (world.alerts()[0].fired, world.alerts()[0].suppressed),
        (1, 1)
    );
    world.pass(1);
    world.run_and_fail(&made);
    assert_eq!(world.inbox().len(), 2);
    assert_eq!(
        (world.alerts()[0].fired, world.alerts()[0].suppressed),
        (2, 1)
    );
}

#[test]
fn should_tell_of_failures_in_a_row_only() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.alert(alert(AlertCondition::FailuresInARow { count: 2 }));
    world.run_and_fail(&made);
    world.run_now(made.id);
    let start = world.run_one();
    world.succeed(&start);
    world.run_and_fail(&made);
    assert!(world.inbox().is_empty());
    world.run_and_fail(&made);
    assert_eq!(world.inbox().len(), 1);
    assert!(
        world.inbox()[0]
            .subject
            .contains("2 executions of job failed in a row")
    );
}

#[test]
fn should_never_tell_of_the_task_of_another_owner() {
    let mut world = World::new();
    let made = world.quiet_task();
    for caller in [stranger(), admin()] {
        let request = alert(AlertCondition::Failure {});
        service::create_alert(&mut world.state, caller, world.now, request).unwrap();
        let request = on_task(AlertCondition::Failure {}, &made);
        let refused = service::create_alert(&mut world.state, caller, world.now, request);
        assert_eq!(refused.unwrap_err().field.as_deref(), Some("task_id"));
    }
    world.run_and_fail(&made);
    assert!(world.inbox_of(stranger()).is_empty());
    assert!(world.inbox_of(admin()).is_empty());
}

#[test]
fn should_watch_only_the_task_it_is_about() {
    let mut world = World::new();
    let watched = world.quiet_task();
    let other = world.quiet_task();
    world.alert(on_task(AlertCondition::Failure {}, &watched));
    world.run_and_fail(&other);
    assert!(world.inbox().is_empty());
    world.run_and_fail(&watched);
    assert_eq!(world.inbox().len(), 1);
}

#[test]
fn should_tell_of_a_late_start() {
    let mut world = World::new();
    world.alert(alert(AlertCondition::Late { seconds: 10 }));
    world.create(task(every(3600)));
    world.pass(3600 + 9);
    let start = world.run_one();
    world.succeed(&start);
    assert!(world.inbox().is_empty());
    world.now = START + (7200 + 10) * SECOND;
    let start = world.run_one();
    world.succeed(&start);
    assert_eq!(world.inbox().len(), 1);
    assert!(world.inbox()[0].subject.contains("10 s late"));
}

#[test]
fn should_tell_of_missed_slots() {
    let mut world = World::new();
    world.alert(CreateAlertRequest {
        cooldown_seconds: Some(3600),
        ..alert(AlertCondition::Missed {})
    });
    world.create(task(NewSchedule {
        missed_runs: Some(MissedRuns::Skip),
        ..every(60)
    }));
    world.pass(600);
    world.run();
    assert_eq!(world.inbox().len(), 1);
    let message = &world.inbox()[0].message;
    assert!(message.contains("missed 8 slots, from 2026-03-01T00:01:00Z to 2026-03-01T00:08:00Z"));
    assert!(message.contains("backfill"), "{message}");
}
