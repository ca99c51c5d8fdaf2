//! What became of a run.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

use crate::cause::Cause;
use crate::deliveries::Delivery;
use crate::task::StepStatus;

/// The state of an execution. The last six are final.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// Due: it waits for a free place, or for the execution before it.
    #[serde(rename = "ready")]
    Ready,
    /// An attempt at a step is under way.
    #[serde(rename = "running")]
    Running,
    /// It waits for time or for a worker; see `waiting_for`.
    #[serde(rename = "waiting")]
    Waiting,
    /// Every step is done.
    #[serde(rename = "completed")]
    Completed,
    /// A step was given up.
    #[serde(rename = "failed")]
    Failed,
    /// The last attempt allowed took longer than its timeout.
    #[serde(rename = "timed_out")]
    TimedOut,
    /// Stopped on request.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// Skipped: the execution before was not finished, or a quota was used up.
    #[serde(rename = "skipped")]
    Skipped,
    /// The slot passed while the scheduler could not run.
    #[serde(rename = "missed")]
    Missed,
}

impl ExecutionStatus {
    /// Whether nothing more will happen to the execution.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Ready | Self::Running | Self::Waiting)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
        }
    }
}

/// What a waiting execution waits for.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// The pause between two steps.
    #[serde(rename = "step_delay")]
    StepDelay,
    /// The pause before a retry.
    #[serde(rename = "retry_backoff")]
    RetryBackoff,
    /// A worker that claims the command.
    #[serde(rename = "worker")]
    Worker,
    /// Snoozed on request; it costs no attempt.
    #[serde(rename = "snooze")]
    Snooze,
    /// Ready, and held back: its owner is disabled, or has a role that has no tasks. It goes on when
    /// that is over.
    #[serde(rename = "owner_disabled")]
    OwnerDisabled,
    /// The owner's budget of cycles is used up: it goes on when the budget resets. It costs no attempt.
    #[serde(rename = "budget")]
    Budget,
    /// A program sleeps.
    #[serde(rename = "sleep")]
    Sleep,
    /// Its codex was changed into one that does not fit what it did already: it waits for
    /// `resume_execution`.
    #[serde(rename = "diverged")]
    Diverged,
}

/// How an attempt ended.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not ended yet.
    #[serde(rename = "running")]
    Running,
    /// The action was carried out.
    #[serde(rename = "completed")]
    Completed,
    /// The action was refused or failed.
    #[serde(rename = "failed")]
    Failed,
    /// No answer came in time.
    #[serde(rename = "timed_out")]
    TimedOut,
    /// Nobody can tell whether the action was carried out.
    #[serde(rename = "unknown")]
    Unknown,
    /// Stopped on request; an answer that comes later is dropped.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// The worker let its lease run out; a report that comes later is refused.
    #[serde(rename = "lost")]
    Lost,
    /// Snoozed by the callee or the worker.
    #[serde(rename = "snoozed")]
    Snoozed,
}

/// Why an execution was made.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Trigger {
    /// A slot of a schedule.
    #[default]
    #[serde(rename = "schedule")]
    Schedule,
    /// `run_task_now`.
    #[serde(rename = "request")]
    Request,
    /// A backfill.
    #[serde(rename = "backfill")]
    Backfill,
    /// `retry_execution` or `replay_dead_letters`.
    #[serde(rename = "replay")]
    Replay,
}

/// What became of a step of an execution.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// How far it is: `completed`, or `failed` and passed over.
    pub status: StepStatus,
    /// What it returned.
    pub result: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

/// One attempt at one step.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Counted from 1 within the step.
    pub number: u32,
    /// The step, counted from 0.
    pub step: u32,
    /// When it began.
    pub started_at: u64,
    /// When it ended.
    pub finished_at: Option<u64>,
    /// Rises with each attempt of the scheduler: a worker reports under it.
    #[serde(default)]
    pub fencing_token: u64,
    /// The worker that made it.
    pub worker: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it returned: the answer of a call in Candid's textual form.
    pub result: Option<String>,
    /// Why it failed, in words.
    pub error: Option<String>,
    /// Why it failed; null if it did not, and in records of before 0.3.0.
    #[serde(default)]
    pub cause: Option<Cause>,
}

