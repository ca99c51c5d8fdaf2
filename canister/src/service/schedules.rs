//! Adding, switching and removing schedules of a task, and showing what one means.

use candid::Principal;
use chime_types::{
    AddScheduleRequest, Error, EventKind, MissedRuns, NewSchedule, PreviewScheduleRequest,
    RemoveScheduleRequest, SchedulePreview, SetScheduleRequest, Task, limits,
};

use super::access::{Need, not_found, task_for};
use super::tasks::touch;
use super::update::check_version;
use super::validate::{self, CheckedSchedule};
use super::{Caller, rates, room, views};
use crate::engine::timeline::Note;
use crate::engine::{self, Turn};
use crate::state::State;
use crate::state::keys::ScheduleId;
use crate::state::records::{ScheduleRecord, TaskRecord};

/// Writes new schedules of a task and arms them. The task is written by the caller.
pub(super) fn put_schedules(
    state: &mut State,
    task: &mut TaskRecord,
    checked: Vec<CheckedSchedule>,
    now: u64,
) {
    for schedule in checked {
        let mut schedule = record(state.new_schedule_id(), task, schedule);
        engine::arm_first(state, task, &mut schedule, now);
        task.schedules.push(schedule.id);
    }
}

fn record(id: ScheduleId, task: &TaskRecord, checked: CheckedSchedule) -> ScheduleRecord {
    let given: NewSchedule = checked.given;
    ScheduleRecord {
        id,
        task_id: task.id,
        name: given.name,
        rule: given.rule,
        timezone: checked.rule.timezone().to_string(),
        gap: given.gap.unwrap_or_default(),
        missed_runs: given.missed_runs.unwrap_or_default(),
        missed_window_seconds: given.missed_window_seconds,
        overlap: given.overlap.unwrap_or_default(),
        maximum_runs: given.maximum_runs,
        jitter_seconds: given.jitter_seconds.unwrap_or(0),
        exclusions: given.exclusions.unwrap_or_default(),
        start_at: checked.start_at,
        explicit_start: checked.explicit_start,
        end_at: given.end_at,
        disabled: given.disabled.unwrap_or(false),
        next_at: None,
        wake: None,
        last_run_at: None,
        runs: 0,
        skipped_runs: 0,
        missed: 0,
        slots_an_hour: 0,
        is_counted: false,
        left_out: None,
    }
}

/// Slots that a schedule would have in an hour if it were armed.
fn slots_of(schedule: &CheckedSchedule) -> u64 {
    let runs = schedule.given.maximum_runs.unwrap_or(u64::MAX);
    match schedule.given.disabled {
        Some(true) => 0,
        Some(false) | None => u64::from(schedule.rule.slots_an_hour()).min(runs).max(1),
    }
}

/// Refuses schedules that are to be made for an owner if it would have too many slots in an hour.
pub(super) fn check_slots(
    state: &State,
    caller: Caller,
    owner: Principal,
    new: &[CheckedSchedule],
    gone: u64,
) -> Result<(), Error> {
    let slots = new
        .iter()
        .map(slots_of)
        .fold(0, |sum, slots| slots.saturating_add(sum));
    room::for_slots(state, caller, owner, (slots, gone))
}

/// Slots in an hour of those stored schedules of a task that count, or would if they were armed.
pub(super) fn stored_slots(state: &State, task: &TaskRecord, counted: bool) -> u64 {
    task.schedules
        .iter()
        .filter_map(|id| state.schedule(*id))
        .filter(|schedule| schedule.is_counted == counted && !schedule.disabled)
        .map(|schedule| engine::slots_an_hour(&schedule, &engine::compile(&schedule)))
        .map(u64::from)
        .sum()
}

/// Whether a new schedule means the same as an old one: it goes on with its counters and its next
/// slot. The starts are compared only if the new one names its own.
fn is_same(old: &ScheduleRecord, new: &ScheduleRecord) -> bool {
    let comparable = ScheduleRecord {
        id: old.id,
        start_at: if new.explicit_start {
            new.start_at
        } else {
            old.start_at
        },
        next_at: old.next_at,
        wake: old.wake,
        last_run_at: old.last_run_at,
        runs: old.runs,
        skipped_runs: old.skipped_runs,
        missed: old.missed,
        slots_an_hour: old.slots_an_hour,
        is_counted: old.is_counted,
        left_out: old.left_out.clone(),
        ..new.clone()
    };
    *old == comparable
}

/// Puts new schedules in the place of all old ones. A slot of an old one that has come and waits
/// for its jitter is not lost: it fires now.
pub(super) fn replace_schedules(
    state: &mut State,
    task: &mut TaskRecord,
    checked: Vec<CheckedSchedule>,
    now: u64,
) {
    let mut old: Vec<ScheduleRecord> = task
        .schedules
        .iter()
        .filter_map(|id| state.schedule(*id))
        .collect();
    let mut kept = Vec::new();
    // A slot that is due is run or left out by the rule that it came from.
    for schedule in &mut old {
        engine::settle(state, now, task, schedule);
    }
    for schedule in checked {
        let new = record(ScheduleId(0), task, schedule);
        match old.iter().position(|old| is_same(old, &new)) {
            Some(at) => kept.push(old.swap_remove(at).id),
            None => {
                let mut schedule = ScheduleRecord {
                    id: state.new_schedule_id(),
                    ..new
                };
                engine::arm_first(state, task, &mut schedule, now);
                kept.push(schedule.id);
            }
        }
    }
    let mut turn = Turn::new(state, now, task.clone());
    for schedule in &old {
        turn.fire_pending(schedule.clone());
    }
    *task = turn.end();
    for schedule in old {
        state.remove_schedule(schedule, task.owner);
    }
    task.schedules = kept;
}

