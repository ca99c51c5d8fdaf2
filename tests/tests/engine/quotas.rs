//! How much of the scheduler an owner may use up.

use chime_tests::{Sender, World, every, in_virtual_time, note, task};
use chime_types::ExecutionStatus::{Completed, Running, Skipped};
use chime_types::{
    CreateTaskRequest, EmptyRequest, Error, ErrorKind, GetTaskExecutionsRequest,
    GetTaskExecutionsResult, NewSchedule, OverlapPolicy, PutUserRequest, Quotas, Task,
    TaskExecution, TaskResult, User, UserResult,
};

use crate::support::{
    HOUR, ask_as, begin_at, noting, on_request, put_user, show_as, taking_task, user,
};

fn allow(world: &mut World, quotas: Quotas) {
    let request = PutUserRequest {
        quotas: Some(quotas),
        ..user(world, Sender::Stranger)
    };
    assert_eq!(put_user(world, &request).quotas, quotas);
}

fn make(world: &mut World, request: &CreateTaskRequest) -> Result<Task, Error> {
    let answer: TaskResult = ask_as(world, Sender::Stranger, "create_task", request);
    answer.into_result()
}

/// The executions of a task of the stranger's, the oldest first.
fn executions(world: &mut World, task: &Task) -> Vec<TaskExecution> {
    let request = GetTaskExecutionsRequest {
        task_id: task.id,
        cursor: None,
        limit: Some(500),
        status: None,
    };
    let answer: GetTaskExecutionsResult =
        show_as(world, Sender::Stranger, "get_task_executions", &request);
    let mut executions = answer.into_result().expect("a page").executions;
    executions.reverse();
    executions
}

fn me(world: &mut World) -> User {
    let answer: UserResult = show_as(world, Sender::Stranger, "get_me", &EmptyRequest {});
    answer.into_result().expect("a user")
}

#[test]
fn should_allow_so_many_tasks() {
    in_virtual_time(|world| {
        let allowed = |maximum| Quotas {
            maximum_tasks: Some(maximum),
            ..Quotas::default()
        };
        allow(world, allowed(2));
        let request = task("one", vec![note("x")], on_request());
        for _ in 0..2 {
            make(world, &request).expect("within the quota");
        }
        let error = make(world, &request).expect_err("one too many");
        assert_eq!(error.kind, ErrorKind::LimitExceeded);
        assert_eq!(me(world).tasks, 2);
        world.create(&request);
        allow(world, allowed(3));
        make(world, &request).expect("within the new quota");
    });
}

#[test]
fn should_keep_so_many_executions() {
    in_virtual_time(|world| {
        allow(
            world,
            Quotas {
                maximum_executions: Some(5),
                ..Quotas::default()
            },
        );
        let old = make(world, &noting(every(60))).expect("a task");
        world.pass(240);
        let new = make(world, &noting(every(60))).expect("a task");
        world.pass(180);
        let kept = [executions(world, &old), executions(world, &new)];
        assert_eq!(kept[0].len() + kept[1].len(), 5);
        assert_eq!(me(world).executions, 5);
        assert_eq!(kept[1].len(), 3, "the oldest of all go first");
    });
}

#[test]
fn should_run_so_often_in_an_hour_and_begin_anew_in_the_next() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T12:00:00Z");
        allow(
            world,
            Quotas {
                maximum_runs_per_hour: Some(3),
                ..Quotas::default()
            },
        );
        let made = make(world, &noting(every(600))).expect("a task");
        world.pass(HOUR - 1);
        let all = executions(world, &made);
        let statuses: Vec<_> = all.iter().map(|one| one.status).collect();
        assert_eq!(statuses, [Completed, Completed, Completed, Skipped]);
        let reason = all[3].error.as_deref();
        assert_eq!(
            reason,
            Some("skipped: the owner's runs of this hour are used up")
        );
        assert_eq!(me(world).runs_this_hour, 3);
        world.pass(1);
        let all = executions(world, &made);
        assert_eq!(all[3].slots, 2, "one record for the rest of the hour");
        assert_eq!(all[4].status, Completed);
        assert_eq!(me(world).runs_this_hour, 1);
        let own = world.create(&noting(every(60)));
        world.pass(600);
        assert_eq!(
            world.statuses(own.id),
            [Completed; 10],
            "quotas of others are their own"
        );
    });
}

#[test]
fn should_make_so_many_attempts_at_a_time() {
    in_virtual_time(|world| {
        allow(
            world,
            Quotas {
                maximum_concurrent: Some(2),
                ..Quotas::default()
            },
        );
        let schedule = NewSchedule {
            overlap: Some(OverlapPolicy::AllowAll),
            ..every(10)
        };
        let request = taking_task(world.callee, "slow", 60, schedule);
        make(world, &request).expect("a task");
        world.pass(45);
        let stats = world.stats();
        assert_eq!((stats.running, stats.parked), (2, 2));
        let own = world.create(&request);
        world.pass(40);
        assert_eq!(
            world.statuses(own.id),
            [Running; 4],
            "quotas of others are their own"
        );
    });
}
