//! What must hold of a scheduler after whatever happened: what there should be is computed from the
//! schedules alone, by `chime-schedule`.

use chime_schedule::{Definition, Schedule};
use chime_types::ExecutionStatus::Completed;
use chime_types::{Action, NewStep, TaskExecution, TaskSchedule};

use crate::{World, every, task};

const DAY: u64 = 24 * 3_600;

/// Draws numbers from a seed: the same ones in every run.
pub struct Draw(pub u64);

impl Draw {
    /// A number below a bound.
    pub const fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (value ^ (value >> 31)) % bound
    }

    /// A number below a small bound.
    ///
    /// # Panics
    /// If the bound is not small.
    pub fn small(&mut self, bound: u64) -> u8 {
        u8::try_from(self.below(bound)).expect("a small bound")
    }

    /// One of the choices.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        choices[usize::try_from(index).expect("an index")]
    }
}

/// The slots that a schedule has had until now.
///
/// # Panics
/// If the schedule is none.
#[must_use]
pub fn expected_slots(schedule: &TaskSchedule, now: u64) -> Vec<u64> {
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

/// All executions of a task, the newest first.
pub fn history(world: &mut World, task_id: u64) -> Vec<TaskExecution> {
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

/// The slots that a record stands for: its own, or those of a whole outage.
fn slots_of(execution: &TaskExecution, all: &[u64]) -> Vec<u64> {
    let until = execution.slots_until.unwrap_or(execution.scheduled_at);
    let span = execution.scheduled_at..=until;
    let slots: Vec<u64> = all
        .iter()
        .copied()
        .filter(|slot| span.contains(slot))
        .collect();
    assert_eq!(slots.len() as u64, execution.slots, "{execution:?}");
    slots
}

/// Holds the history of a task against its only schedule, slot by slot, and returns it.
///
/// # Panics
/// If a slot has no record, or more than one, or a record has no slot.
pub fn account_for_slots(world: &mut World, task_id: u64) -> Vec<TaskExecution> {
    let now = world.network.replica().expect("in process").time_ns();
    let shown = world.get(task_id);
    let schedule = &shown.schedules[0];
    let waits_for_jitter = schedule.next_run_at.filter(|slot| *slot <= now);
    let mut slots = expected_slots(schedule, now);
    slots.retain(|slot| Some(*slot) != waits_for_jitter);
    let executions = history(world, task_id);
    let mut recorded = Vec::new();
    for execution in &executions {
        if execution.schedule_id.is_some() {
            recorded.extend(slots_of(execution, &slots));
        }
    }
    recorded.sort_unstable();
    assert_eq!(recorded, slots, "task {task_id}: {schedule:?}");
    executions
}

/// The maintenance action finds nothing to mend.
///
/// # Panics
/// If it does.
pub fn check_store(world: &mut World) {
    let step = NewStep::new(Action::Maintenance {
        dry_run: Some(true),
    });
    let request = task("maintenance", vec![step], every(10 * 365 * DAY));
    let made = world.create(&request);
    world.run_now(made.id);
    world.pass(2 * 3_600);
    let execution = world.execution(made.id);
    assert_eq!(execution.status, Completed, "{execution:?}");
    let result = execution.result.expect("a report");
    let report: serde_json::Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(report["violation_count"], 0, "{result}");
}
