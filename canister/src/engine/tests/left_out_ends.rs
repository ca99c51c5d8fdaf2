//! Slots that are left out for a while run again as soon as what stood in their way is gone, whoever
//! takes it away.

use chime_types::{PutUserRequest, Quotas, UpdateTaskRequest};

use super::*;
use crate::engine::budget::{self, Kind};
use crate::engine::builtin::maintenance::violations;
use crate::engine::slots;
use crate::state::keys::ScheduleId;

const MINUTE: u64 = 60;

fn note() -> CreateTaskRequest {
    let text = "x".to_string();
    CreateTaskRequest {
        steps: vec![NewStep::new(Action::Note { text })],
        ..task(every(MINUTE))
    }
}

fn put_user(world: &mut World, quotas: Quotas, disabled: bool) {
    let request = PutUserRequest {
        principal: owner().principal,
        name: None,
        role: None,
        quotas: Some(quotas),
        disabled: Some(disabled),
    };
    service::put_user(&mut world.state, admin(), world.now, request).unwrap();
}

fn live_minutes(world: &mut World, minutes: u64) {
    for _ in 0..minutes {
        world.pass(MINUTE);
        world.run();
    }
}

fn history(world: &World, task_id: u64) -> Vec<TaskExecution> {
    let request = chime_types::GetTaskExecutionsRequest {
        task_id,
        cursor: None,
        limit: Some(500),
        status: None,
    };
    let page = service::executions(&world.state, admin(), &request, &ample());
    page.unwrap().executions
}

fn completed(world: &World, task_id: u64) -> usize {
    let all = history(world, task_id);
    let completed = |one: &&TaskExecution| one.status == ExecutionStatus::Completed;
    all.iter().filter(completed).count()
}

fn spend(world: &mut World, cycles: u64) {
    let (now, who) = (world.now, owner().principal);
    budget::charge(&mut world.state, now, who, Kind::Calls, cycles.into());
}

