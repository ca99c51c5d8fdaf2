//! Arguments of `chime execution`.

use clap::{Args, Subcommand};

use crate::cli::{ConfirmArguments, WatchArguments, seconds};

/// The commands of `chime execution`.
#[derive(Subcommand, Debug)]
pub enum ExecutionCommand {
    /// List executions, the newest first.
    #[command(visible_alias = "list")]
    Ls(ExecutionListArguments),
    /// Show everything about an execution.
    Show(ExecutionSelector),
    /// Stop an execution that is ready, running or waiting.
    Cancel(CancelArguments),
    /// Put an execution off that is ready or waiting; it costs no attempt.
    Snooze(SnoozeArguments),
    /// Run an execution again that did not complete, or all dead letters that match.
    #[command(after_help = "\
Dead letters are executions that failed or timed out and were not run again.

Examples:
  chime execution replay 41
  chime execution replay 41 --from-step 2
  chime execution replay --dead-letters --task report --error 'connection refused' --yes")]
    Replay(ReplayArguments),
}

/// An execution.
#[derive(Args, Debug)]
pub struct ExecutionSelector {
    /// The execution: its id, or the name of a task for its latest.
    #[arg(value_name = "EXECUTION")]
    pub execution: String,
}

/// Arguments of `chime execution ls`.
#[derive(Args, Debug)]
pub struct ExecutionListArguments {
    /// Only those of this task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: Option<String>,
    /// Only executions in this state.
    #[arg(long, value_name = "STATUS", conflicts_with = "dead_letters")]
    #[arg(value_parser = ["ready", "running", "waiting", "completed", "failed", "timed_out", "cancelled", "skipped", "missed"])]
    pub status: Option<String>,
    /// Only those that failed or timed out and were not run again.
    #[arg(long)]
    pub dead_letters: bool,
    /// Only dead letters whose error contains this text.
    #[arg(long, value_name = "TEXT", requires = "dead_letters")]
    pub error: Option<String>,
    /// Most executions to show.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Show the list again and again.
    #[command(flatten)]
    pub watch: WatchArguments,
}

/// Arguments of `chime execution cancel`.
#[derive(Args, Debug)]
pub struct CancelArguments {
    /// Which.
    #[command(flatten)]
    pub selector: ExecutionSelector,
    /// Why, at most 256 characters.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Let an attempt under way finish; no retry and no further step follows.
    #[arg(long)]
    pub let_finish: bool,
}

/// Arguments of `chime execution snooze`.
#[derive(Args, Debug)]
pub struct SnoozeArguments {
    /// Which.
    #[command(flatten)]
    pub selector: ExecutionSelector,
    /// Not before this has passed: seconds, or such as 10m; 0 lets it go on at once.
    #[arg(value_name = "DURATION", value_parser = seconds)]
    pub seconds: u64,
}

/// Arguments of `chime execution replay`.
#[derive(Args, Debug)]
pub struct ReplayArguments {
    /// The execution: its id, or the name of a task for its latest.
    #[arg(value_name = "EXECUTION", required_unless_present = "dead_letters")]
    pub execution: Option<String>,
    /// Run every step, also those that completed.
    #[arg(long, conflicts_with = "dead_letters")]
    pub from_start: bool,
    /// Go on with this step, counted from 1; those before it keep their results.
    #[arg(long, value_name = "STEP", conflicts_with_all = ["from_start", "dead_letters"])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=32))]
    pub from_step: Option<u32>,
    /// Wait for its end; the exit code is 1 if it does not complete.
    #[arg(long, conflicts_with = "dead_letters")]
    pub wait: bool,
    /// Run all dead letters again, each from the step where it stopped.
    #[arg(long, conflicts_with = "execution")]
    pub dead_letters: bool,
    /// Only dead letters of this task.
    #[arg(long, value_name = "TASK", requires = "dead_letters")]
    pub task: Option<String>,
    /// Only dead letters whose error contains this text.
    #[arg(long, value_name = "TEXT", requires = "dead_letters")]
    pub error: Option<String>,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
