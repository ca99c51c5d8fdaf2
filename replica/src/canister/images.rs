//! Snapshots of a canister: taking one, writing one piece by piece, and becoming one.
//!
//! Pages are shared between a canister and its snapshots until one of them changes. What callers
//! may do is decided in `management`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Canister;
use crate::engine::{CompiledModule, Instance, ListedGlobal};
use crate::limits::CHUNK_BYTES;
use crate::memory::{PageStore, WASM_PAGE_BYTES};
use crate::state::{GlobalValue, ImageMeta, ImageSource, LowMemoryHook};

type Chunks = BTreeMap<[u8; 32], Arc<[u8]>>;

/// A snapshot of a canister.
pub(crate) struct Image {
    pub meta: ImageMeta,
    pub module: Arc<[u8]>,
    pub chunks: Chunks,
    pub heap: PageStore,
    pub stable: PageStore,
    pub(super) meta_changed: bool,
    pub(super) module_changed: bool,
    pub(super) chunks_changed: BTreeSet<[u8; 32]>,
}

/// Why a snapshot cannot be loaded.
pub(crate) struct Inconsistent(pub String);

impl Image {
    /// An image that the store does not have yet.
    pub(crate) fn new(meta: ImageMeta, module: Arc<[u8]>) -> Self {
        Self {
            meta,
            module,
            chunks: Chunks::new(),
            heap: PageStore::default(),
            stable: PageStore::default(),
            meta_changed: true,
            module_changed: true,
            chunks_changed: BTreeSet::new(),
        }
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> u64 {
        let memories = self.meta.heap_bytes + self.stable_bytes();
        let small = 8 * self.meta.globals.len() + self.meta.certified_data.len();
        let chunks = self.chunks.len() * CHUNK_BYTES;
        memories + self.meta.module_bytes + (small + chunks) as u64
    }

    pub(crate) fn stable_bytes(&self) -> u64 {
        self.meta.stable_wasm_pages * WASM_PAGE_BYTES
    }

    /// Writes a part of the module; the caller has checked that it fits.
    pub(crate) fn write_module(&mut self, offset: usize, bytes: &[u8]) {
        let mut module = self.module.to_vec();
        module[offset..offset + bytes.len()].copy_from_slice(bytes);
        self.module = module.into();
        self.module_changed = true;
    }

    pub(crate) fn put_chunk(&mut self, hash: [u8; 32], chunk: Arc<[u8]>) {
        self.chunks.insert(hash, chunk);
        self.chunks_changed.insert(hash);
    }

    /// The values for the mutable globals of a module, if the globals of the snapshot are those of
    /// the module.
    fn mutable_globals(&self, code: &CompiledModule) -> Result<Vec<GlobalValue>, Inconsistent> {
        let mut instance = Instance::new(code).map_err(Inconsistent)?;
        let initial = instance.globals();
        let initial = instance.listed_globals(&code.listed_globals, &initial);
        let same_type = |(a, b): (&Option<GlobalValue>, &Option<GlobalValue>)| match (a, b) {
            (Some(a), Some(b)) => std::mem::discriminant(a) == std::mem::discriminant(b),
            (None, None) => true,
            _ => false,
        };
        let given = &self.meta.globals;
        let fits = given.len() == initial.len() && given.iter().zip(&initial).all(same_type);
        if !fits {
            let text =
                "Wasm exported globals of canister module and snapshot metadata do not match";
            return Err(Inconsistent(text.to_owned()));
        }
        let listed = code.listed_globals.iter().zip(given);
        Ok(listed
            .filter(|(global, _)| **global == ListedGlobal::Mutable)
            .filter_map(|(_, value)| *value)
            .collect())
    }
}

impl Canister {
    /// Bytes that the snapshots take.
    pub(super) fn snapshot_bytes(&self) -> u64 {
        self.images.values().map(Image::bytes).sum()
    }

