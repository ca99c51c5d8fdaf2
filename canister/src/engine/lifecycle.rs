//! What happens to an execution between its attempts: it becomes ready, waits, and ends.
//!
//! Every change of an execution's status goes through [`enter`], which knows the allowed edges.

use chime_types::{ExecutionStatus, LogEntry, WaitReason, limits};

use super::attempt;
use crate::state::State;
use crate::state::keys::{ExecutionId, ReadyKey, ScheduleId, Wake};
use crate::state::records::{ExecutionRecord, TaskRecord};

const NANOSECONDS_PER_DAY: u64 = 86_400 * limits::NANOSECONDS;

/// Changes the status of an execution along an allowed edge.
pub(super) fn enter(execution: &mut ExecutionRecord, status: ExecutionStatus) {
    use ExecutionStatus::{Cancelled, Completed, Failed, Ready, Running, TimedOut, Waiting};
    let allowed = match execution.status {
        Ready => matches!(status, Running | Cancelled),
        Running => matches!(
            status,
            Ready | Waiting | Completed | Failed | TimedOut | Cancelled
        ),
        Waiting => matches!(status, Ready | Cancelled),
        _ => false,
    };
    assert!(
        allowed,
        "BUG: execution {:?} cannot become {status:?}",
        execution.status
    );
    execution.status = status;
}

/// A new execution of the task's present plan, not written yet.
pub(super) fn new_execution(
    state: &mut State,
    task: &TaskRecord,
    schedule_id: Option<ScheduleId>,
    scheduled_at: u64,
    status: ExecutionStatus,
) -> ExecutionRecord {
    ExecutionRecord {
        id: state.new_execution_id(),
        task_id: task.id,
        schedule_id,
        plan: task.plan,
        scheduled_at,
        started_at: None,
        finished_at: None,
        status,
        waiting_for: None,
        wake: None,
        ready: None,
        step: 0,
        attempt: 0,
        token: None,
        attempts: Vec::new(),
        logs: Vec::new(),
        result: None,
        error: None,
        slots: 1,
    }
}

/// Adds a new execution to its task's history. False if its slot already has one.
#[must_use]
pub(super) fn admit(state: &mut State, task: &mut TaskRecord, execution: &ExecutionRecord) -> bool {
    if !state.insert_execution(execution) {
        return false;
    }
    task.total_executions += 1;
    if !execution.status.is_final() {
        task.active.push(execution.id);
        task.latest = Some(execution.id);
        task.last_run_at = Some(execution.scheduled_at);
        state.change_owner(task.owner, |owner| owner.active += 1);
    }
    prune(state, task);
    true
}

/// Removes the oldest finished executions above the limit.
fn prune(state: &mut State, task: &mut TaskRecord) {
    let excess = task
        .total_executions
        .saturating_sub(limits::MAXIMUM_EXECUTIONS_PER_TASK);
    let old: Vec<ExecutionRecord> = state
        .oldest_executions_of(task.id)
        .take(
            usize::try_from(excess)
                .unwrap_or(usize::MAX)
                .saturating_add(task.active.len()),
        )
        .filter(|execution| execution.status.is_final())
        .take(usize::try_from(excess).unwrap_or(usize::MAX))
        .collect();
    for execution in old {
        state.remove_execution(&execution);
        task.total_executions -= 1;
    }
}

/// Puts an execution into the ready queue, as due since `due_at`.
pub(super) fn queue(
    state: &mut State,
    task: &TaskRecord,
    execution: &mut ExecutionRecord,
    due_at: u64,
) {
    let key = ReadyKey {
        priority: task.priority as u8,
        due_at,
        execution_id: execution.id,
    };
    execution.ready = Some(key);
    state.enqueue(key);
    state.put_execution(execution);
}

/// Lets an execution wait in the agenda.
pub(super) fn wait(
    state: &mut State,
    execution: &mut ExecutionRecord,
    reason: WaitReason,
    until: u64,
) {
    enter(execution, ExecutionStatus::Waiting);
    execution.waiting_for = Some(reason);
    execution.wake = Some(state.wake_at(until, Wake::Resume(execution.id)));
    state.put_execution(execution);
}

/// A pause is over: the execution goes back to the ready queue.
pub(super) fn resume(state: &mut State, now: u64, id: ExecutionId) {
    let Some(mut execution) = state.execution(id) else {
        return;
    };
    let Some(task) = state.task(execution.task_id) else {
        return;
    };
    execution.wake = None;
    execution.waiting_for = None;
    enter(&mut execution, ExecutionStatus::Ready);
    queue(state, &task, &mut execution, now);
}

