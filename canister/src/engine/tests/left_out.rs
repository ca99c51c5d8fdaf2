//! Slots that are left out for a reason that holds for a while leave one record for that while, and cost
//! nothing but its first and its end.

use chime_types::{PutUserRequest, Quotas, SetScheduleRequest};

use super::*;
use crate::engine::budget::{self, Kind};
use crate::engine::slots;
use crate::engine::turn::Turn;
use crate::state::keys::{ScheduleId, TaskId};

const HOUR: u64 = 3_600;

/// Slots of each record, with its status.
fn spans(world: &World, task: u64) -> Vec<(ExecutionStatus, u64)> {
    let all = world.executions(task).into_iter();
    all.map(|one| (one.status, one.slots)).collect()
}

fn put_user(world: &mut World, quotas: Option<Quotas>, disabled: Option<bool>) {
    let request = PutUserRequest {
        principal: owner().principal,
        name: None,
        role: None,
        quotas,
        disabled,
    };
    service::put_user(&mut world.state, admin(), world.now, request).unwrap();
}

fn runs_per_hour(runs: u64) -> Option<Quotas> {
    Some(Quotas {
        maximum_runs_per_hour: Some(runs),
        ..Quotas::default()
    })
}

fn note() -> CreateTaskRequest {
    let text = "x".to_string();
    CreateTaskRequest {
        steps: vec![NewStep::new(Action::Note { text })],
        ..task(every(60))
    }
}

/// Lives second by second until this time of the hour, and says how many wakes there were.
fn live(world: &mut World, until: u64) -> usize {
    let mut wakes = 0;
    while let Some(next) = next_tick_at(&world.state, world.now) {
        if next > START + until * SECOND {
            break;
        }
        world.now = next.max(world.now);
        world.run();
        wakes += 1;
    }
    world.now = START + until * SECOND;
    wakes
}

#[test]
fn should_leave_one_record_for_the_rest_of_an_hour() {
    use ExecutionStatus::{Completed, Skipped};
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(10), None);
    let made = world.create(note());
    assert_eq!(
        live(&mut world, HOUR - 1),
        11,
        "nothing is done for the others"
    );
    live(&mut world, HOUR);
    let mut expected = vec![(Completed, 1); 10];
    expected.extend([(Skipped, 49), (Completed, 1)]);
    assert_eq!(spans(&world, made.id), expected);
    let record = &world.executions(made.id)[10];
    assert_eq!(record.cause, Some(Cause::RunsUsedUp));
    assert_eq!(record.scheduled_at, START + 11 * 60 * SECOND);
    assert_eq!(record.slots_until, Some(START + 59 * 60 * SECOND));
    assert_eq!(world.get(made.id).schedules[0].skipped_runs, 49);
    assert_eq!(world.state.owner(owner().principal).skipped, 49);
}

#[test]
fn should_do_so_for_a_disabled_owner_and_for_a_budget_that_is_used_up() {
    for is_disabled in [true, false] {
        let mut world = World::new();
        let made = world.create(note());
        if is_disabled {
            put_user(&mut world, None, Some(true));
        } else {
            let cycles = limits::DEFAULT_CYCLES_PER_DAY.into();
            let who = owner().principal;
            budget::charge(&mut world.state, START, who, Kind::Outcalls, cycles);
        }
        // The budget of the day is looked at again once an hour.
        assert_eq!(live(&mut world, 5 * HOUR - 1), 5);
        let slots: u64 = spans(&world, made.id).iter().map(|it| it.1).sum();
        assert_eq!(slots, 4 * 60, "those of the present hour follow at its end");
    }
}

#[test]
fn should_account_for_slots_up_to_a_change_and_go_on_by_the_new_rule() {
    use ExecutionStatus::{Completed, Skipped};
    let mut world = World::new();
    put_user(&mut world, None, Some(true));
    let made = world.create(note());
    live(&mut world, 1_800);
    put_user(&mut world, None, Some(false));
    assert_eq!(spans(&world, made.id), [(Skipped, 30)]);
    live(&mut world, 1_800 + 120);
    let expected = [(Skipped, 30), (Completed, 1), (Completed, 1)];
    assert_eq!(spans(&world, made.id), expected);
}

