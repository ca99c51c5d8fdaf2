//! Where the functions of the system interface may be called, and what they refuse.

use chime_replica::{ErrorCode, InstallMode};

use crate::support::{assert_rejected, controller, module, replica, stranger, update, with};

#[test]
fn should_refuse_functions_out_of_their_context() {
    let (mut replica, id) = with(
        r#"
        (table funcref (elem $f)) (func $f (param i32))
        (func (export "canister_update accept") (call $accept_message))
        (func (export "canister_update reject_code") (drop (call $reject_code)))
        (func (export "canister_query call")
          (call $call_self (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
        (func (export "canister_query certify") (call $certify (i32.const 0) (i32.const 0)))
        (func (export "canister_query timer") (drop (call $timer_set (i64.const 0))))
    "#,
    );
    for (method, text) in [
        (
            "accept",
            "\"ic0_accept_message\" cannot be executed in update mode",
        ),
        (
            "reject_code",
            "\"ic0_msg_reject_code\" cannot be executed in update mode",
        ),
        (
            "certify",
            "\"ic0_certified_data_set\" cannot be executed in replicated query mode",
        ),
    ] {
        let result = update(&mut replica, id, method);
        assert_rejected(result, ErrorCode::CanisterContractViolation, text);
    }
    for (method, function) in [
        ("call", "call_new"),
        ("certify", "certified_data_set"),
        ("timer", "global_timer_set"),
    ] {
        let result = replica.query(stranger(), id, method, vec![]);
        let text = format!("\"ic0_{function}\" cannot be executed in non replicated query mode");
        assert_rejected(result, ErrorCode::CanisterContractViolation, &text);
    }
    for (name, text) in [("canister_init", "init"), ("start", "start")] {
        let fields = if name == "start" {
            "(start $f) (func $f (drop (call $time)))".to_owned()
        } else {
            format!("(func (export \"{name}\") (call $reply))")
        };
        let mut replica = replica_with_nothing();
        let id = replica.create_canister(controller()).unwrap();
        let result = replica.install_code(
            controller(),
            id,
            InstallMode::Install,
            module(&fields),
            vec![],
        );
        let text = format!("cannot be executed in {text} mode");
        assert_rejected(result, ErrorCode::CanisterContractViolation, &text);
    }
}

fn replica_with_nothing() -> chime_replica::Replica {
    replica()
}

#[test]
fn should_refuse_what_breaks_the_contract() {
    let (mut replica, id) = with(
        r#"
        (func (export "canister_update reply_twice") (call $reply) (call $reply))
        (func (export "canister_update reply_and_reject")
          (call $reply) (call $reject (i32.const 0) (i32.const 0)))
        (func (export "canister_update perform_nothing") (drop (call $perform)))
        (func (export "canister_update certify_33") (call $certify (i32.const 0) (i32.const 33)))
        (func (export "canister_update counter_7") (drop (call $counter (i32.const 7))))
        (func (export "canister_update arg_beyond")
          (call $arg_copy (i32.const 0) (i32.const 0) (i32.const 1)))
        (func (export "canister_update long_principal")
          (call $call_new (i32.const 0) (i32.const 30) (i32.const 0) (i32.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    "#,
    );
    for (method, text) in [
        ("reply_twice", "already replied"),
        ("reply_and_reject", "already replied"),
        ("perform_nothing", "no call is under construction"),
        ("certify_33", "no larger than 32 bytes. Found 33 bytes"),
        ("counter_7", "no counter of type 7"),
        ("arg_beyond", "exceeds the 0 bytes"),
        ("long_principal", "not a principal"),
    ] {
        let result = update(&mut replica, id, method);
        assert_rejected(result, ErrorCode::CanisterContractViolation, text);
    }
}

#[test]
fn should_trap_on_accesses_out_of_bounds() {
    let (mut replica, id) = with(
        r#"
        (func (export "canister_update append") (call $append (i32.const 65535) (i32.const 2)))
        (func (export "canister_update wrap") (call $append (i32.const -1) (i32.const -1)))
        (func (export "canister_update caller")
          (call $caller_copy (i32.const 65530) (i32.const 0) (call $caller_size)))
        (func (export "canister_update stable") (call $stable_write (i64.const 0) (i64.const 0) (i64.const 1)))
        (func (export "canister_update stable_heap") (drop (call $stable_grow (i64.const 1)))
          (call $stable_read (i64.const 65536) (i64.const 0) (i64.const 1)))
        (func (export "canister_update stable_far") (drop (call $stable_grow (i64.const 1)))
          (call $stable_read (i64.const 0) (i64.const -1) (i64.const 8)))
        (func (export "canister_update load") (drop (i64.load (i32.const 65529))))
        (func (export "canister_update divide") (drop (i32.div_u (i32.const 1) (i32.const 0))))
    "#,
    );
    for (method, text) in [
        ("append", "heap out of bounds"),
        ("caller", "heap out of bounds"),
        ("stable", "stable memory out of bounds"),
        ("stable_heap", "heap out of bounds"),
        ("stable_far", "stable memory out of bounds"),
        ("load", "heap out of bounds"),
        ("divide", "integer division by 0"),
    ] {
        let result = update(&mut replica, id, method);
        assert_rejected(result, ErrorCode::CanisterTrapped, text);
    }
    // Four gigabytes are more than a reply may hold, in bounds or not.
    update(&mut replica, id, "wrap").unwrap_err();
}

#[test]
fn should_keep_what_the_canister_prints() {
    let (mut replica, id) = with(
        r#"
        (data (i32.const 1024) "hello")
        (func (export "canister_update hello") (call $print (i32.const 1024) (i32.const 5))
          (call $print (i32.const -1) (i32.const 5)) (unreachable))
    "#,
    );
    update(&mut replica, id, "hello").unwrap_err();
    let log = replica.debug_log(&id);
    assert_eq!(log[0], "hello");
    assert!(log[1].contains("out of memory bounds"));
}

#[test]
fn should_give_one_canonical_nan() {
    let (mut replica, id) = with(
        r#"
        (func (export "canister_query nan")
          (call $reply_number (i64.reinterpret_f64
            (f64.add (f64.reinterpret_i64 (i64.const 0x7ff8000000000123)) (f64.const 1)))))
    "#,
    );
    let bits = crate::support::query_number(&mut replica, id, "nan");
    assert_eq!(bits, 0x7ff8_0000_0000_0000);
}
