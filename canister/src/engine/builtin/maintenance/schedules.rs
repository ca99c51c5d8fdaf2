//! Schedules and their places in the agenda.

use super::finding::Look;
use crate::engine::slots::{arm_first, compile, fires_at};
use crate::state::State;
use crate::state::keys::{ScheduleId, Wake};
use crate::state::records::{ScheduleRecord, TaskRecord};

/// Looks at a schedule.
pub fn look(look: &mut Look<'_>, id: ScheduleId) {
    let Some(schedule) = look.state.schedule(id) else {
        return;
    };
    let Some(task) = look.state.task(schedule.task_id) else {
        look.beyond_repair(format!("schedule {} belongs to no task", id.0));
        return;
    };
    if !task.schedules.contains(&id) {
        look.mendable(
            format!("schedule {} is not among those of task {}", id.0, task.id.0),
            move |state, _| {
                if let Some(mut task) = task_of(state, id) {
                    task.schedules.push(id);
                    state.put_task(&task);
                }
            },
        );
    }
    if let Some(text) = fault(look.state, &task, &schedule, look.now) {
        look.mendable(format!("schedule {} {text}", id.0), move |state, now| {
            rearm(state, id, now)
        });
    }
}

fn task_of(state: &State, id: ScheduleId) -> Option<TaskRecord> {
    state.task(state.schedule(id)?.task_id)
}

/// What is wrong with the place of a schedule in the agenda.
fn fault(
    state: &State,
    task: &TaskRecord,
    schedule: &ScheduleRecord,
    now: u64,
) -> Option<&'static str> {
    let is_off = schedule.disabled || task.disabled;
    match (schedule.next_at, schedule.wake) {
        (None, None) if is_off => None,
        (None, None) => {
            let is_over = schedule
                .maximum_runs
                .is_some_and(|maximum| schedule.runs >= maximum);
            let has_more = || compile(schedule).next_after(now).is_some();
            (!is_over && has_more()).then_some("has times left and is not armed")
        }
        (Some(_), Some(_)) if is_off => Some("is disabled and armed"),
        (Some(slot), Some(key)) => {
            if state.wake(key) != Some(Wake::Fire(schedule.id)) {
                Some("is not in the agenda")
            } else if !state.is_upcoming(task.owner, slot, schedule.id) {
                Some("is not among the upcoming runs")
            } else {
                None
            }
        }
        _ => Some("has a slot without a place in the agenda, or the other way round"),
    }
}

/// Puts a schedule where it belongs: its slot into the agenda again, or its next one.
fn rearm(state: &mut State, id: ScheduleId, now: u64) {
    let Some(mut schedule) = state.schedule(id) else {
        return;
    };
    let Some(task) = state.task(schedule.task_id) else {
        return;
    };
    let is_off = schedule.disabled || task.disabled;
    match schedule.next_at {
        Some(slot) if !is_off => {
            let at = fires_at(&schedule, &compile(&schedule), slot);
            state.arm(&mut schedule, task.owner, Some((slot, at)));
        }
        _ => arm_first(state, &task, &mut schedule, now),
    }
}
