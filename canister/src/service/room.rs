//! Whether an owner may have one more task, or more bytes, and what of it makes way.
//!
//! What is over does not count: a task whose schedules have no more times and which has nothing under
//! way makes way, the oldest first, when its owner has as many tasks as it may.

use candid::Principal;
use chime_types::{Error, EventKind, limits};

use super::Caller;
use super::access::limit_exceeded;
use crate::engine::timeline::Note;
use crate::engine::{self, Turn};
use crate::state::State;
use crate::state::keys::{BackfillId, TaskId};
use crate::state::records::TaskRecord;

/// Sees to it that the caller may have one more task.
pub fn for_task(state: &mut State, caller: Caller, now: u64) -> Result<(), Error> {
    let owner = caller.principal;
    let quota = state.user(owner).and_then(|user| user.quotas.maximum_tasks);
    let maximum = quota.unwrap_or(state.config().maximum_tasks_per_owner);
    if state.owner(owner).tasks < maximum {
        return Ok(());
    }
    if state.trial.is_full(owner) {
        return Err(too_many(maximum));
    }
    let (over, others): (Vec<TaskRecord>, Vec<TaskRecord>) = state
        .tasks_of(owner, TaskId(0))
        .take(limits::MAXIMUM_TASKS_LOOKED_AT)
        .partition(|task| is_over(state, task));
    let oldest = over.into_iter().next();
    let Some(task) = oldest.filter(|_| (others.len() as u64) < maximum) else {
        state.trial.note_full(owner);
        return Err(too_many(maximum));
    };
    Turn::new(state, now, task.clone()).delete();
    Note::task(EventKind::TaskDeleted, &task)
        .detail(&format!(
            "made way for a new one: it was over: {}",
            task.name
        ))
        .write(state, now);
    Ok(())
}

fn too_many(maximum: u64) -> Error {
    limit_exceeded(
        format!(
            "at most {maximum} tasks of this owner that have times left, are paused or have something \
             under way"
        ),
        "delete tasks that are no longer needed, or ask an admin for a higher quota (put_user, configure)",
    )
}

/// Sees to it that more may be stored for an owner. Some of its oldest executions make way.
pub fn for_bytes(state: &mut State, owner: Principal) -> Result<(), Error> {
    if engine::make_room(state, owner) {
        return Ok(());
    }
    let maximum = engine::maximum_bytes(state, owner);
    Err(limit_exceeded(
        format!("at most {maximum} bytes for this owner (maximum_bytes_per_owner)"),
        "remove backups, tasks or messages that are no longer needed (delete_backup, delete_task, \
         clear_inbox), or ask an admin for a higher quota (put_user, configure)",
    ))
}

/// Sees to it that the schedules of an owner may have so many more slots in an hour, in place of so many
/// others. What makes them fewer is never refused.
pub fn for_slots(
    state: &State,
    caller: Caller,
    owner: Principal,
    (new, gone): (u64, u64),
) -> Result<(), Error> {
    if caller.is_admin() || new <= gone {
        return Ok(());
    }
    let maximum = maximum_slots(state, owner);
    let present = state.with_owner(owner, |owner| owner.slots_an_hour);
    let slots = present.saturating_sub(gone).saturating_add(new);
    if slots <= maximum {
        return Ok(());
    }
    Err(limit_exceeded(
        format!(
            "at most {maximum} slots in an hour for all schedules of this owner (maximum_slots_per_hour), \
             with these it would be {slots}"
        ),
        "choose longer intervals, disable other schedules, or ask an admin for a higher quota \
         (put_user, configure)",
    ))
}

fn maximum_slots(state: &State, owner: Principal) -> u64 {
    let quota = state
        .user(owner)
        .and_then(|user| user.quotas.maximum_slots_per_hour);
    quota.unwrap_or(state.config().maximum_slots_per_hour)
}

/// Whether nothing more will happen in a task by itself.
fn is_over(state: &State, task: &TaskRecord) -> bool {
    let mut schedules = task.schedules.iter().filter_map(|id| state.schedule(*id));
    !task.disabled
        && task.active.is_empty()
        && !task.schedules.is_empty()
        && schedules.all(|schedule| schedule.next_at.is_none() && !schedule.disabled)
        && state
            .backfills_of(task.id, BackfillId(0))
            .all(|backfill| backfill.0.finished_at.is_some())
}
