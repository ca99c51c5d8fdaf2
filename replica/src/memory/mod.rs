//! Memories on the host: the image of a heap and the stable memory, both in 4 KiB pages with a
//! record of which pages changed since the last export.

mod heap;
mod packed;
mod pages;
mod stable;

pub(crate) use heap::HeapImage;
pub(crate) use packed::{pack, unpack};
pub(crate) use pages::{PageIndex, PageStore};
pub(crate) use stable::{StableMemory, StableOverlay};

/// Bytes of one host page.
pub const PAGE_BYTES: usize = 4096;

/// Bytes of one WebAssembly page.
pub(crate) const WASM_PAGE_BYTES: u64 = 65_536;
