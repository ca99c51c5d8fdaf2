//! Tasks, their plans, lists and counts.

use chime_types::ExecutionStatus;

use super::finding::Look;
use crate::engine::Turn;
use crate::engine::lifecycle::is_buffered;
use crate::engine::turn::count_buffered;
use crate::state::State;
use crate::state::inspect::Entry;
use crate::state::keys::{ExecutionId, TaskId, Wake};
use crate::state::records::TaskRecord;

/// Looks at a task.
pub fn look(look: &mut Look<'_>, id: TaskId) {
    let state = look.state;
    let Some(task) = state.task(id) else { return };
    if !state.is_task_listed(&task) {
        look.mendable(
            format!("task {} is not in the list of its owner", id.0),
            move |state, _| change(state, id, |state, task| state.list_task(task)),
        );
    }
    if !state.has_owner(task.owner) {
        let owner = task.owner;
        look.mendable(
            format!("the owner of task {} has no record", id.0),
            move |state, _| super::sums::recount_owner(state, owner),
        );
    }
    if state.find_plan(id, task.plan).is_none() {
        look.beyond_repair(format!("task {} has no steps", id.0));
    }
    key(look, &task);
    let belonging = belonging(state, &task);
    active(look, &task, &belonging);
    buffered(look, &belonging);
    count_of_buffered(look, &task);
    let is_needed = task.ending.is_some() || task.deleted_at.is_some();
    let is_woken = match task.tidy {
        Some(key) => state.wake(key) == Some(Wake::Tidy(id)),
        None => !is_needed,
    };
    if !is_woken {
        look.mendable(
            format!("nothing ends or removes what is to go of task {}", id.0),
            move |state, now| {
                change(state, id, |state, task| {
                    task.tidy = Some(state.wake_at(now, Wake::Tidy(id)));
                });
            },
        );
    }
    let total = state.count_executions_of(id);
    if total != task.total_executions {
        look.mendable(
            format!(
                "task {} counts {} executions, it has {total}",
                id.0, task.total_executions
            ),
            move |state, _| {
                change(state, id, |state, task| {
                    task.total_executions = state.count_executions_of(id);
                });
            },
        );
    }
}

/// Loads a task, changes it and writes it.
fn change(state: &mut State, id: TaskId, change: impl FnOnce(&mut State, &mut TaskRecord)) {
    if let Some(mut task) = state.task(id) {
        change(state, &mut task);
        state.put_task(&task);
    }
}

fn key(look: &mut Look<'_>, task: &TaskRecord) {
    let Some(key) = task.idempotency_key.clone() else {
        return;
    };
    if look.state.task_by_key(task.owner, &key) == Some(task.id) {
        return;
    }
    let (owner, id) = (task.owner, task.id);
    look.mendable(
        format!("task {} is not found under its key", id.0),
        move |state, _| match state.task_by_key(owner, &key) {
            Some(_) => change(state, id, |_, task| task.idempotency_key = None),
            None => state.put_key(owner, &key, id),
        },
    );
}

/// What has to be known of an execution under way.
struct Active {
    id: ExecutionId,
    is_running: bool,
    is_claimed: bool,
    is_buffered: bool,
    plan: u64,
}

/// The executions of a task that are in its list and belong there, the oldest first. There may be many,
/// and they may be large: none is read whole.
fn belonging(state: &State, task: &TaskRecord) -> Vec<Active> {
    let mut ids = task.active.clone();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
        .filter_map(|id| Some((id, state.execution_brief(id)?)))
        .filter(|(_, brief)| brief.task_id == task.id && !brief.status.is_final())
        .map(|(id, brief)| Active {
            id,
            is_running: brief.status.get() == ExecutionStatus::Running,
            is_claimed: brief.is_claimed,
            is_buffered: brief.status.get() == ExecutionStatus::Ready && brief.place.is_none(),
            plan: brief.plan,
        })
        .collect()
}

/// Attempts under way, and those of them that workers make.
fn running(active: &[Active]) -> (u32, u32) {
    let running = active.iter().filter(|one| one.is_running);
    let claimed = running.clone().filter(|one| one.is_claimed);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (count(running.count()), count(claimed.count()))
}

fn active(look: &mut Look<'_>, task: &TaskRecord, belonging: &[Active]) {
    let id = task.id;
    let ids: Vec<ExecutionId> = belonging.iter().map(|execution| execution.id).collect();
    if ids != task.active {
        look.mendable(
            format!(
                "task {} lists {} executions as not final, {} of them are, in order",
                id.0,
                task.active.len(),
                ids.len()
            ),
            move |state, _| {
                change(state, id, |state, task| {
                    let belonging = self::belonging(state, task);
                    task.active = belonging.iter().map(|execution| execution.id).collect();
                });
            },
        );
    }
    let running = running(belonging);
    if running != (task.running, task.claimed) {
        look.mendable(
            format!(
                "task {} counts {} attempts under way, {} of them by workers; there are {} and {}",
                id.0, task.running, task.claimed, running.0, running.1
            ),
            move |state, _| {
                change(state, id, |state, task| {
                    (task.running, task.claimed) = self::running(&self::belonging(state, task));
                });
            },
        );
    }
}

/// Those that wait for others are counted, since a slot must not look through them.
fn count_of_buffered(look: &mut Look<'_>, task: &TaskRecord) {
    let id = task.id;
    let found = count_buffered(look.state, task.active.iter());
    if task.buffered.is_some_and(|counted| counted != found) {
        look.mendable(
            format!(
                "task {} counts {:?} executions that wait for others, there are {found}",
                id.0, task.buffered
            ),
            move |state, _| change(state, id, |_, task| task.buffered = None),
        );
    }
}

/// The first that is not final waits for no other.
fn buffered(look: &mut Look<'_>, belonging: &[Active]) {
    let Some(first) = belonging.first().filter(|first| first.is_buffered) else {
        return;
    };
    let id = first.id;
    look.mendable(
        format!(
            "execution {} waits for those before it, there are none",
            id.0
        ),
        move |state, now| {
            let Some(execution) = state.execution(id).filter(is_buffered) else {
                return;
            };
            if let Some(task) = state.task(execution.task_id) {
                Turn::new(state, now, task).hold(execution).queue(now);
            }
        },
    );
}

/// Looks at the steps of a task: they are those of the task, or of an execution under way.
pub fn plan(look: &mut Look<'_>, (id, number): (TaskId, u64)) {
    let is_used = look.state.task(id).is_some_and(|task| {
        task.plan == number
            || belonging(look.state, &task)
                .iter()
                .any(|execution| execution.plan == number)
    });
    if !is_used {
        look.mendable(
            format!("nothing follows the steps {number} of task {}", id.0),
            move |state, _| state.remove_entry(&Entry::Plans((id, number))),
        );
    }
}
