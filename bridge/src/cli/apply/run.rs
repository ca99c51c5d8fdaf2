//! `chime apply`: reads job files and brings the tasks up to date with them.

use super::prune;
use super::rows::{differences, refused, remarks, with_codices, with_pause, with_task};
use super::trial::judged;
use crate::apply::{
    self, Attempt, Change, CodexFile, Finding, Outcome, Plan, Refusal, Standing, Step,
};
use crate::cli::apply::show::{Applied, AppliedRow};
use crate::cli::session::{Session, hint_to_keep_running, with_scheduler};
use crate::cli::{ApplyArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Applies the files and writes what became of each document.
pub(in crate::cli) async fn run(
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
        let trial = Trial::of(arguments);
        let mut rows = Vec::with_capacity(findings.len());
        for finding in &findings {
            rows.push(one(session, &mut plan, finding, trial).await?);
        }
        let rows = judged(session, rows).await?;
        let rows = findings.iter().zip(rows);
        let mut rows: Vec<_> = rows
            .map(|(finding, row)| with_pause(row, finding))
            .collect();
        if rows
            .iter()
            .any(|row| matches!(row.action, "created" | "updated"))
            && trial == Trial::No
        {
            hint_to_keep_running(session, writer);
        }
        if arguments.prune {
            rows.extend(prune::prune(session, &plan, &findings, arguments, writer).await?);
        }
        Ok(rows)
    });
    let is_trial = Trial::of(arguments) != Trial::No;
    let applied = Applied::new(is_trial, rows.await?, remarks(&findings));
    writer.answer(&applied)?;
    explain(&applied, writer)
}

/// Whether things are done, or only said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    No,
    Dry,
    /// Field by field.
    Diff,
}

impl Trial {
    pub(super) const fn of(arguments: &ApplyArguments) -> Self {
        match (arguments.diff, arguments.dry_run) {
            (true, _) => Self::Diff,
            (false, true) => Self::Dry,
            (false, false) => Self::No,
        }
    }
}

/// What kept a document from being applied: its own fault, which is reported and passed over, or a
/// failure that ends the command.
pub(super) enum Obstacle {
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

/// The row of a document, and on trial what has to be tried before the row is known to be right.
async fn one(
    session: &Session,
    plan: &mut Plan,
    finding: &Finding,
    trial: Trial,
) -> Result<(AppliedRow, Vec<Attempt>)> {
    let mut row = AppliedRow {
        file: finding.file.clone(),
        task: finding.task.clone(),
        notes: finding.notes.clone(),
        ..AppliedRow::default()
    };
    let attempt = async {
        let step = decide(session, plan, finding, &mut row.notes).await?;
        let standings = match &step {
            Some(Step::Refused(_)) => Vec::new(),
            _ => codices(session, finding, trial).await?,
        };
        let attempts = match (&step, trial) {
            (None, _) | (_, Trial::No) => Vec::new(),
            (Some(step), Trial::Dry | Trial::Diff) => {
                let new = standings
                    .iter()
                    .filter(|(_, standing)| *standing != Standing::Same);
                let files: Vec<_> = new.map(|(codex, _)| *codex).collect();
                apply::attempts(step, &files)
            }
        };
        let row = carry_out(session, step, row.clone(), trial).await?;
        Ok((with_codices(row, &standings, trial != Trial::No), attempts))
    };
    match attempt.await {
        Ok(planned) => Ok(planned),
        Err(Obstacle::Refused(refusal)) => Ok((refused(row, refusal), Vec::new())),
        Err(Obstacle::Failed(error)) => Err(error),
    }
}

/// Stores the files of Python that a task runs, before the task: it may run at once. On trial they are only
/// looked at.
async fn codices<'a>(
    session: &Session,
    finding: &'a Finding,
    trial: Trial,
) -> Result<Vec<(&'a CodexFile, Standing)>> {
    let mut standings = Vec::with_capacity(finding.codices.len());
    for codex in &finding.codices {
        let standing = match trial {
            Trial::No => session.scheduler.store(codex).await?,
            Trial::Dry | Trial::Diff => session.scheduler.standing(codex).await?,
        };
        standings.push((codex, standing));
    }
    Ok(standings)
}

async fn decide(
    session: &Session,
    plan: &mut Plan,
    finding: &Finding,
    notes: &mut Vec<String>,
) -> std::result::Result<Option<Step>, Obstacle> {
    match &finding.outcome {
        Outcome::Task(declaration) => {
            let (checked, unchecked) = session.scheduler.checked(declaration).await?;
            notes.extend(unchecked);
            Ok(Some(plan.declare(&checked, &finding.file)))
        }
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
    trial: Trial,
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
            if trial != Trial::No {
                return Ok(row);
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
            update(session, &change, row, trial).await
        }
    }
}

async fn update(
    session: &Session,
    change: &Change,
    row: AppliedRow,
    trial: Trial,
) -> std::result::Result<AppliedRow, Obstacle> {
    let task = match trial {
        Trial::No => session.scheduler.change_applied(change).await?,
        Trial::Dry | Trial::Diff => change.task.clone(),
    };
    Ok(AppliedRow {
        differences: match trial {
            Trial::Diff => differences(change),
            Trial::No | Trial::Dry => Vec::new(),
        },
        ..with_task(row, &task)
    })
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