/// Ends an execution: writes it, counts it, frees its plan, and lets the next buffered execution
/// of the task go on.
pub(super) fn end(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    status: ExecutionStatus,
    now: u64,
) {
    enter(execution, status);
    execution.finished_at = Some(now);
    execution.waiting_for = None;
    state.put_execution(execution);
    task.active.retain(|id| *id != execution.id);
    count(state, task, execution, now);
    if execution.plan != task.plan && !is_plan_in_use(state, task, execution.plan) {
        state.remove_plan(task.id, execution.plan);
    }
    release_buffered(state, task, now);
    state.put_task(task);
}

fn is_plan_in_use(state: &State, task: &TaskRecord, plan: u64) -> bool {
    task.active.iter().any(|id| {
        state
            .execution(*id)
            .is_some_and(|active| active.plan == plan)
    })
}

/// Executions made up for after an outage run one after the other: the oldest that has not been
/// queued goes on when nothing else of the task is under way.
fn release_buffered(state: &mut State, task: &TaskRecord, now: u64) {
    let Some(first) = task.active.first() else {
        return;
    };
    let mut execution = state
        .execution(*first)
        .expect("BUG: an active execution exists");
    if execution.status == ExecutionStatus::Ready && execution.ready.is_none() {
        queue(state, task, &mut execution, now);
    }
}

/// Days since 1970, UTC.
pub const fn day(now: u64) -> u64 {
    now / NANOSECONDS_PER_DAY
}

fn count(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    let today = day(now);
    state.change_owner(task.owner, |owner| {
        owner.active -= 1;
        if owner.day != today {
            owner.day = today;
            owner.completed = 0;
            owner.failed = 0;
            owner.finished = 0;
            owner.duration_nanoseconds = 0;
        }
        match execution.status {
            ExecutionStatus::Completed => owner.completed += 1,
            ExecutionStatus::Failed | ExecutionStatus::TimedOut => owner.failed += 1,
            _ => return,
        }
        owner.finished += 1;
        let duration = execution
            .started_at
            .map_or(0, |started| now.saturating_sub(started));
        owner.duration_nanoseconds = owner.duration_nanoseconds.saturating_add(duration);
    });
}

/// Makes an execution on request, due now.
pub fn request(state: &mut State, task: &mut TaskRecord, now: u64) -> ExecutionRecord {
    let mut execution = new_execution(state, task, None, now, ExecutionStatus::Ready);
    let admitted = admit(state, task, &execution);
    assert!(
        admitted,
        "BUG: an execution without a schedule has no slot to share"
    );
    queue(state, task, &mut execution, now);
    state.put_task(task);
    execution
}

/// Cancels the executions of a task that are not final. Answers how many. Answers to attempts
/// under way are dropped when they come.
pub fn cancel_active(state: &mut State, task: &mut TaskRecord, now: u64, reason: &str) -> u64 {
    let active = std::mem::take(&mut task.active);
    let count = active.len() as u64;
    for id in active {
        let mut execution = state
            .execution(id)
            .expect("BUG: an active execution exists");
        state.cancel_wake(execution.wake.take());
        if let Some(key) = execution.ready.take() {
            state.dequeue(&key);
        }
        if execution.status == ExecutionStatus::Running {
            attempt::close(state, &mut execution, now, &attempt::Outcome::Cancelled);
        }
        execution.error = Some(reason.to_string());
        end(state, task, &mut execution, ExecutionStatus::Cancelled, now);
    }
    state.put_task(task);
    count
}

/// Removes a task with its schedules, its plans and its history. Answers how many executions were
/// cancelled with it.
pub fn erase(state: &mut State, task: &mut TaskRecord, now: u64) -> u64 {
    let cancelled = cancel_active(state, task, now, "the task was deleted");
    for id in &task.schedules {
        let schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        state.remove_schedule(schedule, task.owner);
    }
    let executions: Vec<ExecutionRecord> = state.oldest_executions_of(task.id).collect();
    for execution in executions {
        state.remove_execution(&execution);
    }
    state.remove_plan(task.id, task.plan);
    state.remove_task(task);
    state.change_owner(task.owner, |owner| owner.tasks -= 1);
    cancelled
}

/// Adds a line to the log of an execution; above the limit the oldest line goes.
pub(super) fn log(execution: &mut ExecutionRecord, now: u64, message: String) {
    if execution.logs.len() >= limits::MAXIMUM_LOG_LINES {
        execution.logs.remove(0);
    }
    execution.logs.push(LogEntry {
        logged_at: now,
        message,
    });
}
