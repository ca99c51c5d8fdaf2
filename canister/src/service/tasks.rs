//! Making, showing, pausing and removing tasks.

use candid::Principal;
use chime_types::{
    CreateTaskRequest, DeletedTask, Error, EventKind, GetMyTasksRequest, PauseTaskRequest, Task,
    TaskPage,
};

use super::access::{Need, task_for};
use super::schedules::{check_slots, put_schedules, stored_slots};
use super::validate::{self, CheckedSchedule};
use super::{Caller, rates, room, search, views, with_size};
use crate::engine::timeline::Note;
use crate::engine::{self, Budget, Turn, error_cases};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::TaskId;
use crate::state::records::{Plan, Step, TaskRecord};

/// `get_task`
pub fn get(state: &State, caller: Caller, task_id: u64) -> Result<Task, Error> {
    let task = task_for(state, caller, Need::See, task_id)?;
    Ok(views::task(state, task))
}

/// `get_my_tasks`
pub fn list(
    state: &State,
    caller: Caller,
    request: &GetMyTasksRequest,
    budget: &Budget<'_>,
) -> Result<TaskPage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(request.owner)?;
    let items = state.tasks_of(owner, TaskId(request.cursor.unwrap_or(0)));
    let show = |record| Some(with_size(views::task(state, record)));
    let (tasks, next_cursor) = search(items, |record| record.id.0, show, limit, budget);
    Ok(TaskPage {
        tasks,
        next_cursor,
        total_tasks: state.owner(owner).tasks,
    })
}

/// A task that was checked and is not written yet.
struct Checked {
    steps: Vec<Step>,
    schedules: Vec<CheckedSchedule>,
}

fn check(
    state: &State,
    caller: Caller,
    now: u64,
    request: &CreateTaskRequest,
) -> Result<Checked, Error> {
    validate::name(&request.name)?;
    validate::description(request.description.as_deref().unwrap_or(""))?;
    validate::metadata(request.metadata.as_deref().unwrap_or(""))?;
    request.retry.as_ref().map_or(Ok(()), validate::retry)?;
    let default = state.config().default_timeout_seconds;
    let timeout_seconds = validate::timeout(request.timeout_seconds, default)?;
    validate::numbers(
        request.execution_timeout_seconds,
        request.maximum_concurrent,
        request.pause_after_failures,
        false,
    )?;
    check_run_as(caller, request.run_as)?;
    validate::callback(request.callback.as_ref(), &caller)?;
    Ok(Checked {
        steps: validate::steps(request.steps.clone(), timeout_seconds, &caller)?,
        schedules: validate::schedules(request.schedules.clone(), now)?,
    })
}

/// Only an admin may let a task run in the name of somebody else.
pub(super) fn check_run_as(caller: Caller, run_as: Option<Principal>) -> Result<(), Error> {
    if run_as.is_none_or(|user| user == caller.principal) || caller.is_admin() {
        return Ok(());
    }
    Err(Error::invalid(
        "run_as",
        "only an admin may let a task run in the name of another user",
        "leave it out, or ask an admin to make this task",
    ))
}

/// `create_task`
pub fn create(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: CreateTaskRequest,
) -> Result<Task, Error> {
    caller.need_owner()?;
    if let Some(key) = &request.idempotency_key {
        validate::idempotency_key(key)?;
        if let Some(made) = state.task_by_key(caller.principal, key) {
            return get(state, caller, made.0);
        }
    }
    let checked = check(state, caller, now, &request)?;
    if !request.disabled.unwrap_or(false) {
        check_slots(state, caller, caller.principal, &checked.schedules, 0)?;
    }
    room::for_bytes(state, caller.principal)?;
    rates::requested(state, caller, now)?;
    room::for_task(state, caller, now)?;

    let mut task = record(state.new_task_id(), caller.principal, now, request);
    let steps = checked.steps;
    let owner = Some(caller.principal);
    state.put_plan(task.id, task.plan, Plan { steps, owner });
    if let Some(key) = &task.idempotency_key {
        state.put_key(caller.principal, key, task.id);
    }
    put_schedules(state, &mut task, checked.schedules, now);
    state.put_task(&task);
    state.change_owner(caller.principal, |owner| owner.tasks.raise(1));
    Note::task(EventKind::TaskCreated, &task)
        .by(caller.principal)
        .detail(&task.name)
        .write(state, now);
    Ok(views::task(state, task))
}

