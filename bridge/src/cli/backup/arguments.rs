//! Arguments of `chime backup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::ConfirmArguments;

/// The commands of `chime backup`.
#[derive(Subcommand, Debug)]
pub enum BackupCommand {
    /// Create a backup of your tasks, schedules and history now, or every day.
    #[command(after_help = "\
A task `Backup on demand` makes the backups and keeps the newest --keep of them. With --daily another
task makes one every day.

A backup holds tasks with their steps, schedules and history; with --all-owners also users, alerts,
actions and the configuration. It does not hold secrets, inboxes, reports, the timeline, backfills and
other backups. After a restore elsewhere, enter the secrets again with `chime secret put`.

Examples:
  chime backup create
  chime backup create --daily 2 --timezone Europe/Zurich --description 'Daily data backup'")]
    Create(BackupCreateArguments),
    /// List your backups.
    #[command(visible_alias = "list")]
    Ls,
    /// Download a backup to a file; continues an interrupted download.
    Download(BackupDownloadArguments),
    /// Restore tasks from a backup or a file.
    #[command(after_help = "\
Tasks that exist are left as they are unless --overwrite is given. An interrupted upload continues
where it stopped. Executions that were under way are restored as cancelled, and schedules continue from
now. Secrets, inboxes, reports, the timeline and backfills are in no backup; alerts, actions, users and
the configuration only in one of all owners.

Examples:
  chime backup restore latest --yes
  chime backup restore chime-7.backup --overwrite --yes")]
    Restore(BackupRestoreArguments),
    /// Delete a backup.
    #[command(visible_alias = "rm")]
    Delete(BackupDeleteArguments),
}

/// Arguments of `chime backup create`.
#[derive(Args, Debug)]
pub struct BackupCreateArguments {
    /// Back up the tasks of all owners, with users, alerts, actions and configuration; for admins.
    #[arg(long, conflicts_with = "daily")]
    pub all_owners: bool,
    /// Keep this many, 1 to 100; older ones are removed.
    #[arg(long, value_name = "N", default_value_t = 7)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub keep: u32,
    /// Create a task that makes one every day at this hour, 0 to 23.
    #[arg(long, value_name = "HOUR")]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=23))]
    pub daily: Option<u8>,
    /// Time zone of the hour, e.g. Europe/Zurich; default: UTC.
    #[arg(long, value_name = "ZONE", requires = "daily")]
    pub timezone: Option<String>,
    /// Description of the daily task, at most 4096 characters.
    #[arg(long, value_name = "TEXT", requires = "daily")]
    pub description: Option<String>,
}

/// Arguments of `chime backup download`.
#[derive(Args, Debug)]
pub struct BackupDownloadArguments {
    /// The backup: its id, or `latest`.
    #[arg(value_name = "BACKUP")]
    pub backup: String,
    /// The file; chime-ID.backup in this directory if not given.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Arguments of `chime backup restore`.
#[derive(Args, Debug)]
pub struct BackupRestoreArguments {
    /// A file that `download` wrote, or a backup: its id, or `latest`.
    #[arg(value_name = "FILE|BACKUP")]
    pub from: String,
    /// Replace tasks that exist.
    #[arg(long)]
    pub overwrite: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime backup delete`.
#[derive(Args, Debug)]
pub struct BackupDeleteArguments {
    /// The backup: its id, or `latest`.
    #[arg(value_name = "BACKUP")]
    pub backup: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
