//! The present scheduler takes over the stable memory of the first release: everything is there,
//! and everything goes on.

use std::collections::BTreeMap;

use candid::Principal;
use chime_replica::InstallMode;
use chime_tests::direct::Direct;
use chime_tests::golden::{self, KEY, OWNERS, TAKEN_AFTER_SECONDS, at};
use chime_tests::{Callee, Network, Sender, World, every, module, note, task};
use chime_types::ExecutionStatus::{
    Cancelled, Completed, Failed, Missed, Ready, Running, Skipped, TimedOut, Waiting,
};
use chime_types::{
    CreateTaskRequest, ExecutionStatus, GapPolicy, GetMyTasksRequest, GetMyTasksResult,
    GetTaskExecutionsRequest, GetTaskExecutionsResult, MissedRuns, Priority, Rule, Task,
    TaskExecution, TaskResult, TaskStatus, WaitReason,
};

/// A module without anything, to be upgraded from.
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// The present scheduler over the image, at the time when that was taken.
fn upgraded() -> World {
    let mut direct = Direct::over(golden::network_at(TAKEN_AFTER_SECONDS));
    let owner = direct.principal(Sender::Owner);
    let ids = golden::canisters(&mut direct);
    let (scheduler, callee) = (ids[0], ids[1]);
    let mut replica = direct.into_replica();
    let mut install = |id: Principal, mode, module| {
        let arg = candid::encode_args(()).expect("arguments");
        replica
            .install_code(owner, id, mode, module, arg)
            .expect("installed");
    };
    install(callee, InstallMode::Install, module("callee"));
    install(
        golden::late_canister(),
        InstallMode::Install,
        module("callee"),
    );
    install(scheduler, InstallMode::Install, EMPTY.to_vec());
    golden::take_over(&mut replica, owner, scheduler, &golden::read());
    World {
        network: Box::new(Direct::over(replica)),
        scheduler,
        callee: Callee(callee),
    }
}

/// Lets everything happen up to an instant of the story, given how far it is.
fn pass(world: &mut World, from_seconds: u64, to_seconds: u64) {
    world.pass(to_seconds - from_seconds);
}

/// The tasks of an owner by their names.
fn tasks(world: &mut World, owner: Sender) -> BTreeMap<String, Task> {
    let request = GetMyTasksRequest {
        owner: None,
        cursor: None,
        limit: Some(500),
    };
    let answer: GetMyTasksResult = world
        .query(owner, "get_my_tasks", &request)
        .expect("no rejection");
    let page = answer.into_result().expect("a page");
    assert_eq!(page.total_tasks, page.tasks.len() as u64);
    let named = page.tasks.into_iter().map(|task| (task.name.clone(), task));
    named.collect()
}

/// The executions of a task by its name, the oldest first.
fn executions(world: &mut World, owner: Sender, name: &str) -> Vec<TaskExecution> {
    let request = GetTaskExecutionsRequest {
        task_id: tasks(world, owner)[name].id,
        cursor: None,
        limit: Some(500),
        status: None,
    };
    let answer: GetTaskExecutionsResult = world
        .query(owner, "get_task_executions", &request)
        .expect("no rejection");
    let mut executions = answer.into_result().expect("a page").executions;
    executions.reverse();
    executions
}

fn statuses(world: &mut World, owner: Sender, name: &str) -> Vec<ExecutionStatus> {
    let executions = executions(world, owner, name);
    executions
        .iter()
        .map(|execution| execution.status)
        .collect()
}

#[test]
fn should_show_every_execution_of_the_first_release() {
    let mut world = upgraded();
    let rows: [(&str, &[ExecutionStatus]); 14] = [
        (
            "interval",
            &[Completed, Missed, Missed, Missed, Completed, Completed],
        ),
        ("cron", &[Completed, Missed, Missed, Completed, Completed]),
        ("daily", &[]),
        ("weekly", &[]),
        ("monthly", &[]),
        ("once", &[]),
        ("backlog", &[Waiting, Ready, Ready, Skipped]),
        ("paused", &[Completed; 11]),
        ("ready", &[Ready]),
        ("skipped", &[TimedOut, Skipped, Skipped]),
        ("failed", &[Failed]),
        ("completed", &[Completed]),
        ("cancelled", &[Cancelled]),
        ("steps", &[Waiting]),
    ];
    for (name, expected) in rows {
        assert_eq!(
            statuses(&mut world, Sender::Owner, name),
            expected,
            "{name}"
        );
    }
    assert_eq!(statuses(&mut world, Sender::Owner, "running"), [Running]);
    assert_eq!(tasks(&mut world, Sender::Owner).len(), rows.len() + 1);
    assert_eq!(
        statuses(&mut world, Sender::Stranger, "theirs"),
        [Missed, Missed, Completed, Completed]
    );
    assert_eq!(tasks(&mut world, Sender::Stranger).len(), 1);
    let stats = world.stats();
    assert_eq!((stats.ready, stats.running), (1, 1));
}

#[test]
fn should_show_what_executions_of_the_first_release_noted() {
    let mut world = upgraded();
    let failed = &executions(&mut world, Sender::Owner, "failed")[0];
    assert_eq!(failed.attempts.len(), 1);
    let error = failed.error.as_deref().expect("an error");
    assert!(error.contains("rejected with code 4: no"), "{error}");

    let done = &executions(&mut world, Sender::Owner, "completed")[0];
    assert_eq!(done.result.as_deref(), Some("done"));
    assert_eq!(done.logs[0].message, "done");
    assert_eq!(done.finished_at, Some(at(3_600)));

    let steps = &executions(&mut world, Sender::Owner, "steps")[0];
    assert_eq!(steps.waiting_for, Some(WaitReason::StepDelay));
    assert_eq!((steps.step_to_execute, steps.wake_at), (1, Some(at(7_200))));
    let retry = &executions(&mut world, Sender::Owner, "backlog")[0];
    assert_eq!(retry.waiting_for, Some(WaitReason::RetryBackoff));
    assert_eq!(retry.wake_at, Some(at(4_800)));
    let missed = &executions(&mut world, Sender::Stranger, "theirs")[1];
    assert_eq!((missed.scheduled_at, missed.slots), (at(1_800), 1));
}

