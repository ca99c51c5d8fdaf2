//! One process per state directory.
//!
//! The lock is the operating system's advisory lock on a file: it goes with the process that holds
//! it, however that process ends, so no stale lock is ever left behind. The text of the file, the
//! id of the owner, is for people only.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Name of the lock file in the state directory.
pub const LOCK_FILE: &str = "lock";

/// The ownership of a state directory; it ends when this value is dropped.
#[derive(Debug)]
#[must_use]
pub struct DirectoryLock {
    directory: PathBuf,
    _file: File,
}

impl DirectoryLock {
    /// Takes the lock of a directory that exists, or says who has it.
    pub fn acquire(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| StoreError::io(&path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked {
                    directory: directory.into(),
                    pid: read_owner(&mut file),
                });
            }
            Err(TryLockError::Error(e)) => return Err(StoreError::io(&path, e)),
        }
        write_owner(&mut file).map_err(|e| StoreError::io(&path, e))?;
        Ok(Self {
            directory: directory.into(),
            _file: file,
        })
    }

    /// The directory that is owned.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

fn read_owner(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_owner(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}
