//! What goes wrong on the other side: the execution says so, retries come at the stated times, and
//! nothing else is disturbed.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

use candid::Principal;
use chime_tests::{World, call, every, note, now_once, on_each_network, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed, Running, Skipped, TimedOut, Waiting};
use chime_types::{CreateTaskRequest, OnUnknown, Outcome, limits};

const SECOND: u64 = limits::NANOSECONDS;

/// The pauses between the attempts of an execution, in seconds.
fn pauses(execution: &chime_types::TaskExecution) -> Vec<u64> {
    execution
        .attempts
        .windows(2)
        .map(|pair| (pair[1].started_at - pair[0].finished_at.unwrap()) / SECOND)
        .collect()
}

#[test]
fn should_tell_how_a_callee_failed() {
    on_each_network(|world| {
        let absent = chime_tests::Callee(Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 99, 1, 1]));
        let rows = [
            (
                call(world.callee, "reject", "(\"no thanks\")"),
                "rejected with code 4: no thanks",
            ),
            (call(world.callee, "trap", "()"), "rejected with code 5"),
            (
                call(world.callee, "no_such_method", "()"),
                "rejected with code 5",
            ),
            (call(absent, "count", "()"), "rejected with code 3"),
        ];
        for (step, text) in rows {
            let request = task("failing", vec![step], now_once());
            let made = world.create(&CreateTaskRequest {
                retry: Some(retries(0, 1)),
                ..request
            });
            let execution = world.execution(made.id);
            assert_eq!(execution.status, Failed);
            let error = execution.error.unwrap();
            assert!(error.contains(text), "{text}: {error}");
            assert_eq!(execution.attempts[0].outcome, Outcome::Failed);
        }
    });
}

#[test]
fn should_retry_at_the_stated_times_until_it_succeeds() {
    on_each_network(|world| {
        let step = call(
            world.callee,
            "fail_times",
            "(record { key = \"k\"; times = 3 : nat64 })",
        );
        let made = world.create(&task("stubborn", vec![step], now_once()));
        world.pass(300 + 600 + 1_200 - 1);
        assert_eq!(world.statuses(made.id), [Waiting]);
        world.pass(1);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed);
        assert_eq!(pauses(&execution), [300, 600, 1_200]);
    });
}

#[test]
fn should_give_up_after_the_retries_and_fire_again_at_the_next_slot() {
    on_each_network(|world| {
        let step = call(world.callee, "reject", "(\"no\")");
        let request = task("hopeless", vec![step], every(100));
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(2, 5)),
            ..request
        });
        world.pass(1_000);
        let executions = world.executions(made.id);
        let failed = executions
            .iter()
            .filter(|execution| execution.status == Failed)
            .count();
        assert!(failed >= 9, "{failed} of {}", executions.len());
        for execution in executions
            .iter()
            .filter(|execution| execution.status == Failed)
        {
            assert_eq!(execution.attempts.len(), 3);
        }
        assert!(world.get(made.id).next_run_at.is_some());
    });
}

#[test]
fn should_time_out_a_callee_that_never_answers() {
    on_each_network(|world| {
        let mut step = call(world.callee, "never", "()");
        step.timeout_seconds = Some(20);
        let made = world.create(&task("silent", vec![step], now_once()));
        assert_eq!(world.statuses(made.id), [Running]);
        world.pass(25);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, TimedOut);
        assert_eq!(execution.attempts[0].outcome, Outcome::TimedOut);
        assert!(execution.error.unwrap().contains("attempt 1"));
        assert_eq!(world.stats().running, 0);
        world.callee_update("release");
        world.pass(5);
        assert_eq!(
            world.execution(made.id).status,
            TimedOut,
            "a late answer changes nothing"
        );
    });
}

#[test]
fn should_retry_a_callee_that_never_answers_if_the_task_says_so() {
    on_each_network(|world| {
        let step = call(world.callee, "never", "()");
        let made = world.create(&CreateTaskRequest {
            on_unknown: Some(OnUnknown::Retry),
            timeout_seconds: Some(20),
            retry: Some(retries(2, 30)),
            ..task("silent", vec![step], now_once())
        });
        world.pass(20 + 30 + 20 + 60 + 25);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, TimedOut);
        assert_eq!(execution.attempts.len(), 3);
        assert_eq!(pauses(&execution), [30, 60]);
    });
}

#[test]
fn should_not_disturb_other_tasks() {
    on_each_network(|world| {
        world.raise_limits();
        let mut silent = call(world.callee, "never", "()");
        silent.timeout_seconds = Some(250);
        for step in [
            silent,
            call(world.callee, "trap", "()"),
            call(world.callee, "reject", "(\"no\")"),
        ] {
            for _ in 0..20 {
                let request = task("bad", vec![step.clone()], every(60));
                world.try_create(&request).unwrap();
            }
        }
        let good = world.create(&task(
            "good",
            vec![call(world.callee, "count", "()")],
            every(60),
        ));
        world.pass(600);
        let statuses = world.statuses(good.id);
        assert_eq!(statuses, [Completed; 10]);
    });
}

#[test]
fn should_leave_slots_out_behind_a_slow_execution_and_say_so() {
    on_each_network(|world| {
        let mut step = call(world.callee, "never", "()");
        step.timeout_seconds = Some(150);
        let made = world.create(&task("slow", vec![step], every(60)));
        world.pass(300);
        let executions = world.executions(made.id);
        assert_eq!(
            executions
                .iter()
                .map(|execution| execution.status)
                .collect::<Vec<_>>(),
            [TimedOut, Skipped, Skipped, Running, Skipped]
        );
        let reason = executions[1].error.as_deref().unwrap();
        assert_eq!(
            reason,
            format!("skipped: execution {} is not finished", executions[0].id)
        );
    });
}

#[test]
fn should_run_steps_with_pauses_and_repeat_only_the_step_that_failed() {
    on_each_network(|world: &mut World| {
        let mut first = call(world.callee, "count", "()");
        first.run_next_after_seconds = Some(3_600);
        let second = call(
            world.callee,
            "fail_times",
            "(record { key = \"s\"; times = 1 : nat64 })",
        );
        let request = task("pipeline", vec![first, second, note("done")], now_once());
        let made = world.create(&request);
        world.pass(3_600 + 300);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed);
        let attempts: Vec<(u32, u32)> = execution
            .attempts
            .iter()
            .map(|attempt| (attempt.step, attempt.number))
            .collect();
        assert_eq!(attempts, [(0, 1), (1, 1), (1, 2), (2, 1)]);
        let counted = world
            .received()
            .iter()
            .filter(|call| call.method == "count")
            .count();
        assert_eq!(counted, 1);
    });
}
