//! Alerts: what sets each kind off, what it says, when it keeps silent, and whom it may tell.

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
    assert!(world.inbox()[0].message.contains("backfill"));
    assert!(world.alerts()[0].suppressed > 0);
}

#[test]
fn should_tell_of_silence_after_twice_the_interval() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    world.alert(on_task(AlertCondition::Silent {}, &made));
    // The first execution hangs, so those after it are left out.
    world.pass(60);
    let hangs = world.run_one();
    world.pass(119);
    assert!(world.run().is_empty());
    assert!(world.inbox().is_empty());
    world.pass(1);
    assert!(world.run().is_empty());
    let inbox = world.inbox();
    assert_eq!(inbox.len(), 1);
    assert!(
        inbox[0].message.contains("for 120 s"),
        "{}",
        inbox[0].message
    );
    assert!(
        inbox[0].message.contains("60 s apart"),
        "{}",
        inbox[0].message
    );
    world.succeed(&hangs);
    world.live(3600);
    assert_eq!(world.inbox().len(), 1, "it is heard again");
}

#[test]
fn should_not_take_a_task_that_runs_or_is_paused_for_silent() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    world.alert(on_task(AlertCondition::Silent {}, &made));
    world.live(3600);
    let request = PauseTaskRequest {
        task_id: made.id,
        reason: None,
        cancel_running: None,
    };
    service::pause(&mut world.state, owner(), world.now, request).unwrap();
    world.live(3600);
    assert!(world.inbox().is_empty());
    assert_eq!(world.next_in_seconds(), None, "nothing to wait for");
    service::resume(&mut world.state, owner(), world.now, made.id).unwrap();
    world.live(119);
    assert!(world.inbox().is_empty());
    assert!(world.next_in_seconds().is_some());
}

#[test]
fn should_watch_for_silence_again_when_a_task_is_resumed_or_the_alert_switched_on() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let alert = world.alert(on_task(AlertCondition::Silent {}, &made));
    let silence = |world: &mut World, seconds| {
        world.pass(seconds);
        world.run();
        world.inbox().len()
    };
    world.update_alert(UpdateAlertRequest {
        disabled: Some(true),
        ..change(alert.id)
    });
    assert_eq!(silence(&mut world, 60), 0);
    assert_eq!(silence(&mut world, 3600), 0);
    world.update_alert(UpdateAlertRequest {
        disabled: Some(false),
        ..change(alert.id)
    });
    assert_eq!(silence(&mut world, 0), 0);
    assert_eq!(silence(&mut world, 119), 0);
    assert_eq!(silence(&mut world, 1), 1);
}

#[test]
fn should_tell_of_low_cycles_above_and_below_the_minimum() {
    let mut world = World::configured(ConfigureRequest {
        minimum_cycles: Some(Nat::from(100u8)),
        ..ConfigureRequest::default()
    });
    let below = |count: u32| {
        alert(AlertCondition::CyclesLow {
            below: Nat::from(count),
        })
    };
    for threshold in [1_000, 50] {
        let request = below(threshold);
        service::create_alert(&mut world.state, admin(), world.now, request).unwrap();
    }
    let mut told = |balance: u128, seconds: u64| {
        world.pass(seconds);
        cycles::watch(&mut world.state, world.now, balance);
        world.run();
        assert!(world.next_in_seconds().is_some_and(|next| next <= 3600));
        world.inbox_of(admin()).len()
    };
    assert_eq!(told(5_000, 0), 0);
    assert_eq!(told(900, 60), 0, "not before the next sample");
    assert_eq!(told(900, 3540), 1);
    assert_eq!(told(99, 1), 2, "at once when nothing is started any more");
    assert_eq!(told(49, 3599), 4);
    let refused = service::create_alert(&mut world.state, owner(), world.now, below(1));
    assert_eq!(
        refused.unwrap_err().field.as_deref(),
        Some("condition.cycles_low")
    );
}

#[test]
fn should_deliver_that_cycles_are_low_though_all_else_waits() {
    let mut world = World::new();
    let channel = Channel::Canister {
        canister: Principal::from_slice(&[8]),
        method: "tell".to_string(),
    };
    let request = CreateAlertRequest {
        channel,
        ..alert(AlertCondition::CyclesLow {
            below: Nat::from(1_000u32),
        })
    };
    service::create_alert(&mut world.state, admin(), world.now, request).unwrap();
    cycles::watch(&mut world.state, world.now, 5);
    world.run();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn should_remove_the_alerts_on_a_task_with_it_and_keep_count() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    world.alert(on_task(AlertCondition::Silent {}, &made));
    let kept = world.alert(alert(AlertCondition::Failure {}));
    assert_eq!(world.state.owner(owner().principal).alerts, 2);
    service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(world.state.owner(owner().principal).alerts, 1);
    assert_eq!(world.alerts(), [kept.clone()]);
    assert_eq!(world.next_in_seconds(), None);
    let request = AlertRequest { alert_id: kept.id };
    let strange = service::delete_alert(&mut world.state, stranger(), world.now, &request);
    assert_eq!(strange.unwrap_err().field.as_deref(), Some("alert_id"));
    service::delete_alert(&mut world.state, owner(), world.now, &request).unwrap();
    assert_eq!(world.state.owner(owner().principal).alerts, 0);
}

