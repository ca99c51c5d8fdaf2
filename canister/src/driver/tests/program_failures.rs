//! Programs: runners that give no answer, limits, and what only some may ask for.

use candid::Principal;
use chime_types::codex::{Request, SliceOutcome};
use chime_types::{
    Cause, CreateTaskRequest, ExecutionStatus, RetryPolicy, TaskExecution, WaitReason, limits,
};

use super::programs::{RUNNER, call, done, job, journal, report, slice, world, yielded};
use super::rejected;
use super::world::World;
use crate::engine::budget::{self, Kind};
use crate::runtime::CallError;

fn trapped(message: &str) -> Result<Vec<u8>, CallError> {
    let message = format!("Canister trapped explicitly: {message}");
    Err(CallError::Rejected { code: 5, message })
}

/// Lets the pause before the next try pass.
fn next_try(world: &World) {
    let before = world.calls().len();
    while world.calls().len() == before {
        world.pass(1);
        if world.armed_at().is_some_and(|at| at <= world.now()) {
            world.let_timer_go_off();
        }
    }
}

fn failed_with(world: &World, task: u64) -> TaskExecution {
    let ended = world.latest(task);
    assert_eq!(ended.status, ExecutionStatus::Failed, "{:?}", ended.error);
    ended
}

#[test]
fn should_run_a_slice_again_that_its_runner_broke_off() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, trapped("out of memory"));
    let waiting = world.latest(made.id);
    assert_eq!(waiting.waiting_for, Some(WaitReason::RetryBackoff));
    next_try(&world);
    assert_eq!(slice(&world, 1), slice(&world, 0));
    world.answer(1, done("1", None, ""));
    let ended = world.latest(made.id);
    assert_eq!(ended.status, ExecutionStatus::Completed);
    assert_eq!(ended.attempts.len(), 1);
}

#[test]
fn should_blame_the_program_that_a_runner_breaks_off_twice() {
    let world = world();
    let made = world.create(CreateTaskRequest {
        retry: Some(RetryPolicy::default()),
        ..job()
    });
    world.pump();
    world.answer(0, trapped("codex: the limit of memory is used up"));
    next_try(&world);
    world.answer(1, trapped("codex: the limit of memory is used up"));
    let ended = failed_with(&world, made.id);
    assert_eq!(ended.cause, Some(Cause::ProgramLimit));
    assert!(ended.error.unwrap().contains("the limit of memory"));
}

#[test]
fn should_not_count_a_runner_out_of_reach_as_broken_off() {
    let world = world();
    let made = world.create(job());
    world.pump();
    world.answer(0, Err(rejected(2)));
    next_try(&world);
    world.answer(1, trapped("out of memory"));
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Waiting);
    next_try(&world);
    world.answer(2, done("1", None, ""));
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Completed);
}

#[test]
fn should_wait_for_a_runner_that_cannot_be_reached() {
    let world = world();
    let made = world.create(job());
    world.pump();
    for try_number in 0..limits::MAXIMUM_SLICE_RETRIES {
        world.answer(try_number as usize, Err(rejected(2)));
        assert_eq!(world.latest(made.id).status, ExecutionStatus::Waiting);
        next_try(&world);
    }
    world.answer(limits::MAXIMUM_SLICE_RETRIES as usize, Err(rejected(2)));
    assert_eq!(
        failed_with(&world, made.id).cause,
        Some(Cause::SystemTransient)
    );
}

