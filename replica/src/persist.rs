//! The seam to a store: what changed since the last export, and how to start again from it.
//!
//! A store applies each [`Delta`] in ONE transaction, after a round and before an answer of that
//! round leaves the process; what it then holds is a [`Snapshot`]. [`crate::Replica::restore`]
//! continues exactly where the delta was taken, open calls and callbacks included.
//!
//! Suggested tables: one cell for `replica`; `ingress` by message id; per canister one row for
//! `meta`, one for `module`, rows for `chunks` by hash, lines of the log by (canister, number), and
//! pages by (canister, page index) for the heap and for the stable memory. The blobs are CBOR of this crate's private types: they are
//! opaque to the store and carry a version.
//!
//! It does not touch files.

use std::sync::Arc;

use candid::Principal;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::MessageId;

mod images;

pub use images::{ImageDelta, ImageId, ImageRows};

/// Bytes of one page of a [`MemoryDelta`] or [`MemoryPages`].
pub use crate::memory::PAGE_BYTES;

/// All that changed since the last export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// The replica's own state, when it changed.
    pub replica: Option<Vec<u8>>,
    /// Ingress messages whose status changed; `None` means that the row is to be deleted.
    pub ingress: Vec<(MessageId, Option<Vec<u8>>)>,
    /// Canisters that changed, in ascending order of their ids.
    pub canisters: Vec<CanisterDelta>,
    /// Logs that changed, of canisters that exist.
    pub logs: Vec<LogDelta>,
    /// Snapshots of canisters that were added or written to.
    pub images: Vec<ImageDelta>,
    /// Snapshots that were deleted: all their rows go, before `images` is applied.
    pub deleted_images: Vec<ImageId>,
    /// Canisters that were deleted: all their rows go, before `canisters` is applied, since an id
    /// can be taken again.
    pub deleted: Vec<Principal>,
}

impl Delta {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// SHA-256 of a chunk of the chunk store.
pub type ChunkHash = [u8; 32];

/// What changed in one canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterDelta {
    /// The canister.
    pub id: Principal,
    /// Its state other than memory, when it changed.
    pub meta: Option<Vec<u8>>,
    /// Its module as given, when it changed; the inner `None` means that it has none any more.
    pub module: Option<Option<Arc<[u8]>>>,
    /// Chunks by hash that were added, or deleted when `None`.
    pub chunks: Vec<(ChunkHash, Option<Arc<[u8]>>)>,
    /// Its heap.
    pub heap: MemoryDelta,
    /// Its stable memory.
    pub stable: MemoryDelta,
}

/// What changed in the log of one canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDelta {
    /// The canister.
    pub canister: Principal,
    /// The first line that is left: rows with lower numbers are to be deleted.
    pub first: u64,
    /// Lines that were added, by their numbers.
    pub lines: LogLines,
}

/// Lines of a log by their numbers, in ascending order.
pub type LogLines = Vec<(u64, Vec<u8>)>;

/// What changed in one memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryDelta {
    /// All pages stored before are void and must be deleted first.
    pub reset: bool,
    /// Pages that changed, by index, each of [`PAGE_BYTES`] bytes.
    pub pages: Vec<(u64, Box<[u8]>)>,
}

/// All that a replica needs to continue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The last [`Delta::replica`].
    pub replica: Vec<u8>,
    /// The rows of [`Delta::ingress`].
    pub ingress: Vec<(MessageId, Vec<u8>)>,
    /// The canisters.
    pub canisters: Vec<CanisterSnapshot>,
    /// The rows of [`Delta::logs`], by canister.
    pub logs: Vec<(Principal, LogLines)>,
    /// The snapshots of canisters.
    pub images: Vec<ImageRows>,
}

/// One canister of a [`Snapshot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterSnapshot {
    /// The canister.
    pub id: Principal,
    /// The last [`CanisterDelta::meta`].
    pub meta: Vec<u8>,
    /// The last [`CanisterDelta::module`].
    pub module: Option<Arc<[u8]>>,
    /// The rows of [`CanisterDelta::chunks`].
    pub chunks: Vec<(ChunkHash, Arc<[u8]>)>,
    /// The heap; pages that are missing are zero.
    pub heap: MemoryPages,
    /// The stable memory; pages that are missing are zero.
    pub stable: MemoryPages,
}

