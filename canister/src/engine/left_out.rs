//! Slots that are left out for a reason that holds for a while: they leave one record for that while, and
//! cost nothing but its first and its end.
//!
//! The schedule is armed for the first slot after it. What lies between is counted when that comes, or
//! when the schedule is changed before.

use candid::Principal;
use chime_schedule::Schedule;
use chime_types::{EventKind, ExecutionStatus, limits};

use super::failure::Failure;
use super::fire::{Judgement, Reason};
use super::outage::Stretch;
use super::periods::{HOUR, MINUTE, begin_day};
use super::slots::{arm_at, compile, fires_at};
use super::turn::Turn;
use super::{skipped, totals};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{ExecutionId, ScheduleId};
use crate::state::records::{ExecutionRecord, LeftOut, OwnerRecord, ScheduleRecord};

/// Schedules of an owner that are looked at again in one message.
const LOOKED_AT_AGAIN: usize = 1_000;

impl Reason {
    /// Until when every slot is left out for it, if that is known: what is used up begins anew with the
    /// hour or the day, bytes may be free at any time, and an owner that is let in again is looked after
    /// at once.
    fn holds_until(self, now: u64) -> Option<u64> {
        match self {
            Self::Quota | Self::OwnerDisabled => Some(next(HOUR, now)),
            Self::Cycles(used_up) => Some(used_up.begins_anew_at.min(next(HOUR, now))),
            Self::Bytes => Some(next(MINUTE, now)),
            Self::Overlap | Self::BufferFull | Self::Poison => None,
        }
    }
}

/// When the next of such periods begins.
const fn next(period: u64, now: u64) -> u64 {
    (now / period + 1).saturating_mul(period)
}

/// Looks again at schedules of an owner whose slots are left out for a while: what stood in their way may
/// be over. Of more than can be looked at in a message the rest follows when that while is over.
pub(super) fn look_again(state: &mut State, now: u64, owner: Principal) {
    let armed = state.upcoming_of(owner).map(|(_, id)| id);
    let ids: Vec<ScheduleId> = armed.take(LOOKED_AT_AGAIN).collect();
    for id in ids {
        let found = state.schedule(id);
        let Some(mut schedule) = found.filter(|found| found.left_out.is_some()) else {
            continue;
        };
        let mut turn = Turn::of(state, now, schedule.task_id);
        turn.settle(&mut schedule);
        let task = turn.end();
        // What is due was judged anew just now, and is armed for what follows.
        let Some(left_out) = schedule.left_out.take() else {
            continue;
        };
        let rule = compile(&schedule);
        // Not the first slot from now on: one that has come may wait for its jitter.
        let slot = rule.next_after(left_out.until_at);
        arm_at(state, &task, &mut schedule, (&rule, slot), now);
    }
}

/// Looks again at the schedules of some owners after this one, since the settings were changed. At
/// most one of them has slots that are left out. None if that was the last owner, else the one to go on
/// after.
pub(super) fn look_at_some(
    state: &mut State,
    now: u64,
    after: Option<Principal>,
) -> Option<Principal> {
    let mut last = after;
    let mut owners = state.owners_after(after).take(limits::OWNERS_LOOKED_AT);
    let found = owners.find(|(owner, record)| {
        last = Some(*owner);
        record.left_out_until > now
    });
    drop(owners);
    if let Some((owner, _)) = found {
        look_again(state, now, owner);
    }
    last.filter(|last| state.owners_after(Some(*last)).next().is_some())
}

/// The slot of a schedule that has come and waits for its jitter. One that is left out for a while is
/// armed for the end of that while, and its slots lie before.
pub(super) fn pending(schedule: &ScheduleRecord, now: u64) -> Option<u64> {
    let next = match &schedule.left_out {
        Some(left_out) => compile(schedule).next_after(left_out.until_at),
        None => schedule.next_at,
    };
    next.filter(|slot| *slot <= now)
}

