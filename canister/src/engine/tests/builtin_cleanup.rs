//! The built-in actions in slices: cleaning up, and the inbox. And what all built-in tests share.

use chime_types::{
    Channel, CreateCleanupTaskRequest, Quotas, RetentionRule, TaskExecution, limits,
};

use super::*;
use crate::engine::Work;
use crate::engine::builtin::advance;
use crate::state::keys::MessageId;
use crate::state::records::UserRecord;

/// Does one slice, which is one piece since the budget is spent at once.
pub(super) fn slice(world: &mut World, start: &Start) {
    let Work::Slice(builtin) = &start.work else {
        panic!("{start:?}");
    };
    let budget = spent();
    let (id, token) = (start.execution_id, start.token);
    let outcome = advance(&mut world.state, world.now, id, token, builtin, &budget).unwrap();
    assert!(world.finish(start, &outcome));
}

/// A budget that is spent at once.
pub(super) fn spent() -> Budget<'static> {
    Budget {
        instructions: &|| 1,
        maximum_instructions: 1,
    }
}

/// Does built-in work until none is left. Answers how many slices it took.
pub(super) fn work(world: &mut World) -> usize {
    let mut slices = 0;
    loop {
        let starts = world.run();
        if starts.is_empty() {
            return slices;
        }
        for start in starts {
            slice(world, &start);
            slices += 1;
        }
    }
}

/// A task that does this on request only.
pub(super) fn on_request(action: Action) -> CreateTaskRequest {
    CreateTaskRequest {
        name: "built in".to_string(),
        steps: vec![NewStep::new(action)],
        schedules: vec![NewSchedule {
            disabled: Some(true),
            ..every(3_600)
        }],
        retry: Some(retries(0, 1)),
        ..CreateTaskRequest::default()
    }
}

/// Runs a task of the owner to its end. Returns its execution, and how many slices it took.
pub(super) fn run_built_in(world: &mut World, task_id: u64) -> (TaskExecution, usize) {
    let id = world.run_now(task_id).id;
    let slices = work(world);
    (world.execution(id), slices)
}

/// The result of an execution that completed, as JSON.
pub(super) fn result(execution: &TaskExecution) -> serde_json::Value {
    assert_eq!(
        execution.status,
        ExecutionStatus::Completed,
        "{execution:?}"
    );
    serde_json::from_str(execution.result.as_deref().unwrap()).unwrap()
}

/// A task with so many completed executions.
pub(super) fn with_history(world: &mut World, runs: usize) -> Task {
    let made = world.create(task(NewSchedule {
        disabled: Some(true),
        ..every(3_600)
    }));
    for _ in 0..runs {
        world.run_now(made.id);
        let start = world.run_one();
        world.pass(1);
        world.succeed(&start);
    }
    world.get(made.id)
}

/// Registers the owner under a role.
pub(super) fn register(world: &mut World, role: Role) {
    let user = UserRecord {
        name: None,
        role,
        quotas: Quotas::default(),
        disabled: false,
        created_at: world.now,
    };
    world.state.put_user(owner().principal, user);
}

fn cleanup(task_id: Option<u64>, all_owners: Option<bool>) -> Action {
    Action::Cleanup {
        retention: vec![RetentionRule {
            status: None,
            maximum_age_seconds: None,
            keep_latest: Some(1),
        }],
        task_id,
        all_owners,
    }
}

#[test]
fn should_remove_what_the_rules_say_a_task_at_a_time() {
    let mut world = World::new();
    let made: Vec<Task> = (0..5).map(|_| with_history(&mut world, 3)).collect();
    let cleaner = world.create(on_request(cleanup(None, None)));
    let (execution, slices) = run_built_in(&mut world, cleaner.id);
    let expected = serde_json::json!({ "tasks": 6, "removed": 10 });
    assert_eq!(result(&execution), expected);
    assert_eq!(slices, 7, "six tasks, and the end");
    assert_eq!(execution.attempts.len(), 1, "slices are one attempt");
    for task in made {
        assert_eq!(world.executions(task.id).len(), 1);
    }
}

#[test]
fn should_clean_up_the_one_task_that_is_named() {
    let mut world = World::new();
    let [first, second] = [3, 3].map(|runs| with_history(&mut world, runs));
    let cleaner = world.create(on_request(cleanup(Some(second.id), None)));
    let (execution, _) = run_built_in(&mut world, cleaner.id);
    let expected = serde_json::json!({ "tasks": 1, "removed": 2 });
    assert_eq!(result(&execution), expected);
    assert_eq!(world.executions(first.id).len(), 3);
}

#[test]
fn should_refuse_to_clean_up_after_somebody_else() {
    let mut world = World::new();
    let other = task(every(60));
    let other = service::create(&mut world.state, stranger(), START, other).unwrap();
    let cleaner = world.create(on_request(cleanup(Some(other.id), None)));
    let (execution, _) = run_built_in(&mut world, cleaner.id);
    assert_eq!(execution.status, ExecutionStatus::Failed);
    assert!(execution.error.unwrap().contains("there is no task"));
}

