//! The state of a replica on disk: one redb file and one lock file in a state directory.
//!
//! [`Store::commit`] applies a [`Delta`] in one transaction with immediate durability: when it
//! returns, a crash of the process or of the machine loses nothing of it; when it does not, the
//! file holds the state before. [`Store::load`] gives back what a replica needs to continue.
//!
//! ```text
//! STATE_DIR/lock         held while a process owns the directory; its text is that process's id
//! STATE_DIR/commits      the number of the last commit, see `witness.rs`
//! STATE_DIR/state.redb   the tables of `tables.rs`, format version in `meta`
//! ```
//!
//! A file is verified from its first to its last page when it is opened, and one that is damaged
//! is reported and never served; so is one that is sound but has lost commits that were
//! acknowledged, see `witness`.
//!
//! It knows nothing of canisters: blobs are opaque, and only the replica can read them.

mod commit;
mod error;
mod images;
mod load;
mod lock;
mod logs;
mod migrate;
mod tables;
mod witness;

pub use error::StoreError;
pub use lock::DirectoryLock;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use candid::Principal;
use redb::{Database, ReadableDatabase, WriteTransaction};
use serde::{Deserialize, Serialize};

use migrate::migrate;
use witness::{Mark, Witness};

#[cfg(doc)]
use crate::Delta;

/// Name of the database in the state directory.
pub const STATE_FILE: &str = "state.redb";

/// Version of the tables. Raise it when they change, and teach [`Store::open`] the way from there.
///
/// Version 2 packs pages, and added tables to version 1: a program of version 1 would lose what is
/// in them. A file of version 1 becomes one of version 2 when it is opened.
pub const FORMAT_VERSION: u32 = 2;

/// The oldest version that is understood.
const FORMAT_VERSION_MIN: u32 = 1;

/// Memory that redb may use to cache pages. The replica holds the whole state in memory already,
/// so the cache only serves the inner pages of the trees.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

/// Who sent a request and to whom: what decides who may read its status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// Who signed the request.
    pub sender: Principal,
    /// The canister that was called.
    pub canister_id: Principal,
}

/// The store of one state directory, owned by this process.
#[derive(Debug)]
pub struct Store {
    database: Database,
    path: PathBuf,
    lock: DirectoryLock,
    witness: Witness,
    mark: Mark,
}

impl Store {
    /// Opens the store of a directory and creates both when they are missing.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process owns the directory, [`StoreError::Corrupted`]
    /// when the file is damaged, [`StoreError::UnsupportedVersion`] when another version wrote it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use chime_replica::store::{Store, StoreError};
    ///
    /// let directory = tempfile::tempdir()?;
    /// let store = Store::open(directory.path())?;
    /// assert!(store.load()?.is_none());
    /// assert!(matches!(Store::open(directory.path()), Err(StoreError::Locked { .. })));
    /// # Ok(()) }
    /// ```
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(|e| StoreError::io(directory, e))?;
        let lock = DirectoryLock::acquire(directory)?;
        let path = directory.join(STATE_FILE);
        let exists = std::fs::metadata(&path).is_ok_and(|file| file.len() > 0);
        // redb asserts what a sound file guarantees: in a damaged one such an assertion may fail
        // before a checksum is looked at, and that too is a report of damage.
        let database = catch_unwind(AssertUnwindSafe(|| open_database(&path, exists)))
            .unwrap_or_else(|_| Err(StoreError::corrupted(&path, "its structure is broken")))?;
        let mut witness = Witness::open(directory)?;
        let mark = begin_epoch(&database, &mut witness, &path)?;
        Ok(Self {
            database,
            path,
            lock,
            witness,
            mark,
        })
    }

    /// The lock that is held on the directory.
    pub fn lock(&self) -> &DirectoryLock {
        &self.lock
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A secret stored under `name`.
    pub fn key(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let read = self.database.begin_read()?;
        let table = read.open_table(tables::KEYS)?;
        Ok(table.get(name)?.map(|value| value.value().to_vec()))
    }

    /// Stores a secret under `name`.
    pub fn put_key(&self, name: &str, secret: &[u8]) -> Result<(), StoreError> {
        let write = self.database.begin_write()?;
        write.open_table(tables::KEYS)?.insert(name, secret)?;
        Ok(write.commit()?)
    }

    /// The error for a row that its reader cannot make sense of.
    pub(crate) fn damaged(&self, reason: impl Into<String>) -> StoreError {
        StoreError::corrupted(&self.path, reason)
    }
}

