//! A quarter of a year with many tasks, three upgrades and two outages: every slot of every schedule
//! leaves exactly one record, and the store is whole at the end.
//!
//! The suite lives it with 200 tasks. With 10,000 it takes more than half an hour:
//! `cargo test --release --workspace --test quarter -- --ignored`.
//!
//! The slots that there should be are computed from the schedules alone, by `chime-schedule`.

use std::collections::BTreeMap;

use chime_replica::on_guest_stack;
use chime_schedule::{Definition, Schedule};
use chime_tests::direct::Direct;
use chime_tests::{World, call, every, note, retries, task};
use chime_types::ExecutionStatus::{self, Completed, Failed, Missed, Skipped, TimedOut};
use chime_types::{
    Action, CreateTaskRequest, MissedRuns, NewSchedule, NewStep, OverlapPolicy, Priority, Rule,
    TaskExecution, TaskSchedule,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
const ZONES: [&str; 4] = [
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
];

/// Draws numbers from a seed: the same ones in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (value ^ (value >> 31)) % bound
    }

    fn small(&mut self, bound: u64) -> u8 {
        u8::try_from(self.below(bound)).expect("a small bound")
    }
}

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
    NewSchedule {
        timezone: Some(zone.to_string()),
        missed_runs: Some(missed_runs),
        jitter_seconds: index.is_multiple_of(7).then_some(300),
        ..NewSchedule::new(rule(index, draw))
    }
}

/// The steps of a task. Every tenth fails, each in one of several ways.
fn steps(world: &World, index: u64) -> Vec<NewStep> {
    let callee = world.callee;
    if index % 10 == 3 {
        return match index / 10 % 3 {
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
    world.upgrade_scheduler(false);
    world.pass(20 * DAY);
    world.stop_scheduler();
    world.pass(36 * HOUR);
    world.start_scheduler();
    world.upgrade_scheduler(true);
    world.pass(23 * DAY);
}

/// The slots that a schedule has had until now.
fn expected(schedule: &TaskSchedule, now: u64) -> Vec<u64> {
    let definition = Definition {
        timezone: Some(&schedule.timezone),
        gap: schedule.gap,
        start_at: schedule.start_at,
        explicit_start: false,
        ..Definition::new(&schedule.rule)
    };
    let rule = Schedule::compile(&definition).expect("a stored rule");
    let first = rule.next_after(schedule.start_at - 1);
    std::iter::successors(first, |slot| rule.next_after(*slot))
        .take_while(|slot| *slot <= now)
        .collect()
}

fn history(world: &mut World, task_id: u64) -> Vec<TaskExecution> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = world.executions_page(task_id, cursor);
        all.extend(page.executions);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return all;
        }
    }
}

/// Holds the history of a task against its schedule, slot by slot.
fn account(world: &mut World, task_id: u64, counts: &mut BTreeMap<&'static str, u64>) {
    let now = world.network.replica().expect("in process").time_ns();
    let shown = world.get(task_id);
    let schedule = &shown.schedules[0];
    let waits_for_jitter = schedule.next_run_at.filter(|slot| *slot <= now);
    let mut slots = expected(schedule, now);
    slots.retain(|slot| Some(*slot) != waits_for_jitter);
    let mut recorded = Vec::new();
    for execution in history(world, task_id) {
        assert_eq!(
            execution.slots, 1,
            "outages are short: nothing is summed up"
        );
        recorded.push(execution.scheduled_at);
        *counts.entry(execution.status.name()).or_default() += 1;
    }
    recorded.sort_unstable();
    assert_eq!(recorded, slots, "task {task_id}: {schedule:?}");
}

#[test]
fn should_account_for_every_slot_of_two_hundred_tasks_over_a_quarter() {
    live_with(200, 5_000);
}

#[test]
#[ignore = "takes more than half an hour"]
fn should_account_for_every_slot_of_ten_thousand_tasks_over_a_quarter() {
    live_with(10_000, 200_000);
}

fn live_with(tasks: u64, slots: u64) {
    on_guest_stack(|| {
        let mut world = World::on(Box::new(Direct::new()));
        world.raise_limits();
        let ids = create_all(&mut world, tasks);
        live_a_quarter(&mut world);
        let mut counts = BTreeMap::new();
        for id in ids {
            account(&mut world, id, &mut counts);
        }
        check(&counts, slots);
        check_store(&mut world);
    });
}

fn check(counts: &BTreeMap<&'static str, u64>, slots: u64) {
    let count = |status: ExecutionStatus| counts.get(status.name()).copied().unwrap_or(0);
    let total: u64 = counts.values().sum();
    assert!(total >= slots, "{counts:?}");
    let failed = count(Failed) + count(TimedOut);
    assert!(failed * 100 / total >= 8, "a tenth fails: {counts:?}");
    for status in [Completed, Failed, Skipped, Missed] {
        assert!(count(status) > 0, "{counts:?}");
    }
}

/// The maintenance action finds nothing to mend.
fn check_store(world: &mut World) {
    let step = NewStep::new(Action::Maintenance {
        dry_run: Some(true),
    });
    let request = task("maintenance", vec![step], every(10 * 365 * DAY));
    let made = world.create(&request);
    world.run_now(made.id);
    world.pass(2 * HOUR);
    let execution = world.execution(made.id);
    assert_eq!(execution.status, Completed, "{execution:?}");
    let result = execution.result.expect("a report");
    let report: serde_json::Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(report["violation_count"], 0, "{result}");
}
