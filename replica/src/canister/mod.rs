//! One canister at run time: its state, its memories and its live instance.
//!
//! `execute` runs messages, `tasks` those of the system, `journal` remembers them, `install` changes code, `images` takes
//! and loads snapshots, `query` runs what
//! changes nothing, `memory` says what it takes and costs, `persist` exports and restores. A canister knows nothing of other canisters: what shall happen elsewhere
//! it returns as [`Effects`].

mod execute;
mod images;
mod install;
mod journal;
mod memory;
mod payment;
mod persist;
mod query;
mod run;
mod tasks;

pub(crate) use images::{Image, Inconsistent};
pub(crate) use install::{Install, Installation, UpgradeOptions};
pub(crate) use memory::freezing_cycles;
pub(crate) use persist::Compile;
pub(crate) use query::{CompositeStep, QueryCall};
pub(crate) use tasks::Task;

use journal::{Entry, Journal};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use candid::Principal;

use crate::engine::{CompiledModule, Instance};
use crate::fees::Fees;
use crate::memory::{HeapImage, PAGE_BYTES, StableMemory, StableOverlay, WASM_PAGE_BYTES};
use crate::state::{
    CallbackId, CanisterLog, CanisterMeta, Origin, Payload, QueryFigures, RunState, StopRequest,
};
use crate::sys::OutgoingCall;
use crate::{CanisterView, MessageId, Work};

/// What every canister of the subnet sees alike during a round.
#[derive(Clone, Debug)]
pub(crate) struct Subnet {
    pub time_ns: u64,
    pub root_key: Arc<[u8]>,
    pub update_instructions: u64,
    pub query_instructions: u64,
    pub fees: Fees,
}

/// An answer on its way to who waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub origin: Origin,
    pub payload: Payload,
    pub refund: u128,
}

/// What a message does outside of its canister.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub calls: Vec<(CallbackId, OutgoingCall)>,
    pub answers: Vec<Answer>,
    /// An ingress message that was started and awaits calls.
    pub processing: Option<MessageId>,
    pub instructions: u64,
}

/// A canister at run time.
pub(crate) struct Canister {
    pub id: Principal,
    pub meta: CanisterMeta,
    pub code: Option<Arc<CompiledModule>>,
    /// The module as it was given.
    pub module: Option<Arc<[u8]>>,
    pub chunks: BTreeMap<[u8; 32], Arc<[u8]>>,
    pub log: CanisterLog,
    /// The snapshots, by their numbers.
    pub images: BTreeMap<u64, Image>,
    /// What it has done since somebody asked; it does not survive a restart.
    pub work: Work,
    /// Host calls up to the next injected trap; see `faults`.
    pub host_calls_to_trap: Option<u64>,
    /// Messages that trap, and at which of their host calls each.
    pub messages_to_trap: Option<(u64, u64)>,
    /// What no message may write.
    pub poison: Vec<Arc<[u8]>>,
    /// The host call at which the next message traps.
    pub drawn_trap: Option<u64>,
    /// Traps injected since somebody asked.
    pub injected_traps: u64,
    pub query_figures: QueryFigures,
    /// The latest lines of queries and inspections, which no log keeps.
    pub unlogged: VecDeque<Vec<u8>>,
    /// The round of its last message.
    pub last_used_round: u64,
    heap: HeapImage,
    stable: StableMemory,
    instance: Option<Instance>,
    /// Whether the instance holds what was neither committed nor discarded.
    is_ahead: bool,
    /// The message that runs, when it is one that can be run again.
    started: Option<Entry>,
    journal: Journal,
    module_changed: bool,
    chunks_changed: BTreeSet<[u8; 32]>,
    images_removed: BTreeSet<u64>,
    exported_meta: Option<[u8; 32]>,
}

impl Canister {
    pub(crate) fn new(id: Principal, meta: CanisterMeta) -> Self {
        Self {
            id,
            meta,
            code: None,
            module: None,
            chunks: BTreeMap::new(),
            log: CanisterLog::default(),
            images: BTreeMap::new(),
            work: Work::default(),
            host_calls_to_trap: None,
            messages_to_trap: None,
            poison: Vec::new(),
            drawn_trap: None,
            injected_traps: 0,
            query_figures: QueryFigures::default(),
            unlogged: VecDeque::new(),
            last_used_round: 0,
            heap: HeapImage::default(),
            stable: StableMemory::default(),
            instance: None,
            is_ahead: false,
            started: None,
            journal: Journal::default(),
            module_changed: false,
            chunks_changed: BTreeSet::new(),
            images_removed: BTreeSet::new(),
            exported_meta: None,
        }
    }

