//! What happens to an execution between its attempts: it is made, becomes ready and waits. How it
//! ends is in `ending`, and what stops it in `stopping`.
//!
//! Its status changes only by `Status::enter`, which knows the allowed edges.

use chime_types::{ExecutionStatus, LogEntry, Trigger, WaitReason, limits};

use super::periods::begin_hour;
use super::{attempt, places, retention, target_of_step};
use crate::state::State;
use crate::state::keys::{ExecutionId, ReadyKey, ScheduleId, Wake};
use crate::state::records::{ExecutionRecord, Place, Status, TaskRecord};

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
        trigger: Trigger::Schedule,
        replay_of: None,
        replayed_by: None,
        backfill: None,
        run_key: None,
        plan: task.plan,
        scheduled_at,
        due_at: scheduled_at,
        started_at: None,
        finished_at: None,
        status: Status::first(status),
        waiting_for: None,
        wake: None,
        expires: None,
        place: None,
        step: 0,
        attempt: 0,
        token: None,
        target: None,
        lease: None,
        rescues: 0,
        cancel_requested: None,
        cancel_cause: None,
        progress: Vec::new(),
        steps: Vec::new(),
        attempts: Vec::new(),
        logs: Vec::new(),
        result: None,
        error: None,
        cause: None,
        slots: 1,
    }
}

/// Adds a new execution to its task's history. False if its slot already has one.
#[must_use]
pub(super) fn admit(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
) -> bool {
    let is_final = execution.status.is_final();
    if let Some(seconds) = task.execution_timeout_seconds.filter(|_| !is_final) {
        let until = attempt::after(now.max(execution.due_at), seconds);
        execution.expires = Some(state.wake_at(until, Wake::Expire(execution.id)));
    }
    if !state.insert_execution(task.owner, execution) {
        state.cancel_wake(execution.expires.take());
        return false;
    }
    task.total_executions += 1;
    if !is_final {
        task.active.push(execution.id);
        task.latest = Some(execution.id);
        task.last_run_at = Some(execution.scheduled_at);
    }
    state.change_owner(task.owner, |owner| {
        owner.executions += 1;
        if !is_final {
            owner.active += 1;
            begin_hour(owner, now);
            owner.runs_this_hour += 1;
        }
    });
    retention::prune(state, task);
    true
}

/// Makes an execution on request, due now.
pub fn request(
    state: &mut State,
    task: &mut TaskRecord,
    now: u64,
    run_key: Option<String>,
) -> ExecutionRecord {
    let mut execution = new_execution(state, task, None, now, ExecutionStatus::Ready);
    execution.trigger = Trigger::Request;
    execution.run_key = run_key;
    start_on_request(state, task, &mut execution, now);
    execution
}

/// Admits an execution that has no slot, and queues it. The task is written.
pub(super) fn start_on_request(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
) {
    let admitted = admit(state, task, execution, now);
    assert!(
        admitted,
        "BUG: an execution without a schedule has no slot to share"
    );
    queue(state, task, execution, now);
    state.put_task(task);
}

/// The place of an execution in the queues: as if it had come later by a step of ageing for each
/// class that it is less urgent. So within a class the longest due goes first, and the less urgent
/// goes before what is more urgent but came that much later.
pub(super) fn rank(
    state: &State,
    task: &TaskRecord,
    execution: &ExecutionRecord,
    due_at: u64,
) -> ReadyKey {
    let step = state
        .config()
        .ageing_seconds
        .saturating_mul(limits::NANOSECONDS);
    ReadyKey {
        rank: due_at.saturating_add(step.saturating_mul(task.priority as u64)),
        execution_id: execution.id,
    }
}

/// Puts an execution into the ready queue, as due since `due_at`.
pub(super) fn queue(
    state: &mut State,
    task: &TaskRecord,
    execution: &mut ExecutionRecord,
    due_at: u64,
) {
    let place = Place::Ready(rank(state, task, execution, due_at));
    state.enter_queue(task.owner, &place);
    execution.place = Some(place);
    state.put_execution(execution);
}

/// Lets an execution wait in the agenda.
pub(super) fn wait(
    state: &mut State,
    execution: &mut ExecutionRecord,
    reason: WaitReason,
    until: u64,
) {
    execution.status.enter(ExecutionStatus::Waiting);
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
    execution.status.enter(ExecutionStatus::Ready);
    queue(state, &task, &mut execution, now);
}

/// Puts an execution off that is ready or waiting. It costs no attempt.
pub fn snooze(state: &mut State, execution: &mut ExecutionRecord, until: u64) {
    let task = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    withdraw(state, &task, execution);
    if execution.status.get() == ExecutionStatus::Ready {
        wait(state, execution, WaitReason::Snooze, until);
        return;
    }
    execution.waiting_for = Some(WaitReason::Snooze);
    execution.wake = Some(state.wake_at(until, Wake::Resume(execution.id)));
    state.put_execution(execution);
}

/// Takes an execution that is ready or waiting out of its queue and of the agenda.
pub(super) fn withdraw(state: &mut State, task: &TaskRecord, execution: &mut ExecutionRecord) {
    state.cancel_wake(execution.wake.take());
    if let Some(place) = execution.place.take() {
        state.leave_queue(task.owner, &place);
        // It may have been let go on in favour of others that wait behind a limit.
        places::pass_on(state, task, target_of_step(state, execution));
    }
}

/// Whether an execution waits for those before it.
pub(super) fn is_buffered(execution: &ExecutionRecord) -> bool {
    execution.status.get() == ExecutionStatus::Ready && execution.place.is_none()
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
