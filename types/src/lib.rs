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
//! * A method takes one record and answers with a variant `Ok` / `Err`.
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

mod error;
mod execution;
pub mod limits;
mod requests;
mod schedule;
mod stats;
mod task;

pub use error::{Advice, Error, ErrorKind};
pub use execution::{Attempt, ExecutionStatus, LogEntry, Outcome, TaskExecution, WaitReason};
pub use requests::{
    CreateTaskRequest, DeleteTaskResult, DeletedTask, GetMyTasksRequest, GetMyTasksResult,
    GetStatsRequest, GetStatsResult, GetTaskExecutionsRequest, GetTaskExecutionsResult,
    PauseTaskRequest, PreviewScheduleRequest, PreviewScheduleResult, RunTaskNowResult,
    SchedulePreview, TaskExecutionPage, TaskPage, TaskRequest, TaskResult, UpdateTaskRequest,
};
pub use schedule::{Exclusion, GapPolicy, MissedRuns, NewSchedule, Rule, TaskSchedule};
pub use stats::{Stats, UpcomingRun};
pub use task::{
    Action, CallArguments, NewStep, OnUnknown, Priority, RetryPolicy, StepStatus, Task, TaskStatus,
    TaskStep,
};
