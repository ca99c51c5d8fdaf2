//! Arguments of `chime worker`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{positive_seconds, seconds};

/// Arguments of `chime worker`.
#[derive(Args, Debug)]
#[command(after_help = "\
Keeps a task for each job file (YAML, one job each: id, name, command, schedule; optional priority,
description, enabled, max_retries, timeout_seconds), claims commands that are due, runs them with
/bin/sh, and reports what became of them. Files are read again every poll_interval_seconds; due jobs
begin within about a second. When no `chime up` runs, the worker runs the embedded network itself.

Only commands that stand in the job files are run: a task with another command is released for other
workers, and its log says so. With --allow-remote-commands whoever may make tasks on the scheduler, or
controls its canister, can run anything on this machine.

A command finds CHIME_EXECUTION_ID, CHIME_SCHEDULED_AT, CHIME_ATTEMPT, CHIME_FENCING_TOKEN and
CHIME_AS_USER in its environment. Its standard output is the result, at most 16 KiB: of more, the
beginning and the end are kept. At its timeout it gets SIGTERM, then SIGKILL, with all processes of
its group.

On SIGTERM or SIGINT the worker finishes what it runs; on a second one, or after --drain, it ends the
commands and releases the jobs.

The configuration is that of tasks_loop: jobs_dir, poll_interval_seconds, default_timeout_seconds,
max_concurrent_jobs, log_level, log_file. Options go before it.

Exit codes of --once: 0 if every job that ran completed, or none was due; 1 if one failed; 2 if a job
file was refused, and none failed.

Examples:
  chime worker                              jobs in ./jobs, one at a time
  chime worker --jobs-dir ~/jobs --concurrency 4
  chime worker --config config/scheduler.yaml --once
  chime worker --queue builds --allow-remote-commands")]
pub struct WorkerArguments {
    /// Directory with the job files; `jobs` if not given and it exists.
    #[arg(long, value_name = "DIR")]
    pub jobs_dir: Option<PathBuf>,
    /// Configuration file; `config/scheduler.yaml` if not given and it exists.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Queue of the commands to run, at most 64 characters; `default` if not given.
    #[arg(long, value_name = "QUEUE")]
    pub queue: Option<String>,
    /// Jobs at a time, 1 to 200; 1 if neither this nor the configuration says.
    #[arg(long, value_name = "N")]
    pub concurrency: Option<u32>,
    /// Run what is due, wait for its end, and exit.
    #[arg(long)]
    pub once: bool,
    /// Run commands that do not stand in the job files, too.
    #[arg(long)]
    pub allow_remote_commands: bool,
    /// How long the worker may keep silent about a job before another may have it: 5s to 1h.
    #[arg(long, value_name = "DURATION", value_parser = positive_seconds, default_value = "30s")]
    pub lease: u64,
    /// How long jobs may go on after the first signal before they are released.
    #[arg(long, value_name = "DURATION", value_parser = seconds, default_value = "60s")]
    pub drain: u64,
    /// Name of this worker in the history; the host's name and the process id if not given.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Whose tasks are kept in step: workers with the same job files share it. The host's name and
    /// the directory if not given.
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Time zone of schedules that name none with `TZ=`, such as Europe/Zurich; that of this machine
    /// if not given.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Directory in which commands run; where the worker was started if not given.
    #[arg(long, value_name = "DIR")]
    pub working_dir: Option<PathBuf>,
}
