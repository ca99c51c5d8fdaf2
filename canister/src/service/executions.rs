//! Running, showing, stopping and replaying executions.

use candid::Principal;
use chime_schedule::format_instant;
use chime_types::{
    CancelExecutionRequest, DeadLettersRequest, Error, EventKind, GetTaskExecutionsRequest,
    ReplayedDeadLetters, ResumeExecutionRequest, RetryExecutionRequest, RunTaskNowRequest,
    SnoozeExecutionRequest, TaskExecution, TaskExecutionPage, WaitReason, limits,
};

use super::access::{Need, conflict, execution_for, limit_exceeded, task_for};
use super::{Caller, rates, room, search, validate, views, with_size};
use crate::engine::replay::{From, Refusal};
use crate::engine::timeline::Note;
use crate::engine::{self, Budget, Turn};
use crate::state::State;
use crate::state::keys::ExecutionId;
use crate::state::records::{ExecutionRecord, TaskRecord};

/// `get_task_executions`
pub fn executions(
    state: &State,
    caller: Caller,
    request: &GetTaskExecutionsRequest,
    budget: &Budget<'_>,
) -> Result<TaskExecutionPage, Error> {
    let limit = validate::page(request.limit)?;
    let task = task_for(state, caller, Need::See, request.task_id)?;
    let cursor = ExecutionId(request.cursor.unwrap_or(u64::MAX));
    let show = |record: ExecutionRecord| {
        let status = record.status.get();
        let is_asked_for = request.status.is_none_or(|asked| asked == status);
        is_asked_for.then(|| with_size(views::execution(state, record)))
    };
    let items = state.executions_of(task.id, cursor);
    let (executions, next_cursor) = search(items, |record| record.id.0, show, limit, budget);
    Ok(TaskExecutionPage {
        executions,
        next_cursor,
        total_executions: task.total_executions,
    })
}

/// `get_execution`
pub fn get_execution(state: &State, caller: Caller, id: u64) -> Result<TaskExecution, Error> {
    let (execution, _) = execution_for(state, caller, Need::See, id)?;
    Ok(views::execution(state, execution))
}

/// Refuses a run on request when there are too many.
fn check_room(state: &State, task: &TaskRecord, now: u64) -> Result<(), Error> {
    if task.active.len() >= limits::MAXIMUM_ACTIVE_EXECUTIONS {
        return Err(limit_exceeded(
            format!(
                "at most {} executions of a task under way",
                limits::MAXIMUM_ACTIVE_EXECUTIONS
            ),
            "wait until some have finished, or cancel them with pause_task and cancel_running",
        ));
    }
    let quota = state
        .user(task.owner)
        .and_then(|user| user.quotas.maximum_runs_per_hour);
    let maximum = quota.unwrap_or(state.config().maximum_runs_per_hour);
    let owner = state.owner(task.owner);
    if owner.hour == engine::hour(now) && owner.runs_this_hour >= maximum {
        return Err(limit_exceeded(
            format!("at most {maximum} runs of this owner in an hour"),
            "wait for the next hour, or ask an admin for a higher quota (put_user, configure)",
        ));
    }
    check_budget(state, task.owner, now)
}

/// Refuses what would be postponed at once.
fn check_budget(state: &State, owner: Principal, now: u64) -> Result<(), Error> {
    match engine::budget::used_up(state, now, owner) {
        None => Ok(()),
        Some(used_up) => Err(Error {
            retry_at: Some(used_up.begins_anew_at),
            ..limit_exceeded(
                used_up.to_string(),
                "wait until then, or ask an admin for a higher quota (put_user, configure)",
            )
        }),
    }
}

/// `run_task_now`
pub fn run_now(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: RunTaskNowRequest,
) -> Result<TaskExecution, Error> {
    let task = task_for(state, caller, Need::Operate, request.task_id)?;
    request
        .idempotency_key
        .as_deref()
        .map_or(Ok(()), validate::idempotency_key)?;
    let scheduled_at = request.scheduled_at.unwrap_or(now);
    if scheduled_at > now {
        return Err(Error::invalid(
            "scheduled_at",
            format!(
                "a time that has come: now is {}, got {}",
                format_instant(now),
                format_instant(scheduled_at)
            ),
            "leave it out to run now; for a later time add a schedule with the rule `once`",
        ));
    }
    // One run for a given time, unless its caller has a key of its own.
    let of_time = request.scheduled_at.map(|at| format!("scheduled_at={at}"));
    let key = request.idempotency_key.or(of_time);
    let made = key
        .as_ref()
        .and_then(|key| state.execution_by_key(task.id, key));
    if let Some(made) = made {
        return get_execution(state, caller, made.0);
    }
    check_room(state, &task, now)?;
    room::for_bytes(state, task.owner)?;
    rates::run_requested(state, caller, task.id, now)?;
    // Some of its history may have made way.
    let task = task_for(state, caller, Need::Operate, request.task_id)?;
    let execution = Turn::new(state, now, task).request(scheduled_at, key);
    Ok(views::execution(state, execution))
}

