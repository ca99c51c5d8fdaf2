//! Attempts end as what they do says, and are repeated as the policy says.

use chime_types::{
    Attempt, Cause, ExecutionStatus, OnUnknown, Outcome, OverlapPolicy, TaskExecution,
};
use chime_types::{StepStatus, Trigger, WaitReason};

use super::Record;
use crate::model::{GRACE, Model, Reported, TaskModel};
use crate::story::{StepKind, StepPlan};
use crate::violation::{Violation, ensure};
use crate::world::SECOND;

/// Looks at each attempt of each execution, and at what became of the whole.
pub fn check(model: &Model, history: &Record) -> Result<(), Violation> {
    let task = &model.tasks[&history.task.id];
    for execution in &history.executions {
        for attempt in &execution.attempts {
            check_outcome(model, task, execution, attempt)?;
        }
        for pair in execution.attempts.windows(2) {
            check_pair(model, task, execution, &pair[0], &pair[1])?;
        }
        check_end(model, task, execution, history)?;
    }
    Ok(())
}

fn check_outcome(
    model: &Model,
    task: &TaskModel,
    execution: &TaskExecution,
    attempt: &Attempt,
) -> Result<(), Violation> {
    let most = task.policies.iter().map(|(count, _)| *count).max();
    ensure!(
        attempt.number <= 1 + most.unwrap_or(0),
        Retries,
        "attempt {attempt:?} of {execution:?}, task {}",
        task.id
    );
    if attempt.outcome == Outcome::Lost {
        let until = model.leases.get(&attempt.fencing_token);
        ensure!(
            until.is_none_or(|until| attempt.finished_at >= Some(*until)),
            Leases,
            "taken back before {until:?}: {attempt:?}"
        );
    }
    let mut kinds = task.kinds(attempt.step);
    ensure!(
        kinds.any(|step| may_end_so(model, task, step.what, execution, attempt)),
        Outcomes,
        "{attempt:?} of {:?}, execution {execution:?}",
        task.plan
    );
    Ok(())
}

/// Whether an attempt at a step of a kind may stand as it does.
fn may_end_so(
    model: &Model,
    task: &TaskModel,
    kind: StepKind,
    execution: &TaskExecution,
    attempt: &Attempt,
) -> bool {
    let (from, until) = (attempt.started_at, attempt.finished_at.unwrap_or(model.now));
    let trouble = &model.trouble;
    let is_web = kind.is_web();
    let is_web_silent = is_web && trouble.web_was_silent(from.saturating_sub(GRACE), until);
    let is_call = kind.is_call() || is_web;
    let was_disturbed = trouble.trapped(from, until)
        || (is_call || kind.has_slices()) && (trouble.disturbed(from, until) || is_web_silent);
    let report = model.reports.get(&attempt.fencing_token);
    match attempt.outcome {
        Outcome::Running => {
            let limit = from + task.longest_timeout() * SECOND + 2 * GRACE;
            let may_run = was_disturbed || matches!(kind, StepKind::Never | StepKind::Command);
            may_run && (until <= limit || trouble.stalled(from, until))
        }
        Outcome::Completed => may_complete(model, kind, attempt, report),
        Outcome::Failed => was_disturbed || may_fail(model, task, kind, until, report),
        Outcome::TimedOut => {
            was_disturbed
                || kind == StepKind::Never
                || kind == StepKind::Command
                || task.plan.execution_timeout_seconds.is_some()
        }
        Outcome::Unknown => was_disturbed || kind == StepKind::Never,
        Outcome::Cancelled => may_be_cancelled(task, execution, from, until),
        Outcome::Lost => kind == StepKind::Command,
        Outcome::Snoozed => {
            matches!(kind, StepKind::Snooze { .. }) || report == Some(&Reported::Released)
        }
    }
}

