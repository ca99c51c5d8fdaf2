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
    /// Description of the task, at most 4096 characters.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Free text kept with the task, often JSON; at most 16 KiB.
    #[arg(long, value_name = "TEXT")]
    pub metadata: Option<String>,
    /// Priority; default: medium.
    #[arg(long, value_name = "PRIORITY", value_parser = ["urgent", "high", "medium", "low"])]
    pub priority: Option<String>,
    /// Retries after a failure, 0 to 1000; default: 3.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub retries: Option<u32>,
    /// Delay before the first retry: seconds, or e.g. 30s; default: 5m.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds)]
    pub retry_delay: Option<u64>,
    /// Each further delay in percent of the one before, 100 to 1000; default: 200, which doubles it.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(100..=1_000))]
    pub retry_factor: Option<u32>,
    /// Longest delay before a retry: seconds, or e.g. 2h; default: 1h.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds)]
    pub retry_maximum_delay: Option<u64>,
    /// Random jitter added to each retry delay, in percent, 0 to 100; default: 0.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub retry_jitter: Option<u32>,
    /// No retry starts later than this after the first attempt: seconds, or e.g. 1h; default: no limit.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds)]
    pub retry_maximum_age: Option<u64>,
    /// Do not retry errors that contain this text; may be repeated, up to 16 times.
    #[arg(long, value_name = "TEXT")]
    pub terminal_error: Vec<String>,
    /// Timeout of one attempt: seconds, or e.g. 5m; at most 24h; default: `default_timeout` of `chime
    /// scheduler show`, which begins as 5m.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds)]
    pub timeout: Option<u64>,
    /// Timeout of a whole execution: seconds, or e.g. 1h; 0 removes it; default: none.
    #[arg(long, value_name = "DURATION", value_parser = seconds)]
    pub execution_timeout: Option<u64>,
    /// What to do when it is unknown whether a call was carried out; default: fail.
    #[arg(long, value_name = "POLICY", value_parser = ["fail", "retry", "complete"])]
    pub on_unknown: Option<String>,
    /// Maximum number of attempts of the task at the same time, 1 to 200; 0 removes the limit; default:
    /// no limit.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=200))]
    pub maximum_concurrent: Option<u32>,
    /// Pause the task after this many failures in a row, 1 to 1000; 0 is never; default: never.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub pause_after_failures: Option<u32>,
    /// Run on behalf of this user towards actions and workers; for admins.
    #[arg(long, value_name = "PRINCIPAL", value_parser = principal)]
    pub run_as: Option<Principal>,
    /// Call this method of a canister when an execution ends.
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
            || self.retry_factor.is_some()
            || self.retry_maximum_delay.is_some()
            || self.retry_jitter.is_some()
            || self.retry_maximum_age.is_some()
            || !self.terminal_error.is_empty()
    }
}
