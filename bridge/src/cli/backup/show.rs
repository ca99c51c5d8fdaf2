//! Backups, and what was restored.

use std::collections::BTreeMap;

use chime_types::{
    Backup, BackupPage, BackupResult, ListBackupsResult, RenumberedTask, RestoreBackupResult,
    RestoredBackup,
};

use crate::cli::record::Record;
use crate::cli::record::list_json;
use crate::terminal::{Table, counted, pairs};
use crate::words::bytes;

/// The caller's backups.
#[must_use]
pub fn backups(backups: Vec<Backup>) -> Record {
    let json = list_json("list_backups", "backups", &backups, |backups| {
        ListBackupsResult::Ok(BackupPage {
            backups,
            next_cursor: None,
        })
    });
    Record::of(json, move |page| {
        if backups.is_empty() {
            return "No backups. `chime backup create` makes one.".into();
        }
        let columns = [
            "ID",
            "COMPLETED",
            "TASKS",
            "EXECUTIONS",
            "SIZE",
            "FROM",
            "SHA-256",
        ];
        let mut table = Table::new(page, &columns).spare(&["EXECUTIONS", "FROM", "SHA-256"]);
        for backup in &backups {
            let from = match backup.task_id {
                Some(id) => format!("task {id}"),
                None => "upload".into(),
            };
            table.row([
                backup.id.to_string().into(),
                backup
                    .completed_at
                    .map_or_else(|| "not yet".into(), |at| page.clock.cell(at)),
                backup.tasks.to_string().into(),
                backup.executions.to_string().into(),
                bytes(backup.bytes).into(),
                from.into(),
                backup.sha256.chars().take(12).collect::<String>().into(),
            ]);
        }
        format!("{}\n\n{}", table.render(), counted(backups.len(), "backup"))
    })
}

/// A backup, and what was done with it.
#[must_use]
pub fn backup(backup: Backup, what: String) -> Record {
    Record::new(
        "upload_backup_chunk",
        &BackupResult::Ok(backup.clone()),
        move |page| {
            let facts = pairs(&[
                ("Backup", backup.id.to_string()),
                (
                    "Completed",
                    backup
                        .completed_at
                        .map_or_else(|| "not yet".into(), |at| page.clock.both(at)),
                ),
                (
                    "Holds",
                    format!(
                        "{} and {}",
                        counted(count(backup.tasks), "task"),
                        counted(count(backup.executions), "execution")
                    ),
                ),
                (
                    "Size",
                    format!(
                        "{} in {}",
                        bytes(backup.bytes),
                        counted(count(backup.chunks.into()), "chunk")
                    ),
                ),
                ("SHA-256", backup.sha256.clone()),
            ]);
            format!("{facts}\n\n{what}")
        },
    )
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What was restored.
#[must_use]
pub fn restored(restored: RestoredBackup, foreign: BTreeMap<String, usize>) -> Record {
    let RestoredBackup {
        tasks,
        executions,
        left_out,
        ..
    } = restored;
    let renumbered = restored.renumbered.clone().unwrap_or_default();
    Record::new(
        "restore_backup",
        &RestoreBackupResult::Ok(restored),
        move |_| {
            let mut text = format!(
                "Restored {} and {}.",
                counted(count(tasks), "task"),
                counted(count(executions), "execution")
            );
            if left_out > 0 {
                text.push_str(&format!(
                " {} skipped: they exist (--overwrite replaces them) or belong to somebody else.",
                counted(count(left_out), "task")
            ));
            }
            for RenumberedTask {
                old_task_id,
                new_task_id,
            } in &renumbered
            {
                text.push_str(&format!("\nTask {old_task_id} is {new_task_id} here."));
            }
            text.push_str(
                "\nSecrets, inboxes, reports, the timeline and backfills are in no backup.",
            );
            for (owner, count) in &foreign {
                let belong = if *count == 1 { "belongs" } else { "belong" };
                text.push_str(&format!(
                    "\n{} here {belong} to {owner}, which is not you: `chime ps ls --all-owners` shows them. \
                     Call with that key (--identity FILE; identity.pem of the old state), or make them yours: \
                     `chime task export ID > jobs.yaml`, `chime task delete ID`, `chime apply -f jobs.yaml`.",
                    counted(*count, "task")
                ));
            }
            text
        },
    )
}
