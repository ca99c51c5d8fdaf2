//! Making, changing, pausing and removing tasks.

use chime_types::{
    CreateTaskRequest, DeletedTask, Error, ErrorKind, NewSchedule, PauseTaskRequest, Task,
    TaskExecution, UpdateTaskRequest, limits,
};

use super::validate::{self, Asker, CheckedSchedule};
use super::{Caller, owned, views};
use crate::engine;
use crate::state::State;
use crate::state::keys::{ScheduleId, TaskId};
use crate::state::records::{Plan, ScheduleRecord, TaskRecord};

/// Most executions of one task that may be under way when another is asked for.
const MAXIMUM_ACTIVE: usize = 100;

/// `create_task`
pub fn create(
    state: &mut State,
    caller: Caller,
    asker: Asker,
    now: u64,
    request: CreateTaskRequest,
) -> Result<Task, Error> {
    if let Some(key) = &request.idempotency_key {
        validate::idempotency_key(key)?;
        if let Some(made) = state.task_by_key(caller.0, key) {
            return Ok(views::task(state, owned(state, caller, made.0)?));
        }
    }
    validate::name(&request.name)?;
    validate::description(request.description.as_deref().unwrap_or(""))?;
    validate::metadata(request.metadata.as_deref().unwrap_or(""))?;
    let retry = request.retry.unwrap_or_default();
    validate::retry(&retry)?;
    let timeout_seconds = validate::timeout(request.timeout_seconds)?;
    let steps = validate::steps(request.steps, timeout_seconds, asker)?;
    let schedules = validate::schedules(request.schedules, now)?;
    if state.owner(caller.0).tasks >= limits::MAXIMUM_TASKS_PER_OWNER {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!(
                "at most {} tasks for each owner",
                limits::MAXIMUM_TASKS_PER_OWNER
            ),
            "delete tasks that are no longer needed",
        ));
    }

    let mut task = TaskRecord {
        id: state.new_task_id(),
        owner: caller.0,
        name: request.name,
        description: request.description.unwrap_or_default(),
        metadata: request.metadata.unwrap_or_default(),
        priority: request.priority.unwrap_or_default(),
        retry,
        on_unknown: request.on_unknown.unwrap_or_default(),
        disabled: request.disabled.unwrap_or(false),
        pause_reason: None,
        idempotency_key: request.idempotency_key,
        schedules: Vec::new(),
        plan: 1,
        active: Vec::new(),
        latest: None,
        last_run_at: None,
        total_executions: 0,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    state.put_plan(task.id, task.plan, Plan { steps });
    if let Some(key) = &task.idempotency_key {
        state.put_key(caller.0, key, task.id);
    }
    put_schedules(state, &mut task, schedules, now);
    state.put_task(&task);
    state.change_owner(caller.0, |owner| owner.tasks += 1);
    Ok(views::task(state, task))
}

fn put_schedules(
    state: &mut State,
    task: &mut TaskRecord,
    checked: Vec<CheckedSchedule>,
    now: u64,
) {
    for CheckedSchedule {
        given,
        rule,
        start_at,
        explicit_start,
    } in checked
    {
        let mut schedule = record(
            state.new_schedule_id(),
            task.id,
            given,
            start_at,
            explicit_start,
        );
        schedule.timezone = rule.timezone().to_string();
        let next = engine::first_slot(&rule, now);
        let armed = next.filter(|_| !schedule.disabled && !task.disabled);
        state.arm(&mut schedule, task.owner, armed);
        task.schedules.push(schedule.id);
    }
}

fn record(
    id: ScheduleId,
    task_id: TaskId,
    given: NewSchedule,
    start_at: u64,
    explicit_start: bool,
) -> ScheduleRecord {
    ScheduleRecord {
        id,
        task_id,
        name: given.name,
        rule: given.rule,
        timezone: String::new(),
        gap: given.gap.unwrap_or_default(),
        missed_runs: given.missed_runs.unwrap_or_default(),
        start_at,
        explicit_start,
        end_at: given.end_at,
        disabled: given.disabled.unwrap_or(false),
        next_at: None,
        wake: None,
        last_run_at: None,
        runs: 0,
        skipped_runs: 0,
        missed: 0,
    }
}

