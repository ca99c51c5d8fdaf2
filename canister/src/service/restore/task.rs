//! Restoring one task with its steps, its schedules and its history.
//!
//! `numbers` says which numbers it has. What was not final is cancelled. A schedule goes on with its
//! next time from now. Backfills are not restored.

use chime_types::{Action, Error, EventKind, ExecutionStatus, Outcome, RenumberedTask};

use super::numbers::{self, Numbers, Place, Replaced};
use super::{Restore, check};
use crate::engine::archive::TaskItem;
use crate::engine::timeline::Note;
use crate::engine::{Turn, arm_first, compile, slots_an_hour};
use crate::service::access::limit_exceeded;
use crate::service::schedules::stored_slots;
use crate::service::{Caller, room};
use crate::state::State;
use crate::state::keys::{ExecutionId, ScheduleId, TaskId};
use crate::state::records::{ExecutionRecord, Plan, ScheduleRecord, Step, TaskRecord};

const UNDER_WAY: &str = "it was under way when the backup was made";

/// A task that was restored.
pub struct Restored {
    /// How many executions it has.
    pub executions: u64,
    /// Its numbers, if it has another one than in the backup.
    pub renumbered: Option<RenumberedTask>,
}

/// What became of a task.
pub enum Fate {
    /// It was restored.
    Restored(Restored),
    /// It was left out.
    LeftOut,
    /// So many executions of the one that it replaces are still being removed: it is to be asked for
    /// again.
    Waits(u64),
}

/// Restores a task.
pub fn restore(
    state: &mut State,
    restore: Restore,
    mut item: TaskItem,
    executions: Vec<ExecutionRecord>,
) -> Result<Fate, Error> {
    let Restore { caller, now, .. } = restore;
    let (owner, old_id) = (item.task.owner, item.task.id);
    if owner != caller.principal && !caller.is_admin() {
        return Ok(Fate::LeftOut);
    }
    let place = numbers::place(state, restore, owner, old_id);
    let existing = match &place {
        // One that was deleted is there for the engine alone.
        Place::There(task) if !restore.overwrite && task.deleted_at.is_none() => {
            return Ok(Fate::LeftOut);
        }
        Place::There(task) => Some((**task).clone()),
        Place::Free(_) | Place::New => None,
    };
    check::task(restore, &item, &executions)
        .map_err(|error| error.within(&format!("tasks[{}]", old_id.0)))?;
    let replaces = existing
        .as_ref()
        .is_some_and(|task| task.owner == owner && task.deleted_at.is_none());
    check_quota(state, &item.task, replaces)?;
    check_slots(state, caller, &item, existing.as_ref())?;
    let mut replaced = Replaced::default();
    if let Some(existing) = existing {
        replaced = Replaced::of(state, &existing);
        let remaining = remove(state, now, existing);
        if remaining > 0 {
            return Ok(Fate::Waits(remaining));
        }
    }
    item.task.id = match place {
        Place::There(task) => task.id,
        Place::Free(id) => id,
        Place::New => state.new_task_id(),
    };
    let renumbered = note_number(state, &item.task, old_id);
    let executions = put(state, restore, &replaced, item, executions);
    Ok(Fate::Restored(Restored {
        executions,
        renumbered,
    }))
}

/// Removes a task that is replaced. One with a long history is removed by what follows, too: answers how
/// many executions are left.
fn remove(state: &mut State, now: u64, existing: TaskRecord) -> u64 {
    match existing.deleted_at {
        None => Turn::new(state, now, existing).delete().remaining,
        Some(_) => existing.total_executions.max(1),
    }
}

/// Remembers under which number a task is found that had another one.
fn note_number(state: &mut State, task: &TaskRecord, old_id: TaskId) -> Option<RenumberedTask> {
    if task.id == old_id {
        return None;
    }
    state.put_number(task.owner, old_id, task.id);
    Some(RenumberedTask {
        old_task_id: old_id.0,
        new_task_id: task.id.0,
    })
}

/// Writes a task that was checked, under its number. Answers how many executions it has.
fn put(
    state: &mut State,
    restore: Restore,
    replaced: &Replaced,
    item: TaskItem,
    executions: Vec<ExecutionRecord>,
) -> u64 {
    let TaskItem {
        mut task,
        mut steps,
        schedules,
        entities,
    } = item;
    let now = restore.now;
    if let Some(entities) = entities {
        state.put_task_entities(task.owner, task.id, &entities);
    }
    reset(state, &mut task);
    rename_tasks(state, &task, &mut steps);
    let executions = newest(state, &task, executions);
    let schedule_numbers = numbers::of_schedules(state, restore, replaced, &schedules, &executions);
    let execution_numbers = numbers::of_executions(state, restore, replaced, &executions);
    numbers::skip(state, task.id, &schedule_numbers, &execution_numbers);
    let plan = Plan {
        steps,
        owner: Some(task.owner),
    };
    state.put_plan(task.id, task.plan, plan);
    put_schedules(state, &mut task, schedules, &schedule_numbers, now);
    let all = (&schedule_numbers, &execution_numbers);
    let count = put_executions(state, &mut task, executions, all, now);
    state.put_task(&task);
    state.change_owner(task.owner, |owner| {
        owner.tasks = owner.tasks.saturating_add(1);
    });
    let detail = format!("restored from backup {}", restore.backup.0);
    Note::task(EventKind::BackupChanged, &task)
        .by(restore.caller.principal)
        .detail(&detail)
        .write(state, now);
    count
}

