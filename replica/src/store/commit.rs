//! Writing a delta: all of it in one transaction, or nothing.

use redb::{Durability, Table, WriteTransaction};

use super::tables::{
    CANISTERS, CHUNKS, HEAP_PAGES, INGRESS, META, MODULES, PageKey, REPLICA, REQUESTS, Rows,
    STABLE_PAGES,
};
use super::{RequestRecord, Store, StoreError};
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
        if let Some(blob) = &delta.replica {
            write.open_table(META)?.insert(REPLICA, blob.as_slice())?;
        }
        write_requests(&write, requests)?;
        write_ingress(&write, delta)?;
        for canister in &delta.deleted {
            delete_canister(&write, canister)?;
        }
        for canister in &delta.canisters {
            write_canister(&write, canister)?;
        }
        Ok(write.commit()?)
    }
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
    delete_pages(&mut write.open_table(HEAP_PAGES)?, id)?;
    delete_pages(&mut write.open_table(STABLE_PAGES)?, id)
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
    write_memory(write, HEAP_PAGES, id, &delta.heap)?;
    write_memory(write, STABLE_PAGES, id, &delta.stable)
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

fn write_memory(
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
        let content = without_trailing_zeros(page);
        if content.is_empty() {
            table.remove((id, *index))?;
        } else {
            table.insert((id, *index), content)?;
        }
    }
    Ok(())
}

fn delete_pages(
    table: &mut Table<'_, PageKey, &'static [u8]>,
    id: &[u8],
) -> Result<(), StoreError> {
    Ok(table.retain_in((id, 0)..=(id, u64::MAX), |_, _| false)?)
}

fn without_trailing_zeros(page: &[u8]) -> &[u8] {
    let end = page.iter().rposition(|&byte| byte != 0);
    &page[..end.map_or(0, |last| last + 1)]
}
