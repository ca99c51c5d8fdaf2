//! A quarter of a year with many tasks, three upgrades and two outages: every slot of every schedule
//! leaves exactly one record, and the store is whole at the end.
//!
//! The suite lives it with 200 tasks. With 10,000 it takes several minutes:
//! `cargo test --release --workspace --test quarter -- --ignored`.

use std::collections::BTreeMap;

use chime_replica::on_guest_stack;
use chime_tests::audit::{Draw, account_for_slots, check_store};
use chime_tests::direct::Direct;
use chime_tests::{World, call, every, note, retries, task};
use chime_types::ExecutionStatus::{self, Completed, Failed, Missed, Skipped, TimedOut};
use chime_types::{
    Action, CreateTaskRequest, MissedRuns, NewSchedule, NewStep, OverlapPolicy, Priority, Rule,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const ZONES: [&str; 4] = [
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
];

/// The rule of a task: some every day, most every few days or weeks.
fn rule(index: u64, draw: &mut Draw) -> Rule {
    let hour = draw.small(24);
    let minute = Some(draw.small(60));
    match index % 20 {
        0..=1 => Rule::Daily { hour, minute },
        2..=9 => Rule::Weekly {
            weekday: draw.small(7),
            hour,
            minute,
        },
        10..=17 => Rule::Interval {
            repeat_every_seconds: 7 * DAY + draw.below(2 * DAY),
            phase_seconds: None,
        },
        18 => Rule::Monthly {
            day: 28 + draw.small(4),
            hour,
            minute,
        },
        _ => Rule::Cron {
            expression: format!("{} {hour} */3 * *", draw.small(60)),
        },
    }
}

fn schedule(index: u64, draw: &mut Draw) -> NewSchedule {
    let zone = ZONES[usize::try_from(draw.below(4)).expect("a small number")];
    let missed_runs = [
        MissedRuns::Latest,
        MissedRuns::Skip,
        MissedRuns::All { maximum: 5 },
    ][usize::try_from(draw.below(3)).expect("a small number")];
    let rule = rule(index, draw);
    // An interval counts seconds, whatever the clock shows.
    let has_clock = !matches!(rule, Rule::Interval { .. });
    NewSchedule {
        timezone: has_clock.then(|| zone.to_string()),
        missed_runs: Some(missed_runs),
        jitter_seconds: index.is_multiple_of(7).then_some(300),
        ..NewSchedule::new(rule)
    }
}

/// The steps of a task. Every ninth of each rule fails, each in one of several ways.
fn steps(world: &World, index: u64) -> Vec<NewStep> {
    let callee = world.callee;
    if (index / 20).is_multiple_of(9) {
        return match index % 3 {
            0 => vec![call(callee, "reject", "(\"no\")")],
            1 => vec![call(callee, "trap", "()")],
            _ => vec![NewStep::new(Action::Named {
                action_name: "nobody defined this".to_string(),
                entity_name: None,
                attributes: String::new(),
                as_user: None,
            })],
        };
    }
    match index % 4 {
        0 => vec![call(callee, "slow", "(record { rounds = 1 : nat32 })")],
        1 => vec![note("first"), note("{{steps.0.result}}, then second")],
        _ => vec![note("{{task_name}} at {{scheduled_at}}")],
    }
}

fn mixed(world: &World, index: u64, draw: &mut Draw) -> CreateTaskRequest {
    let priorities = [
        Priority::Urgent,
        Priority::High,
        Priority::Medium,
        Priority::Low,
    ];
    CreateTaskRequest {
        retry: Some(retries(u32::try_from(index / 10 % 2).expect("0 or 1"), 60)),
        priority: Some(priorities[usize::try_from(index % 4).expect("a small number")]),
        ..task(
            &format!("task {index}"),
            steps(world, index),
            schedule(index, draw),
        )
    }
}

/// A task whose runs take longer than its interval, under an overlap policy: a command that no worker
/// claims.
fn slow(overlap: OverlapPolicy) -> CreateTaskRequest {
    let command = NewStep::new(Action::Command {
        command: "sleep".to_string(),
        queue: None,
    });
    let schedule = NewSchedule {
        overlap: Some(overlap),
        ..every(4 * HOUR)
    };
    CreateTaskRequest {
        execution_timeout_seconds: Some(4 * HOUR + 60),
        ..task("slow", vec![command], schedule)
    }
}

fn create_all(world: &mut World, tasks: u64) -> Vec<u64> {
    let mut draw = Draw(20_260_301);
    let overlaps = [
        OverlapPolicy::Skip,
        OverlapPolicy::BufferOne,
        OverlapPolicy::CancelOther,
        OverlapPolicy::TerminateOther,
    ];
    let mut ids = Vec::new();
    for index in 0..tasks - 4 {
        let request = mixed(world, index, &mut draw);
        ids.push(world.try_create(&request).expect("a task").id);
    }
    for overlap in overlaps {
        let request = slow(overlap);
        ids.push(world.try_create(&request).expect("a task").id);
    }
    ids
}

/// Ninety days: an upgrade after an outage, one in the middle of everything, one after a long
/// outage.
fn live_a_quarter(world: &mut World) {
    world.pass(20 * DAY);
    world.stop_scheduler();
    world.pass(6 * HOUR);
    world.start_scheduler();
    world.upgrade_scheduler(true);
    world.pass(25 * DAY);
    world.upgrade_scheduler(true);
    world.pass(20 * DAY);
    world.stop_scheduler();
    world.pass(36 * HOUR);
    world.start_scheduler();
    world.upgrade_scheduler(true);
    world.pass(23 * DAY);
}

#[test]
fn should_account_for_every_slot_of_two_hundred_tasks_over_a_quarter() {
    live_with(200, 5_000);
}

#[test]
#[ignore = "takes several minutes: a stage of scripts/test"]
fn should_account_for_every_slot_of_ten_thousand_tasks_over_a_quarter() {
    live_with(10_000, 200_000);
}

fn live_with(tasks: u64, slots: u64) {
    on_guest_stack(|| {
        let mut world = World::on(Box::new(Direct::new()));
        world.raise_limits();
        let ids = create_all(&mut world, tasks);
        live_a_quarter(&mut world);
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        for id in ids {
            for execution in account_for_slots(&mut world, id) {
                *counts.entry(execution.status.name()).or_default() += execution.slots;
            }
        }
        eprintln!("{tasks} tasks: {counts:?}");
        check(&counts, slots);
        check_store(&mut world);
    });
}

fn check(counts: &BTreeMap<&'static str, u64>, slots: u64) {
    let count = |status: ExecutionStatus| counts.get(status.name()).copied().unwrap_or(0);
    let total: u64 = counts.values().sum();
    assert!(total >= slots, "{counts:?}");
    let failed = count(Failed) + count(TimedOut);
    assert!(failed * 10 >= total, "a tenth fails: {counts:?}");
    for status in [Completed, Failed, Skipped, Missed] {
        assert!(count(status) > 0, "{counts:?}");
    }
}
