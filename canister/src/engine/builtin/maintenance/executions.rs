//! Executions: what each status has and has not.
//!
//! | status | token | wake | place |
//! | --- | --- | --- | --- |
//! | ready | none | none | in the ready queue or parked; none behind another of its task |
//! | running | one | the deadline | none |
//! | waiting for a worker | none | none | among the jobs |
//! | waiting for time | none | to go on | none |
//! | final | none | none | none |

use chime_types::{Attempt, ExecutionStatus, WaitReason};

use super::finding::Look;
use super::mend::{clear, close, mend};
use crate::state::State;
use crate::state::keys::{ExecutionId, LimitKey, Wake};
use crate::state::records::{ExecutionRecord, Place, TaskRecord};

/// Looks at an execution.
pub fn look(look: &mut Look<'_>, id: ExecutionId) {
    let Some(execution) = look.state.execution(id) else {
        return;
    };
    let Some(task) = look.state.task(execution.task_id) else {
        look.beyond_repair(format!("execution {} belongs to no task", id.0));
        return;
    };
    lists(look, &task, &execution);
    if execution.status.is_final() {
        final_one(look, &task, &execution);
    } else {
        active_one(look, &task, &execution);
    }
}

fn lists(look: &mut Look<'_>, task: &TaskRecord, execution: &ExecutionRecord) {
    let state = look.state;
    let id = execution.id;
    let has_slot = execution
        .schedule_id
        .is_none_or(|schedule| state.occurrence(schedule, execution.scheduled_at) == Some(id));
    let has_key = execution
        .run_key
        .as_ref()
        .is_none_or(|key| state.execution_by_key(task.id, key) == Some(id));
    if !state.is_listed(task.owner, execution) || !has_slot || !has_key {
        look.mendable(
            format!("execution {} is missing from a list", id.0),
            move |state, _| {
                change(state, id, |state, task, execution| {
                    state.list_execution(task.owner, execution);
                })
            },
        );
    }
    let is_active = task.active.contains(&id);
    if !execution.status.is_final() && !is_active {
        look.mendable(
            format!(
                "execution {} is not final, and task {} does not list it",
                id.0, task.id.0
            ),
            move |state, _| {
                change(state, id, |state, task, execution| {
                    task.active.push(execution.id);
                    task.active.sort_unstable();
                    state.put_task(task);
                })
            },
        );
    }
}

/// Loads an execution and its task, and changes them. What `change` does to the execution is
/// written.
fn change(
    state: &mut State,
    id: ExecutionId,
    change: impl FnOnce(&mut State, &mut TaskRecord, &mut ExecutionRecord),
) {
    let Some(mut execution) = state.execution(id) else {
        return;
    };
    if let Some(mut task) = state.task(execution.task_id) {
        change(state, &mut task, &mut execution);
        state.put_execution(&execution);
    }
}

fn is_dead(execution: &ExecutionRecord) -> bool {
    let failed = matches!(
        execution.status.get(),
        ExecutionStatus::Failed | ExecutionStatus::TimedOut
    );
    failed && execution.replayed_by.is_none()
}

fn final_one(look: &mut Look<'_>, task: &TaskRecord, execution: &ExecutionRecord) {
    let id = execution.id;
    let is_clear = execution.token.is_none()
        && execution.wake.is_none()
        && execution.expires.is_none()
        && execution.place.is_none()
        && execution.lease.is_none()
        && execution.target.is_none()
        && execution.waiting_for.is_none()
        && execution.progress.is_empty();
    if !is_clear {
        look.mendable(
            format!("execution {} is final and still holds a place", id.0),
            move |state, _| change(state, id, clear),
        );
    }
    let is_closed = |attempt: &Attempt| attempt.finished_at.is_some();
    if execution.finished_at.is_none() || !execution.attempts.iter().all(is_closed) {
        look.mendable(
            format!("execution {} is final without an end", id.0),
            move |state, now| change(state, id, |_, _, execution| close(execution, now)),
        );
    }
    if is_dead(execution) && !look.state.is_dead_letter(task.owner, id) {
        look.mendable(
            format!("execution {} is missing from the dead letters", id.0),
            move |state, _| {
                change(state, id, |state, task, execution| {
                    state.add_dead_letter(task.owner, execution.id);
                })
            },
        );
    }
}

