//! A message changes everything or nothing.

use chime_replica::ErrorCode;

use crate::support::{add, assert_rejected, get, query_number, update, update_to, with};

/// Changes heap, a global, stable memory, certified data and the timer; `fail` then traps.
const CHANGES: &str = r#"
(global $g (mut i64) (i64.const 5))
(data (i32.const 1024) "certified")
(func $change
  (call $set (i64.const 42))
  (global.set $g (i64.const 6))
  (drop (call $stable_grow (i64.const 1)))
  (call $stable_write (i64.const 0) (i64.const 1024) (i64.const 9))
  (call $certify (i32.const 1024) (i32.const 9))
  (drop (call $timer_set (i64.const 2000000000000000000))))
(func (export "canister_update change") (call $change) (call $reply))
(func (export "canister_update fail") (call $change) (call $reply) (unreachable))
(func (export "canister_update fail_by_trap")
  (call $change) (call $trap (i32.const 1024) (i32.const 9)))
(func (export "canister_query global") (call $reply_number (global.get $g)))
(func (export "canister_query pages") (call $reply_number (call $stable_size)))
(func (export "canister_query change_in_query") (call $set (i64.const 42))
  (global.set $g (i64.const 6)) (drop (call $stable_grow (i64.const 1))) (call $reply))
"#;

#[test]
fn should_keep_every_change_of_a_message_that_succeeds() {
    let (mut replica, id) = with(CHANGES);
    update(&mut replica, id, "change").unwrap();
    assert_eq!(get(&mut replica, id), 42);
    assert_eq!(query_number(&mut replica, id, "global"), 6);
    assert_eq!(query_number(&mut replica, id, "pages"), 1);
    let stable = replica.stable_memory(&id, 0, 9).unwrap();
    assert_eq!(stable, b"certified");
    let view = replica.canister_view(&id).unwrap();
    assert_eq!(view.certified_data, b"certified");
    assert_eq!(view.global_timer_ns, 2_000_000_000_000_000_000);
}

#[test]
fn should_discard_every_change_of_a_message_that_traps() {
    let (mut replica, id) = with(CHANGES);
    let before = replica.canister_view(&id).unwrap();
    for (method, code, text) in [
        (
            "fail",
            ErrorCode::CanisterTrapped,
            "Canister trapped: unreachable",
        ),
        (
            "fail_by_trap",
            ErrorCode::CanisterCalledTrap,
            "Canister called `ic0.trap` with message: 'certified'",
        ),
    ] {
        assert_rejected(update(&mut replica, id, method), code, text);
        assert_eq!(get(&mut replica, id), 0);
        assert_eq!(query_number(&mut replica, id, "global"), 5);
        assert_eq!(query_number(&mut replica, id, "pages"), 0);
        assert_eq!(replica.canister_view(&id).unwrap(), before);
    }
    // And the instance is sound after it.
    update(&mut replica, id, "change").unwrap();
    assert_eq!(get(&mut replica, id), 42);
}

#[test]
fn should_drop_the_changes_of_queries_in_both_kinds_of_execution() {
    let (mut replica, id) = with(CHANGES);
    let method = "change_in_query";
    let before = replica.canister_view(&id).unwrap();
    let sender = crate::support::stranger();
    assert!(replica.query(sender, id, method, Vec::new()).is_ok());
    assert_eq!(replica.canister_view(&id).unwrap(), before);
    assert!(update(&mut replica, id, method).is_ok());
    assert_eq!(get(&mut replica, id), 0);
    assert_eq!(query_number(&mut replica, id, "global"), 5);
    assert_eq!(query_number(&mut replica, id, "pages"), 0);
}

#[test]
fn should_shrink_a_memory_that_grew_in_a_failed_message() {
    let (mut replica, id) = with(
        r#"
        (func (export "canister_update grow_and_fail")
          (drop (memory.grow (i32.const 3)))
          (i64.store (i32.const 131072) (i64.const 9)) (call $set (i64.const 1)) (unreachable))
        (func (export "canister_update grow") (drop (memory.grow (i32.const 1)))
          (i64.store (i32.const 65536) (i64.const 77)) (call $reply))
        (func (export "canister_query size") (call $reply_number (i64.extend_i32_u (memory.size))))
        (func (export "canister_query high") (call $reply_number (i64.load (i32.const 65536))))
    "#,
    );
    update(&mut replica, id, "grow_and_fail").unwrap_err();
    assert_eq!(query_number(&mut replica, id, "size"), 1);
    assert_eq!(get(&mut replica, id), 0);
    update(&mut replica, id, "grow").unwrap();
    update(&mut replica, id, "grow_and_fail").unwrap_err();
    assert_eq!(query_number(&mut replica, id, "size"), 2);
    assert_eq!(query_number(&mut replica, id, "high"), 77);
    assert_eq!(replica.canister_view(&id).unwrap().heap_bytes, 131_072);
}

#[test]
fn should_not_send_the_calls_of_a_message_that_traps() {
    let (mut replica, callee) = with(
        r#"
        (func (export "canister_update hit") (call $add (i64.const 1)) (call $reply))
    "#,
    );
    let caller = add(
        &mut replica,
        r#"
        (table funcref (elem $nothing)) (func $nothing (param i32))
        (data (i32.const 1024) "hit")
        (func (export "canister_update call_and_fail")
          (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 0))
          (drop (call $perform)) (unreachable))
    "#,
    );
    update_to(&mut replica, caller, "call_and_fail", callee).unwrap_err();
    replica.run_until_idle(10);
    assert_eq!(get(&mut replica, callee), 0);
    assert_eq!(
        replica.canister_view(&caller).unwrap().open_call_contexts,
        0
    );
}

#[test]
fn should_give_back_after_a_message_the_segments_that_it_dropped() {
    let (mut replica, id) = with(
        r#"
        (data $seven "\07")
        (func (export "canister_update drop") (data.drop $seven) (call $reply))
        (func (export "canister_update drop_and_use") (data.drop $seven)
          (memory.init $seven (i32.const 512) (i32.const 0) (i32.const 1)))
        (func (export "canister_update use")
          (memory.init $seven (i32.const 512) (i32.const 0) (i32.const 1)) (call $reply))
    "#,
    );
    update(&mut replica, id, "drop").unwrap();
    assert_rejected(
        update(&mut replica, id, "drop_and_use"),
        ErrorCode::CanisterTrapped,
        "heap out of bounds",
    );
    update(&mut replica, id, "use").unwrap();
    assert_eq!(get(&mut replica, id), 7);
}
