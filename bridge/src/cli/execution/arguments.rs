//! Arguments of `chime execution`.

use clap::{Args, Subcommand};

use crate::cli::{ConfirmArguments, WatchArguments, seconds};

/// The commands of `chime execution`.
#[derive(Subcommand, Debug)]
pub enum ExecutionCommand {
    /// List executions, newest first.
    #[command(visible_alias = "list")]
    Ls(ExecutionListArguments),
    /// Show everything about an execution.
    Show(ExecutionSelector),
    /// Cancel an execution that is ready, running or waiting.
    Cancel(CancelArguments),
    /// Postpone a ready or waiting execution; this does not use up an attempt.
    Snooze(SnoozeArguments),
    /// Retry an execution that did not complete, or all matching dead letters.
    #[command(after_help = "\
Dead letters are executions that failed or timed out and were not retried.

Examples:
  chime execution replay 41
  chime execution replay 41 --from-step 2
  chime execution replay --dead-letters --task report --error 'connection refused' --yes")]
    Replay(ReplayArguments),
    /// Continue an execution that waits because its codex was changed while it ran.
    #[command(after_help = "\
A program is run again from its beginning with all that it was answered so far. If its code was changed
and asks for something else, it waits; `chime execution show` names the first difference.

Examples:
  chime execution resume 41 --first-version
  chime execution resume 41 --from-start")]
    Resume(ResumeArguments),
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
    /// Only the executions of this task: its id or its name.
    #[arg(value_name = "TASK")]
    pub task: Option<String>,
    /// Only executions in this state.
    #[arg(long, value_name = "STATUS", conflicts_with = "dead_letters")]
    #[arg(value_parser = ["ready", "running", "waiting", "completed", "failed", "timed_out", "cancelled", "skipped", "missed"])]
    pub status: Option<String>,
    /// Only those that failed or timed out and were not retried.
    #[arg(long)]
    pub dead_letters: bool,
    /// Only dead letters whose error contains this text.
    #[arg(long, value_name = "TEXT", requires = "dead_letters")]
    pub error: Option<String>,
    /// Maximum number of executions to show, 1 to 10000.
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
    /// Let a running attempt finish; no retry and no further step follows.
    #[arg(long)]
    pub let_finish: bool,
}

/// Arguments of `chime execution snooze`.
#[derive(Args, Debug)]
pub struct SnoozeArguments {
    /// Which.
    #[command(flatten)]
    pub selector: ExecutionSelector,
    /// For how long: seconds, or e.g. 10m; 0 lets it continue at once.
    #[arg(value_name = "DURATION", value_parser = seconds)]
    pub seconds: u64,
}

/// Arguments of `chime execution resume`.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("how").required(true)
    .args(["first_version", "present_version", "from_start"]))]
pub struct ResumeArguments {
    /// Which.
    #[command(flatten)]
    pub selector: ExecutionSelector,
    /// With the version of the codex with which it began.
    #[arg(long)]
    pub first_version: bool,
    /// With the codex as it is now: it was stored again, or rolled back.
    #[arg(long)]
    pub present_version: bool,
    /// From the beginning of the codex as it is now: what it did is done again.
    #[arg(long)]
    pub from_start: bool,
}

/// Arguments of `chime execution replay`.
#[derive(Args, Debug)]
pub struct ReplayArguments {
    /// The execution: its id, or the name of a task for its latest.
    #[arg(value_name = "EXECUTION", required_unless_present = "dead_letters")]
    pub execution: Option<String>,
    /// Run every step again, including those that completed.
    #[arg(long, conflicts_with = "dead_letters")]
    pub from_start: bool,
    /// Continue from this step, 1 to 32; earlier steps keep their results.
    #[arg(long, value_name = "STEP", conflicts_with_all = ["from_start", "dead_letters"])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=32))]
    pub from_step: Option<u32>,
    /// Wait until it ends; the exit code is 1 if it does not complete.
    #[arg(long, conflicts_with = "dead_letters")]
    pub wait: bool,
    /// Retry all dead letters, each from the step that failed.
    #[arg(long, conflicts_with = "execution")]
    pub dead_letters: bool,
    /// Only dead letters of this task: its id or its name.
    #[arg(long, value_name = "TASK", requires = "dead_letters")]
    pub task: Option<String>,
    /// Only dead letters whose error contains this text.
    #[arg(long, value_name = "TEXT", requires = "dead_letters")]
    pub error: Option<String>,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
