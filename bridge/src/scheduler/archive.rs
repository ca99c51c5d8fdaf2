//! Backups as files: downloaded and uploaded chunk by chunk, each chunk once, however often the
//! transfer is cut off.
//!
//! A file holds the chunks one after the other; all but the last have
//! [`limits::BACKUP_CHUNK_BYTES`]. A download grows in a file beside the wanted one and gets its
//! name when the checksum agrees. An upload remembers in a file beside the backup which one the
//! scheduler made of it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chime_types::{Backup, GetBackupChunkRequest, UploadBackupChunkRequest, limits};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Scheduler;
use crate::disk;
use crate::error::{Error, Kind, Result};

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Which backup the scheduler makes of a file that is being uploaded.
#[derive(Serialize, Deserialize)]
struct Upload {
    backup_id: u64,
    sha256: String,
}

/// The checksum of the scheduler: that of each chunk after the checksum so far.
#[derive(Default)]
struct Checksum(Vec<u8>);

impl Checksum {
    fn add(&mut self, chunk: &[u8]) {
        let mut hasher = Sha256::new();
        hasher.update(&self.0);
        hasher.update(chunk);
        self.0 = hasher.finalize().to_vec();
    }

    fn text(&self) -> String {
        hex::encode(&self.0)
    }
}

/// Writes a backup into a file, going on where an earlier download was cut off.
///
/// # Errors
/// `LocalFile` if the file exists with other contents or cannot be written, `Untrusted` if the
/// checksum is not that of the backup; else those of `get_backup_chunk`.
pub async fn download(
    scheduler: &Scheduler,
    backup: &Backup,
    path: &Path,
    told: impl Fn(Transfer),
) -> Result<()> {
    need_complete(backup)?;
    if path.exists() {
        return already_there(backup, path);
    }
    let partial = beside(
        path,
        &format!("{}.part", backup.sha256.get(..8).unwrap_or("new")),
    );
    let (mut file, mut checksum, begun) =
        open_partial(&partial).map_err(|error| unwritable(&partial, error))?;
    let mut transfer = Transfer {
        done: u64::from(begun) * limits::BACKUP_CHUNK_BYTES as u64,
        total: backup.bytes,
    };
    for index in begun..backup.chunks {
        told(transfer);
        let request = GetBackupChunkRequest {
            backup_id: backup.id,
            index,
        };
        let chunk = scheduler.get_backup_chunk(&request).await?.data;
        checksum.add(&chunk);
        file.write_all(&chunk)
            .map_err(|error| unwritable(&partial, error))?;
        transfer.done += chunk.len() as u64;
    }
    told(transfer);
    file.sync_all()
        .map_err(|error| unwritable(&partial, error))?;
    if checksum.text() != backup.sha256 {
        fs::remove_file(&partial).map_err(|error| unwritable(&partial, error))?;
        return Err(Error::new(
            Kind::Untrusted,
            format!(
                "what was downloaded of backup {} has another checksum",
                backup.id
            ),
            "download it again; the damaged file is removed",
        ));
    }
    disk::put_in_place(&partial, path).map_err(|error| unwritable(path, error))
}

fn need_complete(backup: &Backup) -> Result<()> {
    if backup.completed_at.is_some() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Conflict,
        format!("backup {} is not complete yet", backup.id),
        "wait until `chime backup ls` shows when it was completed",
    ))
}

fn already_there(backup: &Backup, path: &Path) -> Result<()> {
    if file_digest(path)? == backup.sha256 {
        return Ok(());
    }
    Err(Error::new(
        Kind::LocalFile,
        format!("{} exists and is not backup {}", path.display(), backup.id),
        "name another file with --to, or move that one away",
    ))
}

/// The whole chunks of an earlier download, and how many there are.
fn open_partial(path: &Path) -> io::Result<(File, Checksum, u32)> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    let (mut checksum, mut chunks, mut kept) = (Checksum::default(), 0, 0);
    loop {
        let chunk = read_chunk(&mut file)?;
        if chunk.len() < limits::BACKUP_CHUNK_BYTES {
            file.set_len(kept)?;
            io::Seek::seek(&mut file, io::SeekFrom::Start(kept))?;
            return Ok((file, checksum, chunks));
        }
        checksum.add(&chunk);
        kept += chunk.len() as u64;
        chunks += 1;
    }
}