fn record(id: TaskId, owner: Principal, now: u64, request: CreateTaskRequest) -> TaskRecord {
    TaskRecord {
        id,
        owner,
        name: request.name,
        description: request.description.unwrap_or_default(),
        metadata: request.metadata.unwrap_or_default(),
        priority: request.priority.unwrap_or_default(),
        retry: request.retry.unwrap_or_default(),
        on_unknown: request.on_unknown.unwrap_or_default(),
        execution_timeout_seconds: request.execution_timeout_seconds,
        maximum_concurrent: request.maximum_concurrent,
        pause_after_failures: request.pause_after_failures,
        consecutive_failures: 0,
        run_as: request.run_as,
        callback: request.callback.map(error_cases::settled_callback),
        disabled: request.disabled.unwrap_or(false),
        pause_reason: None,
        idempotency_key: request.idempotency_key,
        schedules: Vec::new(),
        plan: 1,
        active: Vec::new(),
        buffered: Some(0),
        running: 0,
        claimed: 0,
        latest: None,
        last_run_at: None,
        total_executions: 0,
        ending: None,
        deleted_at: None,
        tidy: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// Marks a task as changed by its owner.
pub(super) fn touch(task: &mut TaskRecord, now: u64) {
    task.updated_at = now;
    task.version.raise(1);
}

/// `delete_task`
pub fn delete(
    state: &mut State,
    caller: Caller,
    now: u64,
    task_id: u64,
) -> Result<DeletedTask, Error> {
    if let Some(answer) = being_deleted(state, caller, task_id) {
        return Ok(answer);
    }
    let task = task_for(state, caller, Need::Change, task_id)?;
    let deleted = Turn::new(state, now, task.clone()).delete();
    Note::task(EventKind::TaskDeleted, &task)
        .by(caller.principal)
        .detail(&task.name)
        .write(state, now);
    Ok(DeletedTask {
        task_id,
        cancelled_executions: deleted.cancelled,
        remaining_executions: Some(deleted.remaining),
    })
}

/// The answer to who deletes a task once more while something is left of it.
fn being_deleted(state: &State, caller: Caller, task_id: u64) -> Option<DeletedTask> {
    let task = state
        .task(TaskId(task_id))
        .filter(|task| task.deleted_at.is_some())
        .filter(|task| task.owner == caller.principal || caller.is_admin())?;
    Some(DeletedTask {
        task_id,
        cancelled_executions: 0,
        remaining_executions: Some(task.total_executions),
    })
}

/// `pause_task`
pub fn pause(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: PauseTaskRequest,
) -> Result<Task, Error> {
    let task = task_for(state, caller, Need::Operate, request.task_id)?;
    request.reason.as_deref().map_or(Ok(()), validate::reason)?;
    let says_more = request.reason.is_some() && request.reason != task.pause_reason;
    let changes = !task.disabled || says_more;
    let mut turn = Turn::new(state, now, task);
    if changes {
        turn.pause_on_request(caller.principal, request.reason.as_deref());
    }
    if request.cancel_running.unwrap_or(false) {
        let reason = request.reason.as_deref();
        turn.cancel_active(reason.unwrap_or("cancelled when the task was paused"));
    }
    let task = turn.end();
    Ok(views::task(state, task))
}

/// `resume_task`
pub fn resume(state: &mut State, caller: Caller, now: u64, task_id: u64) -> Result<Task, Error> {
    let mut task = task_for(state, caller, Need::Operate, task_id)?;
    if !task.disabled {
        return Ok(views::task(state, task));
    }
    let slots = stored_slots(state, &task, false);
    room::for_slots(state, caller, task.owner, (slots, 0))?;
    rates::requested(state, caller, now)?;
    task.disabled = false;
    task.pause_reason = None;
    task.consecutive_failures = 0;
    touch(&mut task, now);
    for id in &task.schedules {
        let mut schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        engine::arm_first(state, &task, &mut schedule, now);
    }
    state.put_task(&task);
    Note::task(EventKind::TaskResumed, &task)
        .by(caller.principal)
        .write(state, now);
    Ok(views::task(state, task))
}
