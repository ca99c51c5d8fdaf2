//! Arguments of `chime apply`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::ConfirmArguments;

/// Arguments of `chime apply`.
#[derive(Args, Debug)]
#[command(after_help = "\
Reads Chime's own form, Daptin's `Tasks:` lists and JSON:API documents, jobs and configurations of
tasks_loop, and task configurations of Realms. A directory stands for the .yaml, .yml and .json
files in it. A task is known by its key, id or name in the file, so that applying twice changes
nothing and applying a changed file updates the task. A document that is refused does not keep the
others from being applied; the exit code is then 2.

Chime's own form:
  tasks:
    - key: heartbeat                # stays the same; required
      name: Heartbeat               # else the key
      note: still here              # or call, http, command, named, notification, cleanup, backup,
                                    # analytics, maintenance, codex, or steps: a list of these
      every: 30s                    # or cron, daily, weekly, monthly, at; else once; or schedules:
                                    # a list of these, each with a name and enabled
      after: 10s
    - key: randomness
      call: {canister: aaaaa-aa, method: raw_rand, arguments: \"()\"}
      daily: \"02:30\"                # weekly: \"monday 02:30\"; monthly: \"1 02:30\"
      timezone: Europe/Zurich
      retries: 3
      retry_delay: 30s
      timeout: 1m
      priority: high                # urgent, high, medium, low
      enabled: true

Examples:
  chime apply -f jobs/ --dry-run
  chime apply -f jobs/ --diff
  chime apply -f jobs/ --prune
  chime task export > exported.yaml
  chime apply -f daily.yaml -f tasks.json")]
pub struct ApplyArguments {
    /// Files and directories; - is the standard input.
    #[arg(short = 'f', long = "file", value_name = "FILE", num_args = 1.., required = true)]
    pub files: Vec<PathBuf>,
    /// Show what would happen, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Show field by field what would change, and change nothing.
    #[arg(long)]
    pub diff: bool,
    /// Delete tasks that these files and directories used to declare and no longer do.
    #[arg(long)]
    pub prune: bool,
    /// Whether to ask before tasks are deleted.
    #[command(flatten)]
    pub confirm: ConfirmArguments,
}
