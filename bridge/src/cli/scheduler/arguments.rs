//! Arguments of `chime scheduler`.

use clap::{Args, Subcommand};

use crate::cli::ConfirmArguments;

/// The commands of `chime scheduler`.
#[derive(Subcommand, Debug)]
pub enum SchedulerCommand {
    /// Show the configuration of the scheduler.
    Show,
    /// Change the configuration of the scheduler; for admins.
    #[command(after_help = "\
Values are written as `chime scheduler show` shows them. Lower limits of executions, bytes and events,
and new rules of retention, remove history of all owners and need a confirmation.

Examples:
  chime scheduler set maximum_concurrent=20 default_timeout=10m
  chime scheduler set --preset production
  chime scheduler set 'retention=completed:keep=100;failed:age=30d'")]
    Set(SchedulerSetArguments),
    /// Show the scheduler's own guide to its interface, in Markdown.
    Guide,
}

/// Arguments of `chime scheduler set`.
#[derive(Args, Debug)]
pub struct SchedulerSetArguments {
    /// Settings and their values, e.g. maximum_concurrent=20.
    #[arg(value_name = "NAME=VALUE", required_unless_present = "preset")]
    pub settings: Vec<String>,
    /// Start from this set of values instead of the present ones.
    #[arg(long, value_name = "PRESET", value_parser = ["default", "production"])]
    pub preset: Option<String>,
    /// For what removes history.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
