//! How long finished executions are kept: by number when new ones are made, by age and outcome
//! when the sweep passes.
//!
//! Nothing here is done as a whole: how much a message removes is bounded by number and by what the
//! message has spent, and what is left is in the agenda.

use candid::Principal;
use chime_types::{RetentionRule, limits};
use serde::{Deserialize, Serialize};

use super::Budget;
use super::attempt::after;
use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId, Wake};
use crate::state::records::{ExecutionRecord, TaskRecord};

/// Tasks that one slice of the sweep looks at.
const TASKS_PER_SLICE: usize = 50;
/// Executions that one slice looks at or removes.
const EXECUTIONS_PER_SLICE: usize = 500;
/// Executions removed for each one that is made: more than one, so that too long a history shrinks.
const REMOVED_AT_ONCE: u64 = 2;
/// Executions under way that are passed over, when one is made, to find finished ones behind them.
const PASSED_OVER: usize = 100;
/// The oldest executions of an owner that are looked at for finished ones.
const LOOKED_AT_OF_OWNER: usize = 16;

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

/// Removes some of the oldest finished executions above the limits of the task and of its owner. What
/// is above the limit of the task after that is removed soon. The task is written by the caller.
pub(super) fn prune(state: &mut State, task: &mut TaskRecord, now: u64) {
    let excess = excess(state, task);
    if excess > 0 {
        for id in removable(state, task, excess.min(REMOVED_AT_ONCE), PASSED_OVER) {
            remove_by_id(state, task, id);
        }
        tidy_later(state, task, now);
    }
    prune_owner(state, task);
}

/// Finished executions of a task above its limit.
fn excess(state: &State, task: &TaskRecord) -> u64 {
    let maximum = state.config().maximum_executions_per_task;
    let finished = task
        .total_executions
        .saturating_sub(task.active.len() as u64);
    task.total_executions.saturating_sub(maximum).min(finished)
}

/// What goes first, at most `count`: records of slots at which nothing was run, but for the latest, so
/// that they never push out what was run; then the oldest that is finished.
fn removable(state: &State, task: &TaskRecord, count: u64, passed_over: usize) -> Vec<ExecutionId> {
    let mut ids = but_the_last(state.empty_ids_of(task.owner, task.id), count);
    let left = count.saturating_sub(ids.len() as u64);
    if left > 0 {
        let oldest = oldest_finished(state, task, count, passed_over);
        let others = oldest.into_iter().filter(|id| !ids.contains(id));
        let others: Vec<ExecutionId> = others.collect();
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        ids.extend(others.into_iter().take(left));
    }
    ids
}

/// The first of them, at most `count`, and never the last of all.
fn but_the_last(ids: impl Iterator<Item = ExecutionId>, count: u64) -> Vec<ExecutionId> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut first: Vec<ExecutionId> = ids.take(count.saturating_add(1)).collect();
    first.pop();
    first
}

/// The oldest finished executions of a task, at most `count`, found without reading any.
fn oldest_finished(
    state: &State,
    task: &TaskRecord,
    count: u64,
    passed_over: usize,
) -> Vec<ExecutionId> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    state
        .execution_ids_of(task.id)
        .take(count.saturating_add(passed_over))
        .filter(|id| task.active.binary_search(id).is_err())
        .take(count)
        .collect()
}

pub(super) fn remove_by_id(state: &mut State, task: &mut TaskRecord, id: ExecutionId) {
    let execution = state.execution(id).expect("BUG: a listed execution exists");
    remove(state, task, &execution);
}

/// Sees to it that what is above the limit of a task is removed, in a while. The task is written by
/// the caller.
fn tidy_later(state: &mut State, task: &mut TaskRecord, now: u64) {
    if task.tidy.is_none() && excess(state, task) > 0 {
        task.tidy = Some(state.wake_at(soon(now), Wake::Tidy(task.id)));
    }
}

