//! What each method does: check who asks, check the request, change the store, show the result.
//!
//! Everything is checked before anything is written, so an error leaves the store as it was.
//! Effects (time, caller, timer) come in as arguments.

mod tasks;
mod validate;
mod views;

use candid::{Nat, Principal};
use chime_types::{
    Error, ErrorKind, GetTaskExecutionsRequest, PreviewScheduleRequest, SchedulePreview, Stats,
    Task, TaskExecutionPage, TaskPage, UpcomingRun, limits,
};

pub use tasks::{create, delete, pause, resume, run_now, update};
pub use validate::Asker;

use crate::engine;
use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId};
use crate::state::records::TaskRecord;

/// A caller with a name. Whoever holds it has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(Principal);

impl Caller {
    /// Admits everybody but the anonymous principal.
    pub fn admit(principal: Principal) -> Result<Self, Error> {
        if principal == Principal::anonymous() {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                "the anonymous principal may neither read nor write",
                "call with an identity",
            ));
        }
        Ok(Self(principal))
    }
}

/// A task of the caller's. Tasks of others do not exist for the caller.
fn owned(state: &State, caller: Caller, id: u64) -> Result<TaskRecord, Error> {
    state
        .task(TaskId(id))
        .filter(|task| task.owner == caller.0)
        .ok_or_else(|| Error {
            field: Some("task_id".to_string()),
            ..Error::new(
                ErrorKind::NotFound,
                format!("there is no task {id} of yours"),
                "list your tasks with get_my_tasks",
            )
        })
}

/// `get_task`
pub fn get(state: &State, caller: Caller, task_id: u64) -> Result<Task, Error> {
    Ok(views::task(state, owned(state, caller, task_id)?))
}

/// `get_my_tasks`
pub fn list(
    state: &State,
    caller: Caller,
    cursor: Option<u64>,
    limit: Option<u32>,
) -> Result<TaskPage, Error> {
    let limit = validate::page(limit)?;
    let items = state
        .tasks_of(caller.0, TaskId(cursor.unwrap_or(0)))
        .map(|record| views::task(state, record));
    let (tasks, more) = take_page(items, limit);
    Ok(TaskPage {
        next_cursor: tasks.last().filter(|_| more).map(|task| task.id),
        tasks,
        total_tasks: state.owner(caller.0).tasks,
    })
}

/// `get_task_executions`
pub fn executions(
    state: &State,
    caller: Caller,
    request: &GetTaskExecutionsRequest,
) -> Result<TaskExecutionPage, Error> {
    let limit = validate::page(request.limit)?;
    let task = owned(state, caller, request.task_id)?;
    let cursor = ExecutionId(request.cursor.unwrap_or(u64::MAX));
    let items = state
        .executions_of(task.id, cursor)
        .filter(|record| request.status.is_none_or(|status| status == record.status))
        .map(views::execution);
    let (executions, more) = take_page(items, limit);
    Ok(TaskExecutionPage {
        next_cursor: executions
            .last()
            .filter(|_| more)
            .map(|execution| execution.id),
        executions,
        total_executions: task.total_executions,
    })
}

/// The first `limit` items, fewer if they are large, and whether more follow.
fn take_page<T: candid::CandidType>(
    mut items: impl Iterator<Item = T>,
    limit: usize,
) -> (Vec<T>, bool) {
    let mut page = Vec::new();
    let mut bytes = 0;
    while page.len() < limit && bytes < limits::MAXIMUM_PAGE_BYTES {
        let Some(item) = items.next() else {
            return (page, false);
        };
        bytes += candid::encode_one(&item).map_or(0, |encoded| encoded.len());
        page.push(item);
    }
    (page, items.next().is_some())
}

/// `preview_schedule`
pub fn preview(now: u64, request: PreviewScheduleRequest) -> Result<SchedulePreview, Error> {
    let count = validate::preview_count(request.count)?;
    let checked =
        validate::schedule(request.schedule, now).map_err(|error| error.within("schedule"))?;
    let from = request.from_at.unwrap_or_else(|| now.saturating_sub(1));
    Ok(SchedulePreview {
        description: checked.rule.describe(),
        timezone: checked.rule.timezone().to_string(),
        next_at: checked.rule.next_times(from, count),
    })
}

/// What the platform says of the canister, for the statistics.
#[derive(Clone, Debug)]
pub struct Platform {
    pub now: u64,
    pub cycles: u128,
    pub stable_pages: u64,
    pub timer_armed_at: Option<u64>,
}

/// `get_stats`
pub fn stats(state: &State, caller: Caller, platform: &Platform) -> Stats {
    let owner = state.owner(caller.0);
    let is_today = owner.day == engine::day(platform.now);
    let today = |figure: u64| if is_today { figure } else { 0 };
    Stats {
        total_tasks: owner.tasks,
        active_executions: owner.active,
        completed_today: today(owner.completed),
        failed_today: today(owner.failed),
        average_duration_nanoseconds: owner
            .duration_nanoseconds
            .checked_div(owner.finished)
            .filter(|_| is_today),
        upcoming: upcoming(state, caller),
        ready: state.ready_len(),
        running: state.running(),
        agenda: state.agenda_len(),
        next_wake_at: state.first_wake().map(|(key, _)| key.due_at),
        timer_armed_at: platform.timer_armed_at,
        cycles: Nat::from(platform.cycles),
        stable_pages: platform.stable_pages,
        version: env!("CARGO_PKG_VERSION").to_string(),
        now_at: platform.now,
    }
}

fn upcoming(state: &State, caller: Caller) -> Vec<UpcomingRun> {
    let next = state.upcoming_of(caller.0).take(limits::MAXIMUM_UPCOMING);
    next.map(|(run_at, schedule_id)| {
        let schedule = state
            .schedule(schedule_id)
            .expect("BUG: an armed schedule exists");
        let task = state
            .task(schedule.task_id)
            .expect("BUG: a schedule belongs to a task");
        UpcomingRun {
            task_id: task.id.0,
            schedule_id: schedule_id.0,
            name: task.name,
            run_at,
        }
    })
    .collect()
}
