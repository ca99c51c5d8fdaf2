//! Restoring one task with its steps, its schedules and its history.
//!
//! The task keeps its number. Its schedules and its executions keep theirs too, unless one of them
//! is in use; then all of the kind get new ones, in the same order. What was not final is cancelled.
//! A schedule goes on with its next time from now. Backfills are not restored.

use std::collections::BTreeMap;

use chime_types::{Error, EventKind, ExecutionStatus, Outcome};

use super::{Restore, check};
use crate::engine::archive::TaskItem;
use crate::engine::timeline::Note;
use crate::engine::{Turn, arm_first};
use crate::service::access::limit_exceeded;
use crate::state::State;
use crate::state::keys::{ExecutionId, ScheduleId};
use crate::state::records::{ExecutionRecord, Plan, ScheduleRecord, TaskRecord};

const UNDER_WAY: &str = "it was under way when the backup was made";

/// New numbers for old ones.
type Numbers = BTreeMap<u64, u64>;

/// Restores a task. Answers how many executions it has; none if it was left out.
pub fn restore(
    state: &mut State,
    restore: Restore,
    item: TaskItem,
    executions: Vec<ExecutionRecord>,
) -> Result<Option<u64>, Error> {
    let Restore { caller, now, .. } = restore;
    let owner = item.task.owner;
    let existing = state.task(item.task.id);
    let may = |owner| owner == caller.principal || caller.is_admin();
    let is_free = existing
        .as_ref()
        .is_none_or(|existing| restore.overwrite && may(existing.owner));
    if !may(owner) || !is_free {
        return Ok(None);
    }
    check::task(restore, &item, &executions)
        .map_err(|error| error.within(&format!("tasks[{}]", item.task.id.0)))?;
    let replaced = existing.as_ref().filter(|existing| existing.owner == owner);
    check_quota(state, &item.task, replaced.is_some())?;
    if let Some(existing) = existing {
        Turn::new(state, now, existing).erase();
    }
    let TaskItem {
        mut task,
        steps,
        schedules,
    } = item;
    reset(state, &mut task);
    skip_numbers(state, &task, &schedules, &executions);
    state.put_plan(task.id, task.plan, Plan { steps });
    let numbers = put_schedules(state, &mut task, schedules, now);
    let count = put_executions(state, &mut task, executions, &numbers, now);
    state.put_task(&task);
    state.change_owner(owner, |owner| owner.tasks += 1);
    let detail = format!("restored from backup {}", restore.backup.0);
    Note::task(EventKind::BackupChanged, &task)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(Some(count))
}

fn check_quota(state: &State, task: &TaskRecord, replaces: bool) -> Result<(), Error> {
    let quota = state
        .user(task.owner)
        .and_then(|user| user.quotas.maximum_tasks);
    let maximum = quota.unwrap_or(state.config().maximum_tasks_per_owner);
    if state.owner(task.owner).tasks < maximum + u64::from(replaces) {
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

/// A task without anything under way. Its key goes to whoever has it by now.
fn reset(state: &mut State, task: &mut TaskRecord) {
    task.active = Vec::new();
    task.running = 0;
    task.total_executions = 0;
    if let Some(key) = task.idempotency_key.clone() {
        if state.task_by_key(task.owner, &key).is_none() {
            state.put_key(task.owner, &key, task.id);
        } else {
            task.idempotency_key = None;
        }
    }
}

/// Numbers given from now on are above those of the backup.
fn skip_numbers(
    state: &mut State,
    task: &TaskRecord,
    schedules: &[ScheduleRecord],
    executions: &[ExecutionRecord],
) {
    let named = executions.iter().filter_map(|one| one.schedule_id);
    let schedule = schedules.iter().map(|one| one.id).chain(named).max();
    let execution = executions.iter().map(|one| one.id).max();
    state.skip_numbers(
        task.id.0,
        schedule.map_or(0, |id| id.0),
        execution.map_or(0, |id| id.0),
    );
}

fn put_schedules(
    state: &mut State,
    task: &mut TaskRecord,
    schedules: Vec<ScheduleRecord>,
    now: u64,
) -> Numbers {
    let is_taken = schedules.iter().any(|one| state.schedule(one.id).is_some());
    let mut numbers = Numbers::new();
    task.schedules.clear();
    for mut schedule in schedules {
        let old = schedule.id;
        if is_taken {
            schedule.id = state.new_schedule_id();
        }
        numbers.insert(old.0, schedule.id.0);
        schedule.next_at = None;
        schedule.wake = None;
        arm_first(state, task, &mut schedule, now);
        task.schedules.push(schedule.id);
    }
    numbers
}

/// Writes the newest executions, as many as the owner may have.
fn put_executions(
    state: &mut State,
    task: &mut TaskRecord,
    mut executions: Vec<ExecutionRecord>,
    schedules: &Numbers,
    now: u64,
) -> u64 {
    let room = room(state, task);
    let excess = executions.len().saturating_sub(room);
    executions.drain(..excess);
    let numbers = execution_numbers(state, &executions);
    let mut dead_letters = 0;
    for execution in &mut executions {
        renumber(state, execution, schedules, &numbers);
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
    task.latest = task.latest.and_then(|id| new_id(&numbers, id));
    state.change_owner(task.owner, |owner| {
        owner.executions += count;
        owner.dead_letters += dead_letters;
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

fn execution_numbers(state: &mut State, executions: &[ExecutionRecord]) -> Numbers {
    let is_taken = executions
        .iter()
        .any(|one| state.execution(one.id).is_some());
    let ids = executions.iter().map(|one| one.id);
    ids.map(|old| {
        let new = if is_taken {
            state.new_execution_id()
        } else {
            old
        };
        (old.0, new.0)
    })
    .collect()
}

fn new_id(numbers: &Numbers, old: ExecutionId) -> Option<ExecutionId> {
    numbers.get(&old.0).copied().map(ExecutionId)
}

fn renumber(
    state: &State,
    execution: &mut ExecutionRecord,
    schedules: &Numbers,
    executions: &Numbers,
) {
    let number = |id| new_id(executions, id);
    execution.id = number(execution.id).expect("BUG: every execution has a number");
    execution.replay_of = execution.replay_of.and_then(number);
    execution.replayed_by = execution.replayed_by.and_then(number);
    execution.backfill = None;
    execution.schedule_id = execution.schedule_id.and_then(|old| {
        match schedules.get(&old.0) {
            Some(new) => Some(ScheduleId(*new)),
            // One that was removed before the backup was made. Slots of others are not touched.
            None => Some(old).filter(|id| {
                state.schedule(*id).is_none()
                    && state.occurrence(*id, execution.scheduled_at).is_none()
            }),
        }
    });
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