/// `cancel_execution`
pub fn cancel_execution(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &CancelExecutionRequest,
) -> Result<TaskExecution, Error> {
    let (execution, task) = execution_for(state, caller, Need::Operate, request.execution_id)?;
    request.reason.as_deref().map_or(Ok(()), validate::reason)?;
    not_final(&execution)?;
    let reason = request.reason.as_deref().unwrap_or("cancelled on request");
    Note::execution(EventKind::CancelRequested, &task, &execution)
        .by(caller.principal)
        .detail(reason)
        .write(state, now);
    let terminate = request.terminate.unwrap_or(true);
    engine::cancel(state, execution.id, now, reason, terminate);
    get_execution(state, caller, request.execution_id)
}

fn not_final(execution: &ExecutionRecord) -> Result<(), Error> {
    if !execution.status.is_final() {
        return Ok(());
    }
    Err(conflict(
        "execution_id",
        format!("the execution is {}", execution.status.get().name()),
        "only an execution that is ready, running or waiting can be changed",
    ))
}

/// `snooze_execution`
pub fn snooze_execution(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &SnoozeExecutionRequest,
) -> Result<TaskExecution, Error> {
    let (execution, task) = execution_for(state, caller, Need::Operate, request.execution_id)?;
    let maximum = limits::MAXIMUM_DURATION_SECONDS;
    validate::range("seconds", request.seconds, 0, maximum)?;
    not_final(&execution)?;
    if execution.token.is_some() {
        return Err(conflict(
            "execution_id",
            "an attempt of the execution is under way",
            "wait for its outcome, or cancel it with cancel_execution",
        ));
    }
    let until = now + request.seconds * limits::NANOSECONDS;
    let execution = engine::snooze(state, now, execution, until);
    let detail = format!("for {} s", request.seconds);
    Note::execution(EventKind::ExecutionSnoozed, &task, &execution)
        .by(caller.principal)
        .detail(&detail)
        .write(state, now);
    Ok(views::execution(state, execution))
}

/// `resume_execution`
pub fn resume_execution(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &ResumeExecutionRequest,
) -> Result<TaskExecution, Error> {
    let (execution, _) = execution_for(state, caller, Need::Operate, request.execution_id)?;
    if execution.waiting_for != Some(WaitReason::Diverged) {
        return Err(conflict(
            "execution_id",
            "the execution does not wait because its codex was changed",
            "get_execution shows what it waits for; resume_task resumes a task that is paused",
        ));
    }
    let execution = engine::program::resume(state, now, execution, request.how);
    Ok(views::execution(state, execution))
}

/// `retry_execution`
pub fn retry_execution(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &RetryExecutionRequest,
) -> Result<TaskExecution, Error> {
    let (_, task) = execution_for(state, caller, Need::Operate, request.execution_id)?;
    check_room(state, &task, now)?;
    let from = from(request)?;
    room::for_bytes(state, task.owner)?;
    rates::run_requested(state, caller, task.id, now)?;
    let (execution, task) = execution_for(state, caller, Need::Operate, request.execution_id)?;
    let replayed = Turn::new(state, now, task).replay(execution, from, caller.principal);
    let execution = replayed.map_err(refused)?;
    Ok(views::execution(state, execution))
}

fn from(request: &RetryExecutionRequest) -> Result<From, Error> {
    match (request.from_start.unwrap_or(false), request.from_step) {
        (true, Some(_)) => Err(Error::invalid(
            "from_step",
            "not together with `from_start`",
            "leave one of them out",
        )),
        (true, None) => Ok(From::Start),
        (false, Some(step)) => Ok(From::Step(step)),
        (false, None) => Ok(From::Stop),
    }
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Status(status) => conflict(
            "execution_id",
            format!("the execution is {}", status.name()),
            "only one that failed, timed out, was cancelled, skipped or missed can be run again; \
             use run_task_now for another run",
        ),
        Refusal::Replayed(by) => conflict(
            "execution_id",
            format!("execution {} ran it again already", by.0),
            "retry that one, if it failed too",
        ),
        Refusal::StepsChanged => conflict(
            "execution_id",
            "the steps of the task were changed since, so that nobody can go on in their middle",
            "say with which of the present steps to go on (`from_step`), or run all of them \
             (`from_start`)",
        ),
        Refusal::StepTooLate(stopped) => Error::invalid(
            "from_step",
            format!(
                "at most {stopped}, counted from 0: the execution stopped at step {}",
                engine::counted_from_one(stopped)
            ),
            "only steps that completed can be passed over",
        ),
        Refusal::NoSuchStep(steps) => Error::invalid(
            "from_step",
            format!("less than {steps}: so many steps has the task now, counted from 0"),
            "name one of them, or run all with `from_start`",
        ),
    }
}

