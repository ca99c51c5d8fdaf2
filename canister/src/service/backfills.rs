//! Running slots of the past.

use chime_schedule::{Schedule, format_instant};
use chime_types::{
    Backfill, BackfillPage, BackfillRequest, Error, ErrorKind, EventKind, ListBackfillsRequest,
    limits,
};

use super::access::{Need, conflict, limit_exceeded, not_found, task_for};
use super::schedules::schedule_of;
use super::{Caller, rates, room, take_page, validate};
use crate::engine::backfill as engine;
use crate::engine::timeline::Note;
use crate::engine::{compile, settle};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{BackfillId, TaskId};
use crate::state::records::{BackfillRecord, TaskRecord};

/// `backfill`
pub fn backfill(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &BackfillRequest,
) -> Result<Backfill, Error> {
    let mut task = task_for(state, caller, Need::Operate, request.task_id)?;
    let mut schedule = schedule_of(state, &task, request.schedule_id)?;
    let rule = compile(&schedule).without_start();
    let slots = check(state, &task, &rule, now, request)?;
    let is_counted_only = request.count_only.unwrap_or(false);
    if !is_counted_only {
        room::for_bytes(state, task.owner)?;
        remove_old(state, &task);
        // Some of its history may have made way.
        task = task_for(state, caller, Need::Operate, request.task_id)?;
        rates::requested(state, caller, now)?;
    }
    let backfill = Backfill {
        id: if is_counted_only {
            0
        } else {
            state.new_other_id()
        },
        task_id: task.id.0,
        schedule_id: schedule.id.0,
        from_at: request.from_at,
        until_at: request.until_at,
        maximum_concurrent: request.maximum_concurrent.unwrap_or(1),
        slots: Some(slots),
        next_at: rule.next_after(request.from_at.saturating_sub(1)),
        runs: 0,
        left_out: 0,
        active: 0,
        cancelled: false,
        created_at: now,
        finished_at: None,
    };
    if is_counted_only {
        return Ok(backfill);
    }
    // Slots that are due get their records first, so that none is taken for one that never came.
    settle(state, now, &mut task, &mut schedule);
    state.change_owner(task.owner, |owner| owner.backfills.raise(1));
    engine::begin(state, now, backfill.clone());
    let detail = format!("backfill {}: {slots} slots", backfill.id);
    Note::task(EventKind::BackfillStarted, &task)
        .schedule(schedule.id)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(backfill)
}

/// Checks a request. Answers how many slots it has.
fn check(
    state: &State,
    task: &TaskRecord,
    rule: &Schedule,
    now: u64,
    request: &BackfillRequest,
) -> Result<u64, Error> {
    let concurrent = u64::from(request.maximum_concurrent.unwrap_or(1));
    let maximum = limits::MAXIMUM_BACKFILL_CONCURRENT.into();
    validate::range("maximum_concurrent", concurrent, 1, maximum)?;
    let (from, until) = (request.from_at, request.until_at);
    let (from, until) = (format_instant(from), format_instant(until));
    if request.until_at >= now {
        return Err(Error::invalid(
            "until_at",
            format!("in the past: now is {}, got {until}", format_instant(now)),
            "choose an instant before now; later slots are run by the schedule itself",
        ));
    }
    let slots = rule
        .slots_between(request.from_at.saturating_sub(1), request.until_at)
        .count;
    if slots == 0 {
        return Err(Error::invalid(
            "from_at",
            format!("the rule has a time from `from_at` to `until_at`, got {from} to {until}"),
            "preview_schedule shows the times of a rule: choose a span with one at least",
        ));
    }
    confirmed(
        slots,
        request.expected_slots,
        request.count_only.unwrap_or(false),
    )?;
    if state.owner(task.owner).backfills as usize >= limits::MAXIMUM_BACKFILLS {
        return Err(limit_exceeded(
            format!("at most {} backfills under way", limits::MAXIMUM_BACKFILLS),
            "wait until one has finished, or cancel one with cancel_backfill",
        ));
    }
    Ok(slots)
}

/// Whether so many slots were meant.
fn confirmed(slots: u64, expected: Option<u64>, is_counted_only: bool) -> Result<(), Error> {
    let maximum = limits::MAXIMUM_BACKFILL_SLOTS;
    if slots > maximum {
        return Err(limit_exceeded(
            format!("at most {maximum} slots of a backfill, got {slots}"),
            "choose a shorter span: `from_at` nearer to `until_at`",
        ));
    }
    let unconfirmed = limits::MAXIMUM_UNCONFIRMED_SLOTS;
    match expected {
        Some(expected) if expected != slots => Err(conflict(
            "expected_slots",
            format!("there are {slots} slots in that span, not {expected}"),
            "look again with count_only, and confirm the number that it says",
        )),
        None if slots > unconfirmed && !is_counted_only => Err(Error::invalid(
            "expected_slots",
            format!(
                "a backfill of more than {unconfirmed} slots is confirmed; this one has {slots}"
            ),
            format!("set expected_slots to {slots} if they are meant, or choose a shorter span"),
        )),
        _ => Ok(()),
    }
}

/// `list_backfills`
pub fn list_backfills(
    state: &State,
    caller: Caller,
    request: &ListBackfillsRequest,
) -> Result<BackfillPage, Error> {
    let limit = validate::page(request.limit)?;
    let task = task_for(state, caller, Need::See, request.task_id)?;
    let cursor = BackfillId(request.cursor.unwrap_or(0));
    let items = state
        .backfills_of(task.id, cursor)
        .map(|BackfillRecord(backfill)| backfill);
    let (backfills, more) = take_page(items, limit);
    Ok(BackfillPage {
        next_cursor: backfills.last().filter(|_| more).map(|last| last.id),
        backfills,
    })
}

/// `cancel_backfill`
pub fn cancel_backfill(
    state: &mut State,
    caller: Caller,
    now: u64,
    id: u64,
) -> Result<Backfill, Error> {
    let unknown = || {
        let fix = "list_backfills shows the backfills of a task";
        not_found("backfill_id", "backfill", id, fix)
    };
    let BackfillRecord(backfill) = state.backfill(BackfillId(id)).ok_or_else(unknown)?;
    let task = state.task(TaskId(backfill.task_id)).ok_or_else(unknown)?;
    match task_for(state, caller, Need::Operate, task.id.0) {
        Ok(_) => {}
        Err(error) if error.kind == ErrorKind::NotFound => return Err(unknown()),
        Err(error) => return Err(error),
    }
    if backfill.finished_at.is_some() {
        return Ok(backfill);
    }
    Ok(engine::cancel(state, now, backfill))
}

/// Removes the oldest finished backfills of a task above what is kept of them.
fn remove_old(state: &mut State, task: &TaskRecord) {
    let finished: Vec<BackfillRecord> = state
        .backfills_of(task.id, BackfillId(0))
        .filter(|backfill| backfill.0.finished_at.is_some())
        .collect();
    let excess = (finished.len() + 1).saturating_sub(limits::MAXIMUM_BACKFILLS_KEPT);
    for old in finished.iter().take(excess) {
        state.remove_backfill(old);
    }
}
