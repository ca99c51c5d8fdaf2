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
Settings that are not given stay as they are. A new user has the quotas of the configuration (`chime
scheduler show`).

Examples:
  chime user put aaaaa-aa --name ops@example.com --role operator
  chime user put ops@example.com --maximum-tasks 500 --disable")]
    Put(UserPutArguments),
    /// Remove a user from the register; their tasks stay. For admins.
    #[command(visible_alias = "rm")]
    Delete(UserDeleteArguments),
}

/// Arguments of `chime user put`.
#[derive(Args, Debug)]
pub struct UserPutArguments {
    /// The user: a principal, or the name of a registered user.
    #[arg(value_name = "USER")]
    pub user: String,
    /// Name, e.g. an e-mail address, at most 128 characters.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Role; default for a new user: user.
    #[arg(long, value_name = "ROLE", value_parser = ["admin", "operator", "user", "viewer", "worker"])]
    pub role: Option<String>,
    /// Maximum number of tasks.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_tasks: Option<u64>,
    /// Maximum number of executions kept.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_executions: Option<u64>,
    /// Maximum number of runs in an hour.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_runs_per_hour: Option<u64>,
    /// Maximum number of attempts at the same time.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_concurrent: Option<u32>,
    /// Maximum number of bytes stored.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_bytes: Option<u64>,
    /// Maximum number of slots of its schedules in an hour.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_slots_per_hour: Option<u64>,
    /// Maximum number of cycles spent in an hour.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_cycles_per_hour: Option<u64>,
    /// Maximum number of cycles spent in a day.
    #[arg(long, value_name = "N", help_heading = "Quotas")]
    pub maximum_cycles_per_day: Option<u64>,
    /// Remove all quotas: those of the configuration apply again.
    #[arg(long, help_heading = "Quotas")]
    pub no_quotas: bool,
    /// Disable the user: they may do nothing, and their schedules do not fire.
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
    /// The user: a principal, a unique beginning of it (5 characters or more), or a name.
    #[arg(value_name = "USER")]
    pub user: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
