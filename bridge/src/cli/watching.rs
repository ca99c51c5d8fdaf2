//! Arguments of the commands that watch: `chime alert`, `chime inbox`, `chime stats`,
//! `chime events` and `chime top`; and those of `chime backup`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::{ConfirmArguments, WatchArguments, positive_seconds, seconds};

/// The commands of `chime alert`.
#[derive(Subcommand, Debug)]
pub enum AlertCommand {
    /// List your alerts.
    #[command(visible_alias = "list")]
    Ls,
    /// Make an alert: a message to an inbox, a webhook or a canister when something happens.
    #[command(after_help = "\
Examples:
  chime alert create 'something failed' --on failure --to inbox
  chime alert create 'report is late' --task report --on late=10m --to https://example.com/hook \\
      --header 'authorization: Bearer {{secrets.HOOK}}' --cooldown 1h
  chime alert create 'backup is silent' --task backup --on silent --to inbox")]
    Create(AlertCreateArguments),
    /// Change an alert: what is not given stays as it is.
    Update(AlertUpdateArguments),
    /// Send a test message through the channel of an alert, and wait for what becomes of it.
    #[command(after_help = "\
Exit codes: 0 the message arrived, 7 the first attempt failed, 6 nobody knows yet.

Examples:
  chime alert test 'something failed'
  chime alert test 3 -o json")]
    Test(AlertTestArguments),
    /// Remove an alert.
    #[command(visible_alias = "rm")]
    Delete(AlertDeleteArguments),
}

/// When an alert goes off and where its message goes.
#[derive(Args, Debug)]
pub struct AlertArguments {
    /// When: failure, failures-in-a-row=N, missed, late=DURATION, silent (with --task), or
    /// cycles-low=N (for admins).
    #[arg(long, value_name = "CONDITION")]
    pub on: Option<String>,
    /// Where to: inbox, an address beginning with https:// (which may hold {{secrets.NAME}}), or
    /// CANISTER/METHOD.
    #[arg(long, value_name = "CHANNEL")]
    pub to: Option<String>,
    /// A header of the webhook; may hold {{secrets.NAME}}.
    #[arg(long, value_name = "NAME: VALUE", requires = "to")]
    pub header: Vec<String>,
    /// Keep silent for so long after a message: seconds, or such as 1h; 0 is never.
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    pub cooldown: Option<u64>,
}

/// Arguments of `chime alert create`.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("needed").required(true).args(["on"]))]
pub struct AlertCreateArguments {
    /// Its name, at most 128 characters.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// When and where to.
    #[command(flatten)]
    pub alert: AlertArguments,
    /// Only for this task: its id or its name.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
}

/// Arguments of `chime alert update`.
#[derive(Args, Debug)]
pub struct AlertUpdateArguments {
    /// The alert: its id or its name.
    #[arg(value_name = "ALERT")]
    pub selector: String,
    /// A new name.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// When and where to.
    #[command(flatten)]
    pub alert: AlertArguments,
    /// Switch it off.
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// Switch it on.
    #[arg(long)]
    pub enable: bool,
}

/// Arguments of `chime alert test`.
#[derive(Args, Debug)]
pub struct AlertTestArguments {
    /// The alert: its id or its name.
    #[arg(value_name = "ALERT")]
    pub selector: String,
}

/// Arguments of `chime alert delete`.
#[derive(Args, Debug)]
pub struct AlertDeleteArguments {
    /// The alert: its id or its name.
    #[arg(value_name = "ALERT")]
    pub selector: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime inbox`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime inbox                 the newest 20 messages
  chime inbox --clear         show all messages, then remove them
  chime inbox --clear=41      remove message 41 and all older ones")]
pub struct InboxArguments {
    /// Most messages to show.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
    /// Remove a message and all older ones; without an id all that are shown.
    #[arg(long, value_name = "ID", num_args = 0..=1, require_equals = true)]
    pub clear: Option<Option<u64>>,
}

/// Arguments of `chime stats`.
#[derive(Args, Debug)]
pub struct StatsArguments {
    /// Show them again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// Arguments of `chime events`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime events                     the latest 20 events
  chime events --task report -n 100
  chime events --follow -o json    a line of JSON for each event as it happens")]
pub struct EventsArguments {
    /// Only those of this task: its id or its name.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
    /// Those of all owners; for admins, operators and viewers.
    #[arg(long)]
    pub all_owners: bool,
    /// Most events to show.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub limit: u32,
    /// Then show events as they happen, until interrupted.
    #[arg(long, short)]
    pub follow: bool,
}

/// Arguments of `chime top`.
#[derive(Args, Debug)]
#[command(after_help = "\
Keys: q or Esc quits, up and down choose a task, p pauses or resumes it, r runs it now.")]
pub struct TopArguments {
    /// Print one frame as text and end; needs no terminal.
    #[arg(long)]
    pub once: bool,
    /// Ask the scheduler so often: seconds, or such as 10s.
    #[arg(long, value_name = "DURATION", default_value = "2", value_parser = positive_seconds)]
    pub interval: u64,
    /// Columns of the frame that --once prints.
    #[arg(long, value_name = "N", default_value_t = 100, requires = "once")]
    #[arg(value_parser = clap::value_parser!(u16).range(40..=500))]
    pub width: u16,
}

/// The commands of `chime backup`.
#[derive(Subcommand, Debug)]
pub enum BackupCommand {
    /// Make a backup of your tasks, schedules and history now, or every day.
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
    /// Write a backup into a file; goes on where it was cut off.
    Download(BackupDownloadArguments),
    /// Bring tasks back from a backup or a file.
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
    /// Keep so many, 1 to 100: older ones are removed.
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
