//! What is kept of a backup beside its chunks.

use chime_types::Backup;
use serde::{Deserialize, Serialize};

/// A backup, and how far it is written or read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRecord {
    pub backup: Backup,
    /// The digest of its chunks so far; empty before the first.
    #[serde(with = "serde_bytes")]
    pub chunk_digest: Vec<u8>,
    /// The digest of its items so far; empty before the first.
    #[serde(with = "serde_bytes")]
    pub item_digest: Vec<u8>,
    /// Of an upload: where the first item begins that was not read yet.
    pub read_to: BackupPosition,
    /// Of an upload: the last item was read.
    pub is_read: bool,
}

/// A place in a backup: a byte of one of its chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPosition {
    pub chunk: u32,
    pub offset: u32,
}
