//! Why a store cannot be opened or written.
//!
//! It tells nothing about a replica: a blob that the replica cannot read is a
//! [`crate::RestoreError`].

use std::io;
use std::path::{Path, PathBuf};

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process owns the state directory. Stop it, or use it.
    #[error("{} is in use by {}", directory.display(), owner(*pid))]
    Locked {
        /// The state directory.
        directory: PathBuf,
        /// The process that owns it, when it could be read.
        pid: Option<u32>,
    },
    /// The file is not the state of a replica.
    #[error("{} is not the state of a replica. Use another state directory", path.display())]
    NotAState {
        /// The file.
        path: PathBuf,
    },
    /// Another version wrote the file. Use that version, or another state directory.
    #[error(
        "{} has format {found}; this version reads formats up to {supported}. Use the version \
         that wrote it, or another state directory",
        path.display()
    )]
    UnsupportedVersion {
        /// The file.
        path: PathBuf,
        /// The version of the file.
        found: u32,
        /// The last version that is understood.
        supported: u32,
    },
    /// The file is damaged and nothing in it can be trusted. Put it back from a copy, or use
    /// another state directory.
    #[error(
        "{} is damaged: {reason}. Put the state directory back from a copy, or use another one",
        path.display()
    )]
    Corrupted {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Reading or writing failed; what was not committed is lost.
    #[error("the state cannot be read or written: {0}")]
    Database(#[from] Box<redb::Error>),
}

impl StoreError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.into();
        Self::Io { path, source }
    }

    pub(super) fn corrupted(path: &Path, reason: impl Into<String>) -> Self {
        Self::Corrupted {
            path: path.into(),
            reason: reason.into(),
        }
    }

    /// What redb says about a file that it should open.
    pub(super) fn opening(path: &Path, error: redb::DatabaseError) -> Self {
        use redb::{DatabaseError, StorageError};
        match error {
            DatabaseError::Storage(StorageError::Corrupted(reason)) => {
                Self::corrupted(path, reason)
            }
            // A header that is no header, or a file that ends before its pages do.
            DatabaseError::Storage(StorageError::Io(e))
                if matches!(
                    e.kind(),
                    io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                ) =>
            {
                Self::corrupted(path, e.to_string())
            }
            DatabaseError::Storage(StorageError::Io(e)) => Self::io(path, e),
            DatabaseError::RepairAborted => Self::corrupted(path, "it cannot be repaired"),
            other => redb::Error::from(other).into(),
        }
    }
}

fn owner(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_string(),
    }
}

impl From<redb::Error> for StoreError {
    fn from(error: redb::Error) -> Self {
        Self::Database(Box::new(error))
    }
}

macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                redb::Error::from(error).into()
            }
        }
    )*};
}

from_redb!(StorageError, TableError, TransactionError, CommitError);