    /// Whether its module has an entry point of that name.
    pub(crate) fn exports(&self, name: &str) -> bool {
        self.code.as_ref().is_some_and(|code| code.exports(name))
    }

    pub(crate) fn is_live(&self) -> bool {
        self.instance.is_some()
    }

    /// Drops the live instance; the next message makes a new one from the image.
    pub(crate) fn unload(&mut self) {
        self.checkpoint();
        self.instance = None;
    }

    pub(crate) fn put_chunk(&mut self, hash: [u8; 32], chunk: Arc<[u8]>) {
        self.chunks.insert(hash, chunk);
        self.chunks_changed.insert(hash);
    }

    pub(crate) fn clear_chunks(&mut self) {
        self.chunks_changed.extend(self.chunks.keys());
        self.chunks.clear();
    }

    pub(crate) fn heap_bytes(&self) -> u64 {
        match &self.instance {
            Some(instance) if !self.journal.is_empty() => instance.memory().len() as u64,
            _ => self.heap.len() as u64,
        }
    }

    pub(crate) fn stable_bytes(&self) -> u64 {
        self.stable.len()
    }

    /// Reads the committed stable memory.
    pub(crate) fn read_stable(&self, offset: u64, bytes: usize) -> Option<Vec<u8>> {
        let mut buffer = Vec::new();
        let within = offset.checked_add(bytes as u64)? <= self.stable_bytes();
        within.then(|| buffer.resize(bytes, 0))?;
        StableOverlay::over(&self.stable)
            .read(&self.stable, offset, &mut buffer)
            .ok()?;
        Some(buffer)
    }

    /// Replaces the stable memory; false, and nothing changes, when the bytes are too many for it.
    pub(crate) fn replace_stable(&mut self, bytes: &[u8]) -> bool {
        let mut overlay = StableOverlay::with_size(0);
        let wasm_pages = (bytes.len() as u64).div_ceil(WASM_PAGE_BYTES);
        if overlay.grow(wasm_pages).is_none() {
            return false;
        }
        self.checkpoint();
        self.stable.clear();
        for (index, page) in (0..).zip(bytes.chunks(PAGE_BYTES)) {
            if page.iter().any(|byte| *byte != 0) {
                overlay
                    .write(&self.stable, index * PAGE_BYTES as u64, page)
                    .expect("BUG: the memory has grown to hold the bytes");
            }
        }
        self.merge_stable(overlay);
        true
    }

    /// Takes over what a message wrote to the stable memory.
    fn merge_stable(&mut self, overlay: StableOverlay) {
        self.stable.merge(overlay);
        self.meta.stable_wasm_pages = self.stable.wasm_pages();
    }

    /// Becomes stopped when it is stopping and nothing is open; returns who waited for that.
    pub(crate) fn settle_stop(&mut self) -> Vec<StopRequest> {
        if !self.meta.contexts.is_empty() {
            return Vec::new();
        }
        match &mut self.meta.run_state {
            RunState::Stopping(requests) => {
                let requests = std::mem::take(requests);
                self.meta.run_state = RunState::Stopped;
                self.meta.version += 1;
                requests
            }
            RunState::Running | RunState::Stopped => Vec::new(),
        }
    }

    pub(crate) fn view(&self) -> CanisterView {
        CanisterView {
            id: self.id,
            module_hash: self.meta.module_hash,
            controllers: self.meta.settings.controllers.iter().copied().collect(),
            status: self.meta.run_state.status(),
            metadata: match &self.code {
                Some(code) => Arc::clone(&code.metadata),
                None => Arc::new([]),
            },
            certified_data: self.meta.certified_data.clone(),
            created_ns: self.meta.created_ns,
            installed_ns: self.meta.installed_ns,
            cycles: self.meta.cycles,
            version: self.meta.version,
            heap_bytes: self.heap_bytes(),
            stable_bytes: self.stable_bytes(),
            global_timer_ns: self.meta.global_timer_ns,
            open_call_contexts: self.meta.contexts.len(),
        }
    }
}
