//! The global timer and the heartbeat.

use std::time::Duration;

use chime_replica::InstallMode;

use crate::support::{controller, get, install, query_number, replica, restart, update, with};

/// `arm` sets the timer to one second from now and answers with the old setting.
const TIMER: &str = r#"
(global $seen (mut i64) (i64.const 0))
(func (export "canister_update arm")
  (call $reply_number (call $timer_set (i64.add (call $time) (i64.const 1000000000)))))
(func (export "canister_query seen") (call $reply_number (global.get $seen)))
(func (export "canister_global_timer")
  (global.set $seen (call $time)) (call $add (i64.const 1)))
"#;

const TRAPPING: &str = r#"
(func (export "canister_update arm")
  (call $reply_number (call $timer_set (i64.add (call $time) (i64.const 1000000000)))))
(func (export "canister_global_timer") (call $add (i64.const 1))
  (drop (call $timer_set (i64.const 5000000000000000000))) (unreachable))
"#;

#[test]
fn should_run_the_timer_once_when_it_is_due() {
    let (mut replica, id) = with(TIMER);
    let start_ns = replica.time_ns();
    update(&mut replica, id, "arm").unwrap();
    let due_ns = start_ns + 1_000_000_000;
    assert_eq!(replica.next_wake_at(), Some(due_ns));

    replica.set_time_ns(due_ns - 1);
    assert!(!replica.execute_round());
    replica.set_time_ns(due_ns);
    assert!(replica.execute_round());
    assert!(!replica.execute_round());
    assert_eq!(get(&mut replica, id), 1);
    assert_eq!(query_number(&mut replica, id, "seen"), due_ns);
    assert_eq!(replica.next_wake_at(), None);
}

#[test]
fn should_switch_the_timer_off_for_good_when_it_traps() {
    let (mut replica, id) = with(TRAPPING);
    update(&mut replica, id, "arm").unwrap();
    replica.advance_time(Duration::from_secs(1));
    assert!(replica.execute_round());
    assert_eq!(get(&mut replica, id), 0);
    assert_eq!(replica.canister_view(&id).unwrap().global_timer_ns, 0);
    assert_eq!(replica.next_wake_at(), None);
}

#[test]
fn should_return_the_former_setting() {
    let (mut replica, id) = with(TIMER);
    let first = update(&mut replica, id, "arm").unwrap();
    assert_eq!(crate::support::number(&first), 0);
    let second = update(&mut replica, id, "arm").unwrap();
    assert_eq!(
        crate::support::number(&second),
        replica.time_ns() + 1_000_000_000
    );
}

#[test]
fn should_clear_the_timer_when_code_changes() {
    for mode in [InstallMode::Upgrade, InstallMode::Reinstall] {
        let (mut replica, id) = with(TIMER);
        update(&mut replica, id, "arm").unwrap();
        install(&mut replica, id, mode, TIMER).unwrap();
        assert_eq!(replica.next_wake_at(), None, "{mode:?}");
    }
    let (mut replica, id) = with(TIMER);
    update(&mut replica, id, "arm").unwrap();
    replica.uninstall_code(controller(), id).unwrap();
    assert_eq!(replica.next_wake_at(), None);
}

#[test]
fn should_not_run_the_timer_of_a_stopped_canister_before_it_is_started() {
    let (mut replica, id) = with(TIMER);
    update(&mut replica, id, "arm").unwrap();
    replica.stop_canister(controller(), id).unwrap();
    replica.advance_time(Duration::from_secs(5));
    replica.run_until_idle(5);
    assert_eq!(replica.next_wake_at(), None);
    replica.start_canister(controller(), id).unwrap();
    replica.run_until_idle(5);
    assert_eq!(get(&mut replica, id), 1);
}

#[test]
fn should_keep_the_timer_over_a_restart() {
    let (mut replica, id) = with(TIMER);
    update(&mut replica, id, "arm").unwrap();
    let mut replica = restart(&mut replica, &mut Default::default());
    replica.advance_time(Duration::from_secs(1));
    replica.run_until_idle(5);
    assert_eq!(get(&mut replica, id), 1);
}

#[test]
fn should_run_the_heartbeat_once_per_point_in_time() {
    let (mut replica, id) = with(
        r#"
        (func (export "canister_heartbeat") (call $add (i64.const 1)))
    "#,
    );
    replica.run_until_idle(10);
    assert_eq!(get(&mut replica, id), 1);
    for _ in 0..3 {
        replica.tick();
    }
    assert_eq!(get(&mut replica, id), 4);
    let wake_ns = replica.time_ns() + 1_000_000_000;
    assert_eq!(replica.next_wake_at(), Some(wake_ns));
}

#[test]
fn should_do_nothing_when_there_is_nothing_to_do() {
    let mut replica = replica();
    assert!(!replica.tick());
    assert_eq!(replica.run_until_idle(10), 0);
}
