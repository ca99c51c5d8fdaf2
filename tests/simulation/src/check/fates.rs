//! A slot is run, left out or missed only for a reason that there was.

use candid::Principal;
use chime_types::{Cause, ExecutionStatus, MissedRuns, OverlapPolicy, TaskExecution, Trigger};

use super::Record;
use crate::model::{GRACE, Model, ScheduleModel, TaskModel, slots_between};
use crate::violation::{Violation, ensure};
use crate::world::SECOND;

/// A slot handled later than this is late, by the interface.
const LATE: u64 = 60 * SECOND;

/// Looks at the fate of each slot.
pub fn check(model: &Model, history: &Record) -> Result<(), Violation> {
    let task = &model.tasks[&history.task.id];
    for execution in &history.executions {
        let schedule = execution.schedule_id.and_then(|id| task.schedule(id));
        let Some(schedule) = schedule.filter(|_| execution.trigger == Trigger::Schedule) else {
            continue;
        };
        match execution.status {
            ExecutionStatus::Missed => check_missed(model, schedule, execution)?,
            ExecutionStatus::Skipped => check_skipped(model, task, schedule, execution, history)?,
            ExecutionStatus::Ready
            | ExecutionStatus::Running
            | ExecutionStatus::Waiting
            | ExecutionStatus::Completed
            | ExecutionStatus::Failed
            | ExecutionStatus::TimedOut
            | ExecutionStatus::Cancelled => check_run(model, task, schedule, execution, history)?,
        }
    }
    Ok(())
}

/// A slot is missed only if the scheduler could not run, and only by the rule for that.
fn check_missed(
    model: &Model,
    schedule: &ScheduleModel,
    execution: &TaskExecution,
) -> Result<(), Violation> {
    let slot = execution.scheduled_at;
    let made = execution.finished_at.unwrap_or(u64::MAX);
    ensure!(
        model.trouble.stalled(slot, made),
        Fates,
        "nothing was wrong, and it was missed: {execution:?}"
    );
    let behind = made.saturating_sub(slot);
    let window = schedule.plan.window_seconds.unwrap_or(u64::MAX / SECOND);
    let is_superseded = !slots_between(schedule, slot + 1, made).is_empty();
    let may = behind > window * SECOND
        || match schedule.plan.missed {
            MissedRuns::Skip => behind > LATE,
            MissedRuns::Latest => is_superseded,
            MissedRuns::All { .. } => behind > LATE || is_superseded,
        };
    ensure!(
        may,
        Fates,
        "missed {behind} ns late, against {:?}: {execution:?}",
        schedule.plan
    );
    Ok(())
}

/// A slot is left out only if another execution was under way, or the owner was switched off or had
/// used its runs up.
fn check_skipped(
    model: &Model,
    task: &TaskModel,
    schedule: &ScheduleModel,
    execution: &TaskExecution,
    history: &Record,
) -> Result<(), Violation> {
    let made = execution.finished_at.unwrap_or(u64::MAX);
    let owner = task.owner;
    if execution.cause == Some(Cause::Poison) {
        ensure!(
            model.trouble.trapped(execution.scheduled_at, made),
            Poison,
            "put aside, and nothing trapped: {execution:?}"
        );
        return Ok(());
    }
    if execution.cause == Some(Cause::BudgetUsedUp) {
        ensure!(
            model.fees,
            Fates,
            "nothing costs anything, and a budget was used up: {execution:?}"
        );
        return Ok(());
    }
    if execution.cause == Some(Cause::RunsUsedUp) {
        return check_used_up(model, owner, execution);
    }
    // What stood in the way of the first slot takes the others of the hour along.
    if model.was_disabled_between(owner, execution.scheduled_at, made) {
        return Ok(());
    }
    let mut others = history.executions.iter();
    let has_other = others.any(|other| {
        other.id < execution.id && other.finished_at.is_none_or(|finished| finished >= made)
    });
    let may = match schedule.plan.overlap {
        OverlapPolicy::Skip | OverlapPolicy::BufferOne | OverlapPolicy::BufferAll => has_other,
        OverlapPolicy::CancelOther | OverlapPolicy::TerminateOther | OverlapPolicy::AllowAll => {
            false
        }
    };
    ensure!(
        may,
        Fates,
        "left out under {:?}, and nothing was in its way: {execution:?}",
        schedule.plan.overlap
    );
    Ok(())
}

/// A larger quota counts at once, also for a schedule whose slots were left out.
fn check_used_up(
    model: &Model,
    owner: Principal,
    execution: &TaskExecution,
) -> Result<(), Violation> {
    let made = execution.finished_at.unwrap_or(u64::MAX);
    let last = execution.slots_until.unwrap_or(execution.scheduled_at);
    ensure!(
        model.had_few_runs(owner, last, made) || model.trouble.disturbed(last, made),
        Fates,
        "no quota of runs was small any more: {execution:?}"
    );
    Ok(())
}

/// A slot is not run beside others unless that was asked for, nor when it had to be missed.
fn check_run(
    model: &Model,
    task: &TaskModel,
    schedule: &ScheduleModel,
    execution: &TaskExecution,
    history: &Record,
) -> Result<(), Violation> {
    let slot = execution.scheduled_at;
    let Some(started) = execution.started_at else {
        return Ok(());
    };
    ensure!(
        started >= slot,
        Fates,
        "it started before its slot: {execution:?}"
    );
    let is_made_up = model.trouble.stalled(slot, started);
    let others = || {
        history
            .executions
            .iter()
            .filter(|other| other.id < execution.id)
    };
    match schedule.plan.overlap {
        OverlapPolicy::Skip if !is_made_up => {
            let other = others().find(|other| {
                other.started_at.is_some_and(|at| at <= slot)
                    && other.finished_at.is_none_or(|at| at > started)
            });
            ensure!(
                other.is_none(),
                Fates,
                "{execution:?} runs beside {other:?}, task {}",
                task.id
            );
        }
        OverlapPolicy::BufferOne | OverlapPolicy::BufferAll => {
            let other = others().find(|other| {
                other.schedule_id == execution.schedule_id
                    && other.trigger == Trigger::Schedule
                    && other.finished_at.is_none_or(|at| at > started)
            });
            // Whoever puts an execution off says when it goes on.
            let was_put_off = task.was_touched(slot, started);
            ensure!(
                other.is_none() || was_put_off,
                Fates,
                "{execution:?} did not wait for {other:?}"
            );
        }
        OverlapPolicy::Skip
        | OverlapPolicy::CancelOther
        | OverlapPolicy::TerminateOther
        | OverlapPolicy::AllowAll => {}
    }
    check_lag(model, task, schedule, execution, started)
}

/// What is due begins within a minute, unless something was wrong or a limit stood in its way.
fn check_lag(
    model: &Model,
    task: &TaskModel,
    schedule: &ScheduleModel,
    execution: &TaskExecution,
    started: u64,
) -> Result<(), Violation> {
    let slot = execution.scheduled_at;
    let may_wait = !matches!(schedule.plan.overlap, OverlapPolicy::AllowAll)
        || task.plan.maximum_concurrent.is_some()
        || task.was_touched(slot, started)
        || model.was_disabled_between(task.owner, slot, started)
        || model.places_may_be_taken(task.owner)
        || task.waits_for_workers();
    ensure!(
        may_wait
            || model.trouble.stalled(slot, started)
            || started <= slot + schedule.jitter() + GRACE,
        Alive,
        "it began late: {execution:?}"
    );
    Ok(())
}
