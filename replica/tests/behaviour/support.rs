//! A module prelude, and a replica with canisters made of it.

use chime_replica::{
    ErrorCode, InstallMode, Principal, Rejection, Replica, ReplicaConfig, Snapshot,
};

/// Imports and helpers that the test modules share. Memory map: 0..16 answers, 16..32 arguments
/// as numbers, 64..96 principals, from 1024 the data of the test.
const PRELUDE: &str = r#"
(import "ic0" "msg_arg_data_size" (func $arg_size (result i32)))
(import "ic0" "msg_arg_data_copy" (func $arg_copy (param i32 i32 i32)))
(import "ic0" "msg_caller_size" (func $caller_size (result i32)))
(import "ic0" "msg_caller_copy" (func $caller_copy (param i32 i32 i32)))
(import "ic0" "msg_reject_code" (func $reject_code (result i32)))
(import "ic0" "msg_reject_msg_size" (func $reject_msg_size (result i32)))
(import "ic0" "msg_reject_msg_copy" (func $reject_msg_copy (param i32 i32 i32)))
(import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
(import "ic0" "msg_reply" (func $reply))
(import "ic0" "msg_reject" (func $reject (param i32 i32)))
(import "ic0" "msg_cycles_available128" (func $available (param i32)))
(import "ic0" "msg_cycles_refunded128" (func $refunded (param i32)))
(import "ic0" "msg_cycles_accept128" (func $accept (param i64 i64 i32)))
(import "ic0" "msg_deadline" (func $deadline (result i64)))
(import "ic0" "canister_self_size" (func $self_size (result i32)))
(import "ic0" "canister_self_copy" (func $self_copy (param i32 i32 i32)))
(import "ic0" "canister_cycle_balance128" (func $balance (param i32)))
(import "ic0" "accept_message" (func $accept_message))
(import "ic0" "call_new" (func $call_new (param i32 i32 i32 i32 i32 i32 i32 i32)))
(import "ic0" "call_on_cleanup" (func $on_cleanup (param i32 i32)))
(import "ic0" "call_data_append" (func $call_append (param i32 i32)))
(import "ic0" "call_with_best_effort_response" (func $best_effort (param i32)))
(import "ic0" "call_cycles_add128" (func $cycles_add (param i64 i64)))
(import "ic0" "call_perform" (func $perform (result i32)))
(import "ic0" "stable64_size" (func $stable_size (result i64)))
(import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
(import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
(import "ic0" "stable64_read" (func $stable_read (param i64 i64 i64)))
(import "ic0" "certified_data_set" (func $certify (param i32 i32)))
(import "ic0" "data_certificate_present" (func $certificate_present (result i32)))
(import "ic0" "data_certificate_size" (func $certificate_size (result i32)))
(import "ic0" "time" (func $time (result i64)))
(import "ic0" "global_timer_set" (func $timer_set (param i64) (result i64)))
(import "ic0" "performance_counter" (func $counter (param i32) (result i64)))
(import "ic0" "debug_print" (func $print (param i32 i32)))
(import "ic0" "trap" (func $trap (param i32 i32)))
(import "ic0" "in_replicated_execution" (func $is_replicated (result i32)))
(import "ic0" "msg_method_name_size" (func $name_size (result i32)))
(import "ic0" "canister_status" (func $status (result i32)))
(import "ic0" "canister_version" (func $version (result i64)))
(import "ic0" "is_controller" (func $is_controller (param i32 i32) (result i32)))
(import "ic0" "canister_liquid_cycle_balance128" (func $liquid (param i32)))
(memory (export "memory") 1)
(func $number (param i64)
  (i64.store (i32.const 0) (local.get 0)) (call $append (i32.const 0) (i32.const 8)))
(func $reply_number (param i64) (call $number (local.get 0)) (call $reply))
(func $arg_number (result i64)
  (call $arg_copy (i32.const 16) (i32.const 0) (i32.const 8)) (i64.load (i32.const 16)))
(func $get (result i64) (i64.load (i32.const 512)))
(func $set (param i64) (i64.store (i32.const 512) (local.get 0)))
(func $add (param i64) (call $set (i64.add (call $get) (local.get 0))))
;; A call to the canister whose id is the first 10 bytes of the argument.
(func $call_arg (param $name i32) (param $name_size i32) (param $reply i32) (param $reject i32)
  (call $arg_copy (i32.const 64) (i32.const 0) (i32.const 10))
  (call $call_new (i32.const 64) (i32.const 10) (local.get $name) (local.get $name_size)
    (local.get $reply) (i32.const 7) (local.get $reject) (i32.const 8)))
(func $call_self (param $name i32) (param $name_size i32) (param $reply i32) (param $reject i32)
  (call $self_copy (i32.const 64) (i32.const 0) (i32.const 10))
  (call $call_new (i32.const 64) (i32.const 10) (local.get $name) (local.get $name_size)
    (local.get $reply) (i32.const 7) (local.get $reject) (i32.const 8)))
(func (export "canister_query get") (call $reply_number (call $get)))
(func (export "canister_update set") (call $set (call $arg_number)) (call $reply))
"#;

/// Assembles a module from the prelude and the fields of a test.
pub fn module(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {PRELUDE} {fields})")).unwrap()
}

/// The one who controls every canister of the tests.
pub fn controller() -> Principal {
    Principal::from_slice(&[1; 29])
}

/// Anybody else.
pub fn stranger() -> Principal {
    Principal::from_slice(&[2; 29])
}

pub fn replica() -> Replica {
    Replica::new(ReplicaConfig::default())
}

/// A replica whose rounds execute one message, to stop between two messages.
pub fn stepwise() -> Replica {
    Replica::new(ReplicaConfig {
        round_instructions: 1,
        ..ReplicaConfig::default()
    })
}

/// Adds a canister made of the fields to a replica.
pub fn add(replica: &mut Replica, fields: &str) -> Principal {
    let id = replica.create_canister(controller()).unwrap();
    install(replica, id, InstallMode::Install, fields).unwrap();
    id
}

pub fn install(
    replica: &mut Replica,
    id: Principal,
    mode: InstallMode,
    fields: &str,
) -> Result<(), Rejection> {
    replica.install_code(controller(), id, mode, module(fields), Vec::new())
}

/// A replica with one canister.
pub fn with(fields: &str) -> (Replica, Principal) {
    let mut replica = replica();
    let id = add(&mut replica, fields);
    (replica, id)
}

/// An update call without argument by a stranger.
pub fn update(replica: &mut Replica, id: Principal, method: &str) -> Result<Vec<u8>, Rejection> {
    replica.update_call(stranger(), id, method, Vec::new())
}

/// An update call whose argument is the id of a canister.
pub fn update_to(
    replica: &mut Replica,
    id: Principal,
    method: &str,
    callee: Principal,
) -> Result<Vec<u8>, Rejection> {
    replica.update_call(stranger(), id, method, callee.as_slice().to_vec())
}

pub fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[..8].try_into().unwrap())
}

/// What the query `get` of the prelude answers.
pub fn get(replica: &mut Replica, id: Principal) -> u64 {
    query_number(replica, id, "get")
}

pub fn query_number(replica: &mut Replica, id: Principal, method: &str) -> u64 {
    let reply = replica.query(stranger(), id, method, Vec::new());
    number(&reply.unwrap())
}

#[track_caller]
pub fn assert_rejected<T: std::fmt::Debug>(
    result: Result<T, Rejection>,
    code: ErrorCode,
    text: &str,
) {
    let rejection = result.unwrap_err();
    assert_eq!(rejection.error_code, code, "{rejection}");
    assert_eq!(rejection.code, code.into());
    assert!(rejection.message.contains(text), "{rejection}");
}

/// A replica that continues from what another one exported so far.
pub fn restart(replica: &mut Replica, stored: &mut Snapshot) -> Replica {
    stored.apply(replica.export_delta());
    Replica::restore(replica.config().clone(), stored.clone()).unwrap()
}
