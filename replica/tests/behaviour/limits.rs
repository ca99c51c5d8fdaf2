//! Limits, on both sides.

use chime_replica::{ErrorCode, Replica, ReplicaConfig, limits};

use crate::support::{add, assert_rejected, controller, get, number, stranger, update, with};

const LOOPS: &str = r#"
(func $forever (loop $l (br $l)))
(func (export "canister_update forever") (call $set (i64.const 1)) (call $forever))
(func (export "canister_query forever_query") (call $forever))
(func $deep (param i64) (result i64) (i64.add (call $deep (local.get 0)) (i64.const 1)))
(func (export "canister_update deep") (drop (call $deep (i64.const 1))))
(func (export "canister_update count") (local i64)
  (local.set 0 (call $counter (i32.const 0)))
  (call $number (i64.sub (call $counter (i32.const 0)) (local.get 0)))
  (call $number (i64.const 0)) (call $reply))
"#;

#[test]
fn should_end_an_infinite_loop_at_the_instruction_limit() {
    let mut replica = Replica::new(ReplicaConfig {
        update_instructions: 1_000_000,
        query_instructions: 500_000,
        ..ReplicaConfig::default()
    });
    let id = add(&mut replica, LOOPS);
    assert_rejected(
        update(&mut replica, id, "forever"),
        ErrorCode::CanisterInstructionLimitExceeded,
        "Canister exceeded the limit of 1000000 instructions for single message execution.",
    );
    assert_rejected(
        replica.query(stranger(), id, "forever_query", vec![]),
        ErrorCode::CanisterInstructionLimitExceeded,
        "500000 instructions",
    );
    assert_eq!(get(&mut replica, id), 0);
}

#[test]
fn should_survive_endless_recursion() {
    let (mut replica, id) = with(LOOPS);
    assert_rejected(
        update(&mut replica, id, "deep"),
        ErrorCode::CanisterTrapped,
        "stack overflow",
    );
    assert_eq!(get(&mut replica, id), 0);
}

#[test]
fn should_count_instructions_by_the_weights_of_the_internet_computer() {
    let (mut replica, id) = with(LOOPS);
    let reply = update(&mut replica, id, "count").unwrap();
    // Between the counters: local.set 1, i32.const 1, call 5, and the price of the second counter
    // itself, which is taken before it is read.
    assert_eq!(number(&reply), 1 + 1 + 5 + 200);
}

#[test]
fn should_tell_what_a_canister_has_done() {
    let (mut replica, id) = with(LOOPS);
    replica.take_work(&id).unwrap();
    assert_eq!(replica.take_work(&id), Some(chime_replica::Work::default()));
    update(&mut replica, id, "count").unwrap();
    let one = replica.take_work(&id).unwrap();
    assert_eq!((one.messages, one.stable_pages_written), (1, 0));
    assert!(one.instructions > 207);
    assert_eq!(one.largest_message, one.instructions);
    update(&mut replica, id, "count").unwrap();
    update(&mut replica, id, "count").unwrap();
    get(&mut replica, id);
    let several = replica.take_work(&id).unwrap();
    assert_eq!(several.messages, 3);
    assert_eq!(several.largest_message, one.instructions);
    assert!(several.instructions > 2 * one.instructions);
    assert_eq!(replica.take_work(&stranger()), None);
}

/// Makes as many calls to itself as the argument says; answers how many were taken.
const CALLS: &str = r#"
(table funcref (elem $nothing)) (data (i32.const 1024) "hit")
(func $nothing (param i32))
(func (export "canister_update calls") (local $left i64) (local $made i64)
  (local.set $left (call $arg_number))
  (loop $l
    (call $call_self (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 0))
    (if (i32.eqz (call $perform))
      (then (local.set $made (i64.add (local.get $made) (i64.const 1)))))
    (local.set $left (i64.sub (local.get $left) (i64.const 1)))
    (br_if $l (i64.ne (local.get $left) (i64.const 0))))
  (call $reply_number (local.get $made)))
(func (export "canister_update hit") (call $add (i64.const 1)) (call $reply))
"#;

