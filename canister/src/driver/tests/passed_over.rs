//! Nothing gets past a piece of work, and it cannot be set aside either: it is passed over, and done when
//! that passes. Nothing is lost.

use chime_types::{NewStep, PauseTaskRequest, limits};

use super::poison::{SECONDS, check_alive, note, victim};
use super::*;
use crate::engine::builtin::maintenance;
use crate::engine::poison::strikes::{self, At};
use crate::service;
use crate::state::keys::{ExecutionId, ScheduleId, Wake};

fn violations(world: &World) -> Vec<String> {
    world.change(|state, _, _| maintenance::violations(state))
}

/// How many slots of a task have a record.
fn noted(world: &World, task_id: u64) -> u64 {
    let found = world.change(|state, caller, _| service::get(state, caller, task_id));
    found.unwrap().total_executions
}

/// Nothing gets past a piece of work, and it cannot be set aside either; both pass by themselves.
fn should_be_late_and_not_lost(
    what: &str,
    request: CreateTaskRequest,
    at: impl Fn(At) -> bool + 'static,
) {
    let world = World::new();
    strikes::set(move |struck| at(struck) || struck == At::SetAside);
    let pill = world.create(request);
    let victim = victim(&world);
    world.live(SECONDS);
    check_alive(&world, victim, what);
    let care = world.change(|state, _, _| state.care().clone());
    assert!(
        care.passed_over >= 1 && care.careful == 0,
        "{what}: {care:?}"
    );
    assert!(violations(&world).is_empty(), "{what}");
    strikes::clear();
    world.live(2 * 3_600);
    let care = world.change(|state, _, _| state.care().clone());
    assert!(care.shelf.is_empty(), "{what}: {care:?}");
    let latest = world.latest(pill.id);
    let last = latest.attempts.last().map(|attempt| attempt.step);
    assert_eq!(
        last,
        Some(pill.steps.len() as u32 - 1),
        "{what}: {latest:?}"
    );
    let task = world
        .change(|state, caller, _| service::get(state, caller, pill.id))
        .unwrap();
    assert!(!task.disabled, "{what}");
}

#[test]
fn should_pass_over_what_cannot_even_be_set_aside() {
    should_be_late_and_not_lost("a slot", task(note(), every(10)), |at| {
        at == At::Wake(Wake::Fire(ScheduleId(1)))
    });
    should_be_late_and_not_lost("the start of an execution", once(call()), |at| {
        at == At::TakeUp(ExecutionId(1))
    });
    let two_steps = CreateTaskRequest {
        steps: vec![
            NewStep {
                run_next_after_seconds: Some(5),
                ..NewStep::new(note())
            },
            NewStep::new(note()),
        ],
        ..once(note())
    };
    should_be_late_and_not_lost("a pause", two_steps, |at| {
        at == At::Wake(Wake::Resume(ExecutionId(1)))
    });
}

#[test]
fn should_leave_alone_what_cannot_even_be_passed_over() {
    let world = World::new();
    strikes::set(|at| at == At::TakeUp(ExecutionId(1)) || at == At::SetAside || at == At::PassOver);
    let pill = world.create(once(call()));
    let victim = victim(&world);
    world.live(30);
    let latest = world.latest(victim);
    assert_eq!(latest.status, ExecutionStatus::Completed);
    let care = world.change(|state, _, _| state.care().clone());
    assert_eq!((care.passed_over, care.careful), (1, 0), "{care:?}");
    assert!(violations(&world).is_empty());
    strikes::clear();
    world.live(60);
    assert!(!world.latest(pill.id).attempts.is_empty());
}

#[test]
fn should_be_late_by_a_minute_when_the_cause_is_gone_and_twice_as_long_each_time_while_it_is_not() {
    let world = World::new();
    strikes::set(|at| at == At::Wake(Wake::Fire(ScheduleId(1))) || at == At::SetAside);
    let pill = world.create(task(note(), every(3_600)));
    let victim = victim(&world);
    world.live(3_620);
    let until = |world: &World| {
        let care = world.change(|state, _, _| state.care().clone());
        let shelved = care.shelf.first().copied();
        shelved.map(|shelved| {
            (
                shelved.rounds,
                shelved.until.saturating_sub(world.change(|_, _, now| now)),
            )
        })
    };
    let minutes = |count: u64| count * 60 * limits::NANOSECONDS;
    let mut expected = 1;
    for round in 1..=9 {
        let (rounds, left) = until(&world).expect("it is passed over");
        assert_eq!(rounds, round);
        assert!(
            left > minutes(expected) - minutes(1) / 2 && left <= minutes(expected),
            "{round}: {left}"
        );
        world.live(left / limits::NANOSECONDS + 20);
        expected = (expected * 2).min(60);
    }
    strikes::clear();
    let (_, left) = until(&world).expect("it is passed over");
    world.live(left / limits::NANOSECONDS + 20);
    assert_eq!(until(&world), None);
    assert!(!world.latest(pill.id).attempts.is_empty());
    check_alive(&world, victim, "beside it");
}

#[test]
fn should_go_on_within_a_minute_when_everything_failed_for_long() {
    let world = World::new();
    let job = world.create(task(note(), every(600)));
    let other = world.create(task(note(), every(600)));
    // What passed carefully before it says nothing of what comes.
    world.change(|state, _, _| state.change_care(|care| care.others_pass = true));
    strikes::set(|at| matches!(at, At::Wake(_) | At::SetAside));
    world.live(900);
    let shelf = world.change(|state, _, _| state.care().shelf.clone());
    assert!(!shelf.is_empty());
    assert!(shelf.iter().all(|it| it.rounds == 1), "{shelf:?}");
    world.live(10 * 3_600);
    strikes::clear();
    world.live(65);
    let now = world.change(|_, _, now| now);
    for id in [job.id, other.id] {
        let latest = world.latest(id);
        assert_eq!(latest.status, ExecutionStatus::Completed, "{latest:?}");
        assert!(latest.started_at.unwrap() + 66 * SECOND > now, "{latest:?}");
    }
}

#[test]
fn should_pass_nothing_over_that_was_cancelled_meanwhile() {
    let world = World::new();
    strikes::set(|at| at == At::Wake(Wake::Fire(ScheduleId(1))) || at == At::SetAside);
    let pill = world.create(task(note(), every(10)));
    world.live(15);
    let request = PauseTaskRequest {
        task_id: pill.id,
        reason: None,
        cancel_running: None,
    };
    strikes::clear();
    world
        .change(|state, caller, now| service::pause(state, caller, now, request))
        .unwrap();
    let before = noted(&world, pill.id);
    world.live(120);
    assert_eq!(noted(&world, pill.id), before);
    let care = world.change(|state, _, _| state.care().clone());
    assert!(care.shelf.is_empty() && care.careful == 0, "{care:?}");
    assert!(violations(&world).is_empty());
}
