//! `chime apply`: reads job files and brings the tasks up to date with them.

use chime_schedule::Schedule;
use chime_types::{Action, NewSchedule, PauseTaskRequest, Task, TaskRequest};

use super::session::{Session, hint_to_keep_running, with_scheduler};
use crate::apply::{self, Change, Finding, Outcome, Plan, Refusal, Step};
use crate::cli::{ApplyArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::output::{Applied, AppliedRow, FieldFault, Writer};

/// Applies the files and writes what became of each document.
pub(super) async fn run(
    global: &GlobalArguments,
    arguments: &ApplyArguments,
    writer: &Writer,
) -> Result<()> {
    let findings = apply::read(&arguments.files);
    let rows = with_scheduler(global, writer, async |session| {
        let mut plan = Plan::new(session.scheduler.all_tasks().await?);
        let mut rows = Vec::with_capacity(findings.len());
        for finding in &findings {
            rows.push(one(session, &mut plan, finding, arguments.dry_run, writer).await?);
        }
        if rows
            .iter()
            .any(|row| matches!(row.action, "created" | "updated"))
            && !arguments.dry_run
        {
            hint_to_keep_running(session, writer);
        }
        Ok(rows)
    });
    let applied = Applied::new(arguments.dry_run, rows.await?, remarks(&findings));
    writer.answer(&applied)?;
    explain(&applied, writer)
}

/// What kept a document from being applied: its own fault, which is reported and passed over, or a
/// failure that ends the command.
enum Obstacle {
    Refused(Refusal),
    Failed(Error),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Self {
        match error.kind() {
            Kind::InvalidArgument
            | Kind::NotFound
            | Kind::Conflict
            | Kind::LimitExceeded
            | Kind::Usage => Self::Refused(Refusal {
                field: error.field().map(str::to_string),
                rule: error.rule().to_string(),
                fix: error.fix().to_string(),
            }),
            _ => Self::Failed(error),
        }
    }
}

async fn one(
    session: &Session,
    plan: &mut Plan,
    finding: &Finding,
    dry_run: bool,
    writer: &Writer,
) -> Result<AppliedRow> {
    let row = AppliedRow {
        file: finding.file.clone(),
        task: finding.task.clone(),
        notes: finding.notes.clone(),
        ..AppliedRow::default()
    };
    let attempt = async {
        let step = decide(session, plan, finding).await?;
        carry_out(session, step, row.clone(), dry_run, writer).await
    };
    match attempt.await {
        Ok(row) => Ok(row),
        Err(Obstacle::Refused(refusal)) => Ok(refused(row, refusal)),
        Err(Obstacle::Failed(error)) => Err(error),
    }
}

async fn decide(
    session: &Session,
    plan: &mut Plan,
    finding: &Finding,
) -> std::result::Result<Option<Step>, Obstacle> {
    match &finding.outcome {
        Outcome::Task(declaration) => Ok(Some(plan.declare(declaration, &finding.file))),
        Outcome::Configuration => Ok(None),
        Outcome::Refused(refusal) => Err(Obstacle::Refused(refusal.clone())),
        Outcome::Patch(patch) => {
            let task = match session.scheduler.find_task(&patch.target).await {
                Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Usage) => {
                    let fix = "The document changes a task: put the id or the name of one of your tasks there.";
                    return Err(Obstacle::Refused(Refusal::of("data.id", error.rule(), fix)));
                }
                found => found?,
            };
            apply::patch(&task, patch)
                .map(Some)
                .map_err(Obstacle::Refused)
        }
    }
}

async fn carry_out(
    session: &Session,
    step: Option<Step>,
    row: AppliedRow,
    dry_run: bool,
    writer: &Writer,
) -> std::result::Result<AppliedRow, Obstacle> {
    match step {
        None => Ok(AppliedRow {
            action: "configuration",
            ..row
        }),
        Some(Step::Refused(refusal)) => Err(Obstacle::Refused(refusal)),
        Some(Step::Unchanged(task)) => Ok(with_task(
            AppliedRow {
                action: "unchanged",
                ..row
            },
            &task,
        )),
        Some(Step::Repeats { file }) => {
            let mut row = AppliedRow {
                action: "unchanged",
                ..row
            };
            row.notes.push(format!("the same job as in {file}"));
            Ok(row)
        }
        Some(Step::Create(request)) => {
            let row = AppliedRow {
                action: "created",
                ..row
            };
            if dry_run {
                let row = AppliedRow {
                    disabled: request.disabled == Some(true),
                    ..row
                };
                return Ok(foreseen(row, request.schedules.first(), writer));
            }
            let task = session.scheduler.create_task(&request).await?;
            Ok(with_task(row, &task))
        }
        Some(Step::Update(change)) => {
            let mut row = AppliedRow {
                action: "updated",
                ..row
            };
            row.notes.extend(
                change
                    .moved_from
                    .as_ref()
                    .map(|file| format!("was applied from {file} before")),
            );
            update(session, &change, row, dry_run, writer).await
        }
    }
}

