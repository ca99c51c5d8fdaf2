//! Why an attempt failed, or an execution ended without being completed.

use candid::{CandidType, Deserialize};
use serde::Serialize;

/// Why an attempt failed, or why an execution ended as it did, set where it happened: nobody has
/// to read the words of `error` to know it.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The callee rejected the call. Retried.
    #[serde(rename = "rejected")]
    Rejected,
    /// The callee rejected the call and said that there is no use in calling again. Not retried.
    #[serde(rename = "callee_terminal")]
    CalleeTerminal,
    /// The callee broke off; what it had done was undone. Retried.
    #[serde(rename = "callee_trapped")]
    CalleeTrapped,
    /// The callee is stopped, or about to be. Retried.
    #[serde(rename = "callee_stopped")]
    CalleeStopped,
    /// The callee has no such method. Not retried.
    #[serde(rename = "no_such_method")]
    NoSuchMethod,
    /// There is no such canister, or it holds no code. Not retried.
    #[serde(rename = "no_such_canister")]
    NoSuchCanister,
    /// The network could not carry the message at that time. Retried.
    #[serde(rename = "system_transient")]
    SystemTransient,
    /// The network says that it will never carry the message. Not retried.
    #[serde(rename = "system_fatal")]
    SystemFatal,
    /// Nobody can tell whether the call was carried out. Treated as `on_unknown` says.
    #[serde(rename = "outcome_unknown")]
    OutcomeUnknown,
    /// Not sent: too many calls of that canister are under way. Retried.
    #[serde(rename = "queue_full")]
    QueueFull,
    /// Not sent: the scheduler has too few cycles. Retried.
    #[serde(rename = "too_few_cycles")]
    TooFewCycles,
    /// The callee answered, and its answer is an error. Not retried.
    #[serde(rename = "error_answer")]
    ErrorAnswer,
    /// The callee cannot read the arguments. Not retried.
    #[serde(rename = "unreadable_arguments")]
    UnreadableArguments,
    /// The arguments of the step cannot be encoded. Not retried.
    #[serde(rename = "bad_arguments")]
    BadArguments,
    /// The server answered with a status that the step does not expect. 400 to 499 is not retried,
    /// but for 408, 425 and 429.
    #[serde(rename = "http_status")]
    HttpStatus {
        /// The status.
        status: u16,
    },
    /// The network makes no HTTPS outcalls, or none to that host. Not retried.
    #[serde(rename = "http_disabled")]
    HttpDisabled,
    /// The network refused the request as it is. Not retried.
    #[serde(rename = "http_refused")]
    HttpRefused,
    /// The server was not reached, or gave no answer that counts. Retried.
    #[serde(rename = "http_unreachable")]
    HttpUnreachable,
    /// The nodes of the network got different answers. Retried.
    #[serde(rename = "http_no_consensus")]
    HttpNoConsensus,
    /// The response is larger than `max_response_bytes`. Not retried.
    #[serde(rename = "response_too_large")]
    ResponseTooLarge,
    /// A placeholder cannot be filled in. Not retried.
    #[serde(rename = "placeholder")]
    Placeholder,
    /// A secret is missing. Not retried.
    #[serde(rename = "no_such_secret")]
    NoSuchSecret,
    /// The registered action is missing. Not retried.
    #[serde(rename = "no_such_action")]
    NoSuchAction,
    /// The registered action works on something else, or stands for what no step may do. Not
    /// retried.
    #[serde(rename = "unfit_action")]
    UnfitAction,
    /// The task that the step names is missing. Not retried.
    #[serde(rename = "no_such_task")]
    NoSuchTask,
    /// Too large when it is filled in, or to be kept. Not retried.
    #[serde(rename = "too_large")]
    TooLarge,
    /// The owner has as many as may be kept. Not retried.
    #[serde(rename = "limit_reached")]
    LimitReached,
    /// The scheduler has no Python runner, or none that it controls. Not retried.
    #[serde(rename = "no_python")]
    NoPython,
    /// The owner's role does not allow it. Not retried.
    #[serde(rename = "not_allowed")]
    NotAllowed,
    /// No outcome came before the end of the attempt. Treated as `on_unknown` says.
    #[serde(rename = "timed_out")]
    TimedOut,
    /// The worker let its lease run out. Given to another one, up to a number of rescues.
    #[serde(rename = "lease_lost")]
    LeaseLost,
    /// The worker reports that the command failed. Retried.
    #[serde(rename = "worker_failed")]
    WorkerFailed,
    /// The worker reports that the command failed and that no retry helps. Not retried.
    #[serde(rename = "worker_terminal")]
    WorkerTerminal,
    /// The scheduler's own message failed whenever it came to this execution. Not retried.
    #[serde(rename = "poison")]
    Poison,
    /// The owner's budget of cycles is used up.
    #[serde(rename = "budget_used_up")]
    BudgetUsedUp,
    /// A built-in action could not go on. Retried.
    #[serde(rename = "builtin_failed")]
    BuiltinFailed,
    /// The time of the whole execution was over.
    #[serde(rename = "expired")]
    Expired,
    /// Stopped on request, or with its task.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// Gave way to a later slot.
    #[serde(rename = "gave_way")]
    GaveWay,
    /// Skipped: the execution before was not finished.
    #[serde(rename = "overlap")]
    Overlap,
    /// Skipped: as many executions waited as may.
    #[serde(rename = "buffer_full")]
    BufferFull,
    /// Skipped: the owner's runs of the hour were used up.
    #[serde(rename = "runs_used_up")]
    RunsUsedUp,
    /// Skipped: the owner was disabled.
    #[serde(rename = "owner_disabled")]
    OwnerDisabled,
    /// The scheduler could not run at that time.
    #[serde(rename = "missed")]
    Missed,
    /// Skipped: the bytes that may be stored for the owner were used up.
    #[serde(rename = "bytes_used_up")]
    BytesUsedUp,
    /// The codex is missing, or its code is not what its checksum says. Not retried.
    #[serde(rename = "no_such_codex")]
    NoSuchCodex,
    /// The program raised an exception that it did not handle. Retried.
    #[serde(rename = "program_failed")]
    ProgramFailed,
    /// The program does not compile, or yielded something that cannot be done. Not retried.
    #[serde(rename = "program_invalid")]
    ProgramInvalid,
    /// The program used up its instructions, memory, output, state or journal. Not retried.
    #[serde(rename = "program_limit")]
    ProgramLimit,
    /// The program does not do the same again: its journal cannot be replayed. Not retried.
    #[serde(rename = "program_diverged")]
    ProgramDiverged,
    /// Another run changed the same entities meanwhile; nothing of this one was kept. Retried.
    #[serde(rename = "state_conflict")]
    StateConflict,
}
