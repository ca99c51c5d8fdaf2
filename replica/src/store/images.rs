//! Snapshots of canisters: the rows of each stand under its own id.

use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use super::commit::{delete_pages, write_memory};
use super::load::{load_chunks, load_pages};
use super::tables::{IMAGE_CHUNKS, IMAGE_HEAP, IMAGE_MODULES, IMAGE_STABLE, IMAGES};
use super::{Store, StoreError};
use crate::{ImageDelta, ImageId, ImageRows};

pub(super) fn write(write: &WriteTransaction, delta: &ImageDelta) -> Result<(), StoreError> {
    let id = delta.id.as_slice();
    if let Some(meta) = &delta.meta {
        write.open_table(IMAGES)?.insert(id, meta.as_slice())?;
    }
    if let Some(module) = &delta.module {
        write.open_table(IMAGE_MODULES)?.insert(id, &module[..])?;
    }
    let mut chunks = write.open_table(IMAGE_CHUNKS)?;
    for (hash, chunk) in &delta.chunks {
        chunks.insert((id, hash), &chunk[..])?;
    }
    write_memory(write, IMAGE_HEAP, id, &delta.heap)?;
    write_memory(write, IMAGE_STABLE, id, &delta.stable)
}

pub(super) fn delete(write: &WriteTransaction, id: &ImageId) -> Result<(), StoreError> {
    let id = id.as_slice();
    write.open_table(IMAGES)?.remove(id)?;
    write.open_table(IMAGE_MODULES)?.remove(id)?;
    let mut chunks = write.open_table(IMAGE_CHUNKS)?;
    chunks.retain_in((id, &[0; 32])..=(id, &[0xff; 32]), |_, _| false)?;
    delete_pages(&mut write.open_table(IMAGE_HEAP)?, id)?;
    delete_pages(&mut write.open_table(IMAGE_STABLE)?, id)
}

impl Store {
    /// All snapshots of all canisters.
    pub(super) fn load_images(&self, read: &ReadTransaction) -> Result<Vec<ImageRows>, StoreError> {
        let mut images = Vec::new();
        for row in read.open_table(IMAGES)?.iter()? {
            let (key, meta) = row?;
            let id = ImageId::try_from(key.value())
                .map_err(|_| self.damaged("the id of a snapshot has a wrong length"))?;
            let module = read.open_table(IMAGE_MODULES)?.get(id.as_slice())?;
            let module = module.ok_or_else(|| self.damaged("a snapshot has no module"))?;
            images.push(ImageRows {
                id,
                meta: meta.value().to_vec(),
                module: Arc::from(module.value()),
                chunks: load_chunks(read, IMAGE_CHUNKS, &id)?,
                heap: load_pages(read, IMAGE_HEAP, &id)?,
                stable: load_pages(read, IMAGE_STABLE, &id)?,
            });
        }
        Ok(images)
    }
}
