//! A message fails wherever a piece of work of one kind is done, always: all others run on, and what
//! fails is set aside.

use std::cell::Cell;

use chime_types::{
    BackfillRequest, Cause, EventKind, NewSchedule, Quotas, Role, RunTaskNowRequest, TaskStatus,
};

use super::*;
use crate::engine;
use crate::engine::poison::strikes::{self, At};
use crate::service::{self, Caller};
use crate::state::State;
use crate::state::keys::{AlertId, BackfillId, ExecutionId, ScheduleId, Wake};
use crate::state::records::UserRecord;

/// How long a test lets the scheduler run.
pub const SECONDS: u64 = 240;

pub fn note() -> Action {
    Action::Note {
        text: "alive".to_string(),
    }
}

/// A task that must not notice anything.
pub fn victim(world: &World) -> u64 {
    let request = CreateTaskRequest {
        name: "victim".to_string(),
        ..task(note(), every(2))
    };
    world.create(request).id
}

fn admin(caller: Caller) -> Caller {
    Caller {
        role: Role::Admin,
        ..caller
    }
}

fn register_admin(state: &mut State, principal: Principal) {
    let user = UserRecord {
        name: None,
        role: Role::Admin,
        quotas: Quotas::default(),
        disabled: false,
        created_at: START,
    };
    state.put_user(principal, user);
}

fn events(world: &World, kind: EventKind) -> Vec<chime_types::Event> {
    let mut request = chime_types::EventsSinceRequest {
        limit: Some(500),
        all_owners: Some(true),
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = world
            .change(|state, caller, _| service::events_since(state, admin(caller), &request))
            .unwrap();
        found.extend(page.events.into_iter().filter(|event| event.kind == kind));
        if !page.more {
            return found;
        }
        request.cursor = Some(page.next_cursor);
    }
}

pub fn check_alive(world: &World, victim: u64, what: &str) {
    let latest = world.latest(victim);
    assert_eq!(latest.status, ExecutionStatus::Completed, "{what}");
    let now = world.change(|_, _, now| now);
    assert!(
        latest.scheduled_at + 60 * SECOND > now,
        "{what}: {latest:?}"
    );
}

/// The victim ran in time until the end, and the piece of work is set aside and told.
fn check(world: &World, victim: u64, what: &str) {
    check_alive(world, victim, what);
    let lag = world.change(|state, _, now| engine::totals(state, now).figures.lags.percentiles());
    let worst = lag.p99_nanoseconds.unwrap();
    assert!(worst < 60 * SECOND, "{what}: a lag of {worst}");
    let told = events(world, EventKind::Quarantined);
    assert!(!told.is_empty(), "{what} is not set aside");
    let care = world.change(|state, _, _| state.care().clone());
    assert!(
        care.quarantined >= 1 && care.passed_over == 0,
        "{what}: {care:?}"
    );
    assert!(care.failed >= 3, "{what}: {care:?}");
}

fn poisoned(what: &str, make: impl FnOnce(&World), rule: impl Fn(At) -> bool + 'static) {
    let world = World::new();
    strikes::set(rule);
    make(&world);
    let victim = victim(&world);
    world.live(SECONDS);
    check(&world, victim, what);
    strikes::clear();
}

/// A task that is paused with the reason, and whose last execution failed so.
fn is_paused(world: &World, task_id: u64) {
    let task = world
        .change(|state, caller, _| service::get(state, caller, task_id))
        .unwrap();
    assert_eq!(task.status, TaskStatus::Paused);
    let reason = task.pause_reason.unwrap();
    assert!(reason.contains("resume_task"), "{reason}");
}

/// An alert of the owner's.
fn watch(world: &World, condition: AlertCondition) -> u64 {
    let request = CreateAlertRequest {
        name: "watch".to_string(),
        task_id: None,
        condition,
        channel: Channel::Inbox {},
        cooldown_seconds: Some(0),
    };
    world.alert(request).id
}

/// How often it went off.
fn fired(world: &World, alert: u64) -> u64 {
    let alert = world.change(|state, _, _| state.alert(AlertId(alert)));
    alert.expect("it is kept").alert.fired
}

#[test]
fn should_set_a_slot_aside_that_no_message_gets_past_and_try_again_when_it_is_resumed() {
    let world = World::new();
    strikes::set(|at| at == At::Wake(Wake::Fire(ScheduleId(1))));
    let pill = world.create(task(note(), every(10)));
    let alert = watch(&world, AlertCondition::Missed {});
    let victim = victim(&world);
    world.live(SECONDS);
    check(&world, victim, "a slot");
    is_paused(&world, pill.id);
    assert_eq!(fired(&world, alert), 1);
    let left_out = world.latest(pill.id);
    assert_eq!(left_out.status, ExecutionStatus::Skipped);
    strikes::clear();
    world
        .change(|state, caller, now| service::resume(state, caller, now, pill.id))
        .unwrap();
    world.live(20);
    assert_eq!(world.latest(pill.id).status, ExecutionStatus::Completed);
}

