//! Calls that wait for a bounded time.

use std::time::Duration;

use chime_replica::{CanisterStatus, IngressStatus, MessageId, Principal, RejectCode, Replica};

use crate::lifecycle::waiting;
use crate::support::{add, get, number, stepwise, stranger};

/// `wait` calls the canister in the argument with a time-out of 10 s (`wait_long`: of an hour).
const CALLER: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "hold")
(func $on_reply (param i32) (call $add (i64.const 100)) (call $reply_number (i64.const 0)))
(func $on_reject (param i32) (call $add (i64.const 1))
  (call $number (i64.extend_i32_u (call $reject_code)))
  (call $refunded (i32.const 0)) (call $append (i32.const 0) (i32.const 8)) (call $reply))
(func $wait (param i32)
  (call $call_arg (i32.const 1024) (i32.const 4) (i32.const 0) (i32.const 1))
  (call $cycles_add (i64.const 0) (i64.const 777))
  (call $best_effort (local.get 0)) (drop (call $perform)))
(func (export "canister_update wait") (call $wait (i32.const 10)))
(func (export "canister_update wait_long") (call $wait (i32.const 3600)))
"#;

/// `hold` calls itself until `set` releases it, and answers 3 then; it answers 99 when it can no
/// longer call itself.
pub const HOLDER: &str = r#"
(table funcref (elem $again $give_up))
(global $deadline_seen (mut i64) (i64.const 0))
(data (i32.const 1024) "spin")
(func $spin
  (call $call_self (i32.const 1024) (i32.const 4) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func $give_up (param i32) (call $reply_number (i64.const 99)))
(func $again (param i32)
  (if (i64.eqz (call $get)) (then (call $spin)) (else (call $reply_number (i64.const 3)))))
(func (export "canister_update hold") (global.set $deadline_seen (call $deadline)) (call $spin))
(func (export "canister_update spin") (call $reply))
(func (export "canister_query deadline") (call $reply_number (global.get $deadline_seen)))
"#;

/// A replica that executes one message per round, with a caller and a holder.
fn setup() -> (Replica, Principal, Principal) {
    let mut replica = stepwise();
    let caller = add(&mut replica, CALLER);
    let holder = add(&mut replica, HOLDER);
    (replica, caller, holder)
}

fn start(replica: &mut Replica, caller: Principal, method: &str, callee: Principal) -> MessageId {
    let arg = callee.as_slice().to_vec();
    replica
        .submit_call(stranger(), caller, method, arg)
        .unwrap()
}

fn deadline_seen(replica: &mut Replica, id: Principal) -> u64 {
    crate::support::query_number(replica, id, "deadline")
}

#[test]
fn should_bound_the_deadline_by_the_limit() {
    for (method, seconds) in [("wait", 10), ("wait_long", 300)] {
        let (mut replica, caller, holder) = setup();
        let now_ns = replica.time_ns();
        start(&mut replica, caller, method, holder);
        replica.run_until_idle(8);
        let deadline_ns = now_ns + seconds * 1_000_000_000;
        assert_eq!(deadline_seen(&mut replica, holder), deadline_ns);
    }
}

#[test]
fn should_tell_the_caller_that_the_outcome_is_unknown_and_drop_the_late_answer() {
    let (mut replica, caller, holder) = setup();
    let cycles = replica.canister_view(&caller).unwrap().cycles;
    let id = start(&mut replica, caller, "wait", holder);
    replica.run_until_idle(20);
    replica.advance_time(Duration::from_nanos(9_999_999_999));
    replica.run_until_idle(20);
    assert_eq!(replica.ingress_status(&id), Some(IngressStatus::Processing));

    replica.advance_time(Duration::from_nanos(1));
    replica.run_until_idle(20);
    let Some(IngressStatus::Replied(reply)) = replica.ingress_status(&id) else {
        panic!("not answered");
    };
    assert_eq!(number(&reply), RejectCode::SysUnknown as u64);
    assert_eq!(number(&reply[8..]), 0, "refund");

    let release = 1_u64.to_le_bytes().to_vec();
    replica
        .submit_call(stranger(), holder, "set", release)
        .unwrap();
    replica.run_until_idle(200);
    assert_eq!(replica.next_wake_at(), None);
    assert_eq!(
        replica.canister_view(&holder).unwrap().open_call_contexts,
        0
    );
    assert_eq!(get(&mut replica, caller), 1, "one callback ran, once");
    let left = replica.canister_view(&caller).unwrap().cycles;
    assert_eq!(left, cycles - 777);
}

#[test]
fn should_never_execute_a_request_whose_deadline_passed_in_the_queue() {
    let (mut replica, caller, holder) = setup();
    let id = start(&mut replica, caller, "wait", holder);
    assert!(replica.execute_round());
    replica.advance_time(Duration::from_secs(10));
    replica.run_until_idle(20);
    assert_eq!(deadline_seen(&mut replica, holder), 0);
    assert!(matches!(
        replica.ingress_status(&id),
        Some(IngressStatus::Replied(reply)) if number(&reply) == RejectCode::SysUnknown as u64
    ));
}

#[test]
fn should_sleep_until_the_deadline_of_a_call_that_nobody_answers() {
    let (mut replica, id, call) = waiting("stop_10s");
    let deadline_ns = replica.time_ns() + 10_000_000_000;
    assert_eq!(replica.next_wake_at(), Some(deadline_ns));

    replica.set_time_ns(deadline_ns);
    let reply = replica.await_call(&call).unwrap();
    assert_eq!(number(&reply), RejectCode::SysUnknown as u64);
    let status = replica.canister_view(&id).unwrap().status;
    assert_eq!(status, CanisterStatus::Stopped);
    assert_eq!(replica.next_wake_at(), None);
}

#[test]
fn should_run_one_callback_when_answer_and_deadline_come_in_the_same_round() {
    let mut outcomes = [0, 0];
    for rounds_before_deadline in 0..12 {
        let (mut replica, caller, holder) = setup();
        let before = replica.canister_view(&caller).unwrap().cycles;
        start(&mut replica, caller, "wait", holder);
        replica.run_until_idle(20);
        let release = 1_u64.to_le_bytes().to_vec();
        replica
            .submit_call(stranger(), holder, "set", release)
            .unwrap();
        replica.run_until_idle(rounds_before_deadline);
        replica.advance_time(Duration::from_secs(10));
        replica.run_until_idle(100);
        let lost = before - replica.canister_view(&caller).unwrap().cycles;
        match get(&mut replica, caller) {
            100 => outcomes[0] += 1,
            1 => outcomes[1] += 1,
            other => panic!("the callbacks added {other}"),
        }
        let expected = if get(&mut replica, caller) == 1 {
            777
        } else {
            0
        };
        assert_eq!(lost, expected, "after {rounds_before_deadline} rounds");
        let view = replica.canister_view(&caller).unwrap();
        assert_eq!(view.open_call_contexts, 0);
    }
    assert!(outcomes[0] > 0 && outcomes[1] > 0, "{outcomes:?}");
}
