//! The rows of the answer, and the remarks below it.

use chime_types::{Action, Task};

use crate::apply::{self, Change, CodexFile, Finding, Outcome, Refusal, Standing};
use crate::cli::apply::show::{AppliedRow, FieldChange, FieldFault};

/// The row with what the scheduler says about the task.
pub(in crate::cli) fn with_task(row: AppliedRow, task: &Task) -> AppliedRow {
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

/// What a change makes another, field by field.
pub(in crate::cli) fn differences(change: &Change) -> Vec<FieldChange> {
    let found = apply::differences(change).into_iter();
    found
        .map(|difference| FieldChange {
            field: difference.field,
            before: difference.before,
            after: difference.after,
        })
        .collect()
}

/// The row of a task that somebody paused, although its file has it run: it stays paused.
pub(in crate::cli) fn with_pause(mut row: AppliedRow, finding: &Finding) -> AppliedRow {
    let runs = matches!(&finding.outcome, Outcome::Task(declaration)
        if declaration.request.disabled != Some(true));
    if runs && row.disabled && row.action != "created" {
        let name = row.task.as_deref().unwrap_or_default();
        row.notes.push(format!(
            "it was not paused by its file, and stays paused; `chime task resume {name:?}` lets it run"
        ));
    }
    row
}

/// The row with what became of the files of Python that the task runs, or would become.
pub(in crate::cli) fn with_codices(
    mut row: AppliedRow,
    standings: &[(&CodexFile, Standing)],
    is_trial: bool,
) -> AppliedRow {
    for (codex, standing) in standings {
        let name = &codex.name;
        let (what, would) = match standing {
            Standing::New => ("is stored", "would be stored"),
            Standing::Changed => ("is stored as a new version", "would be a new version"),
            Standing::Same => continue,
        };
        let what = if is_trial { would } else { what };
        row.notes.push(format!("the codex {name} {what}"));
        if row.action == "unchanged" {
            row.action = "updated";
        }
    }
    row
}

/// The row of a document of which the scheduler was not asked whether it would take it.
pub(in crate::cli) fn untried(mut row: AppliedRow) -> AppliedRow {
    if row.action != "untried" {
        row.action = "untried";
        row.notes
            .push("not tried: too much for one dry run; apply fewer files at a time".to_string());
    }
    row
}

/// The row of a document that was refused.
pub(in crate::cli) fn refused(row: AppliedRow, refusal: Refusal) -> AppliedRow {
    let Refusal { field, rule, fix } = refusal;
    AppliedRow {
        action: "refused",
        error: Some(FieldFault { field, rule, fix }),
        ..row
    }
}

/// Remarks about what does not run by itself.
pub(in crate::cli) fn remarks(findings: &[Finding]) -> Vec<String> {
    let lines = [COMMAND, NAMED].into_iter().filter_map(|need| {
        let concerned = findings.iter().filter(|finding| {
            finding
                .actions()
                .any(|action| need_of(action) == Some(need))
        });
        let tasks = match concerned.count() {
            0 => return None,
            1 => "1 task runs".to_string(),
            count => format!("{count} tasks run"),
        };
        Some(format!("{tasks} {need}"))
    });
    lines.collect()
}

const COMMAND: &str = "a shell command: its runs wait until a worker claims them";
const NAMED: &str =
    "a named action: until `chime action define` defines it, its runs fail and say so";

/// What somebody has to provide so that the action is carried out.
const fn need_of(action: &Action) -> Option<&'static str> {
    match action {
        Action::Command { .. } => Some(COMMAND),
        Action::Named { .. } => Some(NAMED),
        _ => None,
    }
}
