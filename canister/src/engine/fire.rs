//! A slot of a schedule is due: run it, leave it out, or note that it was missed.

use chime_schedule::Schedule;
use chime_types::{ExecutionStatus, MissedRuns, limits};

use super::lifecycle::{admit, new_execution, queue};
use super::slots::compile;
use crate::state::State;
use crate::state::keys::ScheduleId;
use crate::state::records::{ScheduleRecord, TaskRecord};

/// A slot handled later than this is late: the scheduler was stopped, or had no cycles.
const LATE_AFTER: u64 = 60 * limits::NANOSECONDS;

/// Missed slots of a calendar or cron rule that are counted one by one for one record.
const SUMMED_AT_ONCE: u64 = 500;

/// What becomes of a slot that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Run it.
    Run,
    /// Run it when the executions before it are final.
    Buffer,
    /// Leave it out: the execution before is not final.
    Skip,
    /// Note that it passed while the scheduler could not run.
    Miss,
}

/// The rule for a slot: `late` by more than a minute, `superseded` when the next slot has come
/// too, with `active` executions of the task not final.
pub fn judge(policy: MissedRuns, late: bool, superseded: bool, active: usize) -> Judgement {
    match policy {
        MissedRuns::Skip if late => Judgement::Miss,
        MissedRuns::Latest if superseded => Judgement::Miss,
        MissedRuns::All { maximum } if late || superseded => {
            if active >= maximum as usize {
                Judgement::Miss
            } else if active == 0 {
                Judgement::Run
            } else {
                Judgement::Buffer
            }
        }
        _ if active > 0 => Judgement::Skip,
        _ => Judgement::Run,
    }
}

/// The first slot of a schedule in the present second or later: starts are whole seconds, so
/// 'now' is the second that `now` lies in.
pub fn first_slot(rule: &Schedule, now: u64) -> Option<u64> {
    let second = now - now % limits::NANOSECONDS;
    rule.next_after(second.saturating_sub(1))
}

/// Handles the slot of a schedule that is due, and arms its next one.
pub(super) fn fire(state: &mut State, now: u64, id: ScheduleId) {
    let Some(mut schedule) = state.schedule(id) else {
        return;
    };
    let Some(slot) = schedule.next_at else { return };
    let mut task = state
        .task(schedule.task_id)
        .expect("BUG: a schedule belongs to a task");
    if schedule.disabled || task.disabled {
        state.arm(&mut schedule, task.owner, None);
        return;
    }
    let rule = compile(&schedule);
    let next = rule.next_after(slot);
    let superseded = next.is_some_and(|next| next <= now);
    let late = now.saturating_sub(slot) > LATE_AFTER;
    let next = match judge(schedule.missed_runs, late, superseded, task.active.len()) {
        Judgement::Miss => miss(state, &mut task, &mut schedule, &rule, now),
        judgement => {
            match judgement {
                Judgement::Skip => skip(state, &mut task, &mut schedule, slot, now),
                _ => run(
                    state,
                    &mut task,
                    &mut schedule,
                    slot,
                    judgement == Judgement::Run,
                ),
            }
            next
        }
    };
    state.put_task(&task);
    state.arm(&mut schedule, task.owner, next);
}

fn run(
    state: &mut State,
    task: &mut TaskRecord,
    schedule: &mut ScheduleRecord,
    slot: u64,
    at_once: bool,
) {
    let mut execution = new_execution(state, task, Some(schedule.id), slot, ExecutionStatus::Ready);
    if !admit(state, task, &execution) {
        return;
    }
    if at_once {
        queue(state, task, &mut execution, slot);
    }
    schedule.runs += 1;
    schedule.last_run_at = Some(slot);
}

fn skip(
    state: &mut State,
    task: &mut TaskRecord,
    schedule: &mut ScheduleRecord,
    slot: u64,
    now: u64,
) {
    let running = task
        .active
        .first()
        .expect("BUG: a slot is left out behind an execution")
        .0;
    let reason = format!("left out: execution {running} was not finished");
    schedule.skipped_runs += 1;
    note_slot(
        state,
        task,
        schedule,
        slot,
        now,
        (ExecutionStatus::Skipped, reason, 1),
    )
}

/// How many slots one record stands for, counted from a missed one, and the slot to go on with. Of
/// few each gets a record; very many are summed up, all but the latest, those of a calendar or cron
/// rule by hundreds.
fn missed(rule: &Schedule, slot: u64, now: u64) -> (u64, Option<u64>) {
    let behind = rule.slots_between(slot, now, SUMMED_AT_ONCE);
    if behind.count <= limits::MAXIMUM_MISSED_RECORDS {
        (1, rule.next_after(slot))
    } else if behind.complete {
        (behind.count, behind.last_at)
    } else {
        let summed = (0..SUMMED_AT_ONCE).try_fold(slot, |slot, _| rule.next_after(slot));
        (SUMMED_AT_ONCE, summed)
    }
}

/// Notes the missed slot, or very many of them. Answers with the slot to go on with.
fn miss(
    state: &mut State,
    task: &mut TaskRecord,
    schedule: &mut ScheduleRecord,
    rule: &Schedule,
    now: u64,
) -> Option<u64> {
    let slot = schedule.next_at.expect("BUG: a missed slot was armed");
    let (slots, next) = missed(rule, slot, now);
    schedule.missed += slots;
    let reason = if slots == 1 {
        "missed: the scheduler could not run at that time".to_string()
    } else {
        format!("missed: the scheduler could not run at {slots} slots from this one on")
    };
    note_slot(
        state,
        task,
        schedule,
        slot,
        now,
        (ExecutionStatus::Missed, reason, slots),
    );
    next
}

/// Notes a slot that is not run, unless it has a record.
fn note_slot(
    state: &mut State,
    task: &mut TaskRecord,
    schedule: &ScheduleRecord,
    slot: u64,
    now: u64,
    (status, reason, slots): (ExecutionStatus, String, u64),
) {
    let mut execution = new_execution(state, task, Some(schedule.id), slot, status);
    execution.finished_at = Some(now);
    execution.error = Some(reason);
    execution.slots = slots;
    let _already_noted = !admit(state, task, &execution);
}
