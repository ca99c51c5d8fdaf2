//! What happens to an execution between its attempts: it becomes ready, waits, and ends.
//!
//! Its status changes only by `Status::enter`, which knows the allowed edges.

use chime_types::{
    EventKind, ExecutionFinished, ExecutionStatus, LogEntry, Outcome, Trigger, WaitReason, limits,
};

use super::timeline::Note;
use super::{alerts, attempt, backfill, deliver, places, retention, target_of_step, totals};
use crate::state::State;
use crate::state::keys::{ExecutionId, ReadyKey, ScheduleId, Wake};
use crate::state::records::{ExecutionRecord, OwnerRecord, Payload, Place, Status, TaskRecord};

const NANOSECONDS_PER_HOUR: u64 = 3_600 * limits::NANOSECONDS;

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
        progress: Vec::new(),
        steps: Vec::new(),
        attempts: Vec::new(),
        logs: Vec::new(),
        result: None,
        error: None,
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

/// Takes an execution that is ready or waiting out of its queue and of the agenda.
fn withdraw(state: &mut State, task: &TaskRecord, execution: &mut ExecutionRecord) {
    state.cancel_wake(execution.wake.take());
    if let Some(place) = execution.place.take() {
        state.leave_queue(task.owner, &place);
        // It may have been let go on in favour of others that wait behind a limit.
        places::pass_on(state, task, target_of_step(state, execution));
    }
}

/// Ends an execution: writes it, counts it, frees its plan, tells those who want to know, and lets
/// the next buffered execution of the task go on. The task is written by the caller.
pub(super) fn end(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    status: ExecutionStatus,
    now: u64,
) {
    execution.status.enter(status);
    execution.finished_at = Some(now);
    execution.waiting_for = None;
    state.cancel_wake(execution.expires.take());
    state.put_execution(execution);
    task.active.retain(|id| *id != execution.id);
    if matches!(status, ExecutionStatus::Failed | ExecutionStatus::TimedOut) {
        state.add_dead_letter(task.owner, execution.id);
    }
    count(state, task, execution, now);
    note_end(state, task, execution, now);
    if execution.plan != task.plan && !is_plan_in_use(state, task, execution.plan) {
        state.remove_plan(task.id, execution.plan);
    }
    tell(state, task, execution, now);
    count_failures(state, task, status, now);
    alerts::on_end(state, now, task, execution);
    backfill::on_end(state, now, execution);
    release_buffered(state, task, now);
    retention::arm_sweep(state, now);
}

fn note_end(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    let kind = match execution.status.get() {
        ExecutionStatus::Completed => EventKind::ExecutionCompleted,
        ExecutionStatus::Failed => EventKind::ExecutionFailed,
        ExecutionStatus::TimedOut => EventKind::ExecutionTimedOut,
        _ => EventKind::ExecutionCancelled,
    };
    let detail = execution.error.as_deref().unwrap_or("");
    Note::execution(kind, task, execution)
        .detail(detail)
        .write(state, now);
}

/// Sends the callback of the task on its way.
fn tell(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    let Some(callback) = task.callback.clone() else {
        return;
    };
    let finished = ExecutionFinished {
        task_id: task.id.0,
        task_name: task.name.clone(),
        execution_id: execution.id.0,
        scheduled_at: execution.scheduled_at,
        finished_at: now,
        status: execution.status.get(),
        result: execution.result.clone(),
        error: execution.error.clone(),
    };
    deliver::send(
        state,
        now,
        task.owner,
        Payload::Finished(callback, finished),
    );
}

/// Counts failures in a row, and pauses the task when there are too many.
fn count_failures(state: &mut State, task: &mut TaskRecord, status: ExecutionStatus, now: u64) {
    match status {
        ExecutionStatus::Completed => task.consecutive_failures = 0,
        ExecutionStatus::Failed | ExecutionStatus::TimedOut => task.consecutive_failures += 1,
        _ => return,
    }
    let maximum = task.pause_after_failures.unwrap_or(u32::MAX);
    if task.consecutive_failures < maximum || task.disabled {
        return;
    }
    let reason = format!("paused after {maximum} failures in a row");
    pause(state, task, now);
    Note::task(EventKind::TaskPaused, task)
        .detail(&reason)
        .write(state, now);
    task.pause_reason = Some(reason);
}

/// Switches a task off. The task is written by the caller.
pub fn pause(state: &mut State, task: &mut TaskRecord, now: u64) {
    task.disabled = true;
    task.updated_at = now;
    task.version += 1;
    for id in &task.schedules {
        let mut schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        state.arm(&mut schedule, task.owner, None);
    }
}

fn is_plan_in_use(state: &State, task: &TaskRecord, plan: u64) -> bool {
    task.active.iter().any(|id| {
        state
            .execution(*id)
            .is_some_and(|active| active.plan == plan)
    })
}

/// Executions that wait for those before them run one after the other: the oldest goes on when
/// nothing else of the task is under way.
fn release_buffered(state: &mut State, task: &TaskRecord, now: u64) {
    let Some(first) = task.active.first() else {
        return;
    };
    let mut execution = state
        .execution(*first)
        .expect("BUG: an active execution exists");
    if is_buffered(&execution) {
        queue(state, task, &mut execution, now);
    }
}

