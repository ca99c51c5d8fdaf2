//! Stable memory: committed pages, and the overlay that one message writes to.
//!
//! The overlay is merged when the message succeeds and dropped when it fails, so a failure costs
//! nothing. Several stages (an upgrade) can share one overlay.

use std::sync::Arc;

use super::pages::{Page, PageMap, PageStore, ZERO_PAGE, parts};
use super::{PAGE_BYTES, WASM_PAGE_BYTES};
use crate::limits::STABLE_PAGES;
use crate::persist::{MemoryDelta, MemoryPages};

/// The committed stable memory of a canister.
#[derive(Default)]
pub(crate) struct StableMemory {
    wasm_pages: u64,
    pages: PageStore,
    old: OldPages,
}

/// What reversible merges replaced.
#[derive(Default)]
struct OldPages {
    /// The size before the first of them.
    wasm_pages: Option<u64>,
    /// `None` for a page that was absent.
    pages: PageMap<Option<Arc<Page>>>,
}

impl StableMemory {
    pub(crate) fn restore(wasm_pages: u64, pages: MemoryPages) -> Option<Self> {
        Some(Self {
            wasm_pages,
            pages: PageStore::restore(pages)?,
            old: OldPages::default(),
        })
    }

    /// Size in 64 KiB pages.
    pub(crate) fn wasm_pages(&self) -> u64 {
        self.wasm_pages
    }

    /// Size in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.wasm_pages * WASM_PAGE_BYTES
    }

    pub(crate) fn clear(&mut self) {
        self.wasm_pages = 0;
        self.pages.clear();
        self.old = OldPages::default();
    }

    /// Takes over what a message wrote.
    pub(crate) fn merge(&mut self, overlay: StableOverlay) {
        self.wasm_pages = overlay.wasm_pages;
        for (index, page) in overlay.pages {
            self.pages.put_shared(index, page);
        }
    }

    /// Takes over what a message wrote, and keeps what that replaces.
    pub(crate) fn merge_reversibly(&mut self, overlay: StableOverlay) {
        self.old.wasm_pages.get_or_insert(self.wasm_pages);
        self.wasm_pages = overlay.wasm_pages;
        for (index, page) in overlay.pages {
            let replaced = self.pages.put_shared(index, page);
            self.old.pages.entry(index).or_insert(replaced);
        }
    }

    /// Bytes kept by reversible merges.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.old.pages.len() * PAGE_BYTES
    }

    /// Makes the merges so far final.
    pub(crate) fn forget_old_pages(&mut self) {
        self.old = OldPages::default();
    }

    /// Undoes all reversible merges.
    pub(crate) fn put_old_pages_back(&mut self) {
        let old = std::mem::take(&mut self.old);
        self.wasm_pages = old.wasm_pages.unwrap_or(self.wasm_pages);
        for (index, page) in old.pages {
            self.pages.put_back(index, page);
        }
    }

    pub(crate) fn take_delta(&mut self) -> MemoryDelta {
        self.pages.take_delta()
    }

    pub(crate) fn pages(&self) -> &PageStore {
        &self.pages
    }

    /// Takes over other content instead of its own.
    pub(crate) fn replace(&mut self, wasm_pages: u64, pages: &PageStore) {
        self.wasm_pages = wasm_pages;
        self.pages.replace(pages);
        self.old = OldPages::default();
    }
}

/// An access outside the stable memory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfBounds;

/// What one message sees of the stable memory: its own writes above the committed pages.
#[derive(Default)]
pub(crate) struct StableOverlay {
    wasm_pages: u64,
    pages: PageMap<Arc<Page>>,
}

impl StableOverlay {
    /// An overlay without writes.
    pub(crate) fn over(base: &StableMemory) -> Self {
        Self::with_size(base.wasm_pages)
    }

    /// An overlay over a memory of the given size that holds only zeros so far.
    pub(crate) fn with_size(wasm_pages: u64) -> Self {
        Self {
            wasm_pages,
            pages: PageMap::default(),
        }
    }

    /// Size in 64 KiB pages.
    pub(crate) fn wasm_pages(&self) -> u64 {
        self.wasm_pages
    }

    /// Pages that the message wrote.
    pub(crate) fn dirty_pages(&self) -> usize {
        self.pages.len()
    }

    /// Grows the memory; the old size, or `None` when it would be too large.
    pub(crate) fn grow(&mut self, wasm_pages: u64) -> Option<u64> {
        let old = self.wasm_pages;
        let new = old.checked_add(wasm_pages)?;
        (new <= STABLE_PAGES).then(|| self.wasm_pages = new)?;
        Some(old)
    }

