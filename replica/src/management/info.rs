//! What is told about canisters, their modules and the subnet.

use candid::{Nat, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterIdRange, CanisterInfoArgs, CanisterInfoResult, CanisterMetadataArgs,
    CanisterMetadataResult, CanisterMetricsArgs, CanisterMetricsResult, ListCanistersResult,
    NodeMetricsHistoryArgs, NodeMetricsHistoryRecord, SubnetInfoArgs, SubnetInfoResult,
    SubnetMetricsArgs, SubnetMetricsResult,
};

use super::{Call, MethodResult, Outcome, decode, encode, find, find_controlled, reply};
use crate::{Rejection, Replica, Visibility, canister_id_from_counter, ids};

pub(super) fn canister_info(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: CanisterInfoArgs = decode(&call.arg)?;
    let canister = find(replica, args.canister_id)?;
    let wanted = args.num_requested_changes.unwrap_or(0);
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    reply((CanisterInfoResult {
        total_num_changes: canister.meta.total_changes,
        recent_changes: canister.meta.changes.latest(wanted),
        module_hash: canister.meta.module_hash.map(Vec::from),
        controllers: canister.meta.settings.controllers.iter().copied().collect(),
    },))
}

pub(super) fn canister_metadata(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: CanisterMetadataArgs = decode(&call.arg)?;
    let canister = find(replica, args.canister_id)?;
    let refuse = |text| Err(Rejection::new(ErrorCode::CanisterRejectedMessage, text));
    let id = args.canister_id;
    let Some(code) = &canister.code else {
        return refuse(format!(
            "The canister {id} has no Wasm module and hence no metadata is available."
        ));
    };
    let mut sections = code.metadata.iter();
    let Some(section) = sections.find(|section| section.name == args.name) else {
        return refuse(format!(
            "The canister {id} has no metadata section with the name {}.",
            args.name
        ));
    };
    if section.visibility == Visibility::Private {
        find_controlled(replica, id, &call.caller)?;
    }
    reply((CanisterMetadataResult {
        value: section.content.to_vec(),
    },))
}

/// The query, which users send and composite queries make.
pub(super) fn query_metrics(
    replica: &Replica,
    caller: &Principal,
    arg: &[u8],
) -> Result<Vec<u8>, Rejection> {
    let id = decode::<CanisterMetricsArgs>(arg)?.canister_id;
    let canister = find_controlled(replica, id, caller)?;
    Ok(encode((CanisterMetricsResult {
        cycles_consumed: canister.meta.consumed.told(),
    },)))
}

pub(super) fn canister_metrics(replica: &mut Replica, call: &mut Call) -> MethodResult {
    query_metrics(replica, &call.caller, &call.arg).map(Outcome::Reply)
}

/// All canisters as ranges without gaps. Whoever runs this network administers its subnet, so
/// everybody may ask.
pub(super) fn query_canisters(replica: &Replica) -> Result<Vec<u8>, Rejection> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    let ids = replica.canisters.keys();
    for counter in ids.filter_map(ids::counter_from_canister_id) {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(counter) => *last = counter,
            _ => ranges.push((counter, counter)),
        }
    }
    let range = |(first, last)| CanisterIdRange {
        start: canister_id_from_counter(first),
        end: canister_id_from_counter(last),
    };
    let canisters = ranges.into_iter().map(range).collect();
    Ok(encode((ListCanistersResult { canisters },)))
}

fn check_subnet(replica: &Replica, subnet: Principal) -> Result<(), Rejection> {
    if subnet == crate::subnet_id(&replica.root_key) {
        return Ok(());
    }
    Err(Rejection::new(
        ErrorCode::SubnetNotFound,
        format!("Subnet {subnet} not found"),
    ))
}

/// No samples: they are taken of nodes that propose blocks, and there are none here.
pub(super) fn node_metrics_history(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: NodeMetricsHistoryArgs = decode(&call.arg)?;
    check_subnet(replica, args.subnet_id)?;
    reply((Vec::<NodeMetricsHistoryRecord>::new(),))
}

/// There is no registry here; a fresh one has version 1.
pub(super) fn subnet_info(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: SubnetInfoArgs = decode(&call.arg)?;
    check_subnet(replica, args.subnet_id)?;
    reply((SubnetInfoResult {
        replica_version: env!("CARGO_PKG_VERSION").to_owned(),
        registry_version: 1,
    },))
}

pub(super) fn subnet_metrics(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: SubnetMetricsArgs = decode(&call.arg)?;
    check_subnet(replica, args.subnet_id)?;
    let canisters = replica.canisters.values();
    let state_bytes: u64 = canisters.map(|canister| canister.memory_bytes()).sum();
    let consumed = replica.canisters.values();
    let consumed: u128 = consumed
        .map(|canister| canister.meta.consumed.total())
        .sum();
    let instructions = replica.meta.instructions_total;
    reply((SubnetMetricsResult {
        block_height: Nat::from(replica.meta.round),
        num_canisters: Nat::from(replica.canisters.len()),
        canister_state_bytes: Nat::from(state_bytes),
        consumed_cycles_total: Nat::from(consumed),
        update_transactions_total: Nat::from(replica.meta.messages_total),
        million_round_instructions_total: Nat::from(instructions.div_ceil(1_000_000)),
    },))
}
