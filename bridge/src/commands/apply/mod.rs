//! `chime apply`: reads job files and brings the tasks up to date with them.

mod rows;

use self::rows::{foreseen, refused, remarks, with_pause, with_task};
use super::session::{Session, hint_to_keep_running, with_scheduler};
use crate::apply::{self, Change, Finding, Outcome, Plan, Refusal, Step};
use crate::cli::{ApplyArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::output::{Applied, AppliedRow};
use crate::terminal::Writer;

/// Applies the files and writes what became of each document.
pub(super) async fn run(
    global: &GlobalArguments,
    arguments: &ApplyArguments,
    writer: &Writer,
) -> Result<()> {
    let findings = apply::read(&arguments.files);
    if let [only] = findings.as_slice()
        && let Outcome::Refused(refusal) = &only.outcome
        && only.is_without_file()
    {
        // There is nothing to say about any job.
        let rule = format!("{}: {}", only.file, refusal.rule);
        return Err(Error::new(Kind::Usage, rule, &refusal.fix));
    }
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
        Ok(row) => Ok(with_pause(row, finding)),
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
                    let fix = "The document changes a task: put the id or the name of one of yours there.";
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
            if !change.by_hand.is_empty() {
                let fields = change.by_hand.join(", ");
                row.notes
                    .push(format!("changed since it was applied: {fields}"));
            }
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
        let row = AppliedRow {
            disabled: change.active.map_or(row.disabled, |active| !active),
            ..row
        };
        return Ok(match schedules {
            Some(schedules) => foreseen(row, schedules.first(), writer),
            None => row,
        });
    }
    let task = session.scheduler.change_applied(change).await?;
    Ok(with_task(row, &task))
}

/// Writes remarks and refusals to the standard error; refusals make the command fail.
fn explain(applied: &Applied, writer: &Writer) -> Result<()> {
    for line in applied.messages() {
        writer.message(line);
    }
    match applied.refused() {
        0 => Ok(()),
        _ => Err(Error::new(
            Kind::Usage,
            applied.became(),
            "Correct what is listed above and apply again: what is unchanged stays as it is.",
        )),
    }
}
