//! What the scheduler and a runner of stored Python exchange: `run_slice` takes a [`Slice`] and answers a
//! [`SliceReport`], `check_source` takes a [`Source`] and answers a [`SourceReport`].

use candid::{CandidType, Principal};
use serde::{Deserialize, Serialize};

/// A part of the run of a program: from its beginning through all that it has been answered so far,
/// up to what it asks for next.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The codex that runs.
    pub codex: Source,
    /// Other codices that it may import, by name.
    pub modules: Vec<Source>,
    /// The execution, as `ic.execution` shows it.
    pub execution: ExecutionContext,
    /// What its entities hold, as JSON: by scope, then by class.
    pub state: String,
    /// All that it asked for so far, with the answers, oldest first.
    pub journal: Vec<JournalEntry>,
    /// What it may use.
    pub limits: SliceLimits,
}

/// A stored program.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name, as tracebacks show it and `import` finds it.
    pub name: String,
    /// Its text.
    pub code: String,
}

/// For whom and when a program runs.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ExecutionContext {
    /// The execution.
    pub execution_id: u64,
    /// Its task.
    pub task_id: u64,
    /// The attempt at the step, counted from 1.
    pub attempt: u32,
    /// The slot that it runs for, in nanoseconds since 1970.
    pub scheduled_at: u64,
    /// When it began: the time that the program sees until its first answer.
    pub started_at: u64,
    /// The scheduler, which makes the calls.
    pub scheduler: Principal,
    /// The owner of the task.
    pub owner: Principal,
    /// The attributes of the step, as JSON.
    pub input: String,
    /// From where all its randomness comes.
    #[serde(with = "serde_bytes")]
    pub seed: Vec<u8>,
}

/// What a program asked for, and what it was answered.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// What it asked for.
    pub request: Request,
    /// What it was answered.
    pub answer: Answer,
    /// When: the time that the program sees from then on.
    pub answered_at: u64,
}

/// What a program asks for when it yields.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A call to a canister.
    #[serde(rename = "call")]
    Call {
        /// Which one.
        canister: Principal,
        /// Its method.
        method: String,
        /// The arguments, encoded.
        #[serde(with = "serde_bytes")]
        arguments: Vec<u8>,
        /// Cycles that go with it.
        cycles: u128,
    },
    /// An HTTPS outcall.
    #[serde(rename = "http")]
    Http {
        /// Where.
        url: String,
        /// GET, HEAD or POST.
        method: String,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body.
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
        /// The most bytes of the response that are paid for.
        max_response_bytes: Option<u64>,
    },
    /// To go on after a while.
    #[serde(rename = "sleep")]
    Sleep {
        /// How long.
        seconds: u64,
    },
}

/// What became of it.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The reply of a canister.
    #[serde(rename = "reply")]
    Reply {
        /// Its values, encoded.
        #[serde(with = "serde_bytes")]
        reply: Vec<u8>,
    },
    /// The call was rejected, or what was asked for could not be done.
    #[serde(rename = "rejected")]
    Rejected {
        /// The reject code.
        code: u32,
        /// The reject message.
        message: String,
    },
    /// The response of a web server.
    #[serde(rename = "response")]
    Response {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body.
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
    },
    /// The while is over.
    #[serde(rename = "slept")]
    Slept {},
}

/// What a slice may use.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SliceLimits {
    /// Instructions of the canister.
    pub instructions: u64,
    /// Bytes that live at a time.
    pub memory_bytes: u64,
    /// Bytes that it prints.
    pub output_bytes: u64,
    /// Bytes of its state, as JSON.
    pub state_bytes: u64,
}

/// What a runner answers to a slice.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SliceReport {
    /// What became of it.
    pub outcome: SliceOutcome,
    /// Instructions that it took.
    pub instructions: u64,
}

/// What a runner says of the source of a codex.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SourceReport {
    /// Why it does not compile; nothing if it does.
    pub problem: Option<SyntaxProblem>,
    /// Instructions that it took to compile it.
    pub instructions: u64,
}

/// Why a source does not compile.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in it, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

/// What became of a slice.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum SliceOutcome {
    /// The program came to its end.
    #[serde(rename = "done")]
    Done {
        /// What it returned, as JSON where that can be, else as `repr` shows it.
        value: String,
        /// What its entities hold now; nothing if that did not change.
        state: Option<String>,
        /// What it printed since its beginning.
        log: String,
    },
    /// It failed.
    #[serde(rename = "failed")]
    Failed {
        /// Why.
        cause: FailureCause,
        /// The last line of the traceback, or which limit is used up.
        message: String,
        /// Where, as Python shows it.
        traceback: String,
        /// What it printed since its beginning.
        log: String,
    },
    /// It asks for something.
    #[serde(rename = "yielded")]
    Yielded {
        /// What.
        request: Request,
        /// What it printed since its beginning.
        log: String,
    },
    /// It asks for something else than the journal says that it did.
    #[serde(rename = "diverged")]
    Diverged {
        /// The first entry that differs, from 0.
        index: u32,
        /// What it asked for then.
        expected: Request,
        /// What it does in its place.
        got: String,
    },
}

/// Why a program failed.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCause {
    /// It does not compile.
    #[serde(rename = "syntax")]
    Syntax,
    /// An exception that it did not handle.
    #[serde(rename = "exception")]
    Exception,
    /// It used up its instructions.
    #[serde(rename = "instructions")]
    Instructions,
    /// It used up its memory.
    #[serde(rename = "memory")]
    Memory,
    /// It printed too much.
    #[serde(rename = "output")]
    Output,
    /// Its entities hold too much.
    #[serde(rename = "state")]
    State,
    /// It yielded something that is no request.
    #[serde(rename = "yield")]
    Yield,
}
