//! `chime backup`: made by a task in the scheduler, kept there, and carried to and from files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chime_types::{
    Action, Backup, BackupRequest, CreateBackupTaskRequest, CreateTaskRequest, EmptyRequest,
    NewSchedule, NewStep, RestoreBackupRequest, RestoredBackup, Role, Rule, RunTaskNowRequest,
    Task, UpdateTaskRequest,
};

use crate::cli::backup::show::{backup, backups, restored};
use crate::cli::changed::{Made, removed};
use crate::cli::confirm::confirm;
use crate::cli::session::{Session, hint_to_keep_running, with_scheduler};
use crate::cli::waiting::wait_for;
use crate::cli::{
    BackupCommand, BackupCreateArguments, BackupDeleteArguments, BackupDownloadArguments,
    BackupRestoreArguments, GlobalArguments,
};
use crate::error::{Error, Kind, Result};
use crate::scheduler::{download, require_completed, upload};
use crate::terminal::{Progress, Writer};

/// How long to wait for executions that are being removed, before the next look.
const WHILE_REMOVED: Duration = Duration::from_secs(1);

/// The name and the key of the task that makes backups on demand.
const ON_DEMAND: &str = "Backup on demand";
const ON_DEMAND_KEY: &str = "chime:backup-on-demand";
const ALL_OWNERS: &str = "Backup of all owners on demand";
const ALL_OWNERS_KEY: &str = "chime:backup-of-all-owners-on-demand";

/// Runs a command about backups.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    command: &BackupCommand,
    writer: &Writer,
) -> Result<()> {
    match command {
        BackupCommand::Create(arguments) => create(global, arguments, writer).await,
        BackupCommand::Ls => {
            let all = with_scheduler(global, writer, async |session| {
                session.scheduler.all_backups().await
            });
            writer.answer(&backups(all.await?))
        }
        BackupCommand::Download(arguments) => fetch(global, arguments, writer).await,
        BackupCommand::Restore(arguments) => restore(global, arguments, writer).await,
        BackupCommand::Delete(arguments) => delete(global, arguments, writer).await,
    }
}

async fn create(
    global: &GlobalArguments,
    arguments: &BackupCreateArguments,
    writer: &Writer,
) -> Result<()> {
    if let Some(hour) = arguments.daily {
        let request = CreateBackupTaskRequest {
            hour,
            description: arguments.description.clone().unwrap_or_default(),
            timezone: arguments.timezone.clone(),
            keep: Some(arguments.keep),
        };
        let task = with_scheduler(global, writer, async |session| {
            hint_to_keep_running(session, writer);
            session.scheduler.create_backup_task(&request).await
        });
        return writer.answer(&Made::new(&task.await?, None));
    }
    let made = with_scheduler(global, writer, async |session| {
        let task = on_demand(session, arguments).await?;
        let request = RunTaskNowRequest {
            task_id: task.id,
            idempotency_key: None,
            scheduled_at: None,
        };
        let before = session.scheduler.all_backups().await?;
        let before: Vec<u64> = before.iter().map(|backup| backup.id).collect();
        let begun = session.scheduler.run_task_now(&request).await?;
        require_completed(wait_for(&session.scheduler, begun.id, writer).await?)?;
        newest(session, &task, &before).await
    });
    let made = made.await?;
    let left_out = match made.all_owners {
        true => "secrets, inboxes, reports, the timeline, backfills and other backups",
        false => {
            "secrets, alerts, actions, inboxes, reports, the timeline, backfills and other backups"
        }
    };
    let what = format!(
        "Write it into a file with `chime backup download {}`. Not in it: {left_out}.",
        made.id
    );
    writer.answer(&backup(made, what))
}

/// The task that makes backups on demand, made or changed if need be.
async fn on_demand(session: &Session, arguments: &BackupCreateArguments) -> Result<Task> {
    let (name, key) = match arguments.all_owners {
        true => (ALL_OWNERS, ALL_OWNERS_KEY),
        false => (ON_DEMAND, ON_DEMAND_KEY),
    };
    let step = NewStep::new(Action::Backup {
        keep: Some(arguments.keep),
        all_owners: Some(arguments.all_owners),
    });
    let never = NewSchedule {
        disabled: Some(true),
        ..NewSchedule::new(Rule::Daily {
            hour: 0,
            minute: None,
        })
    };
    let request = CreateTaskRequest {
        name: name.into(),
        description: Some("Makes the backups of `chime backup create`.".into()),
        steps: vec![step.clone()],
        schedules: vec![never],
        idempotency_key: Some(key.into()),
        ..CreateTaskRequest::default()
    };
    let task = session.scheduler.create_task(&request).await?;
    if task
        .steps
        .first()
        .is_some_and(|present| present.action == step.action)
    {
        return Ok(task);
    }
    let change = UpdateTaskRequest {
        task_id: task.id,
        expected_version: Some(task.version),
        steps: Some(vec![step]),
        ..UpdateTaskRequest::default()
    };
    session.scheduler.update_task(&change).await
}

