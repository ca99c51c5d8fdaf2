//! What the methods take and answer.

use candid::{CandidType, Deserialize, Principal};
use chime_types::ExecutionStatus;

/// Which scheduler shall call, and how often.
#[derive(CandidType, Deserialize, Clone, Debug)]
pub struct ScheduleMeRequest {
    /// The scheduler canister.
    pub scheduler: Principal,
    /// Seconds between two calls of `on_tick`.
    pub repeat_every_seconds: u64,
}

/// The task that was made.
#[derive(CandidType, Deserialize, Clone, Debug)]
pub struct Scheduled {
    /// The scheduler's identifier of the task.
    pub task_id: u64,
    /// The time of the first call, in nanoseconds since 1970.
    pub next_run_at: Option<u64>,
}

/// The task that was deleted.
#[derive(CandidType, Deserialize, Clone, Debug)]
pub struct Unscheduled {
    /// The scheduler's identifier of the task.
    pub task_id: u64,
}

/// Which run to wait for.
#[derive(CandidType, Deserialize, Clone, Debug)]
pub struct TickNowRequest {
    /// A key of the caller's choice: with the same key the task runs only once, however often the
    /// request is sent.
    pub key: String,
}

/// An execution that is final.
#[derive(CandidType, Deserialize, Clone, Debug)]
pub struct Ended {
    /// The scheduler's identifier of the execution.
    pub execution_id: u64,
    /// How it ended.
    pub status: ExecutionStatus,
    /// What `on_tick` returned, in Candid's textual form.
    pub result: Option<String>,
    /// Why it ended as it did, if it did not complete.
    pub error: Option<String>,
}

/// Why not.
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum CallerError {
    /// The caller is not a controller of this canister.
    #[serde(rename = "not_controller")]
    NotController,
    /// There is a task already: `unschedule_me` first.
    #[serde(rename = "already_scheduled")]
    AlreadyScheduled {
        /// The scheduler that has it.
        scheduler: Principal,
        /// The task.
        task_id: u64,
    },
    /// There is no task to delete.
    #[serde(rename = "not_scheduled")]
    NotScheduled,
    /// The scheduler refused; its error says what to do.
    #[serde(rename = "refused")]
    Refused(chime_types::Error),
    /// The call was rejected, and not carried out.
    #[serde(rename = "rejected")]
    Rejected {
        /// The reject code of the Internet Computer.
        code: u32,
        /// The message that came with it.
        message: String,
    },
    /// The call was not sent: too few cycles, or the queue to the scheduler is full.
    #[serde(rename = "not_sent")]
    NotSent,
    /// Nobody can tell whether the call was carried out: repeat the request, it makes no second
    /// task and no second run.
    #[serde(rename = "unknown")]
    Unknown,
    /// The execution takes longer: `last_outcome` shows it later.
    #[serde(rename = "not_finished")]
    NotFinished {
        /// The scheduler's identifier of the execution.
        execution_id: u64,
    },
    /// The canister answered something that a scheduler does not answer.
    #[serde(rename = "not_a_scheduler")]
    NotAScheduler,
}

impl From<chime_client::Error> for CallerError {
    fn from(error: chime_client::Error) -> Self {
        use chime_client::Error;
        match error {
            Error::Refused(error) => Self::Refused(error),
            Error::NotDelivered {
                code: Some(code),
                message,
            } => Self::Rejected { code, message },
            Error::NotDelivered { code: None, .. } => Self::NotSent,
            Error::Unknown { .. } => Self::Unknown,
            Error::NotAScheduler { .. } => Self::NotAScheduler,
            Error::NotFinished { execution_id } => Self::NotFinished { execution_id },
        }
    }
}

macro_rules! answers {
    ($($(#[$documentation:meta])* $name:ident($ok:ty);)*) => {$(
        $(#[$documentation])*
        #[derive(CandidType, Deserialize, Clone, Debug)]
        pub enum $name {
            /// What was asked for.
            Ok($ok),
            /// Why not.
            Err(CallerError),
        }

        impl From<Result<$ok, CallerError>> for $name {
            fn from(result: Result<$ok, CallerError>) -> Self {
                match result {
                    Ok(value) => Self::Ok(value),
                    Err(error) => Self::Err(error),
                }
            }
        }
    )*};
}

answers! {
    /// The answer of `schedule_me`.
    ScheduleMeResult(Scheduled);
    /// The answer of `unschedule_me`.
    UnscheduleMeResult(Unscheduled);
    /// The answer of `tick_now`.
    TickNowResult(Ended);
}
