//! Settings of canisters: what they may be, and `update_settings`.

use candid::Nat;
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterSettings, ChangeDetails, ControllersChangeRecord, EnvironmentVariable, LogVisibility,
    SnapshotVisibility, StatusVisibility, UpdateSettingsArgs,
};

use super::{Call, MethodResult, controlled, decode, find_controlled, invalid, refused, reply};
use crate::canister::freezing_cycles;
use crate::limits::{
    COMPUTE_ALLOCATION_PERCENT, COMPUTE_CAPACITY_PERCENT, CONTROLLERS, ENVIRONMENT_VARIABLE_BYTES,
    ENVIRONMENT_VARIABLES, LOG_MEMORY_BYTES_MAX, SUBNET_MEMORY_BYTES, VIEWERS,
    WASM_MEMORY_SETTING_BYTES,
};
use crate::state::Settings;
use crate::{Rejection, Replica};

/// The settings with the changes that are given, or why they cannot be.
pub(super) fn changed(old: &Settings, given: &CanisterSettings) -> Result<Settings, Rejection> {
    let mut new = old.clone();
    if let Some(controllers) = &given.controllers {
        check_length("controllers", controllers.len(), CONTROLLERS)?;
        new.controllers = controllers.iter().copied().collect();
    }
    apply_numbers(&mut new, given)?;
    apply_log_limit(&mut new, given)?;
    apply_visibilities(&mut new, given)?;
    if let Some(variables) = &given.environment_variables {
        apply_variables(&mut new, variables)?;
    }
    Ok(new)
}

fn check_length(what: &str, given: usize, limit: usize) -> Result<(), Rejection> {
    if given <= limit {
        return Ok(());
    }
    Err(Rejection::invalid_payload(format!(
        "{given} {what} exceed the maximum of {limit}"
    )))
}

#[rustfmt::skip]
fn apply_numbers(new: &mut Settings, given: &CanisterSettings) -> Result<(), Rejection> {
    const U64: u128 = u64::MAX as u128;
    for (given, field, limit, range) in [
        (&given.compute_allocation, &mut new.compute_allocation, COMPUTE_ALLOCATION_PERCENT,
            "ComputeAllocation expected to be in the range [0..100]"),
        (&given.memory_allocation, &mut new.memory_allocation, U64,
            "MemoryAllocation expected to be in the range [0..2^64-1]"),
        (&given.freezing_threshold, &mut new.freezing_threshold, U64,
            "Freezing threshold expected to be in the range of [0..2^64-1]"),
        (&given.reserved_cycles_limit, &mut new.reserved_cycles_limit, u128::MAX,
            "Reserved cycles limit expected to be in the range of [0..2^128-1]"),
        (&given.minimum_incoming_canister_call_cycles,
            &mut new.minimum_incoming_canister_call_cycles, u128::MAX,
            "Minimum incoming canister call cycles expected to be in the range of [0..2^128-1]"),
        (&given.wasm_memory_limit, &mut new.wasm_memory_limit, WASM_MEMORY_SETTING_BYTES,
            "Wasm memory limit expected to be in the range of [0..2^48]"),
        (&given.wasm_memory_threshold, &mut new.wasm_memory_threshold, WASM_MEMORY_SETTING_BYTES,
            "Wasm memory threshold expected to be in the range of [0..2^48]"),
    ] {
        if let Some(value) = given {
            *field = number(value, limit).ok_or_else(|| invalid(format!("{range}, got {value}")))?;
        }
    }
    Ok(())
}

fn number(value: &Nat, limit: u128) -> Option<u128> {
    let value = u128::try_from(&value.0).ok()?;
    (value <= limit).then_some(value)
}

fn apply_log_limit(new: &mut Settings, given: &CanisterSettings) -> Result<(), Rejection> {
    if let Some(value) = &given.log_memory_limit {
        new.log_memory_limit = number(value, LOG_MEMORY_BYTES_MAX as u128).ok_or_else(|| {
            refused(format!(
                "The canister log memory limit {value} is too high. It must be at most \
                 {LOG_MEMORY_BYTES_MAX}."
            ))
        })?;
    }
    Ok(())
}

fn apply_visibilities(new: &mut Settings, given: &CanisterSettings) -> Result<(), Rejection> {
    if let Some(visibility) = &given.log_visibility {
        if let LogVisibility::AllowedViewers(viewers) = visibility {
            check_length("viewers", viewers.len(), VIEWERS)?;
        }
        new.log_visibility = visibility.clone();
    }
    if let Some(visibility) = &given.snapshot_visibility {
        if let SnapshotVisibility::AllowedViewers(viewers) = visibility {
            check_length("viewers", viewers.len(), VIEWERS)?;
        }
        new.snapshot_visibility = visibility.clone();
    }
    if let Some(visibility) = &given.status_visibility {
        if let StatusVisibility::AllowedViewers(viewers) = visibility {
            check_length("viewers", viewers.len(), VIEWERS)?;
        }
        new.status_visibility = visibility.clone();
    }
    Ok(())
}

