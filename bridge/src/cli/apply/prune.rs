//! `chime apply --prune`: tasks that the files declared before and declare no more are deleted.

use chime_types::TaskRequest;

use super::run::Trial;
use crate::apply::{Finding, Outcome, Plan, applied_from};
use crate::cli::ApplyArguments;
use crate::cli::apply::rows::with_task;
use crate::cli::apply::show::AppliedRow;
use crate::cli::confirm::confirm;
use crate::cli::session::Session;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Deletes them, when that is agreed to, and answers with a row for each.
pub(in crate::cli) async fn prune(
    session: &Session,
    plan: &Plan,
    findings: &[Finding],
    arguments: &ApplyArguments,
    writer: &Writer,
) -> Result<Vec<AppliedRow>> {
    let orphans = plan.orphans(&arguments.files);
    if orphans.is_empty() {
        return Ok(Vec::new());
    }
    if findings
        .iter()
        .any(|finding| matches!(finding.outcome, Outcome::Refused(_)))
    {
        // What cannot be read may be what declares them.
        return Err(Error::new(
            Kind::Usage,
            "nothing is pruned while a document cannot be read; the others are applied",
            "correct the documents (`chime apply --dry-run` names them), and apply again",
        ));
    }
    let rows = orphans.iter().map(|task| {
        let file = applied_from(&task.metadata).map(|mark| mark.source);
        let row = AppliedRow {
            file: file.unwrap_or_default(),
            action: "pruned",
            ..AppliedRow::default()
        };
        with_task(row, task)
    });
    let rows = rows.collect();
    if Trial::of(arguments) != Trial::No {
        return Ok(rows);
    }
    let names: Vec<_> = orphans.iter().map(|task| task.name.as_str()).collect();
    let what = format!(
        "Delete {} with their histories: no file declares them any longer",
        names.join(", ")
    );
    confirm(writer, arguments.confirm, &what).await?;
    for task in orphans {
        let request = TaskRequest { task_id: task.id };
        session.scheduler.delete_task(&request).await?;
    }
    Ok(rows)
}
