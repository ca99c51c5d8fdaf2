//! Histories that are shortened: a slice in each message, whatever there is to remove.

use chime_types::{PauseTaskRequest, RetentionRule};

use super::builtin_cleanup::{on_request, result, run_built_in, spent, with_history};
use super::*;
use crate::state::keys::TaskId;

fn keep(maximum: u64) -> ConfigureRequest {
    ConfigureRequest {
        maximum_executions_per_task: Some(maximum),
        ..ConfigureRequest::default()
    }
}

/// One message, which may do little: each wake has its turn, and upkeep is put off after one piece.
fn short_message(world: &mut World) {
    let budget = Budget {
        instructions: &|| 1,
        maximum_instructions: 2,
    };
    tick(&mut world.state, world.now, &budget);
}

#[test]
fn should_remove_little_in_the_message_that_finds_a_limit_lowered() {
    let mut world = World::new();
    let made = with_history(&mut world, 120);
    world.configure(keep(10));
    assert_eq!(
        world.get(made.id).total_executions,
        120,
        "not in this message"
    );
    world.run_now(made.id);
    assert!(world.get(made.id).total_executions >= 118);
    for _ in 0..120 {
        let before = world.get(made.id).total_executions;
        world.pass(1);
        short_message(&mut world);
        let removed = before - world.get(made.id).total_executions;
        assert!(removed <= 1, "{removed} in a message that may do little");
    }
    assert_eq!(world.get(made.id).total_executions, 10);
}

#[test]
fn should_shorten_what_nothing_is_added_to() {
    let mut world = World::new();
    let tasks: Vec<Task> = (0..3).map(|_| with_history(&mut world, 20)).collect();
    world.configure(keep(5));
    for _ in 0..4 {
        world.run();
        world.pass(1);
    }
    for task in &tasks {
        assert_eq!(world.executions(task.id).len(), 5);
    }
    assert_eq!(world.next_in_seconds(), None, "nothing is left to do");
}

#[test]
fn should_never_remove_what_is_under_way_to_shorten_a_history() {
    let mut world = World::new();
    let made = world.create(CreateTaskRequest {
        maximum_concurrent: Some(1),
        ..task(NewSchedule {
            disabled: Some(true),
            ..every(60)
        })
    });
    let active: Vec<u64> = (0..20).map(|_| world.run_now(made.id).id).collect();
    world.configure(keep(5));
    for _ in 0..5 {
        world.run();
        world.pass(1);
    }
    let kept: Vec<u64> = world.executions(made.id).iter().map(|one| one.id).collect();
    assert_eq!(kept, active);
    assert_eq!(
        world.state.agenda_len(),
        1,
        "the deadline of the one that runs"
    );
}

#[test]
fn should_sweep_a_long_history_in_slices() {
    let mut world = World::new();
    let made = with_history(&mut world, 60);
    world.configure(ConfigureRequest {
        retention: Some(vec![RetentionRule {
            status: Some(ExecutionStatus::Completed),
            maximum_age_seconds: None,
            keep_latest: Some(7),
        }]),
        ..ConfigureRequest::default()
    });
    world.pass(86_400);
    for second in 0..62 {
        let before = world.get(made.id).total_executions;
        short_message(&mut world);
        let removed = before - world.get(made.id).total_executions;
        assert!(removed <= 1, "{removed} in second {second}");
        world.pass(1);
    }
    assert_eq!(world.get(made.id).total_executions, 7);
}

#[test]
fn should_clean_up_a_long_history_in_pieces() {
    let mut world = World::new();
    let made = with_history(&mut world, 250);
    let cleaner = world.create(on_request(Action::Cleanup {
        retention: vec![RetentionRule {
            status: None,
            maximum_age_seconds: None,
            keep_latest: Some(3),
        }],
        task_id: Some(made.id),
        all_owners: None,
    }));
    let (execution, slices) = run_built_in(&mut world, cleaner.id);
    let expected = serde_json::json!({ "tasks": 1, "removed": 247 });
    assert_eq!(result(&execution), expected);
    assert!(slices > 3, "{slices} slices");
    assert_eq!(world.executions(made.id).len(), 3);
}

#[test]
fn should_go_on_with_what_is_due_while_much_is_to_be_removed() {
    let mut world = World::new();
    with_history(&mut world, 60);
    let victim = world.create(task(every(1)));
    world.configure(keep(10));
    for _ in 0..30 {
        world.pass(1);
        let starts = world.run();
        assert_eq!(starts.len(), 1, "the victim misses no slot");
        world.succeed(&starts[0]);
    }
    let pause = PauseTaskRequest {
        task_id: victim.id,
        reason: None,
        cancel_running: None,
    };
    service::pause(&mut world.state, owner(), world.now, pause).unwrap();
    assert!(!spent().has_room_for_upkeep());
}

