//! Whether a job may run here. Pure.
//!
//! Whoever may make tasks on the scheduler could otherwise run anything on this machine, with the
//! rights of the worker. So the scheduler only says *when*; *what* comes from the job files.

use chime_types::Job;

use super::jobs::{JobFiles, kept_by};

/// What to do with a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Run it.
    Run,
    /// Fail it for good: it is a job of this worker's, with another command.
    Fail(String),
    /// Hand it back for others, with a line for its log.
    HandBack(String),
}

/// Decides about a job.
pub(super) fn admit(job: &Job, files: &JobFiles, group: &str, allow_remote: bool) -> Admission {
    if allow_remote || files.allow(job) {
        return Admission::Run;
    }
    if files.define(job) {
        return Admission::Fail(
            "not run: the command of this run is not the one in the job file of the worker. If the \
             file was changed after the run became due, run the task again; if the task was changed \
             on the scheduler, change the file instead, or start the worker with \
             --allow-remote-commands"
                .to_string(),
        );
    }
    if kept_by(&job.metadata).as_deref() == Some(group) {
        return Admission::Fail(
            "not run: the job file that this command came from is gone from the worker's directory"
                .to_string(),
        );
    }
    Admission::HandBack(
        "released: the command does not come from the job files of the worker. Put it into a file \
         there, or start a worker with --allow-remote-commands"
            .to_string(),
    )
}
