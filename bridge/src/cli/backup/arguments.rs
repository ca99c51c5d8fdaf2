//! Arguments of `chime backup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::ConfirmArguments;

/// The commands of `chime backup`.
#[derive(Subcommand, Debug)]
pub enum BackupCommand {
    /// Create a backup of your tasks, schedules and history now, or every day.
    #[command(after_help = "\
A task `Backup on demand` makes the backups; of these the newest --keep are kept. With --daily
another task makes one every day.

It holds tasks with their steps, schedules and history; with --all-owners also users, alerts,
actions and the configuration. Not in it: secrets, inboxes, reports, the timeline, backfills and
other backups. Put secrets again with `chime secret put` after a restore elsewhere.

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
Tasks that exist are left as they are unless --overwrite is given. An upload that was cut off goes
on where it was. What was under way is restored as cancelled, and schedules go on from now. Secrets,
inboxes, reports, the timeline and backfills are in no backup; alerts, actions, users and the
configuration only in one of all owners.

Examples:
  chime backup restore latest --yes
  chime backup restore chime-7.backup --overwrite --yes")]
    Restore(BackupRestoreArguments),
    /// Remove a backup.
    #[command(visible_alias = "rm")]
    Delete(BackupDeleteArguments),
}

/// Arguments of `chime backup create`.
#[derive(Args, Debug)]
pub struct BackupCreateArguments {
    /// Of all owners, with users, actions and configuration; for admins.
    #[arg(long, conflicts_with = "daily")]
    pub all_owners: bool,
    /// Keep this many, 1 to 100; older ones are removed.
    #[arg(long, value_name = "N", default_value_t = 7)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub keep: u32,
    /// Make a task that does it every day at this hour, 0 to 23.
    #[arg(long, value_name = "HOUR")]
    #[arg(value_parser = clap::value_parser!(u8).range(0..=23))]
    pub daily: Option<u8>,
    /// Time zone of the hour, such as Europe/Zurich; UTC if not given.
    #[arg(long, value_name = "ZONE", requires = "daily")]
    pub timezone: Option<String>,
    /// What the daily task is for.
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