fn may_complete(
    model: &Model,
    kind: StepKind,
    attempt: &Attempt,
    report: Option<&Reported>,
) -> bool {
    match kind {
        StepKind::Reject
        | StepKind::Trap
        | StepKind::Terminal
        | StepKind::Never
        | StepKind::Codex => false,
        StepKind::Http { status } => status < 300,
        StepKind::Command => report == Some(&Reported::Completed),
        StepKind::Doomed => model.doomed_at.is_none_or(|at| attempt.started_at <= at),
        StepKind::Traced
        | StepKind::Note
        | StepKind::Poisoned
        | StepKind::Slow
        | StepKind::FailSome
        | StepKind::Snooze { .. }
        | StepKind::Large
        | StepKind::Reenter
        | StepKind::Named
        | StepKind::Analytics
        | StepKind::Cleanup
        | StepKind::Backup
        | StepKind::Notify { .. } => true,
    }
}

/// Whether an attempt may fail although nothing was wrong.
fn may_fail(
    model: &Model,
    task: &TaskModel,
    kind: StepKind,
    until: u64,
    report: Option<&Reported>,
) -> bool {
    match kind {
        StepKind::Reject
        | StepKind::Trap
        | StepKind::Terminal
        | StepKind::FailSome
        | StepKind::Never
        | StepKind::Codex => true,
        StepKind::Http { status } => status >= 300,
        StepKind::Command => report == Some(&Reported::Failed),
        StepKind::Doomed => model.doomed_at.is_some_and(|at| until >= at),
        StepKind::Named => model.defined.get(&task.owner).is_none_or(|at| until <= *at),
        StepKind::Traced
        | StepKind::Note
        | StepKind::Poisoned
        | StepKind::Slow
        | StepKind::Snooze { .. }
        | StepKind::Large
        | StepKind::Reenter
        | StepKind::Analytics
        | StepKind::Cleanup
        | StepKind::Backup
        | StepKind::Notify { .. } => false,
    }
}

/// Somebody asked for it, or a later slot took the place.
fn may_be_cancelled(task: &TaskModel, execution: &TaskExecution, from: u64, until: u64) -> bool {
    let gives_way = task.all_schedules().any(|schedule| {
        matches!(
            schedule.plan.overlap,
            OverlapPolicy::CancelOther | OverlapPolicy::TerminateOther
        )
    });
    gives_way || execution.cancel_requested.is_some() || task.was_touched(from, until)
}

/// What follows from one attempt to the next.
fn check_pair(
    model: &Model,
    task: &TaskModel,
    execution: &TaskExecution,
    earlier: &Attempt,
    later: &Attempt,
) -> Result<(), Violation> {
    ensure!(
        later.fencing_token > earlier.fencing_token && later.step >= earlier.step,
        Once,
        "{later:?} after {earlier:?}"
    );
    let is_same_step = later.step == earlier.step;
    ensure!(
        !is_same_step || earlier.outcome != Outcome::Completed,
        Once,
        "a completed step was attempted again: {execution:?}"
    );
    let (Some(ended), true) = (earlier.finished_at, is_same_step) else {
        return Ok(());
    };
    let is_failure = matches!(
        earlier.outcome,
        Outcome::Failed | Outcome::Unknown | Outcome::TimedOut
    );
    if !is_failure || task.was_touched(ended, later.started_at) {
        return Ok(());
    }
    let pauses = task
        .policies
        .iter()
        .map(|(_, delay)| pause(*delay, earlier.number));
    let shortest = pauses.min().unwrap_or(0);
    let waited = later.started_at.saturating_sub(ended);
    ensure!(
        waited >= shortest,
        Retries,
        "{waited} ns after attempt {} and not {shortest}: {execution:?}",
        earlier.number
    );
    let pauses = task
        .policies
        .iter()
        .map(|(_, delay)| pause(*delay, earlier.number));
    let longest = pauses.max().unwrap_or(0);
    let may_wait = model.places_may_be_taken(task.owner)
        || model.was_disabled_between(task.owner, ended, later.started_at)
        || model.trouble.stalled(ended, later.started_at);
    ensure!(
        may_wait || earlier.outcome == Outcome::Lost || waited <= longest + GRACE,
        Alive,
        "a retry {waited} ns after its attempt, and not {longest}: {execution:?}"
    );
    Ok(())
}

