//! Writing a delta: all of it in one transaction, or nothing.

use redb::{Durability, Table, WriteTransaction};

use super::tables::{
    CANISTERS, CHUNKS, COMMITS, HEAP, INGRESS, META, MODULES, PageKey, REPLICA, REQUESTS, Rows,
    STABLE,
};
use super::{RequestRecord, Store, StoreError, images, logs};
use crate::memory::pack;
use crate::{CanisterDelta, Delta, MemoryDelta, MessageId, Principal};

impl Store {
    /// Stores a delta and the requests that were accepted with it, durably.
    ///
    /// When this fails the file holds the state before, which is behind that of the replica the
    /// delta came from: nothing of it may be acknowledged, and that replica has to be given up.
    pub fn commit(
        &mut self,
        delta: &Delta,
        requests: &[(MessageId, RequestRecord)],
    ) -> Result<(), StoreError> {
        if delta.is_empty() && requests.is_empty() {
            return Ok(());
        }
        let mut write = self.database.begin_write()?;
        write
            .set_durability(Durability::Immediate)
            .expect("BUG: no savepoint is ever created");
        let mark = self.mark.next();
        write_meta(&write, delta, &mark.to_bytes())?;
        write_requests(&write, requests)?;
        write_ingress(&write, delta)?;
        for canister in &delta.deleted {
            delete_canister(&write, canister)?;
        }
        for image in &delta.deleted_images {
            images::delete(&write, image)?;
        }
        for canister in &delta.canisters {
            write_canister(&write, canister)?;
        }
        for log in &delta.logs {
            logs::write(&write, log)?;
        }
        for image in &delta.images {
            images::write(&write, image)?;
        }
        write.commit()?;
        self.mark = mark;
        self.witness.write(mark)
    }
}

fn write_meta(write: &WriteTransaction, delta: &Delta, mark: &[u8]) -> Result<(), StoreError> {
    let mut table = write.open_table(META)?;
    if let Some(blob) = &delta.replica {
        table.insert(REPLICA, blob.as_slice())?;
    }
    table.insert(COMMITS, mark)?;
    Ok(())
}

fn write_requests(
    write: &WriteTransaction,
    requests: &[(MessageId, RequestRecord)],
) -> Result<(), StoreError> {
    let mut table = write.open_table(REQUESTS)?;
    for (id, record) in requests {
        let row = serde_cbor::to_vec(record).expect("BUG: principals are CBOR");
        table.insert(&id.0, row.as_slice())?;
    }
    Ok(())
}

fn write_ingress(write: &WriteTransaction, delta: &Delta) -> Result<(), StoreError> {
    let mut table = write.open_table(INGRESS)?;
    let mut requests = write.open_table(REQUESTS)?;
    for (id, row) in &delta.ingress {
        match row {
            Some(blob) => {
                table.insert(&id.0, blob.as_slice())?;
            }
            None => {
                table.remove(&id.0)?;
                requests.remove(&id.0)?;
            }
        }
    }
    Ok(())
}

fn delete_canister(write: &WriteTransaction, canister: &Principal) -> Result<(), StoreError> {
    let id = canister.as_slice();
    write.open_table(CANISTERS)?.remove(id)?;
    write.open_table(MODULES)?.remove(id)?;
    let mut chunks = write.open_table(CHUNKS)?;
    chunks.retain_in((id, &[0; 32])..=(id, &[0xff; 32]), |_, _| false)?;
    logs::delete(write, id)?;
    delete_pages(&mut write.open_table(HEAP)?, id)?;
    delete_pages(&mut write.open_table(STABLE)?, id)
}

fn write_canister(write: &WriteTransaction, delta: &CanisterDelta) -> Result<(), StoreError> {
    let id = delta.id.as_slice();
    if let Some(blob) = &delta.meta {
        write.open_table(CANISTERS)?.insert(id, blob.as_slice())?;
    }
    match &delta.module {
        None => {}
        Some(Some(module)) => {
            write.open_table(MODULES)?.insert(id, &module[..])?;
        }
        Some(None) => {
            write.open_table(MODULES)?.remove(id)?;
        }
    }
    write_chunks(write, delta)?;
    write_memory(write, HEAP, id, &delta.heap)?;
    write_memory(write, STABLE, id, &delta.stable)
}

fn write_chunks(write: &WriteTransaction, delta: &CanisterDelta) -> Result<(), StoreError> {
    if delta.chunks.is_empty() {
        return Ok(());
    }
    let mut table = write.open_table(CHUNKS)?;
    for (hash, chunk) in &delta.chunks {
        let key = (delta.id.as_slice(), hash);
        match chunk {
            Some(bytes) => {
                table.insert(key, &bytes[..])?;
            }
            None => {
                table.remove(key)?;
            }
        }
    }
    Ok(())
}

pub(super) fn write_memory(
    write: &WriteTransaction,
    definition: Rows<PageKey>,
    id: &[u8],
    delta: &MemoryDelta,
) -> Result<(), StoreError> {
    if !delta.reset && delta.pages.is_empty() {
        return Ok(());
    }
    let mut table = write.open_table(definition)?;
    if delta.reset {
        delete_pages(&mut table, id)?;
    }
    for (index, page) in &delta.pages {
        match pack(page) {
            Some(packed) => table.insert((id, *index), packed.as_slice())?,
            None => table.remove((id, *index))?,
        };
    }
    Ok(())
}

pub(super) fn delete_pages(
    table: &mut Table<'_, PageKey, &'static [u8]>,
    id: &[u8],
) -> Result<(), StoreError> {
    Ok(table.retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?)
}