/// The backup that the task has just made.
async fn newest(session: &Session, task: &Task, before: &[u64]) -> Result<Backup> {
    let all = session.scheduler.all_backups().await?;
    let made = all.into_iter().rev().find(|backup| {
        backup.task_id == Some(task.id)
            && backup.completed_at.is_some()
            && !before.contains(&backup.id)
    });
    made.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "the backup was made and is gone already",
            "look at `chime backup ls`: somebody may have removed it",
        )
    })
}

async fn fetch(
    global: &GlobalArguments,
    arguments: &BackupDownloadArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let found = session.scheduler.find_backup(&arguments.backup).await?;
        let default = || PathBuf::from(format!("chime-{}.backup", found.id));
        let path = arguments.to.clone().unwrap_or_else(default);
        let bar = Progress::bytes("Downloading");
        download(&session.scheduler, &found, &path, |transfer| {
            bar.part(transfer.done, transfer.total)
        })
        .await?;
        let what = format!(
            "Written to {}; the checksum matches. It contains no private key: keep that of {} with it, to whom \
             the tasks belong.",
            path.display(),
            found.owner
        );
        Ok(backup(found, what))
    });
    writer.answer(&answer.await?)
}

async fn restore(
    global: &GlobalArguments,
    arguments: &BackupRestoreArguments,
    writer: &Writer,
) -> Result<()> {
    let path = Path::new(&arguments.from);
    let is_backup = arguments.from == "latest" || arguments.from.parse::<u64>().is_ok();
    if !path.is_file() && !is_backup {
        return Err(Error::new(
            Kind::NotFound,
            format!("there is no file {}", path.display()),
            "name a file that `chime backup download` wrote, or a backup: an id of `chime backup ls`, or latest",
        ));
    }
    let how = match arguments.overwrite {
        true => "replacing tasks that exist",
        false => "leaving tasks that exist as they are",
    };
    confirm(
        writer,
        arguments.confirm,
        &format!("Restore {}, {how}", arguments.from),
    )
    .await?;
    let answer = with_scheduler(global, writer, async |session| {
        let found = match path.is_file() {
            true => {
                let bar = Progress::bytes("Uploading");
                upload(&session.scheduler, path, |transfer| {
                    bar.part(transfer.done, transfer.total)
                })
                .await?
            }
            false => session.scheduler.find_backup(&arguments.from).await?,
        };
        let done = restore_pages(session, found.id, arguments.overwrite).await?;
        Ok((done, foreign(session).await?))
    });
    let (done, foreign) = answer.await?;
    writer.answer(&restored(done, foreign))
}

/// Whose tasks there are that are not the caller's, and how many: nothing shows them to the caller, unless
/// it is asked for the tasks of all owners.
async fn foreign(session: &Session) -> Result<BTreeMap<String, usize>> {
    let me = session.scheduler.get_me(&EmptyRequest {}).await?;
    let mut owners = BTreeMap::new();
    if matches!(me.role, Role::Admin | Role::Operator | Role::Viewer) {
        let all = session.scheduler.tasks_of_all(|_| ()).await?;
        for task in all.iter().filter(|task| task.owner != me.principal) {
            *owners.entry(task.owner.to_text()).or_default() += 1;
        }
    }
    Ok(owners)
}

async fn restore_pages(
    session: &Session,
    backup_id: u64,
    overwrite: bool,
) -> Result<RestoredBackup> {
    let progress = Progress::count("Tasks restored");
    let mut all = RestoredBackup {
        tasks: 0,
        executions: 0,
        left_out: 0,
        next_cursor: None,
        renumbered: None,
        remaining_executions: None,
    };
    let mut renumbered = Vec::new();
    loop {
        let request = RestoreBackupRequest {
            backup_id,
            overwrite: Some(overwrite),
            cursor: all.next_cursor,
        };
        let part = session.scheduler.restore_backup(&request).await?;
        renumbered.extend(part.renumbered.unwrap_or_default());
        all = RestoredBackup {
            tasks: all.tasks + part.tasks,
            executions: all.executions + part.executions,
            left_out: all.left_out + part.left_out,
            next_cursor: part.next_cursor,
            renumbered: None,
            remaining_executions: None,
        };
        progress.done(usize::try_from(all.tasks).unwrap_or(usize::MAX));
        // A long history that is replaced is removed in slices: nobody need call for that.
        if part.remaining_executions.is_some() {
            tokio::time::sleep(WHILE_REMOVED).await;
        }
        if all.next_cursor.is_none() {
            all.renumbered = Some(renumbered).filter(|some| !some.is_empty());
            return Ok(all);
        }
    }
}

async fn delete(
    global: &GlobalArguments,
    arguments: &BackupDeleteArguments,
    writer: &Writer,
) -> Result<()> {
    let answer = with_scheduler(global, writer, async |session| {
        let found = session.scheduler.find_backup(&arguments.backup).await?;
        let what = format!("Delete backup {} with {} tasks", found.id, found.tasks);
        confirm(writer, arguments.confirm, &what).await?;
        let request = BackupRequest {
            backup_id: found.id,
        };
        let done = session.scheduler.delete_backup(&request).await?;
        Ok(removed(
            "delete_backup",
            done,
            format!("Backup {}", found.id),
        ))
    });
    writer.answer(&answer.await?)
}
