//! Exports what changed in a canister, and makes a canister again from what was stored.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Canister;
use crate::engine::CompiledModule;
use crate::memory::{HeapImage, StableMemory};
use crate::persist::{CanisterDelta, CanisterSnapshot, RestoreError, decode, encode};
use crate::state::CanisterMeta;

impl Canister {
    /// What changed since the last call; `None` when nothing did.
    pub(crate) fn take_delta(&mut self) -> Option<CanisterDelta> {
        self.checkpoint();
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

    /// Makes a canister as it was when it was exported.
    pub(crate) fn restore(snapshot: CanisterSnapshot) -> Result<Self, RestoreError> {
        let part = snapshot.id.to_text();
        let failed = |reason: &str| RestoreError::new(part.clone(), reason);
        let meta: CanisterMeta = decode(&part, &snapshot.meta)?;
        let heap_bytes = usize::try_from(meta.heap_bytes).map_err(|_| failed("heap size"))?;
        let heap = HeapImage::restore(heap_bytes, snapshot.heap);
        let stable = StableMemory::restore(meta.stable_wasm_pages, snapshot.stable);
        let code = match &snapshot.module {
            Some(module) => Some(CompiledModule::compile(module).map_err(|text| failed(&text))?),
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
