//! Reading everything back when a replica starts.

use std::sync::Arc;

use redb::{ReadTransaction, ReadableDatabase, ReadableTable};

use super::tables::{
    CANISTERS, CHUNKS, ChunkKey, HEAP, INGRESS, META, MODULES, PageKey, REPLICA, REQUESTS, Rows,
    STABLE,
};
use super::{RequestRecord, Store, StoreError};
use crate::{CanisterSnapshot, ChunkHash, MemoryPages, MessageId, Principal, Snapshot};

impl Store {
    /// The state as of the last commit; none when nothing was ever committed.
    pub fn load(&self) -> Result<Option<Snapshot>, StoreError> {
        let read = self.database.begin_read()?;
        let Some(replica) = self.replica_blob(&read)? else {
            return Ok(None);
        };
        let mut ingress = Vec::new();
        for row in read.open_table(INGRESS)?.iter()? {
            let (id, blob) = row?;
            ingress.push((MessageId(*id.value()), blob.value().to_vec()));
        }
        let mut canisters = Vec::new();
        for row in read.open_table(CANISTERS)?.iter()? {
            let (id, meta) = row?;
            canisters.push(self.load_canister(&read, id.value(), meta.value())?);
        }
        Ok(Some(Snapshot {
            replica,
            ingress,
            canisters,
            logs: self.load_logs(&read)?,
            images: self.load_images(&read)?,
        }))
    }

    /// Who may read the status of which request.
    pub fn requests(&self) -> Result<Vec<(MessageId, RequestRecord)>, StoreError> {
        let read = self.database.begin_read()?;
        let mut requests = Vec::new();
        for row in read.open_table(REQUESTS)?.iter()? {
            let (id, record) = row?;
            let record = serde_cbor::from_slice(record.value())
                .map_err(|e| StoreError::corrupted(&self.path, format!("a request: {e}")))?;
            requests.push((MessageId(*id.value()), record));
        }
        Ok(requests)
    }

    fn replica_blob(&self, read: &ReadTransaction) -> Result<Option<Vec<u8>>, StoreError> {
        let meta = read.open_table(META)?;
        Ok(meta.get(REPLICA)?.map(|blob| blob.value().to_vec()))
    }

    fn load_canister(
        &self,
        read: &ReadTransaction,
        id: &[u8],
        meta: &[u8],
    ) -> Result<CanisterSnapshot, StoreError> {
        let module = read.open_table(MODULES)?.get(id)?;
        Ok(CanisterSnapshot {
            id: Principal::try_from_slice(id)
                .map_err(|e| StoreError::corrupted(&self.path, format!("a canister id: {e}")))?,
            meta: meta.to_vec(),
            module: module.map(|module| Arc::from(module.value())),
            chunks: load_chunks(read, CHUNKS, id)?,
            heap: load_pages(read, HEAP, id)?,
            stable: load_pages(read, STABLE, id)?,
        })
    }
}

pub(super) fn load_pages(
    read: &ReadTransaction,
    definition: Rows<PageKey>,
    id: &[u8],
) -> Result<MemoryPages, StoreError> {
    let table = read.open_table(definition)?;
    let mut pages = Vec::new();
    for row in table.range((id, 0)..=(id, u64::MAX))? {
        let (key, content) = row?;
        // They stay compressed until somebody needs them; see `memory::packed`.
        pages.push((key.value().1, Box::from(content.value())));
    }
    Ok(pages)
}

type Chunks = Vec<(ChunkHash, Arc<[u8]>)>;

pub(super) fn load_chunks(
    read: &ReadTransaction,
    definition: Rows<ChunkKey>,
    id: &[u8],
) -> Result<Chunks, StoreError> {
    let mut chunks = Vec::new();
    let table = read.open_table(definition)?;
    for row in table.range((id, &[0; 32])..=(id, &[0xff; 32]))? {
        let (key, chunk) = row?;
        chunks.push((*key.value().1, Arc::from(chunk.value())));
    }
    Ok(chunks)
}
