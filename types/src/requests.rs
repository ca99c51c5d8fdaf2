//! The requests of the methods about tasks and executions, and their pages.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

use crate::execution::{ExecutionStatus, TaskExecution};
use crate::schedule::NewSchedule;
use crate::task::{Callback, NewStep, OnUnknown, Priority, RetentionRule, RetryPolicy, Task};

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
    /// Timeout of one attempt in seconds for steps that name none, 1 to 86,400; null is the
    /// `default_timeout_seconds` of the configuration.
    pub timeout_seconds: Option<u64>,
    /// Timeout of a whole execution in seconds, from the time it is due, 1 to 315,360,000; null is
    /// none.
    pub execution_timeout_seconds: Option<u64>,
    /// What to do when the outcome of a call is unknown; null is `fail`.
    pub on_unknown: Option<OnUnknown>,
    /// Most attempts of the task under way at the same time, 1 to 200; null is no limit of its own.
    pub maximum_concurrent: Option<u32>,
    /// Pause the task after so many failures in a row, 1 to 1,000; null is never.
    pub pause_after_failures: Option<u32>,
    /// Give this user's name to actions and workers; only for admins, unless it is the caller. Null
    /// is the caller.
    pub run_as: Option<Principal>,
    /// Tell a canister how each execution ended.
    pub callback: Option<Callback>,
    /// Created disabled; null is false.
    pub disabled: Option<bool>,
    /// A key of the caller's choice, 1 to 128 bytes: a second request with the same key makes
    /// nothing and returns the task that the first one created.
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
    /// Its steps. An execution under way keeps the steps that it began with. One that failed goes on
    /// with the changed steps only where `from_step` of `retry_execution` says.
    pub steps: Option<Vec<NewStep>>,
    /// Its schedules: these replace all that there are. One that is equal to an old one goes on with
    /// its counters. Another one is new: it has a new identifier and starts now, and slots of the old
    /// one can no longer be run, so call `backfill` before.
    pub schedules: Option<Vec<NewSchedule>>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When and how often a failed attempt is repeated.
    pub retry: Option<RetryPolicy>,
    /// Timeout of one attempt for steps that name none; given without `steps` it is set for
    /// every step.
    pub timeout_seconds: Option<u64>,
    /// Timeout of a whole execution in seconds; 0 takes it away.
    pub execution_timeout_seconds: Option<u64>,
    /// What to do when the outcome of a call is unknown.
    pub on_unknown: Option<OnUnknown>,
    /// Most attempts of the task under way at the same time; 0 takes the limit away.
    pub maximum_concurrent: Option<u32>,
    /// Pause the task after so many failures in a row; 0 is never.
    pub pause_after_failures: Option<u32>,
    /// Give this user's name to actions and workers.
    pub run_as: Option<Principal>,
    /// Tell a canister how each execution ended; the management canister, `aaaaa-aa`, stands for
    /// nobody.
    pub callback: Option<Callback>,
}

/// What was removed.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct DeletedTask {
    /// The task.
    pub task_id: u64,
    /// Executions under way that were cancelled with it; answers that come later are dropped.
    pub cancelled_executions: u64,
    /// Executions that are still to be removed: the task is gone for everybody, its schedules are off
    /// and it counts as a task no more; its history counts until it is removed, which takes some
    /// seconds for each thousand. Deleting it again until then returns what is left.
    pub remaining_executions: Option<u64>,
}

/// Which task to run now.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct RunTaskNowRequest {
    /// The task.
    pub task_id: u64,
    /// A key of the caller's choice, 1 to 128 bytes: a second request for the task with the same
    /// key runs nothing and returns the execution that the first one created, while that is kept.
    pub idempotency_key: Option<String>,
    /// Run it for this time of the past, which everything sees as its slot. Without a key a second request for the same time runs nothing and
    /// returns the execution of the first. Null is now.
    #[serde(default)]
    pub scheduled_at: Option<u64>,
}

