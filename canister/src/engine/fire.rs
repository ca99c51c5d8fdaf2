//! A slot of a schedule is due: run it, let it wait, leave it out, or note that it was missed.

use chime_schedule::{Schedule, format_instant};
use chime_types::{Cause, EventKind, ExecutionStatus, OverlapPolicy, limits};

use super::budget::{self, UsedUp};
use super::clearing::Scope;
use super::failure::Failure;
use super::outage::{Due, Passed, Stretch};
use super::periods::{begin_day, hour};
use super::retention::{has_bytes, make_room};
use super::slots::{compile, fires_at, slots_an_hour};
use super::timeline::Note;
use super::turn::{Run, Turn};
use super::{alerts, left_out, rights, skipped, totals};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::ScheduleId;
use crate::state::records::{LeftOut, OwnerRecord, ScheduleRecord, TaskRecord};

/// What becomes of a slot that is due and was not missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Run it.
    Run,
    /// Run it when the executions before it are final.
    Buffer,
    /// Ask the executions before it to stop, and run it when they are final.
    CancelOthers,
    /// End the executions before it, and run it.
    TerminateOthers,
    /// Leave it out, for this reason.
    Skip(Reason),
}

/// Why a slot is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The execution before it is not final.
    Overlap,
    /// As many slots wait as may.
    BufferFull,
    /// The owner has used the runs of this hour up.
    Quota,
    /// The owner has used the bytes up that may be stored for it.
    Bytes,
    /// The owner's budget of cycles is used up.
    Cycles(UsedUp),
    /// The owner is disabled, or has a role that has no tasks.
    OwnerDisabled,
    /// The scheduler's own message failed at it.
    Poison,
}

/// What the judgement of a slot depends on.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    pub overlap: OverlapPolicy,
    /// It passed while the scheduler could not run, and is caught up.
    pub made_up: bool,
    /// Executions of the task that are not final.
    pub active: usize,
    /// Those of them that wait for the ones before them.
    pub buffered: usize,
    /// Most of those that may wait.
    pub maximum_buffered: usize,
    /// The owner may begin another run in this hour.
    pub has_quota: bool,
    /// More may be stored for the owner.
    pub has_bytes: bool,
    /// The owner's budget of cycles, if it is used up.
    pub used_up: Option<UsedUp>,
    /// The owner is disabled, or has a role that has no tasks.
    pub owner_disabled: bool,
}

/// The rule for a slot. What was missed has been decided before, by `outage`.
pub fn judge(situation: &Situation) -> Judgement {
    if situation.owner_disabled {
        return Judgement::Skip(Reason::OwnerDisabled);
    }
    if !situation.has_quota {
        return Judgement::Skip(Reason::Quota);
    }
    if let Some(used_up) = situation.used_up {
        return Judgement::Skip(Reason::Cycles(used_up));
    }
    if !situation.has_bytes {
        return Judgement::Skip(Reason::Bytes);
    }
    if situation.active == 0 {
        return Judgement::Run;
    }
    // The oldest first, one after the other, whatever happens to slots that overlap.
    if situation.made_up {
        return Judgement::Buffer;
    }
    overlap(situation)
}

fn overlap(situation: &Situation) -> Judgement {
    let buffer = |maximum: usize| {
        if situation.buffered < maximum {
            Judgement::Buffer
        } else {
            Judgement::Skip(Reason::BufferFull)
        }
    };
    match situation.overlap {
        OverlapPolicy::Skip => Judgement::Skip(Reason::Overlap),
        OverlapPolicy::BufferOne => buffer(1),
        OverlapPolicy::BufferAll => buffer(situation.maximum_buffered),
        OverlapPolicy::CancelOther => Judgement::CancelOthers,
        OverlapPolicy::TerminateOther => Judgement::TerminateOthers,
        OverlapPolicy::AllowAll if situation.active >= limits::MAXIMUM_ACTIVE_EXECUTIONS => {
            Judgement::Skip(Reason::BufferFull)
        }
        OverlapPolicy::AllowAll => Judgement::Run,
    }
}