#[test]
fn should_not_run_a_slot_that_the_record_stands_for_when_it_is_switched_off_and_on() {
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), None);
    let made = world.create(note());
    live(&mut world, 1_800);
    for disabled in [true, false] {
        let request = SetScheduleRequest {
            task_id: made.id,
            schedule_id: made.schedules[0].id,
            disabled,
        };
        service::set_schedule(&mut world.state, owner(), world.now, &request).unwrap();
    }
    put_user(&mut world, runs_per_hour(100), None);
    live(&mut world, 1_860);
    let spans = spans(&world, made.id);
    assert_eq!(spans.len(), 3, "{spans:?}");
    assert_eq!(spans[1], (ExecutionStatus::Skipped, 29));
    assert_eq!(spans[2], (ExecutionStatus::Completed, 1));
}

#[test]
fn should_account_for_all_slots_of_a_schedule_that_ends_in_the_hour() {
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), None);
    let ending = NewSchedule {
        end_at: Some(START + 1_800 * SECOND),
        ..every(60)
    };
    let made = world.create(CreateTaskRequest {
        schedules: vec![ending],
        ..note()
    });
    assert!(live(&mut world, HOUR) <= 4);
    let slots: u64 = spans(&world, made.id).iter().map(|it| it.1).sum();
    assert_eq!(slots, 30, "from the first minute to the end");
    assert!(world.get(made.id).schedules[0].next_run_at.is_none());
}

#[test]
fn should_keep_to_the_slots_of_an_outage_that_begins_while_slots_are_left_out() {
    use ExecutionStatus::{Missed, Skipped};
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), None);
    let made = world.create(note());
    live(&mut world, 600);
    world.now = START + (3 * HOUR + 30) * SECOND;
    world.run();
    let spans = spans(&world, made.id);
    assert_eq!(spans[1], (Skipped, 58), "{spans:?}");
    assert_eq!(spans[2], (Missed, 120), "{spans:?}");
    let slots: u64 = spans.iter().map(|it| it.1).sum();
    assert_eq!(slots, 180);
}

#[test]
fn should_begin_another_record_when_the_first_one_is_gone_or_split() {
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), None);
    let made = world.create(note());
    live(&mut world, 1_800);
    let request = chime_types::BackfillRequest {
        task_id: made.id,
        schedule_id: made.schedules[0].id,
        from_at: START + 600 * SECOND,
        until_at: START + 600 * SECOND,
        maximum_concurrent: None,
        expected_slots: None,
        count_only: None,
    };
    service::backfill(&mut world.state, owner(), world.now, &request).unwrap();
    world.run();
    live(&mut world, HOUR);
    let mut covered: Vec<(u64, u64)> = world
        .executions(made.id)
        .iter()
        .map(|one| {
            (
                one.scheduled_at,
                one.slots_until.unwrap_or(one.scheduled_at),
            )
        })
        .collect();
    covered.sort_unstable();
    assert!(
        covered
            .windows(2)
            .all(|pair| pair[1].0 == pair[0].1 + 60 * SECOND),
        "each slot has one record: {covered:?}"
    );
    let slots: u64 = spans(&world, made.id).iter().map(|it| it.1).sum();
    assert_eq!(slots, 60);
}

#[test]
fn should_not_count_a_slot_that_waits_for_its_jitter() {
    let mut world = World::new();
    put_user(&mut world, runs_per_hour(1), None);
    let made = world.create(CreateTaskRequest {
        schedules: vec![NewSchedule {
            jitter_seconds: Some(50),
            ..every(60)
        }],
        ..note()
    });
    let id = ScheduleId(made.schedules[0].id);
    live(&mut world, 700);
    let schedule = world.state.schedule(id).unwrap();
    let rule = slots::compile(&schedule);
    let fires_at = |slot: u64| slots::fires_at(&schedule, &rule, slot);
    let mut slots = (12..50).map(|slot| START + slot * 60 * SECOND);
    let late = slots
        .find(|slot| fires_at(*slot) > slot + SECOND)
        .expect("jitter");
    world.now = fires_at(late) - 1;
    let counted = |world: &mut World| {
        let task = world.state.task(TaskId(made.id)).unwrap();
        let mut turn = Turn::new(&mut world.state, world.now, task);
        let mut schedule = turn.state.schedule(id).unwrap();
        turn.settle(&mut schedule);
        turn.end();
        let spans = spans(world, made.id);
        spans.iter().map(|(_, slots)| slots).sum::<u64>()
    };
    let passed = (late - START) / (60 * SECOND);
    assert_eq!(counted(&mut world), passed - 1);
    world.now += 1;
    assert_eq!(counted(&mut world), passed);
}