/// Which tasks to list, the oldest first.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct GetMyTasksRequest {
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<u64>,
    /// Most tasks on the page, 1 to 500; null is 50. A page may hold fewer when tasks are large.
    pub limit: Option<u32>,
    /// The tasks of this owner; null is the caller's. Only for admins, operators and viewers.
    pub owner: Option<Principal>,
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

/// Which task to pause.
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
    /// The executions. Fewer than asked for, or none, does not mean that it is the last page: at most
    /// 5,000 are looked at for a page, fewer if they are large.
    pub executions: Vec<TaskExecution>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
    /// All executions kept of the task; of dead letters, all that the owner has.
    pub total_executions: u64,
}

/// A schedule to be shown, not made.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct PreviewScheduleRequest {
    /// The schedule.
    pub schedule: NewSchedule,
    /// Show times after this instant; null is now. A schedule has no times before its start, which
    /// is now unless it says when.
    pub from_at: Option<u64>,
    /// How many times, 1 to 100; null is 5.
    pub count: Option<u32>,
}

/// What a schedule means.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SchedulePreview {
    /// The rule in plain words, with what bounds it and what becomes of missed runs.
    pub description: String,
    /// The IANA time zone in which it is meant.
    pub timezone: String,
    /// The next slots, the earliest first, without the jitter; fewer than asked for if the schedule
    /// ends.
    pub next_at: Vec<u64>,
    /// The next change of the clock in the zone, in words, for a rule that is read from the clock:
    /// `on 2027-03-28 at 02:00 the clocks go forward to 03:00`.
    #[serde(default)]
    pub clock_change: Option<String>,
}

/// Nothing to say.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct EmptyRequest {}

/// A page of a list that is ordered by numbers.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<u64>,
    /// Most items on the page, 1 to 500; null is 50.
    pub limit: Option<u32>,
}

/// A schedule to be added to a task.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct AddScheduleRequest {
    /// The task.
    pub task_id: u64,
    /// Refuse the change unless the task has this version.
    pub expected_version: Option<u64>,
    /// The schedule.
    pub schedule: NewSchedule,
}

/// Which schedule to enable or disable. Slots that pass while it is disabled are not caught up.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SetScheduleRequest {
    /// The task.
    pub task_id: u64,
    /// The schedule.
    pub schedule_id: u64,
    /// Disabled.
    pub disabled: bool,
}

/// Which schedule to remove.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RemoveScheduleRequest {
    /// The task.
    pub task_id: u64,
    /// The schedule; a task keeps at least one.
    pub schedule_id: u64,
    /// Refuse the change unless the task has this version.
    pub expected_version: Option<u64>,
}

/// Which execution.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ExecutionRequest {
    /// The execution.
    pub execution_id: u64,
}

/// Which execution to stop.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CancelExecutionRequest {
    /// The execution.
    pub execution_id: u64,
    /// Why, at most 256 characters.
    pub reason: Option<String>,
    /// True: end it at once; what an attempt under way answers is dropped. False: an attempt under
    /// way is let finish, but no retry and no further step follows. Null is true.
    pub terminate: Option<bool>,
}

/// Which execution to postpone. It must be ready or waiting.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SnoozeExecutionRequest {
    /// The execution.
    pub execution_id: u64,
    /// Not before so many seconds from now, 0 to 315,360,000; 0 lets it go on at once.
    pub seconds: u64,
}

/// Which execution to run again. It must have failed, timed out, been cancelled, skipped or missed.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct RetryExecutionRequest {
    /// The execution.
    pub execution_id: u64,
    /// True: run every step. False: go on with the first step that is not completed; completed
    /// steps keep their results and do not run again. Null is false. Steps that were changed since
    /// (`update_task` with `steps`) cannot be gone on with unless `from_step` says where.
    pub from_start: Option<bool>,
    /// Go on with this step of the present steps, counted from 0 and not after the step where the
    /// execution stopped; those before it keep their results. Not together with `from_start`. Null
    /// is the step where it stopped.
    pub from_step: Option<u32>,
}

