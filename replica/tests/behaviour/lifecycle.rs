//! Starting, stopping, uninstalling and deleting.

use std::time::Duration;

use candid::Encode;
use chime_replica::{CanisterStatus, ErrorCode, IngressStatus, MessageId, Principal, Replica};
use ic_management_canister_types as types;
use types::CanisterIdRecord;

use crate::bounded_wait::HOLDER;
use crate::support::{add, assert_rejected, controller, number, stepwise, stranger, update, with};

fn submit_by_id(replica: &mut Replica, method: &str, id: Principal) -> MessageId {
    let arg = Encode!(&CanisterIdRecord { canister_id: id }).unwrap();
    let management = Principal::management_canister();
    replica
        .submit_call(controller(), management, method, arg)
        .unwrap()
}

fn status(replica: &Replica, id: Principal) -> CanisterStatus {
    replica.canister_view(&id).unwrap().status
}

/// A canister with an open call.
fn holding() -> (Replica, Principal, MessageId) {
    let mut replica = stepwise();
    let id = add(&mut replica, HOLDER);
    let call = replica.submit_call(stranger(), id, "hold", vec![]).unwrap();
    replica.run_until_idle(5);
    (replica, id, call)
}

/// Stops itself, for 10 s or for as long as it takes, and answers the reject code.
const STOPPER: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "stop_canister")
(func $on_reply (param i32) (call $reply_number (i64.const 0)))
(func $on_reject (param i32) (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func $stop
  (call $arg_copy (i32.const 2048) (i32.const 0) (call $arg_size))
  (call $call_new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 13)
    (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
  (call $call_append (i32.const 2048) (call $arg_size)))
(func (export "canister_update stop_10s")
  (call $stop) (call $best_effort (i32.const 10)) (drop (call $perform)))
(func (export "canister_update stop") (call $stop) (drop (call $perform)))
"#;

/// A canister that waits for itself to be stopped, so that a call of it stays open in silence.
pub fn waiting(method: &str) -> (Replica, Principal, MessageId) {
    let (mut replica, id) = with(STOPPER);
    let settings = types::UpdateSettingsArgs {
        canister_id: id,
        settings: types::CanisterSettings {
            controllers: Some(vec![controller(), id]),
            ..Default::default()
        },
        sender_canister_version: None,
    };
    replica
        .management_call(controller(), "update_settings", &settings)
        .unwrap();
    let arg = Encode!(&CanisterIdRecord { canister_id: id }).unwrap();
    let call = replica.submit_call(stranger(), id, method, arg).unwrap();
    replica.run_until_idle(10);
    assert_eq!(status(&replica, id), CanisterStatus::Stopping);
    (replica, id, call)
}

#[test]
fn should_wait_for_open_calls_before_it_is_stopped() {
    let (mut replica, id, call) = waiting("stop_10s");
    let stop = submit_by_id(&mut replica, "stop_canister", id);
    replica.run_until_idle(10);
    assert_eq!(status(&replica, id), CanisterStatus::Stopping);
    assert_eq!(
        replica.ingress_status(&stop),
        Some(IngressStatus::Processing)
    );
    for result in [
        replica.query(stranger(), id, "get", vec![]),
        update(&mut replica, id, "set"),
    ] {
        assert_rejected(result, ErrorCode::CanisterStopping, "is stopping");
    }
    replica.advance_time(Duration::from_secs(10));
    // The callback runs in the stopping canister, and with it the last open call ends.
    assert_eq!(number(&replica.await_call(&call).unwrap()), 6);
    replica.await_call(&stop).unwrap();
    assert_eq!(status(&replica, id), CanisterStatus::Stopped);
    assert_rejected(
        update(&mut replica, id, "set"),
        ErrorCode::CanisterStopped,
        "is stopped",
    );
}

#[test]
fn should_refuse_what_was_queued_before_the_stop_and_run_what_was_open() {
    let (mut replica, id, call) = holding();
    let late = replica
        .submit_call(stranger(), id, "set", vec![0; 8])
        .unwrap();
    let stop = submit_by_id(&mut replica, "stop_canister", id);
    assert_rejected(
        replica.await_call(&late),
        ErrorCode::CanisterStopping,
        "is stopping",
    );
    // Its call to itself is refused too, but the callback runs and answers.
    assert_eq!(number(&replica.await_call(&call).unwrap()), 99);
    replica.await_call(&stop).unwrap();
    assert_eq!(status(&replica, id), CanisterStatus::Stopped);
}

#[test]
fn should_cancel_a_stop_by_a_start() {
    let (mut replica, id, _) = holding();
    let stop = submit_by_id(&mut replica, "stop_canister", id);
    let start = submit_by_id(&mut replica, "start_canister", id);
    replica.execute_round();
    assert_rejected(
        replica.await_call(&stop),
        ErrorCode::CanisterStoppingCancelled,
        "cancelled",
    );
    replica.await_call(&start).unwrap();
    assert_eq!(status(&replica, id), CanisterStatus::Running);
}

#[test]
fn should_stop_at_once_when_nothing_is_open_and_start_again() {
    let (mut replica, id) = with("");
    replica.stop_canister(controller(), id).unwrap();
    assert_eq!(status(&replica, id), CanisterStatus::Stopped);
    replica.stop_canister(controller(), id).unwrap();
    replica.start_canister(controller(), id).unwrap();
    assert_eq!(crate::support::get(&mut replica, id), 0);
}

#[test]
fn should_delete_stopped_canisters_only() {
    let (mut replica, id) = with("");
    assert_rejected(
        replica.delete_canister(controller(), id),
        ErrorCode::CanisterNotStopped,
        "must be stopped before it is deleted",
    );
    replica.stop_canister(controller(), id).unwrap();
    replica.delete_canister(controller(), id).unwrap();
    assert_eq!(replica.canister_view(&id), None);
    assert_rejected(
        update(&mut replica, id, "set"),
        ErrorCode::CanisterNotFound,
        "not found",
    );
}

#[test]
fn should_reject_open_calls_when_code_is_uninstalled() {
    let (mut replica, id, call) = holding();
    replica.uninstall_code(controller(), id).unwrap();
    assert_rejected(
        replica.await_call(&call),
        ErrorCode::CanisterRejectedMessage,
        "has been uninstalled",
    );
    replica.run_until_idle(20);
    assert_eq!(replica.canister_view(&id).unwrap().open_call_contexts, 0);
    assert_rejected(
        update(&mut replica, id, "set"),
        ErrorCode::CanisterWasmModuleNotFound,
        "no Wasm module",
    );
}

#[test]
fn should_give_up_a_stop_after_five_minutes() {
    let (mut replica, id, call) = waiting("stop");
    let started_ns = replica.time_ns();
    replica.advance_time(Duration::from_secs(100));
    let stop = submit_by_id(&mut replica, "stop_canister", id);
    replica.run_until_idle(5);
    let timeout_ns = started_ns + 300_000_000_000;
    assert_eq!(replica.next_wake_at(), Some(timeout_ns));
    replica.set_time_ns(timeout_ns);
    // The canister learns that its own request timed out, and so is free to stop for the other.
    assert_eq!(number(&replica.await_call(&call).unwrap()), 2);
    replica.await_call(&stop).unwrap();
}
