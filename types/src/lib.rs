//! The vocabulary of Chime: every record, variant, error and limit that the scheduler canister,
//! the `chime` program and other canisters exchange.
//!
//! It holds data only: no rule, no clock, no effect. The doc comments of this crate become the
//! documentation in `scheduler.did` and from there the descriptions of the MCP tools.
//!
//! # Conventions of the wire
//! * A field called `*_at` is an instant: nanoseconds since 1970-01-01T00:00:00Z, as `nat64`.
//! * A field called `*_seconds` is a duration in whole seconds, as `nat64`.
//! * A field called `id` or `*_id` is an identifier given by the scheduler, as `nat64`.
//! * A method takes one record and returns a variant `Ok` / `Err`.
//!
//! ```
//! use chime_types::{Action, CreateTaskRequest, NewSchedule, NewStep, Rule};
//!
//! let request = CreateTaskRequest {
//!     name: "heartbeat".into(),
//!     steps: vec![NewStep::new(Action::Note { text: "still here".into() })],
//!     schedules: vec![NewSchedule::new(Rule::Interval { repeat_every_seconds: 60, phase_seconds: None })],
//!     ..CreateTaskRequest::default()
//! };
//! assert_eq!(candid::decode_one::<CreateTaskRequest>(&candid::encode_one(&request).unwrap()).unwrap(), request);
//! ```
#![deny(missing_docs)]

/// A canister that is called may reject the call with this and a number of seconds, such as
/// `chime:snooze:60`, to be called again later: it costs no attempt.
pub const SNOOZE_PREFIX: &str = "chime:snooze:";
/// The reason of a pause begins so when the scheduler's own message failed twice at something of the
/// task.
pub const SET_ASIDE_PREFIX: &str = "set aside: ";
/// A canister that is called may reject the call with a text that begins so: it is not retried.
pub const TERMINAL_PREFIX: &str = "chime:terminal:";

mod actions;
mod alerts;
mod answers;
mod backups;
mod cause;
pub mod codex;
mod codices;
mod config;
mod cycles;
mod deliveries;
mod dry_run;
mod error;
mod events;
mod execution;
mod http;
mod jobs;
pub mod limits;
mod methods;
mod names;
mod requests;
mod schedule;
mod stats;
mod task;
mod users;

pub use actions::{
    ActionDefinition, ActionPage, DefineActionRequest, DeleteActionRequest, DeleteSecretRequest,
    NamesPageRequest, PutSecretRequest, SecretNames,
};
pub use alerts::{
    Alert, AlertCondition, AlertPage, AlertRequest, ClearInboxRequest, CreateAlertRequest, Message,
    MessagePage, UpdateAlertRequest,
};
pub use answers::{
    ActionResult, AlertResult, BackfillResult, BackupResult, ClaimJobsResult, CodexResult,
    ConfigResult, DeleteTaskResult, DeliveryResult, DryRunResult, EntitiesResult,
    EventsSinceResult, ExecutionResult, GetApiDocResult, GetBackupChunkResult, GetInboxResult,
    GetMyTasksResult, GetStatsResult, GetTaskExecutionsResult, HeartbeatJobResult, JournalResult,
    ListActionsResult, ListAlertsResult, ListBackfillsResult, ListBackupsResult, ListCodicesResult,
    ListReportsResult, ListUsersResult, PreviewScheduleResult, RemovedResult,
    ReplayDeadLettersResult, RestoreBackupResult, SecretsResult, TaskResult, UserResult,
};
pub use backups::{
    Backup, BackupChunk, BackupPage, BackupRequest, GetBackupChunkRequest, RenumberedTask, Report,
    ReportPage, RestoreBackupRequest, RestoredBackup, TaskFigures, UploadBackupChunkRequest,
};
pub use cause::Cause;
pub use codices::{
    Codex, CodexPage, CodexRequest, CodexVersion, DeleteCodexRequest, Divergence, Entities,
    GetEntitiesRequest, Journal, PutCodexRequest, ResumeExecutionRequest, ResumeHow,
    RollbackCodexRequest,
};
pub use config::{Config, ConfigPreset, ConfigureRequest};
pub use cycles::{CyclesBudget, Spender, SpentCycles};
pub use deliveries::{Delivery, DeliveryState};
pub use dry_run::{Change, Changed, DryRun, DryRunRequest, TriedChange};
pub use error::{Advice, Error, ErrorKind};
pub use events::{Event, EventKind, EventPage, EventsSinceRequest};
pub use execution::{
    Attempt, ExecutionContext, ExecutionFinished, ExecutionStatus, LogEntry, Outcome, StepResult,
    TaskExecution, Trigger, WaitReason,
};
pub use http::{HttpAction, HttpHeader, HttpMethod, HttpTransform};
pub use jobs::{
    ClaimJobsRequest, ClaimedJobs, CompleteJobRequest, FailJobRequest, HeartbeatJobRequest, Job,
    JobLease, ReleaseJobRequest,
};
pub use methods::{METHODS, MethodKind, MethodRow};
pub use names::WELL_KNOWN_NAMES;
pub use requests::{
    AddScheduleRequest, ApiDoc, Backfill, BackfillIdRequest, BackfillPage, BackfillRequest,
    CancelExecutionRequest, CreateBackupTaskRequest, CreateCleanupTaskRequest, CreateTaskRequest,
    DeadLettersRequest, DeletedTask, EmptyRequest, ExecutionRequest, GetMyTasksRequest,
    GetTaskExecutionsRequest, ListBackfillsRequest, PageRequest, PauseTaskRequest,
    PreviewScheduleRequest, RemoveScheduleRequest, Removed, ReplayedDeadLetters,
    RetryExecutionRequest, RunTaskNowRequest, SchedulePreview, SetScheduleRequest,
    SnoozeExecutionRequest, TaskExecutionPage, TaskPage, TaskRequest, UpdateTaskRequest,
};
pub use schedule::{
    CalendarUnit, Exclusion, GapPolicy, MissedRuns, MonthDay, NewSchedule, OverlapPolicy, Rule,
    TaskSchedule,
};
pub use stats::{FailedMessages, Percentiles, Stats, UpcomingRun};
pub use task::{
    Action, CallArguments, Callback, Channel, NewStep, OnUnknown, Priority, RetentionRule,
    RetryPolicy, StepStatus, Task, TaskStatus, TaskStep,
};
pub use users::{ListUsersRequest, PutUserRequest, Quotas, Role, User, UserPage, UserRequest};
