//! Slots of the past are run, the oldest first, a few at a time. It is resumed by its place in the
//! agenda, so an upgrade does not stop it.

use chime_types::{Backfill, Cause, EventKind, ExecutionStatus, Trigger};

use super::outage::Stretch;
use super::retention;
use super::slots::compile;
use super::timeline::Note;
use super::turn::Turn;
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{BackfillId, ScheduleId, TaskId, Wake};
use crate::state::records::{BackfillRecord, ExecutionRecord, ScheduleRecord, TaskRecord};

/// Slots handled for one entry of the agenda.
const SLOTS_AT_ONCE: usize = 50;

/// Begins a backfill: its first slots are handled by the next tick.
pub fn begin(state: &mut State, now: u64, backfill: Backfill) {
    state.wake_at(now, Wake::Backfill(BackfillId(backfill.id)));
    state.put_backfill(&BackfillRecord(backfill));
}

/// Makes the next executions of a backfill.
pub(super) fn go_on(state: &mut State, now: u64, id: BackfillId) {
    let Some(BackfillRecord(mut backfill)) = state.backfill(id) else {
        return;
    };
    let task = state.task(TaskId(backfill.task_id));
    let schedule = state.schedule(ScheduleId(backfill.schedule_id));
    let (Some(task), Some(schedule)) = (task, schedule) else {
        finish(state, &mut backfill, now);
        return;
    };
    let mut turn = Turn::new(state, now, task);
    let rule = compile(&schedule).without_start();
    let mut handled = 0;
    while let Some(slot) = backfill.next_at {
        if backfill.active >= backfill.maximum_concurrent || backfill.cancelled {
            break;
        }
        if handled == SLOTS_AT_ONCE {
            turn.state.wake_at(now, Wake::Backfill(id));
            break;
        }
        handled += 1;
        turn.fill(&schedule, &mut backfill, slot);
        let until_at = backfill.until_at;
        backfill.next_at = rule.next_after(slot).filter(|next| *next <= until_at);
    }
    drop(turn);
    if backfill.next_at.is_none() {
        finish(state, &mut backfill, now);
    } else {
        state.put_backfill(&BackfillRecord(backfill));
    }
}

impl Turn<'_> {
    /// Runs one slot, unless it ran already.
    fn fill(&mut self, schedule: &ScheduleRecord, backfill: &mut Backfill, slot: u64) {
        if !self.make_way(schedule, slot) {
            backfill.left_out.raise(1);
            return;
        }
        let now = self.now;
        let mut execution = self.new_execution(Some(schedule.id), slot, ExecutionStatus::Ready);
        execution.trigger = Trigger::Backfill;
        execution.backfill = Some(BackfillId(backfill.id));
        execution.due_at = now;
        let run = self.admit(execution);
        backfill.runs.raise(1);
        backfill.active.raise(1);
        run.expect("BUG: the slot is free").queue(now);
    }

    /// Frees a slot from the record that it was skipped or missed. False if it ran.
    fn make_way(&mut self, schedule: &ScheduleRecord, slot: u64) -> bool {
        use ExecutionStatus::{Missed, Skipped};
        let (state, task) = (&mut *self.state, &mut self.task);
        let Some(id) = state.occurrence(schedule.id, slot) else {
            split_sum(state, task, schedule, slot);
            return true;
        };
        let old = state
            .execution(id)
            .expect("BUG: a slot names an execution that is kept");
        if !matches!(old.status.get(), Skipped | Missed) {
            return false;
        }
        retention::remove(state, task, &old);
        if old.slots > 1 {
            move_sum(state, task, schedule, old);
        }
        true
    }
}

/// A record that sums up many slots, the first of which is run now, begins with the next.
fn move_sum(
    state: &mut State,
    task: &mut TaskRecord,
    schedule: &ScheduleRecord,
    mut sum: ExecutionRecord,
) {
    let Some(next) = compile(schedule).next_after(sum.scheduled_at) else {
        return;
    };
    let (until_at, slots) = (sum.slots_until, sum.slots - 1);
    cut(&mut sum, next, until_at, slots);
    insert_sum(state, task, &sum);
}

