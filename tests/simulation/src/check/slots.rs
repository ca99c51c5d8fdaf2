//! Every slot has one fate, and nothing else has a slot.

use std::collections::{BTreeMap, BTreeSet};

use chime_types::{Cause, ExecutionStatus, TaskExecution, Trigger};

use super::Record;
use crate::model::{GRACE, Model, ScheduleModel, TaskModel};
use crate::violation::{Rule, Violation, ensure};
use crate::world::SECOND;

const HOUR: u64 = 3_600 * SECOND;

/// Holds the history of a task against the slots of its schedules, and answers how many there were.
pub fn check(model: &Model, history: &Record) -> Result<u64, Violation> {
    let task = &model.tasks[&history.task.id];
    let mut slots = 0;
    for schedule in task.all_schedules() {
        slots += check_schedule(model, task, schedule, history)?;
    }
    let known: BTreeSet<u64> = task.all_schedules().map(|schedule| schedule.id).collect();
    for execution in &history.executions {
        ensure!(
            execution.schedule_id.is_none_or(|id| known.contains(&id)),
            Slots,
            "of no schedule: {execution:?}"
        );
    }
    Ok(slots)
}

fn check_schedule(
    model: &Model,
    task: &TaskModel,
    schedule: &ScheduleModel,
    history: &Record,
) -> Result<u64, Violation> {
    let now = model.now;
    let (required, optional) = schedule.expected(now);
    let covered = covered(schedule, history, (&required, &optional))?;
    for (slot, execution) in &covered {
        let is_slot = required.contains(slot) || optional.contains(slot);
        ensure!(
            is_slot || execution.trigger == Trigger::Backfill,
            Slots,
            "{slot} is no slot of {schedule:?}: {execution:?}"
        );
    }
    let last = last_of_maximum(schedule, history);
    let settled_until = settled_until(model, now);
    let uncounted = uncounted(schedule, history, &required, settled_until);
    for slot in &required {
        let is_over = last.is_some_and(|last| *slot > last);
        let may_lack = *slot + schedule.jitter() > settled_until
            || uncounted.is_some_and(|since| *slot > since);
        if is_over || may_lack || covered.contains_key(slot) {
            continue;
        }
        return Err(Violation::new(
            Rule::Slots,
            format!(
                "the slot {slot} has no record at {now}, of the {} of {schedule:?}, task {}",
                required.len(),
                task.id
            ),
        ));
    }
    Ok(required.len() as u64)
}

/// Up to when everything has to be settled: a minute after the last cause is gone, now.
fn settled_until(model: &Model, now: u64) -> u64 {
    if model.trouble.stalled(now, now) {
        return 0;
    }
    if model.trouble.trapped(now, now) {
        // Something is poison: the others are late by less than a minute.
        return now.saturating_sub(GRACE);
    }
    now
}

/// Since when slots may not be counted yet: those that are skipped for what holds for a while are
/// counted into the record of the first when the hour is over, with the next slot after it.
fn uncounted(
    schedule: &ScheduleModel,
    history: &Record,
    required: &BTreeSet<u64>,
    settled_until: u64,
) -> Option<u64> {
    let latest = history
        .of_schedule(schedule.id)
        .filter(|execution| execution.trigger == Trigger::Schedule)
        .max_by_key(|execution| execution.scheduled_at)?;
    let holds = matches!(
        latest.cause,
        Some(Cause::OwnerDisabled | Cause::RunsUsedUp | Cause::BudgetUsedUp | Cause::BytesUsedUp)
    );
    if latest.status != ExecutionStatus::Skipped || !holds {
        return None;
    }
    let end_of_hour = (latest.finished_at? / HOUR + 1) * HOUR;
    let mut later = required.range(end_of_hour..);
    let is_open = later
        .next()
        .is_none_or(|next| next + schedule.jitter() > settled_until);
    is_open.then(|| latest.slots_until.unwrap_or(latest.scheduled_at))
}

/// The slots that have a record, each with its only one.
fn covered<'a>(
    schedule: &ScheduleModel,
    history: &'a Record,
    (required, optional): (&BTreeSet<u64>, &BTreeSet<u64>),
) -> Result<BTreeMap<u64, &'a TaskExecution>, Violation> {
    let mut covered: BTreeMap<u64, &TaskExecution> = BTreeMap::new();
    for execution in history.of_schedule(schedule.id) {
        let first = execution.scheduled_at;
        let count = usize::try_from(execution.slots).expect("a count");
        // One that may have left no record may be among them.
        let until = execution.slots_until.unwrap_or(first);
        let up_to_there: Vec<u64> = required
            .union(optional)
            .filter(|slot| (first..=until).contains(*slot))
            .copied()
            .collect();
        let summed = match count {
            1 => vec![first],
            _ if up_to_there.len() == count => up_to_there,
            _ => required.range(first..).take(count).copied().collect(),
        };
        ensure!(
            summed.len() == count,
            Slots,
            "there are not so many slots from there on: {execution:?}"
        );
        for slot in summed {
            let other = covered.insert(slot, execution);
            ensure!(
                other.is_none(),
                Slots,
                "the slot {slot} has two records: {other:?}, {execution:?}"
            );
        }
    }
    Ok(covered)
}

/// The slot of the last run that a schedule may make.
fn last_of_maximum(schedule: &ScheduleModel, history: &Record) -> Option<u64> {
    let maximum = usize::try_from(schedule.plan.maximum_runs?).expect("a count");
    let runs = history.of_schedule(schedule.id).filter(|execution| {
        execution.trigger == Trigger::Schedule
            && !matches!(
                execution.status,
                ExecutionStatus::Skipped | ExecutionStatus::Missed
            )
    });
    let slots: BTreeSet<u64> = runs.map(|execution| execution.scheduled_at).collect();
    // A run that replaced a slot that was left out counts no more than that slot did.
    (slots.len() >= maximum).then(|| slots.into_iter().next_back())?
}
