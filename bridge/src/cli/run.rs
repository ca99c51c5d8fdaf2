//! Arguments of `chime run`.

use clap::{ArgGroup, Args};

use super::{positive_seconds, seconds};

/// Arguments of `chime run`.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true).args(["call", "note"]), after_help = "\
Without --every and --cron the task runs once: now, or after --after. With --every it runs first
after one interval, or after --after (0 is at once).

Examples:
  chime run --note 'still here' --every 30
  chime run --call aaaaa-aa raw_rand --wait
  chime run --name report --call ryjl3-tyaaa-aaaaa-aaaba-cai icrc1_total_supply '()' \\
      --cron '0 8 * * 1-5' --timezone Europe/Zurich --retries 5 --retry-delay 30s")]
pub struct RunArguments {
    /// Name of the task; derived from what it does if not given.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Call a method of a canister, with arguments in Candid's textual form.
    #[arg(long, num_args = 2..=3, value_names = ["CANISTER", "METHOD", "CANDID-ARGS"])]
    pub call: Option<Vec<String>>,
    /// Write a line into the log of the execution.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Run again and again: seconds, or such as 1h30m.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds, conflicts_with = "cron")]
    pub every: Option<u64>,
    /// Run by a cron expression, such as '0 8 * * 1-5' or @daily.
    #[arg(long, value_name = "EXPR")]
    pub cron: Option<String>,
    /// Do not run before this time has passed: seconds, or such as 5m.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub after: Option<u64>,
    /// Time zone of the cron expression, such as Europe/Zurich; UTC if not given.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Retries after a failure; 3 if not given.
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,
    /// Pause before the first retry, doubled for each next: seconds, or such as 30s.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds)]
    pub retry_delay: Option<u64>,
    /// Time-out of one attempt: seconds, or such as 5m.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds)]
    pub timeout: Option<u64>,
    /// Wait for the end of the first execution; the exit code is 1 if it does not complete.
    #[arg(long)]
    pub wait: bool,
}
