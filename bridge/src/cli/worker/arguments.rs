//! Arguments of `chime worker`.

use std::path::PathBuf;

use chime_types::limits::{MAXIMUM_LEASE_SECONDS, MINIMUM_LEASE_SECONDS};
use clap::Args;

use crate::cli::{positive_seconds, seconds};

/// Arguments of `chime worker`.
#[derive(Args, Debug)]
#[command(after_help = "\
Keeps a task for each job file (YAML, one job each: id, name, command, schedule; optional priority,
description, enabled, max_retries, timeout_seconds), claims commands that are due, runs them with
/bin/sh, and reports how they ended. Files are read again every poll_interval_seconds; due jobs begin
within about a second. When no `chime up` is running, the worker runs the embedded network itself.

Only commands that are in the job files are run: a task with another command is released for other
workers, and its log says so. With --allow-remote-commands, whoever may create tasks on the scheduler,
or controls its canister, can run anything on this machine.

A command finds CHIME_EXECUTION_ID, CHIME_SCHEDULED_AT, CHIME_ATTEMPT, CHIME_FENCING_TOKEN and
CHIME_AS_USER in its environment. Its standard output is the result, at most 16 KiB: of a longer one,
the beginning and the end are kept. At its timeout it gets SIGTERM, then SIGKILL, with all processes
of its group.

On SIGTERM or SIGINT the worker finishes what it is running; on a second one, or after --drain, it
ends the commands and releases the jobs.

The configuration file is that of tasks_loop: jobs_dir, poll_interval_seconds,
default_timeout_seconds, max_concurrent_jobs, log_level, log_file. Options override it.

Exit codes of --once: 0 if every job that ran completed, or none was due; 1 if one failed; 2 if a job
file was refused and none failed.

Examples:
  chime worker                              jobs in ./jobs, one at a time
  chime worker --jobs-dir ~/jobs --concurrency 4
  chime worker --config config/scheduler.yaml --once
  chime worker --queue builds --allow-remote-commands")]
pub struct WorkerArguments {
    /// Directory with the job files; default: `jobs`, if it exists.
    #[arg(long, value_name = "DIR")]
    pub jobs_dir: Option<PathBuf>,
    /// Configuration file; default: `config/scheduler.yaml`, if it exists.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Queue to take commands from, at most 64 characters; `default` if not given.
    #[arg(long, value_name = "QUEUE")]
    pub queue: Option<String>,
    /// Maximum number of jobs at the same time, 1 to 200; default: that of the configuration file, or 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub concurrency: Option<u32>,
    /// Run what is due, wait until it ends, and exit.
    #[arg(long)]
    pub once: bool,
    /// Also run commands that are not in the job files.
    #[arg(long)]
    pub allow_remote_commands: bool,
    /// How long the worker may be silent about a job before another worker may take it, 5s to 1h.
    #[arg(long, value_name = "DURATION", value_parser = lease_seconds, default_value = "30s")]
    pub lease: u64,
    /// How long jobs may keep running after the first signal before they are released: seconds, or e.g.
    /// 5m.
    #[arg(long, value_name = "DURATION", value_parser = seconds, default_value = "60s")]
    pub drain: u64,
    /// Name of this worker in the history, at most 128 characters; default: host name and process id.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Group of workers with the same job files, which keep the same tasks in step; at most 128
    /// characters; default: host name and directory.
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Time zone of schedules that name none with `TZ=`, e.g. Europe/Zurich; default: that of this
    /// machine.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Directory in which commands run; default: where the worker was started.
    #[arg(long, value_name = "DIR")]
    pub working_dir: Option<PathBuf>,
}

/// A duration that a lease may have.
fn lease_seconds(text: &str) -> Result<u64, String> {
    let lease = positive_seconds(text)?;
    match (MINIMUM_LEASE_SECONDS..=MAXIMUM_LEASE_SECONDS).contains(&lease) {
        true => Ok(lease),
        false => Err("a lease is 5s to 1h".into()),
    }
}
