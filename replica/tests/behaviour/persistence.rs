//! Export and restore, and determinism.

use chime_replica::{IngressStatus, Principal, Replica, ReplicaConfig, Snapshot};

use crate::bounded_wait::HOLDER;
use crate::support::{
    add, controller, get, module, number, restart, stepwise, stranger, update, with,
};

/// Calls `hold` of the canister in its argument and answers with the reply plus a heap value, a
/// global and a stable value that it set before the call.
const CALLER: &str = r#"
(table funcref (elem $on_reply $on_reply))
(global $g (mut i64) (i64.const 0))
(data (i32.const 1024) "hold")
(func $on_reply (param i32)
  (call $number (call $arg_number)) (call $number (call $get)) (call $number (global.get $g))
  (call $stable_read (i64.const 0) (i64.const 65528) (i64.const 8))
  (call $append (i32.const 0) (i32.const 8)) (call $reply))
(func (export "canister_update start")
  (call $set (i64.const 11)) (global.set $g (i64.const 22))
  (drop (call $stable_grow (i64.const 1)))
  (i64.store (i32.const 0) (i64.const 33))
  (call $stable_write (i64.const 65528) (i64.const 0) (i64.const 8))
  (call $call_arg (i32.const 1024) (i32.const 4) (i32.const 0) (i32.const 0))
  (drop (call $perform)))
"#;

#[test]
fn should_continue_in_the_middle_of_a_call_between_canisters() {
    // Restart after every number of messages: before the request, in it, in its inner calls.
    for messages in 0..8 {
        let mut replica = stepwise();
        let caller = add(&mut replica, CALLER);
        let holder = add(&mut replica, HOLDER);
        let arg = holder.as_slice().to_vec();
        let call = replica
            .submit_call(stranger(), caller, "start", arg)
            .unwrap();
        let mut stored = Snapshot::default();
        stored.apply(replica.export_delta());
        replica.run_until_idle(messages);

        let mut replica = restart(&mut replica, &mut stored);
        let release = 1_u64.to_le_bytes().to_vec();
        replica
            .update_call(stranger(), holder, "set", release)
            .unwrap();
        let reply = replica.await_call(&call).unwrap();
        let numbers: Vec<_> = reply.chunks(8).map(number).collect();
        assert_eq!(numbers, [3, 11, 22, 33], "after {messages} messages");
        assert_eq!(replica.next_wake_at(), None);
    }
}

#[test]
fn should_export_only_what_changed() {
    let (mut replica, id) = with("");
    let other = add(&mut replica, "");
    let first = replica.export_delta();
    assert_eq!(first.canisters.len(), 2);
    assert!(first.canisters[0].module.is_some());
    assert!(replica.export_delta().is_empty());

    replica.query(stranger(), id, "get", vec![]).unwrap();
    assert!(replica.export_delta().is_empty());

    let arg = 7_u64.to_le_bytes().to_vec();
    replica.update_call(stranger(), other, "set", arg).unwrap();
    let delta = replica.export_delta();
    assert_eq!(delta.ingress.len(), 1);
    let [canister] = delta.canisters.as_slice() else {
        panic!("one canister changed");
    };
    assert_eq!((canister.id, canister.module.is_some()), (other, false));
    assert_eq!(canister.heap.pages.len(), 1);
    assert_eq!(canister.heap.pages[0].0, 0);
    assert!(canister.stable.pages.is_empty());
}

#[test]
fn should_forget_deleted_canisters_and_old_code_in_the_store() {
    let (mut replica, id) = with("(data (i32.const 40000) \"old code\")");
    let doomed = add(&mut replica, "");
    let mut stored = Snapshot::default();
    stored.apply(replica.export_delta());
    replica.stop_canister(controller(), doomed).unwrap();
    replica.delete_canister(controller(), doomed).unwrap();
    let mode = chime_replica::InstallMode::Reinstall;
    replica
        .install_code(controller(), id, mode, module(""), vec![])
        .unwrap();
    let mut replica = restart(&mut replica, &mut stored);
    assert_eq!(replica.canister_ids(), [id]);
    assert_eq!(get(&mut replica, id), 0);
    // The page with the old code's data is gone, not merely overwritten.
    assert!(stored.canisters[0].heap.iter().all(|(index, _)| *index < 9));
}

#[test]
fn should_keep_ingress_answers_over_a_restart() {
    let (mut replica, id) = with("");
    let call = replica
        .submit_call(stranger(), id, "set", vec![0; 8])
        .unwrap();
    replica.await_call(&call).unwrap();
    let replica = restart(&mut replica, &mut Snapshot::default());
    assert_eq!(
        replica.ingress_status(&call),
        Some(IngressStatus::Replied(vec![]))
    );
}

#[test]
fn should_refuse_damaged_snapshots() {
    let (mut replica, _) = with("");
    let mut stored = Snapshot::default();
    stored.apply(replica.export_delta());
    let restore = |snapshot| Replica::restore(ReplicaConfig::default(), snapshot);
    assert!(restore(stored.clone()).is_ok());
    let damages: [fn(&mut Snapshot); 6] = [
        |snapshot| snapshot.replica.clear(),
        |snapshot| snapshot.replica[0] = 99,
        |snapshot| snapshot.canisters[0].meta.truncate(30),
        |snapshot| snapshot.canisters[0].module = None,
        |snapshot| snapshot.canisters[0].heap.push((0, Box::new([1, 2, 3]))),
        |snapshot| snapshot.ingress[0].1.truncate(5),
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let mut snapshot = stored.clone();
        damage(&mut snapshot);
        assert!(restore(snapshot).is_err(), "damage {number}");
    }
}

/// A history with calls, traps, timers, randomness and a restart on the way or not.
fn history(seed: u8, restarts: bool) -> (Snapshot, Vec<Vec<u8>>) {
    let mut replica = Replica::new(ReplicaConfig {
        seed: [seed; 32],
        ..ReplicaConfig::default()
    });
    let random = add(&mut replica, RANDOM);
    let other = add(&mut replica, CALLER);
    let mut stored = Snapshot::default();
    let mut answers = Vec::new();
    for step in 0..5 {
        let numbers = update(&mut replica, random, "random").unwrap();
        answers.push(numbers);
        let arg: Principal = random;
        let _ = replica.update_call(stranger(), other, "start", arg.as_slice().to_vec());
        replica.advance_time(std::time::Duration::from_secs(step));
        if restarts {
            replica = restart(&mut replica, &mut stored);
        }
    }
    stored.apply(replica.export_delta());
    (stored, answers)
}

/// Answers with what `raw_rand` gives.
const RANDOM: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "raw_rand") (data (i32.const 1040) "DIDL\00\00")
(func $on_reply (param i32)
  (call $arg_copy (i32.const 2048) (i32.const 0) (call $arg_size))
  (call $append (i32.const 2048) (call $arg_size)) (call $reply))
(func $on_reject (param i32) (unreachable))
(func (export "canister_update random")
  (call $call_new (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 8)
    (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))
  (call $call_append (i32.const 1040) (i32.const 6)) (drop (call $perform)))
"#;

#[test]
fn should_give_the_same_history_for_the_same_seed_with_or_without_restarts() {
    let (state, answers) = history(1, false);
    assert_eq!(history(1, false), (state.clone(), answers.clone()));
    let (restarted, same_answers) = history(1, true);
    assert_eq!(same_answers, answers);
    assert_eq!(restarted.canisters, state.canisters);
    assert_eq!(restarted.replica, state.replica);
    let (_, other_answers) = history(2, false);
    assert_ne!(other_answers, answers);
    assert_ne!(answers[0], answers[1]);
}
