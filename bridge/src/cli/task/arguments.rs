//! Arguments of `chime task`.

use clap::{Args, Subcommand};

use crate::cli::{
    ConfirmArguments, ListArguments, RunArguments, ScheduleArguments, SettingArguments,
    StepArguments, WatchArguments, instant,
};

/// The commands of `chime task`.
#[derive(Subcommand, Debug)]
pub enum TaskCommand {
    /// List the tasks; the same as `chime ps ls`.
    #[command(visible_alias = "list")]
    Ls(ListArguments),
    /// Create a task; the same as `chime run`.
    #[command(override_usage = "\
chime task create <STEP>... [SCHEDULE] [OPTIONS]
       chime task create --config <FILE> [OPTIONS]")]
    Create(Box<RunArguments>),
    /// Show everything about a task.
    Show(ShowArguments),
    /// Write tasks as a job file, from which `chime apply` recognises them.
    #[command(after_help = "\
Examples:
  chime task export > jobs.yaml
  chime task export report > report.yaml && chime apply -f report.yaml --diff")]
    Export(ExportArguments),
    /// Change a task; settings that are not given stay as they are.
    #[command(after_help = "\
Steps and schedules are replaced as a whole: a step flag replaces all steps, a schedule flag all
schedules. A running execution keeps the steps it started with.

Examples:
  chime task edit report --retries 5 --priority high
  chime task edit 3 --daily 03:00 --timezone Europe/Zurich
  chime task edit 3 --pause-after-failures 0 --dry-run")]
    Edit(Box<EditArguments>),
    /// Delete a task with its schedules, its history and its alerts.
    #[command(visible_alias = "rm")]
    Delete(DeleteArguments),
    /// Pause a task: its schedules do not fire until it is resumed.
    Pause(PauseArguments),
    /// Resume a paused task.
    Resume(TaskSelector),
    /// Run a task now, in addition to its schedules, or for a time in the past.
    Run(RunNowArguments),
    /// Retry the latest failed execution, from the step that failed.
    Retry(RetryArguments),
    /// Retry the latest failed execution from a given step.
    #[command(after_help = "\
Steps before it keep their results and do not run again.

Examples:
  chime task resume-from pipeline 2
  chime task resume-from pipeline upload")]
    ResumeFrom(ResumeFromArguments),
    /// Run past slots that never ran, oldest first.
    #[command(after_help = "\
Slots that already ran are skipped. More than 50 slots need a confirmation.

Examples:
  chime task backfill report --from 2026-11-01 --until 2026-11-08
  chime task backfill report --from 2026-11-01T00:00:00Z --maximum-concurrent 4
  chime task backfill report --from 2026-11-01 --dry-run")]
    Backfill(BackfillArguments),
    /// List the backfills of a task, or cancel one.
    Backfills(BackfillsArguments),
}

/// A task.
#[derive(Args, Debug)]
pub struct TaskSelector {
    /// The task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: String,
}

/// Arguments of `chime task show`.
#[derive(Args, Debug)]
pub struct ShowArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// How many executions to show, 0 to 100.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=100))]
    pub executions: u32,
    /// Show it again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// Arguments of `chime task export`.
#[derive(Args, Debug)]
pub struct ExportArguments {
    /// The tasks: ids or names; all of yours if none is given.
    #[arg(value_name = "TASK")]
    pub tasks: Vec<String>,
}

/// Arguments of `chime task edit`.
#[derive(Args, Debug)]
pub struct EditArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// What it does.
    #[command(flatten)]
    pub steps: StepArguments,
    /// When it runs.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    /// All else.
    #[command(flatten)]
    pub settings: SettingArguments,
    /// Show the request and the next runs without changing anything.
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `chime task delete`.
#[derive(Args, Debug)]
pub struct DeleteArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime task pause`.
#[derive(Args, Debug)]
pub struct PauseArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// Why, at most 256 characters; `chime task show` shows it.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Also cancel its running executions, as `chime ps kill` does.
    #[arg(long)]
    pub cancel_running: bool,
}

/// Arguments of `chime task run`.
#[derive(Args, Debug)]
pub struct RunNowArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// Idempotency key, at most 128 bytes: a second command with the same key starts nothing and shows
    /// the first execution.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Run it once, for this time in the past: RFC 3339, or a local date and time.
    #[arg(long = "for", value_name = "TIME", value_parser = instant)]
    pub scheduled: Option<jiff::Timestamp>,
    /// Wait until it ends; the exit code is 1 if it does not complete.
    #[arg(long)]
    pub wait: bool,
}

/// Arguments of `chime task retry`.
#[derive(Args, Debug)]
pub struct RetryArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// Run every step again, including those that completed.
    #[arg(long)]
    pub from_start: bool,
    /// Wait until it ends; the exit code is 1 if it does not complete.
    #[arg(long)]
    pub wait: bool,
}

/// Arguments of `chime task resume-from`.
#[derive(Args, Debug)]
pub struct ResumeFromArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// The step: its number, counted from 1 as `chime task show` does, or its name.
    #[arg(value_name = "STEP")]
    pub step: String,
    /// Wait until it ends; the exit code is 1 if it does not complete.
    #[arg(long)]
    pub wait: bool,
}

/// Arguments of `chime task backfill`.
#[derive(Args, Debug)]
pub struct BackfillArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// Slots from this time on: RFC 3339, or a local date with or without a time, in the zone of this
    /// machine.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub from: jiff::Timestamp,
    /// Slots up to this time; default: now.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: Option<jiff::Timestamp>,
    /// The schedule: its id or its name; needed if the task has several.
    #[arg(long, value_name = "SCHEDULE")]
    pub schedule: Option<String>,
    /// Maximum number of its executions at the same time, 1 to 50.
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=50))]
    pub maximum_concurrent: u32,
    /// Show how many slots there are, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime task backfills`.
#[derive(Args, Debug)]
pub struct BackfillsArguments {
    /// Which.
    #[command(flatten)]
    pub selector: TaskSelector,
    /// Cancel the backfill with this id.
    #[arg(long, value_name = "ID")]
    pub cancel: Option<u64>,
}
