//! A sparse set of pages that remembers which of them changed. A page that is absent is zero.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, OnceLock};

use super::{PAGE_BYTES, unpack};
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

/// A page that is there. Copies share it.
#[derive(Clone)]
enum Held {
    Page(Arc<Page>),
    Packed(Arc<PackedPage>),
}

/// A page as it was stored, and once somebody has looked at it, as it is.
struct PackedPage {
    stored: Box<[u8]>,
    page: OnceLock<Arc<Page>>,
}

impl PackedPage {
    fn page(&self) -> &Arc<Page> {
        let unpacked = || unpack(&self.stored).expect("BUG: it was unpacked when it was restored");
        self.page.get_or_init(|| Arc::from(unpacked()))
    }
}

impl Held {
    /// A page as it was stored, unless the bytes are no page.
    fn restore(stored: Box<[u8]>) -> Option<Self> {
        let page = unpack(&stored)?;
        Some(match stored.len() == PAGE_BYTES {
            true => Self::Page(Arc::from(page)),
            false => Self::Packed(Arc::new(PackedPage {
                stored,
                page: OnceLock::new(),
            })),
        })
    }

    fn page(&self) -> &Arc<Page> {
        match self {
            Self::Page(page) => page,
            Self::Packed(packed) => packed.page(),
        }
    }

    /// The page, if nobody else has it.
    fn own(&mut self) -> Option<&mut Page> {
        match self {
            Self::Page(page) => Arc::get_mut(page),
            Self::Packed(_) => None,
        }
    }
}

/// Pages by index, shared with the snapshots that were taken of them until one of both changes.
/// Iteration order never leaves this type: exports go by the ordered dirty set.
#[derive(Default)]
pub(crate) struct PageStore {
    pages: PageMap<Held>,
    dirty: BTreeSet<PageIndex>,
    reset: bool,
}

impl PageStore {
    /// A store that starts from pages read back; none of them is dirty.
    pub(crate) fn restore(pages: MemoryPages) -> Option<Self> {
        let pages = pages
            .into_iter()
            .map(|(index, stored)| Some((index, Held::restore(stored)?)))
            .collect::<Option<_>>()?;
        Some(Self {
            pages,
            ..Self::default()
        })
    }

    pub(crate) fn get(&self, index: PageIndex) -> &Page {
        self.pages
            .get(&index)
            .map_or(&ZERO_PAGE, |held| held.page())
    }

    /// The page, to be shared; `None` when it is zero.
    pub(super) fn share(&self, index: PageIndex) -> Option<Arc<Page>> {
        self.pages.get(&index).map(|held| Arc::clone(held.page()))
    }

    pub(crate) fn put(&mut self, index: PageIndex, page: &Page) {
        match self.pages.get_mut(&index).map(Held::own) {
            Some(Some(own)) => *own = *page,
            _ => {
                self.pages.insert(index, Held::Page(Arc::new(*page)));
            }
        }
        self.dirty.insert(index);
    }

    /// Puts a page there and returns the one that it replaces.
    pub(crate) fn put_shared(&mut self, index: PageIndex, page: Arc<Page>) -> Option<Arc<Page>> {
        self.dirty.insert(index);
        let replaced = self.pages.insert(index, Held::Page(page));
        replaced.map(|held| Arc::clone(held.page()))
    }

    /// Puts a page there, or none.
    pub(crate) fn put_back(&mut self, index: PageIndex, page: Option<Arc<Page>>) {
        self.dirty.insert(index);
        match page {
            Some(page) => self.pages.insert(index, Held::Page(page)),
            None => self.pages.remove(&index),
        };
    }

    /// The same pages once more, none of them exported yet.
    pub(crate) fn copy(&self) -> Self {
        Self {
            pages: self.pages.clone(),
            dirty: self.pages.keys().copied().collect(),
            reset: false,
        }
    }

    /// Takes over the pages of another store instead of its own.
    pub(crate) fn replace(&mut self, other: &Self) {
        *self = Self {
            reset: true,
            ..other.copy()
        };
    }

    /// Reads from an address on; absent pages are zero.
    pub(crate) fn read(&self, offset: u64, buffer: &mut [u8]) {
        for (index, within, start, size) in parts(offset, buffer.len()) {
            let page = self.get(index);
            buffer[start..start + size].copy_from_slice(&page[within..within + size]);
        }
    }

    /// Writes to an address on.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) {
        for (index, within, start, size) in parts(offset, bytes.len()) {
            let mut page = *self.get(index);
            page[within..within + size].copy_from_slice(&bytes[start..start + size]);
            self.put(index, &page);
        }
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

/// The parts of an access: page index, offset in the page, start and length in the caller's buffer.
pub(super) fn parts(
    offset: u64,
    len: usize,
) -> impl Iterator<Item = (PageIndex, usize, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == len {
            return None;
        }
        let address = offset + done as u64;
        let within = (address % PAGE_BYTES as u64) as usize;
        let size = (PAGE_BYTES - within).min(len - done);
        let part = (address / PAGE_BYTES as u64, within, done, size);
        done += size;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::pack;

    #[test]
    fn should_share_pages_until_one_side_changes() {
        let mut store = PageStore::default();
        store.write(4090, b"across two pages");
        store.take_delta();
        let mut copy = store.copy();
        store.write(4090, b"ACROSS");
        copy.write(4100, b"!");
        let read = |store: &PageStore| {
            let mut buffer = [0; 16];
            store.read(4090, &mut buffer);
            buffer
        };
        assert_eq!(&read(&store), b"ACROSS two pages");
        assert_eq!(&read(&copy), b"across two!pages");
        assert_eq!(copy.take_delta().pages.len(), 2, "a copy is exported whole");
        store.replace(&copy);
        assert_eq!(&read(&store), b"across two!pages");
        let delta = store.take_delta();
        assert!(delta.reset && delta.pages.len() == 2);
    }

    #[test]
    fn should_share_a_page_as_it_was_stored_and_change_it_on_one_side_only() {
        let mut page = ZERO_PAGE;
        page[0] = 1;
        let stored = pack(&page).expect("it is not zero");
        let mut store = PageStore::restore(vec![(3, stored.into())]).expect("it is a page");
        let mut copy = store.copy();
        assert!(copy.share(3).is_some_and(|shared| *shared == page));
        assert!(std::ptr::eq(store.get(3), copy.get(3)), "unpacked once");
        store.write(3 * PAGE_BYTES as u64, &[2]);
        assert_eq!((store.get(3)[0], copy.get(3)[0]), (2, 1));
        assert!(
            store
                .put_shared(3, Arc::new(page))
                .is_some_and(|old| old[0] == 2)
        );
        assert!(
            copy.put_shared(3, Arc::new(ZERO_PAGE))
                .is_some_and(|old| *old == page)
        );
        copy.put_back(3, None);
        assert!(copy.share(3).is_none());
    }
}
