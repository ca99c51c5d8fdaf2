//! The number of the last commit, in a file of its own: what shows that commits are missing.
//!
//! A crash in the midst of a commit leaves pages half written, and redb then goes back to the
//! commit before. Damage to the pages of the last commit looks the same to it, but that commit was
//! acknowledged. So each commit has a number, in the database, and once it is durable the number is
//! written here as well, before anything is acknowledged. A database whose number is smaller than
//! the one here has lost commits.
//!
//! ```text
//! STATE_DIR/commits    magic, 8 bytes | epoch, 16 | number, 8 | checksum, 8
//! ```
//!
//! An epoch is one opening of the store: a database that was put back from a copy is of another
//! epoch than this file, and not judged by it. The file is not synchronised with the disk, so a
//! crash of the machine may leave an older number here, which judges nothing either; never a newer
//! one than the database had on disk.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::StoreError;

/// Name of the file in the state directory.
const FILE: &str = "commits";
const MAGIC: &[u8; 8] = b"chimecom";
const EPOCH_BYTES: usize = 16;
const NUMBER_BYTES: usize = 8;
const CHECKSUM_BYTES: usize = 8;

/// The number of a commit and the epoch that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    epoch: [u8; EPOCH_BYTES],
    number: u64,
}

impl Mark {
    /// The first mark of a new epoch, which goes on counting.
    pub(super) fn new_epoch(before: Option<Self>) -> Self {
        let mut epoch = [0; EPOCH_BYTES];
        for half in epoch.chunks_exact_mut(8) {
            let random = RandomState::new().hash_one(std::process::id());
            half.copy_from_slice(&random.to_le_bytes());
        }
        Self {
            epoch,
            number: before.map_or(0, |mark| mark.number),
        }
    }

    pub(super) fn next(self) -> Self {
        Self {
            number: self.number + 1,
            ..self
        }
    }

    /// Whether a store with this mark has lost commits that the other mark knows of.
    pub(super) fn is_behind(self, other: Self) -> bool {
        self.epoch == other.epoch && self.number < other.number
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        [self.epoch.as_slice(), &self.number.to_le_bytes()].concat()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (epoch, number) = bytes.split_at_checked(EPOCH_BYTES)?;
        Some(Self {
            epoch: epoch.try_into().ok()?,
            number: u64::from_le_bytes(number.try_into().ok()?),
        })
    }
}

/// The file.
#[derive(Debug)]
pub(super) struct Witness {
    file: File,
    path: PathBuf,
}

impl Witness {
    /// Opens the file of a state directory, and makes it when it is missing.
    pub(super) fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(FILE);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        match options.open(&path) {
            Ok(file) => Ok(Self { file, path }),
            Err(error) => Err(StoreError::io(&path, error)),
        }
    }

    /// The last mark; none if the file is new or is not whole, and judges nothing.
    pub(super) fn read(&mut self) -> Result<Option<Mark>, StoreError> {
        let mut bytes = Vec::new();
        let start = self.file.seek(SeekFrom::Start(0));
        let read = start.and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(|error| StoreError::io(&self.path, error))?;
        Ok(decode(&bytes))
    }

    /// Replaces the mark.
    pub(super) fn write(&mut self, mark: Mark) -> Result<(), StoreError> {
        let bytes = encode(mark);
        let written = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(&bytes));
        written.map_err(|error| StoreError::io(&self.path, error))
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = Sha256::digest(bytes);
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&hash[..CHECKSUM_BYTES]);
    checksum
}

fn encode(mark: Mark) -> Vec<u8> {
    let mut bytes = [MAGIC.as_slice(), &mark.to_bytes()].concat();
    bytes.extend_from_slice(&checksum(&bytes));
    bytes
}

fn decode(bytes: &[u8]) -> Option<Mark> {
    let content = MAGIC.len() + EPOCH_BYTES + NUMBER_BYTES;
    let (content, check) = bytes.split_at_checked(content)?;
    if check != checksum(content) {
        return None;
    }
    Mark::from_bytes(content.strip_prefix(MAGIC)?)
}
