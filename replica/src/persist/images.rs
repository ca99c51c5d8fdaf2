//! Snapshots of canisters (`take_canister_snapshot`), as they are stored.

use std::sync::Arc;

use super::{ChunkHash, MemoryDelta, MemoryPages, apply_pages};

/// The id of a snapshot: its number among those of its canister, big-endian, and the canister.
pub use crate::state::ImageId;

/// What changed in one snapshot of a canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageDelta {
    /// The snapshot.
    pub id: ImageId,
    /// All but module, chunks and memories, when it changed.
    pub meta: Option<Vec<u8>>,
    /// The module, when it changed.
    pub module: Option<Arc<[u8]>>,
    /// Chunks that were added, by hash.
    pub chunks: Vec<(ChunkHash, Arc<[u8]>)>,
    /// The heap.
    pub heap: MemoryDelta,
    /// The stable memory.
    pub stable: MemoryDelta,
}

/// One snapshot of a canister, as it is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRows {
    /// The snapshot.
    pub id: ImageId,
    /// The last [`ImageDelta::meta`].
    pub meta: Vec<u8>,
    /// The last [`ImageDelta::module`].
    pub module: Arc<[u8]>,
    /// The rows of [`ImageDelta::chunks`].
    pub chunks: Vec<(ChunkHash, Arc<[u8]>)>,
    /// The heap; pages that are missing are zero.
    pub heap: MemoryPages,
    /// The stable memory; pages that are missing are zero.
    pub stable: MemoryPages,
}

/// Applies the changes of a snapshot to those that are stored.
pub(super) fn apply(images: &mut Vec<ImageRows>, delta: ImageDelta) {
    let position = images.iter().position(|old| old.id == delta.id);
    let index = position.unwrap_or_else(|| {
        images.push(ImageRows {
            id: delta.id,
            meta: Vec::new(),
            module: Arc::default(),
            chunks: Vec::new(),
            heap: Vec::new(),
            stable: Vec::new(),
        });
        images.len() - 1
    });
    let image = &mut images[index];
    if let Some(meta) = delta.meta {
        image.meta = meta;
    }
    if let Some(module) = delta.module {
        image.module = module;
    }
    for (hash, chunk) in delta.chunks {
        image.chunks.retain(|(old, _)| *old != hash);
        image.chunks.push((hash, chunk));
    }
    apply_pages(&mut image.heap, delta.heap);
    apply_pages(&mut image.stable, delta.stable);
}
