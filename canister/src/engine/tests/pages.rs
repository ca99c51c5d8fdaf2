//! Lists that are looked through: a bound on what one message looks at, and a cursor that goes on.

use std::cell::Cell;

use chime_types::{
    DeadLettersRequest, ExecutionStatus, GetMyTasksRequest, GetTaskExecutionsRequest,
};

use super::builtin_cleanup::{spent, with_history};
use super::*;

/// A budget that is spent when it was asked so many times.
fn asked_times(asked: &dyn Fn() -> u64, times: u64) -> Budget<'_> {
    Budget {
        instructions: asked,
        maximum_instructions: times,
    }
}

fn counting(asked: &Cell<u64>) -> impl Fn() -> u64 + '_ {
    || {
        asked.set(asked.get() + 1);
        asked.get()
    }
}

/// A task with a history in which few executions failed, and these.
fn with_rare_failures(world: &mut World) -> (u64, Vec<u64>) {
    let made = with_history(world, 30);
    let mut failed = Vec::new();
    for _ in 0..2 {
        let id = world.run_now(made.id).id;
        let mut start = world.run_one();
        for _ in 0..10 {
            world.fail(&start);
            if world.execution(id).status.is_final() {
                break;
            }
            world.pass(10_000);
            start = world.run_one();
        }
        assert_eq!(world.execution(id).status, ExecutionStatus::Failed);
        failed.push(id);
        for _ in 0..30 {
            world.run_now(made.id);
            let start = world.run_one();
            world.succeed(&start);
        }
    }
    failed.reverse();
    (made.id, failed)
}

#[test]
fn should_find_a_rare_status_page_by_page_without_looking_at_everything_at_once() {
    let mut world = World::new();
    let (task_id, failed) = with_rare_failures(&mut world);
    let mut found = Vec::new();
    let mut pages = 0;
    let mut cursor = None;
    loop {
        let asked = Cell::new(0);
        let counter = counting(&asked);
        let request = GetTaskExecutionsRequest {
            task_id,
            cursor,
            limit: None,
            status: Some(ExecutionStatus::Failed),
        };
        let budget = asked_times(&counter, 10);
        let page = service::executions(&world.state, owner(), &request, &budget).unwrap();
        assert!(asked.get() <= 10, "looked at {}", asked.get());
        assert_eq!(page.total_executions, 92);
        found.extend(page.executions.iter().map(|execution| execution.id));
        pages += 1;
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, failed);
    assert!(pages >= 9, "{pages} pages");
}

#[test]
fn should_go_on_from_page_to_page_with_a_budget_that_is_spent_at_once() {
    let mut world = World::new();
    let (_, failed) = with_rare_failures(&mut world);
    let spent = spent();
    let mut request = DeadLettersRequest::default();
    let mut letters = Vec::new();
    for _ in 0..failed.len() {
        let page = service::dead_letters(&world.state, owner(), &request, &spent).unwrap();
        letters.extend(page.executions.iter().map(|execution| execution.id));
        request.cursor = page.next_cursor;
    }
    assert_eq!((letters, request.cursor), (failed, None));
    let mut request = GetMyTasksRequest::default();
    let more = world.create(task(every(60))).id;
    let first = service::list(&world.state, owner(), &request, &spent).unwrap();
    assert_eq!(first.tasks.len(), 1);
    request.cursor = first.next_cursor;
    let second = service::list(&world.state, owner(), &request, &spent).unwrap();
    assert_eq!(second.tasks[0].id, more);
}

#[test]
fn should_replay_dead_letters_a_few_in_each_message_and_each_once() {
    let mut world = World::new();
    let (_, failed) = with_rare_failures(&mut world);
    let spent = spent();
    let mut request = DeadLettersRequest::default();
    let mut replayed = Vec::new();
    loop {
        let state = &mut world.state;
        let answer = service::replay_dead_letters(state, owner(), world.now, &request, &spent);
        let answer = answer.unwrap();
        assert_eq!(answer.execution_ids.len(), 1);
        replayed.extend(answer.execution_ids);
        request.cursor = answer.next_cursor;
        if request.cursor.is_none() {
            break;
        }
    }
    assert_eq!(replayed.len(), failed.len());
    for (new, old) in replayed.iter().zip(failed) {
        assert_eq!(world.execution(*new).replay_of, Some(old));
    }
}
