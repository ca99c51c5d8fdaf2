//! Arguments about a task besides what it does and when.

use candid::Principal;
use clap::Args;

use crate::cli::{positive_seconds, principal, seconds};

/// A task's name and its rules for failures and limits.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Task")]
pub struct SettingArguments {
    /// Name of the task, at most 128 characters.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Free text that is kept with it, often JSON; at most 16 KiB.
    #[arg(long, value_name = "TEXT")]
    pub metadata: Option<String>,
    /// How urgent it is; medium if not given.
    #[arg(long, value_name = "PRIORITY", value_parser = ["urgent", "high", "medium", "low"])]
    pub priority: Option<String>,
    /// Retries after a failure, 0 to 1000; 3 if not given.
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,
    /// Pause before the first retry, doubled for each next: seconds, or such as 30s.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds)]
    pub retry_delay: Option<u64>,
    /// Longest pause before a retry: seconds, or such as 1h.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds)]
    pub retry_maximum_delay: Option<u64>,
    /// Make each pause longer by up to so many percent, drawn anew, 0 to 100.
    #[arg(long, value_name = "PERCENT")]
    pub retry_jitter: Option<u32>,
    /// No retry begins later than this after the first attempt: seconds, or such as 1h.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds)]
    pub retry_maximum_age: Option<u64>,
    /// An error that contains this text is not retried; repeat it for more texts.
    #[arg(long, value_name = "TEXT")]
    pub terminal_error: Vec<String>,
    /// Time-out of one attempt: seconds, or such as 5m; 300 if not given, at most 24h.
    #[arg(long, value_name = "SECONDS", value_parser = positive_seconds)]
    pub timeout: Option<u64>,
    /// Time-out of a whole execution: seconds, or such as 1h; 0 takes it away.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub execution_timeout: Option<u64>,
    /// What to do when nobody can tell whether a call was carried out; fail if not given.
    #[arg(long, value_name = "POLICY", value_parser = ["fail", "retry", "complete"])]
    pub on_unknown: Option<String>,
    /// Most attempts of the task at the same time, 1 to 200; 0 takes the limit away.
    #[arg(long, value_name = "N")]
    pub maximum_concurrent: Option<u32>,
    /// Pause the task after so many failures in a row, 1 to 1000; 0 is never.
    #[arg(long, value_name = "N")]
    pub pause_after_failures: Option<u32>,
    /// Give this user's name to actions and workers; for admins.
    #[arg(long, value_name = "PRINCIPAL", value_parser = principal)]
    pub run_as: Option<Principal>,
    /// Tell a method of a canister how each execution ended.
    #[arg(long, num_args = 2, value_names = ["CANISTER", "METHOD"])]
    pub callback: Option<Vec<String>>,
}

impl SettingArguments {
    /// Whether any of them is given.
    #[must_use]
    pub fn is_given(&self) -> bool {
        let texts = [
            &self.name,
            &self.description,
            &self.metadata,
            &self.priority,
            &self.on_unknown,
        ];
        texts.iter().any(|text| text.is_some())
            || self.retry_is_given()
            || self.timeout.is_some()
            || self.execution_timeout.is_some()
            || self.maximum_concurrent.is_some()
            || self.pause_after_failures.is_some()
            || self.run_as.is_some()
            || self.callback.is_some()
    }

    /// Whether anything about retries is given.
    #[must_use]
    pub fn retry_is_given(&self) -> bool {
        self.retries.is_some()
            || self.retry_delay.is_some()
            || self.retry_maximum_delay.is_some()
            || self.retry_jitter.is_some()
            || self.retry_maximum_age.is_some()
            || !self.terminal_error.is_empty()
    }
}