/// Whose dead letters are asked for, by who may do this to them.
fn owner_of(
    state: &State,
    caller: Caller,
    need: Need,
    request: &DeadLettersRequest,
) -> Result<Principal, Error> {
    match request.task_id {
        Some(id) => Ok(task_for(state, caller, need, id)?.owner),
        None if need == Need::See => caller.need_sight_of(None),
        None => caller.need_owner().map(|()| caller.principal),
    }
}

fn matches(request: &DeadLettersRequest, execution: &ExecutionRecord) -> bool {
    let error = execution.error.as_deref().unwrap_or("");
    request.task_id.is_none_or(|id| id == execution.task_id.0)
        && request
            .error_contains
            .as_deref()
            .is_none_or(|text| error.contains(text))
}

/// `list_dead_letters`
pub fn dead_letters(
    state: &State,
    caller: Caller,
    request: &DeadLettersRequest,
    budget: &Budget<'_>,
) -> Result<TaskExecutionPage, Error> {
    let owner = owner_of(state, caller, Need::See, request)?;
    let show = |record: ExecutionRecord| {
        let is_shown = matches(request, &record)
            && task_for(state, caller, Need::See, record.task_id.0).is_ok();
        is_shown.then(|| with_size(views::execution(state, record)))
    };
    let (executions, next_cursor) = search_letters(state, owner, request, show, budget)?;
    Ok(TaskExecutionPage {
        executions,
        next_cursor,
        total_executions: state.owner(owner).dead_letters,
    })
}

/// A page of the dead letters of an owner, the newest first.
fn search_letters<T>(
    state: &State,
    owner: Principal,
    request: &DeadLettersRequest,
    show: impl Fn(ExecutionRecord) -> Option<(T, usize)>,
    budget: &Budget<'_>,
) -> Result<(Vec<T>, Option<u64>), Error> {
    let limit = validate::page(request.limit)?;
    let cursor = ExecutionId(request.cursor.unwrap_or(u64::MAX));
    let items = state.dead_letters_of(owner, cursor);
    Ok(search(items, |record| record.id.0, show, limit, budget))
}

/// `replay_dead_letters`: as many as one message may. The cursor names the first that is left.
pub fn replay_dead_letters(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &DeadLettersRequest,
    budget: &Budget<'_>,
) -> Result<ReplayedDeadLetters, Error> {
    let owner = owner_of(state, caller, Need::Operate, request)?;
    let show = |record: ExecutionRecord| matches(request, &record).then_some((record.id, 0));
    let (found, next_cursor) = search_letters(state, owner, request, show, budget)?;
    rates::requested(state, caller, now)?;
    let mut answer = ReplayedDeadLetters {
        execution_ids: Vec::new(),
        left_out: Vec::new(),
        next_cursor,
    };
    for (done, id) in found.into_iter().enumerate() {
        if done > 0 && budget.is_spent() {
            answer.next_cursor = Some(id.0 + 1);
            break;
        }
        match replay_letter(state, caller, now, id) {
            Replayed::As(new) => answer.execution_ids.push(new.0),
            Replayed::LeftOut => answer.left_out.push(id.0),
            Replayed::NoRoom(error) if answer.execution_ids.is_empty() => return Err(error),
            Replayed::NoRoom(_) => {
                answer.next_cursor = Some(id.0 + 1);
                break;
            }
        }
    }
    Ok(answer)
}

/// What became of a dead letter.
enum Replayed {
    As(ExecutionId),
    LeftOut,
    /// There is none for it now, nor for those after it.
    NoRoom(Error),
}

fn replay_letter(state: &mut State, caller: Caller, now: u64, id: ExecutionId) -> Replayed {
    let found = execution_for(state, caller, Need::Operate, id.0)
        .and_then(|(_, task)| {
            check_room(state, &task, now)?;
            room::for_bytes(state, task.owner)
        })
        .and_then(|()| execution_for(state, caller, Need::Operate, id.0));
    let (execution, task) = match found {
        Ok(found) => found,
        Err(error) => return Replayed::NoRoom(error),
    };
    Turn::new(state, now, task)
        .replay(execution, From::Stop, caller.principal)
        .map_or(Replayed::LeftOut, |new| Replayed::As(new.id))
}