/// The pause after a failed attempt, by a policy that doubles.
fn pause(delay_seconds: u64, number: u32) -> u64 {
    let doubled = delay_seconds << number.saturating_sub(1).min(20);
    doubled.min(100_000) * SECOND
}

/// What an execution as a whole has come to.
fn check_end(
    model: &Model,
    task: &TaskModel,
    execution: &TaskExecution,
    history: &Record,
) -> Result<(), Violation> {
    let last = execution.attempts.last();
    let is_right = match execution.status {
        ExecutionStatus::Completed => is_complete(task, execution),
        ExecutionStatus::Failed if execution.cause == Some(Cause::Poison) => {
            let until = execution.finished_at.unwrap_or(model.now);
            model.trouble.trapped(execution.scheduled_at, until)
        }
        ExecutionStatus::Failed => {
            last.is_some_and(|last| is_given_up(model, task, execution, last))
        }
        ExecutionStatus::TimedOut => {
            task.plan.execution_timeout_seconds.is_some()
                || last.is_some_and(|last| last.outcome == Outcome::TimedOut)
        }
        ExecutionStatus::Cancelled => {
            let until = execution.finished_at.unwrap_or(model.now);
            may_be_cancelled(task, execution, 0, until)
        }
        ExecutionStatus::Skipped | ExecutionStatus::Missed => execution.attempts.is_empty(),
        ExecutionStatus::Ready | ExecutionStatus::Running | ExecutionStatus::Waiting => {
            goes_on(model, task, execution, history)
        }
    };
    ensure!(
        is_right,
        Outcomes,
        "{execution:?} of {:?} at {}",
        task.plan,
        model.now
    );
    Ok(())
}

fn is_complete(task: &TaskModel, execution: &TaskExecution) -> bool {
    let is_done = |steps: &Vec<StepPlan>| {
        steps.len() == execution.steps.len()
            && steps.iter().zip(&execution.steps).all(|(plan, result)| {
                result.status == StepStatus::Completed || plan.continue_on_error
            })
    };
    task.versions.iter().any(is_done)
        || (execution.trigger == Trigger::Replay && task.versions.len() > 1)
}

/// No attempt is left, or none could help.
fn is_given_up(model: &Model, task: &TaskModel, execution: &TaskExecution, last: &Attempt) -> bool {
    let until = last.finished_at.unwrap_or(model.now);
    let is_used_up = task.policies.iter().any(|(count, _)| last.number > *count);
    let is_retried = |kind: StepKind| {
        matches!(
            kind,
            StepKind::Reject | StepKind::FailSome | StepKind::Http { status: 500.. }
        )
    };
    match last.outcome {
        Outcome::Failed => {
            let mut kinds = task.kinds(last.step);
            is_used_up
                || model.trouble.disturbed(last.started_at, until)
                || kinds.any(|step| !is_retried(step.what))
        }
        Outcome::Unknown => is_used_up || task.plan.on_unknown == OnUnknown::Fail,
        Outcome::TimedOut => is_used_up || task.plan.on_unknown != OnUnknown::Complete,
        Outcome::Lost => execution.rescues > 0,
        Outcome::Running | Outcome::Completed | Outcome::Cancelled | Outcome::Snoozed => false,
    }
}

/// Something will happen to it.
fn goes_on(model: &Model, task: &TaskModel, execution: &TaskExecution, history: &Record) -> bool {
    let now = model.now;
    if model.trouble.stalled(now, now)
        || model.trouble.trapped(now, now)
        || model.was_disabled(task.owner, now)
    {
        return true;
    }
    match execution.status {
        ExecutionStatus::Waiting if execution.waiting_for == Some(WaitReason::Worker) => true,
        ExecutionStatus::Ready => {
            let mut others = history.executions.iter();
            let is_buffered =
                others.any(|other| other.id < execution.id && !other.status.is_final());
            is_buffered || model.places_may_be_taken(task.owner)
        }
        _ => execution.wake_at.is_some_and(|at| at > now),
    }
}