#[test]
fn should_accept_each_limit_of_an_alert_and_refuse_one_more() {
    let mut world = World::new();
    let made = world.quiet_task();
    let late = |seconds| alert(AlertCondition::Late { seconds });
    let failures = |count| alert(AlertCondition::FailuresInARow { count });
    let cooldown = |seconds| CreateAlertRequest {
        cooldown_seconds: Some(seconds),
        ..alert(AlertCondition::Failure {})
    };
    let header = |value: &str| CreateAlertRequest {
        channel: Channel::Webhook {
            url: "https://hooks.example".to_string(),
            headers: Some(vec![chime_types::HttpHeader {
                name: "x".to_string(),
                value: value.to_string(),
            }]),
        },
        ..alert(AlertCondition::Failure {})
    };
    for good in [
        late(1),
        late(86_400),
        failures(2),
        failures(1_000),
        cooldown(0),
        cooldown(31_536_000),
        header("{{secrets.KEY}} {{{{x}}"),
        on_task(AlertCondition::Silent {}, &made),
    ] {
        world.alert(good);
    }
    for (bad, field) in [
        (late(0), "condition.late.seconds"),
        (late(86_401), "condition.late.seconds"),
        (failures(1), "condition.failures_in_a_row.count"),
        (failures(1_001), "condition.failures_in_a_row.count"),
        (cooldown(31_536_001), "cooldown_seconds"),
        (header("{{task_id}}"), "channel.webhook.headers[0].value"),
        (alert(AlertCondition::Silent {}), "task_id"),
    ] {
        let refused = service::create_alert(&mut world.state, owner(), world.now, bad);
        assert_eq!(refused.unwrap_err().field.as_deref(), Some(field));
    }
}

#[test]
fn should_have_no_more_alerts_than_allowed() {
    let mut world = World::new();
    for _ in 0..limits::MAXIMUM_ALERTS {
        world.alert(alert(AlertCondition::Failure {}));
    }
    let one_more = alert(AlertCondition::Failure {});
    let refused = service::create_alert(&mut world.state, owner(), world.now, one_more);
    assert_eq!(
        refused.unwrap_err().kind,
        chime_types::ErrorKind::LimitExceeded
    );
}

#[test]
fn should_change_what_is_named_and_keep_the_rest() {
    let mut world = World::new();
    let made = world.alert(alert(AlertCondition::Failure {}));
    let changed = world.update_alert(UpdateAlertRequest {
        name: Some("other".to_string()),
        cooldown_seconds: Some(5),
        ..change(made.id)
    });
    let expected = Alert {
        name: "other".to_string(),
        cooldown_seconds: 5,
        ..made.clone()
    };
    assert_eq!(changed, expected);
    let silent = UpdateAlertRequest {
        condition: Some(AlertCondition::Silent {}),
        ..change(made.id)
    };
    let refused = service::update_alert(&mut world.state, owner(), world.now, silent);
    assert_eq!(refused.unwrap_err().field.as_deref(), Some("task_id"));
    assert_eq!(world.alerts(), [expected]);
}

#[test]
fn should_show_the_newest_messages_first_and_clear_the_oldest() {
    let mut world = World::new();
    let made = world.quiet_task();
    world.alert(alert(AlertCondition::Failure {}));
    for _ in 0..5 {
        world.pass(1);
        world.run_and_fail(&made);
    }
    let all = world.inbox();
    assert!(all.windows(2).all(|pair| pair[0].sent_at > pair[1].sent_at));
    let request = PageRequest {
        cursor: None,
        limit: Some(2),
    };
    let page = service::get_inbox(&world.state, owner(), &request).unwrap();
    assert_eq!(page.messages, all[..2]);
    let request = PageRequest {
        cursor: page.next_cursor,
        limit: None,
    };
    let rest = service::get_inbox(&world.state, owner(), &request).unwrap();
    assert_eq!(
        (rest.messages.as_slice(), rest.next_cursor),
        (&all[2..], None)
    );
    let request = ClearInboxRequest {
        through_id: all[3].id,
    };
    let removed = service::clear_inbox(&mut world.state, owner(), &request).unwrap();
    assert_eq!(removed.removed, 2);
    assert_eq!(world.inbox(), all[..3]);
}
