//! The rules for a task of a backup: those of one that is made, under the rights of the caller, and
//! that its parts agree with each other. A backup may have been written by anybody.

use std::collections::BTreeSet;

use chime_types::{Error, NewSchedule, NewStep, limits};

use super::Restore;
use super::codices::check_entities;
use crate::engine::archive::TaskItem;
use crate::service::tasks::check_run_as;
use crate::service::validate;
use crate::state::records::{ExecutionRecord, ScheduleRecord, Step, TaskRecord};

/// Checks a task.
pub fn task(
    restore: Restore,
    item: &TaskItem,
    executions: &[ExecutionRecord],
) -> Result<(), Error> {
    record(restore, &item.task)?;
    steps(restore, &item.steps)?;
    let count = item.schedules.len();
    validate::items("schedules", count, limits::MAXIMUM_SCHEDULES, "it has none")?;
    for (index, schedule) in item.schedules.iter().enumerate() {
        self::schedule(restore, schedule, &item.task)
            .map_err(|error| error.within(&format!("schedules[{index}]")))?;
    }
    all_different("schedules", item.schedules.iter().map(|one| one.id.0))?;
    if let Some(entities) = &item.entities {
        check_entities("entities", entities)?;
    }
    self::executions(restore, item, executions)
}

/// A number that the scheduler gave, or could have given.
fn number(restore: Restore, field: &str, number: u64) -> Result<(), Error> {
    validate::range(field, number, 1, restore.highest)
}

/// How many slots something stands for: it is added to later.
pub fn count(field: &str, count: u64) -> Result<(), Error> {
    validate::range(field, count, 0, limits::MAXIMUM_RESTORED_RUNS)
}

/// A time, which may be long ago.
fn time(field: &str, at: Option<u64>) -> Result<(), Error> {
    validate::range(field, at.unwrap_or(0), 0, limits::LATEST_AT)
}

fn record(restore: Restore, task: &TaskRecord) -> Result<(), Error> {
    number(restore, "id", task.id.0)?;
    validate::name(&task.name)?;
    validate::description(&task.description)?;
    validate::metadata(&task.metadata)?;
    validate::retry(&task.retry)?;
    validate::numbers(
        task.execution_timeout_seconds,
        task.maximum_concurrent,
        task.pause_after_failures,
        false,
    )?;
    check_run_as(restore.caller, task.run_as)?;
    validate::callback(task.callback.as_ref(), &restore.caller)?;
    task.pause_reason
        .as_deref()
        .map_or(Ok(()), validate::reason)?;
    let key = task.idempotency_key.as_deref();
    key.map_or(Ok(()), validate::idempotency_key)?;
    number(restore, "plan", task.plan)?;
    number(restore, "version", task.version)?;
    count("consecutive_failures", task.consecutive_failures.into())?;
    count("total_executions", task.total_executions)?;
    time("created_at", Some(task.created_at))?;
    time("updated_at", Some(task.updated_at))?;
    time("last_run_at", task.last_run_at)
}

fn steps(restore: Restore, steps: &[Step]) -> Result<(), Error> {
    let new = steps.iter().map(|step| NewStep {
        name: step.name.clone(),
        action: step.action.clone(),
        run_next_after_seconds: Some(step.run_next_after_seconds),
        timeout_seconds: Some(step.timeout_seconds),
        continue_on_error: Some(step.continue_on_error),
    });
    let default = limits::DEFAULT_TIMEOUT_SECONDS;
    validate::steps(new.collect(), default, &restore.caller).map(|_| ())
}

