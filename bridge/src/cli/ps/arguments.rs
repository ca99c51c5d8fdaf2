//! Arguments of `chime ps`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::WatchArguments;

/// The commands of `chime ps`.
#[derive(Subcommand, Debug)]
pub enum PsCommand {
    /// List the tasks, one row for each schedule.
    #[command(visible_alias = "list")]
    Ls(ListArguments),
    /// Resume a task: the same as `chime task resume`; it does not run it now (`chime task run`).
    Start(StartArguments),
    /// Pause a task and cancel its running executions: `chime task pause --cancel-running`.
    Kill(KillArguments),
    /// Show the history of a task, newest first.
    Logs(LogsArguments),
}

/// Arguments of `chime ps ls`.
#[derive(Args, Debug)]
#[command(after_help = "\
With -o json: {total_tasks, total_schedules, tasks: [{task_id, name, status, last_run_at, next_run,
repeat_every, disabled, schedule_id, metadata}]}. last_run_at counts seconds since 1970 and is 0 if
the task never ran; next_run is an RFC 3339 time in UTC, \"Pending\" if it is due, null if there is
none; repeat_every is in seconds, 0 if the schedule is not an interval.")]
pub struct ListArguments {
    /// Also show schedules in words, steps and metadata.
    #[arg(long, short)]
    pub verbose: bool,
    /// Tasks of all owners, with their owner; for admins, operators and viewers.
    #[arg(long)]
    pub all_owners: bool,
    /// Only tasks in this state.
    #[arg(long, value_name = "STATUS")]
    #[arg(value_parser = ["pending", "running", "retrying", "waiting", "completed", "failed", "cancelled", "paused"])]
    pub status: Option<String>,
    /// Only tasks whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Sort by this column.
    #[arg(long, value_name = "COLUMN", value_parser = ["id", "name", "status", "last", "next"])]
    pub sort: Option<String>,
    /// Show at most this many tasks; default: all.
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// Show the list again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// Arguments of `chime ps start`.
#[derive(Args, Debug)]
pub struct StartArguments {
    /// The task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: String,
}

/// Arguments of `chime ps kill`.
#[derive(Args, Debug)]
pub struct KillArguments {
    /// The task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: String,
}

/// Arguments of `chime ps logs`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime ps logs 1                  the last 20 executions of task 1
  chime ps logs backup --tail 50   the last 50 executions of the task named backup
  chime ps logs --all --follow     executions of all tasks as they happen, a line each
  chime ps logs 1 --output-file task.log

With -o json: {task_id, task_name, status, executions: [{execution_id, scheduled_at, started_at,
finished_at, attempt, status, logs, result, error}], total_executions}; with --follow one JSON
document on each line.")]
pub struct LogsArguments {
    /// The task: its id or its name.
    #[arg(value_name = "TASK", required_unless_present = "all")]
    pub task: Option<String>,
    /// All tasks; only with --follow.
    #[arg(long, conflicts_with = "task", requires = "follow")]
    pub all: bool,
    /// Maximum number of executions to show, 1 to 1000.
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
    /// Show the last N executions, 1 to 1000; the same as --limit N --from 0.
    #[arg(long, value_name = "N", conflicts_with_all = ["limit", "from"])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub tail: Option<u32>,
    /// Skip the newest N executions.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub from: u32,
    /// Show executions as they happen, until interrupted.
    #[arg(long, short, conflicts_with = "from")]
    pub follow: bool,
    /// Write the answer to this file instead of the standard output.
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
}
