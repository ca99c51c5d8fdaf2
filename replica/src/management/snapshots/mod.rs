//! Snapshots of canisters: `take_`, `load_`, `list_` and `delete_canister_snapshot`.
//!
//! `transfer` reads and writes them piece by piece. A snapshot belongs to the canister that it was
//! taken of and goes with it; others may load it whose caller controls both.

mod transfer;

pub(super) use transfer::{read_data, read_metadata, upload_data, upload_metadata};

use candid::Principal;
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    ChangeDetails, DeleteCanisterSnapshotArgs, ListCanisterSnapshotsArgs, LoadCanisterSnapshotArgs,
    LoadSnapshotRecord, Snapshot, SnapshotVisibility, TakeCanisterSnapshotArgs,
};

use super::{Call, MethodResult, code, controlled, decode, find, find_controlled, refused, reply};
use crate::canister::{Canister, Image, Inconsistent};
use crate::limits::SNAPSHOTS;
use crate::state::{image_id, split_image_id};
use crate::{Rejection, Replica};

/// Whether somebody may read the snapshots of a canister.
pub(super) fn may_see(canister: &Canister, caller: &Principal) -> bool {
    let settings = &canister.meta.settings;
    let listed = match &settings.snapshot_visibility {
        SnapshotVisibility::Public => true,
        SnapshotVisibility::Controllers => false,
        SnapshotVisibility::AllowedViewers(viewers) => viewers.contains(caller),
    };
    listed || settings.controllers.contains(caller)
}

/// The canister, when the caller may read its snapshots.
fn readable<'r>(
    replica: &'r Replica,
    id: Principal,
    caller: &Principal,
) -> Result<&'r Canister, Rejection> {
    let canister = find(replica, id)?;
    if may_see(canister, caller) {
        return Ok(canister);
    }
    let controllers = &canister.meta.settings.controllers;
    Err(Rejection::cannot_control(&id, controllers, caller))
}

fn not_found(canister: &Principal, snapshot: &[u8]) -> Rejection {
    Rejection::new(
        ErrorCode::CanisterSnapshotNotFound,
        format!(
            "Could not find the snapshot ID {} for canister {canister}.",
            hex::encode(snapshot)
        ),
    )
}

/// The number of a canister's own snapshot.
fn number_of(replica: &Replica, canister: &Canister, snapshot: &[u8]) -> Result<u64, Rejection> {
    let missing = || not_found(&canister.id, snapshot);
    let (owner, number) = split_image_id(snapshot).ok_or_else(missing)?;
    let exists = find(replica, owner).is_ok_and(|owner| owner.images.contains_key(&number));
    match exists {
        true if owner == canister.id => Ok(number),
        true => Err(refused(format!(
            "The snapshot {} does not belong to canister {}.",
            hex::encode(snapshot),
            canister.id
        ))),
        false => Err(missing()),
    }
}

/// A canister's own snapshot.
fn image_of<'r>(
    replica: &'r Replica,
    canister: &'r Canister,
    snapshot: &[u8],
) -> Result<&'r Image, Rejection> {
    let number = number_of(replica, canister, snapshot)?;
    Ok(&canister.images[&number])
}

fn told(canister: &Principal, number: u64, image: &Image) -> Snapshot {
    Snapshot {
        id: image_id(canister, number).to_vec(),
        taken_at_timestamp: image.meta.taken_at_ns,
        total_size: image.bytes(),
    }
}

/// Which snapshot makes room for a new one; none when there is room.
fn replaced(
    replica: &Replica,
    canister: &Canister,
    replace: Option<&Vec<u8>>,
) -> Result<Option<u64>, Rejection> {
    if let Some(snapshot) = replace {
        return number_of(replica, canister, snapshot).map(Some);
    }
    if canister.images.len() < SNAPSHOTS {
        return Ok(None);
    }
    Err(refused(format!(
        "Canister {} has reached the maximum number of snapshots allowed: {SNAPSHOTS}.",
        canister.id
    )))
}

/// Keeps a new snapshot in the place of another one, if the canister can pay for it; `freed` bytes
/// are given back at the same time.
fn keep(
    canister: &mut Canister,
    image: Image,
    replaced: Option<u64>,
    freed: u64,
) -> Result<Snapshot, Rejection> {
    let old = replaced.and_then(|number| canister.images.get(&number));
    let freed = freed + old.map_or(0, Image::bytes);
    canister.check_growth(image.bytes().saturating_sub(freed))?;
    if let Some(number) = replaced {
        canister.remove_image(number);
    }
    let number = canister.add_image(image);
    Ok(told(&canister.id, number, &canister.images[&number]))
}