/// When the next slice of something follows: after what is due by then.
pub(super) const fn soon(now: u64) -> u64 {
    now.saturating_add(limits::NANOSECONDS)
}

/// Removes a slice of what is above the limit of a task. The task is written by the caller.
pub(super) fn shorten(state: &mut State, task: &mut TaskRecord, now: u64, budget: &Budget<'_>) {
    let count = excess(state, task).min(EXECUTIONS_PER_SLICE as u64);
    for old in removable(state, task, count, task.active.len()) {
        remove_by_id(state, task, old);
        if !budget.has_room_for_upkeep() {
            break;
        }
    }
    tidy_later(state, task, now);
}

fn prune_owner(state: &mut State, task: &mut TaskRecord) {
    let executions = state.with_owner(task.owner, |owner| owner.executions);
    let quota = state
        .user(task.owner)
        .and_then(|user| user.quotas.maximum_executions);
    let maximum = quota.unwrap_or(state.config().maximum_executions_per_owner);
    let excess = executions.saturating_sub(maximum);
    if excess == 0 {
        return;
    }
    let mut left = excess.min(REMOVED_AT_ONCE);
    let empty = but_the_last(state.empty_ids_of_owner(task.owner), left);
    let oldest = state.oldest_ids_of_owner(task.owner);
    let oldest = oldest
        .take(LOOKED_AT_OF_OWNER)
        .filter(|id| !empty.contains(id));
    let looked_at: Vec<ExecutionId> = empty.iter().copied().chain(oldest).collect();
    for id in looked_at {
        if left > 0 && remove_if_finished(state, task, id) {
            left -= 1;
        }
    }
    // The oldest of the owner are under way: then those of this task go.
    for id in oldest_finished(state, task, left, PASSED_OVER) {
        remove_by_id(state, task, id);
    }
}

/// Most bytes that are stored for an owner.
pub fn maximum_bytes(state: &State, owner: Principal) -> u64 {
    let quota = state.user(owner).and_then(|user| user.quotas.maximum_bytes);
    quota.unwrap_or(state.config().maximum_bytes_per_owner)
}

/// Whether more may be stored for an owner.
pub fn has_bytes(state: &State, owner: Principal) -> bool {
    state.usage(owner).bytes < maximum_bytes(state, owner)
}

/// Whether more may be stored for an owner. If not, some of its oldest finished executions are removed
/// first. No task may be in hand: those that lose one are written.
pub fn make_room(state: &mut State, owner: Principal) -> bool {
    if has_bytes(state, owner) {
        return true;
    }
    let oldest: Vec<ExecutionId> = state
        .oldest_ids_of_owner(owner)
        .take(LOOKED_AT_OF_OWNER)
        .collect();
    for id in oldest {
        let task = state.execution(id).and_then(|one| state.task(one.task_id));
        let mut task = task.expect("BUG: an execution has a task");
        if remove_if_finished(state, &mut task, id) {
            state.put_task(&task);
        }
        if has_bytes(state, owner) {
            return true;
        }
    }
    false
}

/// Removes an execution of the owner of `task`, perhaps of another task. True if it was finished.
fn remove_if_finished(state: &mut State, task: &mut TaskRecord, id: ExecutionId) -> bool {
    let execution = state.execution(id).expect("BUG: a listed execution exists");
    if !execution.status.is_final() {
        return false;
    }
    if execution.task_id == task.id {
        remove(state, task, &execution);
        return true;
    }
    let mut other = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    remove(state, &mut other, &execution);
    state.put_task(&other);
    true
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

/// How far the removal of a task's executions by rules is: it goes from the newest to the oldest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Older ones than this come next.
    before: u64,
    /// How many of those that were looked at each rule concerns.
    newer: Vec<u64>,
}

impl Position {
    fn start(rules: &[RetentionRule]) -> Self {
        Self {
            before: u64::MAX,
            newer: vec![0; rules.len()],
        }
    }
}

