//! What runs.

use candid::{CandidType, Deserialize, Nat, Principal};
use serde::Serialize;

use crate::execution::ExecutionStatus;
use crate::http::{HttpAction, HttpHeader};
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
    /// Calls a method of a canister. The call waits at most as long as the step's timeout, and
    /// never longer than 300 seconds. All tasks call with the scheduler's own principal, so only its
    /// controllers may have it call itself, or of the management canister, `aaaaa-aa`, more than
    /// `raw_rand`.
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
        /// Append an `ExecutionContext` as last argument, so that the callee knows which run it
        /// serves; null is false.
        with_context: Option<bool>,
        /// Cases of a variant in the answer that mean failure; null is the usual ones.
        ///
        /// The attempt has failed for good if a value of the answer is a variant with one of them.
        /// The usual ones are `Err`, `err`, `Error` and `error`; at most 16, of 1 to 256 bytes. An
        /// empty list takes every answer as a success.
        error_cases: Option<Vec<String>>,
    },
    /// Sends an HTTPS request from the nodes of the network. It costs cycles for each byte that may
    /// be answered, so set `max_response_bytes`.
    #[serde(rename = "http")]
    Http {
        /// What to send.
        request: HttpAction,
    },
    /// Writes a line into the execution's log.
    #[serde(rename = "note")]
    Note {
        /// The line.
        text: String,
    },
    /// Runs a shell command on a worker outside: it waits until a worker claims it with
    /// `claim_jobs`.
    #[serde(rename = "command")]
    Command {
        /// The command line. It is given to the worker as it is: values such as the execution come
        /// to it in environment variables.
        command: String,
        /// The queue that workers take it from, at most 64 characters; null is `default`.
        queue: Option<String>,
    },
    /// Runs a registered action by its name, as it is defined when the step starts; see
    /// `define_action`.
    ///
    /// A name that is not defined then fails the step.
    #[serde(rename = "named")]
    Named {
        /// The name of the action.
        action_name: String,
        /// The kind of thing that the action works on.
        entity_name: Option<String>,
        /// The action's parameters, a JSON object: `{{attributes.x}}` in the definition.
        attributes: String,
        /// The user in whose name it is meant to run.
        as_user: Option<String>,
    },
    /// Removes old executions of the owner's tasks.
    #[serde(rename = "cleanup")]
    Cleanup {
        /// What to remove.
        retention: Vec<RetentionRule>,
        /// Only executions of this task; null is all tasks of the owner.
        task_id: Option<u64>,
        /// Of all owners; only for admins. Null is false.
        all_owners: Option<bool>,
    },
    /// Writes a backup of the owner's tasks, schedules and history; see `list_backups`.
    #[serde(rename = "backup")]
    Backup {
        /// Keep so many backups of this task, 1 to 100: older ones are removed; null is 7.
        keep: Option<u32>,
        /// Of all owners, with users, actions and configuration; only for admins. Null is false.
        all_owners: Option<bool>,
    },
    /// Sends a message.
    #[serde(rename = "notification")]
    Notification {
        /// Where to.
        channel: Channel,
        /// The subject, at most 256 characters.
        subject: String,
        /// The message, at most 4,096 bytes.
        message: String,
    },
    /// Computes a report of the success rate, durations and lag of the owner's tasks and keeps it;
    /// see `list_reports`.
    #[serde(rename = "analytics")]
    Analytics {
        /// Look so many seconds back, 60 to 31,536,000; null is 86,400.
        window_seconds: Option<u64>,
    },
    /// Verifies every invariant of the store and repairs the agenda. Only for admins.
    #[serde(rename = "maintenance")]
    Maintenance {
        /// Only look; null is false.
        dry_run: Option<bool>,
    },
    /// Runs Python: a codex that was stored with `put_codex`, or code that comes along.
    ///
    /// The program is its function `async_task`, or what it binds to `result`. What it yields is done, and
    /// kept in a journal: after an upgrade the program is replayed. The step's timeout is that of each
    /// thing that it waits for. An exception is retried from the beginning of the program.
    #[serde(rename = "codex")]
    Codex {
        /// The name of the codex; an ending `.py` is left off.
        name: String,
        /// Its code, at most 65,536 bytes; null is that of the stored codex.
        code: Option<String>,
        /// What the program sees as `ic.input`: JSON, at most 16,384 bytes; null is the attributes of a named
        /// action, or nothing.
        input: Option<String>,
    },
}

impl Action {
    /// A call of a method without arguments, cycles and context.
    #[must_use]
    pub fn call(canister: Principal, method: impl Into<String>) -> Self {
        Self::Call {
            canister,
            method: method.into(),
            arguments: None,
            cycles: None,
            with_context: None,
            error_cases: None,
        }
    }
}