/// Steps that name a task of the same owner name it under its present number.
fn rename_tasks(state: &State, task: &TaskRecord, steps: &mut [Step]) {
    for step in steps {
        if let Action::Cleanup {
            task_id: Some(id), ..
        } = &mut step.action
            && let Some(number) = state.number_of(task.owner, TaskId(*id))
        {
            *id = number.0;
        }
    }
}

fn check_quota(state: &State, task: &TaskRecord, replaces: bool) -> Result<(), Error> {
    let quota = state
        .user(task.owner)
        .and_then(|user| user.quotas.maximum_tasks);
    let maximum = quota.unwrap_or(state.config().maximum_tasks_per_owner);
    if state.owner(task.owner).tasks < maximum.saturating_add(u64::from(replaces)) {
        return Ok(());
    }
    Err(limit_exceeded(
        format!(
            "at most {maximum} tasks for the owner of task {}",
            task.id.0
        ),
        "delete tasks that are no longer needed, or ask an admin for a higher quota (put_user, \
         configure)",
    ))
}

/// Refuses schedules with too many slots in an hour.
fn check_slots(
    state: &State,
    caller: Caller,
    item: &TaskItem,
    existing: Option<&TaskRecord>,
) -> Result<(), Error> {
    if item.task.disabled {
        return Ok(());
    }
    let new: u64 = item
        .schedules
        .iter()
        .filter(|schedule| !schedule.disabled)
        .map(|schedule| u64::from(slots_an_hour(schedule, &compile(schedule))))
        .sum();
    let gone = existing.map_or(0, |task| stored_slots(state, task, true));
    room::for_slots(state, caller, item.task.owner, (new, gone))
        .map_err(|error| error.within(&format!("tasks[{}]", item.task.id.0)))
}

/// A task without anything under way. Its key goes to whoever has it by now.
fn reset(state: &mut State, task: &mut TaskRecord) {
    task.active = Vec::new();
    task.buffered = Some(0);
    task.running = 0;
    task.claimed = 0;
    task.tidy = None;
    task.ending = None;
    task.deleted_at = None;
    task.total_executions = 0;
    if let Some(key) = task.idempotency_key.clone() {
        if state.task_by_key(task.owner, &key).is_none() {
            state.put_key(task.owner, &key, task.id);
        } else {
            task.idempotency_key = None;
        }
    }
}

fn put_schedules(
    state: &mut State,
    task: &mut TaskRecord,
    schedules: Vec<ScheduleRecord>,
    numbers: &Numbers,
    now: u64,
) {
    task.schedules.clear();
    for mut schedule in schedules {
        schedule.id = ScheduleId(numbers[&schedule.id.0]);
        schedule.task_id = task.id;
        schedule.next_at = None;
        schedule.wake = None;
        schedule.is_counted = false;
        arm_first(state, task, &mut schedule, now);
        task.schedules.push(schedule.id);
    }
}

/// The newest executions, as many as the owner may have.
fn newest(
    state: &State,
    task: &TaskRecord,
    mut executions: Vec<ExecutionRecord>,
) -> Vec<ExecutionRecord> {
    let excess = executions.len().saturating_sub(room(state, task));
    executions.drain(..excess);
    executions
}

fn put_executions(
    state: &mut State,
    task: &mut TaskRecord,
    mut executions: Vec<ExecutionRecord>,
    (schedules, numbers): (&Numbers, &Numbers),
    now: u64,
) -> u64 {
    let mut dead_letters = 0;
    for execution in &mut executions {
        numbers::renumber(state, task.id, execution, schedules, numbers);
        execution.owner = Some(task.owner);
        end(execution, now);
        let inserted = state.insert_execution(task.owner, execution);
        assert!(inserted, "BUG: the slots of a restored task are free");
        let failed = matches!(
            execution.status.get(),
            ExecutionStatus::Failed | ExecutionStatus::TimedOut
        );
        if failed && execution.replayed_by.is_none() {
            state.add_dead_letter(task.owner, execution.id);
            dead_letters += 1;
        }
    }
    let count = executions.len() as u64;
    task.total_executions = count;
    let latest = task.latest.and_then(|id| numbers.get(&id.0));
    task.latest = latest.copied().map(ExecutionId);
    state.change_owner(task.owner, |owner| {
        owner.executions = owner.executions.saturating_add(count);
        owner.dead_letters = owner.dead_letters.saturating_add(dead_letters);
    });
    count
}

/// Executions that a task may have besides those that its owner has.
fn room(state: &State, task: &TaskRecord) -> usize {
    let quota = state
        .user(task.owner)
        .and_then(|user| user.quotas.maximum_executions);
    let of_owner = quota.unwrap_or(state.config().maximum_executions_per_owner);
    let left = of_owner.saturating_sub(state.owner(task.owner).executions);
    let of_task = state.config().maximum_executions_per_task;
    usize::try_from(left.min(of_task)).unwrap_or(usize::MAX)
}

/// An execution as it is kept when it is final. One that was not is cancelled.
fn end(execution: &mut ExecutionRecord, now: u64) {
    if !execution.status.is_final() {
        execution.status.enter(ExecutionStatus::Cancelled);
        execution.finished_at = Some(now);
        execution.error = Some(UNDER_WAY.to_string());
    }
    let finished_at = *execution.finished_at.get_or_insert(now);
    for attempt in &mut execution.attempts {
        if attempt.finished_at.is_none() {
            attempt.finished_at = Some(finished_at);
            attempt.outcome = Outcome::Cancelled;
        }
    }
    execution.waiting_for = None;
    execution.wake = None;
    execution.expires = None;
    execution.place = None;
    execution.token = None;
    execution.target = None;
    execution.lease = None;
    execution.progress.clear();
}
