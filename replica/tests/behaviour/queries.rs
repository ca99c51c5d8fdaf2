//! Queries, composite queries and the inspection of ingress messages.

use chime_replica::ErrorCode;

use crate::support::{add, assert_rejected, get, number, stranger, update, with};

#[test]
fn should_give_a_certificate_only_when_there_is_one() {
    let (mut replica, id) = with(
        r#"
        (func (export "canister_query size")
          (if (call $certificate_present)
            (then (call $reply_number (i64.extend_i32_u (call $certificate_size))))
            (else (call $reply_number (i64.const 0)))))
    "#,
    );
    let without = replica.query(stranger(), id, "size", vec![]).unwrap();
    assert_eq!(number(&without), 0);
    let with = replica.query_with_certificate(stranger(), id, "size", vec![], vec![0; 77]);
    assert_eq!(number(&with.unwrap()), 77);
}

#[test]
fn should_tell_queries_and_updates_apart() {
    let (mut replica, id) = with("");
    assert_rejected(
        replica.query(stranger(), id, "set", vec![]),
        ErrorCode::CanisterMethodNotFound,
        "Canister has no query method 'set'",
    );
    assert_rejected(
        update(&mut replica, id, "absent"),
        ErrorCode::CanisterMethodNotFound,
        "Canister has no update method 'absent'",
    );
}

/// `sum` adds the `get` of the canister in its argument to its own number.
const COMPOSITE: &str = r#"
(table funcref (elem $add_reply $on_reject))
(data (i32.const 1024) "get") (data (i32.const 1040) "sum")
(func $add_reply (param i32) (call $add (call $arg_number)) (call $reply_number (call $get)))
(func $on_reject (param i32) (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func (export "canister_composite_query sum") (call $add (i64.const 1))
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_composite_query loop")
  (call $call_arg (i32.const 1040) (i32.const 3) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
"#;

#[test]
fn should_run_composite_queries_and_drop_their_changes() {
    let (mut replica, id) = with(COMPOSITE);
    let other = add(&mut replica, "");
    for (canister, value) in [(id, 10_u64), (other, 5)] {
        let arg = value.to_le_bytes().to_vec();
        replica
            .update_call(stranger(), canister, "set", arg)
            .unwrap();
    }
    let before = replica.canister_view(&id);
    for _ in 0..2 {
        let arg = other.as_slice().to_vec();
        let reply = replica.query(stranger(), id, "sum", arg).unwrap();
        assert_eq!(number(&reply), 16);
    }
    assert_eq!(get(&mut replica, id), 10);
    assert_eq!(replica.canister_view(&id), before);
}

#[test]
fn should_refuse_loops_and_replicated_execution_of_composite_queries() {
    let (mut replica, id) = with(COMPOSITE);
    let arg = id.as_slice().to_vec();
    let reply = replica.query(stranger(), id, "loop", arg).unwrap();
    assert_eq!(number(&reply), 5);
    assert_rejected(
        update(&mut replica, id, "sum"),
        ErrorCode::CompositeQueryCalledInReplicatedMode,
        "replicated mode",
    );
}

#[test]
fn should_ask_the_canister_about_ingress_messages_only() {
    // Accepts calls with an argument; its changes are dropped.
    let (mut replica, id) = with(
        r#"
        (func (export "canister_inspect_message") (call $set (i64.const 99))
          (if (call $arg_size) (then (call $accept_message))))
    "#,
    );
    assert_rejected(
        update(&mut replica, id, "set"),
        ErrorCode::CanisterRejectedMessage,
        "rejected the message",
    );
    let arg = 3_u64.to_le_bytes().to_vec();
    replica.update_call(stranger(), id, "set", arg).unwrap();
    assert_eq!(get(&mut replica, id), 3, "a query is not inspected");
}
