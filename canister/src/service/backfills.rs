//! Running slots of the past.

use chime_types::{
    Backfill, BackfillPage, BackfillRequest, Error, ErrorKind, EventKind, ListBackfillsRequest,
    limits,
};

use super::access::{Need, limit_exceeded, not_found, task_for};
use super::schedules::schedule_of;
use super::{Caller, take_page, validate};
use crate::engine::backfill as engine;
use crate::engine::compile;
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::keys::{BackfillId, TaskId};
use crate::state::records::BackfillRecord;

/// `backfill`
pub fn backfill(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &BackfillRequest,
) -> Result<Backfill, Error> {
    let task = task_for(state, caller, Need::Operate, request.task_id)?;
    let schedule = schedule_of(state, &task, request.schedule_id)?;
    let concurrent = u64::from(request.maximum_concurrent.unwrap_or(1));
    let maximum = limits::MAXIMUM_BACKFILL_CONCURRENT.into();
    validate::range("maximum_concurrent", concurrent, 1, maximum)?;
    if request.until_at >= now {
        return Err(Error::invalid(
            "until_at",
            format!("in the past: now is {now}, got {}", request.until_at),
            "choose an instant before now; later slots are run by the schedule itself",
        ));
    }
    let first = compile(&schedule)
        .next_after(request.from_at.saturating_sub(1))
        .filter(|slot| *slot <= request.until_at);
    if first.is_none() {
        return Err(Error::invalid(
            "from_at",
            format!(
                "the schedule has no slot between `from_at` and `until_at`; it began at {}",
                schedule.start_at
            ),
            "choose `until_at` after its first slot: what lies before the start of a schedule \
             cannot be filled in",
        ));
    }
    if state.owner(task.owner).backfills as usize >= limits::MAXIMUM_BACKFILLS {
        return Err(limit_exceeded(
            format!("at most {} backfills under way", limits::MAXIMUM_BACKFILLS),
            "wait until one has finished, or cancel one with cancel_backfill",
        ));
    }
    let backfill = Backfill {
        id: state.new_other_id(),
        task_id: task.id.0,
        schedule_id: schedule.id.0,
        from_at: request.from_at,
        until_at: request.until_at,
        maximum_concurrent: request.maximum_concurrent.unwrap_or(1),
        next_at: first,
        runs: 0,
        left_out: 0,
        active: 0,
        cancelled: false,
        created_at: now,
        finished_at: None,
    };
    state.change_owner(task.owner, |owner| owner.backfills += 1);
    engine::begin(state, now, backfill.clone());
    let detail = format!("backfill {}", backfill.id);
    Note::task(EventKind::BackfillStarted, &task)
        .schedule(schedule.id)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(backfill)
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
