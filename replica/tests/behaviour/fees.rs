//! What canisters pay when fees are on, and what becomes of those that cannot.

use std::ops::ControlFlow;
use std::time::Duration;

use chime_replica::{ErrorCode, Fees, Principal, Replica, ReplicaConfig};

use crate::support::{
    add, assert_rejected, controller, get, number, stranger, update, update_to, with,
};

const MILLION: u128 = 1_000_000;
/// What a message must be able to pay: 40 billion instructions and the message itself.
const PREPAYMENT: u128 = 40_005 * MILLION;
/// What is set aside for the answer of a call: its callback, and two MiB of reply.
const RESERVE: u128 = PREPAYMENT + 2 * 1024 * 1024 * 1_000;

const CANISTER: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "hit")
(func $on_reply (param i32) (call $add (i64.const 100)) (call $reply_number (i64.const 0)))
(func $on_reject (param i32) (call $add (i64.const 1))
  (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func (export "canister_update call")
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (if (call $perform) (then (call $reply_number (i64.const 77)))))
(func (export "canister_update hit") (call $add (i64.const 1)) (call $reply_number (i64.const 5)))
(func (export "canister_update arm")
  (call $reply_number (call $timer_set (i64.add (call $time) (i64.const 1000000000)))))
(func (export "canister_global_timer") (call $add (i64.const 1)))
(func (export "canister_query liquid") (call $liquid (i32.const 0)) (call $append (i32.const 0) (i32.const 16)) (call $reply))
"#;

fn paid() -> Replica {
    Replica::new(ReplicaConfig {
        fees: Fees::Application,
        ..ReplicaConfig::default()
    })
}

fn one() -> (Replica, Principal) {
    let mut replica = paid();
    let id = add(&mut replica, CANISTER);
    (replica, id)
}

fn balance(replica: &Replica, id: &Principal) -> u128 {
    replica.canister_view(id).unwrap().cycles
}

fn liquid(replica: &mut Replica, id: Principal) -> u128 {
    let reply = replica.query(stranger(), id, "liquid", Vec::new()).unwrap();
    u128::from_le_bytes(reply.try_into().unwrap())
}

/// Takes cycles until that many are above the freezing limit.
fn leave_liquid(replica: &mut Replica, id: Principal, cycles: u128) {
    let frozen = balance(replica, &id) - liquid(replica, id);
    replica.drain_cycles(&id, frozen + cycles);
    assert_eq!(liquid(replica, id), cycles);
}

/// What the messages of a canister take, besides their instructions.
fn spent(replica: &mut Replica, id: Principal, work: impl FnOnce(&mut Replica)) -> u128 {
    replica.take_work(&id);
    let before = balance(replica, &id);
    work(replica);
    let instructions = replica.take_work(&id).unwrap().instructions;
    before - balance(replica, &id) - u128::from(instructions)
}

#[test]
fn should_cost_nothing_by_default() {
    let (mut replica, id) = with(CANISTER);
    let before = balance(&replica, &id);
    update(&mut replica, id, "hit").unwrap();
    replica.advance_time(Duration::from_secs(86_400));
    update(&mut replica, id, "hit").unwrap();
    assert_eq!(balance(&replica, &id), before);
    // It has to keep some for its memory all the same.
    replica.drain_cycles(&id, 0);
    let result = update(&mut replica, id, "hit");
    assert_rejected(result, ErrorCode::CanisterOutOfCycles, "out of cycles");
}

#[test]
fn should_charge_ingress_by_bytes_and_messages_by_instructions() {
    let (mut replica, id) = one();
    let fixed = spent(&mut replica, id, |replica| {
        update(replica, id, "hit").unwrap();
    });
    let ingress = 1_200_000 + 3 * 2_000;
    assert_eq!(fixed, ingress + 5 * MILLION);
    let free = spent(&mut replica, id, |replica| {
        get(replica, id);
        replica.take_work(&id);
    });
    assert_eq!(free, 0, "queries are free");
}

#[test]
fn should_charge_a_failed_message_as_well() {
    let (mut replica, id) = one();
    replica.inject(chime_replica::Fault::Trap {
        canister: id,
        host_call: 1,
    });
    let fixed = spent(&mut replica, id, |replica| {
        update(replica, id, "hit").unwrap_err();
    });
    assert_eq!(fixed, 1_206_000 + 5 * MILLION);
}

#[test]
fn should_charge_the_caller_for_call_answer_and_callback() {
    let (mut replica, caller) = one();
    let callee = add(&mut replica, CANISTER);
    let before = balance(&replica, &callee);
    let fixed = spent(&mut replica, caller, |replica| {
        update_to(replica, caller, "call", callee).unwrap();
    });
    let ingress = 1_200_000 + (4 + 10) * 2_000;
    let request = 260_000 + 3 * 1_000;
    let response = 8 * 1_000;
    assert_eq!(fixed, ingress + request + response + 2 * 5 * MILLION);
    let work = replica.take_work(&callee).unwrap();
    let paid = before - balance(&replica, &callee);
    assert_eq!(paid, 5 * MILLION + u128::from(work.instructions));
}

#[test]
fn should_refuse_messages_to_a_frozen_canister() {
    let (mut replica, caller) = one();
    let callee = add(&mut replica, CANISTER);
    leave_liquid(&mut replica, callee, PREPAYMENT - 1);
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 2, "SYS_TRANSIENT");
    assert_rejected(
        update(&mut replica, callee, "hit"),
        ErrorCode::CanisterOutOfCycles,
        "is out of cycles: please top up the canister with at least 1206001 additional cycles",
    );
    assert_eq!(get(&mut replica, callee), 0, "queries are answered");
    leave_liquid(&mut replica, callee, 1_205_999);
    let arg = Vec::new();
    assert_rejected(
        replica.submit_call(stranger(), callee, "hit", arg),
        ErrorCode::CanisterOutOfCycles,
        "at least 1 additional cycles",
    );
    replica.add_cycles(&callee, PREPAYMENT + MILLION).unwrap();
    update(&mut replica, callee, "hit").unwrap();
}