/// A slot within a sum of slots that were skipped or missed is run: the sum is split into what lies before the slot and
/// what lies after it.
fn split_sum(state: &mut State, task: &mut TaskRecord, schedule: &ScheduleRecord, slot: u64) {
    let before = state.occurrence_before(schedule.id, slot);
    let Some(mut sum) = before.and_then(|id| state.execution(id)) else {
        return;
    };
    let rule = compile(schedule);
    let between = rule.slots_between(sum.scheduled_at, slot - 1);
    let in_front = between.count + 1;
    if !sum.is_empty() || in_front >= sum.slots {
        return;
    }
    let behind = sum.slots - in_front - 1;
    let (from_at, until_at) = (sum.scheduled_at, sum.slots_until);
    let before = between.last_at.or(Some(from_at));
    cut(&mut sum, from_at, before, in_front);
    state.put_execution(&sum);
    if let Some(next) = rule.next_after(slot).filter(|_| behind > 0) {
        sum.id = state.new_execution_id();
        cut(&mut sum, next, until_at, behind);
        insert_sum(state, task, &sum);
    }
}

/// Lets a sum stand for other slots. Where the last one is not known, in a record of an older
/// release, the text stays.
fn cut(sum: &mut ExecutionRecord, from_at: u64, until_at: Option<u64>, slots: u64) {
    sum.scheduled_at = from_at;
    sum.slots = slots;
    sum.slots_until = until_at.filter(|_| slots > 1);
    if let Some(until_at) = until_at.filter(|_| sum.cause == Some(Cause::Missed)) {
        let stretch = Stretch {
            from_at,
            until_at,
            slots,
        };
        sum.error = Some(stretch.to_string());
    }
}

fn insert_sum(state: &mut State, task: &mut TaskRecord, sum: &ExecutionRecord) {
    if state.insert_execution(task.owner, sum) {
        task.total_executions.raise(1);
        state.change_owner(task.owner, |owner| owner.executions.raise(1));
    }
}

/// An execution of a backfill ended: the next one may be made.
pub(super) fn on_end(state: &mut State, now: u64, execution: &ExecutionRecord) {
    let Some(id) = execution.backfill else { return };
    let Some(BackfillRecord(mut backfill)) = state.backfill(id) else {
        return;
    };
    backfill.active = backfill.active.saturating_sub(1);
    if backfill.next_at.is_some() && !backfill.cancelled {
        state.wake_at(now, Wake::Backfill(id));
    }
    state.put_backfill(&BackfillRecord(backfill));
}

fn finish(state: &mut State, backfill: &mut Backfill, now: u64) {
    if backfill.finished_at.is_none() {
        backfill.finished_at = Some(now);
        if let Some(task) = state.task(TaskId(backfill.task_id)) {
            state.change_owner(task.owner, |owner| {
                owner.backfills = owner.backfills.saturating_sub(1);
            });
            let detail = format!("backfill {}: {} runs", backfill.id, backfill.runs);
            Note::task(EventKind::BackfillEnded, &task)
                .schedule(ScheduleId(backfill.schedule_id))
                .detail(&detail)
                .write(state, now);
        }
    }
    state.put_backfill(&BackfillRecord(backfill.clone()));
}

/// Makes no further execution of a backfill. Those under way go on.
pub fn cancel(state: &mut State, now: u64, mut backfill: Backfill) -> Backfill {
    backfill.cancelled = true;
    backfill.next_at = None;
    finish(state, &mut backfill, now);
    backfill
}

/// Removes the backfills of a task that is deleted.
pub(super) fn erase_all(state: &mut State, task: &TaskRecord) {
    let all: Vec<BackfillRecord> = state.backfills_of(task.id, BackfillId(0)).collect();
    for record in all {
        if record.0.finished_at.is_none() {
            state.change_owner(task.owner, |owner| {
                owner.backfills = owner.backfills.saturating_sub(1);
            });
        }
        state.remove_backfill(&record);
    }
}
