//! `canister_status`: what a canister is and has, for those who may see it.

use candid::{Nat, Principal};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterStatusResult, CanisterStatusType, DefiniteCanisterSettings,
    EnvironmentVariable, MemoryMetrics, StatusVisibility,
};

use super::{Call, MethodResult, Outcome, decode, encode, find};
use crate::canister::Canister;
use crate::state::Settings;
use crate::{CanisterStatus, Rejection, Replica};

/// Whether somebody may read the status of a canister.
pub(super) fn may_see(canister: &Canister, caller: &Principal) -> bool {
    let settings = &canister.meta.settings;
    let listed = match &settings.status_visibility {
        StatusVisibility::Public => true,
        StatusVisibility::Controllers => false,
        StatusVisibility::AllowedViewers(viewers) => viewers.contains(caller),
    };
    listed || settings.controllers.contains(caller) || canister.id == *caller
}

/// The query, which users send and composite queries make.
pub(super) fn query_status(
    replica: &Replica,
    caller: &Principal,
    arg: &[u8],
) -> Result<Vec<u8>, Rejection> {
    let id = decode::<CanisterIdRecord>(arg)?.canister_id;
    let canister = find(replica, id)?;
    if !may_see(canister, caller) {
        let controllers = &canister.meta.settings.controllers;
        return Err(Rejection::cannot_control(&id, controllers, caller));
    }
    Ok(encode((status_of(canister),)))
}

pub(super) fn canister_status(replica: &mut Replica, call: &mut Call) -> MethodResult {
    query_status(replica, &call.caller, &call.arg).map(Outcome::Reply)
}

fn status_of(canister: &Canister) -> CanisterStatusResult {
    let meta = &canister.meta;
    CanisterStatusResult {
        status: match meta.run_state.status() {
            CanisterStatus::Running => CanisterStatusType::Running,
            CanisterStatus::Stopping => CanisterStatusType::Stopping,
            CanisterStatus::Stopped => CanisterStatusType::Stopped,
        },
        ready_for_migration: meta.run_state.status() == CanisterStatus::Stopped
            && meta.queues.is_empty()
            && meta.callbacks.is_empty(),
        version: meta.version,
        settings: definite(&meta.settings),
        module_hash: meta.module_hash.map(Vec::from),
        memory_size: Nat::from(canister.memory_bytes()),
        memory_metrics: metrics(canister),
        cycles: Nat::from(meta.cycles),
        // Cycles are reserved on subnets that run out of memory.
        reserved_cycles: Nat::from(0_u8),
        idle_cycles_burned_per_day: Nat::from(canister.idle_cycles_per_day()),
        query_stats: canister.query_figures.told(),
    }
}

fn metrics(canister: &Canister) -> MemoryMetrics {
    let memory = canister.memory();
    MemoryMetrics {
        wasm_memory_size: Nat::from(memory.heap),
        stable_memory_size: Nat::from(memory.stable),
        global_memory_size: Nat::from(memory.globals),
        wasm_binary_size: Nat::from(memory.module),
        custom_sections_size: Nat::from(memory.custom_sections),
        canister_history_size: Nat::from(memory.history),
        wasm_chunk_store_size: Nat::from(memory.chunks),
        snapshots_size: Nat::from(memory.snapshots),
        log_memory_store_size: Nat::from(memory.log),
    }
}

fn definite(settings: &Settings) -> DefiniteCanisterSettings {
    let variables = settings.environment_variables.iter();
    DefiniteCanisterSettings {
        controllers: settings.controllers.iter().copied().collect(),
        compute_allocation: Nat::from(settings.compute_allocation),
        memory_allocation: Nat::from(settings.memory_allocation),
        freezing_threshold: Nat::from(settings.freezing_threshold),
        reserved_cycles_limit: Nat::from(settings.reserved_cycles_limit),
        minimum_incoming_canister_call_cycles: Nat::from(
            settings.minimum_incoming_canister_call_cycles,
        ),
        log_visibility: settings.log_visibility.clone(),
        log_memory_limit: Nat::from(settings.log_memory_limit),
        snapshot_visibility: settings.snapshot_visibility.clone(),
        status_visibility: settings.status_visibility.clone(),
        wasm_memory_limit: Nat::from(settings.wasm_memory_limit),
        wasm_memory_threshold: Nat::from(settings.wasm_memory_threshold),
        environment_variables: variables
            .map(|(name, value)| EnvironmentVariable {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
    }
}