fn apply_variables(
    settings: &mut Settings,
    variables: &[EnvironmentVariable],
) -> Result<(), Rejection> {
    let refuse = |text| Err(Rejection::new(ErrorCode::InvalidManagementPayload, text));
    let count = variables.len();
    if count > ENVIRONMENT_VARIABLES {
        return refuse(format!(
            "Too many environment variables: {count} (max: {ENVIRONMENT_VARIABLES})"
        ));
    }
    settings.environment_variables.clear();
    for EnvironmentVariable { name, value } in variables {
        for (what, text) in [("name", name), ("value", value)] {
            if text.len() > ENVIRONMENT_VARIABLE_BYTES {
                return refuse(format!(
                    "Environment variable {what} \"{text}\" exceeds the maximum allowed length \
                     of {ENVIRONMENT_VARIABLE_BYTES}."
                ));
            }
        }
        let map = &mut settings.environment_variables;
        if map.insert(name.clone(), value.clone()).is_some() {
            return refuse("Duplicate environment variables are not allowed".to_owned());
        }
    }
    Ok(())
}

/// What the subnet has to give, apart from what the canister (if it is one already) has.
pub(super) fn check_capacity(
    replica: &Replica,
    old: Option<&Settings>,
    new: &Settings,
) -> Result<(), Rejection> {
    let settings = || {
        replica
            .canisters
            .values()
            .map(|canister| &canister.meta.settings)
    };
    let before = |field: fn(&Settings) -> u128| old.map_or(0, field);
    let refuse = |text| Err(Rejection::new(ErrorCode::SubnetOversubscribed, text));
    let (compute, compute_before) = (new.compute_allocation, before(|s| s.compute_allocation));
    let used: u128 = settings().map(|settings| settings.compute_allocation).sum();
    let available = COMPUTE_CAPACITY_PERCENT.saturating_sub(used - compute_before);
    if compute > compute_before && compute > available {
        return refuse(format!(
            "Canister requested a compute allocation of {compute}% which cannot be satisfied \
             because the Subnet's remaining compute capacity is {available}%."
        ));
    }
    let (memory, memory_before) = (new.memory_allocation, before(|s| s.memory_allocation));
    let used: u128 = settings().map(|settings| settings.memory_allocation).sum();
    let available = SUBNET_MEMORY_BYTES.saturating_sub(used - memory_before);
    if memory > memory_before && memory > available {
        return refuse(format!(
            "Canister requested {memory} bytes of memory but only {available} bytes are \
             available in the subnet."
        ));
    }
    Ok(())
}

/// Whether a canister with that memory and those cycles can pay for more compute and memory than
/// it has.
pub(super) fn check_cycles(
    old: &Settings,
    new: &Settings,
    memory_bytes: u64,
    cycles: u128,
) -> Result<(), Rejection> {
    let missing = freezing_cycles(new, memory_bytes).saturating_sub(cycles);
    if missing == 0 {
        return Ok(());
    }
    let refuse = |code, what: String| {
        let text = format!(
            "Cannot increase {what} due to insufficient cycles. At least {missing} additional \
             cycles are required."
        );
        Err(Rejection::new(code, text))
    };
    if new.compute_allocation > old.compute_allocation {
        let what = format!("compute allocation to {}%", new.compute_allocation);
        return refuse(ErrorCode::InsufficientCyclesInComputeAllocation, what);
    }
    if new.memory_allocation > old.memory_allocation {
        let what = format!("memory allocation to {}", new.memory_allocation);
        return refuse(ErrorCode::InsufficientCyclesInMemoryAllocation, what);
    }
    Ok(())
}

pub(super) fn update_settings(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: UpdateSettingsArgs = decode(&call.arg)?;
    let origin = call.change_origin(args.sender_canister_version);
    let canister = find_controlled(replica, args.canister_id, &call.caller)?;
    let new = changed(&canister.meta.settings, &args.settings)?;
    check_capacity(replica, Some(&canister.meta.settings), &new)?;
    let (old, cycles) = (&canister.meta.settings, canister.meta.cycles);
    check_cycles(old, &new, canister.memory_bytes(), cycles)?;
    let time_ns = replica.meta.time_ns;
    let canister = controlled(replica, args.canister_id, &call.caller)?;
    canister.log.set_limit(new.log_memory_limit);
    canister.meta.settings = new;
    canister.meta.version += 1;
    canister.watch_heap();
    if let Some(controllers) = args.settings.controllers {
        let change = ControllersChangeRecord { controllers };
        canister.record_change(time_ns, origin, ChangeDetails::ControllersChange(change));
    }
    reply(())
}