    /// A snapshot of the canister as it is; `None` when it has no code.
    pub(crate) fn take_image(&mut self, time_ns: u64) -> Option<Image> {
        self.checkpoint();
        let code = Arc::clone(self.code.as_ref()?);
        let module = Arc::clone(self.module.as_ref()?);
        // A module that was installed can be instantiated; its constants are there then.
        let mut instance = self.live_instance().ok()?;
        let globals = instance.listed_globals(&code.listed_globals, &self.meta.globals);
        self.instance = Some(instance);
        let meta = ImageMeta {
            source: ImageSource::Taken,
            taken_at_ns: time_ns,
            canister_version: self.meta.version,
            module_bytes: module.len() as u64,
            globals,
            heap_bytes: self.heap.len() as u64,
            stable_wasm_pages: self.stable.wasm_pages(),
            certified_data: self.meta.certified_data.clone(),
            global_timer_ns: Some(self.meta.global_timer_ns),
            low_memory_hook: Some(self.meta.low_memory_hook),
        };
        Some(Image {
            chunks_changed: self.chunks.keys().copied().collect(),
            chunks: self.chunks.clone(),
            heap: self.heap.pages().copy(),
            stable: self.stable.pages().copy(),
            ..Image::new(meta, module)
        })
    }

    /// Keeps a snapshot under a number that was never used.
    pub(crate) fn add_image(&mut self, image: Image) -> u64 {
        let number = self.meta.next_image;
        self.meta.next_image += 1;
        self.images.insert(number, image);
        number
    }

    pub(crate) fn remove_image(&mut self, number: u64) {
        if self.images.remove(&number).is_some() {
            self.images_removed.insert(number);
        }
    }

    /// Becomes a snapshot, of itself or of another canister. On failure nothing has changed.
    pub(crate) fn become_image(&mut self, image: &Image) -> Result<(), Inconsistent> {
        let code = CompiledModule::compile(&image.module)
            .map_err(|reason| Inconsistent(reason.to_string()))?;
        let globals = image.mutable_globals(&code)?;
        self.check_hook(image)?;
        let heap_bytes = usize::try_from(image.meta.heap_bytes)
            .map_err(|_| Inconsistent("the heap is too large".to_owned()))?;
        Instance::new(&code)
            .and_then(|mut instance| instance.grow_to(heap_bytes))
            .map_err(Inconsistent)?;
        self.clear_heap();
        self.heap.replace(heap_bytes, &image.heap);
        self.stable
            .replace(image.meta.stable_wasm_pages, &image.stable);
        self.clear_chunks();
        self.chunks_changed.extend(image.chunks.keys());
        self.chunks.clone_from(&image.chunks);
        self.meta.module_hash = Some(code.hash);
        self.code = Some(code);
        self.module = Some(Arc::clone(&image.module));
        self.module_changed = true;
        self.meta.globals = globals;
        self.meta.heap_bytes = image.meta.heap_bytes;
        self.meta.stable_wasm_pages = image.meta.stable_wasm_pages;
        self.meta
            .certified_data
            .clone_from(&image.meta.certified_data);
        if image.meta.source == ImageSource::Uploaded {
            let meta = &mut self.meta;
            meta.global_timer_ns = image.meta.global_timer_ns.unwrap_or(meta.global_timer_ns);
            meta.low_memory_hook = image.meta.low_memory_hook.unwrap_or(meta.low_memory_hook);
        }
        self.meta.version += 1;
        self.watch_heap();
        Ok(())
    }

    /// An uploaded snapshot has to tell the truth about the room in its heap.
    fn check_hook(&self, image: &Image) -> Result<(), Inconsistent> {
        let (ImageSource::Uploaded, Some(hook)) = (image.meta.source, image.meta.low_memory_hook)
        else {
            return Ok(());
        };
        if (hook != LowMemoryHook::NotDue) == self.is_heap_low(image.meta.heap_bytes) {
            return Ok(());
        }
        Err(Inconsistent(
            "The on_low_wasm_memory hook status of the snapshot does not match the Wasm memory \
             size of the snapshot and the settings of the canister"
                .to_owned(),
        ))
    }
}
