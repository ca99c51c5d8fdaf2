//! Order, places and bounds: what runs first, how much at once, and what is kept.

use std::cell::Cell;

use chime_types::Priority;

use super::*;
use crate::engine::Work;

#[test]
fn should_start_the_most_urgent_first_and_then_the_longest_due() {
    let mut world = World::new();
    let mut named = |name: &str, priority| {
        let request = CreateTaskRequest {
            name: name.to_string(),
            priority: Some(priority),
            ..task(now_once())
        };
        world.create(request).id
    };
    let low = named("low", Priority::Low);
    let medium = named("medium", Priority::Medium);
    let urgent = named("urgent", Priority::Urgent);
    let later = named("medium too", Priority::Medium);
    let order: Vec<u64> = world.run().iter().map(|start| start.task_id.0).collect();
    assert_eq!(order, [urgent, medium, later, low]);
}

#[test]
fn should_start_no_more_than_there_are_places_and_the_rest_as_places_become_free() {
    let mut world = World::new();
    let places = u64::from(world.state.config().maximum_concurrent_per_owner);
    for _ in 0..places + 3 {
        world.create(task(now_once()));
    }
    let starts = world.run();
    assert_eq!(starts.len() as u64, places);
    assert_eq!(world.state.parked_len(), 3);
    assert!(
        world.next_in_seconds().unwrap() > 0,
        "nothing to do until a place is free"
    );
    world.succeed(&starts[0]);
    assert_eq!(world.next_in_seconds(), Some(0));
    assert_eq!(world.run().len(), 1);
}

#[test]
fn should_stop_at_the_budget_and_say_that_work_is_left() {
    let mut world = World::new();
    for _ in 0..5 {
        world.create(task(now_once()));
    }
    let spent = Cell::new(0);
    let count = || {
        spent.set(spent.get() + 10);
        spent.get()
    };
    let budget = Budget {
        instructions: &count,
        maximum_instructions: 30,
    };
    let decided = tick(&mut world.state, world.now, &budget);
    assert_eq!(decided.progress, Progress::MoreWork);
    assert!(decided.effects.is_empty());
    assert_eq!(world.state.ready_len(), 2, "two of five were fired");
    assert_eq!(world.run().len(), 5, "the next ticks do the rest");
}

#[test]
fn should_fire_at_once_within_a_second() {
    let mut world = World::new();
    world.now += SECOND / 2;
    world.create(task(now_once()));
    let at_once = NewSchedule {
        start_after_seconds: Some(0),
        ..every(60)
    };
    world.create(task(at_once));
    assert_eq!(world.run().len(), 2);
}

#[test]
fn should_have_nothing_armed_when_nothing_is_to_come() {
    let mut world = World::new();
    assert_eq!(world.next_in_seconds(), None);
    let made = world.create(task(every(60)));
    assert_eq!(world.next_in_seconds(), Some(60));
    service::delete(&mut world.state, owner(), world.now, made.id).unwrap();
    assert_eq!(world.next_in_seconds(), None);
}

#[test]
fn should_count_from_the_slot_and_not_from_the_end_of_the_run() {
    let mut world = World::new();
    let made = world.create(task(every(60)));
    for slot in 1..=5 {
        world.now = START + slot * 60 * SECOND + 7 * SECOND;
        let start = world.run_one();
        assert_eq!(start.scheduled_at, START + slot * 60 * SECOND);
        world.pass(11);
        world.succeed(&start);
    }
    assert_eq!(world.get(made.id).next_run_at, Some(START + 360 * SECOND));
}

#[test]
fn should_keep_a_bounded_history() {
    let mut world = World::new();
    let made = world.create(task(every(1)));
    let kept = world.state.config().maximum_executions_per_task;
    for _ in 0..kept + 10 {
        world.pass(1);
        let start = world.run_one();
        world.succeed(&start);
    }
    let shown = world.get(made.id);
    assert_eq!(shown.total_executions, kept);
    assert_eq!(shown.schedules[0].runs, kept + 10);
    assert_eq!(world.executions(made.id).len(), 500, "a page");
}

#[test]
fn should_let_running_executions_keep_the_steps_they_began_with() {
    let mut world = World::new();
    let mut request = task(now_once());
    request.steps = vec![call_step(), call_step()];
    let made = world.create(request);
    let start = world.run_one();
    let change = chime_types::UpdateTaskRequest {
        task_id: made.id,
        steps: Some(vec![NewStep::new(Action::Note {
            text: "new".to_string(),
        })]),
        ..Default::default()
    };
    service::update(&mut world.state, owner(), world.now, change).unwrap();
    world.succeed(&start);
    let second = world.run_one();
    assert!(matches!(second.work, Work::Call { .. }));
    world.succeed(&second);
    world.run_now(made.id);
    assert!(world.run().is_empty());
    let last = world.executions(made.id).pop().unwrap();
    assert_eq!(last.result.as_deref(), Some("new"));
}
