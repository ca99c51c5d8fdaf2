//! What runs.

use candid::{CandidType, Deserialize, Nat, Principal};
use serde::Serialize;

use crate::limits;
use crate::schedule::TaskSchedule;

/// How urgent a task is when several are due.
#[derive(
    CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default,
)]
pub enum Priority {
    /// Before everything else.
    #[serde(rename = "urgent")]
    Urgent,
    /// Before medium and low.
    #[serde(rename = "high")]
    High,
    /// The default.
    #[default]
    #[serde(rename = "medium")]
    Medium,
    /// After everything else.
    #[serde(rename = "low")]
    Low,
}

/// The arguments of a call.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum CallArguments {
    /// In Candid's textual form, such as `(record { name = "x" }, 7 : nat64)`.
    #[serde(rename = "text")]
    Text {
        /// The text, parentheses included.
        value: String,
    },
    /// Encoded in Candid's binary form.
    #[serde(rename = "bytes")]
    Bytes {
        /// The bytes, which begin with `DIDL`.
        #[serde(with = "serde_bytes")]
        value: Vec<u8>,
    },
}

/// What a step does.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Calls a method of a canister. The call waits at most as long as the step's time-out, and
    /// never longer than 300 seconds.
    #[serde(rename = "call")]
    Call {
        /// The canister to call.
        canister: Principal,
        /// The method to call.
        method: String,
        /// Its arguments; null is `()`.
        arguments: Option<CallArguments>,
        /// Cycles to send along; null is none.
        cycles: Option<Nat>,
    },
    /// Writes a line into the execution's log.
    #[serde(rename = "note")]
    Note {
        /// The line.
        text: String,
    },
    /// Runs a shell command on a worker outside. It is kept, but this version has no worker: the
    /// step fails and says so.
    #[serde(rename = "command")]
    Command {
        /// The command line.
        command: String,
    },
    /// Runs a registered action by its name. It is kept, but this version has no register: the
    /// step fails and says so.
    #[serde(rename = "named")]
    Named {
        /// The name of the action.
        action_name: String,
        /// The kind of thing that the action works on.
        entity_name: Option<String>,
        /// The action's parameters, a JSON object.
        attributes: String,
        /// The user in whose name it is meant to run.
        as_user: Option<String>,
    },
    /// Runs stored Python. It is kept, but this version has no Python runner: the step fails and
    /// says so.
    #[serde(rename = "codex")]
    Codex {
        /// The name of the codex.
        name: String,
        /// Its code, if it came along.
        code: Option<String>,
    },
}

/// A step to be made.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct NewStep {
    /// A name for people, at most 128 characters.
    pub name: Option<String>,
    /// What the step does.
    pub action: Action,
    /// Seconds between the end of this step and the start of the next; null is 0.
    pub run_next_after_seconds: Option<u64>,
    /// Time-out of one attempt in seconds, 1 to 86,400; null takes the task's.
    pub timeout_seconds: Option<u64>,
}

impl NewStep {
    /// A step with this action and the defaults for all else.
    #[must_use]
    pub const fn new(action: Action) -> Self {
        Self {
            name: None,
            action,
            run_next_after_seconds: None,
            timeout_seconds: None,
        }
    }
}

/// A step of a task.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskStep {
    /// A name for people.
    pub name: Option<String>,
    /// What the step does.
    pub action: Action,
    /// Seconds between the end of this step and the start of the next.
    pub run_next_after_seconds: u64,
    /// Time-out of one attempt in seconds.
    pub timeout_seconds: u64,
    /// How far the step is in the latest execution.
    pub status: StepStatus,
}

/// How far a step is in an execution.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum StepStatus {
    /// Not begun.
    #[default]
    #[serde(rename = "pending")]
    Pending,
    /// Under way, or waiting for a retry.
    #[serde(rename = "running")]
    Running,
    /// Done.
    #[serde(rename = "completed")]
    Completed,
    /// Given up.
    #[serde(rename = "failed")]
    Failed,
}

/// When and how often a failed attempt is repeated. The pause before retry n is
/// `initial_delay_seconds` times (`factor_percent` / 100) to the power n - 1, at most
/// `maximum_delay_seconds`. The count begins anew with each step.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Retries after the first attempt, 0 to 1,000.
    pub max_retries: u32,
    /// Pause before the first retry, 1 to 315,360,000 seconds.
    pub initial_delay_seconds: u64,
    /// Factor from one pause to the next, 100 to 1,000 percent.
    pub factor_percent: u32,
    /// Longest pause, at least the initial delay.
    pub maximum_delay_seconds: u64,
}

impl Default for RetryPolicy {
    /// Three retries, after 5, 10 and 20 minutes.
    fn default() -> Self {
        Self {
            max_retries: limits::DEFAULT_MAX_RETRIES,
            initial_delay_seconds: limits::DEFAULT_INITIAL_DELAY_SECONDS,
            factor_percent: limits::DEFAULT_FACTOR_PERCENT,
            maximum_delay_seconds: limits::DEFAULT_MAXIMUM_DELAY_SECONDS,
        }
    }
}

/// What to do when nobody can tell whether a call was carried out (it timed out, or an upgrade
/// came between).
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnUnknown {
    /// Give the execution up (the default): right for calls that must not run twice.
    #[default]
    #[serde(rename = "fail")]
    Fail,
    /// Retry under the retry policy: right for calls that may run twice.
    #[serde(rename = "retry")]
    Retry,
}

/// How a task stands. It is derived from its schedules and executions.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Waits for its next time, or has none and never ran.
    #[serde(rename = "pending")]
    Pending,
    /// An execution is not finished.
    #[serde(rename = "running")]
    Running,
    /// No time is left and the latest execution completed.
    #[serde(rename = "completed")]
    Completed,
    /// No time is left and the latest execution failed or timed out.
    #[serde(rename = "failed")]
    Failed,
    /// No time is left and the latest execution was cancelled.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// Switched off by its owner.
    #[serde(rename = "paused")]
    Paused,
}

/// A task: steps that run one after the other, at the times of its schedules.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its identifier.
    pub id: u64,
    /// Its name. Names need not be unique.
    pub name: String,
    /// What it is for, in words.
    pub description: String,
    /// Free text of the owner's, kept as given.
    pub metadata: String,
    /// Who made it. Only the owner sees and changes it.
    pub owner: Principal,
    /// How it stands.
    pub status: TaskStatus,
    /// How urgent it is.
    pub priority: Priority,
    /// The step that the latest execution is at, counted from 0.
    pub step_to_execute: u32,
    /// The steps.
    pub steps: Vec<TaskStep>,
    /// The schedules.
    pub schedules: Vec<TaskSchedule>,
    /// When and how often a failed attempt is repeated.
    pub retry: RetryPolicy,
    /// What to do when the outcome of a call is unknown.
    pub on_unknown: OnUnknown,
    /// Switched off: no schedule fires.
    pub disabled: bool,
    /// Why it is switched off.
    pub pause_reason: Option<String>,
    /// The latest slot or request that was run.
    pub last_run_at: Option<u64>,
    /// The next slot of all schedules.
    pub next_run_at: Option<u64>,
    /// Executions under way.
    pub active_executions: u64,
    /// Executions kept in the history.
    pub total_executions: u64,
    /// When it was made.
    pub created_at: u64,
    /// When it was changed last.
    pub updated_at: u64,
    /// Rises with each change by the owner; see `expected_version` of `update_task`.
    pub version: u64,
}