/// What holds the slots of a task up, and what ends it.
type Case = (&'static str, fn(&mut World), fn(&mut World));

const SMALL: u64 = limits::MINIMUM_CYCLES_BUDGET;

const CASES: [Case; 6] = [
    (
        "the runs of an hour, for all",
        |world| {
            world.configure(ConfigureRequest {
                maximum_runs_per_hour: Some(1),
                ..ConfigureRequest::default()
            });
        },
        |world| {
            world.configure(ConfigureRequest {
                maximum_runs_per_hour: Some(1_000),
                ..ConfigureRequest::default()
            });
        },
    ),
    (
        "the cycles of an hour, for all",
        |world| {
            world.configure(ConfigureRequest {
                maximum_cycles_per_hour: Some(SMALL),
                ..ConfigureRequest::default()
            });
            spend(world, SMALL);
        },
        |world| {
            world.configure(ConfigureRequest {
                maximum_cycles_per_hour: Some(10 * SMALL),
                ..ConfigureRequest::default()
            });
        },
    ),
    (
        "the cycles of a day, for all",
        |world| {
            world.configure(ConfigureRequest {
                maximum_cycles_per_day: Some(SMALL),
                ..ConfigureRequest::default()
            });
            spend(world, SMALL);
        },
        |world| {
            world.configure(ConfigureRequest {
                maximum_cycles_per_day: Some(10 * SMALL),
                ..ConfigureRequest::default()
            });
        },
    ),
    (
        "a quota that is made larger",
        |world| put_user(world, runs_per_hour(1), false),
        |world| put_user(world, runs_per_hour(1_000), false),
    ),
    (
        "a quota that goes with the registration",
        |world| put_user(world, runs_per_hour(1), false),
        |world| {
            let (now, who) = (world.now, owner().principal);
            service::delete_user(&mut world.state, admin(), now, who).unwrap();
        },
    ),
    (
        "an owner that is disabled",
        |world| put_user(world, Quotas::default(), true),
        |world| put_user(world, Quotas::default(), false),
    ),
];

fn runs_per_hour(runs: u64) -> Quotas {
    Quotas {
        maximum_runs_per_hour: Some(runs),
        ..Quotas::default()
    }
}

#[test]
fn should_run_the_next_slot_when_what_stood_in_the_way_is_gone() {
    for (name, hold_up, end) in CASES {
        let mut world = World::new();
        let made = world.create(note());
        hold_up(&mut world);
        live_minutes(&mut world, 5);
        let before = completed(&world, made.id);
        assert!(before <= 1, "{name}: {before}");
        end(&mut world);
        world.run();
        live_minutes(&mut world, 3);
        assert_eq!(completed(&world, made.id), before + 3, "{name}");
        let slots: u64 = history(&world, made.id).iter().map(|one| one.slots).sum();
        assert_eq!(slots, 8, "{name}: each slot has its record");
        assert_eq!(violations(&world.state), Vec::<String>::new(), "{name}");
        assert_eq!(world.state.header().budgets.wake, None, "{name}");
    }
}

/// Lives until a slot of a schedule that is left out has come and waits for its jitter.
fn live_until_a_slot_waits(world: &mut World, made: &Task) {
    live_minutes(world, 5);
    let schedule = world.state.schedule(ScheduleId(made.schedules[0].id));
    let schedule = schedule.unwrap();
    let rule = slots::compile(&schedule);
    let fires_at = |slot: u64| slots::fires_at(&schedule, &rule, slot);
    let to_come = std::iter::successors(rule.next_after(world.now), |slot| rule.next_after(*slot));
    let late = to_come
        .take(20)
        .find(|slot| fires_at(*slot) > slot + SECOND);
    world.now = fires_at(late.expect("a jitter above a second")) - SECOND;
}

fn with_jitter() -> CreateTaskRequest {
    CreateTaskRequest {
        schedules: vec![NewSchedule {
            jitter_seconds: Some(50),
            ..every(MINUTE)
        }],
        ..note()
    }
}

fn slots_of(world: &World, task_id: u64) -> u64 {
    let all = history(world, task_id);
    all.iter().map(|one| one.slots).sum()
}

#[test]
fn should_not_lose_a_slot_that_waits_for_its_jitter_when_an_owner_is_looked_at() {
    for quotas in [runs_per_hour(2), runs_per_hour(1_000)] {
        let mut world = World::new();
        put_user(&mut world, runs_per_hour(1), false);
        let made = world.create(with_jitter());
        live_until_a_slot_waits(&mut world, &made);
        let passed = (world.now - START) / (MINUTE * SECOND);
        put_user(&mut world, quotas, false);
        world.pass(1);
        world.run();
        assert_eq!(slots_of(&world, made.id), passed);
        assert_eq!(completed(&world, made.id), 2, "the one that waited ran");
        assert_eq!(violations(&world.state), Vec::<String>::new());
    }
}

#[test]
fn should_keep_the_waiting_slot_of_an_owner_that_is_disabled_before_it_fires() {
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), false);
    let made = world.create(with_jitter());
    live_until_a_slot_waits(&mut world, &made);
    let passed = (world.now - START) / (MINUTE * SECOND);
    put_user(&mut world, runs_per_hour(1), true);
    world.pass(1);
    world.run();
    assert_eq!(slots_of(&world, made.id), passed);
    let last = history(&world, made.id);
    assert_eq!(last[0].cause, Some(Cause::OwnerDisabled), "{last:?}");
}

#[test]
fn should_note_a_slot_that_waits_for_its_jitter_when_its_schedule_goes() {
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), false);
    let made = world.create(with_jitter());
    live_until_a_slot_waits(&mut world, &made);
    let passed = (world.now - START) / (MINUTE * SECOND);
    let change = UpdateTaskRequest {
        task_id: made.id,
        schedules: Some(vec![every(86_400)]),
        ..UpdateTaskRequest::default()
    };
    service::update(&mut world.state, owner(), world.now, change).unwrap();
    assert_eq!(slots_of(&world, made.id), passed);
}

#[test]
fn should_go_on_with_every_owner_of_many() {
    let mut world = World::configured(ConfigureRequest {
        maximum_runs_per_hour: Some(1),
        ..ConfigureRequest::default()
    });
    let owners = 2 * limits::OWNERS_LOOKED_AT + 7;
    let mut made = Vec::new();
    for number in 0..owners {
        let who = someone(&[9, (number / 200) as u8, (number % 200) as u8], Role::User);
        // Every third one has nothing that is left out.
        let rule = every(if number % 3 == 0 { 86_400 } else { MINUTE });
        let request = CreateTaskRequest {
            schedules: vec![rule],
            ..note()
        };
        let task = service::create(&mut world.state, who, world.now, request).unwrap();
        made.push((number, task.id));
    }
    live_minutes(&mut world, 4);
    world.configure(ConfigureRequest {
        maximum_runs_per_hour: Some(1_000),
        ..ConfigureRequest::default()
    });
    world.run();
    live_minutes(&mut world, 1);
    for (number, task_id) in made {
        let expected = if number % 3 == 0 { 0 } else { 2 };
        assert_eq!(completed(&world, task_id), expected, "owner {number}");
    }
    assert_eq!(violations(&world.state), Vec::<String>::new());
}
