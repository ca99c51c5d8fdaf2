//! Which numbers a restored task, its schedules and its executions have. A number that was once given
//! belongs to its owner: nobody else gets it by a backup, which may have been written by anybody.
//!
//! The owner of a task that is deleted keeps its number, and a task that got a new one is found again
//! under its old one, so that the same backup can be restored twice. Admins restore whole schedulers:
//! for them every number that is free is kept.

use std::collections::{BTreeMap, BTreeSet};

use candid::Principal;
use chime_types::limits;

use super::Restore;
use crate::state::State;
use crate::state::keys::{ExecutionId, ScheduleId, TaskId};
use crate::state::records::{ExecutionRecord, ScheduleRecord, TaskRecord};

/// New numbers for old ones.
pub type Numbers = BTreeMap<u64, u64>;

/// Highest number that is kept for an admin. All that are given from then on, for many years, are
/// below the highest that a backup may have.
pub const HIGHEST_KEPT: u64 = limits::MAXIMUM_RESTORED_NUMBER / 2;

/// Where a task of a backup goes.
#[derive(Debug)]
pub enum Place {
    /// It is there already, perhaps under another number.
    There(Box<TaskRecord>),
    /// Under this number, which is free.
    Free(TaskId),
    /// Under a new number.
    New,
}

/// The place of a task that has this number in the backup.
pub fn place(state: &State, restore: Restore, owner: Principal, id: TaskId) -> Place {
    let taken = state.task(id);
    if let Some(task) = &taken
        && (task.owner == owner || (restore.caller.is_admin() && restore.overwrite))
    {
        return Place::There(task.clone().into());
    }
    if let Some(number) = state.number_of(owner, id) {
        return match state.task(number) {
            Some(task) if task.owner == owner => Place::There(task.into()),
            Some(_) => Place::New,
            None => Place::Free(number),
        };
    }
    let next = state.header().next_task;
    if taken.is_none() && may_keep(restore, id.0, next) {
        return Place::Free(id);
    }
    Place::New
}

/// Whether a number that is free and has no known owner is kept. One below those that are given next
/// was somebody's; one far above them would leave all later ones beyond what a backup may have.
fn may_keep(restore: Restore, number: u64, next: u64) -> bool {
    if restore.caller.is_admin() {
        return number <= HIGHEST_KEPT;
    }
    (next..next.saturating_add(limits::MAXIMUM_NUMBERS_SKIPPED)).contains(&number)
}

/// The numbers of what is replaced: they stay with it.
#[derive(Debug, Default)]
pub struct Replaced {
    schedules: BTreeSet<u64>,
    executions: BTreeSet<u64>,
}

impl Replaced {
    /// Those of a task and its history.
    pub fn of(state: &State, task: &TaskRecord) -> Self {
        Self {
            schedules: task.schedules.iter().map(|id| id.0).collect(),
            executions: state.execution_ids_of(task.id).map(|id| id.0).collect(),
        }
    }
}

/// The numbers of the schedules of a task: as they are, or all new. A schedule that was removed
/// before the backup was made is named by executions only: it keeps its number or is left out.
pub fn of_schedules(
    state: &mut State,
    restore: Restore,
    replaced: &Replaced,
    schedules: &[ScheduleRecord],
    executions: &[ExecutionRecord],
) -> Numbers {
    let next = state.header().next_schedule;
    let is_free = |state: &State, id| state.schedule(ScheduleId(id)).is_none();
    let keeps = schedules.iter().map(|one| one.id.0).all(|id| {
        let may = replaced.schedules.contains(&id) || may_keep(restore, id, next);
        may && is_free(state, id)
    });
    let named = executions.iter().filter_map(|one| Some(one.schedule_id?.0));
    let mut numbers: Numbers = named
        .filter(|id| may_keep(restore, *id, next) && is_free(state, *id))
        .map(|id| (id, id))
        .collect();
    skip(state, TaskId(0), &numbers, &Numbers::new());
    for old in schedules.iter().map(|one| one.id.0) {
        let new = if keeps {
            old
        } else {
            state.new_schedule_id().0
        };
        numbers.insert(old, new);
    }
    numbers
}

/// The numbers of the executions of a task: as they are, or all new, in the same order.
pub fn of_executions(
    state: &mut State,
    restore: Restore,
    replaced: &Replaced,
    executions: &[ExecutionRecord],
) -> Numbers {
    let next = state.header().next_execution;
    let keeps = executions.iter().all(|one| {
        let is_free = state.execution(one.id).is_none();
        is_free && (replaced.executions.contains(&one.id.0) || may_keep(restore, one.id.0, next))
    });
    let ids = executions.iter().map(|one| one.id.0);
    ids.map(|old| match keeps {
        true => (old, old),
        false => (old, state.new_execution_id().0),
    })
    .collect()
}

/// Numbers given from now on are above those that were kept.
pub fn skip(state: &mut State, task: TaskId, schedules: &Numbers, executions: &Numbers) {
    let highest = |numbers: &Numbers| numbers.values().copied().max().unwrap_or(0);
    state.skip_numbers(task.0, highest(schedules), highest(executions));
}

/// An execution under its number, with those that it names.
pub fn renumber(
    state: &State,
    task: TaskId,
    execution: &mut ExecutionRecord,
    schedules: &Numbers,
    executions: &Numbers,
) {
    let number = |id: ExecutionId| executions.get(&id.0).copied().map(ExecutionId);
    execution.task_id = task;
    execution.id = number(execution.id).expect("BUG: every execution has a number");
    execution.replay_of = execution.replay_of.and_then(number);
    execution.replayed_by = execution.replayed_by.and_then(number);
    execution.backfill = None;
    let schedule = execution.schedule_id.and_then(|id| schedules.get(&id.0));
    // A slot of somebody else, as of a schedule that was removed, is not touched.
    let schedule = schedule.copied().map(ScheduleId);
    execution.schedule_id =
        schedule.filter(|id| state.occurrence(*id, execution.scheduled_at).is_none());
}
