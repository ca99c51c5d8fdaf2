//! One canister's state other than memory, module and chunks.

use std::collections::{BTreeMap, BTreeSet};

use candid::Principal;
use ic_management_canister_types::{LogVisibility, SnapshotVisibility, StatusVisibility};
use serde::{Deserialize, Serialize};

use super::{
    CallContext, Callback, CallbackId, ChangeHistory, Consumed, ContextId, Origin, Queues,
};
use crate::CanisterStatus;

/// What controllers may change by `update_settings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub controllers: BTreeSet<Principal>,
    pub compute_allocation: u128,
    pub memory_allocation: u128,
    pub freezing_threshold: u128,
    pub reserved_cycles_limit: u128,
    pub minimum_incoming_canister_call_cycles: u128,
    pub log_visibility: LogVisibility,
    pub log_memory_limit: u128,
    pub snapshot_visibility: SnapshotVisibility,
    pub status_visibility: StatusVisibility,
    pub wasm_memory_limit: u128,
    pub wasm_memory_threshold: u128,
    pub environment_variables: BTreeMap<String, String>,
}

impl Settings {
    /// The defaults of the Internet Computer.
    pub(crate) fn controlled_by(controllers: impl IntoIterator<Item = Principal>) -> Self {
        Self {
            controllers: controllers.into_iter().collect(),
            compute_allocation: 0,
            memory_allocation: 0,
            freezing_threshold: 2_592_000,
            reserved_cycles_limit: 5_000_000_000_000,
            minimum_incoming_canister_call_cycles: 0,
            log_visibility: LogVisibility::Controllers,
            log_memory_limit: 4096,
            snapshot_visibility: SnapshotVisibility::Controllers,
            status_visibility: StatusVisibility::Controllers,
            wasm_memory_limit: 3 * 1024 * 1024 * 1024,
            wasm_memory_threshold: 0,
            environment_variables: BTreeMap::new(),
        }
    }
}

/// A stop request that waits until the canister is stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StopRequest {
    pub origin: Origin,
    pub cycles: u128,
    pub since_ns: u64,
}

/// Whether a canister takes calls, and who waits for it to stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RunState {
    Running,
    Stopping(Vec<StopRequest>),
    Stopped,
}

impl RunState {
    pub(crate) fn status(&self) -> CanisterStatus {
        match self {
            Self::Running => CanisterStatus::Running,
            Self::Stopping(_) => CanisterStatus::Stopping,
            Self::Stopped => CanisterStatus::Stopped,
        }
    }
}

/// Whether `canister_on_low_wasm_memory` is to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LowMemoryHook {
    /// There is room enough in the heap.
    #[default]
    NotDue,
    /// It runs next.
    Ready,
    /// It ran, and there was no room enough since.
    Executed,
}

/// The value of a mutable global. Floats by their bits, so that NaNs survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum GlobalValue {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
}

/// A canister's state other than memory, module and chunks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CanisterMeta {
    pub settings: Settings,
    pub run_state: RunState,
    pub version: u64,
    pub cycles: u128,
    #[serde(with = "serde_bytes")]
    pub certified_data: Vec<u8>,
    /// 0 when not set.
    pub global_timer_ns: u64,
    pub last_heartbeat_ns: u64,
    /// Up to when the memory is paid for; 0 when it never was. Absent in what was stored before
    /// there were fees.
    #[serde(default)]
    pub storage_paid_ns: u64,
    /// Changes that `canister_info` counts.
    pub total_changes: u64,
    /// The latest of them. Absent in what was stored before there was a history.
    #[serde(default)]
    pub changes: ChangeHistory,
    /// Lines that were ever written to the log. Absent in what was stored before it was kept.
    #[serde(default)]
    pub log_lines: u64,
    /// When it was created; absent for those that were created before this was kept.
    #[serde(default)]
    pub created_ns: Option<u64>,
    /// When its code was deployed or a snapshot was loaded.
    #[serde(default)]
    pub installed_ns: Option<u64>,
    /// The number of the next snapshot.
    #[serde(default)]
    pub next_image: u64,
    #[serde(default)]
    pub low_memory_hook: LowMemoryHook,
    #[serde(default)]
    pub consumed: Consumed,
    pub module_hash: Option<[u8; 32]>,
    pub globals: Vec<GlobalValue>,
    pub heap_bytes: u64,
    pub stable_wasm_pages: u64,
    pub queues: Queues,
    pub contexts: BTreeMap<ContextId, CallContext>,
    pub callbacks: BTreeMap<CallbackId, Callback>,
    pub next_context: u64,
    pub next_callback: u64,
}

impl CanisterMeta {
    pub(crate) fn new(settings: Settings, cycles: u128) -> Self {
        Self {
            settings,
            run_state: RunState::Running,
            version: 0,
            cycles,
            certified_data: Vec::new(),
            global_timer_ns: 0,
            last_heartbeat_ns: 0,
            storage_paid_ns: 0,
            total_changes: 0,
            changes: ChangeHistory::default(),
            log_lines: 0,
            created_ns: None,
            installed_ns: None,
            next_image: 0,
            low_memory_hook: LowMemoryHook::NotDue,
            consumed: Consumed::default(),
            module_hash: None,
            globals: Vec::new(),
            heap_bytes: 0,
            stable_wasm_pages: 0,
            queues: Queues::default(),
            contexts: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            next_context: 0,
            next_callback: 0,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.run_state == RunState::Running
    }

    pub(crate) fn open_context(&mut self, context: CallContext) -> ContextId {
        let id = ContextId(self.next_context);
        self.next_context += 1;
        self.contexts.insert(id, context);
        id
    }

    pub(crate) fn open_callback(&mut self, callback: Callback) -> CallbackId {
        let id = CallbackId(self.next_callback);
        self.next_callback += 1;
        self.callbacks.insert(id, callback);
        id
    }

    pub(crate) fn context_mut(&mut self, id: ContextId) -> &mut CallContext {
        self.contexts
            .get_mut(&id)
            .expect("BUG: an open call without a call context")
    }

    /// Calls open to each canister.
    pub(crate) fn open_calls(&self) -> BTreeMap<Principal, usize> {
        let mut calls = BTreeMap::new();
        for callback in self.callbacks.values() {
            *calls.entry(callback.callee).or_insert(0) += 1;
        }
        calls
    }
}
