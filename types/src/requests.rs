//! The request and the answer of each method.

use candid::{CandidType, Deserialize};
use serde::Serialize;

use crate::error::Error;
use crate::execution::{ExecutionStatus, TaskExecution};
use crate::schedule::NewSchedule;
use crate::stats::Stats;
use crate::task::{NewStep, OnUnknown, Priority, RetryPolicy, Task};

/// A task to be made.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct CreateTaskRequest {
    /// Its name, 1 to 128 characters.
    pub name: String,
    /// What it is for, at most 4,096 characters.
    pub description: Option<String>,
    /// Free text of the owner's, at most 16 KiB, often JSON.
    pub metadata: Option<String>,
    /// Its steps, 1 to 32, run one after the other.
    pub steps: Vec<NewStep>,
    /// Its schedules, 1 to 16. To make a task that runs only on demand, give one that is
    /// `disabled`.
    pub schedules: Vec<NewSchedule>,
    /// How urgent it is; null is `medium`.
    pub priority: Option<Priority>,
    /// When and how often a failed attempt is repeated; null is three retries after 5, 10 and 20
    /// minutes.
    pub retry: Option<RetryPolicy>,
    /// Time-out of one attempt in seconds for steps that name none, 1 to 86,400; null is 300.
    pub timeout_seconds: Option<u64>,
    /// What to do when the outcome of a call is unknown; null is `fail`.
    pub on_unknown: Option<OnUnknown>,
    /// Made but switched off; null is false.
    pub disabled: Option<bool>,
    /// A key of the caller's choice, 1 to 128 bytes: a second request with the same key makes
    /// nothing and answers with the task that the first one made.
    pub idempotency_key: Option<String>,
}

/// Which task.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskRequest {
    /// The task.
    pub task_id: u64,
}

/// What to change in a task. What is null stays as it is.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct UpdateTaskRequest {
    /// The task.
    pub task_id: u64,
    /// Refuse the change unless the task has this version.
    pub expected_version: Option<u64>,
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Free text of the owner's.
    pub metadata: Option<String>,
    /// Its steps. An execution under way keeps the steps that it began with.
    pub steps: Option<Vec<NewStep>>,
    /// Its schedules: these replace all that there are.
    pub schedules: Option<Vec<NewSchedule>>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When and how often a failed attempt is repeated.
    pub retry: Option<RetryPolicy>,
    /// Time-out of one attempt for steps that name none; given without `steps` it is set for
    /// every step.
    pub timeout_seconds: Option<u64>,
    /// What to do when the outcome of a call is unknown.
    pub on_unknown: Option<OnUnknown>,
}

/// What was removed.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct DeletedTask {
    /// The task.
    pub task_id: u64,
    /// Executions under way that were cancelled with it; answers that come later are dropped.
    pub cancelled_executions: u64,
}

/// Which of the caller's tasks to list, the oldest first.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct GetMyTasksRequest {
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<u64>,
    /// Most tasks on the page, 1 to 500; null is 50. A page may hold fewer when tasks are large.
    pub limit: Option<u32>,
}

/// A page of tasks.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskPage {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
    /// All tasks of the caller.
    pub total_tasks: u64,
}

/// Which task to switch off.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct PauseTaskRequest {
    /// The task.
    pub task_id: u64,
    /// Why, at most 256 characters.
    pub reason: Option<String>,
    /// Also cancel its executions that are not final; null is false.
    pub cancel_running: Option<bool>,
}

/// Which executions of a task to list, the newest first.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct GetTaskExecutionsRequest {
    /// The task.
    pub task_id: u64,
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<u64>,
    /// Most executions on the page, 1 to 500; null is 50.
    pub limit: Option<u32>,
    /// Only executions in this state.
    pub status: Option<ExecutionStatus>,
}

/// A page of executions.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskExecutionPage {
    /// The executions.
    pub executions: Vec<TaskExecution>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
    /// All executions kept of the task.
    pub total_executions: u64,
}

/// A schedule to be shown, not made.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct PreviewScheduleRequest {
    /// The schedule.
    pub schedule: NewSchedule,
    /// Show times after this instant; null is now.
    pub from_at: Option<u64>,
    /// How many times, 1 to 100; null is 5.
    pub count: Option<u32>,
}

/// What a schedule means.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SchedulePreview {
    /// The rule in plain words.
    pub description: String,
    /// The IANA time zone in which it is meant.
    pub timezone: String,
    /// The next times, the earliest first; fewer than asked for if the schedule ends.
    pub next_at: Vec<u64>,
}

/// Which figures to show: all of them.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct GetStatsRequest {}

macro_rules! answers {
    ($($(#[$documentation:meta])* $name:ident($ok:ty);)*) => {$(
        $(#[$documentation])*
        #[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            /// What was asked for.
            Ok($ok),
            /// Why not; nothing was changed.
            Err(Error),
        }

        impl From<Result<$ok, Error>> for $name {
            fn from(result: Result<$ok, Error>) -> Self {
                match result {
                    Ok(value) => Self::Ok(value),
                    Err(error) => Self::Err(error),
                }
            }
        }

        impl $name {
            /// The answer as a `Result`.
            ///
            /// # Errors
            /// The scheduler's error, if it refused.
            pub fn into_result(self) -> Result<$ok, Error> {
                match self {
                    Self::Ok(value) => Ok(value),
                    Self::Err(error) => Err(error),
                }
            }
        }
    )*};
}

answers! {
    /// The answer of every method that makes, shows or changes a task.
    TaskResult(Task);
    /// The answer of `delete_task`.
    DeleteTaskResult(DeletedTask);
    /// The answer of `get_my_tasks`.
    GetMyTasksResult(TaskPage);
    /// The answer of `run_task_now`.
    RunTaskNowResult(TaskExecution);
    /// The answer of `get_task_executions`.
    GetTaskExecutionsResult(TaskExecutionPage);
    /// The answer of `preview_schedule`.
    PreviewScheduleResult(SchedulePreview);
    /// The answer of `get_stats`.
    GetStatsResult(Stats);
}
