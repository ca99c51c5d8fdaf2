//! A canister that calls others, the management canister above all, as it is told.

use candid::{CandidType, Principal};
use chime_replica::Replica;
use serde::Deserialize;

use crate::support::{add, stranger};

/// Its argument: the callee's id and the method's name, each after its length in one byte, the
/// cycles in eight bytes, and the payload. It answers with a reject code and the reply or the text.
pub const PROXY: &str = r#"
(table funcref (elem $on_reply $on_reject))
(func $code (param i32)
  (i32.store8 (i32.const 0) (local.get 0)) (call $append (i32.const 0) (i32.const 1)))
(func $on_reply (param i32)
  (call $code (i32.const 0))
  (call $arg_copy (i32.const 8192) (i32.const 0) (call $arg_size))
  (call $append (i32.const 8192) (call $arg_size)) (call $reply))
(func $on_reject (param i32)
  (call $code (call $reject_code))
  (call $reject_msg_copy (i32.const 8192) (i32.const 0) (call $reject_msg_size))
  (call $append (i32.const 8192) (call $reject_msg_size)) (call $reply))
(func $make_call (result i32) (local $at i32) (local $id i32) (local $name i32)
  (call $arg_copy (i32.const 8192) (i32.const 0) (call $arg_size))
  (local.set $id (i32.load8_u (i32.const 8192)))
  (local.set $at (i32.add (i32.const 8193) (local.get $id)))
  (local.set $name (i32.load8_u (local.get $at)))
  (local.set $at (i32.add (local.get $at) (i32.const 1)))
  (call $call_new (i32.const 8193) (local.get $id) (local.get $at) (local.get $name)
    (i32.const 0) (i32.const 7) (i32.const 1) (i32.const 8))
  (local.set $at (i32.add (local.get $at) (local.get $name)))
  (call $call_append (i32.add (local.get $at) (i32.const 8))
    (i32.sub (i32.add (i32.const 8184) (call $arg_size)) (local.get $at)))
  (local.get $at))
(func (export "canister_update proxy")
  (call $cycles_add (i64.const 0) (i64.load (call $make_call)))
  (drop (call $perform)))
(func (export "canister_composite_query proxy query")
  (drop (call $make_call)) (drop (call $perform)))
"#;

/// What a call came to: the reply, or the reject code and the text.
pub type Outcome = Result<Vec<u8>, (u8, String)>;

/// A replica's canister of that kind.
pub fn add_proxy(replica: &mut Replica) -> Principal {
    add(replica, PROXY)
}

fn message(callee: Principal, method: &str, cycles: u64, payload: &[u8]) -> Vec<u8> {
    let id = callee.as_slice();
    let mut message = vec![id.len() as u8];
    message.extend(id);
    message.push(method.len() as u8);
    message.extend(method.as_bytes());
    message.extend(cycles.to_le_bytes());
    message.extend(payload);
    message
}

fn outcome(reply: &[u8]) -> Outcome {
    match reply.split_first().unwrap() {
        (0, reply) => Ok(reply.to_vec()),
        (code, text) => Err((*code, String::from_utf8(text.to_vec()).unwrap())),
    }
}

/// Lets a proxy call a canister.
pub fn call_by(
    replica: &mut Replica,
    proxy: Principal,
    callee: Principal,
    method: &str,
    cycles: u64,
    payload: &[u8],
) -> Outcome {
    let message = message(callee, method, cycles, payload);
    let reply = replica.update_call(stranger(), proxy, "proxy", message);
    outcome(&reply.unwrap())
}

/// Lets a proxy call the management canister.
pub fn manage_by<T: CandidType + for<'de> Deserialize<'de>>(
    replica: &mut Replica,
    proxy: Principal,
    method: &str,
    cycles: u64,
    arg: &impl CandidType,
) -> Result<T, (u8, String)> {
    let payload = candid::encode_one(arg).unwrap();
    let management = Principal::management_canister();
    let reply = call_by(replica, proxy, management, method, cycles, &payload)?;
    Ok(candid::decode_one(&reply).unwrap())
}

/// The same where there is no answer.
pub fn order_by(
    replica: &mut Replica,
    proxy: Principal,
    method: &str,
    cycles: u64,
    arg: &impl CandidType,
) -> Result<(), (u8, String)> {
    let payload = candid::encode_one(arg).unwrap();
    let management = Principal::management_canister();
    call_by(replica, proxy, management, method, cycles, &payload).map(|_| ())
}

/// Lets a proxy send a query to the management canister from a composite query of its own.
pub fn query_by(
    replica: &mut Replica,
    proxy: Principal,
    method: &str,
    arg: &impl CandidType,
) -> Outcome {
    let payload = candid::encode_one(arg).unwrap();
    let message = message(Principal::management_canister(), method, 0, &payload);
    let reply = replica.query(stranger(), proxy, "proxy query", message);
    outcome(&reply.unwrap())
}

/// Reject codes as canisters see them.
pub const SYS_TRANSIENT: u8 = 2;
pub const DESTINATION_INVALID: u8 = 3;
pub const CANISTER_REJECT: u8 = 4;
pub const CANISTER_ERROR: u8 = 5;

#[track_caller]
pub fn assert_refused<T: std::fmt::Debug>(result: Result<T, (u8, String)>, code: u8, text: &str) {
    let (actual, message) = result.unwrap_err();
    assert_eq!(actual, code, "{message}");
    assert!(message.contains(text), "{message}");
}
