//! What a retry policy may say beside how often: how long, how even, and what cannot be mended.

use chime_tests::{call, every, in_virtual_time, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed, Waiting};
use chime_types::{
    CreateTaskRequest, DeadLettersRequest, GetTaskExecutionsResult, RetryPolicy, TaskExecution,
    TaskRequest, TaskResult, TaskStatus,
};

use crate::support::{SECOND, ask, show};

/// The pauses between the attempts of an execution, in seconds.
fn pauses(execution: &TaskExecution) -> Vec<u64> {
    let pairs = execution.attempts.windows(2);
    pairs
        .map(|pair| (pair[1].started_at - pair[0].finished_at.expect("an end")) / SECOND)
        .collect()
}

#[test]
fn should_not_retry_what_the_policy_calls_terminal() {
    in_virtual_time(|world| {
        let policy = RetryPolicy {
            terminal_errors: Some(vec!["out of stock".to_string()]),
            ..retries(3, 60)
        };
        for (answer, expected) in [("we are out of stock", Failed), ("busy", Waiting)] {
            let step = call(world.callee, "reject", &format!("({answer:?})"));
            let made = world.create(&CreateTaskRequest {
                retry: Some(policy.clone()),
                ..task("buying", vec![step], now_once())
            });
            assert_eq!(world.statuses(made.id), [expected], "{answer}");
        }
    });
}

#[test]
fn should_begin_no_retry_after_the_maximum_age() {
    in_virtual_time(|world| {
        let policy = RetryPolicy {
            factor_percent: 100,
            maximum_age_seconds: Some(200),
            ..retries(100, 60)
        };
        let step = call(world.callee, "reject", "(\"no\")");
        let made = world.create(&CreateTaskRequest {
            retry: Some(policy),
            ..task("ageing", vec![step], now_once())
        });
        world.pass(1_000);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Failed);
        assert_eq!(pauses(&execution), [60, 60, 60]);
    });
}

#[test]
fn should_lengthen_each_pause_by_its_jitter_and_no_more() {
    in_virtual_time(|world| {
        let policy = RetryPolicy {
            factor_percent: 100,
            jitter_percent: Some(50),
            ..retries(8, 100)
        };
        let step = call(world.callee, "reject", "(\"no\")");
        let made = world.create(&CreateTaskRequest {
            retry: Some(policy),
            ..task("jittering", vec![step], now_once())
        });
        world.pass(8 * 151);
        let mut pauses = pauses(&world.execution(made.id));
        assert_eq!(pauses.len(), 8);
        assert!(
            pauses.iter().all(|pause| (100..=150).contains(pause)),
            "{pauses:?}"
        );
        pauses.sort_unstable();
        pauses.dedup();
        assert!(pauses.len() >= 3, "drawn anew for each: {pauses:?}");
    });
}

#[test]
fn should_pause_a_task_after_failures_in_a_row_until_it_is_resumed() {
    in_virtual_time(|world| {
        let request = r#"(record { key = "p"; times = 3 : nat64 })"#;
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            pause_after_failures: Some(3),
            ..task(
                "failing",
                vec![call(world.callee, "fail_times", request)],
                every(60),
            )
        });
        world.pass(600);
        assert_eq!(world.statuses(made.id), [Failed; 3]);
        let paused = world.get(made.id);
        assert_eq!((paused.status, paused.disabled), (TaskStatus::Paused, true));
        let reason = paused.pause_reason.expect("a reason");
        assert_eq!(reason, "paused after 3 failures in a row");
        let request = TaskRequest { task_id: made.id };
        let resumed: TaskResult = ask(world, "resume_task", &request);
        assert_eq!(resumed.into_result().expect("a task").pause_reason, None);
        world.pass(60);
        let executions = world.executions(made.id);
        assert_eq!(executions.last().map(|one| one.status), Some(Completed));
        assert_eq!(world.get(made.id).consecutive_failures, 0);
    });
}

#[test]
fn should_list_dead_letters_by_task_and_error() {
    in_virtual_time(|world| {
        let made = ["one cause", "other cause"].map(|cause| {
            let step = call(world.callee, "reject", &format!("({cause:?})"));
            let request = CreateTaskRequest {
                retry: Some(retries(0, 1)),
                ..task("failing", vec![step], now_once())
            };
            world.create(&request).id
        });
        let mut letters = |request: DeadLettersRequest| {
            let answer: GetTaskExecutionsResult = show(world, "list_dead_letters", &request);
            let page = answer.into_result().expect("a page");
            let tasks = page.executions.iter().map(|one| one.task_id);
            (tasks.collect::<Vec<u64>>(), page.total_executions)
        };
        let all = letters(DeadLettersRequest::default());
        assert_eq!(all, (vec![made[1], made[0]], 2), "the newest first");
        let of_task = letters(DeadLettersRequest {
            task_id: Some(made[0]),
            ..DeadLettersRequest::default()
        });
        assert_eq!(of_task.0, [made[0]]);
        let of_cause = letters(DeadLettersRequest {
            error_contains: Some("other".to_string()),
            ..DeadLettersRequest::default()
        });
        assert_eq!(of_cause.0, [made[1]]);
    });
}
