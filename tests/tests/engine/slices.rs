//! Work that grows with a history, under a message limit that the whole of it is well above: it is
//! done in slices, and nobody else notices.

use chime_replica::{Replica, ReplicaConfig};
use chime_tests::direct::Direct;
use chime_tests::{Sender, World, every, note, task};
use chime_types::{
    Action, AddScheduleRequest, ConfigureRequest, CreateTaskRequest, DeleteTaskResult,
    ExecutionStatus, NewSchedule, NewStep, OverlapPolicy, RetentionRule, RunTaskNowRequest, Task,
    TaskRequest, TaskResult,
};

use super::support::{ask, configure, noting, on_request};

/// A fortieth of what a message may spend on the Internet Computer: a history for it is a fortieth as
/// long, too.
const INSTRUCTIONS: u64 = 1_000_000_000;
/// So many executions cannot be removed in one such message.
const LONG: u64 = 4_000;

fn with_short_messages(test: impl FnOnce(&mut World)) {
    let replica = Replica::new(ReplicaConfig {
        update_instructions: INSTRUCTIONS,
        ..ReplicaConfig::default()
    });
    let mut world = World::on(Box::new(Direct::over(replica)));
    configure(
        &mut world,
        &ConfigureRequest {
            maximum_executions_per_task: Some(100_000),
            maximum_executions_per_owner: Some(1_000_000),
            maximum_runs_per_hour: Some(1_000_000),
            ..ConfigureRequest::default()
        },
    );
    test(&mut world);
}

/// A task with a long history.
fn with_long_history(world: &mut World) -> Task {
    let made = world.create(&noting(every(1)));
    world.pass(LONG);
    let pause = chime_types::PauseTaskRequest {
        task_id: made.id,
        reason: None,
        cancel_running: None,
    };
    let _: TaskResult = ask(world, "pause_task", &pause);
    made
}

fn total(world: &mut World, task_id: u64) -> u64 {
    let answer: TaskResult = super::support::show(world, "get_task", &TaskRequest { task_id });
    answer.into_result().expect("a task").total_executions
}

/// Lets time pass in which another task misses nothing.
fn pass_beside(world: &mut World, victim: &Task, seconds: u64) {
    let before = total(world, victim.id);
    world.pass(seconds);
    let ran = total(world, victim.id) - before;
    assert_eq!(ran, seconds / 2, "the other task missed a slot");
    let last = world.executions(victim.id).pop().expect("an execution");
    assert_eq!(last.status, ExecutionStatus::Completed);
}

#[test]
fn should_apply_a_limit_that_was_lowered_far_below_a_history() {
    with_short_messages(|world| {
        let long = with_long_history(world);
        let victim = world.create(&noting(every(2)));
        configure(
            world,
            &ConfigureRequest {
                maximum_executions_per_task: Some(200),
                ..ConfigureRequest::default()
            },
        );
        let run = RunTaskNowRequest {
            task_id: long.id,
            idempotency_key: None,
            scheduled_at: None,
        };
        let _: chime_types::ExecutionResult = ask(world, "run_task_now", &run);
        pass_beside(world, &victim, 40);
        assert_eq!(total(world, long.id), 200);
    });
}

#[test]
fn should_sweep_histories_that_fit_into_no_message() {
    with_short_messages(|world| {
        let long = with_long_history(world);
        let victim = world.create(&noting(every(2)));
        configure(
            world,
            &ConfigureRequest {
                retention: Some(vec![RetentionRule {
                    status: Some(ExecutionStatus::Completed),
                    maximum_age_seconds: None,
                    keep_latest: Some(10),
                }]),
                cleanup_interval_seconds: Some(60),
                ..ConfigureRequest::default()
            },
        );
        world.pass(60);
        world.pass(20);
        assert!(total(world, victim.id) >= 10, "the other task runs on");
        world.pass(40);
        assert!(total(world, long.id) <= 11, "{}", total(world, long.id));
    });
}

#[test]
fn should_delete_a_task_whose_history_fits_into_no_message() {
    with_short_messages(|world| {
        let long = with_long_history(world);
        let victim = world.create(&noting(every(2)));
        let request = TaskRequest { task_id: long.id };
        let answer: DeleteTaskResult = ask(world, "delete_task", &request);
        let deleted = answer.into_result().expect("deleted");
        assert!(deleted.remaining_executions.expect("said") > LONG / 2);
        let again: TaskResult = super::support::show(world, "get_task", &request);
        again.into_result().expect_err("nobody sees it");
        pass_beside(world, &victim, 40);
        let stats = world.stats();
        assert_eq!(stats.total_tasks, 1);
        let answer: DeleteTaskResult = ask(world, "delete_task", &request);
        answer.into_result().expect_err("nothing is left of it");
    });
}

#[test]
fn should_end_more_executions_than_fit_into_a_message() {
    with_short_messages(|world| {
        let victim = world.create(&noting(every(2)));
        let crowd = world.create(&CreateTaskRequest {
            steps: vec![
                note(&"x".repeat(4_096)),
                NewStep::new(Action::Command {
                    command: "true".to_string(),
                    queue: Some("nobody".to_string()),
                }),
            ],
            ..task("crowd", vec![note("x")], on_request())
        });
        for _ in 0..900 {
            let run = RunTaskNowRequest {
                task_id: crowd.id,
                idempotency_key: None,
                scheduled_at: None,
            };
            let answer: chime_types::ExecutionResult = world
                .update(Sender::Owner, "run_task_now", &run)
                .expect("no rejection");
            answer.into_result().expect("an execution");
        }
        world.pass(10);
        let terminating = AddScheduleRequest {
            task_id: crowd.id,
            schedule: NewSchedule {
                overlap: Some(OverlapPolicy::TerminateOther),
                ..every(1)
            },
            expected_version: None,
        };
        let answer: TaskResult = ask(world, "add_schedule", &terminating);
        answer.into_result().expect("a schedule");
        pass_beside(world, &victim, 60);
        let answer: TaskResult =
            super::support::show(world, "get_task", &TaskRequest { task_id: crowd.id });
        let crowd = answer.into_result().expect("a task");
        assert!(crowd.active_executions <= 2, "{}", crowd.active_executions);
    });
}