#[test]
fn should_take_500_open_calls_per_callee_and_no_more() {
    for (wanted, taken) in [(499, 499), (500, 500), (501, 500), (700, 500)] {
        let (mut replica, id) = with(CALLS);
        let arg = u64::to_le_bytes(wanted).to_vec();
        let reply = replica.update_call(stranger(), id, "calls", arg).unwrap();
        assert_eq!(number(&reply), taken);
        replica.run_until_idle(10);
        assert_eq!(get(&mut replica, id), taken);
    }
}

#[test]
fn should_bound_the_payload_of_ingress_messages() {
    let (mut replica, id) = with("");
    let largest = limits::INGRESS_PAYLOAD_BYTES - "set".len();
    let fits = replica.update_call(stranger(), id, "set", vec![0; largest]);
    assert!(fits.is_ok());
    assert_rejected(
        replica.update_call(stranger(), id, "set", vec![0; largest + 1]),
        ErrorCode::CanisterRejectedMessage,
        "exceeds",
    );
}

/// Replies with as many bytes as the argument says.
const REPLIES: &str = r#"
(func $respond (drop (memory.grow (i32.const 64)))
  (call $append (i32.const 1024) (i32.wrap_i64 (call $arg_number))) (call $reply))
(func (export "canister_update respond") (call $respond))
(func (export "canister_query respond_query") (call $respond))
"#;

#[test]
fn should_bound_the_payload_of_replies() {
    let (mut replica, id) = with(REPLIES);
    let arg = |bytes: usize| (bytes as u64).to_le_bytes().to_vec();
    let limit = limits::REPLY_BYTES;
    let reply = replica.update_call(stranger(), id, "respond", arg(limit));
    assert_eq!(reply.unwrap().len(), limit);
    assert_rejected(
        replica.update_call(stranger(), id, "respond", arg(limit + 1)),
        ErrorCode::CanisterContractViolation,
        "payload size exceeds",
    );
    let limit = limits::QUERY_REPLY_BYTES;
    let reply = replica.query(stranger(), id, "respond_query", arg(limit));
    assert_eq!(reply.unwrap().len(), limit);
    assert_rejected(
        replica.query(stranger(), id, "respond_query", arg(limit + 1)),
        ErrorCode::CanisterContractViolation,
        "payload size exceeds",
    );
}

#[test]
fn should_refuse_expired_and_far_off_ingress_messages() {
    let (mut replica, id) = with("");
    let now_ns = replica.time_ns();
    let mut submit = |number: u8, ingress_expiry_ns| {
        replica.submit_ingress(chime_replica::Ingress {
            message_id: [number; 32].into(),
            sender: controller(),
            canister_id: id,
            method: "set".to_owned(),
            arg: vec![0; 8],
            ingress_expiry_ns,
        })
    };
    let latest_ns = now_ns + 360_000_000_000;
    submit(1, now_ns).unwrap();
    submit(2, latest_ns).unwrap();
    for expiry_ns in [0, now_ns - 1, latest_ns + 1, u64::MAX] {
        let result = submit(3, expiry_ns);
        assert_rejected(
            result,
            ErrorCode::IngressMessageTimeout,
            "not within expected range",
        );
    }
}

#[test]
fn should_not_start_an_ingress_message_after_its_expiry() {
    let (mut replica, id) = with("");
    let call = replica
        .submit_call(stranger(), id, "set", 9_u64.to_le_bytes().to_vec())
        .unwrap();
    replica.advance_time(limits::INGRESS_TTL_MAX + std::time::Duration::from_nanos(1));
    assert_rejected(
        replica.await_call(&call),
        ErrorCode::IngressMessageTimeout,
        "timed out waiting to start",
    );
    assert_eq!(get(&mut replica, id), 0);
}

#[test]
fn should_forget_answers_after_a_while() {
    let (mut replica, id) = with("");
    let call = replica
        .submit_call(stranger(), id, "set", vec![0; 8])
        .unwrap();
    replica.await_call(&call).unwrap();
    replica.advance_time(limits::INGRESS_HISTORY);
    replica.tick();
    replica.tick();
    assert_eq!(replica.ingress_status(&call), None);
}
