//! The tables of the state file and the rows that this crate itself reads.
//!
//! ```text
//! meta          "format" -> magic and version | "replica" -> blob | "damaged" -> nothing
//!               "commits" -> the mark of the last commit, see `witness.rs`
//! keys          name -> secret
//! ingress       message id -> blob                 the replica's record of a message
//! requests      message id -> CBOR RequestRecord   who may read its status
//! canisters     canister -> blob                   everything but memory
//! modules       canister -> module as it was given
//! chunks        canister, hash -> chunk
//! heap          canister, index -> page as `memory::packed` has it; an absent page is zero
//! stable        the same
//! logs          canister, number -> blob           a line of its log
//! images        snapshot -> blob                   everything but module, chunks and memories
//! image_modules, image_chunks, image_heap, image_stable: as those of canisters
//! ```

use redb::TableDefinition;

/// A table from bytes to bytes by one key.
pub(super) type Rows<K> = TableDefinition<'static, K, &'static [u8]>;
/// Pages, or lines of a log, by canister and index.
pub(super) type PageKey = (&'static [u8], u64);
/// Chunks by canister and hash.
pub(super) type ChunkKey = (&'static [u8], &'static [u8; 32]);

pub(super) const META: Rows<&'static str> = TableDefinition::new("meta");
pub(super) const KEYS: Rows<&'static str> = TableDefinition::new("keys");
pub(super) const INGRESS: Rows<&'static [u8; 32]> = TableDefinition::new("ingress");
pub(super) const REQUESTS: Rows<&'static [u8; 32]> = TableDefinition::new("requests");
pub(super) const CANISTERS: Rows<&'static [u8]> = TableDefinition::new("canisters");
pub(super) const MODULES: Rows<&'static [u8]> = TableDefinition::new("modules");
pub(super) const CHUNKS: Rows<ChunkKey> = TableDefinition::new("chunks");
pub(super) const HEAP: Rows<PageKey> = TableDefinition::new("heap");
pub(super) const STABLE: Rows<PageKey> = TableDefinition::new("stable");

pub(super) const LOGS: Rows<PageKey> = TableDefinition::new("logs");
pub(super) const IMAGES: Rows<&'static [u8]> = TableDefinition::new("images");
pub(super) const IMAGE_MODULES: Rows<&'static [u8]> = TableDefinition::new("image_modules");
pub(super) const IMAGE_CHUNKS: Rows<ChunkKey> = TableDefinition::new("image_chunks");
pub(super) const IMAGE_HEAP: Rows<PageKey> = TableDefinition::new("image_heap");
pub(super) const IMAGE_STABLE: Rows<PageKey> = TableDefinition::new("image_stable");

pub(super) const FORMAT: &str = "format";
pub(super) const REPLICA: &str = "replica";
pub(super) const COMMITS: &str = "commits";
pub(super) const DAMAGED: &str = "damaged";
pub(super) const DAMAGED_REASON: &str = "its checksums do not match, updates are missing";

const MAGIC: &[u8] = b"chime-replica-state";

pub(super) fn format_row(version: u32) -> Vec<u8> {
    [MAGIC, &version.to_be_bytes()].concat()
}

pub(super) fn format_version(row: &[u8]) -> Option<u32> {
    let version = row.strip_prefix(MAGIC)?;
    Some(u32::from_be_bytes(version.try_into().ok()?))
}