/// `add_schedule`
pub fn add_schedule(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: AddScheduleRequest,
) -> Result<Task, Error> {
    let mut task = task_for(state, caller, Need::Change, request.task_id)?;
    check_version(&task, request.expected_version)?;
    let checked =
        validate::schedule(request.schedule, now).map_err(|error| error.within("schedule"))?;
    if task.schedules.len() >= limits::MAXIMUM_SCHEDULES {
        return Err(super::access::limit_exceeded(
            format!("at most {} schedules of a task", limits::MAXIMUM_SCHEDULES),
            "remove one, or make another task",
        ));
    }
    let checked = vec![checked];
    if !task.disabled {
        check_slots(state, caller, task.owner, &checked, 0)?;
    }
    rates::requested(state, caller, now)?;
    put_schedules(state, &mut task, checked, now);
    Ok(changed(state, caller, task, now, "a schedule was added"))
}

fn changed(
    state: &mut State,
    caller: Caller,
    mut task: TaskRecord,
    now: u64,
    detail: &str,
) -> Task {
    touch(&mut task, now);
    state.put_task(&task);
    Note::task(EventKind::TaskUpdated, &task)
        .by(caller.principal)
        .detail(detail)
        .write(state, now);
    views::task(state, task)
}

/// A schedule of a task.
pub(super) fn schedule_of(
    state: &State,
    task: &TaskRecord,
    id: u64,
) -> Result<ScheduleRecord, Error> {
    let found = state.schedule(ScheduleId(id));
    found
        .filter(|schedule| schedule.task_id == task.id)
        .ok_or_else(|| {
            let fix = "get_task shows the schedules of a task";
            not_found("schedule_id", "schedule", id, fix)
        })
}

/// `set_schedule`
pub fn set_schedule(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &SetScheduleRequest,
) -> Result<Task, Error> {
    let mut task = task_for(state, caller, Need::Operate, request.task_id)?;
    let mut schedule = schedule_of(state, &task, request.schedule_id)?;
    if schedule.disabled == request.disabled {
        return Ok(views::task(state, task));
    }
    if !request.disabled && !task.disabled {
        let slots = engine::slots_an_hour(&schedule, &engine::compile(&schedule));
        room::for_slots(state, caller, task.owner, (slots.into(), 0))?;
    }
    rates::requested(state, caller, now)?;
    engine::settle(state, now, &mut task, &mut schedule);
    schedule.disabled = request.disabled;
    engine::arm_first(state, &task, &mut schedule, now);
    let detail = if request.disabled {
        "a schedule was disabled"
    } else {
        "a schedule was enabled"
    };
    Ok(changed(state, caller, task, now, detail))
}

/// `remove_schedule`
pub fn remove_schedule(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &RemoveScheduleRequest,
) -> Result<Task, Error> {
    let mut task = task_for(state, caller, Need::Change, request.task_id)?;
    check_version(&task, request.expected_version)?;
    let mut schedule = schedule_of(state, &task, request.schedule_id)?;
    if task.schedules.len() == 1 {
        return Err(super::access::conflict(
            "schedule_id",
            "a task keeps at least one schedule",
            "switch it off with set_schedule, or delete the task",
        ));
    }
    engine::settle(state, now, &mut task, &mut schedule);
    task.schedules.retain(|id| *id != schedule.id);
    state.remove_schedule(schedule, task.owner);
    Ok(changed(state, caller, task, now, "a schedule was removed"))
}

/// `preview_schedule`
pub fn preview(now: u64, request: PreviewScheduleRequest) -> Result<SchedulePreview, Error> {
    let count = validate::preview_count(request.count)?;
    let checked =
        validate::schedule(request.schedule, now).map_err(|error| error.within("schedule"))?;
    // A start that is now lies in the present second.
    let second = now - now % limits::NANOSECONDS;
    let from = request.from_at.unwrap_or(second.saturating_sub(1));
    Ok(SchedulePreview {
        description: described(&checked),
        timezone: checked.rule.timezone().to_string(),
        next_at: checked
            .rule
            .preview(from, count)
            .map_err(|error| error.within("schedule"))?,
        clock_change: checked.rule.clock_change_after(from),
    })
}

/// The rule of a schedule in words, with what bounds it and what becomes of missed runs.
fn described(checked: &CheckedSchedule) -> String {
    let given = &checked.given;
    let mut words = checked.rule.describe();
    if let Some(runs) = given.maximum_runs {
        words += &format!(
            "; at most {runs} {}",
            if runs == 1 { "run" } else { "runs" }
        );
    }
    if let Some(seconds) = given.jitter_seconds.filter(|seconds| *seconds > 0) {
        words += &format!("; each up to {seconds} s later, at random");
    }
    words += &match given.missed_runs.unwrap_or_default() {
        MissedRuns::Skip => "; missed runs are not caught up".to_string(),
        MissedRuns::Latest => "; of missed runs the latest is caught up".to_string(),
        MissedRuns::All { maximum } => format!("; up to {maximum} missed runs are caught up"),
    };
    words
}