/// What a slice of the removal did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Executions that were removed.
    pub removed: u64,
    /// Executions that were looked at.
    pub looked_at: usize,
    /// Where to go on; none if all have been looked at.
    pub next: Option<Position>,
}

/// Removes the finished executions of a task that the rules say, of the next `count` that it has; fewer
/// if the budget leaves no room for upkeep, but at least one. The task is written.
pub fn remove_some(
    state: &mut State,
    task: &mut TaskRecord,
    rules: &[RetentionRule],
    now: u64,
    from: Option<Position>,
    (count, budget): (usize, Option<&Budget<'_>>),
) -> Removal {
    // Rules that were changed meanwhile begin anew.
    let mut position = from
        .filter(|position| position.newer.len() == rules.len())
        .unwrap_or_else(|| Position::start(rules));
    let before = ExecutionId(position.before);
    let ids: Vec<ExecutionId> = state.newest_ids_of(task.id, before).take(count).collect();
    let mut removal = Removal {
        removed: 0,
        looked_at: 0,
        next: None,
    };
    let is_last = ids.len() < count;
    for id in &ids {
        position.before = id.0;
        removal.looked_at += 1;
        let goes =
            task.active.binary_search(id).is_err() && goes(state, rules, now, *id, &mut position);
        if goes {
            remove_by_id(state, task, *id);
            removal.removed += 1;
        }
        if budget.is_some_and(|budget| !budget.has_room_for_upkeep()) {
            break;
        }
    }
    if !is_last || removal.looked_at < ids.len() {
        removal.next = Some(position);
    }
    state.put_task(task);
    removal
}

/// Whether a rule says that a finished execution goes. Counts it for the rules that concern it.
fn goes(
    state: &State,
    rules: &[RetentionRule],
    now: u64,
    id: ExecutionId,
    position: &mut Position,
) -> bool {
    let execution = state.execution(id).expect("BUG: a listed execution exists");
    let mut goes = false;
    for (rule, newer) in rules.iter().zip(&mut position.newer) {
        goes |= is_over(rule, &execution, *newer, now);
        let counts = rule
            .status
            .is_none_or(|status| status == execution.status.get());
        *newer += u64::from(counts);
    }
    goes
}

/// Makes sure that the next sweep is in the agenda, if there is something that it may remove.
pub fn arm_sweep(state: &mut State, now: u64) {
    let config = state.config();
    if config.retention.is_empty() || state.header().sweep.is_some() {
        return;
    }
    let due_at = after(now, config.cleanup_interval_seconds);
    let key = state.wake_at(due_at, Wake::Sweep);
    state.set_sweep(Some(key), 0, None);
}

/// Begins a sweep at once: a limit was lowered.
pub fn sweep_soon(state: &mut State, now: u64) {
    let key = state.wake_at(now, Wake::Sweep);
    state.set_sweep(Some(key), 0, None);
}

/// Removes what the configuration says, a slice in each message. The next sweep is armed by the next
/// execution that ends.
pub(super) fn sweep(state: &mut State, now: u64, budget: &Budget<'_>) {
    let rules = state.config().retention.clone();
    let mut swept = TaskId(state.header().swept);
    let mut position = state.header().sweeping.clone();
    let mut left = EXECUTIONS_PER_SLICE;
    for _ in 0..TASKS_PER_SLICE {
        let Some(mut task) = state.tasks_after(swept).next() else {
            state.set_sweep(None, 0, None);
            return;
        };
        tidy_later(state, &mut task, now);
        let work = (left, Some(budget));
        let removal = remove_some(state, &mut task, &rules, now, position.take(), work);
        left = left.saturating_sub(removal.looked_at);
        position = removal.next;
        if position.is_none() {
            swept = task.id;
        }
        if left == 0 || !budget.has_room_for_upkeep() {
            break;
        }
    }
    let key = state.wake_at(soon(now), Wake::Sweep);
    state.set_sweep(Some(key), swept.0, position);
}