fn open_database(path: &Path, exists: bool) -> Result<Database, StoreError> {
    let was_repaired = Rc::new(Cell::new(false));
    let repaired = Rc::clone(&was_repaired);
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder.set_repair_callback(move |_| repaired.set(true));
    if exists {
        let mut database = builder
            .open(path)
            .map_err(|e| StoreError::opening(path, e))?;
        let version = check_format(&database, path)?;
        if was_repaired.get() {
            // After a crash every page was verified just now; what may have been lost in the
            // repair is known by the witness.
            return migrate(database, version);
        }
        let intact = database.check_integrity();
        if !intact.map_err(|e| StoreError::opening(path, e))? {
            // The check has repaired the file by going back to an older state. Acknowledged
            // updates are missing in it, so the next start must refuse it as well.
            mark_damaged(&database)?;
            return Err(StoreError::corrupted(path, tables::DAMAGED_REASON));
        }
        return migrate(database, version);
    }
    let database = builder
        .create(path)
        .map_err(|e| StoreError::opening(path, e))?;
    let write = database.begin_write()?;
    create_tables(&write)?;
    write.commit()?;
    Ok(database)
}

/// Checks that no commit is missing, and begins to count on.
fn begin_epoch(
    database: &Database,
    witness: &mut Witness,
    path: &Path,
) -> Result<Mark, StoreError> {
    let read = database.begin_read()?;
    let row = read.open_table(tables::META)?.get(tables::COMMITS)?;
    let stored = row.and_then(|row| Mark::from_bytes(row.value()));
    if let (Some(stored), Some(seen)) = (stored, witness.read()?)
        && stored.is_behind(seen)
    {
        mark_damaged(database)?;
        return Err(StoreError::corrupted(path, tables::DAMAGED_REASON));
    }
    let mark = Mark::new_epoch(stored);
    let write = database.begin_write()?;
    write
        .open_table(tables::META)?
        .insert(tables::COMMITS, mark.to_bytes().as_slice())?;
    write.commit()?;
    witness.write(mark)?;
    Ok(mark)
}

/// Makes the tables that are missing, and a file of the current version.
fn create_tables(write: &WriteTransaction) -> Result<(), StoreError> {
    write.open_table(tables::META)?.insert(
        tables::FORMAT,
        tables::format_row(FORMAT_VERSION).as_slice(),
    )?;
    write.open_table(tables::KEYS)?;
    write.open_table(tables::INGRESS)?;
    write.open_table(tables::REQUESTS)?;
    write.open_table(tables::CANISTERS)?;
    write.open_table(tables::MODULES)?;
    write.open_table(tables::CHUNKS)?;
    write.open_table(tables::HEAP)?;
    write.open_table(tables::STABLE)?;
    write.open_table(tables::LOGS)?;
    write.open_table(tables::IMAGES)?;
    write.open_table(tables::IMAGE_MODULES)?;
    write.open_table(tables::IMAGE_CHUNKS)?;
    write.open_table(tables::IMAGE_HEAP)?;
    write.open_table(tables::IMAGE_STABLE)?;
    Ok(())
}

/// The version of a file, if it is one that is understood and not damaged.
fn check_format(database: &Database, path: &Path) -> Result<u32, StoreError> {
    let read = database.begin_read()?;
    let table = match read.open_table(tables::META) {
        Ok(table) => table,
        Err(redb::TableError::Storage(e)) => return Err(e.into()),
        Err(_) => return Err(StoreError::NotAState { path: path.into() }),
    };
    let row = table.get(tables::FORMAT)?;
    let version = row.and_then(|row| tables::format_version(row.value()));
    match version {
        None => Err(StoreError::NotAState { path: path.into() }),
        Some(found) if !(FORMAT_VERSION_MIN..=FORMAT_VERSION).contains(&found) => {
            Err(StoreError::UnsupportedVersion {
                path: path.into(),
                found,
                supported: FORMAT_VERSION,
            })
        }
        Some(_) if table.get(tables::DAMAGED)?.is_some() => {
            Err(StoreError::corrupted(path, tables::DAMAGED_REASON))
        }
        Some(found) => Ok(found),
    }
}

fn mark_damaged(database: &Database) -> Result<(), StoreError> {
    let write = database.begin_write()?;
    write
        .open_table(tables::META)?
        .insert(tables::DAMAGED, [].as_slice())?;
    Ok(write.commit()?)
}

#[cfg(test)]
mod tests;
