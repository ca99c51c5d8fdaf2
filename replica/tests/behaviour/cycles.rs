//! Cycles attached, accepted and refunded.

use chime_replica::{ErrorCode, Principal, Replica};

use crate::support::{add, assert_rejected, number, update, update_to, with};

/// Sends 1000 cycles; answers with what came back and what is open.
const SENDER: &str = r#"
(table funcref (elem $done))
(data (i32.const 1024) "take_300") (data (i32.const 1040) "take_and_trap")
(data (i32.const 1056) "take_and_reject") (data (i32.const 1072) "nothing_here")
(func $done (param i32)
  (call $refunded (i32.const 0)) (call $append (i32.const 0) (i32.const 16)) (call $reply))
(func $send (param i32 i32)
  (call $call_arg (local.get 0) (local.get 1) (i32.const 0) (i32.const 0))
  (call $cycles_add (i64.const 0) (i64.const 1000)) (drop (call $perform)))
(func (export "canister_update take_300") (call $send (i32.const 1024) (i32.const 8)))
(func (export "canister_update take_and_trap") (call $send (i32.const 1040) (i32.const 13)))
(func (export "canister_update take_and_reject") (call $send (i32.const 1056) (i32.const 15)))
(func (export "canister_update nothing_here") (call $send (i32.const 1072) (i32.const 12)))
(func (export "canister_update abandon")
  (call $call_arg (i32.const 1024) (i32.const 8) (i32.const 0) (i32.const 0))
  (call $cycles_add (i64.const 0) (i64.const 1000)) (call $reply))
(func (export "canister_update too_much")
  (call $call_arg (i32.const 1024) (i32.const 8) (i32.const 0) (i32.const 0))
  (call $cycles_add (i64.const 1000000) (i64.const 0)))
"#;

const TAKER: &str = r#"
(func $take (call $accept (i64.const 0) (i64.const 300) (i32.const 32)))
(func (export "canister_update take_300") (call $take)
  (call $accept (i64.const 0) (i64.const 0) (i32.const 32)) (call $reply))
(func (export "canister_update take_and_trap") (call $take) (unreachable))
(func (export "canister_update take_and_reject") (call $take) (call $reject (i32.const 0) (i32.const 0)))
"#;

fn cycles(replica: &Replica, id: Principal) -> u128 {
    replica.canister_view(&id).unwrap().cycles
}

#[test]
fn should_move_what_is_accepted_and_refund_the_rest() {
    // Method, cycles that move.
    for (method, moved) in [
        ("take_300", 300_u64),
        ("take_and_trap", 0),
        ("take_and_reject", 300),
        ("nothing_here", 0),
    ] {
        let (mut replica, sender) = with(SENDER);
        let taker = add(&mut replica, TAKER);
        let before = (cycles(&replica, sender), cycles(&replica, taker));
        let reply = update_to(&mut replica, sender, method, taker).unwrap();
        assert_eq!(number(&reply), 1000 - moved, "{method}");
        let moved = u128::from(moved);
        assert_eq!(cycles(&replica, sender), before.0 - moved, "{method}");
        assert_eq!(cycles(&replica, taker), before.1 + moved, "{method}");
    }
}

#[test]
fn should_give_back_the_cycles_of_a_call_that_was_not_made() {
    let (mut replica, sender) = with(SENDER);
    let before = cycles(&replica, sender);
    update_to(&mut replica, sender, "abandon", sender).unwrap();
    assert_eq!(cycles(&replica, sender), before);
}

#[test]
fn should_refuse_to_attach_more_cycles_than_there_are() {
    let (mut replica, sender) = with(SENDER);
    assert_rejected(
        update_to(&mut replica, sender, "too_much", sender),
        ErrorCode::InsufficientCyclesInCall,
        "cannot attach",
    );
}

#[test]
fn should_accept_nothing_from_an_ingress_message() {
    let (mut replica, taker) = with(TAKER);
    let before = cycles(&replica, taker);
    update(&mut replica, taker, "take_300").unwrap();
    assert_eq!(cycles(&replica, taker), before);
}
