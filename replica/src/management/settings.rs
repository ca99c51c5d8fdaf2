//! Settings and status of canisters.

use candid::{Nat, Principal};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInfoArgs, CanisterInfoResult, CanisterSettings, CanisterStatusResult,
    CanisterStatusType, DefiniteCanisterSettings, EnvironmentVariable, MemoryMetrics, QueryStats,
    StatusVisibility, UpdateSettingsArgs,
};

use super::{Call, MethodResult, controlled, decode, find, invalid, reply};
use crate::canister::Canister;
use crate::limits::{CONTROLLERS, ENVIRONMENT_VARIABLE_BYTES, ENVIRONMENT_VARIABLES};
use crate::state::Settings;
use crate::{CanisterStatus, Rejection, Replica};

/// Changes the settings that are given, after all of them were checked.
pub(super) fn apply(settings: &mut Settings, given: CanisterSettings) -> Result<(), Rejection> {
    let mut new = settings.clone();
    if let Some(controllers) = given.controllers {
        if controllers.len() > CONTROLLERS {
            return Err(Rejection::invalid_payload(format!(
                "{} controllers exceed the maximum of {CONTROLLERS}",
                controllers.len()
            )));
        }
        new.controllers = controllers.into_iter().collect();
    }
    for (given, field, limit) in [
        (&given.compute_allocation, &mut new.compute_allocation, 100),
        (
            &given.memory_allocation,
            &mut new.memory_allocation,
            1 << 48,
        ),
        (
            &given.freezing_threshold,
            &mut new.freezing_threshold,
            u128::from(u64::MAX),
        ),
        (
            &given.reserved_cycles_limit,
            &mut new.reserved_cycles_limit,
            u128::MAX,
        ),
        (
            &given.minimum_incoming_canister_call_cycles,
            &mut new.minimum_incoming_canister_call_cycles,
            u128::MAX,
        ),
        (&given.log_memory_limit, &mut new.log_memory_limit, 1 << 21),
        (
            &given.wasm_memory_limit,
            &mut new.wasm_memory_limit,
            1 << 48,
        ),
        (
            &given.wasm_memory_threshold,
            &mut new.wasm_memory_threshold,
            1 << 48,
        ),
    ] {
        if let Some(value) = given {
            *field = number(value, limit)?;
        }
    }
    new.log_visibility = given.log_visibility.unwrap_or(new.log_visibility);
    new.snapshot_visibility = given.snapshot_visibility.unwrap_or(new.snapshot_visibility);
    new.status_visibility = given.status_visibility.unwrap_or(new.status_visibility);
    if let Some(variables) = given.environment_variables {
        apply_variables(&mut new, variables)?;
    }
    *settings = new;
    Ok(())
}

fn number(value: &Nat, limit: u128) -> Result<u128, Rejection> {
    match u128::try_from(&value.0) {
        Ok(value) if value <= limit => Ok(value),
        _ => Err(invalid(format!("{value} exceeds the maximum of {limit}"))),
    }
}

fn apply_variables(
    settings: &mut Settings,
    variables: Vec<EnvironmentVariable>,
) -> Result<(), Rejection> {
    if variables.len() > ENVIRONMENT_VARIABLES {
        return Err(invalid(format!(
            "Too many environment variables: {} (max: {ENVIRONMENT_VARIABLES})",
            variables.len()
        )));
    }
    settings.environment_variables.clear();
    for variable in variables {
        if variable.name.len().max(variable.value.len()) > ENVIRONMENT_VARIABLE_BYTES {
            return Err(invalid(format!(
                "An environment variable exceeds {ENVIRONMENT_VARIABLE_BYTES} bytes"
            )));
        }
        let map = &mut settings.environment_variables;
        if map.insert(variable.name, variable.value).is_some() {
            return Err(invalid("An environment variable is given twice"));
        }
    }
    Ok(())
}

pub(super) fn update_settings(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: UpdateSettingsArgs = decode(&call.arg)?;
    let canister = controlled(replica, args.canister_id, "update_settings", &call.caller)?;
    let changes_controllers = args.settings.controllers.is_some();
    apply(&mut canister.meta.settings, args.settings)?;
    canister.meta.version += 1;
    canister.meta.total_changes += u64::from(changes_controllers);
    reply(())
}

/// Whether somebody may read the status of a canister.
pub(super) fn may_see_status(canister: &Canister, caller: &Principal) -> bool {
    let settings = &canister.meta.settings;
    let listed = match &settings.status_visibility {
        StatusVisibility::Public => true,
        StatusVisibility::Controllers => false,
        StatusVisibility::AllowedViewers(viewers) => viewers.contains(caller),
    };
    listed || settings.controllers.contains(caller) || canister.id == *caller
}

pub(super) fn canister_status(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterIdRecord>(&call.arg)?.canister_id;
    let canister = find(replica, id)?;
    if !may_see_status(canister, &call.caller) {
        let rejection = Rejection::not_controller(&id, "canister_status", &call.caller);
        return Err(rejection);
    }
    reply((status_of(canister),))
}

fn status_of(canister: &Canister) -> CanisterStatusResult {
    let zero = || Nat::from(0_u8);
    let module_bytes = canister.module().map_or(0, |module| module.len());
    let metadata = canister.view().metadata;
    let sections = metadata.iter().map(|section| section.content.len());
    let chunk_bytes: usize = canister.chunks.values().map(|chunk| chunk.len()).sum();
    let (heap, stable) = (canister.heap_bytes(), canister.stable_bytes());
    let memory_size = heap + stable + module_bytes as u64 + chunk_bytes as u64;
    CanisterStatusResult {
        status: match canister.meta.run_state.status() {
            CanisterStatus::Running => CanisterStatusType::Running,
            CanisterStatus::Stopping => CanisterStatusType::Stopping,
            CanisterStatus::Stopped => CanisterStatusType::Stopped,
        },
        ready_for_migration: false,
        version: canister.meta.version,
        settings: definite(&canister.meta.settings),
        module_hash: canister.meta.module_hash.map(Vec::from),
        memory_size: Nat::from(memory_size),
        memory_metrics: MemoryMetrics {
            wasm_memory_size: Nat::from(heap),
            stable_memory_size: Nat::from(stable),
            global_memory_size: Nat::from(canister.meta.globals.len() * 8),
            wasm_binary_size: Nat::from(module_bytes),
            custom_sections_size: Nat::from(sections.sum::<usize>()),
            canister_history_size: zero(),
            wasm_chunk_store_size: Nat::from(chunk_bytes),
            snapshots_size: zero(),
            log_memory_store_size: zero(),
        },
        cycles: Nat::from(canister.meta.cycles),
        reserved_cycles: zero(),
        idle_cycles_burned_per_day: zero(),
        query_stats: QueryStats {
            num_calls_total: zero(),
            num_instructions_total: zero(),
            request_payload_bytes_total: zero(),
            response_payload_bytes_total: zero(),
        },
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

pub(super) fn canister_info(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterInfoArgs>(&call.arg)?.canister_id;
    let canister = find(replica, id)?;
    reply((CanisterInfoResult {
        total_num_changes: canister.meta.total_changes,
        recent_changes: Vec::new(),
        module_hash: canister.meta.module_hash.map(Vec::from),
        controllers: canister.meta.settings.controllers.iter().copied().collect(),
    },))
}
