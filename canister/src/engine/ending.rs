//! The end of an execution, and what follows from it: it is counted, told to those who want to know,
//! and makes way for the next of its task.

use chime_types::{EventKind, ExecutionFinished, ExecutionStatus};

use super::lifecycle::{is_buffered, queue};
use super::periods::begin_day;
use super::stopping::pause;
use super::timeline::Note;
use super::{alerts, backfill, deliver, retention, totals};
use crate::state::State;
use crate::state::records::{ExecutionRecord, Payload, TaskRecord};

/// Ends an execution: writes it, counts it, frees its plan, tells those who want to know, and lets
/// the next buffered execution of the task go on. The task is written by the caller.
pub(super) fn end(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    status: ExecutionStatus,
    now: u64,
) {
    execution.status.enter(status);
    execution.finished_at = Some(now);
    execution.waiting_for = None;
    state.cancel_wake(execution.expires.take());
    state.put_execution(execution);
    task.active.retain(|id| *id != execution.id);
    if matches!(status, ExecutionStatus::Failed | ExecutionStatus::TimedOut) {
        state.add_dead_letter(task.owner, execution.id);
    }
    count(state, task, execution, now);
    note_end(state, task, execution, now);
    if execution.plan != task.plan && !is_plan_in_use(state, task, execution.plan) {
        state.remove_plan(task.id, execution.plan);
    }
    tell(state, task, execution, now);
    count_failures(state, task, status, now);
    alerts::on_end(state, now, task, execution);
    backfill::on_end(state, now, execution);
    release_buffered(state, task, now);
    retention::arm_sweep(state, now);
}

fn note_end(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    let kind = match execution.status.get() {
        ExecutionStatus::Completed => EventKind::ExecutionCompleted,
        ExecutionStatus::Failed => EventKind::ExecutionFailed,
        ExecutionStatus::TimedOut => EventKind::ExecutionTimedOut,
        _ => EventKind::ExecutionCancelled,
    };
    let detail = execution.error.as_deref().unwrap_or("");
    Note::execution(kind, task, execution)
        .detail(detail)
        .write(state, now);
}

/// Sends the callback of the task on its way.
fn tell(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    let Some(callback) = task.callback.clone() else {
        return;
    };
    let finished = ExecutionFinished {
        task_id: task.id.0,
        task_name: task.name.clone(),
        execution_id: execution.id.0,
        scheduled_at: execution.scheduled_at,
        finished_at: now,
        status: execution.status.get(),
        result: execution.result.clone(),
        error: execution.error.clone(),
        cause: execution.cause,
    };
    deliver::send(
        state,
        now,
        task.owner,
        Payload::Finished(callback, finished),
    );
}

/// Counts failures in a row, and pauses the task when there are too many.
fn count_failures(state: &mut State, task: &mut TaskRecord, status: ExecutionStatus, now: u64) {
    match status {
        ExecutionStatus::Completed => task.consecutive_failures = 0,
        ExecutionStatus::Failed | ExecutionStatus::TimedOut => task.consecutive_failures += 1,
        _ => return,
    }
    let maximum = task.pause_after_failures.unwrap_or(u32::MAX);
    if task.consecutive_failures < maximum || task.disabled {
        return;
    }
    let reason = format!("paused after {maximum} failures in a row");
    pause(state, task, now);
    Note::task(EventKind::TaskPaused, task)
        .detail(&reason)
        .write(state, now);
    task.pause_reason = Some(reason);
}

fn count(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    totals::on_end(state, now, execution);
    state.change_owner(task.owner, |owner| {
        owner.active -= 1;
        begin_day(owner, now);
        match execution.status.get() {
            ExecutionStatus::Completed => owner.completed += 1,
            ExecutionStatus::Failed | ExecutionStatus::TimedOut => {
                owner.failed += 1;
                owner.dead_letters += 1;
            }
            _ => return,
        }
        let started = execution.started_at.unwrap_or(now);
        owner.figures.add_duration(now.saturating_sub(started));
    });
}

fn is_plan_in_use(state: &State, task: &TaskRecord, plan: u64) -> bool {
    task.active.iter().any(|id| {
        state
            .execution(*id)
            .is_some_and(|active| active.plan == plan)
    })
}

/// Executions that wait for those before them run one after the other: the oldest goes on when
/// nothing else of the task is under way.
fn release_buffered(state: &mut State, task: &TaskRecord, now: u64) {
    let Some(first) = task.active.first() else {
        return;
    };
    let mut execution = state
        .execution(*first)
        .expect("BUG: an active execution exists");
    if is_buffered(&execution) {
        queue(state, task, &mut execution, now);
    }
}
