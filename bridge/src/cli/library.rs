//! Arguments of `chime action`, `chime secret`, `chime user` and `chime scheduler`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConfirmArguments, StepArguments};

/// The commands of `chime action`.
#[derive(Subcommand, Debug)]
pub enum ActionCommand {
    /// List registered actions.
    #[command(visible_alias = "list")]
    Ls,
    /// Register an action under a name, for steps with --named; an older one is replaced.
    #[command(after_help = "\
Texts may hold {{attributes.x}}, which steps fill in with --attributes '{\"x\": ...}'.

Examples:
  chime action define greet --note 'hello {{attributes.who}}'
  chime action define notify --http https://example.com/hook \\
      --header 'authorization: Bearer {{secrets.HOOK}}' --body '{{attributes.text}}'
  chime run --named greet --attributes '{\"who\": \"world\"}' --wait")]
    Define(Box<DefineArguments>),
    /// Remove a registered action: steps that name it then fail.
    #[command(visible_alias = "rm")]
    Delete(ActionDeleteArguments),
}

/// Arguments of `chime action define`.
#[derive(Args, Debug)]
pub struct DefineArguments {
    /// The name, at most 128 characters.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What is done: exactly one action.
    #[command(flatten)]
    pub steps: StepArguments,
    /// What it does, in words.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// The kind of thing it works on: steps must name the same.
    #[arg(long, value_name = "NAME")]
    pub for_entity: Option<String>,
    /// For all owners; for admins.
    #[arg(long)]
    pub shared: bool,
}

/// Arguments of `chime action delete`.
#[derive(Args, Debug)]
pub struct ActionDeleteArguments {
    /// Its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The one for all owners.
    #[arg(long)]
    pub shared: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// The commands of `chime secret`.
#[derive(Subcommand, Debug)]
pub enum SecretCommand {
    /// List the names of your secrets; nothing shows a secret again.
    #[command(visible_alias = "list")]
    Ls,
    /// Keep a secret for HTTP actions and webhooks: {{secrets.NAME}}.
    #[command(after_help = "\
The secret is read from the standard input or a file, never from the command line, which other
users of a machine can see. One line break at its end is left out.

Examples:
  printf %s \"$TOKEN\" | chime secret put TOKEN
  chime secret put TOKEN --from-file token.txt")]
    Put(SecretPutArguments),
    /// Remove a secret: requests that need it then fail.
    #[command(visible_alias = "rm")]
    Delete(SecretDeleteArguments),
}

/// Arguments of `chime secret put`.
#[derive(Args, Debug)]
pub struct SecretPutArguments {
    /// The name: 1 to 64 letters, digits and _.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Read the secret from this file, at most 4096 bytes.
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
}

/// Arguments of `chime secret delete`.
#[derive(Args, Debug)]
pub struct SecretDeleteArguments {
    /// Its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// The commands of `chime user`.
#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Show yourself: role, quotas and what is used of them.
    Me,
    /// List registered users; for admins.
    #[command(visible_alias = "list")]
    Ls,
    /// Register a user, or change one; for admins.
    #[command(after_help = "\
What is not given stays as it is.

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
    /// The name, such as an address of mail.
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
    /// Take all quotas away: what the configuration says for everybody counts.
    #[arg(long, help_heading = "Quotas")]
    pub no_quotas: bool,
    /// May do nothing, and its schedules do not fire.
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// May work again.
    #[arg(long)]
    pub enable: bool,
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

/// The commands of `chime scheduler`.
#[derive(Subcommand, Debug)]
pub enum SchedulerCommand {
    /// Show the configuration of the scheduler.
    Show,
    /// Change the configuration of the scheduler; for admins.
    #[command(after_help = "\
Values are written as `chime scheduler show` shows them.

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
    /// What to set, such as maximum_concurrent=20.
    #[arg(value_name = "NAME=VALUE", required_unless_present = "preset")]
    pub settings: Vec<String>,
    /// Begin with this set of values instead of the present ones.
    #[arg(long, value_name = "PRESET", value_parser = ["default", "production"])]
    pub preset: Option<String>,
}
