//! Upgrades: whatever waits, goes on; nothing is lost, nothing runs twice.

use chime_tests::{World, call, every, note, now_once, on_each_network, task};
use chime_types::ExecutionStatus::{Completed, Running, TimedOut, Waiting};
use chime_types::{CreateTaskRequest, OnUnknown, WaitReason};

#[test]
fn should_keep_a_schedule_whose_time_lies_ahead() {
    on_each_network(|world| {
        let made = world.create(&task(
            "ahead",
            vec![call(world.callee, "count", "()")],
            every(600),
        ));
        let before = world.get(made.id);
        world.pass(300);
        world.upgrade_scheduler(true);
        assert_eq!(world.get(made.id), before);
        assert_eq!(world.stats().timer_armed_at, before.next_run_at);
        world.pass(300);
        assert_eq!(world.statuses(made.id), [Completed]);
        assert_eq!(
            world.execution(made.id).scheduled_at,
            before.next_run_at.unwrap()
        );
        assert_eq!(world.received().len(), 1);
    });
}

#[test]
fn should_keep_the_pause_between_two_steps() {
    on_each_network(|world| {
        let mut first = call(world.callee, "count", "()");
        first.run_next_after_seconds = Some(600);
        let made = world.create(&task("steps", vec![first, note("second")], now_once()));
        assert_eq!(
            world.execution(made.id).waiting_for,
            Some(WaitReason::StepDelay)
        );
        let before = world.execution(made.id);
        world.upgrade_scheduler(true);
        assert_eq!(world.execution(made.id), before);
        world.pass(599);
        assert_eq!(world.statuses(made.id), [Waiting]);
        world.pass(1);
        assert_eq!(world.statuses(made.id), [Completed]);
        assert_eq!(
            world.received().len(),
            1,
            "the first step did not run again"
        );
    });
}

#[test]
fn should_keep_a_pending_retry() {
    on_each_network(|world| {
        let step = call(
            world.callee,
            "fail_times",
            "(record { key = \"k\"; times = 1 : nat64 })",
        );
        let made = world.create(&task("retry", vec![step], now_once()));
        assert_eq!(
            world.execution(made.id).waiting_for,
            Some(WaitReason::RetryBackoff)
        );
        world.pass(200);
        world.upgrade_scheduler(true);
        world.pass(99);
        assert_eq!(world.statuses(made.id), [Waiting]);
        world.pass(1);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed);
        assert_eq!(execution.attempts.len(), 2);
    });
}

/// A task that waits for a silent callee.
fn in_flight(world: &mut World, on_unknown: OnUnknown) -> u64 {
    let mut step = call(world.callee, "never", "()");
    step.timeout_seconds = Some(60);
    let request = task("in flight", vec![step], now_once());
    let made = world.create(&CreateTaskRequest {
        on_unknown: Some(on_unknown),
        ..request
    });
    assert_eq!(world.statuses(made.id), [Running]);
    made.id
}

#[test]
fn should_take_in_the_answer_of_a_call_in_flight_before_a_stopped_upgrade() {
    on_each_network(|world| {
        let step = call(world.callee, "slow", "(record { rounds = 5 : nat32 })");
        let made = world
            .try_create(&task("slow", vec![step], now_once()))
            .unwrap();
        world.upgrade_scheduler(true);
        world.pass(60);
        let execution = world.execution(made.id);
        assert_eq!(execution.status, Completed);
        assert_eq!(execution.attempts.len(), 1, "it ran once");
    });
}

#[test]
fn should_refuse_an_upgrade_while_calls_are_out_and_say_what_to_do() {
    on_each_network(|world| {
        let step = call(world.callee, "slow", "(record { rounds = 5 : nat32 })");
        let made = world
            .try_create(&task("slow", vec![step], now_once()))
            .unwrap();
        let silent = in_flight(world, OnUnknown::Fail);
        let refusal = world.try_upgrade_scheduler().expect_err("calls are out");
        assert!(refusal.contains("stop"), "{refusal}");
        assert_eq!(world.statuses(silent), [Running], "nothing is lost");
        world.pass(60);
        assert_eq!(world.statuses(made.id), [Completed]);
        assert_eq!(world.statuses(silent), [TimedOut]);
        world.try_upgrade_scheduler().expect("no call is out");
    });
}

#[test]
fn should_settle_a_call_in_flight_that_an_upgrade_cut_off() {
    for (on_unknown, expected) in [(OnUnknown::Fail, TimedOut), (OnUnknown::Retry, Waiting)] {
        on_each_network(|world| {
            let id = in_flight(world, on_unknown);
            world.force_upgrade_of_scheduler();
            assert_eq!(world.statuses(id), [Running], "nobody knows yet");
            world.pass(60);
            assert_eq!(world.statuses(id), [expected]);
            assert_eq!(world.stats().running, 0);
        });
    }
}

#[test]
fn should_go_on_with_a_recurring_task_after_an_upgrade_cut_off_a_call() {
    on_each_network(|world| {
        let mut step = call(world.callee, "never", "()");
        step.timeout_seconds = Some(60);
        let made = world.create(&task("recurring", vec![step], every(100)));
        world.pass(110);
        world.force_upgrade_of_scheduler();
        world.pass(290);
        assert_eq!(
            world.statuses(made.id),
            [TimedOut, TimedOut, TimedOut, Running]
        );
    });
}

#[test]
fn should_run_each_slot_once_over_many_upgrades() {
    on_each_network(|world| {
        let made = world.create(&task(
            "often",
            vec![call(world.callee, "count", "()")],
            every(60),
        ));
        for _ in 0..20 {
            world.pass(45);
            world.upgrade_scheduler(true);
            world.pass(45);
            world.upgrade_scheduler(false);
        }
        let executions = world.executions(made.id);
        assert_eq!(executions.len(), 30);
        assert!(
            executions
                .iter()
                .all(|execution| execution.status == Completed)
        );
        assert_eq!(world.received().len(), 30);
    });
}

#[test]
fn should_be_missed_and_made_up_for_when_the_scheduler_was_stopped() {
    on_each_network(|world| {
        let made = world.create(&task("daily", vec![note("x")], every(600)));
        world.stop_scheduler();
        world.pass(3_000);
        world.start_scheduler();
        world.pass(0);
        let statuses = world.statuses(made.id);
        let missed = chime_types::ExecutionStatus::Missed;
        assert_eq!(statuses, [missed, Completed], "the latest slot runs");
        assert_eq!(world.executions(made.id)[0].slots, 4);
    });
}
