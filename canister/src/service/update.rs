//! Changing tasks.

use candid::Principal;
use chime_types::{Error, EventKind, Task, UpdateTaskRequest};

use super::access::{Need, conflict, task_for};
use super::schedules::{check_slots, replace_schedules, stored_slots};
use super::tasks::{check_run_as, touch};
use super::validate::{self, CheckedSchedule};
use super::{Caller, rates, room, views};
use crate::engine::error_cases;
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::records::{Plan, Step, TaskRecord};

/// Refuses a change of a task that was changed meanwhile.
pub(super) fn check_version(task: &TaskRecord, expected: Option<u64>) -> Result<(), Error> {
    match expected {
        Some(expected) if expected != task.version => Err(conflict(
            "expected_version",
            format!("the task has version {}, not {expected}", task.version),
            "read the task again and repeat the change on what it is now",
        )),
        _ => Ok(()),
    }
}

/// What was checked and is not written yet.
struct Checked {
    steps: Option<Vec<Step>>,
    schedules: Option<Vec<CheckedSchedule>>,
}

fn check(
    state: &State,
    caller: Caller,
    task: &TaskRecord,
    now: u64,
    request: &UpdateTaskRequest,
) -> Result<Checked, Error> {
    let text = Option::<String>::as_deref;
    text(&request.name).map_or(Ok(()), validate::name)?;
    text(&request.description).map_or(Ok(()), validate::description)?;
    text(&request.metadata).map_or(Ok(()), validate::metadata)?;
    request.retry.as_ref().map_or(Ok(()), validate::retry)?;
    validate::numbers(
        request.execution_timeout_seconds,
        request.maximum_concurrent,
        request.pause_after_failures,
        true,
    )?;
    check_run_as(caller, request.run_as)?;
    validate::callback(request.callback.as_ref(), &caller)?;
    let schedules = request.schedules.clone();
    Ok(Checked {
        steps: changed_steps(state, caller, task, request)?,
        schedules: schedules
            .map(|given| validate::schedules(given, now))
            .transpose()?,
    })
}

/// New steps; or the old ones, if only their timeout changes.
fn changed_steps(
    state: &State,
    caller: Caller,
    task: &TaskRecord,
    request: &UpdateTaskRequest,
) -> Result<Option<Vec<Step>>, Error> {
    let default = state.config().default_timeout_seconds;
    let timeout_seconds = validate::timeout(request.timeout_seconds, default)?;
    if let Some(steps) = request.steps.clone() {
        return validate::steps(steps, timeout_seconds, &caller).map(Some);
    }
    if request.timeout_seconds.is_none() {
        return Ok(None);
    }
    let mut steps = state.plan(task.id, task.plan).steps;
    for step in &mut steps {
        step.timeout_seconds = timeout_seconds;
    }
    Ok(Some(steps))
}

/// `update_task`
pub fn update(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: UpdateTaskRequest,
) -> Result<Task, Error> {
    let mut task = task_for(state, caller, Need::Change, request.task_id)?;
    check_version(&task, request.expected_version)?;
    let checked = check(state, caller, &task, now, &request)?;
    if let Some(schedules) = checked.schedules.as_ref().filter(|_| !task.disabled) {
        let gone = stored_slots(state, &task, true);
        check_slots(state, caller, task.owner, schedules, gone)?;
    }
    if request.steps.is_some() || request.metadata.is_some() || request.description.is_some() {
        room::for_bytes(state, task.owner)?;
        task = task_for(state, caller, Need::Change, request.task_id)?;
    }
    rates::requested(state, caller, now)?;
    apply(&mut task, request);
    if let Some(steps) = checked.steps {
        let owner = Some(task.owner);
        replace_plan(state, &mut task, Plan { steps, owner });
    }
    if let Some(schedules) = checked.schedules {
        replace_schedules(state, &mut task, schedules, now);
    }
    touch(&mut task, now);
    state.put_task(&task);
    Note::task(EventKind::TaskUpdated, &task)
        .by(caller.principal)
        .detail(&task.name)
        .write(state, now);
    Ok(views::task(state, task))
}

/// Takes over what the request names; 0 and the management canister stand for nothing.
fn apply(task: &mut TaskRecord, request: UpdateTaskRequest) {
    macro_rules! take {
        ($($field:ident),*) => {$(
            if let Some(value) = request.$field {
                task.$field = value;
            }
        )*};
    }
    take!(name, description, metadata, priority, retry, on_unknown);
    if let Some(seconds) = request.execution_timeout_seconds {
        task.execution_timeout_seconds = Some(seconds).filter(|seconds| *seconds > 0);
    }
    if let Some(maximum) = request.maximum_concurrent {
        task.maximum_concurrent = Some(maximum).filter(|maximum| *maximum > 0);
    }
    if let Some(count) = request.pause_after_failures {
        task.pause_after_failures = Some(count).filter(|count| *count > 0);
    }
    task.run_as = request.run_as.or(task.run_as);
    if let Some(callback) = request.callback.map(error_cases::settled_callback) {
        let nobody = Principal::management_canister();
        task.callback = Some(callback).filter(|callback| callback.canister != nobody);
    }
}

/// Executions under way go on with the old steps; the last of them removes those.
fn replace_plan(state: &mut State, task: &mut TaskRecord, plan: Plan) {
    let old = task.plan;
    task.plan.raise(1);
    state.put_plan(task.id, task.plan, plan);
    let in_use = task.active.iter().any(|id| {
        state
            .execution(*id)
            .is_some_and(|active| active.plan == old)
    });
    if !in_use {
        state.remove_plan(task.id, old);
    }
}