/// Stored pages by index: whole, of [`PAGE_BYTES`] bytes, or shorter and compressed by the store.
/// Sizes of memories are part of the meta blobs.
pub type MemoryPages = Vec<(u64, Box<[u8]>)>;

/// Why a snapshot cannot be restored: it was damaged or written by another version.
#[derive(Debug, thiserror::Error)]
#[error("the stored state cannot be restored ({part}): {reason}")]
pub struct RestoreError {
    pub(crate) part: String,
    pub(crate) reason: String,
}

impl RestoreError {
    pub(crate) fn new(part: impl Into<String>, reason: impl ToString) -> Self {
        Self {
            part: part.into(),
            reason: reason.to_string(),
        }
    }
}

/// The version of the blobs; raised whenever a private type changes so that older blobs cannot be
/// read any more.
const BLOB_VERSION: u8 = 1;

/// Encodes a blob: a version, then CBOR.
pub(crate) fn encode(value: &impl Serialize) -> Vec<u8> {
    let mut blob = vec![BLOB_VERSION];
    ciborium::into_writer(value, &mut blob).expect("BUG: plain data can always be encoded");
    blob
}

/// Decodes a blob that [`encode`] made.
pub(crate) fn decode<T: DeserializeOwned>(part: &str, blob: &[u8]) -> Result<T, RestoreError> {
    match blob.split_first() {
        Some((&BLOB_VERSION, body)) => {
            ciborium::from_reader(body).map_err(|error| RestoreError::new(part, error))
        }
        Some((version, _)) => Err(RestoreError::new(
            part,
            format!("version {version} instead of {BLOB_VERSION}"),
        )),
        None => Err(RestoreError::new(part, "empty")),
    }
}

impl Snapshot {
    /// Applies a delta as a store shall do it, in memory. Tests and small tools use it.
    pub fn apply(&mut self, delta: Delta) {
        if let Some(replica) = delta.replica {
            self.replica = replica;
        }
        for (id, row) in delta.ingress {
            self.ingress.retain(|(old, _)| *old != id);
            self.ingress.extend(row.map(|row| (id, row)));
        }
        self.canisters
            .retain(|canister| !delta.deleted.contains(&canister.id));
        for canister in delta.canisters {
            self.apply_canister(canister);
        }
        self.logs.retain(|(id, _)| !delta.deleted.contains(id));
        for log in delta.logs {
            self.apply_log(log);
        }
        let deleted = delta.deleted_images;
        self.images.retain(|image| !deleted.contains(&image.id));
        for image in delta.images {
            images::apply(&mut self.images, image);
        }
    }

    fn apply_log(&mut self, delta: LogDelta) {
        let position = self.logs.iter().position(|(id, _)| *id == delta.canister);
        let index = position.unwrap_or_else(|| {
            self.logs.push((delta.canister, Vec::new()));
            self.logs.len() - 1
        });
        let lines = &mut self.logs[index].1;
        lines.retain(|(index, _)| *index >= delta.first);
        lines.extend(delta.lines);
    }

    fn apply_canister(&mut self, delta: CanisterDelta) {
        let position = self.canisters.iter().position(|old| old.id == delta.id);
        let index = position.unwrap_or_else(|| {
            self.canisters.push(CanisterSnapshot {
                id: delta.id,
                meta: Vec::new(),
                module: None,
                chunks: Vec::new(),
                heap: Vec::new(),
                stable: Vec::new(),
            });
            self.canisters.len() - 1
        });
        let canister = &mut self.canisters[index];
        if let Some(meta) = delta.meta {
            canister.meta = meta;
        }
        if let Some(module) = delta.module {
            canister.module = module;
        }
        for (hash, chunk) in delta.chunks {
            canister.chunks.retain(|(old, _)| *old != hash);
            canister.chunks.extend(chunk.map(|chunk| (hash, chunk)));
        }
        apply_pages(&mut canister.heap, delta.heap);
        apply_pages(&mut canister.stable, delta.stable);
    }
}

fn apply_pages(pages: &mut MemoryPages, delta: MemoryDelta) {
    if delta.reset {
        pages.clear();
    }
    let mut merged: std::collections::BTreeMap<_, _> = std::mem::take(pages).into_iter().collect();
    merged.extend(delta.pages);
    pages.extend(merged);
}