async fn update(
    session: &Session,
    change: &Change,
    row: AppliedRow,
    dry_run: bool,
    writer: &Writer,
) -> std::result::Result<AppliedRow, Obstacle> {
    if dry_run {
        let schedules = change
            .update
            .as_ref()
            .and_then(|update| update.schedules.as_ref());
        let row = with_task(row, &change.task);
        return Ok(match schedules {
            Some(schedules) => foreseen(row, schedules.first(), writer),
            None => row,
        });
    }
    let scheduler = &session.scheduler;
    let task_id = change.task.id;
    let mut task = change.task.clone();
    if let Some(update) = &change.update {
        task = scheduler.update_task(update).await?;
    }
    match change.active {
        Some(true) => task = scheduler.resume_task(&TaskRequest { task_id }).await?,
        Some(false) => {
            let reason = Some("switched off in its job file".to_string());
            task = scheduler
                .pause_task(&PauseTaskRequest {
                    task_id,
                    reason,
                    cancel_running: None,
                })
                .await?;
        }
        None => {}
    }
    Ok(with_task(row, &task))
}

fn with_task(row: AppliedRow, task: &Task) -> AppliedRow {
    let descriptions: Vec<_> = task
        .schedules
        .iter()
        .map(|schedule| schedule.description.as_str())
        .collect();
    let row = AppliedRow {
        task: Some(task.name.clone()),
        task_id: Some(task.id.to_string()),
        schedule: Some(descriptions.join("; ")),
        timezone: task
            .schedules
            .first()
            .map(|schedule| schedule.timezone.clone()),
        disabled: task.disabled,
        ..row
    };
    row.next_at(task.next_run_at)
}

/// What the scheduler would say about a schedule that was not sent to it.
fn foreseen(row: AppliedRow, schedule: Option<&NewSchedule>, writer: &Writer) -> AppliedRow {
    let Some(new) = schedule else {
        return row;
    };
    let now_at = writer.clock().now_at();
    let delay = new
        .start_after_seconds
        .unwrap_or(0)
        .saturating_mul(chime_types::limits::NANOSECONDS);
    let start_at = new.start_at.unwrap_or(now_at).saturating_add(delay);
    let explicit = new.start_at.is_some() || new.start_after_seconds.is_some();
    let compiled = Schedule::compile(
        &new.rule,
        new.timezone.as_deref(),
        new.gap.unwrap_or_default(),
        start_at,
        explicit,
        new.end_at,
    );
    let Ok(schedule) = compiled else {
        return row;
    };
    let next = schedule
        .next_after(now_at.saturating_sub(1))
        .filter(|_| !row.disabled);
    AppliedRow {
        schedule: Some(schedule.describe()),
        timezone: Some(schedule.timezone().to_string()),
        ..row
    }
    .next_at(next)
}

fn refused(row: AppliedRow, refusal: Refusal) -> AppliedRow {
    let Refusal { field, rule, fix } = refusal;
    AppliedRow {
        action: "refused",
        error: Some(FieldFault { field, rule, fix }),
        ..row
    }
}

/// Remarks about what cannot run yet.
fn remarks(findings: &[Finding]) -> Vec<String> {
    let kinds: [(&str, fn(&Action) -> bool); 3] = [
        (
            "a shell command, for which this version has no worker",
            |action| matches!(action, Action::Command { .. }),
        ),
        (
            "a named action, for which this version has no register",
            |action| matches!(action, Action::Named { .. }),
        ),
        ("Python, for which this version has no runner", |action| {
            matches!(action, Action::Codex { .. })
        }),
    ];
    let lines = kinds.iter().filter_map(|(what, is_kind)| {
        let count = findings
            .iter()
            .filter(|finding| finding.actions().any(|action| is_kind(action)))
            .count();
        let tasks = if count == 1 {
            "1 task runs".into()
        } else {
            format!("{count} tasks run")
        };
        (count > 0)
            .then(|| format!("{tasks} {what}: they are kept, and their runs fail and say so"))
    });
    lines.collect()
}

/// Writes remarks and refusals to the standard error; refusals make the command fail.
fn explain(applied: &Applied, writer: &Writer) -> Result<()> {
    for line in applied.messages() {
        writer.message(line);
    }
    match applied.refused() {
        0 => Ok(()),
        count => {
            let documents = if count == 1 {
                "1 document was"
            } else {
                &format!("{count} documents were")
            };
            let rule = format!("{documents} refused; the others are applied");
            Err(Error::new(
                Kind::Usage,
                rule,
                "Correct what is listed above and apply again: what is unchanged stays as it is.",
            ))
        }
    }
}
