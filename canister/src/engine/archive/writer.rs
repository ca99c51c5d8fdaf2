//! Writes items into the chunks of a backup.

use chime_types::{Backup, limits};

use super::{End, Item, digest, hexadecimal};
use crate::state::State;
use crate::state::keys::BackupId;
use crate::state::records::{BackupPosition, BackupRecord};

/// A backup that is being written. Between two messages its last chunk, which is not full, is kept
/// under the number that it will have.
#[derive(Debug)]
pub struct Writer {
    record: BackupRecord,
    tail: Vec<u8>,
}

impl Writer {
    /// Begins a backup.
    pub const fn begin(backup: Backup) -> Self {
        Self {
            record: BackupRecord {
                backup,
                chunk_digest: Vec::new(),
                item_digest: Vec::new(),
                read_to: BackupPosition {
                    chunk: 0,
                    offset: 0,
                },
                is_read: true,
            },
            tail: Vec::new(),
        }
    }

    /// Goes on with a backup. None if it is gone.
    pub fn open(state: &State, id: BackupId) -> Option<Self> {
        let record = state.backup_record(id)?;
        if record.backup.completed_at.is_some() {
            return None;
        }
        let tail = state.backup_chunk(id, record.backup.chunks);
        Some(Self {
            tail: tail.unwrap_or_default(),
            record,
        })
    }

    /// Writes an item.
    ///
    /// # Errors
    /// If the backup becomes too large, in words.
    pub fn put(&mut self, state: &mut State, item: &Item) -> Result<(), String> {
        match item {
            Item::Task(_) => self.record.backup.tasks += 1,
            Item::Execution(_) => self.record.backup.executions += 1,
            _ => {}
        }
        let bytes = cbor4ii::serde::to_vec(Vec::new(), item).expect("BUG: an item can be encoded");
        if bytes.len() > limits::MAXIMUM_BACKUP_ITEM_BYTES {
            return Err(format!("an item of the backup has {} bytes", bytes.len()));
        }
        self.record.item_digest = digest(&self.record.item_digest, &bytes);
        self.tail.extend(length(bytes.len()));
        self.tail.extend(bytes);
        while self.tail.len() >= limits::BACKUP_CHUNK_BYTES {
            let rest = self.tail.split_off(limits::BACKUP_CHUNK_BYTES);
            let chunk = std::mem::replace(&mut self.tail, rest);
            self.put_chunk(state, chunk)?;
        }
        Ok(())
    }

    fn put_chunk(&mut self, state: &mut State, chunk: Vec<u8>) -> Result<(), String> {
        let backup = &mut self.record.backup;
        if backup.chunks >= limits::MAXIMUM_BACKUP_CHUNKS {
            return Err(format!(
                "a backup has at most {} chunks: remove old executions with a cleanup",
                limits::MAXIMUM_BACKUP_CHUNKS
            ));
        }
        self.record.chunk_digest = digest(&self.record.chunk_digest, &chunk);
        backup.bytes += chunk.len() as u64;
        state.put_backup_chunk(backup.owner, (BackupId(backup.id), backup.chunks), chunk);
        backup.chunks += 1;
        Ok(())
    }

    /// Keeps what is written for the next message.
    pub fn pause(self, state: &mut State) {
        let backup = &self.record.backup;
        let id = BackupId(backup.id);
        state.put_backup_chunk(backup.owner, (id, backup.chunks), self.tail);
        state.put_backup(&self.record);
    }

    /// Completes the backup.
    ///
    /// # Errors
    /// If the backup becomes too large, in words.
    pub fn close(mut self, state: &mut State, now: u64) -> Result<Backup, String> {
        let end = End {
            tasks: self.record.backup.tasks,
            executions: self.record.backup.executions,
            digest: self.record.item_digest.clone(),
        };
        self.put(state, &Item::End(end))?;
        let tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            self.put_chunk(state, tail)?;
        }
        self.record.backup.completed_at = Some(now);
        self.record.backup.sha256 = hexadecimal(&self.record.chunk_digest);
        state.put_backup(&self.record);
        Ok(self.record.backup)
    }
}

/// The head of a byte string of this length, in its shortest form.
fn length(bytes: usize) -> Vec<u8> {
    let length = u32::try_from(bytes).expect("BUG: an item is small");
    match length {
        0..24 => vec![0x40 | length.to_be_bytes()[3]],
        24..0x100 => vec![0x58, length.to_be_bytes()[3]],
        0x100..0x1_0000 => [&[0x59], &length.to_be_bytes()[2..]].concat(),
        _ => [&[0x5a], length.to_be_bytes().as_slice()].concat(),
    }
}