/// What a callee is told of the run it serves; the last argument of a call `with_context`.
///
/// `execution_id` is the key under which to do the work at most once; `fencing_token` rises with
/// each attempt, so work under a lower one is out of date.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ExecutionContext {
    /// The task.
    pub task_id: u64,
    /// The execution.
    pub execution_id: u64,
    /// The slot of the schedule, or the time of the request.
    pub scheduled_at: u64,
    /// The step, counted from 0.
    pub step: u32,
    /// The attempt at the step, counted from 1.
    pub attempt: u32,
    /// Rises with each attempt of the scheduler.
    pub fencing_token: u64,
    /// Whose task it is, or `run_as`.
    pub user: Principal,
}

/// What the callback of a task is told, once for each execution that was run.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ExecutionFinished {
    /// The task.
    pub task_id: u64,
    /// Its name.
    pub task_name: String,
    /// The execution.
    pub execution_id: u64,
    /// The slot of the schedule, or the time of the request.
    pub scheduled_at: u64,
    /// When it ended.
    pub finished_at: u64,
    /// How it ended.
    pub status: ExecutionStatus,
    /// What the last step returned.
    pub result: Option<String>,
    /// Why it ended as it did, if it did not complete, in words.
    pub error: Option<String>,
    /// The same as a case; null also in records of before 0.3.0.
    #[serde(default)]
    pub cause: Option<Cause>,
}

/// A line of an execution's log.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When it was written.
    pub logged_at: u64,
    /// The line.
    pub message: String,
}

/// One run of a task: its attempts and what became of them.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskExecution {
    /// Its identifier; later executions have higher ones.
    pub id: u64,
    /// The task.
    pub task_id: u64,
    /// The schedule whose slot it is; null if it has none.
    pub schedule_id: Option<u64>,
    /// Why it was made.
    pub trigger: Trigger,
    /// The execution that it runs again.
    pub replay_of: Option<u64>,
    /// The execution that ran it again.
    pub replayed_by: Option<u64>,
    /// The backfill that made it.
    pub backfill_id: Option<u64>,
    /// The slot of the schedule, or the time of the request.
    pub scheduled_at: u64,
    /// When its first attempt began.
    pub started_at: Option<u64>,
    /// When it became final.
    pub finished_at: Option<u64>,
    /// Its state.
    pub status: ExecutionStatus,
    /// What it waits for, if it is waiting.
    pub waiting_for: Option<WaitReason>,
    /// When it goes on, if it is waiting; when its attempt times out or its lease ends, if it is
    /// running.
    pub wake_at: Option<u64>,
    /// When the whole execution times out.
    pub expires_at: Option<u64>,
    /// Why it was asked to stop; the attempt under way is let finish.
    pub cancel_requested: Option<String>,
    /// How often it was taken back from a worker whose lease ran out.
    pub rescues: u32,
    /// What became of the steps before the present one.
    pub steps: Vec<StepResult>,
    /// The step it is at, counted from 0.
    pub step_to_execute: u32,
    /// The number of the latest attempt at that step, counted from 1; 0 before the first.
    pub attempt: u32,
    /// The attempts, the oldest first; of very many the oldest are dropped.
    pub attempts: Vec<Attempt>,
    /// The log.
    pub logs: Vec<LogEntry>,
    /// What the last step returned, if the execution completed.
    pub result: Option<String>,
    /// Why it ended as it did, if it did not complete, in words.
    pub error: Option<String>,
    /// The same as a case; null also in records of before 0.3.0.
    pub cause: Option<Cause>,
    /// Slots that this record stands for: 1, or more when many missed slots are summed up.
    pub slots: u64,
    /// The last of these slots, if there are several; `scheduled_at` is the first.
    #[serde(default)]
    pub slots_until: Option<u64>,
    /// How the callback of the task about this execution stands; null if there is none.
    #[serde(default)]
    pub callback_delivery: Option<Delivery>,
}
