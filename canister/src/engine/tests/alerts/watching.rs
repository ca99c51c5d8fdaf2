//! Alerts that look by themselves: at the silence of a task, at the balance of cycles.

use super::*;
use crate::state::keys::{AlertId, Wake};

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
        error_cases: None,
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
fn should_not_look_while_it_is_switched_off() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    let alert = world.alert(on_task(AlertCondition::Silent {}, &made));
    world.update_alert(UpdateAlertRequest {
        disabled: Some(true),
        ..change(alert.id)
    });
    // Such as maintenance makes, when it finds an alert that nothing wakes.
    let mut record = world.state.alert(AlertId(alert.id)).unwrap();
    record.wake = Some(world.state.wake_at(world.now, Wake::Watch(record.id)));
    world.state.put_alert(&record);
    world.pass(3600);
    world.run();
    assert!(world.inbox().is_empty());
    assert_eq!(world.state.alert(record.id).unwrap().wake, None);
}
