//! What two clients do at the same time, or one of them twice.

use chime_tests::{Sender, World, every, in_virtual_time, note, task};
use chime_types::ExecutionStatus::Completed;
use chime_types::{
    AddScheduleRequest, CreateTaskRequest, Error, ErrorKind, ExecutionResult,
    RemoveScheduleRequest, RunTaskNowRequest, Task, TaskResult, UpdateTaskRequest,
};

use crate::support::{ask, ask_as, on_request};

fn keyed(name: &str) -> CreateTaskRequest {
    CreateTaskRequest {
        idempotency_key: Some("the key".to_string()),
        ..task(name, vec![note("x")], on_request())
    }
}

#[test]
fn should_make_one_task_for_one_key_of_an_owner() {
    in_virtual_time(|world| {
        let made = world.create(&keyed("first"));
        world.upgrade_scheduler(true);
        let again = world.create(&keyed("second"));
        assert_eq!((again.id, again.name.as_str()), (made.id, "first"));
        let answer: TaskResult = ask_as(world, Sender::Stranger, "create_task", &keyed("third"));
        let other = answer.into_result().expect("a task");
        assert_ne!(other.id, made.id, "keys of owners are apart");
        assert_eq!(world.list(None, 10).total_tasks, 1);
    });
}

#[test]
fn should_run_a_task_once_for_one_key() {
    in_virtual_time(|world| {
        let made = world.create(&task("on demand", vec![note("x")], on_request()));
        let run = |world: &mut World, key: &str| {
            let request = RunTaskNowRequest {
                task_id: made.id,
                idempotency_key: Some(key.to_string()),
                scheduled_at: None,
            };
            let answer: ExecutionResult = ask(world, "run_task_now", &request);
            answer.into_result().expect("an execution").id
        };
        let first = run(world, "a");
        assert_eq!(run(world, "a"), first);
        world.upgrade_scheduler(true);
        assert_eq!(run(world, "a"), first);
        assert_ne!(run(world, "b"), first);
        assert_eq!(world.statuses(made.id), [Completed; 2]);
    });
}

fn rename(
    world: &mut World,
    task: &Task,
    expected_version: u64,
    name: &str,
) -> Result<Task, Error> {
    let request = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(expected_version),
        name: Some(name.to_string()),
        ..UpdateTaskRequest::default()
    };
    let answer: TaskResult = ask(world, "update_task", &request);
    answer.into_result()
}

#[test]
fn should_refuse_a_change_of_a_task_that_was_changed_meanwhile() {
    in_virtual_time(|world| {
        let made = world.create(&task("one", vec![note("x")], every(60)));
        let changed = rename(world, &made, made.version, "two").expect("the first change");
        assert!(changed.version > made.version);
        let error = rename(world, &made, made.version, "three").expect_err("it is out of date");
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert_eq!(error.field.as_deref(), Some("expected_version"));
        assert_eq!(world.get(made.id), changed, "nothing was changed");
        rename(world, &made, changed.version, "three").expect("what it is now");
    });
}

#[test]
fn should_refuse_a_change_of_schedules_that_were_changed_meanwhile() {
    in_virtual_time(|world| {
        let made = world.create(&task("one", vec![note("x")], every(60)));
        let add = AddScheduleRequest {
            task_id: made.id,
            expected_version: Some(made.version),
            schedule: every(3_600),
        };
        let answer: TaskResult = ask(world, "add_schedule", &add);
        let added = answer.into_result().expect("the first change");
        let again: TaskResult = ask(world, "add_schedule", &add);
        assert_eq!(
            again.into_result().expect_err("it is out of date").kind,
            ErrorKind::Conflict
        );
        let remove = |expected_version| RemoveScheduleRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            expected_version: Some(expected_version),
        };
        let late: TaskResult = ask(world, "remove_schedule", &remove(made.version));
        assert_eq!(
            late.into_result().expect_err("it is out of date").kind,
            ErrorKind::Conflict
        );
        assert_eq!(world.get(made.id).schedules.len(), 2);
        let removed: TaskResult = ask(world, "remove_schedule", &remove(added.version));
        assert_eq!(removed.into_result().expect("a task").schedules.len(), 1);
    });
}