/// Its slot cannot be handled, and for a minute it cannot be set aside.
fn hard_to_set_aside(jitter_seconds: Option<u64>) -> World {
    let world = World::new();
    let refused = Cell::new(0);
    strikes::set(move |at| match at {
        At::Wake(Wake::Fire(ScheduleId(1))) => true,
        At::SetAside if refused.get() < 2 => {
            refused.set(refused.get() + 1);
            true
        }
        _ => false,
    });
    world.create(task(
        note(),
        NewSchedule {
            jitter_seconds,
            ..every(5)
        },
    ));
    world.live(SECONDS);
    strikes::clear();
    world
}

#[test]
fn should_leave_out_every_slot_that_came_while_one_was_tried() {
    for jitter in [None, Some(3)] {
        let world = hard_to_set_aside(jitter);
        let paused = world
            .change(|state, caller, _| service::get(state, caller, 1))
            .unwrap();
        let records = world.executions(1);
        assert!(records.iter().all(|found| {
            found.status == ExecutionStatus::Skipped && found.cause == Some(Cause::Poison)
        }));
        let slots: u64 = records.iter().map(|found| found.slots).sum();
        let first = records
            .iter()
            .map(|found| found.scheduled_at)
            .min()
            .unwrap();
        let passed = (paused.updated_at - first) / (5 * SECOND) + 1;
        assert!(passed > 12, "a minute of them came: {passed}");
        let in_its_jitter = u64::from(jitter.is_some());
        assert!(
            (passed - in_its_jitter..=passed).contains(&slots),
            "{slots} of {passed}: {records:?}"
        );
        assert_eq!(paused.schedules[0].skipped_runs, slots);
        assert_eq!(world.change(|state, _, _| state.care().quarantined), 2);
    }
}

#[test]
fn should_set_executions_aside_that_no_message_gets_past() {
    for at in [At::TakeUp(ExecutionId(1)), At::Attempt(ExecutionId(1))] {
        let world = World::new();
        strikes::set(move |struck| struck == at);
        let pill = world.create(once(call()));
        let alert = watch(&world, AlertCondition::Failure {});
        let victim = victim(&world);
        world.live(SECONDS);
        check(&world, victim, "an execution");
        is_paused(&world, pill.id);
        assert_eq!(fired(&world, alert), 1);
        let failed = world.latest(pill.id);
        assert_eq!(failed.status, ExecutionStatus::Failed);
        assert_eq!(failed.cause, Some(Cause::Poison));
        strikes::clear();
    }
}

#[test]
fn should_keep_the_others_within_a_minute_when_twenty_are_poisoned_at_once() {
    let world = World::new();
    strikes::set(|at| matches!(at, At::TakeUp(ExecutionId(1..=20))));
    for _ in 0..20 {
        world.create(once(call()));
    }
    let victim = victim(&world);
    world.live(SECONDS);
    check(&world, victim, "twenty executions");
    let care = world.change(|state, _, _| state.care().clone());
    assert_eq!((care.quarantined, care.careful), (20, 0));
    strikes::clear();
}

#[test]
fn should_set_every_wake_of_an_owner_aside_that_no_message_gets_past() {
    poisoned(
        "a pause",
        |world| {
            let mut request = once(note());
            request.steps[0].run_next_after_seconds = Some(5);
            request.steps.push(NewStep::new(note()));
            world.create(request);
        },
        |at| matches!(at, At::Wake(Wake::Resume(_))),
    );
    poisoned(
        "a deadline",
        |world| {
            world.create(once(call()));
        },
        |at| matches!(at, At::Wake(Wake::Deadline(_))),
    );
    poisoned(
        "a timeout",
        |world| {
            world.create(CreateTaskRequest {
                execution_timeout_seconds: Some(5),
                ..once(call())
            });
        },
        |at| matches!(at, At::Wake(Wake::Expire(_))),
    );
    poisoned("a delivery", deliver_one, |at| {
        matches!(at, At::Wake(Wake::Deliver(_)))
    });
    poisoned("sending a delivery", deliver_one, |at| {
        matches!(at, At::Delivery(_))
    });
    poisoned(
        "an alert",
        |world| {
            let made = world.create(task(note(), every(3_600)));
            world.alert(CreateAlertRequest {
                name: "quiet".to_string(),
                task_id: Some(made.id),
                condition: AlertCondition::Silent {},
                channel: Channel::Inbox {},
                cooldown_seconds: None,
            });
        },
        |at| matches!(at, At::Wake(Wake::Watch(_))),
    );
}

