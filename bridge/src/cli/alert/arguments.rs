//! Arguments of `chime alert` and `chime inbox`.

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::{ConfirmArguments, seconds};

/// The commands of `chime alert`.
#[derive(Subcommand, Debug)]
pub enum AlertCommand {
    /// List your alerts.
    #[command(visible_alias = "list")]
    Ls,
    /// Create an alert: a message to an inbox, a webhook or a canister when something happens.
    #[command(after_help = "\
Examples:
  chime alert create 'something failed' --on failure --to inbox
  chime alert create 'report is late' --task report --on late=10m --to https://example.com/hook \\
      --header 'authorization: Bearer {{secrets.HOOK}}' --cooldown 1h
  chime alert create 'backup is silent' --task backup --on silent --to inbox")]
    Create(AlertCreateArguments),
    /// Change an alert; settings that are not given stay as they are.
    Update(AlertUpdateArguments),
    /// Send a test message through the channel of an alert, and wait for its delivery.
    #[command(after_help = "\
Exit codes: 0 if the message arrived, 7 if the first attempt failed, 6 if it is not known yet.

Examples:
  chime alert test 'something failed'
  chime alert test 'something failed' -o json")]
    Test(AlertTestArguments),
    /// Delete an alert.
    #[command(visible_alias = "rm")]
    Delete(AlertDeleteArguments),
}

/// When an alert goes off and where its message goes.
#[derive(Args, Debug)]
pub struct AlertArguments {
    /// When: failure, failures-in-a-row=N (2 to 1000), missed, late=DURATION (at most 24h), silent
    /// (with --task), or cycles-low=N (for admins).
    #[arg(long, value_name = "CONDITION")]
    pub on: Option<String>,
    /// Where to: inbox, an https:// address (may contain {{secrets.NAME}}), or CANISTER/METHOD;
    /// default: inbox.
    #[arg(long, value_name = "CHANNEL")]
    pub to: Option<String>,
    /// Header of the webhook; may contain {{secrets.NAME}}; may be repeated.
    #[arg(long, value_name = "NAME: VALUE", requires = "to")]
    pub header: Vec<String>,
    /// Stay silent for this long after a message: seconds, or e.g. 30m; at most 365d; 0 sends every
    /// message; default: 1h.
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    pub cooldown: Option<u64>,
}

/// Arguments of `chime alert create`.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("needed").required(true).args(["on"]))]
pub struct AlertCreateArguments {
    /// Its name, at most 128 characters.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// When and where to.
    #[command(flatten)]
    pub alert: AlertArguments,
    /// Only for this task: its id or its name.
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,
}

/// Arguments of `chime alert update`.
#[derive(Args, Debug)]
pub struct AlertUpdateArguments {
    /// The alert: its id or its name.
    #[arg(value_name = "ALERT")]
    pub selector: String,
    /// New name, at most 128 characters.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// When and where to.
    #[command(flatten)]
    pub alert: AlertArguments,
    /// Disable it.
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// Enable it.
    #[arg(long)]
    pub enable: bool,
}

/// Arguments of `chime alert test`.
#[derive(Args, Debug)]
pub struct AlertTestArguments {
    /// The alert: its id or its name.
    #[arg(value_name = "ALERT")]
    pub selector: String,
}

/// Arguments of `chime alert delete`.
#[derive(Args, Debug)]
pub struct AlertDeleteArguments {
    /// The alert: its id or its name.
    #[arg(value_name = "ALERT")]
    pub selector: String,
    /// Whether to ask.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}

/// Arguments of `chime inbox`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  chime inbox                 the newest 20 messages
  chime inbox --clear         show all messages, then remove them
  chime inbox --clear=41      remove message 41 and all older ones")]
pub struct InboxArguments {
    /// Maximum number of messages to show, 1 to 1000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
    /// Remove a message and all older ones; without an id, all that are shown.
    #[arg(long, value_name = "ID", num_args = 0..=1, require_equals = true, value_parser = message_id)]
    pub clear: Option<Option<u64>>,
}

fn message_id(text: &str) -> Result<u64, String> {
    let id = text.parse();
    id.map_err(|_| "not the id of a message; `chime inbox` shows the ids".to_string())
}