#[test]
fn should_say_what_a_runner_lacks() {
    for (answer, words) in [
        (None, "knows no runner"),
        (
            Some(trapped("only a controller of this runner may")),
            "make the scheduler one",
        ),
        (Some(Err(rejected(3))), "is no runner"),
        (
            Some(Ok(b"garbage".to_vec())),
            "does not answer like a runner",
        ),
    ] {
        let world = world();
        if answer.is_none() {
            world.set_runners(&[]);
        }
        let made = world.create(job());
        world.pump();
        if let Some(answer) = answer {
            for number in 0..=limits::MAXIMUM_SLICE_RETRIES as usize {
                if number > 0 && world.latest(made.id).status == ExecutionStatus::Waiting {
                    next_try(&world);
                }
                if number < world.calls().len() {
                    world.answer(number, answer.clone());
                }
            }
        }
        let ended = failed_with(&world, made.id);
        assert_eq!(ended.cause, Some(Cause::NoPython));
        let error = ended.error.unwrap();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn should_name_a_codex_that_is_missing() {
    let world = World::new();
    world.set_runners(&[RUNNER]);
    let made = world.create(job());
    world.pump();
    let ended = failed_with(&world, made.id);
    assert_eq!(ended.cause, Some(Cause::NoSuchCodex));
    assert!(ended.error.unwrap().contains("there is no codex `job`"));
}

#[test]
fn should_end_a_program_that_asks_for_too_much() {
    let world = world();
    let made = world.create(job());
    world.pump();
    let mut next = 0;
    for _ in 0..limits::MAXIMUM_JOURNAL_ENTRIES {
        world.answer(next, yielded(Request::Sleep { seconds: 0 }));
        next += 1;
    }
    assert_eq!(world.latest(made.id).status, ExecutionStatus::Running);
    world.answer(next, yielded(Request::Sleep { seconds: 0 }));
    let ended = failed_with(&world, made.id);
    assert_eq!(ended.cause, Some(Cause::ProgramLimit));
    let kept = journal(&world, ended.id);
    assert_eq!(kept.entries.len(), limits::MAXIMUM_JOURNAL_ENTRIES);
}

#[test]
fn should_hold_the_journal_to_its_bytes() {
    let frame = 64 + "work".len() + 3;
    let most = limits::MAXIMUM_JOURNAL_BYTES - frame;
    for (bytes, fits) in [(most, true), (most + 1, false)] {
        let world = world();
        let made = world.create(job());
        world.pump();
        world.answer(0, yielded(call()));
        world.answer(1, Ok(vec![0; bytes]));
        let status = world.latest(made.id).status;
        assert_eq!(status == ExecutionStatus::Running, fits, "{bytes}");
    }
}

#[test]
fn should_refuse_a_sleep_without_end() {
    for (seconds, waits) in [
        (limits::MAXIMUM_SLEEP_SECONDS, true),
        (limits::MAXIMUM_SLEEP_SECONDS + 1, false),
    ] {
        let world = world();
        let made = world.create(job());
        world.pump();
        world.answer(0, yielded(Request::Sleep { seconds }));
        let found = world.latest(made.id);
        assert_eq!(found.status == ExecutionStatus::Waiting, waits, "{seconds}");
        if !waits {
            assert_eq!(found.cause, Some(Cause::ProgramInvalid));
        }
    }
}

#[test]
fn should_make_reserved_calls_for_controllers_only() {
    let spend = Request::Call {
        canister: Principal::from_slice(&[7, 7]),
        method: "work".to_string(),
        arguments: Vec::new(),
        cycles: 1,
    };
    let manage = Request::Call {
        canister: Principal::management_canister(),
        method: "stop_canister".to_string(),
        arguments: Vec::new(),
        cycles: 0,
    };
    let itself = Request::Call {
        canister: Principal::from_slice(&[9]),
        method: "configure".to_string(),
        arguments: Vec::new(),
        cycles: 0,
    };
    for request in [spend, manage, itself] {
        for everybody in [false, true] {
            let world = world();
            world.set_control(everybody);
            let made = world.create(job());
            world.pump();
            world.answer(0, yielded(request.clone()));
            let found = world.latest(made.id);
            if everybody {
                assert_eq!(world.calls().len(), 2);
            } else {
                assert_eq!(world.calls().len(), 1, "{request:?}");
                assert_eq!(found.cause, Some(Cause::NotAllowed));
            }
        }
    }
}

#[test]
fn should_leave_it_to_the_policy_if_nobody_knows_what_became_of_a_call() {
    let world = world();
    let made = world.create(CreateTaskRequest {
        retry: Some(RetryPolicy::default()),
        ..job()
    });
    world.pump();
    world.answer(0, yielded(call()));
    world.answer(1, Err(rejected(6)));
    world.answer(
        2,
        report(SliceOutcome::Failed {
            cause: chime_types::codex::FailureCause::Exception,
            message: "CallError: no".to_string(),
            traceback: String::new(),
            log: String::new(),
        }),
    );
    // Not tried again: what was called may have been carried out.
    assert_eq!(
        failed_with(&world, made.id).cause,
        Some(Cause::OutcomeUnknown)
    );
}

#[test]
fn should_retry_an_exception_from_the_beginning() {
    let world = world();
    let made = world.create(CreateTaskRequest {
        retry: Some(RetryPolicy::default()),
        ..job()
    });
    world.pump();
    world.answer(0, yielded(call()));
    world.answer(1, Ok(vec![4]));
    world.answer(
        2,
        report(SliceOutcome::Failed {
            cause: chime_types::codex::FailureCause::Exception,
            message: "ValueError".to_string(),
            traceback: String::new(),
            log: String::new(),
        }),
    );
    let waiting = world.latest(made.id);
    assert_eq!(waiting.waiting_for, Some(WaitReason::RetryBackoff));
    world.pass(300);
    world.let_timer_go_off();
    let again = slice(&world, 3);
    assert_eq!((again.journal.len(), again.execution.attempt), (0, 2));
    assert_ne!(again.execution.seed, slice(&world, 0).execution.seed);
}

#[test]
fn should_go_on_where_it_was_when_the_budget_begins_anew() {
    // Used up so far that no call leaves, and wholly, so that nothing is taken up.
    for left in [1_000, 0] {
        let world = world();
        world.set_price(1_000);
        let made = world.create(job());
        world.pump();
        world.answer(0, yielded(Request::Sleep { seconds: 10 }));
        world.change(|state, owner, now| {
            let config = state.config().clone();
            let spent = budget::for_runs(config.maximum_cycles_per_hour) - left;
            state.set_config(config);
            budget::charge(state, now, owner.principal, Kind::Deliveries, spent.into());
        });
        world.pass(10);
        world.let_timer_go_off();
        assert_eq!(world.calls().len(), 1, "nothing leaves");
        assert_eq!(world.latest(made.id).waiting_for, Some(WaitReason::Budget));
        world.pass(3_600);
        world.let_timer_go_off();
        assert_eq!(slice(&world, 1).journal.len(), 1, "{left}");
        assert_eq!(world.latest(made.id).attempts.len(), 1);
    }
}

#[test]
fn should_charge_what_a_runner_took_to_whom_it_ran_for() {
    let spent = |instructions: u64| {
        let world = world();
        world.set_price(1_000);
        world.create(job());
        world.pump();
        let report = chime_types::codex::SliceReport {
            outcome: SliceOutcome::Done {
                value: "1".to_string(),
                state: None,
                log: String::new(),
            },
            instructions,
        };
        world.answer(0, Ok(candid::encode_one(report).unwrap()));
        world.budget().this_hour.instructions
    };
    assert!(spent(5_000_000_000) > spent(1_000) + 1_000_000_000);
}
