//! A sparse set of pages that remembers which of them changed. A page that is absent is zero.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::PAGE_BYTES;
use crate::persist::{MemoryDelta, MemoryPages};

/// The index of a page: its address divided by [`PAGE_BYTES`].
pub(crate) type PageIndex = u64;

pub(crate) type Page = [u8; PAGE_BYTES];

/// Pages, or something about them, by index.
pub(crate) type PageMap<T> = HashMap<PageIndex, T, BuildHasherDefault<IndexHasher>>;

/// Spreads indices over a table. Guests choose them, but harm only themselves by it.
#[derive(Default)]
pub(crate) struct IndexHasher(u64);

impl Hasher for IndexHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        // The golden ratio of 2^64 spreads upwards; tables take their bits from both ends.
        let product = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product ^ (product >> 32);
    }
}

pub(crate) static ZERO_PAGE: Page = [0; PAGE_BYTES];

/// Pages by index. Iteration order never leaves this type: exports go by the ordered dirty set.
#[derive(Default)]
pub(crate) struct PageStore {
    pages: PageMap<Box<Page>>,
    dirty: BTreeSet<PageIndex>,
    reset: bool,
}

impl PageStore {
    /// A store that starts from pages read back; none of them is dirty.
    pub(crate) fn restore(pages: MemoryPages) -> Option<Self> {
        let pages = pages
            .into_iter()
            .map(|(index, bytes)| Some((index, bytes.try_into().ok()?)))
            .collect::<Option<_>>()?;
        Some(Self {
            pages,
            ..Self::default()
        })
    }

    pub(crate) fn get(&self, index: PageIndex) -> &Page {
        self.pages.get(&index).map_or(&ZERO_PAGE, Box::as_ref)
    }

    pub(crate) fn put(&mut self, index: PageIndex, page: &Page) {
        match self.pages.get_mut(&index) {
            Some(old) => **old = *page,
            None => {
                self.pages.insert(index, Box::new(*page));
            }
        }
        self.dirty.insert(index);
    }

    /// Puts a page there and returns the one that it replaces.
    pub(crate) fn put_box(&mut self, index: PageIndex, page: Box<Page>) -> Option<Box<Page>> {
        self.dirty.insert(index);
        self.pages.insert(index, page)
    }

    /// Puts a page there, or none.
    pub(crate) fn put_back(&mut self, index: PageIndex, page: Option<Box<Page>>) {
        self.dirty.insert(index);
        match page {
            Some(page) => self.pages.insert(index, page),
            None => self.pages.remove(&index),
        };
    }

    /// Forgets every page.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            reset: true,
            ..Self::default()
        };
    }

    /// What changed since the last call.
    pub(crate) fn take_delta(&mut self) -> MemoryDelta {
        let dirty = std::mem::take(&mut self.dirty);
        MemoryDelta {
            reset: std::mem::take(&mut self.reset),
            pages: dirty
                .into_iter()
                .map(|index| (index, Box::from(self.get(index).as_slice())))
                .collect(),
        }
    }
}