#[test]
fn should_show_the_tasks_of_the_first_release() {
    let mut world = upgraded();
    let tasks = tasks(&mut world, Sender::Owner);
    let first = &tasks["interval"];
    assert_eq!(first.description, "the first task");
    assert_eq!(first.metadata, "{\"a\": 1}");
    assert_eq!(first.priority, Priority::High);
    assert_eq!(first.created_at, at(0));
    let paused = &tasks["paused"];
    assert_eq!(paused.status, TaskStatus::Paused);
    assert_eq!(paused.pause_reason.as_deref(), Some("for the image"));
    assert_eq!(tasks["steps"].steps.len(), 1, "the steps were changed");
    assert_eq!(tasks["backlog"].retry.initial_delay_seconds, 1_800);
    let daily = &tasks["daily"].schedules[0];
    assert_eq!(daily.timezone, "Europe/Zurich");
    assert_eq!(daily.gap, GapPolicy::Skip);
    assert!(matches!(daily.rule, Rule::Daily { hour: 2, .. }));
    let backlog = &tasks["backlog"].schedules[0];
    assert_eq!(backlog.missed_runs, MissedRuns::All { maximum: 3 });
    let due = ["interval", "cron", "daily", "weekly", "monthly", "once"];
    assert_eq!(
        due.map(|name| tasks[name].next_run_at),
        [4_200, 4_500, 5_400, 4_800, 6_000, 5_000].map(|seconds| Some(at(seconds)))
    );
    let idle = ["paused", "ready", "skipped", "steps", "running"];
    assert_eq!(idle.map(|name| tasks[name].next_run_at), [None; 5]);
}

#[test]
fn should_know_the_idempotency_keys_and_numbers_of_the_first_release() {
    let mut world = upgraded();
    let mut last = 0;
    for (owner, name) in OWNERS.into_iter().zip(["interval", "theirs"]) {
        let before = tasks(&mut world, owner);
        last = before
            .values()
            .map(|task| task.id)
            .max()
            .max(Some(last))
            .unwrap();
        let request = CreateTaskRequest {
            idempotency_key: Some(KEY.to_string()),
            ..task("another", vec![note("another")], every(60))
        };
        let answer: TaskResult = world.update(owner, "create_task", &request).unwrap();
        assert_eq!(answer.into_result().unwrap().id, before[name].id);
        assert_eq!(tasks(&mut world, owner).len(), before.len());
    }
    let made = world.create(&task("new", vec![note("new")], every(60)));
    assert!(made.id > last);
    world.pass(60);
    assert_eq!(world.statuses(made.id), [Completed]);
}

#[test]
fn should_go_on_with_what_the_first_release_began() {
    let mut world = upgraded();
    world.pass(0);
    assert_eq!(statuses(&mut world, Sender::Owner, "ready"), [Completed]);
    pass(&mut world, TAKEN_AFTER_SECONDS, 3_950);
    assert_eq!(statuses(&mut world, Sender::Owner, "running"), [TimedOut]);
    pass(&mut world, 3_950, 4_799);
    assert_eq!(
        statuses(&mut world, Sender::Owner, "backlog"),
        [Waiting, Ready, Ready, Skipped]
    );
    pass(&mut world, 4_799, 4_800);
    assert_eq!(
        statuses(&mut world, Sender::Owner, "backlog"),
        [Completed, Completed, Completed, Skipped]
    );
    let retried = &executions(&mut world, Sender::Owner, "backlog")[0];
    assert_eq!(retried.attempts.len(), 2);
    pass(&mut world, 4_800, 7_199);
    assert_eq!(statuses(&mut world, Sender::Owner, "steps"), [Waiting]);
    pass(&mut world, 7_199, 7_200);
    let steps = &executions(&mut world, Sender::Owner, "steps")[0];
    assert_eq!(steps.status, Completed);
    assert_eq!(steps.result.as_deref(), Some("the second step of old"));
    let stats = world.stats();
    assert_eq!((stats.ready, stats.running), (0, 0));
}

#[test]
fn should_fire_the_schedules_of_the_first_release() {
    let mut world = upgraded();
    pass(&mut world, TAKEN_AFTER_SECONDS, 7_300);
    for name in ["daily", "weekly", "monthly", "once"] {
        assert_eq!(
            statuses(&mut world, Sender::Owner, name),
            [Completed],
            "{name}"
        );
    }
    let rows = [
        (Sender::Owner, "interval", 6, 600),
        (Sender::Owner, "cron", 5, 900),
        (Sender::Stranger, "theirs", 4, 900),
    ];
    for (owner, name, before, every_seconds) in rows {
        let fired = executions(&mut world, owner, name).split_off(before);
        let slots: Vec<u64> = fired.iter().map(|run| run.scheduled_at).collect();
        let first = (TAKEN_AFTER_SECONDS / every_seconds + 1) * every_seconds;
        let expected: Vec<u64> = (first..=7_200)
            .step_by(every_seconds as usize)
            .map(at)
            .collect();
        assert_eq!(slots, expected, "{name}");
        assert!(fired.iter().all(|run| run.status == Completed), "{name}");
    }
    assert_eq!(
        world.received().len(),
        4 + 4,
        "four of cron, one of each other"
    );
}
