//! Exports what changed in a canister, and makes a canister again from what was stored.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Canister, Image};
use crate::engine::{CompiledModule, InvalidModule};
use crate::memory::{HeapImage, PageStore, StableMemory};
use crate::persist::{
    CanisterDelta, CanisterSnapshot, ImageDelta, ImageId, ImageRows, LogDelta, LogLines,
    RestoreError, decode, encode,
};
use crate::state::{CanisterLog, CanisterMeta, ImageMeta, image_id};

impl Image {
    /// What changed since the last call; `None` when nothing did.
    fn take_delta(&mut self, id: ImageId) -> Option<ImageDelta> {
        let (heap, stable) = (self.heap.take_delta(), self.stable.take_delta());
        let meta = std::mem::take(&mut self.meta_changed);
        let module = std::mem::take(&mut self.module_changed);
        let changed = std::mem::take(&mut self.chunks_changed).into_iter();
        let chunks = changed.filter_map(|hash| Some((hash, Arc::clone(self.chunks.get(&hash)?))));
        let chunks: Vec<_> = chunks.collect();
        let unchanged = !meta
            && !module
            && chunks.is_empty()
            && heap == Default::default()
            && stable == Default::default();
        (!unchanged).then(|| ImageDelta {
            id,
            meta: meta.then(|| encode(&self.meta)),
            module: module.then(|| Arc::clone(&self.module)),
            chunks,
            heap,
            stable,
        })
    }

    fn restore(rows: ImageRows) -> Result<Self, RestoreError> {
        let part = format!("snapshot {}", hex::encode(rows.id));
        let meta: ImageMeta = decode(&part, &rows.meta)?;
        let wrong_page = || RestoreError::new(&part, "a page has a wrong size");
        if meta.module_bytes != rows.module.len() as u64 {
            return Err(RestoreError::new(&part, "the module has a wrong size"));
        }
        Ok(Self {
            chunks: rows.chunks.into_iter().collect(),
            heap: PageStore::restore(rows.heap).ok_or_else(wrong_page)?,
            stable: PageStore::restore(rows.stable).ok_or_else(wrong_page)?,
            meta_changed: false,
            module_changed: false,
            ..Self::new(meta, rows.module)
        })
    }
}

/// How a module becomes code.
pub(crate) type Compile<'a> = dyn Fn(&[u8]) -> Result<Arc<CompiledModule>, InvalidModule> + 'a;

impl Canister {
    /// What changed since the last call; `None` when nothing did.
    pub(crate) fn take_delta(&mut self) -> Option<CanisterDelta> {
        self.checkpoint();
        self.meta.log_lines = self.log.next_index();
        let blob = encode(&self.meta);
        let hash = Sha256::digest(&blob).into();
        let meta = (self.exported_meta != Some(hash)).then_some(blob);
        self.exported_meta = Some(hash);
        let module = std::mem::take(&mut self.module_changed).then(|| self.module.clone());
        let chunks: Vec<_> = std::mem::take(&mut self.chunks_changed)
            .into_iter()
            .map(|hash| (hash, self.chunks.get(&hash).cloned()))
            .collect();
        let (heap, stable) = (self.heap.take_delta(), self.stable.take_delta());
        // Every change of module, chunks or memory in a message changes the meta blob as well,
        // but the export must not depend on that.
        let unchanged = meta.is_none()
            && module.is_none()
            && chunks.is_empty()
            && heap == Default::default()
            && stable == Default::default();
        (!unchanged).then_some(CanisterDelta {
            id: self.id,
            meta,
            module,
            chunks,
            heap,
            stable,
        })
    }

    /// What changed in the log since the last call; `None` when nothing did.
    pub(crate) fn take_log_delta(&mut self) -> Option<LogDelta> {
        let (first, lines) = self.log.take_changes()?;
        Some(LogDelta {
            canister: self.id,
            first,
            lines: lines
                .into_iter()
                .map(|(index, record)| (index, encode(record)))
                .collect(),
        })
    }

    /// The snapshots that changed since the last call, and the numbers of those that are gone.
    pub(crate) fn take_image_deltas(&mut self) -> (Vec<ImageDelta>, Vec<ImageId>) {
        let id = self.id;
        let removed = std::mem::take(&mut self.images_removed).into_iter();
        let removed = removed.map(|number| image_id(&id, number)).collect();
        let images = self.images.iter_mut();
        let changed = images.filter_map(|(number, image)| image.take_delta(image_id(&id, *number)));
        (changed.collect(), removed)
    }

    /// The snapshots that the store may have.
    pub(crate) fn stored_images(&self) -> Vec<ImageId> {
        let numbers = self.images.keys().chain(&self.images_removed);
        numbers.map(|number| image_id(&self.id, *number)).collect()
    }

    /// Takes over a snapshot that was exported.
    pub(crate) fn restore_image(
        &mut self,
        number: u64,
        rows: ImageRows,
    ) -> Result<(), RestoreError> {
        self.images.insert(number, Image::restore(rows)?);
        Ok(())
    }

    /// Takes over the lines that were exported.
    pub(crate) fn restore_log(&mut self, lines: LogLines) -> Result<(), RestoreError> {
        let part = format!("the log of {}", self.id);
        let rows = lines
            .into_iter()
            .map(|(index, row)| Ok((index, decode(&part, &row)?)))
            .collect::<Result<_, RestoreError>>()?;
        self.log = CanisterLog::restore(self.meta.log_lines, rows)
            .ok_or_else(|| RestoreError::new(part, "lines are missing"))?;
        Ok(())
    }

    /// Makes a canister as it was when it was exported, without its log; `compile` makes its code.
    pub(crate) fn restore(
        snapshot: CanisterSnapshot,
        compile: &Compile<'_>,
    ) -> Result<Self, RestoreError> {
        let part = snapshot.id.to_text();
        let failed = |reason: &str| RestoreError::new(part.clone(), reason);
        let meta: CanisterMeta = decode(&part, &snapshot.meta)?;
        let heap_bytes = usize::try_from(meta.heap_bytes).map_err(|_| failed("heap size"))?;
        let heap = HeapImage::restore(heap_bytes, snapshot.heap);
        let stable = StableMemory::restore(meta.stable_wasm_pages, snapshot.stable);
        let code = match &snapshot.module {
            Some(module) => Some(compile(module).map_err(|reason| failed(&reason.to_string()))?),
            None => None,
        };
        if code.as_ref().map(|code| code.hash) != meta.module_hash {
            return Err(failed("the module is not the one that was installed"));
        }
        Ok(Self {
            code,
            module: snapshot.module,
            chunks: snapshot.chunks.into_iter().collect(),
            heap: heap.ok_or_else(|| failed("a heap page has a wrong size"))?,
            stable: stable.ok_or_else(|| failed("a stable page has a wrong size"))?,
            exported_meta: Some(Sha256::digest(&snapshot.meta).into()),
            ..Self::new(snapshot.id, meta)
        })
    }

    /// The module as given.
    pub(crate) fn module(&self) -> Option<&Arc<[u8]>> {
        self.module.as_ref()
    }
}
