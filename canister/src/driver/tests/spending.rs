//! Cycles are counted for those whom they are spent for.

use chime_types::{CyclesBudget, SpentCycles};

use super::*;
use crate::engine::budget::{self, Kind};

/// On a subnet of 13 nodes.
const BYTE: u64 = 1_000;
const MESSAGE: u64 = 5_000 * BYTE;
const CALL: u64 = 260 * BYTE;
/// The timer's message, the call of the errand, the errand's message and its callback.
const ERRAND: u64 = 3 * MESSAGE + CALL;

fn priced() -> World {
    let world = World::new();
    world.set_price(BYTE);
    world
}

#[test]
fn should_count_a_call_when_it_leaves_and_its_answer_when_it_comes() {
    let world = priced();
    world.create(once(call()));
    world.pump();
    let bytes = world.calls()[0].arguments.len() + world.calls()[0].method.len();
    let spent = SpentCycles {
        calls: CALL + BYTE * bytes as u64,
        instructions: ERRAND,
        ..SpentCycles::default()
    };
    assert_eq!(world.budget().this_hour, spent);
    world.answer(0, yes());
    let answered = SpentCycles {
        instructions: ERRAND + MESSAGE + BYTE * yes().unwrap().len() as u64,
        ..spent
    };
    assert_eq!(world.budget().this_hour, answered);
    assert_eq!(world.budget().today, answered);
}

#[test]
fn should_give_back_what_a_request_did_not_use() {
    let world = priced();
    world.create(once(get()));
    world.pump();
    let most = world.budget().this_hour.outcalls;
    let declared = 10 * BYTE * world.requests()[0].max_response_bytes;
    assert_eq!(most, CALL + declared);
    world.set_refunded(u128::from(declared) / 2);
    world.respond(0, response(200));
    assert_eq!(world.budget().this_hour.outcalls, CALL + declared / 2);
}

#[test]
fn should_give_nothing_back_to_another_hour() {
    let world = priced();
    let request = CreateTaskRequest {
        timeout_seconds: Some(7_200),
        ..once(get())
    };
    world.create(request);
    world.pump();
    let before = world.budget().today.outcalls;
    world.pass(3_600);
    world.set_refunded(1_000);
    world.respond(0, response(200));
    let budget = world.budget();
    assert_eq!(budget.this_hour.outcalls, 0);
    assert_eq!(budget.today.outcalls, before - 1_000);
}

#[test]
fn should_give_all_back_of_what_did_not_leave() {
    let world = priced();
    world.create(CreateTaskRequest {
        retry: without_retries(),
        ..once(call())
    });
    world.pump();
    assert!(world.budget().this_hour.calls > 0);
    let error = CallError::NotSent(Cause::QueueFull, "full".to_string());
    world.answer(0, Err(error));
    assert_eq!(world.budget().this_hour.calls, 0);
}

#[test]
fn should_share_what_a_message_costs_among_those_whose_work_it_does() {
    let world = priced();
    let note = Action::Note {
        text: "x".to_string(),
    };
    for _ in 0..4 {
        world.create(once(note.clone()));
    }
    world.pump();
    assert_eq!(world.budget().this_hour.instructions, ERRAND);
}

#[test]
fn should_count_the_instructions_of_each_piece_of_work() {
    let world = priced();
    world.set_instructions(7_000);
    let note = Action::Note {
        text: "x".to_string(),
    };
    world.create(once(note));
    world.pump();
    assert_eq!(world.budget().this_hour.instructions, ERRAND + 7_000);
}

#[test]
fn should_count_deliveries_apart() {
    let world = priced();
    world.create(called_back(once(call())));
    world.pump();
    world.answer(0, yes());
    let sent = world.budget().this_hour.deliveries;
    let bytes = world.calls()[1].arguments.len() + "ended".len();
    assert_eq!(sent, CALL + BYTE * bytes as u64);
    world.answer(1, yes());
    let answered = sent + MESSAGE + BYTE * yes().unwrap().len() as u64;
    assert_eq!(world.budget().this_hour.deliveries, answered);
}

#[test]
fn should_count_nothing_where_cycles_do_not_apply_and_say_so() {
    let world = World::new();
    world.set_cycles(0);
    world.create(once(call()));
    world.pump();
    assert_eq!(world.calls().len(), 1, "a balance of 0 holds nothing up");
    let expected = CyclesBudget {
        free: true,
        ..world.budget()
    };
    assert_eq!(world.budget(), expected);
    assert_eq!(world.budget().today, SpentCycles::default());
}

#[test]
fn should_hold_everything_back_while_cycles_are_low_where_they_apply() {
    let world = priced();
    world.set_cycles(0);
    world.create(once(call()));
    world.pump();
    assert!(world.calls().is_empty());
    assert!(!world.budget().free);
}

/// What may be spent in an hour, so that a test can spend it.
fn with_budget(cycles: u64) -> World {
    let world = priced();
    world.change(|state, _, _| {
        let mut config = state.config().clone();
        config.maximum_cycles_per_hour = cycles;
        state.set_config(config);
    });
    world
}

/// What the first call of `work` costs, and what is spent before it leaves.
fn cost_of_first_call() -> u64 {
    let world = priced();
    world.create(once(call()));
    world.pump();
    world.budget().this_hour.total()
}

#[test]
fn should_send_what_fits_to_the_last_cycle_and_put_off_what_does_not() {
    let cost = cost_of_first_call();
    let maximum = 2 * cost;
    let fits = budget::for_runs(maximum) - cost;
    for (spent, leaves) in [(fits, true), (fits + 1, false)] {
        let world = with_budget(maximum);
        world.change(|state, owner, now| {
            budget::charge(state, now, owner.principal, Kind::Deliveries, spent.into());
        });
        let made = world.create(once(call()));
        world.pump();
        assert_eq!(world.calls().len() == 1, leaves, "{spent}");
        assert!(world.budget().this_hour.total() <= maximum);
        if leaves {
            continue;
        }
        let waiting = world.latest(made.id);
        assert_eq!(waiting.waiting_for, Some(WaitReason::Budget));
        assert_eq!((waiting.attempt, waiting.attempts.len()), (0, 0));
        world.pass(3_600);
        world.let_timer_go_off();
        assert_eq!(world.calls().len(), 1, "in the next hour");
        assert_eq!(world.latest(made.id).attempt, 1);
    }
}

#[test]
fn should_fail_what_costs_more_than_a_whole_hour_may() {
    let world = with_budget(10_000_000_000);
    let dear = Action::Http {
        request: HttpAction {
            max_response_bytes: Some(2_000_000),
            ..HttpAction::get("https://api.example")
        },
    };
    let made = world.create(once(dear));
    world.pump();
    assert!(world.requests().is_empty());
    let failed = world.latest(made.id);
    assert_eq!(failed.status, ExecutionStatus::Failed);
    assert_eq!(failed.cause, Some(Cause::BudgetUsedUp));
    let error = failed.error.unwrap();
    assert!(
        error.contains("at most 10000000000 may be spent"),
        "{error}"
    );
}

#[test]
fn should_ask_who_controls_the_scheduler_when_the_budget_would_be_used_up() {
    let world = with_budget(1);
    world.set_control(true);
    world.create(once(call()));
    world.pump();
    assert_eq!(world.calls().len(), 1, "a controller has no limit");
    world.set_control(false);
    world.create(once(call()));
    world.pump();
    assert_eq!(world.calls().len(), 1, "it is none any more");
}
