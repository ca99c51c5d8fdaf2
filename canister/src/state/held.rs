//! Records that are read and written many times in a message: they are kept decoded on the heap,
//! and written to the stable memory once, when the store is flushed.
//!
//! A message that fails loses the heap and the stable memory alike, and an upgrade comes between
//! messages, so what is on the heap never outlives what it was read from. That nobody forgets to
//! flush is the business of `super::Vault`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Bound;

use ic_stable_structures::storable::Bound as Size;
use ic_stable_structures::{StableBTreeMap, StableCell, Storable};
use serde::de::DeserializeOwned;

use super::memory::Memory;

/// Most records of a map that are kept decoded while nobody has changed them.
const KEPT: usize = 256;

/// The bytes of a record. A map of these neither copies a record to write it, nor decodes the one
/// that is replaced or removed.
pub struct Encoded<T> {
    bytes: Vec<u8>,
    of: PhantomData<T>,
}

impl<T: Storable> Encoded<T> {
    pub fn of(record: &T) -> Self {
        Self {
            bytes: record.to_bytes().into_owned(),
            of: PhantomData,
        }
    }

    pub fn decode(self) -> T {
        T::from_bytes(Cow::Owned(self.bytes))
    }

    /// Some fields of the record: the others are passed over.
    pub fn decode_as<Brief: DeserializeOwned>(&self) -> Brief {
        cbor4ii::serde::from_slice(&self.bytes).expect("BUG: a stored record can be decoded")
    }

    /// How many bytes it has.
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }
}

impl<T> Storable for Encoded<T> {
    const BOUND: Size = Size::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self {
            bytes: bytes.into_owned(),
            of: PhantomData,
        }
    }
}

/// The one record of a cell.
pub struct Held<T: Storable> {
    cell: StableCell<T, Memory>,
    is_changed: bool,
    value: T,
}

impl<T: Storable + Clone> Held<T> {
    pub fn new(cell: StableCell<T, Memory>) -> Self {
        Self {
            value: cell.get().clone(),
            is_changed: false,
            cell,
        }
    }

    pub const fn get(&self) -> &T {
        &self.value
    }

    pub fn change<A>(&mut self, change: impl FnOnce(&mut T) -> A) -> A {
        self.is_changed = true;
        change(&mut self.value)
    }

    pub fn flush(&mut self) {
        if std::mem::take(&mut self.is_changed) {
            self.cell.set(self.value.clone());
        }
    }
}

struct Entry<T> {
    value: T,
    is_changed: bool,
}

/// The records of a map. One that is missing is the default.
pub struct HeldMap<K: Storable + Ord + Clone, T> {
    map: StableBTreeMap<K, Encoded<T>, Memory>,
    held: RefCell<BTreeMap<K, Entry<T>>>,
}

impl<K: Storable + Ord + Copy, T: Storable + Clone + Default> HeldMap<K, T> {
    pub fn new(memory: Memory) -> Self {
        Self {
            map: StableBTreeMap::init(memory),
            held: RefCell::default(),
        }
    }

    /// Looks at a record.
    pub fn with<A>(&self, key: K, look: impl FnOnce(&T) -> A) -> A {
        if let Some(entry) = self.held.borrow().get(&key) {
            return look(&entry.value);
        }
        let value = self.read(key).unwrap_or_default();
        let answer = look(&value);
        let mut held = self.held.borrow_mut();
        if held.len() < KEPT {
            let is_changed = false;
            held.insert(key, Entry { value, is_changed });
        }
        answer
    }

    /// Changes a record, or makes it.
    pub fn change<A>(&mut self, key: K, change: impl FnOnce(&mut T) -> A) -> A {
        let mut held = std::mem::take(self.held.get_mut());
        let entry = held.entry(key).or_insert_with(|| Entry {
            value: self.read(key).unwrap_or_default(),
            is_changed: false,
        });
        if !entry.is_changed && !self.map.contains_key(&key) {
            // So that the stable map knows all keys, also between two flushes.
            self.map.insert(key, Encoded::of(&entry.value));
        }
        entry.is_changed = true;
        let answer = change(&mut entry.value);
        *self.held.get_mut() = held;
        answer
    }

    /// Whether there is a record of its own.
    pub fn contains(&self, key: K) -> bool {
        self.map.contains_key(&key)
    }

    pub fn len(&self) -> u64 {
        self.map.len()
    }

    /// The keys from a bound on.
    pub fn keys_after(&self, from: Bound<K>) -> impl Iterator<Item = K> {
        self.map.keys_range((from, Bound::Unbounded))
    }

    /// The keys after one of them, with their records.
    pub fn after(&self, cursor: Option<K>) -> impl Iterator<Item = (K, T)> {
        let from = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        self.keys_after(from)
            .map(|key| (key, self.with(key, T::clone)))
    }

    /// Removes a record.
    pub fn remove(&mut self, key: &K) {
        self.held.get_mut().remove(key);
        self.map.remove(key);
    }

    pub fn flush(&mut self) {
        let held = self.held.get_mut();
        for (key, entry) in held.iter_mut().filter(|(_, entry)| entry.is_changed) {
            self.map.insert(*key, Encoded::of(&entry.value));
            entry.is_changed = false;
        }
        if held.len() > KEPT {
            held.clear();
        }
    }

    fn read(&self, key: K) -> Option<T> {
        self.map.get(&key).map(Encoded::decode)
    }
}