/// Handles the slot of a schedule that is due, and arms its next one.
pub(super) fn fire(state: &mut State, now: u64, id: ScheduleId) {
    let Some(mut schedule) = state.schedule(id) else {
        return;
    };
    let mut turn = Turn::of(state, now, schedule.task_id);
    if schedule.disabled || turn.task.disabled {
        turn.state.arm(&mut schedule, turn.task.owner, None);
        return;
    }
    let owner = turn.task.owner;
    if !has_bytes(turn.state, owner) {
        turn.end();
        make_room(state, owner);
        turn = Turn::of(state, now, schedule.task_id);
    }
    turn.fire(&mut schedule);
}

/// Handles all that is due of a schedule which is about to be taken off the agenda, moved or removed,
/// as ticks would have done: each slot that came leaves its record.
pub fn settle(state: &mut State, now: u64, task: &mut TaskRecord, schedule: &mut ScheduleRecord) {
    if schedule.is_due(now) {
        let mut turn = Turn::new(state, now, task.clone());
        turn.settle(schedule);
        *task = turn.end();
    }
}

impl ScheduleRecord {
    fn is_due(&self, now: u64) -> bool {
        let left_out = self.left_out.as_ref();
        self.is_to_fire(now) || left_out.is_some_and(|left_out| left_out.until_at < now)
    }

    fn is_to_fire(&self, now: u64) -> bool {
        self.wake.is_some_and(|key| key.due_at <= now)
    }

    fn is_used_up(&self) -> bool {
        self.maximum_runs
            .is_some_and(|maximum| self.runs >= maximum)
    }
}

impl<'s> Turn<'s> {
    /// Handles all that is due of a schedule. It ends soon: an outage is judged at once, and only slots
    /// of the last minute one by one.
    pub(super) fn settle(&mut self, schedule: &mut ScheduleRecord) {
        let rule = compile(schedule);
        self.sum_up(schedule, &rule, self.now);
        while schedule.is_to_fire(self.now) {
            self.fire(schedule);
        }
    }

    /// Handles the slot that is due, or all that passed, and arms the next one.
    fn fire(&mut self, schedule: &mut ScheduleRecord) {
        let Some(slot) = schedule.next_at else { return };
        let rule = compile(schedule);
        self.sum_up(schedule, &rule, slot - 1);
        schedule.left_out = None;
        let passed = self
            .due(
                schedule,
                &|slot| fires_at(schedule, &rule, slot),
                &rule,
                slot,
            )
            .passed();
        let next = if passed.is_nothing() {
            let judgement = judge(&self.situation(schedule));
            self.carry_out(schedule, slot, judgement);
            self.next_after(schedule, &rule, (slot, judgement))
        } else {
            self.catch_up(schedule, &passed)
        };
        self.arm_next(schedule, &rule, next);
    }