    fn check(&self, offset: u64, len: usize) -> Result<(), OutOfBounds> {
        match offset.checked_add(len as u64) {
            Some(end) if end <= self.wasm_pages * WASM_PAGE_BYTES => Ok(()),
            _ => Err(OutOfBounds),
        }
    }

    pub(crate) fn read(
        &self,
        base: &StableMemory,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<(), OutOfBounds> {
        self.check(offset, buffer.len())?;
        for (index, within, start, size) in parts(offset, buffer.len()) {
            let page = match self.pages.get(&index) {
                Some(page) => page,
                None => base.pages.get(index),
            };
            buffer[start..start + size].copy_from_slice(&page[within..within + size]);
        }
        Ok(())
    }

    /// Writes; returns how many pages are written for the first time by this message.
    pub(crate) fn write(
        &mut self,
        base: &StableMemory,
        offset: u64,
        bytes: &[u8],
    ) -> Result<usize, OutOfBounds> {
        self.check(offset, bytes.len())?;
        let before = self.pages.len();
        for (index, within, start, size) in parts(offset, bytes.len()) {
            let page = self.pages.entry(index).or_insert_with(|| {
                base.pages
                    .share(index)
                    .unwrap_or_else(|| Arc::new(ZERO_PAGE))
            });
            Arc::make_mut(page)[within..within + size].copy_from_slice(&bytes[start..start + size]);
        }
        Ok(self.pages.len() - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base_with(bytes: &[u8]) -> StableMemory {
        let mut base = StableMemory::default();
        let mut overlay = StableOverlay::over(&base);
        assert_eq!(overlay.grow(1), Some(0));
        overlay.write(&base, 4090, bytes).unwrap();
        base.merge(overlay);
        base
    }

    #[test]
    fn should_read_across_pages_what_was_merged() {
        let base = base_with(b"crosses a page");
        let mut buffer = [0; 14];
        StableOverlay::over(&base)
            .read(&base, 4090, &mut buffer)
            .unwrap();
        assert_eq!(&buffer, b"crosses a page");
    }

    #[test]
    fn should_leave_the_base_alone_when_an_overlay_is_dropped() {
        let base = base_with(b"old");
        let mut overlay = StableOverlay::over(&base);
        overlay.write(&base, 4090, b"new").unwrap();
        drop(overlay);
        let mut buffer = [0; 3];
        StableOverlay::over(&base)
            .read(&base, 4090, &mut buffer)
            .unwrap();
        assert_eq!(&buffer, b"old");
    }

    #[test]
    fn should_undo_reversible_merges_and_no_others() {
        let mut base = base_with(b"old");
        base.forget_old_pages();
        let read = |base: &StableMemory| {
            let mut buffer = [0; 3];
            let overlay = StableOverlay::over(base);
            overlay.read(base, 4090, &mut buffer).unwrap();
            buffer
        };
        for text in [b"one", b"two"] {
            let mut overlay = StableOverlay::over(&base);
            assert!(overlay.grow(1).is_some());
            overlay.write(&base, 4090, text).unwrap();
            overlay.write(&base, 60_000, text).unwrap();
            base.merge_reversibly(overlay);
        }
        assert_eq!((read(&base), base.wasm_pages()), (*b"two", 3));
        assert_eq!(base.kept_bytes(), 2 * PAGE_BYTES);
        base.put_old_pages_back();
        assert_eq!((read(&base), base.wasm_pages()), (*b"old", 1));
        assert_eq!(base.pages.get(60_000 / 4096)[60_000 % 4096], 0);
        base.put_old_pages_back();
        assert_eq!(read(&base), *b"old");
    }

    #[test]
    fn should_refuse_accesses_out_of_bounds_on_both_sides_of_the_limit() {
        let base = base_with(b"x");
        let mut overlay = StableOverlay::over(&base);
        assert_eq!(overlay.write(&base, 65_535, b"a"), Ok(1));
        assert_eq!(overlay.write(&base, 65_535, b"ab"), Err(OutOfBounds));
        assert_eq!(overlay.write(&base, u64::MAX, b"ab"), Err(OutOfBounds));
        assert_eq!(overlay.read(&base, 65_536, &mut [0]), Err(OutOfBounds));
        assert_eq!(overlay.read(&base, 65_536, &mut []), Ok(()));
    }

    #[test]
    fn should_grow_up_to_the_limit_only() {
        let mut overlay = StableOverlay::with_size(1);
        assert_eq!(overlay.grow(STABLE_PAGES), None);
        assert_eq!(overlay.grow(u64::MAX), None);
        assert_eq!(overlay.grow(STABLE_PAGES - 1), Some(1));
    }
}
