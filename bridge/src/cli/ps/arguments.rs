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
    /// Switch a task on again.
    Start(StartArguments),
    /// Switch a task off and cancel its executions under way.
    Kill(KillArguments),
    /// Show what became of a task's runs, the newest first.
    Logs(LogsArguments),
}

/// Arguments of `chime ps ls`.
#[derive(Args, Debug)]
#[command(after_help = "\
With -o json: {total_tasks, total_schedules, tasks: [{task_id, name, status, last_run_at, next_run,
repeat_every, disabled, schedule_id, metadata}]}. last_run_at counts seconds since 1970 and is 0 if
the task never ran; next_run is an RFC 3339 time in UTC, \"Pending\" if it is due, null if there is
none; repeat_every is in seconds, 0 if the schedule is no interval.")]
pub struct ListArguments {
    /// Also show schedules in words, steps and metadata.
    #[arg(long, short)]
    pub verbose: bool,
    /// Show the list again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// Arguments of `chime ps start`.
#[derive(Args, Debug)]
pub struct StartArguments {
    /// The task: its id or its name.
    #[arg(value_name = "ID")]
    pub task: String,
}

/// Arguments of `chime ps kill`.
#[derive(Args, Debug)]
pub struct KillArguments {
    /// The task: its id or its name.
    #[arg(value_name = "ID")]
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
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub task: Option<String>,
    /// All tasks; only with --follow.
    #[arg(long, conflicts_with = "task", requires = "follow")]
    pub all: bool,
    /// Most executions to show.
    #[arg(long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
    /// Show the last N executions; the same as --limit N --from 0.
    #[arg(long, value_name = "N", conflicts_with_all = ["limit", "from"])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub tail: Option<u32>,
    /// Leave out the newest N executions.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub from: u32,
    /// Show executions as they happen, until interrupted.
    #[arg(long, short, conflicts_with = "from")]
    pub follow: bool,
    /// Write the answer into this file instead of the standard output.
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
}