pub(super) fn take(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: TakeCanisterSnapshotArgs = decode(&call.arg)?;
    let id = args.canister_id;
    let origin = call.change_origin(args.sender_canister_version);
    let canister = find_controlled(replica, id, &call.caller)?;
    let replaced = replaced(replica, canister, args.replace_snapshot.as_ref())?;
    let time_ns = replica.meta.time_ns;
    let canister = controlled(replica, id, &call.caller)?;
    let uninstalls = args.uninstall_code.unwrap_or(false);
    let image = canister.take_image(time_ns).ok_or_else(|| {
        refused(format!(
            "Failed to create snapshot for empty canister {id}:"
        ))
    })?;
    let freed = if uninstalls { image.bytes() } else { 0 };
    let snapshot = keep(canister, image, replaced, freed)?;
    if uninstalls {
        code::uninstall(replica, id, origin);
    }
    reply((snapshot,))
}

pub(super) fn load(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: LoadCanisterSnapshotArgs = decode(&call.arg)?;
    let id = args.canister_id;
    find_controlled(replica, id, &call.caller)?;
    let missing = || not_found(&id, &args.snapshot_id);
    let (owner, number) = split_image_id(&args.snapshot_id).ok_or_else(missing)?;
    check_loadable(replica, &args, owner, call)?;
    let source = replica.canisters.get_mut(&owner);
    // It is taken out meanwhile, for the canister may be its own source.
    let image = source.and_then(|source| source.images.remove(&number));
    let image = image.ok_or_else(missing)?;
    let result = load_image(replica, call, &args, owner, &image);
    if let Some(source) = replica.canisters.get_mut(&owner) {
        source.images.insert(number, image);
    }
    result?;
    reply(())
}

/// Who loads the snapshot of another canister has to control that one too.
fn check_loadable(
    replica: &Replica,
    args: &LoadCanisterSnapshotArgs,
    owner: Principal,
    call: &Call,
) -> Result<(), Rejection> {
    let id = args.canister_id;
    let source = find(replica, owner).map_err(|_| not_found(&id, &args.snapshot_id))?;
    if source.meta.settings.controllers.contains(&call.caller) {
        return Ok(());
    }
    Err(refused(format!(
        "Only a controller of the canister that snapshot {} belongs to can load it on canister \
         {id}. Sender: {}.",
        hex::encode(&args.snapshot_id),
        call.caller
    )))
}

fn load_image(
    replica: &mut Replica,
    call: &Call,
    args: &LoadCanisterSnapshotArgs,
    owner: Principal,
    image: &Image,
) -> Result<(), Rejection> {
    let time_ns = replica.meta.time_ns;
    let canister = controlled(replica, args.canister_id, &call.caller)?;
    let memory = canister.memory();
    let now = memory.heap + memory.stable + memory.module + memory.chunks;
    canister.check_growth(image.bytes().saturating_sub(now))?;
    let loaded = canister.become_image(image);
    loaded
        .map_err(|Inconsistent(text)| Rejection::new(ErrorCode::InvalidManagementPayload, text))?;
    let record = LoadSnapshotRecord {
        from_canister_id: (owner != canister.id).then_some(owner),
        snapshot_id: args.snapshot_id.clone(),
        canister_version: image.meta.canister_version,
        taken_at_timestamp: image.meta.taken_at_ns,
        source: image.meta.source.into(),
    };
    let origin = call.change_origin(args.sender_canister_version);
    canister.record_change(time_ns, origin, ChangeDetails::LoadSnapshot(record));
    Ok(())
}

pub(super) fn list(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<ListCanisterSnapshotsArgs>(&call.arg)?.canister_id;
    let canister = readable(replica, id, &call.caller)?;
    let images = canister.images.iter();
    let list: Vec<_> = images
        .map(|(number, image)| told(&id, *number, image))
        .collect();
    reply((list,))
}

pub(super) fn delete(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: DeleteCanisterSnapshotArgs = decode(&call.arg)?;
    let canister = find_controlled(replica, args.canister_id, &call.caller)?;
    let number = number_of(replica, canister, &args.snapshot_id)?;
    controlled(replica, args.canister_id, &call.caller)?.remove_image(number);
    reply(())
}
