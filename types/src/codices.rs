//! Stored Python: codices, what they keep, and what a run of one asked for.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

use crate::codex::JournalEntry;

/// A codex to be stored: Python code under a name. Storing it again under its name makes a new version.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct PutCodexRequest {
    /// Its name, 1 to 128 characters: a letter or `_`, then letters, digits, `_`, `-` and `.`. Other
    /// codices import it by that. An ending `.py` is left off.
    pub name: String,
    /// The code, 1 to 262,144 bytes; null downloads it from `url`.
    pub code: Option<String>,
    /// Where it is from, an `https://` address of at most 8,192 bytes. Without `code` it is downloaded
    /// there, which needs `checksum`.
    pub url: Option<String>,
    /// `sha256:` and 64 hexadecimal digits: code that differs is refused.
    pub checksum: Option<String>,
    /// What it is for, at most 4,096 characters; null keeps what there is.
    pub description: Option<String>,
    /// For all owners; only for admins. Null is false: for the caller's tasks only. An owner's own
    /// codex goes before one for all.
    pub shared: Option<bool>,
    /// Refused unless its version is this; 0 stands for a new one. Null takes any.
    pub expected_version: Option<u64>,
}

/// Which codex to show.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct CodexRequest {
    /// Its name.
    pub name: String,
    /// Which of its versions; null is the present one.
    pub version: Option<u64>,
    /// The one for all owners; null is the caller's own, or else the one for all.
    pub shared: Option<bool>,
}

/// Which codex to remove.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct DeleteCodexRequest {
    /// Its name.
    pub name: String,
    /// The one for all owners; null is false.
    pub shared: Option<bool>,
}

/// Which version of a codex to go back to.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct RollbackCodexRequest {
    /// Its name.
    pub name: String,
    /// The version whose code becomes that of a new version; null is the one before the present one.
    pub to_version: Option<u64>,
    /// The one for all owners; null is false.
    pub shared: Option<bool>,
}

/// A stored codex.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Codex {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The code of the version; null in lists.
    pub code: Option<String>,
    /// The version that is shown.
    pub version: CodexVersion,
    /// For all owners.
    pub shared: bool,
    /// The present version.
    pub present_version: u64,
    /// The versions that are kept, the newest first, at most 20; empty in lists.
    pub versions: Vec<CodexVersion>,
    /// Tasks of the caller with a step that runs it, at most 100; empty in lists.
    pub used_by: Vec<u64>,
    /// When it was stored first.
    pub created_at: u64,
}

/// A version of a codex.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CodexVersion {
    /// Counted from 1.
    pub number: u64,
    /// `sha256:` and the hash of its code in hexadecimal digits. It is verified whenever it runs.
    pub checksum: String,
    /// Bytes of its code.
    pub bytes: u64,
    /// Where it is from.
    pub url: Option<String>,
    /// The version that it went back to.
    pub rolled_back_to: Option<u64>,
    /// Whether a runner compiled it when it was stored. False: there was no runner to ask.
    pub is_checked: bool,
    /// Who stored it.
    pub stored_by: Principal,
    /// When.
    pub stored_at: u64,
}

/// Codices, by name.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CodexPage {
    /// The codices: the caller's own, then those for all owners, each by name.
    pub codices: Vec<Codex>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Whose entities to show.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct GetEntitiesRequest {
    /// Those of this task; null is those that all codices of the caller share.
    pub task_id: Option<u64>,
}

/// What codices keep between their runs.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Entities {
    /// By class, as JSON: `{"User": {"next": 2, "rows": {"1": {"name": "Ada"}}}}`.
    pub json: String,
    /// Rises whenever a run changes them.
    pub version: u64,
    /// Bytes of them as they are stored.
    pub bytes: u64,
    /// The most that there may be.
    pub maximum_bytes: u64,
}

/// What the run of a codex asked for, and what it was answered.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The codex.
    pub codex: String,
    /// The version with which it began; null if its code came with the task.
    pub version: Option<u64>,
    /// The step that it is of, counted from 0.
    pub step: u32,
    /// The attempt at it, counted from 1.
    pub attempt: u32,
    /// What it asked for so far, oldest first.
    pub entries: Vec<JournalEntry>,
    /// Whether it waits for the answer to one more.
    pub is_waiting: bool,
    /// Cycles that calls and requests took so far, at their most.
    pub cycles: candid::Nat,
    /// Bytes of the journal.
    pub bytes: u64,
    /// The most that there may be.
    pub maximum_bytes: u64,
    /// Where the code as it is now left the journal, if it did: the run waits for `resume_execution`.
    pub divergence: Option<Divergence>,
}

/// Where a program asks for something else than its journal says that it did.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The first entry of the journal that differs, counted from 0.
    pub index: u32,
    /// What it asked for then, in words.
    pub expected: String,
    /// What it does now.
    pub got: String,
    /// The version that differs.
    pub version: u64,
}

/// How an execution goes on whose codex was changed into one that does not fit what it did already.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ResumeExecutionRequest {
    /// The execution.
    pub execution_id: u64,
    /// How it goes on.
    pub how: ResumeHow,
}

/// How an execution goes on that waits because its codex was changed.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeHow {
    /// Under the version of the codex with which it began.
    #[serde(rename = "first_version")]
    FirstVersion,
    /// As its codex is now: it was stored again, or rolled back.
    #[serde(rename = "present_version")]
    PresentVersion,
    /// From the beginning of the program as it is now: what it did is done again.
    #[serde(rename = "from_start")]
    FromStart,
}
