//! What is kept of a task, a schedule, an execution and an owner. Stored as CBOR with field names,
//! so that a later version can add fields with `#[serde(default)]`.

use std::borrow::Cow;

use candid::Principal;
use chime_types::{
    Action, Attempt, ExecutionStatus, GapPolicy, LogEntry, MissedRuns, OnUnknown, Priority,
    RetryPolicy, Rule, WaitReason,
};
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::{Deserialize, Serialize};

use super::keys::{AgendaKey, ExecutionId, ReadyKey, ScheduleId, TaskId, Token};

/// The counters of the whole store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The layout of the store; see `state::memory`.
    pub layout: u32,
    /// The number that the next task gets.
    pub next_task: u64,
    /// The number that the next schedule gets.
    pub next_schedule: u64,
    /// The number that the next execution gets.
    pub next_execution: u64,
    /// The number that the next agenda entry gets.
    pub next_sequence: u64,
    /// The number that the next attempt's token gets.
    pub next_token: u64,
    /// Attempts under way.
    pub running: u64,
}

/// A task without its steps, which are in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    pub id: TaskId,
    pub owner: Principal,
    pub name: String,
    pub description: String,
    pub metadata: String,
    pub priority: Priority,
    pub retry: RetryPolicy,
    pub on_unknown: OnUnknown,
    pub disabled: bool,
    pub pause_reason: Option<String>,
    pub idempotency_key: Option<String>,
    pub schedules: Vec<ScheduleId>,
    /// The plan that the next execution will follow.
    pub plan: u64,
    /// Executions that are not final, the oldest first.
    pub active: Vec<ExecutionId>,
    /// The latest execution that was run, or is to run.
    pub latest: Option<ExecutionId>,
    pub last_run_at: Option<u64>,
    pub total_executions: u64,
    pub created_at: u64,
    pub updated_at: u64,
    pub version: u64,
}

/// The steps of a task. Executions under way keep the plan they began with when the owner changes
/// the steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<Step>,
}

/// A step, its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: Option<String>,
    pub action: Action,
    pub run_next_after_seconds: u64,
    pub timeout_seconds: u64,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    pub id: ScheduleId,
    pub task_id: TaskId,
    pub name: Option<String>,
    pub rule: Rule,
    pub timezone: String,
    pub gap: GapPolicy,
    pub missed_runs: MissedRuns,
    pub start_at: u64,
    /// The owner named the start, so an interval fires at it.
    pub explicit_start: bool,
    pub end_at: Option<u64>,
    pub disabled: bool,
    /// The next slot, armed in the agenda under `wake`. Both are there, or neither.
    pub next_at: Option<u64>,
    pub wake: Option<AgendaKey>,
    pub last_run_at: Option<u64>,
    pub runs: u64,
    pub skipped_runs: u64,
    pub missed: u64,
}

/// An execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionRecord {
    pub id: ExecutionId,
    pub task_id: TaskId,
    pub schedule_id: Option<ScheduleId>,
    pub plan: u64,
    pub scheduled_at: u64,
    pub started_at: Option<u64>,
    pub finished_at: Option<u64>,
    pub status: ExecutionStatus,
    pub waiting_for: Option<WaitReason>,
    /// Its entry in the agenda: when it goes on, or when its attempt times out.
    pub wake: Option<AgendaKey>,
    /// Its place in the ready queue.
    pub ready: Option<ReadyKey>,
    pub step: u32,
    pub attempt: u32,
    pub token: Option<Token>,
    pub attempts: Vec<Attempt>,
    pub logs: Vec<LogEntry>,
    pub result: Option<String>,
    pub error: Option<String>,
    pub slots: u64,
}

/// The figures of an owner. The figures of the day are those of `day` and begin anew with the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRecord {
    pub tasks: u64,
    pub active: u64,
    /// Days since 1970, UTC.
    pub day: u64,
    pub completed: u64,
    pub failed: u64,
    pub finished: u64,
    pub duration_nanoseconds: u64,
}

macro_rules! stored_as_cbor {
    ($($name:ident),*) => {$(
        impl Storable for $name {
            const BOUND: Bound = Bound::Unbounded;

            fn to_bytes(&self) -> Cow<'_, [u8]> {
                let mut bytes = Vec::new();
                ciborium::into_writer(self, &mut bytes).expect("BUG: a record can be encoded");
                Cow::Owned(bytes)
            }

            fn into_bytes(self) -> Vec<u8> {
                self.to_bytes().into_owned()
            }

            fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
                ciborium::from_reader(bytes.as_ref()).expect("BUG: a stored record can be decoded")
            }
        }
    )*};
}

stored_as_cbor!(
    Header,
    TaskRecord,
    Plan,
    ScheduleRecord,
    ExecutionRecord,
    OwnerRecord
);