fn read_chunk(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(limits::BACKUP_CHUNK_BYTES);
    reader
        .take(limits::BACKUP_CHUNK_BYTES as u64)
        .read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// The checksum of a file, as the scheduler makes it of a backup.
///
/// # Errors
/// `LocalFile` if it cannot be read.
pub fn file_digest(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let mut checksum = Checksum::default();
    loop {
        let chunk = read_chunk(&mut file).map_err(|error| unreadable(path, error))?;
        if chunk.is_empty() {
            return Ok(checksum.text());
        }
        checksum.add(&chunk);
    }
}

/// Brings a file back into the scheduler, going on where an earlier upload was cut off. A backup
/// that the scheduler still has is not sent again.
///
/// # Errors
/// `LocalFile` if the file cannot be read; else those of `upload_backup_chunk`.
pub async fn upload(scheduler: &Scheduler, path: &Path, told: impl Fn(Transfer)) -> Result<Backup> {
    let sha256 = file_digest(path)?;
    let backups = scheduler.all_backups().await?;
    if let Some(backup) = backups.iter().find(|backup| backup.sha256 == sha256) {
        return Ok(backup.clone());
    }
    let total = fs::metadata(path)
        .map_err(|error| unreadable(path, error))?
        .len();
    if total == 0 {
        return Err(Error::new(
            Kind::LocalFile,
            format!("{} is empty", path.display()),
            "give a file that `chime backup download` wrote",
        ));
    }
    let mut begun = begun_upload(path, &sha256, &backups);
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let mut done = 0;
    for index in 0_u32.. {
        let data = read_chunk(&mut file).map_err(|error| unreadable(path, error))?;
        told(Transfer { done, total });
        done += data.len() as u64;
        let last = done == total;
        if begun.as_ref().is_some_and(|backup| index < backup.chunks) {
            continue;
        }
        let request = UploadBackupChunkRequest {
            backup_id: begun.as_ref().map(|backup| backup.id),
            index,
            data,
            last,
        };
        let backup = scheduler.upload_backup_chunk(&request).await?;
        if last {
            told(Transfer { done, total });
            forget_upload(path);
            return Ok(backup);
        }
        if begun.is_none() {
            remember_upload(path, backup.id, &sha256)?;
        }
        begun = Some(backup);
    }
    unreachable!("BUG: the last chunk ends the upload")
}

fn begun_upload(path: &Path, sha256: &str, backups: &[Backup]) -> Option<Backup> {
    let text = fs::read(beside(path, "upload")).ok()?;
    let upload: Upload = serde_json::from_slice(&text).ok()?;
    let is_begun = |backup: &&Backup| {
        backup.id == upload.backup_id && backup.completed_at.is_none() && backup.task_id.is_none()
    };
    let begun = backups.iter().find(is_begun)?;
    (upload.sha256 == sha256).then(|| begun.clone())
}

fn remember_upload(path: &Path, backup_id: u64, sha256: &str) -> Result<()> {
    let upload = Upload {
        backup_id,
        sha256: sha256.to_string(),
    };
    let text = serde_json::to_vec(&upload).expect("BUG: plain data");
    let place = beside(path, "upload");
    disk::write_whole(&place, &text).map_err(|error| unwritable(&place, error))
}

fn forget_upload(path: &Path) {
    // It is there only if the upload had more than one chunk, and is of no use any more.
    let _ = fs::remove_file(beside(path, "upload"));
}

/// The path with one more extension.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{extension}"));
    name.into()
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let rule = format!("cannot read {}", path.display());
    Error::new(Kind::LocalFile, rule, "check the path and its permissions").because(error)
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    let rule = format!("cannot write {}", path.display());
    Error::new(
        Kind::LocalFile,
        rule,
        "check the directory and the space on the disk",
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_go_on_with_whole_chunks_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.part");
        let bytes = vec![7; limits::BACKUP_CHUNK_BYTES + 3];
        fs::write(&path, &bytes).unwrap();
        let (_, checksum, chunks) = open_partial(&path).unwrap();
        assert_eq!(chunks, 1);
        assert_eq!(
            fs::metadata(&path).unwrap().len(),
            limits::BACKUP_CHUNK_BYTES as u64
        );
        assert_eq!(checksum.text(), file_digest(&path).unwrap());
    }

    #[test]
    fn should_chain_the_checksums_of_the_chunks() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x");
        let bytes = vec![1; limits::BACKUP_CHUNK_BYTES + 1];
        fs::write(&path, &bytes).unwrap();
        let first = Sha256::digest(&bytes[1..]);
        let whole = Sha256::digest([&first[..], &[1]].concat());
        assert_eq!(file_digest(&path).unwrap(), hex::encode(whole));
    }
}