/// `update_task`
pub fn update(
    state: &mut State,
    caller: Caller,
    asker: Asker,
    now: u64,
    request: UpdateTaskRequest,
) -> Result<Task, Error> {
    let mut task = owned(state, caller, request.task_id)?;
    if let Some(expected) = request
        .expected_version
        .filter(|expected| *expected != task.version)
    {
        return Err(Error {
            field: Some("expected_version".to_string()),
            ..Error::new(
                ErrorKind::Conflict,
                format!("the task has version {}, not {expected}", task.version),
                "read the task again and repeat the change on what it is now",
            )
        });
    }
    request.name.as_deref().map_or(Ok(()), validate::name)?;
    request
        .description
        .as_deref()
        .map_or(Ok(()), validate::description)?;
    request
        .metadata
        .as_deref()
        .map_or(Ok(()), validate::metadata)?;
    request.retry.as_ref().map_or(Ok(()), validate::retry)?;
    let timeout_seconds = validate::timeout(request.timeout_seconds)?;
    let steps = match request.steps {
        Some(steps) => Some(validate::steps(steps, timeout_seconds, asker)?),
        None if request.timeout_seconds.is_some() => {
            let mut steps = state.plan(task.id, task.plan).steps;
            steps
                .iter_mut()
                .for_each(|step| step.timeout_seconds = timeout_seconds);
            Some(steps)
        }
        None => None,
    };
    let schedules = request
        .schedules
        .map(|given| validate::schedules(given, now))
        .transpose()?;

    task.name = request.name.unwrap_or(task.name);
    task.description = request.description.unwrap_or(task.description);
    task.metadata = request.metadata.unwrap_or(task.metadata);
    task.priority = request.priority.unwrap_or(task.priority);
    task.retry = request.retry.unwrap_or(task.retry);
    task.on_unknown = request.on_unknown.unwrap_or(task.on_unknown);
    if let Some(steps) = steps {
        replace_plan(state, &mut task, Plan { steps });
    }
    if let Some(schedules) = schedules {
        for id in std::mem::take(&mut task.schedules) {
            let old = state
                .schedule(id)
                .expect("BUG: a schedule of a task exists");
            state.remove_schedule(old, task.owner);
        }
        put_schedules(state, &mut task, schedules, now);
    }
    touch(&mut task, now);
    state.put_task(&task);
    Ok(views::task(state, task))
}

/// Executions under way go on with the old steps; the last of them removes those.
fn replace_plan(state: &mut State, task: &mut TaskRecord, plan: Plan) {
    let old = task.plan;
    task.plan += 1;
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

fn touch(task: &mut TaskRecord, now: u64) {
    task.updated_at = now;
    task.version += 1;
}

/// `delete_task`
pub fn delete(
    state: &mut State,
    caller: Caller,
    now: u64,
    task_id: u64,
) -> Result<DeletedTask, Error> {
    let mut task = owned(state, caller, task_id)?;
    let cancelled_executions = engine::erase(state, &mut task, now);
    Ok(DeletedTask {
        task_id,
        cancelled_executions,
    })
}

/// `run_task_now`
pub fn run_now(
    state: &mut State,
    caller: Caller,
    now: u64,
    task_id: u64,
) -> Result<TaskExecution, Error> {
    let mut task = owned(state, caller, task_id)?;
    if task.active.len() >= MAXIMUM_ACTIVE {
        return Err(Error::new(
            ErrorKind::LimitExceeded,
            format!("at most {MAXIMUM_ACTIVE} executions of a task under way"),
            "wait until some have finished, or cancel them with pause_task and cancel_running",
        ));
    }
    Ok(views::execution(engine::request(state, &mut task, now)))
}

/// `pause_task`
pub fn pause(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: PauseTaskRequest,
) -> Result<Task, Error> {
    let mut task = owned(state, caller, request.task_id)?;
    request.reason.as_deref().map_or(Ok(()), validate::reason)?;
    task.disabled = true;
    let reason = request.reason.clone();
    task.pause_reason = request.reason.or(task.pause_reason);
    touch(&mut task, now);
    for id in &task.schedules {
        let mut schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        state.arm(&mut schedule, task.owner, None);
    }
    state.put_task(&task);
    if request.cancel_running.unwrap_or(false) {
        let reason = reason
            .as_deref()
            .unwrap_or("cancelled when the task was paused");
        engine::cancel_active(state, &mut task, now, reason);
    }
    Ok(views::task(state, task))
}

/// `resume_task`
pub fn resume(state: &mut State, caller: Caller, now: u64, task_id: u64) -> Result<Task, Error> {
    let mut task = owned(state, caller, task_id)?;
    if !task.disabled {
        return Ok(views::task(state, task));
    }
    task.disabled = false;
    task.pause_reason = None;
    touch(&mut task, now);
    for id in &task.schedules {
        let mut schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        if !schedule.disabled {
            let next = engine::first_slot(&engine::compile(&schedule), now);
            state.arm(&mut schedule, task.owner, next);
        }
    }
    state.put_task(&task);
    Ok(views::task(state, task))
}