#[test]
fn should_refuse_all_owners_to_whoever_is_no_admin_any_more() {
    let mut world = World::new();
    let action = cleanup(None, Some(true));
    let as_admin = Caller {
        role: Role::Admin,
        ..owner()
    };
    let request = on_request(action);
    let made = service::create(&mut world.state, as_admin, START, request).unwrap();
    for (role, expected) in [
        (Role::User, ExecutionStatus::Failed),
        (Role::Admin, ExecutionStatus::Completed),
    ] {
        register(&mut world, role);
        let (execution, _) = run_built_in(&mut world, made.id);
        assert_eq!(execution.status, expected, "{:?}", execution.error);
    }
}

#[test]
fn should_refuse_all_owners_to_whoever_only_names_the_action_of_an_admin() {
    let mut world = World::new();
    let define = chime_types::DefineActionRequest {
        name: "everything".to_string(),
        description: None,
        entity_name: None,
        action: Action::Backup {
            keep: None,
            all_owners: Some(true),
        },
        shared: Some(true),
    };
    service::define_action(&mut world.state, admin(), START, define).unwrap();
    let made = world.create(on_request(Action::Named {
        action_name: "everything".to_string(),
        entity_name: None,
        attributes: "{}".to_string(),
        as_user: None,
    }));
    let (execution, _) = run_built_in(&mut world, made.id);
    assert_eq!(execution.status, ExecutionStatus::Failed);
    assert!(execution.error.unwrap().contains("only for admins"));
}

#[test]
fn should_drop_a_slice_of_a_task_that_was_deleted() {
    let mut world = World::new();
    with_history(&mut world, 2);
    let cleaner = world.create(on_request(cleanup(None, None)));
    world.run_now(cleaner.id);
    let start = world.run_one();
    slice(&mut world, &start);
    let next = world.run_one();
    service::delete(&mut world.state, owner(), world.now, cleaner.id).unwrap();
    let Work::Slice(builtin) = &next.work else {
        panic!("{next:?}");
    };
    let (id, token) = (next.execution_id, next.token);
    let dropped = advance(&mut world.state, world.now, id, token, builtin, &spent());
    assert_eq!(dropped, None);
    assert!(world.run().is_empty());
}

#[test]
fn should_end_the_attempt_of_a_run_that_is_cancelled_between_two_slices() {
    let mut world = World::new();
    with_history(&mut world, 2);
    let cleaner = world.create(on_request(cleanup(None, None)));
    let id = world.run_now(cleaner.id).id;
    let start = world.run_one();
    slice(&mut world, &start);
    let request = chime_types::CancelExecutionRequest {
        execution_id: id,
        reason: None,
        terminate: None,
    };
    service::cancel_execution(&mut world.state, owner(), world.now, &request).unwrap();
    let execution = world.execution(id);
    assert_eq!(
        execution.attempts[0].outcome,
        chime_types::Outcome::Cancelled
    );
    assert_eq!(execution.attempts[0].finished_at, Some(world.now));
}

#[test]
fn should_clean_up_by_the_template() {
    let mut world = World::new();
    let old = with_history(&mut world, 3);
    let request = CreateCleanupTaskRequest {
        interval_hours: 24,
        retention: None,
    };
    let made = service::create_cleanup_task(&mut world.state, owner(), world.now, request);
    let made = made.unwrap();
    for day in 1..=31 {
        world.pass(86_400);
        work(&mut world);
        let kept = world.executions(old.id).len();
        // They ended some seconds before the cleanup was made.
        assert!(kept == 3 || day >= 30, "day {day}");
    }
    assert!(world.executions(old.id).is_empty());
    let runs = world.executions(made.id);
    let removed = runs
        .iter()
        .filter_map(|run| result(run)["removed"].as_u64());
    assert_eq!(removed.sum::<u64>(), 3);
}

#[test]
fn should_put_notifications_into_the_inbox_and_drop_the_oldest() {
    let mut world = World::new();
    let made = world.create(on_request(Action::Notification {
        channel: Channel::Inbox {},
        subject: "run {{execution_id}}".to_string(),
        message: "done".to_string(),
    }));
    let maximum = usize::try_from(limits::MAXIMUM_INBOX).unwrap();
    for _ in 0..maximum + 2 {
        run_built_in(&mut world, made.id);
    }
    let messages = world
        .state
        .messages_of(owner().principal, MessageId(u64::MAX));
    let subjects: Vec<String> = messages.map(|message| message.subject).collect();
    assert_eq!(subjects.len(), maximum);
    assert_eq!(
        subjects[0],
        format!("run {}", maximum + 2),
        "the newest first"
    );
    assert_eq!(subjects[maximum - 1], "run 3");
}
