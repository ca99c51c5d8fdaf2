//! Steps: one after the other, with pauses, passing over those that failed.

use chime_tests::{call, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed, Waiting};
use chime_types::{
    Action, CreateTaskRequest, DefineActionRequest, ErrorKind, ExecutionResult, NewStep,
    RetryExecutionRequest, StepStatus,
};

use crate::support::{SECOND, ask};

#[test]
fn should_run_named_actions_and_pass_over_failed_steps() {
    in_virtual_time(|world| {
        let define = DefineActionRequest {
            name: "generate_report".to_string(),
            description: None,
            entity_name: Some("report".to_string()),
            action: Action::Note {
                text: "{{attributes.report_type}} for {{entity_name}}".to_string(),
            },
            shared: Some(true),
        };
        let defined: chime_types::ActionResult = ask(world, "define_action", &define);
        defined.into_result().expect("defined");
        let mut failing = call(world.callee, "reject", "(\"no\")");
        failing.continue_on_error = Some(true);
        let named = NewStep::new(Action::Named {
            action_name: "generate_report".to_string(),
            entity_name: Some("report".to_string()),
            attributes: r#"{"report_type": "daily"}"#.to_string(),
            as_user: None,
        });
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("named", vec![failing, named], now_once())
        });
        let execution = world.execution(made.id);
        assert_eq!(
            execution.result.as_deref(),
            Some("daily for report"),
            "{execution:?}"
        );
    });
}

#[test]
fn should_begin_each_step_after_the_pause_of_the_one_before() {
    in_virtual_time(|world| {
        let pausing = |text: &str, seconds| NewStep {
            run_next_after_seconds: Some(seconds),
            ..note(text)
        };
        let steps = vec![
            pausing("first", 30),
            pausing("{{steps.0.result}}, second", 600),
            note("{{steps.1.result}}, third"),
        ];
        let made = world.create(&task("pauses", steps, now_once()));
        world.pass(629);
        assert_eq!(world.statuses(made.id), [Waiting]);
        assert_eq!(world.get(made.id).step_to_execute, 2);
        world.pass(1);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed);
        assert_eq!(execution.result.as_deref(), Some("first, second, third"));
        let began: Vec<u64> = execution
            .attempts
            .iter()
            .map(|attempt| (attempt.started_at - execution.scheduled_at) / SECOND)
            .collect();
        assert_eq!(began, [0, 30, 630]);
    });
}

#[test]
fn should_pass_over_a_step_only_where_it_may_and_after_its_retries() {
    in_virtual_time(|world| {
        for continue_on_error in [true, false] {
            let failing = NewStep {
                continue_on_error: Some(continue_on_error),
                ..call(world.callee, "reject", "(\"no\")")
            };
            let made = world.create(&CreateTaskRequest {
                retry: Some(retries(1, 10)),
                ..task("passing", vec![failing, note("second")], now_once())
            });
            assert_eq!(world.statuses(made.id), [Waiting], "a retry is left");
            world.pass(10);
            let execution = world.execution(made.id);
            let expected = if continue_on_error { Completed } else { Failed };
            assert_eq!(execution.status, expected);
            let passed = execution.logs.iter().any(|line| {
                line.message
                    .starts_with("passed over: step 1 failed at attempt 2")
            });
            assert_eq!(passed, continue_on_error, "{:?}", execution.logs);
            let statuses: Vec<StepStatus> = world
                .get(made.id)
                .steps
                .iter()
                .map(|step| step.status)
                .collect();
            let second = if continue_on_error {
                StepStatus::Completed
            } else {
                StepStatus::Pending
            };
            assert_eq!(statuses, [StepStatus::Failed, second]);
        }
    });
}

#[test]
fn should_resume_from_the_first_step_not_completed_also_after_an_upgrade() {
    in_virtual_time(|world| {
        let steps = vec![
            call(world.callee, "count", "()"),
            call(
                world.callee,
                "fail_times",
                r#"(record { key = "r"; times = 1 : nat64 })"#,
            ),
            note("counted {{steps.0.result}}"),
        ];
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(0, 1)),
            ..task("resumed", steps, now_once())
        });
        let failed = world.execution(made.id);
        assert_eq!((failed.status, failed.step_to_execute), (Failed, 1));
        world.upgrade_scheduler(true);
        let request = RetryExecutionRequest {
            execution_id: failed.id,
            from_start: None,
            from_step: None,
        };
        let answer: ExecutionResult = ask(world, "retry_execution", &request);
        answer.into_result().expect("an execution");
        let resumed = world.executions(made.id).pop().expect("an execution");
        assert_eq!(resumed.status, Completed);
        assert_eq!(resumed.result.as_deref(), Some("counted (1 : nat64)"));
        let attempted: Vec<u32> = resumed.attempts.iter().map(|one| one.step).collect();
        assert_eq!(attempted, [1, 2], "the first step kept its result");
        let again: ExecutionResult = ask(world, "retry_execution", &request);
        let error = again.into_result().expect_err("it was run again already");
        assert_eq!(error.kind, ErrorKind::Conflict);
    });
}
