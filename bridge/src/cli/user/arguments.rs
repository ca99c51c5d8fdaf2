//! Arguments of `chime user`.

use clap::{Args, Subcommand};

use crate::cli::ConfirmArguments;

/// The commands of `chime user`.
#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Show yourself: role, quotas and usage.
    Me,
    /// List registered users; for admins.
    #[command(visible_alias = "list")]
    Ls,
    /// Register a user, or change one; for admins.
    #[command(after_help = "\
Settings that are not given stay as they are.

Examples:
  chime user put aaaaa-aa --name ops@example.com --role operator
  chime user put ops@example.com --maximum-tasks 500 --disable")]
    Put(UserPutArguments),
    /// Remove a user from the register; its tasks stay. For admins.
    #[command(visible_alias = "rm")]
    Delete(UserDeleteArguments),
}

/// Arguments of `chime user put`.
#[derive(Args, Debug)]
pub struct UserPutArguments {
    /// Who: a principal, or the name of somebody who is registered.
    #[arg(value_name = "USER")]
    pub user: String,
    /// The name, e.g. an e-mail address.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The role; user if not given for a new one.
    #[arg(long, value_name = "ROLE", value_parser = ["admin", "operator", "user", "viewer", "worker"])]
    pub role: Option<String>,
    /// Most tasks.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_tasks: Option<u64>,
    /// Most executions kept.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_executions: Option<u64>,
    /// Most runs in an hour.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_runs_per_hour: Option<u64>,
    /// Most attempts at the same time.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_concurrent: Option<u32>,
    /// Most bytes stored.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_bytes: Option<u64>,
    /// Most slots of its schedules in an hour.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_slots_per_hour: Option<u64>,
    /// Most cycles spent in an hour.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_cycles_per_hour: Option<u64>,
    /// Most cycles spent in a day.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_cycles_per_day: Option<u64>,
    /// Remove all quotas: those of the configuration apply.
    #[arg(long, help_heading = "Quotas")]
    pub no_quotas: bool,
    /// Disable the user: it may do nothing, and its schedules do not fire.
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// Enable the user again.
    #[arg(long)]
    pub enable: bool,
    /// For quotas that remove history.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime user delete`.
#[derive(Args, Debug)]
pub struct UserDeleteArguments {
    /// Who: the principal, a beginning of it (5 letters or more) that no other has, or the name.
    #[arg(value_name = "USER")]
    pub user: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
