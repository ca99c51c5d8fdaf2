//! Cycles are counted for those whom they are spent for.

use chime_types::{CyclesBudget, SpentCycles};

use super::*;

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
    world.create(CreateTaskRequest {
        callback: Some(Callback {
            canister: Principal::from_slice(&[8]),
            method: "ended".to_string(),
        }),
        ..once(call())
    });
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
