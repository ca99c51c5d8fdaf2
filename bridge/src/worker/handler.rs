//! Who carries a job out, and what became of it.

use std::pin::Pin;

pub use chime_types::Job;
use serde::{Deserialize, Serialize};

use super::ending::Ending;

/// A job that is being carried out.
pub type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Carries jobs of one kind out.
///
/// The worker's own handler gives the command to a shell. Another one is registered under a kind
/// with [`Worker::handler`](super::Worker::handler): it gets the jobs whose command is `KIND:` and
/// more. Heartbeats, time-outs, retries and the report are the worker's work.
///
/// It must be safe to run a job twice: a worker that lost its lease, or crashed after the work and
/// before its report, has it run again. `job.execution_id` is the key that tells.
pub trait Handler: Send + Sync + 'static {
    /// Does the work. It should return soon once `ending` asks for it; else it is dropped.
    fn run<'a>(&'a self, job: &'a Job, ending: Ending) -> Running<'a>;
}

/// What became of a job.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Completed {
        /// What it returned: later steps may use it. Above 16 KiB it is cut.
        result: String,
        /// A line for the log of the execution; above 4 KiB it is cut.
        note: Option<String>,
    },
    /// Failed.
    Failed {
        /// Why. Above 16 KiB it is cut.
        error: String,
        /// Whether no further attempt can mend it; else it is tried again as the task says.
        terminal: bool,
    },
}

impl Outcome {
    /// Done, with what it returned.
    pub fn completed(result: impl Into<String>) -> Self {
        Self::Completed {
            result: result.into(),
            note: None,
        }
    }

    /// Failed, and worth another attempt.
    pub fn failed(error: impl Into<String>) -> Self {
        Self::Failed {
            error: error.into(),
            terminal: false,
        }
    }

    /// Failed for good.
    pub fn refused(error: impl Into<String>) -> Self {
        Self::Failed {
            error: error.into(),
            terminal: true,
        }
    }
}
