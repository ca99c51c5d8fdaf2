//! From records to what owners see.

use chime_types::{
    Alert, ExecutionStatus, StepStatus, Task, TaskExecution, TaskSchedule, TaskStatus, TaskStep,
    WaitReason,
};

use crate::engine::{self, error_cases};
use crate::state::State;
use crate::state::keys::Subject;
use crate::state::records::{AlertRecord, ExecutionRecord, ScheduleRecord, Step, TaskRecord};

/// A task as its owner sees it.
pub fn task(state: &State, record: TaskRecord) -> Task {
    let schedules: Vec<TaskSchedule> = record
        .schedules
        .iter()
        .map(|id| {
            schedule(
                state
                    .schedule(*id)
                    .expect("BUG: a schedule of a task exists"),
                &record,
            )
        })
        .collect();
    let latest = record.latest.and_then(|id| state.execution(id));
    let next_run_at = schedules
        .iter()
        .filter_map(|schedule| schedule.next_run_at)
        .min();
    let steps = state.plan(record.id, record.plan).steps;
    let status = status(
        &record,
        next_run_at,
        latest.as_ref().map(|latest| latest.status.get()),
    );
    Task {
        id: record.id.0,
        status,
        step_to_execute: latest.as_ref().map_or(0, |latest| latest.step),
        steps: steps_view(
            steps,
            latest.as_ref().filter(|latest| latest.plan == record.plan),
        ),
        schedules,
        next_run_at,
        name: record.name,
        description: record.description,
        metadata: record.metadata,
        owner: record.owner,
        priority: record.priority,
        retry: record.retry,
        on_unknown: record.on_unknown,
        execution_timeout_seconds: record.execution_timeout_seconds,
        maximum_concurrent: record.maximum_concurrent,
        pause_after_failures: record.pause_after_failures,
        consecutive_failures: record.consecutive_failures,
        run_as: record.run_as,
        callback: record.callback.map(error_cases::show_callback),
        disabled: record.disabled,
        pause_reason: record.pause_reason,
        last_run_at: record.last_run_at,
        active_executions: record.active.len() as u64,
        total_executions: record.total_executions,
        created_at: record.created_at,
        updated_at: record.updated_at,
        version: record.version,
    }
}

fn status(
    record: &TaskRecord,
    next_run_at: Option<u64>,
    latest: Option<ExecutionStatus>,
) -> TaskStatus {
    if !record.active.is_empty() {
        return TaskStatus::Running;
    }
    if record.disabled {
        return TaskStatus::Paused;
    }
    if next_run_at.is_some() {
        return TaskStatus::Pending;
    }
    match latest {
        Some(ExecutionStatus::Completed) => TaskStatus::Completed,
        Some(ExecutionStatus::Failed | ExecutionStatus::TimedOut) => TaskStatus::Failed,
        Some(ExecutionStatus::Cancelled) => TaskStatus::Cancelled,
        _ => TaskStatus::Pending,
    }
}

fn steps_view(steps: Vec<Step>, latest: Option<&ExecutionRecord>) -> Vec<TaskStep> {
    let view = |(index, step): (usize, Step)| TaskStep {
        name: step.name,
        action: error_cases::show_action(step.action),
        run_next_after_seconds: step.run_next_after_seconds,
        timeout_seconds: step.timeout_seconds,
        continue_on_error: step.continue_on_error,
        status: latest.map_or(StepStatus::Pending, |latest| step_status(index, latest)),
    };
    steps.into_iter().enumerate().map(view).collect()
}

fn step_status(index: usize, latest: &ExecutionRecord) -> StepStatus {
    let at = latest.step as usize;
    if let Some(done) = latest.steps.get(index) {
        return done.status;
    }
    if index < at || latest.status.get() == ExecutionStatus::Completed {
        return StepStatus::Completed;
    }
    if index > at || latest.attempt == 0 {
        return StepStatus::Pending;
    }
    if latest.status.is_final() {
        StepStatus::Failed
    } else {
        StepStatus::Running
    }
}

fn schedule(record: ScheduleRecord, task: &TaskRecord) -> TaskSchedule {
    let rule = engine::compile(&record);
    TaskSchedule {
        id: record.id.0,
        description: rule.describe(),
        repeat_every_seconds: rule.repeat_every_seconds(),
        name: record.name,
        rule: record.rule,
        timezone: record.timezone,
        start_at: record.start_at,
        end_at: record.end_at,
        gap: record.gap,
        missed_runs: record.missed_runs,
        missed_window_seconds: record.missed_window_seconds,
        overlap: record.overlap,
        maximum_runs: record.maximum_runs,
        jitter_seconds: record.jitter_seconds,
        exclusions: record.exclusions,
        fires_at: record.wake.map(|key| key.due_at),
        disabled: record.disabled || task.disabled,
        last_run_at: record.last_run_at,
        next_run_at: record.next_at,
        runs: record.runs,
        skipped_runs: record.skipped_runs,
        missed: record.missed,
    }
}

/// An execution as its owner sees it.
pub fn execution(state: &State, record: ExecutionRecord) -> TaskExecution {
    TaskExecution {
        callback_delivery: state.sent(Subject::Callback(record.id)),
        id: record.id.0,
        task_id: record.task_id.0,
        schedule_id: record.schedule_id.map(|id| id.0),
        trigger: record.trigger,
        replay_of: record.replay_of.map(|id| id.0),
        replayed_by: record.replayed_by.map(|id| id.0),
        backfill_id: record.backfill.map(|id| id.0),
        scheduled_at: record.scheduled_at,
        started_at: record.started_at,
        finished_at: record.finished_at,
        status: record.status.get(),
        waiting_for: record.waiting_for,
        wake_at: wake_at(state, &record),
        expires_at: record.expires.map(|key| key.due_at),
        cancel_requested: record.cancel_requested,
        rescues: record.rescues,
        step_to_execute: record.step,
        attempt: record.attempt,
        steps: record.steps,
        attempts: record.attempts,
        logs: record.logs,
        result: record.result,
        error: record.error,
        cause: record.cause,
        slots: record.slots,
        slots_until: record.slots_until,
    }
}

/// When an execution goes on that waits for time.
fn wake_at(state: &State, record: &ExecutionRecord) -> Option<u64> {
    if record.waiting_for != Some(WaitReason::Budget) || record.wake.is_some() {
        return record.wake.map(|key| key.due_at);
    }
    let task = state.task(record.task_id)?;
    engine::budget::holds_back_until(state, task.owner)
}

/// An alert as its owner sees it.
pub fn alert(state: &State, record: AlertRecord) -> Alert {
    Alert {
        delivery: state.sent(Subject::Alert(record.id)),
        channel: error_cases::show_channel(record.alert.channel),
        ..record.alert
    }
}