#[test]
fn should_not_make_a_call_that_cannot_be_paid_for() {
    let (mut replica, caller) = one();
    let callee = add(&mut replica, CANISTER);
    let ingress = 1_200_000 + (4 + 10) * 2_000;
    let needed = ingress + PREPAYMENT + RESERVE + 263_000;
    leave_liquid(&mut replica, caller, needed - 1);
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 77, "call_perform returned an error");
    leave_liquid_up_to(&mut replica, caller, needed);
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 0);
}

fn leave_liquid_up_to(replica: &mut Replica, id: Principal, cycles: u128) {
    replica.add_cycles(&id, cycles).unwrap();
    leave_liquid(replica, id, cycles);
}

#[test]
fn should_run_the_callback_of_a_canister_that_froze_meanwhile() {
    let (mut replica, caller) = one();
    let callee = add(&mut replica, CANISTER);
    replica.set_hook(move |replica, canister| {
        if canister == callee {
            replica.drain_cycles(&caller, 0);
        }
        ControlFlow::Continue(())
    });
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 0);
    assert_eq!(get(&mut replica, caller), 100);
    let left = balance(&replica, &caller);
    assert!(
        left > RESERVE - 10 * MILLION,
        "what was set aside comes back: {left}"
    );
}

#[test]
fn should_keep_the_timer_while_the_cycles_have_run_out() {
    let (mut replica, id) = one();
    update(&mut replica, id, "arm").unwrap();
    leave_liquid(&mut replica, id, PREPAYMENT - 1);
    let due_ns = replica.time_ns() + 1_000_000_000;
    replica.advance_time(Duration::from_secs(1));
    assert_eq!(replica.run_until_idle(5), 0, "it waits without rounds");
    assert_eq!(get(&mut replica, id), 0);
    assert_eq!(replica.canister_view(&id).unwrap().global_timer_ns, due_ns);
    assert_eq!(replica.next_wake_at(), None);
    replica.add_cycles(&id, 10 * PREPAYMENT).unwrap();
    assert_eq!(replica.next_wake_at(), Some(due_ns));
    replica.run_until_idle(5);
    assert_eq!(get(&mut replica, id), 1, "it goes off after the deposit");
    assert_eq!(replica.canister_view(&id).unwrap().global_timer_ns, 0);
}

#[test]
fn should_charge_memory_by_time_and_take_the_code_of_who_cannot_pay() {
    let (mut replica, id) = one();
    replica.tick();
    update(&mut replica, id, "hit").unwrap();
    let before = balance(&replica, &id);
    replica.advance_time(Duration::from_secs(1_000_000));
    update(&mut replica, id, "arm").unwrap();
    let view = replica.canister_view(&id).unwrap();
    let module = replica.canister_module(&id).unwrap().len() as u64;
    let bytes = u128::from(view.heap_bytes + view.stable_bytes + module);
    let price = bytes * 1_000_000 * 127_000 / (1 << 30);
    let message = 20 * MILLION;
    let paid = before - balance(&replica, &id);
    assert!(
        (price..price + message).contains(&paid),
        "{paid} for {price}"
    );

    replica.drain_cycles(&id, 1_000);
    replica.advance_time(Duration::from_secs(1_000_000));
    // It cannot pay for its timer, so nothing is executed; it has to pay for its memory all the same.
    assert!(!replica.execute_round());
    let view = replica.canister_view(&id).unwrap();
    assert_eq!((view.module_hash, view.cycles), (None, 0));
    assert_eq!(
        view.controllers,
        [controller()],
        "the canister is still there"
    );
}
