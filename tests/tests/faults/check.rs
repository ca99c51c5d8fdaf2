//! What must hold after a week of faults.

use std::collections::{BTreeMap, BTreeSet};

use chime_replica::FaultCounts;
use chime_tests::audit::{account_for_slots, check_store};
use chime_tests::{Sender, World};
use chime_types::{ExecutionContext, ExecutionStatus, Outcome, TaskExecution};

/// The week was one: each kind of fault happened.
pub fn faults_happened(counts: &FaultCounts, upgrades: u64) {
    let FaultCounts {
        traps,
        lost_answers,
        delayed_answers,
        duplicated_answers,
        unknown_after_call,
        unknown_before_call,
    } = *counts;
    for (count, what) in [
        (traps, "traps"),
        (lost_answers, "lost answers"),
        (delayed_answers, "delayed answers"),
        (duplicated_answers, "duplicated answers"),
        (unknown_after_call, "unknown outcomes"),
        (unknown_before_call, "lost calls"),
        (upgrades, "upgrades"),
    ] {
        assert!(count > 0, "no {what}");
    }
}

/// Every promise.
pub fn all(world: &mut World, ids: &[u64]) {
    nothing_due_is_unarmed(world);
    let received = received(world);
    let mut statuses: BTreeMap<&'static str, u64> = BTreeMap::new();
    for id in ids {
        for execution in account_for_slots(world, *id) {
            *statuses.entry(execution.status.name()).or_default() += 1;
            is_settled(world, &execution);
            no_completed_step_ran_again(&execution, &received);
        }
    }
    println!("{statuses:?}");
    let completed = statuses.get(ExecutionStatus::Completed.name());
    assert!(completed.is_some_and(|count| *count > 500), "{statuses:?}");
    check_store(world);
    nothing_due_is_unarmed(world);
}

/// The timer of the scheduler, and that of the system behind it, go off for the first entry of the
/// agenda at the latest, and nothing that is due waits.
fn nothing_due_is_unarmed(world: &mut World) {
    let stats = world.stats();
    let scheduler = world.scheduler;
    let replica = world.network.replica().expect("in process");
    let now = replica.time_ns();
    let view = replica.canister_view(&scheduler).expect("the scheduler");
    let next = stats.next_wake_at.expect("there are schedules");
    let log = replica.debug_log(&scheduler);
    assert!(next > now, "something is due: {stats:?}; {:?}", log.last());
    assert!(
        stats.timer_armed_at.is_some_and(|at| at <= next),
        "{stats:?}"
    );
    assert!(
        view.global_timer_ns != 0 && view.global_timer_ns <= next,
        "{stats:?}"
    );
    assert_eq!(stats.ready, 0, "{stats:?}");
}

/// An execution that is not final waits for something that has a time.
fn is_settled(world: &mut World, execution: &TaskExecution) {
    let now = world.network.replica().expect("in process").time_ns();
    if execution.finished_at.is_none() {
        let goes_on = execution.wake_at.is_some_and(|at| at > now);
        assert!(goes_on, "nothing will ever happen to {execution:?}");
    }
}

/// What the callee was told of the runs it served, by execution and step.
type Received = BTreeMap<(u64, u32), Vec<ExecutionContext>>;

fn received(world: &mut World) -> Received {
    let callee = world.callee.0;
    let no_arguments = candid::encode_args(()).expect("arguments");
    let answer = world
        .network
        .query(Sender::Owner, callee, "contexts", no_arguments)
        .expect("an answer");
    let contexts: Vec<ExecutionContext> = candid::decode_one(&answer).expect("contexts");
    let mut tokens = BTreeSet::new();
    let mut received = Received::new();
    for context in contexts {
        let is_new = tokens.insert(context.fencing_token);
        assert!(is_new, "an attempt reached the callee twice: {context:?}");
        let key = (context.execution_id, context.step);
        received.entry(key).or_default().push(context);
    }
    received
}

fn no_completed_step_ran_again(execution: &TaskExecution, received: &Received) {
    for attempt in &execution.attempts {
        if attempt.outcome != Outcome::Completed {
            continue;
        }
        let later = execution.attempts.iter().find(|other| {
            other.step <= attempt.step && other.fencing_token > attempt.fencing_token
        });
        assert_eq!(
            later, None,
            "a completed step was attempted again: {execution:?}"
        );
        let arrived = received.get(&(execution.id, attempt.step));
        for context in arrived.into_iter().flatten() {
            assert!(
                context.fencing_token <= attempt.fencing_token,
                "{context:?} after {attempt:?}"
            );
        }
    }
}