    /// The slots that came while the scheduler could not run.
    fn due<'a>(
        &self,
        schedule: &ScheduleRecord,
        fires_at: &'a dyn Fn(u64) -> u64,
        rule: &'a Schedule,
        slot: u64,
    ) -> Due<'a> {
        let active = limits::MAXIMUM_ACTIVE_EXECUTIONS.saturating_sub(self.task.active.len());
        let left = schedule
            .maximum_runs
            .map_or(u64::MAX, |maximum| maximum.saturating_sub(schedule.runs));
        Due {
            rule,
            fires_at,
            slot,
            now: self.now,
            missed_runs: schedule.missed_runs,
            window: schedule
                .missed_window_seconds
                .map(|seconds| seconds.saturating_mul(limits::NANOSECONDS)),
            room: left.min(active as u64),
        }
    }

    /// Notes what was missed, and catches up on the rest. Returns the slot to go on with.
    fn catch_up(&mut self, schedule: &mut ScheduleRecord, passed: &Passed) -> Option<u64> {
        if let Some(stretch) = &passed.before {
            self.miss(schedule, stretch);
        }
        for slot in &passed.made_up {
            let situation = Situation {
                made_up: true,
                ..self.situation(schedule)
            };
            self.carry_out(schedule, *slot, judge(&situation));
        }
        // A schedule whose runs are used up has no further slots to miss.
        if let Some(stretch) = passed.after.as_ref().filter(|_| !schedule.is_used_up()) {
            self.miss(schedule, stretch);
        }
        passed.next
    }

    /// Arms the next slot, unless the runs of the schedule are used up.
    fn arm_next(&mut self, schedule: &mut ScheduleRecord, rule: &Schedule, next: Option<u64>) {
        if !schedule.is_counted {
            schedule.slots_an_hour = slots_an_hour(schedule, rule);
        }
        let is_over = schedule.is_used_up();
        let next = next
            .filter(|_| !is_over)
            .map(|slot| (slot, fires_at(schedule, rule, slot)));
        self.state.arm(schedule, self.task.owner, next);
        if next.is_none() {
            Note::task(EventKind::ScheduleEnded, &self.task)
                .schedule(schedule.id)
                .detail(if is_over {
                    "its runs are used up"
                } else {
                    "it has no more times"
                })
                .write(self.state, self.now);
        }
    }

    fn situation(&mut self, schedule: &ScheduleRecord) -> Situation {
        let buffered = self.buffered();
        let (state, task, now) = (&*self.state, &self.task, self.now);
        let quota = state
            .user(task.owner)
            .and_then(|user| user.quotas.maximum_runs_per_hour)
            .unwrap_or(state.config().maximum_runs_per_hour);
        Situation {
            overlap: schedule.overlap,
            made_up: false,
            active: task.active.len(),
            buffered,
            maximum_buffered: state.config().maximum_buffered_executions as usize,
            has_quota: state.with_owner(task.owner, |owner| {
                owner.hour != hour(now) || owner.runs_this_hour < quota
            }),
            has_bytes: has_bytes(state, task.owner),
            used_up: budget::used_up(state, now, task.owner),
            owner_disabled: rights::is_held_back(state, task.owner),
        }
    }

    fn carry_out(&mut self, schedule: &mut ScheduleRecord, slot: u64, judgement: Judgement) {
        match judgement {
            Judgement::Skip(reason) => return self.skip(schedule, slot, reason),
            Judgement::TerminateOthers => self.stop_others(slot, Scope::All),
            Judgement::CancelOthers => self.stop_others(slot, Scope::Waiting),
            Judgement::Run | Judgement::Buffer => {}
        }
        // Those that were ended or asked to stop at once are final by now.
        let at_once = judgement == Judgement::Run || self.task.active.is_empty();
        self.run_slot(schedule, slot, at_once);
    }

    /// Ends or stops the executions of the task that are not final, many of them a slice at a time.
    fn stop_others(&mut self, slot: u64, scope: Scope) {
        let reason = format!("gave way to the slot {}", format_instant(slot));
        self.end_all(Failure::new(Cause::GaveWay, reason), scope);
    }

    fn run_slot(&mut self, schedule: &mut ScheduleRecord, slot: u64, at_once: bool) {
        let mut execution = self.new_execution(Some(schedule.id), slot, ExecutionStatus::Ready);
        let armed = schedule.wake.filter(|_| schedule.next_at == Some(slot));
        let due_at = armed.map_or(slot, |key| key.due_at);
        execution.due_at = due_at;
        let Some(mut run) = self.admit(execution) else {
            return;
        };
        if at_once {
            run.go_on(due_at);
        }
        schedule.runs.raise(1);
        schedule.last_run_at = Some(slot);
    }

    /// Handles the slot of a schedule that has come and waits for its jitter: the schedule is about
    /// to go.
    pub fn fire_pending(&mut self, mut schedule: ScheduleRecord) {
        let Some(slot) = left_out::pending(&schedule, self.now) else {
            return;
        };
        let judgement = judge(&self.situation(&schedule));
        self.carry_out(&mut schedule, slot, judgement);
    }

    /// Leaves the slot of a schedule out that is due and that no message gets past, and those that came
    /// while it was tried: nothing comes back to them.
    pub(super) fn leave_poison_out(&mut self, mut schedule: ScheduleRecord) {
        let slot = schedule.next_at;
        if let Some(slot) = slot {
            self.skip(&mut schedule, slot, Reason::Poison);
        }
        self.state.arm(&mut schedule, self.task.owner, None);
        if let Some(slot) = slot {
            self.leave_the_rest_out(&mut schedule, slot);
        }
    }

    fn leave_the_rest_out(&mut self, schedule: &mut ScheduleRecord, slot: u64) {
        let rule = compile(schedule);
        let last = self
            .due(
                schedule,
                &|slot| fires_at(schedule, &rule, slot),
                &rule,
                slot,
            )
            .last();
        let Some(execution) = self.state.occurrence(schedule.id, slot) else {
            return;
        };
        schedule.left_out = Some(LeftOut {
            execution,
            cause: Cause::Poison,
            until_at: slot,
        });
        self.sum_up(schedule, &rule, last);
        schedule.left_out = None;
        self.state.put_schedule(schedule);
    }

    fn skip(&mut self, schedule: &mut ScheduleRecord, slot: u64, reason: Reason) {
        schedule.skipped_runs.raise(1);
        if let Reason::Cycles(used_up) = reason {
            budget::tell(self.state, self.now, self.task.owner, &used_up);
        }
        let why = skipped::why(self.state, &self.task, reason);
        let status = ExecutionStatus::Skipped;
        if let Some(mut run) = self.note_slot(schedule.id, slot, status, why) {
            run.count_left_out(|owner| owner.skipped.raise(1));
            run.note_left_out(EventKind::SlotSkipped);
            if reason == Reason::Poison {
                run.tell_of_missed();
            }
        }
    }

    /// Notes the missed slots in one record.
    fn miss(&mut self, schedule: &mut ScheduleRecord, stretch: &Stretch) {
        let slots = stretch.slots;
        schedule.missed.raise(slots);
        let why = Failure::new(Cause::Missed, stretch.to_string());
        let status = ExecutionStatus::Missed;
        if let Some(mut run) = self.note_slot(schedule.id, stretch.from_at, status, why) {
            run.execution.slots = slots;
            run.execution.slots_until = (slots > 1).then_some(stretch.until_at);
            run.count_left_out(|owner| owner.missed.raise(slots));
            run.note_left_out(EventKind::SlotMissed);
            run.tell_of_missed();
        }
    }

    /// Notes a slot that is not run, unless it has a record.
    pub(super) fn note_slot(
        &mut self,
        schedule: ScheduleId,
        slot: u64,
        status: ExecutionStatus,
        why: Failure,
    ) -> Option<Run<'_, 's>> {
        let mut execution = self.new_execution(Some(schedule), slot, status);
        execution.finished_at = Some(self.now);
        execution.error = Some(why.error);
        execution.cause = Some(why.cause);
        self.admit(execution)
    }
}

impl Run<'_, '_> {
    pub(super) fn count_left_out(&mut self, count: impl FnOnce(&mut OwnerRecord)) {
        let now = self.turn.now;
        self.turn.state.change_owner(self.turn.task.owner, |owner| {
            begin_day(owner, now);
            count(owner);
        });
    }

    fn tell_of_missed(&mut self) {
        let Self {
            turn, execution, ..
        } = self;
        alerts::on_missed(turn.state, turn.now, &turn.task, execution);
    }

    pub(super) fn note_left_out(&mut self, kind: EventKind) {
        totals::on_left_out(self.turn.state, self.turn.now, &self.execution);
        let detail = self.execution.error.clone().unwrap_or_default();
        self.note(kind, &detail);
    }
}