/// Which dead letters to list or to replay: executions that failed or timed out and were not run
/// again.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct DeadLettersRequest {
    /// Only those of this task.
    pub task_id: Option<u64>,
    /// Only those whose error contains this text.
    pub error_contains: Option<String>,
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<u64>,
    /// Most on the page, 1 to 500; null is 50. At most 5,000 are looked at for a page.
    pub limit: Option<u32>,
}

/// Dead letters that were run again.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDeadLetters {
    /// The new executions.
    pub execution_ids: Vec<u64>,
    /// Dead letters that could not be run again from where they stopped, because the steps of their
    /// task were changed since: see `retry_execution` with `from_step` or `from_start`.
    pub left_out: Vec<u64>,
    /// Give it as `cursor` to go on; null when all have been looked at.
    pub next_cursor: Option<u64>,
}

/// Slots of the past to run: every time of the schedule's rule, also before the schedule was made or
/// while it was disabled; nothing before an `anchor` that the rule names. It runs while the task
/// is paused, too.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct BackfillRequest {
    /// The task.
    pub task_id: u64,
    /// The schedule.
    pub schedule_id: u64,
    /// Slots from here on.
    pub from_at: u64,
    /// Slots up to here, in the past.
    pub until_at: u64,
    /// Most executions of the backfill under way at the same time, 1 to 50; null is 1.
    pub maximum_concurrent: Option<u32>,
    /// Only count: the answer has the id 0, and in `slots` how many there are. Null is false.
    #[serde(default)]
    pub count_only: Option<bool>,
    /// Refuse unless it has so many slots, as `count_only` said. Needed above 1,000; at most 100,000.
    #[serde(default)]
    pub expected_slots: Option<u64>,
}

/// Which backfills to list, the oldest first.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ListBackfillsRequest {
    /// The task.
    pub task_id: u64,
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<u64>,
    /// Most backfills on the page, 1 to 500; null is 50.
    pub limit: Option<u32>,
}

/// Which backfill.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct BackfillIdRequest {
    /// The backfill.
    pub backfill_id: u64,
}

/// A backfill: slots of the past are run, the oldest first. A slot that ran already is skipped;
/// the record of one that was skipped or missed gives way to its execution.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Its identifier.
    pub id: u64,
    /// The task.
    pub task_id: u64,
    /// The schedule.
    pub schedule_id: u64,
    /// Slots from here on.
    pub from_at: u64,
    /// Slots up to here.
    pub until_at: u64,
    /// Most executions of it under way at the same time.
    pub maximum_concurrent: u32,
    /// Slots of the rule in that span, those included that ran already; null for a backfill of an
    /// older release.
    #[serde(default)]
    pub slots: Option<u64>,
    /// The slot that comes next; null when there is none.
    pub next_at: Option<u64>,
    /// Executions it made.
    pub runs: u64,
    /// Slots skipped because they ran already.
    pub left_out: u64,
    /// Executions of it under way.
    pub active: u32,
    /// It was cancelled.
    pub cancelled: bool,
    /// When it started.
    pub created_at: u64,
    /// When its last execution was made, or it was cancelled.
    pub finished_at: Option<u64>,
}

/// A page of backfills.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct BackfillPage {
    /// The backfills, the oldest first.
    pub backfills: Vec<Backfill>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
}

/// A daily backup to be scheduled.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CreateBackupTaskRequest {
    /// The hour, 0 to 23.
    pub hour: u8,
    /// What it is for, at most 4,096 characters.
    pub description: String,
    /// The IANA time zone of the hour; null is `UTC`.
    pub timezone: Option<String>,
    /// Keep so many backups, 1 to 100; null is 7.
    pub keep: Option<u32>,
}

/// A cleanup to be scheduled.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CreateCleanupTaskRequest {
    /// Hours between two runs, 1 to 87,600.
    pub interval_hours: u64,
    /// What to remove; null is what ended more than 30 days ago.
    pub retention: Option<Vec<RetentionRule>>,
}

/// The guide.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ApiDoc {
    /// How to use the scheduler, in Markdown.
    pub guide: String,
    /// Its interface, in Candid with comments.
    pub interface: String,
}

/// What is left of something that was removed: its name or number.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// How many things were removed.
    pub removed: u64,
}
