//! The protocol between the scheduler and the workers that run commands outside.
//!
//! A worker claims jobs, reports a heartbeat while it runs them, and reports the outcome under the
//! fencing token of its claim. When its lease runs out the job goes to another worker under a
//! higher token, and every later report under the old one is refused.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

/// Which jobs to claim.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ClaimJobsRequest {
    /// The worker's name, 1 to 128 characters: it appears in the history.
    pub worker: String,
    /// The queue; null is `default`.
    pub queue: Option<String>,
    /// Most jobs to claim, 1 to 50; null is 1.
    pub limit: Option<u32>,
    /// How long the worker may keep silent, 5 to 3,600 seconds; null is the configuration's.
    pub lease_seconds: Option<u64>,
}

/// A command to run.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The execution.
    pub execution_id: u64,
    /// The task.
    pub task_id: u64,
    /// The task's name.
    pub task_name: String,
    /// The task's metadata.
    pub metadata: String,
    /// Whose task it is.
    pub owner: Principal,
    /// In whose name it is meant to run: the name of `run_as`, or its principal.
    pub as_user: Option<String>,
    /// The step, counted from 0.
    pub step: u32,
    /// The command line.
    pub command: String,
    /// The slot of the schedule, or the time of the request.
    pub scheduled_at: u64,
    /// The attempt, counted from 1.
    pub attempt: u32,
    /// The token under which to report.
    pub fencing_token: u64,
    /// Until when the job must be done.
    pub deadline_at: u64,
    /// Until when the next heartbeat must come.
    pub lease_until_at: u64,
}

/// Jobs that now belong to the worker, the most urgent first; none if nothing waits.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJobs {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Jobs of the queue that still wait, as far as the caller may claim them; 1,000 stands for
    /// that many or more.
    pub waiting: u64,
}

/// A sign of life for a job.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct HeartbeatJobRequest {
    /// The execution.
    pub execution_id: u64,
    /// The token of the claim.
    pub fencing_token: u64,
    /// How long the worker may keep silent from now on, 5 to 3,600 seconds; null is as before.
    pub lease_seconds: Option<u64>,
    /// A line for the log of the execution, at most 4,096 bytes.
    pub log: Option<String>,
}

/// How a job stands.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct JobLease {
    /// Until when the next heartbeat must come.
    pub lease_until_at: u64,
    /// Until when the job must be done.
    pub deadline_at: u64,
    /// Why the worker should stop: end the command and report it as failed.
    pub cancel_requested: Option<String>,
}

/// A job is done.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CompleteJobRequest {
    /// The execution.
    pub execution_id: u64,
    /// The token of the claim.
    pub fencing_token: u64,
    /// What it returned, such as the end of its output; above 16 KiB it is cut.
    pub result: String,
}

/// A job failed.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct FailJobRequest {
    /// The execution.
    pub execution_id: u64,
    /// The token of the claim.
    pub fencing_token: u64,
    /// Why; above 16 KiB it is cut.
    pub error: String,
    /// No retry can help; null is false.
    pub terminal: Option<bool>,
}

/// Releases a job; this does not use up an attempt.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ReleaseJobRequest {
    /// The execution.
    pub execution_id: u64,
    /// The token of the claim.
    pub fencing_token: u64,
    /// Not before so many seconds from now; null is 0: any worker may claim it at once.
    pub snooze_seconds: Option<u64>,
}
