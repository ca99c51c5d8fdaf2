//! What stops before it is done: executions that are cancelled or have had their time, tasks that are
//! switched off or removed.

use chime_types::{Cause, ExecutionStatus, Outcome};

use super::ending::end;
use super::failure::Failure;
use super::lifecycle::withdraw;
use super::{alerts, attempt, backfill, retention};
use crate::state::State;
use crate::state::keys::ExecutionId;
use crate::state::records::{ExecutionRecord, TaskRecord};

/// Ends an execution that is not final, whatever it is doing. The task is written by the caller.
pub(super) fn terminate(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    (status, outcome): (ExecutionStatus, Outcome),
    reason: Failure,
) {
    let is_attempted = execution
        .attempts
        .last()
        .is_some_and(|last| last.finished_at.is_none());
    withdraw_or_close(state, task, execution, now, outcome);
    if let Some(attempt) = execution.attempts.last_mut().filter(|_| is_attempted) {
        attempt.cause = Some(reason.cause);
    }
    execution.error = Some(reason.error);
    execution.cause = Some(reason.cause);
    end(state, task, execution, status, now);
}

fn withdraw_or_close(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    outcome: Outcome,
) {
    if execution.status.get() == ExecutionStatus::Running {
        attempt::close(state, task, execution, now, outcome);
        execution.progress.clear();
    } else {
        withdraw(state, task, execution);
        attempt::close_slices(execution, now, outcome);
    }
}

/// Cancels an execution that is not final. With `terminate` it ends at once, and an answer to an
/// attempt under way is dropped when it comes; otherwise such an attempt is let finish.
pub fn cancel(state: &mut State, id: ExecutionId, now: u64, reason: &str, terminate_it: bool) {
    let Some(mut execution) = state.execution(id).filter(|found| !found.status.is_final()) else {
        return;
    };
    let mut task = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    if execution.status.get() == ExecutionStatus::Running && !terminate_it {
        execution.cancel_requested = Some(reason.to_string());
        state.put_execution(&execution);
        return;
    }
    let ends = (ExecutionStatus::Cancelled, Outcome::Cancelled);
    let reason = Failure::new(Cause::Cancelled, reason);
    terminate(state, &mut task, &mut execution, now, ends, reason);
    state.put_task(&task);
}

/// Cancels the executions of a task that are not final. Answers how many. Answers to attempts
/// under way are dropped when they come.
pub fn cancel_active(state: &mut State, task: &mut TaskRecord, now: u64, reason: &str) -> u64 {
    let active = task.active.clone();
    // The youngest first, so that none is let go on in between.
    for id in active.iter().rev() {
        let mut execution = state
            .execution(*id)
            .expect("BUG: an active execution exists");
        let ends = (ExecutionStatus::Cancelled, Outcome::Cancelled);
        let reason = Failure::new(Cause::Cancelled, reason);
        terminate(state, task, &mut execution, now, ends, reason);
    }
    state.put_task(task);
    active.len() as u64
}

/// A whole execution has had its time.
pub fn expire(state: &mut State, now: u64, id: ExecutionId) {
    let Some(mut execution) = state.execution(id).filter(|found| !found.status.is_final()) else {
        return;
    };
    let mut task = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    execution.expires = None;
    let seconds = task.execution_timeout_seconds.unwrap_or(0);
    let reason = format!(
        "not done within {seconds} s: at step {}, attempt {}",
        execution.step, execution.attempt
    );
    let ends = (ExecutionStatus::TimedOut, Outcome::TimedOut);
    let reason = Failure::new(Cause::Expired, reason);
    terminate(state, &mut task, &mut execution, now, ends, reason);
    state.put_task(&task);
}

/// Switches a task off. The task is written by the caller.
pub fn pause(state: &mut State, task: &mut TaskRecord, now: u64) {
    task.disabled = true;
    task.updated_at = now;
    task.version += 1;
    for id in &task.schedules {
        let mut schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        state.arm(&mut schedule, task.owner, None);
    }
}

/// Removes a task with its schedules, its plans and its history. Answers how many executions were
/// cancelled with it.
pub fn erase(state: &mut State, task: &mut TaskRecord, now: u64) -> u64 {
    backfill::erase_all(state, task);
    alerts::erase_all(state, task);
    let cancelled = cancel_active(state, task, now, "the task was deleted");
    for id in &task.schedules {
        let schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        state.remove_schedule(schedule, task.owner);
    }
    let executions: Vec<ExecutionRecord> = state
        .oldest_executions_of(task.id, ExecutionId(0))
        .collect();
    for execution in executions {
        retention::remove(state, task, &execution);
    }
    for plan in state.plans_of(task.id) {
        state.remove_plan(task.id, plan);
    }
    state.remove_task(task);
    state.change_owner(task.owner, |owner| owner.tasks -= 1);
    cancelled
}
