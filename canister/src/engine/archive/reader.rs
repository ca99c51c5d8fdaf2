//! Reads the items of a backup. It trusts nothing: a backup may have been uploaded.

use chime_types::limits;

use super::{FORMAT, Header, Item, VERSION, digest, hexadecimal};
use crate::state::State;
use crate::state::keys::BackupId;
use crate::state::records::{BackupPosition, BackupRecord};

/// Why a backup cannot be read, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage(pub String);

fn damage<T>(text: impl Into<String>) -> Result<T, Damage> {
    Err(Damage(text.into()))
}

/// A place in a backup from which items are read.
pub struct Reader<'a> {
    state: &'a State,
    id: BackupId,
    /// Where the next item begins.
    position: BackupPosition,
    /// The chunk that was read last.
    loaded: Option<(u32, Vec<u8>)>,
}

/// An item and its bytes.
struct Found {
    item: Item,
    bytes: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// Reads from a place on.
    pub const fn new(state: &'a State, id: BackupId, position: BackupPosition) -> Self {
        Self {
            state,
            id,
            position,
            loaded: None,
        }
    }

    /// Where the next item begins.
    pub const fn position(&self) -> BackupPosition {
        self.position
    }

    /// Goes back to a place where an item begins.
    pub const fn go_back(&mut self, to: BackupPosition) {
        self.position = to;
    }

    /// The next item; none if it is not there whole.
    ///
    /// # Errors
    /// If what is there is no item.
    pub fn item(&mut self) -> Result<Option<Item>, Damage> {
        Ok(self.next()?.map(|found| found.item))
    }

    fn next(&mut self) -> Result<Option<Found>, Damage> {
        let begin = self.position;
        let Some(length) = self.length()? else {
            self.position = begin;
            return Ok(None);
        };
        let Some(bytes) = self.take(length) else {
            self.position = begin;
            return Ok(None);
        };
        match cbor4ii::serde::from_slice(&bytes) {
            Ok(item) => Ok(Some(Found { item, bytes })),
            Err(error) => damage(format!(
                "chunk {}, byte {}: this is no item of a backup: {error}",
                begin.chunk, begin.offset
            )),
        }
    }

    /// The length of the next byte string.
    fn length(&mut self) -> Result<Option<usize>, Damage> {
        let Some(head) = self.take(1) else {
            return Ok(None);
        };
        let following = match head[0] {
            0x40..0x58 => return Ok(Some(usize::from(head[0] - 0x40))),
            0x58 => 1,
            0x59 => 2,
            0x5a => 4,
            _ => return damage("this is no sequence of CBOR byte strings"),
        };
        let Some(bytes) = self.take(following) else {
            return Ok(None);
        };
        let length = bytes
            .iter()
            .fold(0, |length: usize, byte| length << 8 | usize::from(*byte));
        if length > limits::MAXIMUM_BACKUP_ITEM_BYTES {
            return damage(format!("an item of {length} bytes is too large"));
        }
        Ok(Some(length))
    }

    /// The next bytes; none if there are fewer.
    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let missing = count - taken.len();
            let offset = self.position.offset as usize;
            let chunk = self.chunk()?;
            let end = chunk.len().min(offset.saturating_add(missing));
            taken.extend(chunk.get(offset..end)?);
            let is_at_the_end = end == chunk.len();
            self.position = if is_at_the_end {
                BackupPosition {
                    chunk: self.position.chunk.saturating_add(1),
                    offset: 0,
                }
            } else {
                BackupPosition {
                    offset: u32::try_from(end).ok()?,
                    ..self.position
                }
            };
        }
        Some(taken)
    }

    fn chunk(&mut self) -> Option<&Vec<u8>> {
        let index = self.position.chunk;
        if self
            .loaded
            .as_ref()
            .is_none_or(|(loaded, _)| *loaded != index)
        {
            self.loaded = Some((index, self.state.backup_chunk(self.id, index)?));
        }
        self.loaded.as_ref().map(|(_, chunk)| chunk)
    }
}

/// Reads the chunks of an upload as far as they are there, and takes in what they say.
///
/// # Errors
/// If they are no backup.
pub fn check(state: &State, record: &mut BackupRecord) -> Result<(), Damage> {
    let id = BackupId(record.backup.id);
    let mut reader = Reader::new(state, id, record.read_to);
    while let Some(found) = reader.next()? {
        take_in(record, &found)?;
        record.read_to = reader.position();
    }
    Ok(())
}

fn take_in(record: &mut BackupRecord, found: &Found) -> Result<(), Damage> {
    let is_first = record.item_digest.is_empty();
    if is_first != matches!(found.item, Item::Header(_)) || record.is_read {
        return damage("a backup begins with its header and ends with its end");
    }
    match &found.item {
        Item::Header(header) => {
            check_header(header)?;
            record.backup.all_owners = header.all_owners;
        }
        Item::Task(_) => record.backup.tasks += 1,
        Item::Execution(_) => record.backup.executions += 1,
        Item::End(end) => {
            let counts = (record.backup.tasks, record.backup.executions);
            if (end.tasks, end.executions) != counts || end.digest != record.item_digest {
                return damage("the items are not those that its end names: it was changed");
            }
            record.is_read = true;
        }
        _ => {}
    }
    record.item_digest = digest(&record.item_digest, &found.bytes);
    Ok(())
}

/// Refuses a header of something else, or of a later version.
pub fn check_header(header: &Header) -> Result<(), Damage> {
    if header.format != FORMAT || header.version != VERSION {
        return damage(format!(
            "this program reads {FORMAT} of version {VERSION}, this is {} of version {}",
            header.format, header.version
        ));
    }
    Ok(())
}

/// Takes a chunk into the digest of an upload.
pub fn add_chunk(record: &mut BackupRecord, chunk: &[u8]) {
    record.chunk_digest = digest(&record.chunk_digest, chunk);
    record.backup.bytes += chunk.len() as u64;
    record.backup.chunks += 1;
}

/// The digest of the chunks so far.
pub fn chunks_digest(record: &BackupRecord) -> String {
    hexadecimal(&record.chunk_digest)
}
