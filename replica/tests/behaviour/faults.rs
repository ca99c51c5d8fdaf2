//! Faults that tests ask for: each does what it says, where it says, and the same again.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chime_replica::{
    CallFault, ErrorCode, Fault, FaultCounts, FaultRates, IngressStatus, InstallMode, Principal,
    Replica,
};

use crate::support::{
    add, assert_rejected, get, install, number, replica, stranger, update, update_to, with,
};

/// `call` makes a bounded-wait call of 60 s with cycles to `hit` of the canister in the argument and
/// answers with the reject code; the reply callback adds 100, the reject callback 1.
const CALLER: &str = r#"
(table funcref (elem $on_reply $on_reject))
(data (i32.const 1024) "hit")
(func $on_reply (param i32) (call $add (i64.const 100)) (call $reply_number (i64.const 0)))
(func $on_reject (param i32) (call $add (i64.const 1))
  (call $reply_number (i64.extend_i32_u (call $reject_code))))
(func (export "canister_update call")
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (call $cycles_add (i64.const 0) (i64.const 777))
  (call $best_effort (i32.const 60)) (drop (call $perform)))
(func (export "canister_update call_unbounded")
  (call $call_arg (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (drop (call $perform)))
(func (export "canister_update hit") (call $add (i64.const 1)) (call $reply_number (i64.const 5)))
;; Four host calls: time, append, reply, and the size of the argument first of all.
(func (export "canister_update four")
  (call $add (i64.const 1)) (drop (call $arg_size)) (call $reply_number (call $time)))
;; Puts "hit" into stable memory, and as an argument into a call that it does not make.
(func (export "canister_update store")
  (drop (call $stable_grow (i64.const 1)))
  (call $stable_write (i64.const 0) (i64.const 1024) (i64.const 3)) (call $reply))
(func (export "canister_update append")
  (call $call_self (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 1))
  (call $call_append (i32.const 1024) (i32.const 3)) (call $reply))
"#;

fn pair() -> (Replica, Principal, Principal) {
    let (mut replica, caller) = with(CALLER);
    let callee = add(&mut replica, CALLER);
    (replica, caller, callee)
}

fn inject(replica: &mut Replica, canister: Principal, call: u64, what: CallFault) {
    replica.inject(Fault::Call {
        canister,
        call,
        what,
    });
}

fn cycles(replica: &Replica, id: &Principal) -> u128 {
    replica.canister_view(id).unwrap().cycles
}

#[test]
fn should_trap_at_each_host_call_of_a_message_and_at_no_other() {
    for host_call in 1..=4 {
        let (mut replica, id) = with(CALLER);
        replica.inject(Fault::Trap {
            canister: id,
            host_call,
        });
        assert_rejected(
            update(&mut replica, id, "four"),
            ErrorCode::CanisterCalledTrap,
            "a fault was injected",
        );
        assert_eq!(get(&mut replica, id), 0, "it is rolled back");
        update(&mut replica, id, "four").unwrap();
        assert_eq!(get(&mut replica, id), 1);
        assert_eq!(replica.fault_counts().traps, 1);
    }
}

#[test]
fn should_count_host_calls_over_messages_but_not_those_of_queries() {
    let (mut replica, id) = with(CALLER);
    replica.inject(Fault::Trap {
        canister: id,
        host_call: 5,
    });
    update(&mut replica, id, "four").unwrap();
    assert_eq!(get(&mut replica, id), 1);
    update(&mut replica, id, "four").unwrap_err();
    assert_eq!(replica.fault_counts().traps, 1);
}

#[test]
fn should_run_earlier_messages_again_without_the_trap() {
    let (mut replica, id) = with(CALLER);
    for _ in 0..3 {
        update(&mut replica, id, "four").unwrap();
    }
    replica.inject(Fault::Trap {
        canister: id,
        host_call: 2,
    });
    update(&mut replica, id, "four").unwrap_err();
    assert_eq!(
        get(&mut replica, id),
        3,
        "what was committed is still there"
    );
}

/// What a fault does to one call: what the caller's number and the callee's are after it, the reject
/// code, and the cycles that the caller has lost.
#[test]
fn should_do_to_a_bounded_call_what_the_fault_says() {
    let delay = CallFault::DelayAnswer(Duration::from_secs(20));
    let too_late = CallFault::DelayAnswer(Duration::from_secs(90));
    for (what, waits, caller_has, callee_has, code, lost) in [
        (CallFault::LoseAnswer, true, 1, 1, 6, 777),
        (delay, true, 100, 1, 0, 0),
        (too_late, true, 1, 1, 6, 777),
        (CallFault::DuplicateAnswer, false, 100, 1, 0, 0),
        (CallFault::UnknownAfterCall, false, 1, 1, 6, 777),
        (CallFault::UnknownBeforeCall, false, 1, 0, 6, 777),
    ] {
        let (mut replica, caller, callee) = pair();
        let before = cycles(&replica, &caller);
        inject(&mut replica, caller, 1, what);
        let arg = callee.as_slice().to_vec();
        let id = replica
            .submit_call(stranger(), caller, "call", arg)
            .unwrap();
        replica.run_until_idle(10);
        let answered = matches!(replica.ingress_status(&id), Some(IngressStatus::Replied(_)));
        assert_eq!(answered, !waits, "{what:?}");
        for seconds in [20, 40, 100] {
            replica.advance_time(Duration::from_secs(seconds));
            replica.run_until_idle(10);
        }
        let reply = replica.await_call(&id).unwrap();
        assert_eq!(number(&reply), code, "{what:?}");
        assert_eq!(get(&mut replica, caller), caller_has, "{what:?}");
        assert_eq!(get(&mut replica, callee), callee_has, "{what:?}");
        assert_eq!(before - cycles(&replica, &caller), lost, "{what:?}");
        let view = replica.canister_view(&caller).unwrap();
        assert_eq!(view.open_call_contexts, 0, "{what:?}");
        let next = replica.next_wake_at();
        assert_eq!(next, None, "{what:?}: nothing is on its way any more");
    }
}

#[test]
fn should_hit_the_call_that_was_named_and_leave_unbounded_calls_their_outcome() {
    let (mut replica, caller, callee) = pair();
    inject(&mut replica, caller, 2, CallFault::UnknownBeforeCall);
    inject(&mut replica, caller, 4, CallFault::UnknownAfterCall);
    let codes: Vec<_> = ["call", "call", "call", "call_unbounded"]
        .into_iter()
        .map(|method| number(&update_to(&mut replica, caller, method, callee).unwrap()))
        .collect();
    assert_eq!(codes, [0, 6, 0, 0]);
    let counts = FaultCounts {
        unknown_before_call: 1,
        ..FaultCounts::default()
    };
    assert_eq!(replica.fault_counts(), counts);
}

#[test]
fn should_run_the_hook_between_any_two_messages_until_it_breaks() {
    let (mut replica, caller, callee) = pair();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    replica.set_hook(move |_, canister| {
        log.lock().unwrap().push(canister);
        if log.lock().unwrap().len() == 5 {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    for _ in 0..2 {
        update_to(&mut replica, caller, "call", callee).unwrap();
    }
    assert_eq!(
        *seen.lock().unwrap(),
        [caller, callee, caller, caller, callee],
        "the call, its execution, its callback; then it breaks"
    );
}

#[test]
fn should_let_the_hook_change_code_and_execute_messages() {
    let (mut replica, caller, callee) = pair();
    let calls = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&calls);
    replica.set_hook(move |replica, canister| {
        counter.fetch_add(1, Ordering::Relaxed);
        if canister == caller {
            // The callee loses its method before the call arrives.
            install(replica, callee, InstallMode::Upgrade, "").unwrap();
            replica
                .update_call(stranger(), callee, "set", 9_u64.to_le_bytes().to_vec())
                .unwrap();
        }
        ControlFlow::Continue(())
    });
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 5, "there is no method `hit` any more");
    assert_eq!(get(&mut replica, callee), 9);
    let calls = calls.load(Ordering::Relaxed);
    assert_eq!(calls, 1, "the rest was executed in the hook, unhooked");
}

#[test]
fn should_drain_cycles_down_to_what_is_to_be_kept() {
    let (mut replica, id) = with(CALLER);
    let before = cycles(&replica, &id);
    assert_eq!(replica.drain_cycles(&id, 5), Some(before - 5));
    assert_eq!(cycles(&replica, &id), 5);
    assert_eq!(replica.drain_cycles(&id, 6), Some(0));
    assert_eq!(replica.drain_cycles(&stranger(), 0), None);
}

#[test]
fn should_hold_the_time_while_it_is_frozen() {
    let mut replica = replica();
    let start_ns = replica.time_ns();
    replica.freeze_time();
    replica.advance_time(Duration::from_secs(1));
    replica.set_time_ns(u64::MAX);
    replica.tick();
    assert_eq!(replica.time_ns(), start_ns);
    replica.thaw_time();
    replica.advance_time(Duration::from_secs(1));
    assert_eq!(replica.time_ns(), start_ns + 1_000_000_000);
}

/// Two hundred calls under all faults at once: how they ended, and how many faults there were.
fn run_with(seed: u64) -> (Vec<Option<u64>>, FaultCounts, Principal) {
    let (mut replica, caller, callee) = pair();
    let rates = FaultRates {
        seed,
        traps: 100_000,
        lost_answers: 100_000,
        delayed_answers: 100_000,
        duplicated_answers: 100_000,
        unknown_after_call: 100_000,
        unknown_before_call: 100_000,
        longest_delay: Duration::from_secs(100),
    };
    replica.set_fault_rates(caller, Some(rates));
    let mut outcomes = Vec::new();
    for _ in 0..200 {
        let arg = callee.as_slice().to_vec();
        let id = replica
            .submit_call(stranger(), caller, "call", arg)
            .unwrap();
        replica.run_until_idle(10);
        for _ in 0..2 {
            replica.advance_time(Duration::from_secs(60));
            replica.run_until_idle(10);
        }
        let outcome = replica.await_call(&id);
        outcomes.push(outcome.ok().map(|reply| number(&reply)));
    }
    let traps = outcomes.iter().filter(|outcome| outcome.is_none()).count() as u64;
    let counts = replica.fault_counts();
    assert_eq!(traps, counts.traps, "nothing else fails");
    (outcomes, counts, caller)
}

#[test]
fn should_draw_the_same_faults_from_the_same_seed() {
    let (outcomes, counts, _) = run_with(1);
    assert_eq!(run_with(1).0, outcomes);
    assert_ne!(run_with(2).0, outcomes);
    for count in [
        counts.lost_answers,
        counts.delayed_answers,
        counts.duplicated_answers,
        counts.unknown_after_call,
        counts.unknown_before_call,
    ] {
        assert!((5..=40).contains(&count), "a tenth of 200: {counts:?}");
    }
    assert!(counts.traps > 0, "{counts:?}");
}

#[test]
fn should_end_when_the_rates_are_taken_away() {
    let (mut replica, caller, callee) = pair();
    let rates = FaultRates {
        traps: 1_000_000,
        ..FaultRates::default()
    };
    replica.set_fault_rates(caller, Some(rates));
    let failures = |replica: &mut Replica| {
        let calls = (0..20).map(|_| update_to(replica, caller, "call", callee));
        calls.filter(Result::is_err).count()
    };
    assert!(failures(&mut replica) > 0);
    replica.set_fault_rates(caller, None);
    assert_eq!(failures(&mut replica), 0);
}

#[test]
fn should_trap_so_many_messages_in_a_row_and_let_short_ones_pass() {
    for (host_call, fails) in [(4, true), (5, false)] {
        let (mut replica, id) = with(CALLER);
        replica.inject(Fault::Messages {
            canister: id,
            messages: 2,
            host_call,
        });
        let outcomes: Vec<_> = (0..3)
            .map(|_| update(&mut replica, id, "four").is_err())
            .collect();
        assert_eq!(outcomes, [fails, fails, false], "host call {host_call}");
        assert_eq!(replica.fault_counts().traps, if fails { 2 } else { 0 });
    }
}

#[test]
fn should_trap_every_message_that_writes_what_is_poison_until_it_is_lifted() {
    for method in ["store", "append"] {
        let (mut replica, id) = with(CALLER);
        replica.inject(Fault::Poison {
            canister: id,
            bytes: b"it".to_vec(),
        });
        for _ in 0..3 {
            update(&mut replica, id, method).unwrap_err();
            update(&mut replica, id, "four").unwrap();
        }
        assert_eq!(replica.fault_counts().traps, 3, "{method}");
        replica.lift_faults(id);
        update(&mut replica, id, method).unwrap();
    }
}

#[test]
fn should_lift_what_has_not_happened_yet() {
    let (mut replica, caller, callee) = pair();
    replica.inject(Fault::Trap {
        canister: caller,
        host_call: 1,
    });
    replica.inject(Fault::Messages {
        canister: caller,
        messages: 9,
        host_call: 1,
    });
    inject(&mut replica, caller, 1, CallFault::UnknownBeforeCall);
    replica.lift_faults(caller);
    let reply = update_to(&mut replica, caller, "call", callee).unwrap();
    assert_eq!(number(&reply), 0);
    assert_eq!(replica.fault_counts(), FaultCounts::default());
}

#[test]
fn should_limit_messages_anew() {
    let (mut replica, id) = with(CALLER);
    replica.set_update_instructions(1);
    assert_rejected(
        update(&mut replica, id, "four"),
        ErrorCode::CanisterInstructionLimitExceeded,
        "",
    );
    replica.set_update_instructions(1_000_000);
    update(&mut replica, id, "four").unwrap();
}
