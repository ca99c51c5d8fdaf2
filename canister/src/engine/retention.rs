//! How long finished executions are kept: by number when new ones are made, by age and outcome
//! when the sweep passes.

use chime_types::{RetentionRule, limits};

use super::attempt::after;
use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId, Wake};
use crate::state::records::{ExecutionRecord, TaskRecord};

/// Tasks that one slice of the sweep looks at.
const TASKS_PER_SLICE: usize = 50;

/// Removes one execution from the history of its task. The task is written by the caller.
pub(super) fn remove(state: &mut State, task: &mut TaskRecord, execution: &ExecutionRecord) {
    let was_dead_letter = state.remove_execution(task.owner, execution);
    task.total_executions = task.total_executions.saturating_sub(1);
    state.change_owner(task.owner, |owner| {
        owner.executions = owner.executions.saturating_sub(1);
        owner.dead_letters = owner
            .dead_letters
            .saturating_sub(u64::from(was_dead_letter));
    });
}

/// Removes the oldest finished executions above the limits of the task and of its owner.
pub(super) fn prune(state: &mut State, task: &mut TaskRecord) {
    let maximum = state.config().maximum_executions_per_task;
    let excess = task.total_executions.saturating_sub(maximum);
    if excess > 0 {
        let old = finished(
            state.oldest_executions_of(task.id, ExecutionId(0)),
            excess,
            task.active.len() as u64,
        );
        for execution in old {
            remove(state, task, &execution);
        }
    }
    prune_owner(state, task);
}

/// The first finished executions, at most `count`, where at most `others` are not.
fn finished(
    executions: impl Iterator<Item = ExecutionRecord>,
    count: u64,
    others: u64,
) -> Vec<ExecutionRecord> {
    let [count, others] =
        [count, others].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    executions
        .take(count.saturating_add(others))
        .filter(|execution| execution.status.is_final())
        .take(count)
        .collect()
}

fn prune_owner(state: &mut State, task: &mut TaskRecord) {
    let (executions, active) =
        state.with_owner(task.owner, |owner| (owner.executions, owner.active));
    let quota = state
        .user(task.owner)
        .and_then(|user| user.quotas.maximum_executions);
    let maximum = quota.unwrap_or(state.config().maximum_executions_per_owner);
    let excess = executions.saturating_sub(maximum);
    if excess == 0 {
        return;
    }
    let old = finished(
        state.oldest_executions_of_owner(task.owner),
        excess.min(2),
        active,
    );
    for execution in old {
        if execution.task_id == task.id {
            remove(state, task, &execution);
            continue;
        }
        let mut other = state
            .task(execution.task_id)
            .expect("BUG: an execution has a task");
        remove(state, &mut other, &execution);
        state.put_task(&other);
    }
}

/// Whether a rule says that an execution goes, which has `newer` ones of its status in its task.
fn is_over(rule: &RetentionRule, execution: &ExecutionRecord, newer: u64, now: u64) -> bool {
    if rule
        .status
        .is_some_and(|status| status != execution.status.get())
    {
        return false;
    }
    let finished_at = execution.finished_at.unwrap_or(now);
    rule.maximum_age_seconds
        .is_some_and(|maximum| after(finished_at, maximum) < now)
        || rule.keep_latest.is_some_and(|kept| newer >= kept)
}

/// Removes the finished executions of a task that the rules say. Answers how many.
pub fn remove_finished(
    state: &mut State,
    task: &mut TaskRecord,
    rules: &[RetentionRule],
    now: u64,
) -> u64 {
    let mut newer = vec![0; rules.len()];
    let executions: Vec<ExecutionRecord> = state
        .executions_of(task.id, ExecutionId(u64::MAX))
        .filter(|execution| execution.status.is_final())
        .collect();
    let mut removed = 0;
    for execution in executions {
        let mut goes = false;
        for (rule, newer) in rules.iter().zip(&mut newer) {
            goes |= is_over(rule, &execution, *newer, now);
            let counts = rule
                .status
                .is_none_or(|status| status == execution.status.get());
            *newer += u64::from(counts);
        }
        if goes {
            remove(state, task, &execution);
            removed += 1;
        }
    }
    state.put_task(task);
    removed
}

/// Makes sure that the next sweep is in the agenda, if there is something that it may remove.
pub fn arm_sweep(state: &mut State, now: u64) {
    let config = state.config();
    if config.retention.is_empty() || state.header().sweep.is_some() {
        return;
    }
    let due_at = after(now, config.cleanup_interval_seconds);
    let key = state.wake_at(due_at, Wake::Sweep);
    state.set_sweep(Some(key), 0);
}

/// Removes what the configuration says, some tasks at a time, each slice in a message of its own.
/// The next sweep is armed by the next execution that ends.
pub(super) fn sweep(state: &mut State, now: u64) {
    let rules = state.config().retention.clone();
    let swept = TaskId(state.header().swept);
    let tasks: Vec<TaskRecord> = state.tasks_after(swept).take(TASKS_PER_SLICE).collect();
    let Some(last) = tasks.last().map(|task| task.id) else {
        state.set_sweep(None, 0);
        return;
    };
    for mut task in tasks {
        remove_finished(state, &mut task, &rules, now);
    }
    let key = state.wake_at(now + limits::NANOSECONDS, Wake::Sweep);
    state.set_sweep(Some(key), last.0);
}
