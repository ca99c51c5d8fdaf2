//! What a canister takes of the subnet's memory, what that costs while it is idle, and when it has
//! too few cycles for it.
//!
//! Here nobody is charged for memory and compute as time passes. What they cost decides, as on the
//! Internet Computer, how many cycles a canister has to keep: with less it is frozen.

use ic_error_types::ErrorCode;

use super::{Canister, Task};
use crate::Rejection;
use crate::limits::{
    CHUNK_BYTES, COMPUTE_PERCENT_CYCLES_PER_SECOND, HEAP_BYTES_WASM32, HEAP_BYTES_WASM64,
    MEMORY_CYCLES_PER_GIB_SECOND,
};
use crate::memory::WASM_PAGE_BYTES;
use crate::state::{LowMemoryHook, Settings};
use crate::sys::{Mode, Run, Trap};

const SECONDS_PER_DAY: u128 = 24 * 60 * 60;
const GIB: u128 = 1024 * 1024 * 1024;

/// The memory of a canister by what takes it, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub heap: u64,
    pub stable: u64,
    pub globals: u64,
    pub module: u64,
    pub custom_sections: u64,
    pub history: u64,
    pub chunks: u64,
    pub snapshots: u64,
    pub log: u64,
}

impl Memory {
    pub(super) fn total(&self) -> u64 {
        let code = self.heap + self.stable + self.globals + self.module + self.custom_sections;
        code + self.history + self.chunks + self.snapshots + self.log
    }
}

/// What settings and memory cost an idle canister a day.
fn idle_cycles_per_day(settings: &Settings, memory_bytes: u64) -> u128 {
    let bytes = u128::from(memory_bytes).max(settings.memory_allocation);
    let memory = bytes * MEMORY_CYCLES_PER_GIB_SECOND * SECONDS_PER_DAY / GIB;
    let percent = settings.compute_allocation;
    memory + percent * COMPUTE_PERCENT_CYCLES_PER_SECOND * SECONDS_PER_DAY
}

/// The cycles below which a canister with those settings and that memory is frozen.
pub(crate) fn freezing_cycles(settings: &Settings, memory_bytes: u64) -> u128 {
    let daily = idle_cycles_per_day(settings, memory_bytes);
    daily.saturating_mul(settings.freezing_threshold) / SECONDS_PER_DAY
}

impl Canister {
    /// The memory that the canister takes.
    pub(crate) fn memory(&self) -> Memory {
        let module = self.module.as_ref().map_or(0, |module| module.len());
        let sections = self.code.iter().flat_map(|code| code.metadata.iter());
        let section_bytes: usize = sections.map(|section| section.content.len()).sum();
        Memory {
            heap: self.heap_bytes(),
            stable: self.stable_bytes(),
            globals: 8 * self.meta.globals.len() as u64,
            module: module as u64,
            custom_sections: section_bytes as u64,
            history: self.meta.changes.bytes() as u64,
            // Each chunk counts as a full one.
            chunks: (self.chunks.len() * CHUNK_BYTES) as u64,
            snapshots: self.snapshot_bytes(),
            log: self.log.bytes() as u64,
        }
    }

    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory().total()
    }

    pub(crate) fn idle_cycles_per_day(&self) -> u128 {
        idle_cycles_per_day(&self.meta.settings, self.memory_bytes())
    }

    /// The cycles that a frozen canister lacks.
    pub(crate) fn missing_cycles(&self) -> Option<u128> {
        self.missing_for(self.memory_bytes(), self.meta.cycles)
    }

    /// Whether there are cycles for a message.
    pub(crate) fn check_cycles(&self) -> Result<(), Rejection> {
        match self.missing_cycles() {
            Some(missing) => Err(Rejection::out_of_cycles(&self.id, missing)),
            None => Ok(()),
        }
    }

    /// Whether the canister can pay for that much more memory.
    pub(crate) fn check_growth(&self, bytes: u64) -> Result<(), Rejection> {
        let memory = self.memory_bytes().saturating_add(bytes);
        let missing = self.missing_for(memory, self.meta.cycles);
        missing.filter(|_| bytes > 0).map_or(Ok(()), |missing| {
            Err(Rejection::new(
                ErrorCode::InsufficientCyclesInMemoryGrow,
                Trap::CyclesForMemory { bytes, missing }.to_string(),
            ))
        })
    }

    /// What a canister with that much memory lacks of the cycles that it has to keep.
    pub(super) fn missing_for(&self, memory_bytes: u64, cycles: u128) -> Option<u128> {
        let threshold = freezing_cycles(&self.meta.settings, memory_bytes);
        let missing = threshold.checked_sub(cycles)?;
        (missing > 0).then_some(missing)
    }

    /// Why a message that ran must not be kept after all: its heap exceeds the limit, or the
    /// canister cannot pay for the memory that it took.
    pub(super) fn check_memory(&self, run: &Run) -> Option<Trap> {
        let mode = run.input.mode;
        let heap = self
            .instance
            .as_ref()
            .map_or(0, |instance| instance.memory().len() as u64);
        let over_limit = self.heap_over_limit(mode, heap);
        if over_limit.is_some() || !mode.is_committed() {
            return over_limit;
        }
        let stable = run.stable.wasm_pages() * WASM_PAGE_BYTES;
        let bytes =
            heap.saturating_sub(self.meta.heap_bytes) + stable.saturating_sub(self.stable_bytes());
        if bytes == 0 {
            return None;
        }
        let memory = Memory {
            heap,
            stable,
            ..self.memory()
        };
        self.missing_for(memory.total(), run.cycles)
            .map(|missing| Trap::CyclesForMemory { bytes, missing })
    }

    /// The limit that controllers set holds for updates and installations.
    pub(super) fn heap_over_limit(&self, mode: Mode, heap_bytes: u64) -> Option<Trap> {
        let limit = self.meta.settings.wasm_memory_limit;
        let is_limited = limit > 0 && mode.is_heap_limited();
        (is_limited && u128::from(heap_bytes) > limit).then_some(Trap::HeapLimit {
            bytes: heap_bytes,
            limit,
        })
    }

    /// Whether a heap of that size leaves less room than controllers set.
    pub(super) fn is_heap_low(&self, heap_bytes: u64) -> bool {
        let settings = &self.meta.settings;
        let is_wasm64 = self.code.as_ref().is_some_and(|code| code.is_wasm64);
        let limit = match (settings.wasm_memory_limit, is_wasm64) {
            (0, false) => HEAP_BYTES_WASM32 as u128,
            (0, true) => HEAP_BYTES_WASM64 as u128,
            (limit, _) => limit,
        };
        limit < u128::from(heap_bytes).saturating_add(settings.wasm_memory_threshold)
    }

    /// Notes when the room in the heap falls below what controllers set, so that
    /// `canister_on_low_wasm_memory` runs once.
    pub(crate) fn watch_heap(&mut self) {
        let is_low = self.is_heap_low(self.heap_bytes());
        self.meta.low_memory_hook = match (is_low, self.meta.low_memory_hook) {
            (false, _) => LowMemoryHook::NotDue,
            (true, LowMemoryHook::NotDue) => LowMemoryHook::Ready,
            (true, other) => other,
        };
    }

    /// Whether `canister_on_low_wasm_memory` is to run before anything else.
    pub(crate) fn is_low_memory_hook_due(&self) -> bool {
        self.meta.low_memory_hook == LowMemoryHook::Ready
            && self.meta.is_running()
            && self.exports(Task::LowMemory.export())
            && self.missing_cycles().is_none()
    }
}
