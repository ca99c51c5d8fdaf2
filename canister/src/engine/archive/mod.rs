//! The format of a backup.
//!
//! A backup is a sequence of CBOR byte strings (RFC 8742), cut into chunks without regard to where
//! one ends. Each byte string holds one item in CBOR, a map with one entry whose key says what it
//! is:
//!
//! ```text
//! header                                    once, first
//! config user* action* alert*               only of all owners
//! codex* entities*                          codices with their versions, and what each owner's share
//! ( task execution* )*                      a task with its history, the oldest execution first
//! end                                       once, last: counts, and a digest of all items before
//! ```
//!
//! A task is written with its steps and its schedules in one message; its history follows, a long one
//! in further messages, as far as it had come when the task was written. So an execution may be as of
//! a later time than its task, and two tasks may be as of different times; a restore settles both.
//! Secrets, messages in inboxes, reports, the timeline, backfills, the journals of programs and other
//! backups are in no backup.
//!
//! The digest in `end` is made item by item: the SHA-256 of the first item, then that of the 32 bytes
//! so far followed by the next item, and so on.

mod reader;
mod writer;

use candid::Principal;
use chime_types::Config;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::state::records::{
    ActionRecord, AlertRecord, CodexRecord, EntitiesRecord, ExecutionRecord, ScheduleRecord, Step,
    TaskRecord, UserRecord,
};

pub use reader::{Damage, Reader, add_chunk, check, check_header, chunks_digest};
pub use writer::Writer;

/// What every backup begins with.
pub const FORMAT: &str = "chime-backup";
/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// The first item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`]
    pub format: String,
    /// [`VERSION`]
    pub version: u32,
    /// The version of the scheduler that wrote it.
    pub scheduler: String,
    pub owner: Principal,
    pub all_owners: bool,
    pub created_at: u64,
}

/// A task without its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskItem {
    pub task: TaskRecord,
    pub steps: Vec<Step>,
    pub schedules: Vec<ScheduleRecord>,
    /// What its programs keep.
    #[serde(default)]
    pub entities: Option<EntitiesRecord>,
}

/// The last item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub tasks: u64,
    pub executions: u64,
    #[serde(with = "serde_bytes")]
    pub digest: Vec<u8>,
}

/// An item of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    Header(Header),
    Config(Box<Config>),
    User(Principal, UserRecord),
    /// An action, whose owner is the management canister if it is for everybody.
    Action(Principal, String, ActionRecord),
    Alert(AlertRecord),
    Task(Box<TaskItem>),
    Execution(Box<ExecutionRecord>),
    End(End),
    /// A codex, whose owner is the management canister if it is for everybody, and the code of its
    /// versions.
    Codex(Principal, String, CodexRecord, Vec<String>),
    /// What all codices of an owner keep together.
    Entities(Principal, EntitiesRecord),
}

/// The digest so far and one more part.
fn digest(so_far: &[u8], part: &[u8]) -> Vec<u8> {
    let hash = Sha256::new().chain_update(so_far).chain_update(part);
    hash.finalize().to_vec()
}

/// In lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