/// Where a message goes.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The owner's inbox; see `get_inbox`.
    #[serde(rename = "inbox")]
    Inbox {},
    /// A POST of JSON to an address.
    ///
    /// The body has `id`, `task_id`, `execution_id` and `alert_id` as texts, `sent_at` in RFC 3339,
    /// `subject` and `message`. The header `idempotency-key` repeats the `id`.
    #[serde(rename = "webhook")]
    Webhook {
        /// The address, beginning with `https://`; may hold `{{secrets.NAME}}`.
        url: String,
        /// Headers besides `content-type`; values may hold `{{secrets.NAME}}`.
        headers: Option<Vec<HttpHeader>>,
    },
    /// A call of a method that takes one `Message`.
    #[serde(rename = "canister")]
    Canister {
        /// The canister.
        canister: Principal,
        /// Its method.
        method: String,
        /// As in a call.
        error_cases: Option<Vec<String>>,
    },
}

/// Which finished executions to remove. An execution goes when a rule for its status says so.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionRule {
    /// For executions that ended so; null is every final status.
    pub status: Option<ExecutionStatus>,
    /// Remove those that ended longer ago than this many seconds; null is no limit.
    pub maximum_age_seconds: Option<u64>,
    /// Remove all but so many of each task, the newest; null is no limit.
    pub keep_latest: Option<u64>,
}

/// A method to be told how an execution ended: it takes one `ExecutionFinished`.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The canister.
    pub canister: Principal,
    /// Its method.
    pub method: String,
    /// As in a call.
    pub error_cases: Option<Vec<String>>,
}

impl Callback {
    /// A callback with the usual cases of failure.
    #[must_use]
    pub fn new(canister: Principal, method: impl Into<String>) -> Self {
        Self {
            canister,
            method: method.into(),
            error_cases: None,
        }
    }
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
    /// Timeout of one attempt in seconds, 1 to 86,400; null takes the task's.
    pub timeout_seconds: Option<u64>,
    /// When the step is given up, go on with the next instead of failing the execution; null is
    /// false.
    pub continue_on_error: Option<bool>,
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
            continue_on_error: None,
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
    /// Timeout of one attempt in seconds.
    pub timeout_seconds: u64,
    /// When the step is given up, the execution goes on with the next.
    pub continue_on_error: bool,
    /// How far the step is in the latest execution.
    pub status: StepStatus,
}

/// How far a step is in an execution.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum StepStatus {
    /// Not started.
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
/// `maximum_delay_seconds`. The count starts over with each step.
///
/// What no retry can fix is never retried: see the cases of `Cause`. Examples are a call to a
/// canister or a method that does not exist, arguments that the callee cannot read, HTTPS where the
/// network makes no outcalls, a status in the range 400 to 499 (but 408, 425 and 429), and what a
/// worker calls terminal. Nor is an error that contains one of `terminal_errors`.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Retries after the first attempt, 0 to 1,000.
    pub max_retries: u32,
    /// Pause before the first retry, 1 to 315,360,000 seconds.
    pub initial_delay_seconds: u64,
    /// Factor from one pause to the next, 100 to 1,000 percent.
    pub factor_percent: u32,
    /// Longest pause, at least the initial delay.
    pub maximum_delay_seconds: u64,
    /// Each pause is longer by up to this part of it, 0 to 100 percent, random for each; null
    /// is 0.
    pub jitter_percent: Option<u32>,
    /// No retry begins more than this many seconds after the execution's first attempt, 1 to
    /// 315,360,000; null is no limit.
    pub maximum_age_seconds: Option<u64>,
    /// An error that contains one of these texts is not retried; at most 16, of 1 to 256
    /// characters.
    pub terminal_errors: Option<Vec<String>>,
}

impl Default for RetryPolicy {
    /// Three retries, after 5, 10 and 20 minutes.
    fn default() -> Self {
        Self {
            max_retries: limits::DEFAULT_MAX_RETRIES,
            initial_delay_seconds: limits::DEFAULT_INITIAL_DELAY_SECONDS,
            factor_percent: limits::DEFAULT_FACTOR_PERCENT,
            maximum_delay_seconds: limits::DEFAULT_MAXIMUM_DELAY_SECONDS,
            jitter_percent: None,
            maximum_age_seconds: None,
            terminal_errors: None,
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
    /// Take it as done and go on: right for messages that nobody answers.
    #[serde(rename = "complete")]
    Complete,
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
    /// Disabled by its owner.
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
    /// Timeout of a whole execution in seconds, from the time it is due; null is none.
    pub execution_timeout_seconds: Option<u64>,
    /// Most attempts of the task under way at the same time; null is no limit of its own.
    pub maximum_concurrent: Option<u32>,
    /// Pause the task after so many failures in a row; null is never.
    pub pause_after_failures: Option<u32>,
    /// Failures in a row.
    pub consecutive_failures: u32,
    /// Whose user's name is given to actions and workers; null is the owner's.
    pub run_as: Option<Principal>,
    /// Who is told how an execution ended.
    pub callback: Option<Callback>,
    /// Paused: no schedule fires.
    pub disabled: bool,
    /// Why it is paused.
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
