//! Failures: retries, dead letters, what the callee wishes, and outcomes that nobody knows.

use chime_tests::{call, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed, TimedOut, Waiting};
use chime_types::{
    CreateTaskRequest, DeadLettersRequest, ExecutionResult, OnUnknown, Outcome,
    ReplayDeadLettersResult, RetryExecutionRequest,
};

use crate::support::{SECOND, ask};

#[test]
fn should_retry_by_the_documented_times_and_replay_dead_letters_from_the_failed_step() {
    in_virtual_time(|world| {
        let steps = vec![
            note("first"),
            call(
                world.callee,
                "fail_times",
                r#"(record { key = "k"; times = 4 : nat64 })"#,
            ),
        ];
        let made = world.create(&task("retries", steps, now_once()));
        world.pass(36 * 60);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Failed);
        let at: Vec<u64> = execution
            .attempts
            .iter()
            .filter(|attempt| attempt.step == 1)
            .map(|attempt| (attempt.started_at - execution.scheduled_at) / SECOND / 60)
            .collect();
        assert_eq!(at, [0, 5, 15, 35]);
        let answer: ReplayDeadLettersResult =
            ask(world, "replay_dead_letters", &DeadLettersRequest::default());
        let replayed = answer.into_result().expect("replayed");
        assert_eq!(replayed.execution_ids.len(), 1);
        world.pass(1);
        let last = world.executions(made.id).pop().expect("an execution");
        assert_eq!((last.status, last.attempts.len()), (Completed, 1));
        assert_eq!(last.steps.len(), 2, "the first step kept its result");
    });
}

#[test]
fn should_heed_the_wishes_of_a_callee() {
    in_virtual_time(|world| {
        let snoozing = r#"(record { key = "s"; times = 2 : nat64; seconds = 60 : nat64 })"#;
        let snoozed = world.create(&task(
            "snoozed",
            vec![call(world.callee, "snooze_times", snoozing)],
            now_once(),
        ));
        let terminal = world.create(&task(
            "terminal",
            vec![call(world.callee, "terminal", "(\"no use\")")],
            now_once(),
        ));
        assert_eq!(world.statuses(snoozed.id), [Waiting]);
        assert_eq!(world.statuses(terminal.id), [Failed], "no retry");
        world.pass(121);
        let execution = world.execution(snoozed.id);
        assert_eq!((execution.status, execution.attempt), (Completed, 1));
    });
}

#[test]
fn should_retry_one_execution_from_the_start_or_from_the_middle() {
    in_virtual_time(|world| {
        let steps = vec![
            call(world.callee, "count", "()"),
            call(
                world.callee,
                "fail_times",
                r#"(record { key = "m"; times = 1 : nat64 })"#,
            ),
        ];
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("middle", steps, now_once())
        });
        let failed = world.execution(made.id);
        assert_eq!(failed.status, Failed);
        let request = RetryExecutionRequest {
            execution_id: failed.id,
            from_start: None,
            from_step: None,
        };
        let new: ExecutionResult = ask(world, "retry_execution", &request);
        let new = new.into_result().expect("an execution");
        assert_eq!(new.replay_of, Some(failed.id));
        world.pass(1);
        assert_eq!(world.statuses(made.id), [Failed, Completed]);
        let counts = world.received();
        let counts = counts.iter().filter(|one| one.method == "count").count();
        assert_eq!(counts, 1, "the completed step never reruns");
    });
}

#[test]
fn should_follow_the_policy_when_a_call_times_out() {
    in_virtual_time(|world| {
        let rows = [
            (OnUnknown::Fail, TimedOut, 1),
            (OnUnknown::Retry, TimedOut, 2),
            (OnUnknown::Complete, Completed, 1),
        ];
        for (on_unknown, expected, attempts) in rows {
            let mut silent = call(world.callee, "never", "()");
            silent.timeout_seconds = Some(20);
            let made = world.create(&CreateTaskRequest {
                on_unknown: Some(on_unknown),
                retry: Some(retries(1, 5)),
                ..task("silent", vec![silent, note("after")], now_once())
            });
            world.pass(20 + 5 + 20);
            let execution = world.execution(made.id);
            assert_eq!(execution.status, expected, "{on_unknown:?}");
            let first: Vec<Outcome> = execution
                .attempts
                .iter()
                .filter(|attempt| attempt.step == 0)
                .map(|attempt| attempt.outcome)
                .collect();
            assert_eq!(first, vec![Outcome::TimedOut; attempts], "{on_unknown:?}");
            let went_on = execution.logs.iter().any(|line| line.message == "after");
            assert_eq!(went_on, expected == Completed);
        }
    });
}

/// The network itself answers that nobody knows, after the 300 seconds that it waits at most.
#[test]
fn should_follow_the_policy_when_the_network_gives_a_call_up() {
    in_virtual_time(|world| {
        let rows = [
            (OnUnknown::Fail, Failed),
            (OnUnknown::Retry, Waiting),
            (OnUnknown::Complete, Completed),
        ];
        let made = rows.map(|(on_unknown, expected)| {
            let mut silent = call(world.callee, "never", "()");
            silent.timeout_seconds = Some(900);
            let request = CreateTaskRequest {
                on_unknown: Some(on_unknown),
                ..task("silent", vec![silent], now_once())
            };
            (world.create(&request).id, expected)
        });
        world.pass(301);
        for (id, expected) in made {
            let execution = world.execution(id);
            assert_eq!(execution.status, expected);
            assert_eq!(execution.attempts[0].outcome, Outcome::Unknown);
            let error = execution.attempts[0].error.as_deref().expect("a cause");
            assert!(error.contains("rejected with code 6"), "{error}");
        }
    });
}
