//! Calls between canisters, callbacks, cleanup, and answers that never come.

use chime_replica::{ErrorCode, IngressStatus, RejectCode};

use crate::support::{add, assert_rejected, get, number, stranger, update, update_to, with};

/// Calls `hit` of the canister in the argument, or of itself, and answers in the callback.
const CALLER: &str = r#"
(table funcref (elem $on_reply $on_reject $on_reply_trapping $cleanup $cleanup_trapping))
(data (i32.const 1024) "hit") (data (i32.const 1040) "silent") (data (i32.const 1056) "absent")
(func $on_reply (param i32) (call $add (call $arg_number))
  (call $number (i64.extend_i32_u (local.get 0))) (call $reply_number (call $get)))
(func $on_reject (param i32) (call $add (i64.const 1000))
  (call $number (i64.extend_i32_u (local.get 0)))
  (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func $on_reply_trapping (param i32) (call $add (i64.const 500)) (unreachable))
(func $cleanup (param i32) (call $add (i64.extend_i32_u (local.get 0))))
(func $cleanup_trapping (param i32) (call $add (i64.const 1)) (unreachable))
(func (export "canister_update call") (call $set (i64.const 10))
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_update call_self") (call $set (i64.const 10))
  (call $call_self (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_update call_silent")
  (call $call_arg (i32.const 1040) (i32.const 6) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_update call_absent")
  (call $call_arg (i32.const 1056) (i32.const 6) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_update trap_after") (call $set (i64.const 10))
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 2) (i32.const 1))
  (call $on_cleanup (i32.const 3) (i32.const 33)) (drop (call $perform)))
(func (export "canister_update trap_twice") (call $set (i64.const 10))
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 2) (i32.const 1))
  (call $on_cleanup (i32.const 4) (i32.const 0)) (drop (call $perform)))
(func (export "canister_update bad_callback")
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 99) (i32.const 99))
  (drop (call $perform)))
(func (export "canister_update hit") (call $add (i64.const 1)) (call $reply_number (i64.const 5)))
(func (export "canister_update silent") (call $add (i64.const 1)))
(func (export "canister_update reply_then_call")
  (call $reply)
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 2) (i32.const 2))
  (drop (call $perform)))
"#;

#[test]
fn should_answer_in_the_callback_with_its_environment() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 7, "the reply callback's environment");
    assert_eq!(number(&reply[8..]), 15);
    assert_eq!(get(&mut replica, callee), 1);
}

#[test]
fn should_execute_a_call_and_its_callback_in_the_same_round() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    let arg = callee.as_slice().to_vec();
    let id = replica
        .submit_call(stranger(), caller, "call", arg)
        .unwrap();
    assert_eq!(replica.ingress_status(&id), Some(IngressStatus::Received));
    assert!(replica.execute_round());
    assert!(matches!(
        replica.ingress_status(&id),
        Some(IngressStatus::Replied(_))
    ));
    assert!(!replica.execute_round());
    assert_eq!(replica.next_wake_at(), None);
}

#[test]
fn should_serve_a_call_to_itself() {
    let (mut replica, id) = with(CALLER);
    let reply = update(&mut replica, id, "call_self").unwrap();
    // 10 before the call, 1 by the call, 5 by the callback.
    assert_eq!(number(&reply[8..]), 16);
}

#[test]
fn should_reject_calls_to_what_is_not_there() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    let missing = chime_replica::canister_id_from_counter(77);
    for (method, to, code) in [
        ("call_absent", callee, RejectCode::CanisterError),
        ("call", missing, RejectCode::DestinationInvalid),
        ("call_silent", callee, RejectCode::CanisterError),
    ] {
        let reply = update_to(&mut replica, caller, method, to).unwrap();
        assert_eq!(number(&reply), 8, "the reject callback's environment");
        assert_eq!(number(&reply[8..]), code as u64, "{method}");
    }
}

#[test]
fn should_reject_an_ingress_message_that_is_never_answered() {
    let (mut replica, id) = with(CALLER);
    assert_rejected(
        update(&mut replica, id, "silent"),
        ErrorCode::CanisterDidNotReply,
        "did not produce a response",
    );
    assert_eq!(get(&mut replica, id), 1, "its changes are kept");
}

#[test]
fn should_run_the_cleanup_after_a_callback_traps() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    let result = update_to(&mut replica, caller, "trap_after", callee);
    assert_rejected(result, ErrorCode::CanisterTrapped, "unreachable");
    assert_eq!(get(&mut replica, caller), 10 + 33, "500 is rolled back");
}

#[test]
fn should_discard_the_changes_of_a_cleanup_that_traps() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    update_to(&mut replica, caller, "trap_twice", callee).unwrap_err();
    assert_eq!(get(&mut replica, caller), 10);
    assert_eq!(
        replica.canister_view(&caller).unwrap().open_call_contexts,
        0
    );
}

#[test]
fn should_reject_when_the_callback_does_not_exist() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    assert_rejected(
        update_to(&mut replica, caller, "bad_callback", callee),
        ErrorCode::CanisterFunctionNotFound,
        "non-existent Wasm function",
    );
}

#[test]
fn should_keep_an_answer_given_before_a_callback_traps() {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    let reply = update_to(&mut replica, caller, "reply_then_call", callee);
    assert_eq!(reply, Ok(Vec::new()));
    replica.run_until_idle(10);
    assert_eq!(get(&mut replica, callee), 1);
    assert_eq!(
        replica.canister_view(&caller).unwrap().open_call_contexts,
        0
    );
}