fn schedule(restore: Restore, schedule: &ScheduleRecord, task: &TaskRecord) -> Result<(), Error> {
    number(restore, "id", schedule.id.0)?;
    if schedule.task_id != task.id {
        return Err(Error::invalid(
            "task_id",
            format!("it belongs to task {}", schedule.task_id.0),
            "the backup is damaged",
        ));
    }
    time("last_run_at", schedule.last_run_at)?;
    count("runs", schedule.runs)?;
    count("skipped_runs", schedule.skipped_runs)?;
    count("missed", schedule.missed)?;
    let new = NewSchedule {
        name: schedule.name.clone(),
        timezone: Some(schedule.timezone.clone()),
        start_at: Some(schedule.start_at),
        end_at: schedule.end_at,
        gap: Some(schedule.gap),
        missed_runs: Some(schedule.missed_runs),
        missed_window_seconds: schedule.missed_window_seconds,
        maximum_runs: schedule.maximum_runs,
        jitter_seconds: Some(schedule.jitter_seconds),
        exclusions: Some(schedule.exclusions.clone()),
        ..NewSchedule::new(schedule.rule.clone())
    };
    // As if it were made at the beginning of time: what was ahead then may be past by now.
    validate::schedule(new, 0)?;
    crate::engine::check_rule(schedule)
}

fn executions(
    restore: Restore,
    item: &TaskItem,
    executions: &[ExecutionRecord],
) -> Result<(), Error> {
    for (index, execution) in executions.iter().enumerate() {
        self::execution(restore, item, execution)
            .and_then(|()| attempts(execution))
            .map_err(|error| error.within(&format!("executions[{index}]")))?;
    }
    let slots = executions
        .iter()
        .filter_map(|one| Some((one.schedule_id?.0, one.scheduled_at)));
    all_different("executions.scheduled_at", slots)?;
    let keys = executions.iter().filter_map(|one| one.run_key.as_ref());
    all_different("executions.run_key", keys)
}

fn execution(restore: Restore, item: &TaskItem, execution: &ExecutionRecord) -> Result<(), Error> {
    number(restore, "id", execution.id.0)?;
    let schedule = execution.schedule_id.map_or(1, |id| id.0);
    number(restore, "schedule_id", schedule)?;
    number(restore, "plan", execution.plan)?;
    time("scheduled_at", Some(execution.scheduled_at))?;
    time("due_at", Some(execution.due_at))?;
    time("started_at", execution.started_at)?;
    time("finished_at", execution.finished_at)?;
    // Those that went by other steps are not replayed in their middle.
    let steps = match execution.plan == item.task.plan {
        true => item.steps.len(),
        false => limits::MAXIMUM_STEPS,
    };
    let step = u64::from(execution.step);
    validate::range("step", step, 0, (steps as u64).saturating_sub(1))?;
    let done = execution.steps.len() as u64;
    validate::range("steps", done, 0, step + 1)?;
    validate::range("slots", execution.slots, 1, limits::MAXIMUM_RESTORED_RUNS)?;
    count("rescues", execution.rescues.into())?;
    let lines = execution.logs.len() as u64;
    validate::range("logs", lines, 0, limits::MAXIMUM_LOG_LINES as u64)?;
    let key = execution.run_key.as_deref();
    key.map_or(Ok(()), validate::idempotency_key)
}

fn attempts(execution: &ExecutionRecord) -> Result<(), Error> {
    // One more than there are retries, and those that were put off or taken back.
    count("attempt", execution.attempt.into())?;
    let kept = execution.attempts.len() as u64;
    validate::range("attempts", kept, 0, limits::MAXIMUM_ATTEMPTS_KEPT as u64)?;
    for (index, attempt) in execution.attempts.iter().enumerate() {
        let field = |name: &str| format!("attempts[{index}].{name}");
        let step = execution.step.into();
        validate::range(&field("step"), attempt.step.into(), 0, step)?;
        count(&field("number"), attempt.number.into())?;
        time(&field("started_at"), Some(attempt.started_at))?;
        time(&field("finished_at"), attempt.finished_at)?;
    }
    Ok(())
}

/// Refuses what is there twice.
fn all_different<T: Ord>(field: &str, items: impl Iterator<Item = T>) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(item) {
            return Err(Error::invalid(
                field,
                "none is there twice",
                "the backup is damaged",
            ));
        }
    }
    Ok(())
}
