//! Outcomes that are known here and not yet to the scheduler, on disk.
//!
//! An outcome is written down before it is reported, and removed when the scheduler has answered.
//! If the worker is killed in between, whichever worker uses the directory next reports it: the job
//! need not run again, provided that its lease still holds. Otherwise the report is refused and the
//! job belongs to another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::report::{Claim, Report};
use crate::disk;

/// An outcome that is not yet reported.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub claim: Claim,
    pub report: Report,
}

/// A directory with one file for each outcome.
#[derive(Clone, Debug)]
pub(super) struct Journal(PathBuf);

impl Journal {
    /// The journal in this directory, which is made if need be.
    pub fn open(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(Self(directory))
    }

    /// Writes an outcome down. When this returns it survives a crash.
    pub fn write(&self, entry: &Entry) -> io::Result<()> {
        disk::write_whole(&self.path(entry.claim), &serde_json::to_vec(entry)?)
    }

    /// Removes an outcome that the scheduler has answered. It may be gone already.
    pub fn remove(&self, claim: Claim) -> io::Result<()> {
        match fs::remove_file(self.path(claim)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The outcomes that are left. Files that cannot be read as one are passed over.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.0)? {
            let path = file?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                entries.extend(read(&path));
            }
        }
        entries.sort_by_key(|entry| entry.claim.fencing_token);
        Ok(entries)
    }

    fn path(&self, claim: Claim) -> PathBuf {
        let name = format!("{}-{}.json", claim.execution_id, claim.fencing_token);
        self.0.join(name)
    }
}

fn read(path: &Path) -> Option<Entry> {
    // Another worker may just have reported and removed it.
    let text = fs::read(path).ok()?;
    match serde_json::from_slice(&text) {
        Ok(entry) => Some(entry),
        Err(error) => {
            tracing::warn!("{} is no outcome: {error}", path.display());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::handler::Outcome;
    use super::*;

    fn entry(execution_id: u64, fencing_token: u64) -> Entry {
        Entry {
            claim: Claim {
                execution_id,
                fencing_token,
            },
            report: Report::Ended(Outcome::completed("hello")),
        }
    }

    #[test]
    fn should_keep_outcomes_until_they_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::open(directory.path().join("a/b")).unwrap();
        let (first, second) = (entry(7, 20), entry(8, 12));
        for entry in [&first, &second, &second] {
            journal.write(entry).unwrap();
        }
        fs::write(directory.path().join("a/b/9-1.json"), "{\"half").unwrap();
        let again = Journal::open(directory.path().join("a/b")).unwrap();
        assert_eq!(again.entries().unwrap(), [second.clone(), first.clone()]);
        again.remove(first.claim).unwrap();
        again.remove(first.claim).unwrap();
        assert_eq!(journal.entries().unwrap(), [second]);
    }
}