/// Whether an execution waits for those before it.
pub(super) fn is_buffered(execution: &ExecutionRecord) -> bool {
    execution.status.get() == ExecutionStatus::Ready && execution.place.is_none()
}

/// Days since 1970, UTC.
pub const fn day(now: u64) -> u64 {
    now / (24 * NANOSECONDS_PER_HOUR)
}

/// Hours since 1970.
pub const fn hour(now: u64) -> u64 {
    now / NANOSECONDS_PER_HOUR
}

/// Begins the figures of a new day.
pub(super) fn begin_day(owner: &mut OwnerRecord, now: u64) {
    let today = day(now);
    if owner.day != today {
        owner.day = today;
        owner.completed = 0;
        owner.failed = 0;
        owner.skipped = 0;
        owner.missed = 0;
        owner.figures = Default::default();
    }
}

/// Begins the count of a new hour.
pub(super) fn begin_hour(owner: &mut OwnerRecord, now: u64) {
    let present = hour(now);
    if owner.hour != present {
        owner.hour = present;
        owner.runs_this_hour = 0;
    }
}

fn count(state: &mut State, task: &TaskRecord, execution: &ExecutionRecord, now: u64) {
    totals::on_end(state, now, execution);
    state.change_owner(task.owner, |owner| {
        owner.active -= 1;
        begin_day(owner, now);
        match execution.status.get() {
            ExecutionStatus::Completed => owner.completed += 1,
            ExecutionStatus::Failed | ExecutionStatus::TimedOut => {
                owner.failed += 1;
                owner.dead_letters += 1;
            }
            _ => return,
        }
        let started = execution.started_at.unwrap_or(now);
        owner.figures.add_duration(now.saturating_sub(started));
    });
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

/// Ends an execution that is not final, whatever it is doing. The task is written by the caller.
pub(super) fn terminate(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    (status, outcome): (ExecutionStatus, Outcome),
    reason: &str,
) {
    withdraw_or_close(state, task, execution, now, outcome);
    execution.error = Some(reason.to_string());
    end(state, task, execution, status, now);
}

fn withdraw_or_close(
    state: &mut State,
    task: &mut TaskRecord,
    execution: &mut ExecutionRecord,
    now: u64,
    outcome: Outcome,
) {
    if execution.status.get() == ExecutionStatus::Running {
        attempt::close(state, task, execution, now, outcome);
        execution.progress.clear();
    } else {
        withdraw(state, task, execution);
        attempt::close_slices(execution, now, outcome);
    }
}

/// Cancels an execution that is not final. With `terminate` it ends at once, and an answer to an
/// attempt under way is dropped when it comes; otherwise such an attempt is let finish.
pub fn cancel(state: &mut State, id: ExecutionId, now: u64, reason: &str, terminate_it: bool) {
    let Some(mut execution) = state.execution(id).filter(|found| !found.status.is_final()) else {
        return;
    };
    let mut task = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    if execution.status.get() == ExecutionStatus::Running && !terminate_it {
        execution.cancel_requested = Some(reason.to_string());
        state.put_execution(&execution);
        return;
    }
    let ends = (ExecutionStatus::Cancelled, Outcome::Cancelled);
    terminate(state, &mut task, &mut execution, now, ends, reason);
    state.put_task(&task);
}

/// A whole execution has had its time.
pub fn expire(state: &mut State, now: u64, id: ExecutionId) {
    let Some(mut execution) = state.execution(id).filter(|found| !found.status.is_final()) else {
        return;
    };
    let mut task = state
        .task(execution.task_id)
        .expect("BUG: an execution has a task");
    execution.expires = None;
    let seconds = task.execution_timeout_seconds.unwrap_or(0);
    let reason = format!(
        "not done within {seconds} s: at step {}, attempt {}",
        execution.step, execution.attempt
    );
    let ends = (ExecutionStatus::TimedOut, Outcome::TimedOut);
    terminate(state, &mut task, &mut execution, now, ends, &reason);
    state.put_task(&task);
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

/// Cancels the executions of a task that are not final. Answers how many. Answers to attempts
/// under way are dropped when they come.
pub fn cancel_active(state: &mut State, task: &mut TaskRecord, now: u64, reason: &str) -> u64 {
    let active = task.active.clone();
    // The youngest first, so that none is let go on in between.
    for id in active.iter().rev() {
        let mut execution = state
            .execution(*id)
            .expect("BUG: an active execution exists");
        let ends = (ExecutionStatus::Cancelled, Outcome::Cancelled);
        terminate(state, task, &mut execution, now, ends, reason);
    }
    state.put_task(task);
    active.len() as u64
}

/// Removes a task with its schedules, its plans and its history. Answers how many executions were
/// cancelled with it.
pub fn erase(state: &mut State, task: &mut TaskRecord, now: u64) -> u64 {
    backfill::erase_all(state, task);
    alerts::erase_all(state, task);
    let cancelled = cancel_active(state, task, now, "the task was deleted");
    for id in &task.schedules {
        let schedule = state
            .schedule(*id)
            .expect("BUG: a schedule of a task exists");
        state.remove_schedule(schedule, task.owner);
    }
    let executions: Vec<ExecutionRecord> = state
        .oldest_executions_of(task.id, ExecutionId(0))
        .collect();
    for execution in executions {
        retention::remove(state, task, &execution);
    }
    for plan in state.plans_of(task.id) {
        state.remove_plan(task.id, plan);
    }
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
