//! What has to be known when a deployment is broken off: the time by which a payment is recognised,
//! and which snapshot holds the old code.
//!
//! One small file for each network and canister, beside the configuration file. It is removed when the
//! deployment is done.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use candid::Principal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::disk;
use crate::error::{Error, Kind, Result};

/// A canister that is being paid for. The ledger makes one canister for all requests that are equal
/// to this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creation {
    /// Nanoseconds since 1970.
    pub created_at: u64,
    /// What is paid.
    pub cycles: u128,
    /// Who pays.
    pub payer: Principal,
}

/// An upgrade under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// The snapshots that were there before, in hexadecimal digits. The one that is there besides them
    /// holds the old code: this is written before it is taken, so that none is ever forgotten.
    pub before: Vec<String>,
    /// The hash of the code that is being installed, in hexadecimal digits.
    pub new_hash: String,
}

/// The directory of the notes.
#[derive(Clone, Debug)]
pub struct Journal {
    directory: PathBuf,
}

impl Journal {
    /// The journal in this directory.
    #[must_use]
    pub const fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub(super) fn creation(&self, network: &str, canister: &str) -> Note<Creation> {
        self.note(&format!("creating-{canister}-on-{network}"))
    }

    pub(super) fn upgrade(&self, canister_id: Principal) -> Note<Upgrade> {
        self.note(&format!("upgrading-{canister_id}"))
    }

    fn note<T>(&self, name: &str) -> Note<T> {
        Note {
            path: self.directory.join(format!("{name}.json")),
            kind: std::marker::PhantomData,
        }
    }
}

/// One thing to be remembered.
pub(super) struct Note<T> {
    path: PathBuf,
    kind: std::marker::PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Note<T> {
    /// What was written down. A note that cannot be understood is an error: it stands for money or
    /// for a snapshot.
    pub(super) fn read(&self) -> Result<Option<T>> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| self.failed("cannot be understood").because(error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("cannot be read").because(error)),
        }
    }

    pub(super) fn write(&self, value: &T) -> Result<()> {
        let text = serde_json::to_string(value).expect("BUG: notes have no maps");
        disk::write_whole(&self.path, text.as_bytes())
            .map_err(|error| self.failed("cannot be written").because(error))
    }

    pub(super) fn remove(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("cannot be removed").because(error))
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, what: &str) -> Error {
        failed(&self.path, what)
    }
}

fn failed(path: &Path, what: &str) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("the note {} {what}", path.display()),
        "check its permissions; if no deployment is under way, remove it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_remember_until_told_to_forget() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::new(directory.path().join("chime"));
        let note = journal.upgrade(Principal::anonymous());
        assert_eq!(note.read().unwrap(), None);
        let upgrade = Upgrade {
            before: vec!["00".into()],
            new_hash: "ff".into(),
        };
        note.write(&upgrade).unwrap();
        assert_eq!(note.read().unwrap(), Some(upgrade));
        note.remove().unwrap();
        note.remove().unwrap();
        assert_eq!(note.read().unwrap(), None);
    }

    #[test]
    fn should_not_take_damage_for_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::new(directory.path().to_path_buf());
        fs::write(directory.path().join("creating-s-on-n.json"), "{").unwrap();
        let error = journal.creation("n", "s").read().unwrap_err();
        assert_eq!(error.kind(), Kind::LocalFile);
    }
}