#[test]
fn should_set_every_wake_of_its_own_aside_that_no_message_gets_past() {
    poisoned(
        "the sweep",
        |world| {
            world.change(|state, _, now| {
                let key = state.wake_at(now, Wake::Sweep);
                state.set_sweep(Some(key), 0, None);
            });
        },
        |at| at == At::Wake(Wake::Sweep),
    );
    poisoned(
        "what is left of a deleted task",
        |world| {
            let made = world.create(task(note(), every(3_600)));
            world.change(|state, owner, now| {
                for _ in 0..80 {
                    let request = RunTaskNowRequest {
                        task_id: made.id,
                        idempotency_key: None,
                        scheduled_at: None,
                    };
                    service::run_now(state, owner, now, request).expect("a run");
                }
                service::delete(state, owner, now, made.id).expect("deleted");
            });
        },
        |at| matches!(at, At::Wake(Wake::Tidy(_))),
    );
    poisoned(
        "the look at cycles",
        |world| {
            world.change(|state, _, now| {
                let key = state.wake_at(now, Wake::Cycles);
                state.set_cycles_low(false, Some(key));
            });
        },
        |at| at == At::Wake(Wake::Cycles),
    );
    poisoned(
        "the look at budgets",
        |world| {
            world.change(|state, _, now| {
                let mut look = state.header().budgets.clone();
                look.wake = Some(state.wake_at(now, Wake::Budgets));
                state.set_budgets(look);
            });
        },
        |at| at == At::Wake(Wake::Budgets),
    );
    poisoned("the balance", |_| {}, |at| at == At::Balance);
}

fn deliver_one(world: &World) {
    world.create(called_back(once(note())));
}

#[test]
fn should_end_a_backfill_that_no_message_gets_past() {
    let world = World::new();
    strikes::set(|at| matches!(at, At::Wake(Wake::Backfill(_))));
    let schedule = NewSchedule {
        missed_runs: Some(chime_types::MissedRuns::Skip),
        ..every(10)
    };
    let made = world.create(task(note(), schedule));
    let victim = victim(&world);
    world.live(60);
    let request = BackfillRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        from_at: START,
        until_at: START + 50 * SECOND,
        maximum_concurrent: None,
        count_only: None,
        expected_slots: None,
    };
    let begun = world
        .change(|state, caller, now| service::backfill(state, caller, now, &request))
        .unwrap();
    world.live(SECONDS);
    check(&world, victim, "a backfill");
    let found = world
        .change(|state, _, _| state.backfill(BackfillId(begun.id)))
        .unwrap();
    assert!(found.0.cancelled && found.0.finished_at.is_some());
    strikes::clear();
}

#[test]
fn should_set_every_built_in_action_aside_that_no_message_gets_past() {
    let retention = vec![RetentionRule {
        status: None,
        maximum_age_seconds: Some(1),
        keep_latest: None,
    }];
    for action in [
        Action::Cleanup {
            retention,
            task_id: None,
            all_owners: None,
        },
        Action::Backup {
            keep: None,
            all_owners: None,
        },
        Action::Analytics {
            window_seconds: None,
        },
        Action::Maintenance { dry_run: None },
        Action::Notification {
            channel: Channel::Inbox {},
            subject: "s".to_string(),
            message: "m".to_string(),
        },
    ] {
        let world = World::new();
        strikes::set(|at| matches!(at, At::Slice(..)));
        let request = CreateTaskRequest {
            timeout_seconds: Some(300),
            ..once(action)
        };
        let pill = world
            .change(|state, caller, now| {
                // Maintenance asks for a registered admin when it runs.
                register_admin(state, caller.principal);
                service::create(state, admin(caller), now, request)
            })
            .unwrap();
        let victim = victim(&world);
        world.live(SECONDS);
        let latest = world.latest(victim);
        assert_eq!(latest.status, ExecutionStatus::Completed);
        is_paused(&world, pill.id);
        let failed = world.latest(pill.id);
        assert_eq!(failed.cause, Some(Cause::Poison));
        strikes::clear();
    }
}

#[test]
fn should_go_on_by_itself_after_any_number_of_failed_messages() {
    let world = World::new();
    let victim = victim(&world);
    strikes::set(|_| true);
    world.live(3_600);
    strikes::clear();
    world.live(60);
    check_alive(&world, victim, "all messages failed");
    let care = world.change(|state, _, _| state.care().clone());
    assert!(care.failed > 100, "{care:?}");
    assert_eq!(care.quarantined, 0, "nobody is to blame");
}

#[test]
fn should_set_nobody_aside_any_more_when_every_piece_of_work_fails() {
    let world = World::new();
    let made = (0..60).map(|_| world.create(once(call())).id);
    let tasks: Vec<u64> = made.collect();
    strikes::set(|at| !matches!(at, At::Work | At::SetAside));
    world.live(600);
    let care = world.change(|state, _, _| state.care().clone());
    assert!(care.quarantined <= 40, "{care:?}");
    strikes::clear();
    world.live(60);
    let begun = tasks.iter().filter(|id| {
        let status = world.latest(**id).status;
        !matches!(
            status,
            ExecutionStatus::Ready | ExecutionStatus::Failed | ExecutionStatus::Skipped
        )
    });
    assert!(begun.count() >= 10, "the others run");
}
