//! The committed image of a canister's heap.
//!
//! A live instance runs ahead of the image. After a message that succeeds the differing pages are
//! copied to the image; after one that fails they are copied back. Comparing is cheaper than
//! trapping first writes, and it needs no unsafe code.

use super::pages::{Page, PageStore};
use super::{PAGE_BYTES, PageIndex};
use crate::persist::{MemoryDelta, MemoryPages};

/// The heap of a canister as of its last successful message.
#[derive(Default)]
pub(crate) struct HeapImage {
    bytes: usize,
    pages: PageStore,
}

fn page_at(memory: &[u8], index: usize) -> &Page {
    let start = index * PAGE_BYTES;
    memory[start..start + PAGE_BYTES]
        .try_into()
        .expect("BUG: a slice of the length of a page")
}

impl HeapImage {
    pub(crate) fn restore(bytes: usize, pages: MemoryPages) -> Option<Self> {
        Some(Self {
            bytes,
            pages: PageStore::restore(pages)?,
        })
    }

    /// Size in bytes, a multiple of the WebAssembly page.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    /// Takes over the memory of an instance; returns how many pages differed.
    pub(crate) fn commit(&mut self, memory: &[u8]) -> usize {
        let mut changed = 0;
        for index in 0..memory.len() / PAGE_BYTES {
            let page = page_at(memory, index);
            if page != self.pages.get(index as PageIndex) {
                self.pages.put(index as PageIndex, page);
                changed += 1;
            }
        }
        self.bytes = memory.len();
        changed
    }

    /// Copies the image back over the differing pages of a memory of the same size.
    pub(crate) fn roll_back(&self, memory: &mut [u8]) {
        for (index, page) in memory.chunks_exact_mut(PAGE_BYTES).enumerate() {
            let image = self.pages.get(index as PageIndex);
            if page != image {
                page.copy_from_slice(image);
            }
        }
    }

    /// Forgets everything: a new instance starts from nothing.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
        self.bytes = 0;
    }

    pub(crate) fn pages(&self) -> &PageStore {
        &self.pages
    }

    /// Takes over other content instead of its own.
    pub(crate) fn replace(&mut self, bytes: usize, pages: &PageStore) {
        self.bytes = bytes;
        self.pages.replace(pages);
    }

    pub(crate) fn take_delta(&mut self) -> MemoryDelta {
        self.pages.take_delta()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_commit_and_roll_back_only_differing_pages() {
        let mut image = HeapImage::default();
        let mut memory = vec![0; 16 * PAGE_BYTES];
        memory[5 * PAGE_BYTES] = 7;
        assert_eq!(image.commit(&memory), 1);
        let delta = image.take_delta();
        assert_eq!(delta.pages.len(), 1);
        assert_eq!(delta.pages[0].0, 5);

        memory[5 * PAGE_BYTES] = 8;
        memory[9 * PAGE_BYTES + 1] = 9;
        image.roll_back(&mut memory);
        assert_eq!(memory[5 * PAGE_BYTES], 7);
        assert_eq!(memory[9 * PAGE_BYTES + 1], 0);
        assert_eq!(image.commit(&memory), 0);
        assert!(image.take_delta().pages.is_empty());
    }

    #[test]
    fn should_record_a_page_that_becomes_zero() {
        let mut image = HeapImage::default();
        let mut memory = vec![1; PAGE_BYTES];
        image.commit(&memory);
        image.take_delta();
        memory.fill(0);
        assert_eq!(image.commit(&memory), 1);
        assert_eq!(image.take_delta().pages[0].1[0], 0);
    }
}