fn active_one(look: &mut Look<'_>, task: &TaskRecord, execution: &ExecutionRecord) {
    let state = look.state;
    let id = execution.id;
    let steps = state
        .find_plan(task.id, execution.plan)
        .map(|plan| plan.steps.len());
    if steps.is_none_or(|steps| execution.step as usize >= steps) {
        look.beyond_repair(format!("execution {} is at a step that there is not", id.0));
    }
    let expires = execution.expires.map(|key| state.wake(key));
    if expires.is_some_and(|wake| wake != Some(Wake::Expire(id))) {
        look.mendable(
            format!("the timeout of execution {} is not in the agenda", id.0),
            move |state, now| {
                change(state, id, |state, _, execution| {
                    let due_at = execution.expires.map_or(now, |key| key.due_at);
                    execution.expires = Some(state.wake_at(due_at, Wake::Expire(execution.id)));
                })
            },
        );
    }
    if let Some(text) = fault(state, task, execution) {
        look.mendable(format!("execution {} {text}", id.0), move |state, now| {
            change(state, id, |state, task, execution| {
                mend(state, task, execution, now)
            });
        });
    }
}

/// What is wrong with an execution that is not final.
fn fault(state: &State, task: &TaskRecord, execution: &ExecutionRecord) -> Option<&'static str> {
    let is_woken_by = |wake| execution.wake.and_then(|key| state.wake(key)) == Some(wake);
    let is_placed = |place: &Place| state.is_in_queue(task.owner, place);
    let is_idle =
        execution.token.is_none() && execution.lease.is_none() && execution.target.is_none();
    match (
        execution.status.get(),
        execution.waiting_for,
        &execution.place,
    ) {
        (ExecutionStatus::Running, None, None) => running_fault(state, execution),
        (ExecutionStatus::Running, ..) => Some("runs and waits"),
        (_, _, _) if !is_idle => Some("does not run and holds the place of an attempt"),
        (ExecutionStatus::Waiting, Some(WaitReason::Worker), Some(place @ Place::Job(..))) => {
            let is_right = execution.wake.is_none() && is_placed(place);
            (!is_right).then_some("is not among the jobs")
        }
        (ExecutionStatus::Waiting, Some(WaitReason::Worker), _) => Some("is not among the jobs"),
        // Only a person wakes it.
        (ExecutionStatus::Waiting, Some(WaitReason::Diverged), None) => execution
            .wake
            .is_some()
            .then_some("waits for somebody and is in the agenda"),
        (ExecutionStatus::Waiting, Some(_), None) => {
            (!is_woken_by(Wake::Resume(execution.id))).then_some("waits and nothing wakes it")
        }
        (ExecutionStatus::Waiting, ..) => Some("waits for nothing, or at two places"),
        (
            _,
            Some(WaitReason::OwnerDisabled | WaitReason::Budget),
            Some(place @ Place::Parked(LimitKey::Owner(_), _)),
        ) => {
            let is_right = execution.wake.is_none() && is_placed(place);
            (!is_right).then_some("is held back and not in its queue")
        }
        (_, Some(_), _) => Some("is ready and waits"),
        _ if execution.wake.is_some() => Some("is ready and in the agenda"),
        (_, None, Some(Place::Job(..))) => Some("is ready and among the jobs"),
        (_, None, Some(place)) => (!is_placed(place)).then_some("is ready and not in its queue"),
        (_, None, None) => None,
    }
}

fn running_fault(state: &State, execution: &ExecutionRecord) -> Option<&'static str> {
    let wake = execution.wake.and_then(|key| state.wake(key));
    let last = execution.attempts.last();
    if execution.token.is_none() {
        Some("runs under no token")
    } else if wake != Some(Wake::Deadline(execution.id)) {
        Some("runs without a deadline")
    } else if last.is_none_or(|attempt| attempt.finished_at.is_some()) {
        Some("runs without an attempt")
    } else {
        None
    }
}