impl Turn<'_> {
    /// The slot to go on with after one that was judged. What was left out for a reason that holds for a
    /// while takes those of that time along: nothing is done for them until it is over.
    pub(super) fn next_after(
        &mut self,
        schedule: &mut ScheduleRecord,
        rule: &Schedule,
        (slot, judgement): (u64, Judgement),
    ) -> Option<u64> {
        let next = rule.next_after(slot);
        let Judgement::Skip(reason) = judgement else {
            return next;
        };
        let holds_until = reason.holds_until(self.now);
        let Some(until) = holds_until.filter(|until| next.is_some_and(|next| next < *until)) else {
            return next;
        };
        if let Some(execution) = self.state.occurrence(schedule.id, slot) {
            schedule.left_out = Some(LeftOut {
                execution,
                cause: skipped::why(self.state, &self.task, reason).cause,
                until_at: slot,
            });
            self.state.change_owner(self.task.owner, |owner| {
                owner.left_out_until = owner.left_out_until.max(until);
            });
        }
        // A schedule that ends before is looked at again at its last slot.
        rule.next_after(until - 1)
            .or_else(|| rule.last_between(slot, until - 1))
    }

    /// Counts the slots up to this time that were left out with the one before them, in its record.
    pub(super) fn sum_up(&mut self, schedule: &mut ScheduleRecord, rule: &Schedule, until_at: u64) {
        let Some(left_out) = schedule.left_out.clone() else {
            return;
        };
        let until_at = schedule
            .next_at
            .map_or(until_at, |next| until_at.min(next - 1));
        let passed = rule.slots_between(left_out.until_at, until_at);
        // A slot that waits for its jitter has not come.
        let is_to_come = |last: &u64| fires_at(schedule, rule, *last) > self.now;
        let passed = match passed.last_at.filter(is_to_come) {
            Some(last) => rule.slots_between(left_out.until_at, last - 1),
            None => passed,
        };
        let (Some(from_at), Some(until_at)) = (rule.next_after(left_out.until_at), passed.last_at)
        else {
            return;
        };
        let stretch = Stretch {
            from_at,
            until_at,
            slots: passed.count,
        };
        schedule.skipped_runs.raise(stretch.slots);
        schedule.left_out = self
            .add_left_out(schedule.id, &left_out, &stretch)
            .map(|execution| LeftOut {
                execution,
                until_at,
                ..left_out
            });
        self.state.put_schedule(schedule);
    }

    /// Lets the record of slots that were left out stand for more. If it is gone, because it was too old,
    /// or ends before, because one of its slots was run after all, another one follows it.
    fn add_left_out(
        &mut self,
        schedule: ScheduleId,
        left_out: &LeftOut,
        stretch: &Stretch,
    ) -> Option<ExecutionId> {
        let (now, owner) = (self.now, self.task.owner);
        let count = |owner: &mut OwnerRecord| {
            begin_day(owner, now);
            owner.skipped.raise(stretch.slots);
        };
        let ends_there = |found: &ExecutionRecord| {
            let end = found.slots_until.unwrap_or(found.scheduled_at);
            found.status.get() == ExecutionStatus::Skipped && end == left_out.until_at
        };
        let found = self.state.execution(left_out.execution);
        if let Some(mut found) = found.filter(ends_there) {
            found.slots.raise(stretch.slots);
            found.slots_until = Some(stretch.until_at);
            found.finished_at = Some(now);
            self.state.put_execution(&found);
            self.state.change_owner(owner, count);
            totals::on_skipped(self.state, now, stretch.slots);
            return Some(found.id);
        }
        let why = Failure::new(left_out.cause, "skipped, as the slots before");
        let status = ExecutionStatus::Skipped;
        let mut run = self.note_slot(schedule, stretch.from_at, status, why)?;
        run.execution.slots = stretch.slots;
        run.execution.slots_until = (stretch.slots > 1).then_some(stretch.until_at);
        run.count_left_out(count);
        run.note_left_out(EventKind::SlotSkipped);
        Some(run.execution.id)
    }
}
