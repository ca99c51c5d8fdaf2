//! `chime apply`: reads job files and brings the tasks up to date with them.

use chime_types::{NewSchedule, PreviewScheduleRequest};

use super::prune;
use super::rows::{differences, foreseen, refused, remarks, with_codices, with_pause, with_task};
use crate::apply::{self, Change, Finding, Outcome, Plan, Refusal, Standing, Step};
use crate::cli::apply::show::{Applied, AppliedRow};
use crate::cli::session::{Session, hint_to_keep_running, with_scheduler};
use crate::cli::{ApplyArguments, GlobalArguments};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Room;
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
        let mut room = match trial {
            Trial::No => None,
            Trial::Dry | Trial::Diff => Some(session.scheduler.room(findings.len() as u64).await?),
        };
        let mut rows = Vec::with_capacity(findings.len());
        for finding in &findings {
            let place = (&mut plan, room.as_mut());
            rows.push(one(session, place, finding, trial, writer).await?);
        }
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
    (plan, room): (&mut Plan, Option<&mut Room>),
    finding: &Finding,
    trial: Trial,
    writer: &Writer,
) -> Result<AppliedRow> {
    let mut row = AppliedRow {
        file: finding.file.clone(),
        task: finding.task.clone(),
        notes: finding.notes.clone(),
        ..AppliedRow::default()
    };
    let attempt = async {
        let step = decide(session, plan, finding, &mut row.notes).await?;
        let request = match &step {
            Some(Step::Create(request)) => Some(request.clone()),
            _ => None,
        };
        let standings = match &step {
            Some(Step::Refused(_)) => Vec::new(),
            _ => codices(session, finding, trial).await?,
        };
        let row = carry_out(session, step, row.clone(), trial, writer).await?;
        let row = with_codices(row, &standings, trial != Trial::No);
        // What is refused for another reason takes no room.
        if let (Some(room), Some(request)) = (room, request) {
            room.take(&request.schedules, request.disabled != Some(true))?;
        }
        Ok(row)
    };
    match attempt.await {
        Ok(row) => Ok(with_pause(row, finding)),
        Err(Obstacle::Refused(refusal)) => Ok(refused(row, refusal)),
        Err(Obstacle::Failed(error)) => Err(error),
    }
}

/// Stores the files of Python that a task runs, before the task: it may run at once. On trial they are only
/// looked at.
async fn codices<'a>(
    session: &Session,
    finding: &'a Finding,
    trial: Trial,
) -> Result<Vec<(&'a str, Standing)>> {
    let mut standings = Vec::with_capacity(finding.codices.len());
    for codex in &finding.codices {
        let standing = match trial {
            Trial::No => session.scheduler.store(codex).await?,
            Trial::Dry | Trial::Diff => session.scheduler.standing(codex).await?,
        };
        standings.push((codex.name.as_str(), standing));
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
            if trial != Trial::No {
                try_schedules(session, &request.schedules).await?;
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
            update(session, &change, row, trial, writer).await
        }
    }
}

/// Whether the scheduler would take these schedules: it is asked, and changes nothing.
async fn try_schedules(
    session: &Session,
    schedules: &[NewSchedule],
) -> std::result::Result<(), Obstacle> {
    for (index, schedule) in schedules.iter().enumerate() {
        let request = PreviewScheduleRequest {
            schedule: schedule.clone(),
            from_at: None,
            count: Some(1),
        };
        if let Err(error) = session.scheduler.preview_schedule(&request).await {
            let place = format!("schedules[{index}]");
            let field = error
                .field()
                .map(|field| field.replacen("schedule", &place, 1));
            return Err(match Obstacle::from(error) {
                Obstacle::Refused(refusal) => Obstacle::Refused(Refusal { field, ..refusal }),
                failed @ Obstacle::Failed(_) => failed,
            });
        }
    }
    Ok(())
}

async fn update(
    session: &Session,
    change: &Change,
    row: AppliedRow,
    trial: Trial,
    writer: &Writer,
) -> std::result::Result<AppliedRow, Obstacle> {
    if trial != Trial::No {
        let schedules = change
            .update
            .as_ref()
            .and_then(|update| update.schedules.as_ref());
        try_schedules(session, schedules.map_or(&[], Vec::as_slice)).await?;
        let row = with_task(row, &change.task);
        let row = AppliedRow {
            disabled: change.active.map_or(row.disabled, |active| !active),
            differences: match trial {
                Trial::Diff => differences(change),
                Trial::No | Trial::Dry => Vec::new(),
            },
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
