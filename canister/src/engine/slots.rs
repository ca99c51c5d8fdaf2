//! The slots of a stored schedule: its rule, and when the next one fires.

use chime_schedule::{Definition, Schedule, jitter_nanoseconds};
use chime_types::{Error, limits};

use super::alerts;
use crate::state::State;
use crate::state::records::{ScheduleRecord, TaskRecord};

/// The compiled rule of a stored schedule.
pub fn compile(schedule: &ScheduleRecord) -> Schedule {
    try_compile(schedule).expect("BUG: a stored schedule was compiled when it was made")
}

fn try_compile(schedule: &ScheduleRecord) -> Result<Schedule, Error> {
    Schedule::compile(&Definition {
        rule: &schedule.rule,
        timezone: Some(&schedule.timezone),
        gap: schedule.gap,
        start_at: schedule.start_at,
        explicit_start: schedule.explicit_start,
        end_at: schedule.end_at,
        exclusions: &schedule.exclusions,
    })
}

/// Checks that the rule of a schedule can be compiled, before it is stored.
pub fn check_rule(schedule: &ScheduleRecord) -> Result<(), Error> {
    try_compile(schedule).map(|_| ())
}

/// The first slot of a schedule in the present second or later: starts are whole seconds, so
/// 'now' is the second that `now` lies in.
fn first_slot(rule: &Schedule, now: u64) -> Option<u64> {
    let second = now - now % limits::NANOSECONDS;
    rule.next_after(second.saturating_sub(1))
}

/// When a slot fires: the slot and its jitter.
pub fn fires_at(schedule: &ScheduleRecord, rule: &Schedule, slot: u64) -> u64 {
    if schedule.jitter_seconds == 0 {
        return slot;
    }
    let next = rule.next_after(slot);
    slot + jitter_nanoseconds(schedule.id.0, slot, schedule.jitter_seconds, next)
}

/// The most slots that a schedule has in an hour.
pub fn slots_an_hour(schedule: &ScheduleRecord, rule: &Schedule) -> u32 {
    let runs = schedule.maximum_runs.unwrap_or(u64::MAX);
    let runs = u32::try_from(runs).unwrap_or(u32::MAX);
    rule.slots_an_hour().min(runs).max(1)
}

/// The last of the slots that one record stands for, if this slot is among them.
fn handled_with(state: &State, schedule: &ScheduleRecord, slot: u64) -> Option<u64> {
    let before = state.occurrence_before(schedule.id, slot + 1)?;
    let until_at = state.execution(before)?.slots_until?;
    Some(until_at).filter(|until_at| *until_at >= slot)
}

/// Arms the first slot of a schedule from now on, if it and its task are switched on and a run is
/// left.
pub fn arm_first(state: &mut State, task: &TaskRecord, schedule: &mut ScheduleRecord, now: u64) {
    schedule.left_out = None;
    let is_over = schedule
        .maximum_runs
        .is_some_and(|maximum| schedule.runs >= maximum);
    if schedule.disabled || task.disabled || is_over {
        state.arm(schedule, task.owner, None);
        return;
    }
    let rule = compile(schedule);
    schedule.slots_an_hour = slots_an_hour(schedule, &rule);
    let slot = first_slot(&rule, now);
    arm_at(state, task, schedule, (&rule, slot), now);
}

/// Arms a slot of a schedule, or the first after it that has no fate yet: what ran is not run again, be it
/// after a pause and a resumption in the same second.
pub(super) fn arm_at(
    state: &mut State,
    task: &TaskRecord,
    schedule: &mut ScheduleRecord,
    (rule, slot): (&Schedule, Option<u64>),
    now: u64,
) {
    let next = slot.and_then(|slot| {
        match schedule
            .last_run_at
            .max(handled_with(state, schedule, slot))
        {
            Some(last) if last >= slot => rule.next_after(last),
            _ => Some(slot),
        }
    });
    let next = next.map(|slot| (slot, fires_at(schedule, rule, slot)));
    state.arm(schedule, task.owner, next);
    alerts::on_armed(state, now, task);
}