#[test]
fn should_let_what_was_left_out_push_out_nothing_that_was_run() {
    let mut world = World::new();
    world.configure(keep(20));
    let made = with_history(&mut world, 20);
    let blocked = world.run_now(made.id).id;
    world.run();
    let schedule = chime_types::AddScheduleRequest {
        task_id: made.id,
        schedule: every(1),
        expected_version: None,
    };
    service::add_schedule(&mut world.state, owner(), world.now, schedule).unwrap();
    for _ in 0..60 {
        world.pass(1);
        world.run();
    }
    let kept = world.executions(made.id);
    assert_eq!(kept.len(), 20);
    let count = |status| kept.iter().filter(|one| one.status == status).count();
    assert_eq!(count(ExecutionStatus::Skipped), 1, "the latest");
    assert_eq!(count(ExecutionStatus::Completed), 18);
    assert_eq!(world.execution(blocked).status, ExecutionStatus::Running);
}

#[test]
fn should_let_what_was_left_out_push_out_nothing_of_another_task_of_the_owner() {
    let mut world = World::configured(ConfigureRequest {
        maximum_executions_per_owner: Some(20),
        ..ConfigureRequest::default()
    });
    let lived = with_history(&mut world, 15);
    let blocked = world.create(task(every(1)));
    for _ in 0..60 {
        world.pass(1);
        world.run();
    }
    assert_eq!(world.executions(lived.id).len(), 15);
    assert_eq!(world.executions(blocked.id).len(), 5);
}

/// So many executions of a task that wait, behind one that runs.
fn crowded(world: &mut World, count: usize) -> Task {
    let made = world.create(CreateTaskRequest {
        maximum_concurrent: Some(1),
        idempotency_key: Some("crowd".to_string()),
        ..task(every(86_400))
    });
    for _ in 0..count {
        world.run_now(made.id);
    }
    world.run();
    made
}

fn active(world: &World, id: u64) -> usize {
    let task = world.state.task(TaskId(id));
    task.map_or(0, |task| task.active.len())
}

#[test]
fn should_delete_a_task_at_once_and_remove_it_in_slices() {
    let mut world = World::new();
    let made = crowded(&mut world, 150);
    let answer = service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(answer.cancelled_executions, 150);
    assert_eq!(answer.remaining_executions, Some(150));
    assert!(
        (90..=100).contains(&active(&world, made.id)),
        "not all in one message"
    );
    service::get(&world.state, owner(), made.id).expect_err("nobody sees it");
    let request = chime_types::GetMyTasksRequest::default();
    let page = service::list(&world.state, owner(), &request, &ample()).unwrap();
    assert_eq!((page.tasks.len(), page.total_tasks), (0, 0));
    let again = service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(again.cancelled_executions, 0);
    assert_eq!(again.remaining_executions, Some(150));
    service::delete(&mut world.state, stranger(), world.now, made.id).unwrap_err();
    assert_eq!(world.run(), [], "nothing of it begins any more");
    for second in 0..400 {
        world.pass(1);
        short_message(&mut world);
        if world.state.executions_len() == 0 {
            assert!(second > 100, "after {second} seconds");
            break;
        }
    }
    assert_eq!(world.state.executions_len(), 0);
    assert!(world.state.task(TaskId(made.id)).is_none());
    let owner_record = world.state.owner(owner().principal);
    assert_eq!(
        (
            owner_record.executions,
            owner_record.active,
            owner_record.running
        ),
        (0, 0, 0)
    );
    service::delete(&mut world.state, owner(), world.now, made.id).expect_err("it is gone");
}

#[test]
fn should_free_the_key_and_the_place_of_a_task_that_is_being_removed() {
    let mut world = World::configured(ConfigureRequest {
        maximum_tasks_per_owner: Some(1),
        ..ConfigureRequest::default()
    });
    let made = crowded(&mut world, 120);
    service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    let next = crowded(&mut world, 2);
    assert_ne!(next.id, made.id);
    assert_eq!(world.get(next.id).total_executions, 2);
}

#[test]
fn should_start_nothing_that_is_to_be_ended() {
    let mut world = World::new();
    let made = crowded(&mut world, 150);
    let request = PauseTaskRequest {
        task_id: made.id,
        reason: None,
        cancel_running: Some(true),
    };
    service::pause(&mut world.state, owner(), world.now, request).unwrap();
    assert!(active(&world, made.id) > 0, "not all in one message");
    assert_eq!(world.run(), []);
    let kept = world.executions(made.id);
    world.pass(1);
    assert_eq!(world.run(), []);
    world.pass(1);
    assert_eq!(world.run(), []);
    assert_eq!(active(&world, made.id), 0);
    assert_eq!(kept.len(), 150);
    let ended = world.statuses(made.id);
    assert!(
        ended
            .iter()
            .all(|status| *status == ExecutionStatus::Cancelled)
    );
}

#[test]
fn should_end_many_others_in_slices_and_then_run_the_slot() {
    let mut world = World::new();
    let made = crowded(&mut world, 150);
    let schedule = chime_types::AddScheduleRequest {
        task_id: made.id,
        schedule: NewSchedule {
            overlap: Some(chime_types::OverlapPolicy::TerminateOther),
            ..every(10)
        },
        expected_version: None,
    };
    service::add_schedule(&mut world.state, owner(), world.now, schedule).unwrap();
    world.pass(10);
    assert_eq!(world.run(), [], "those before it are not all ended yet");
    assert!(active(&world, made.id) > 1);
    world.pass(1);
    let mut starts = world.run();
    world.pass(1);
    starts.extend(world.run());
    assert_eq!(starts.len(), 1, "the slot");
    assert_eq!(active(&world, made.id), 1);
}
