//! Memories on the host: the image of a heap and the stable memory, both in 4 KiB pages with a
//! record of which pages changed since the last export.

/// Bytes of one host page.
pub const PAGE_BYTES: usize = 4096;
