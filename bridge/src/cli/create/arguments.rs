//! Arguments of `chime run` and `chime task create`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::{ACTIONS, ScheduleArguments, SettingArguments, StepArguments};

/// Arguments of `chime run` and `chime task create`.
#[derive(Args, Debug)]
#[command(
    override_usage = "chime run <STEP>... [SCHEDULE] [OPTIONS]\n       chime run --config <FILE> [OPTIONS]",
    group = ArgGroup::new("what")
        .required(true)
        .multiple(true)
        .args(ACTIONS)
        .arg("config"),
    after_help = "\
Each flag that names an action, from --call to --maintenance, is a step; flags such as --step-name
and --header apply to the preceding step. Without a schedule the task runs once: now, or after --after.
With --every the first run comes after one interval, or after --after (0 is at once). A task has at
most 32 steps.

Examples:
  chime run --note 'still here' --every 30
  chime run --call aaaaa-aa raw_rand --wait
  chime run --name report --call ryjl3-tyaaa-aaaaa-aaaba-cai icrc1_total_supply '()' \\
      --cron '0 8 * * 1-5' --timezone Europe/Zurich --retries 5 --retry-delay 30s
  chime run --name nightly --command './dump.sh' --queue night --pause 10s --note 'dumped' \\
      --daily 02:30 --dry-run
  chime run --http https://example.com/hook --header 'x-token: {{secrets.TOKEN}}' \\
      --body '{\"run\": \"{{execution_id}}\"}' --every 1h
  chime run --file report.py --every 1h
  chime run --config task_config.json"
)]
pub struct RunArguments {
    /// What it does.
    #[command(flatten)]
    pub steps: StepArguments,
    /// Create the task from a file: a task configuration of Realms in JSON, or any job file with one
    /// task.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// When it runs.
    #[command(flatten)]
    pub schedule: ScheduleArguments,
    /// All else.
    #[command(flatten)]
    pub settings: SettingArguments,
    /// Create it paused; `chime task resume` starts it.
    #[arg(long, conflicts_with = "wait")]
    pub disabled: bool,
    /// Idempotency key, at most 128 bytes: a second command with the same key creates nothing and shows
    /// the first task.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Wait until the first execution ends; the exit code is 1 if it does not complete.
    #[arg(long)]
    pub wait: bool,
    /// Show the log as it is written: until the execution ends if the task runs once, else until
    /// interrupted.
    #[arg(long, conflicts_with_all = ["wait", "dry_run", "disabled"])]
    pub follow: bool,
    /// Show the request and the next runs without changing anything.
    #[arg(long, conflicts_with = "wait")]
    pub dry_run: bool,
}
