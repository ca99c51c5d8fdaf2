//! Arguments of `chime action`.

use clap::{Args, Subcommand};

use crate::cli::{ConfirmArguments, StepArguments};

/// The commands of `chime action`.
#[derive(Subcommand, Debug)]
pub enum ActionCommand {
    /// List registered actions.
    #[command(visible_alias = "list")]
    Ls,
    /// Register an action under a name, for steps with --named; replaces one of the same name.
    #[command(after_help = "\
Texts may contain {{attributes.x}}, which steps fill in with --attributes '{\"x\": ...}'.

Examples:
  chime action define greet --note 'hello {{attributes.who}}'
  chime action define notify --http https://example.com/hook \\
      --header 'authorization: Bearer {{secrets.HOOK}}' --body '{{attributes.text}}'
  chime run --named greet --attributes '{\"who\": \"world\"}' --wait")]
    Define(Box<DefineArguments>),
    /// Delete a registered action: steps that name it then fail.
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
    /// Description of the action, at most 4096 characters.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Kind of thing it works on; steps must name the same with --entity.
    #[arg(long, value_name = "NAME")]
    pub for_entity: Option<String>,
    /// Register it for all owners; for admins.
    #[arg(long)]
    pub shared: bool,
}

/// Arguments of `chime action delete`.
#[derive(Args, Debug)]
pub struct ActionDeleteArguments {
    /// Its name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Delete the one that is registered for all owners; for admins.
    #[arg(long)]
    pub shared: bool,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
