//! Executions that stop or are put off before they are done.

use chime_tests::{World, call, in_virtual_time, now_once, retries, task};
use chime_types::ExecutionStatus::{Cancelled, Completed, TimedOut, Waiting};
use chime_types::{
    CancelExecutionRequest, CreateTaskRequest, Error, ErrorKind, ExecutionResult,
    SnoozeExecutionRequest, TaskExecution, WaitReason,
};

use crate::support::ask;

#[test]
fn should_time_out_and_cancel_executions() {
    in_virtual_time(|world| {
        let never = vec![call(world.callee, "never", "()")];
        let timed = world.create(&CreateTaskRequest {
            execution_timeout_seconds: Some(30),
            ..task("timed", never.clone(), now_once())
        });
        let cancelled = world.create(&task("cancelled", never, now_once()));
        let request = CancelExecutionRequest {
            execution_id: world.execution(cancelled.id).id,
            reason: Some("wrong".to_string()),
            terminate: None,
        };
        let answer: ExecutionResult = ask(world, "cancel_execution", &request);
        assert_eq!(answer.into_result().expect("cancelled").status, Cancelled);
        world.pass(31);
        assert_eq!(world.statuses(timed.id), [TimedOut]);
        world.callee_update("release");
        assert_eq!(
            world.statuses(timed.id),
            [TimedOut],
            "a late answer is dropped"
        );
    });
}

fn snooze(world: &mut World, execution_id: u64, seconds: u64) -> Result<TaskExecution, Error> {
    let request = SnoozeExecutionRequest {
        execution_id,
        seconds,
    };
    let answer: ExecutionResult = ask(world, "snooze_execution", &request);
    answer.into_result()
}

#[test]
fn should_put_an_execution_off_at_no_cost_and_only_while_it_waits() {
    in_virtual_time(|world| {
        let failing = r#"(record { key = "z"; times = 1 : nat64 })"#;
        let made = world.create(&CreateTaskRequest {
            retry: Some(retries(1, 300)),
            ..task(
                "snoozed",
                vec![
                    call(world.callee, "fail_times", failing),
                    call(world.callee, "never", "()"),
                ],
                now_once(),
            )
        });
        let id = world.execution(made.id).id;
        let put_off = snooze(world, id, 3_000).expect("it waits for its retry");
        assert_eq!(
            (put_off.status, put_off.waiting_for, put_off.attempt),
            (Waiting, Some(WaitReason::Snooze), 1)
        );
        world.pass(2_000);
        assert_eq!(world.execution(made.id).attempts.len(), 1);
        snooze(world, id, 0).expect("it goes on at once");
        let running = world.execution(made.id);
        assert_eq!((running.step_to_execute, running.attempts.len()), (1, 3));
        assert_eq!(running.attempts[1].number, 2, "the retry that was left");
        let error = snooze(world, id, 5).expect_err("an attempt is under way");
        assert_eq!(error.kind, ErrorKind::Conflict);
        world.callee_update("release");
        world.pass(1);
        assert_eq!(world.statuses(made.id), [Completed]);
        let error = snooze(world, id, 5).expect_err("it is done");
        assert_eq!(error.kind, ErrorKind::Conflict);
    });
}
