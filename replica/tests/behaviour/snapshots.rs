//! Snapshots of canisters: what they hold, whose they are, and that they can be loaded.

use candid::{CandidType, Principal};
use chime_replica::{ErrorCode, InstallMode, Rejection, Replica, Snapshot};
use ic_management_canister_types as types;
use serde::Deserialize;
use types::{
    CanisterIdRecord, CanisterSettings, DeleteCanisterSnapshotArgs, LoadCanisterSnapshotArgs,
    SnapshotVisibility, TakeCanisterSnapshotArgs,
};

use crate::support::{
    add, assert_rejected, controller, get, install, query_number, replica, restart, stranger,
    update, with,
};

/// Keeps a number in the heap, in a global, in stable memory and in its certified data.
pub const KEEPER: &str = r#"
(global $kept (export "kept") (mut i64) (i64.const 0))
(global (export "constant") i32 (i32.const 77))
(global $hidden i32 (i32.const 1))
(func (export "canister_update keep")
  (call $set (call $arg_number))
  (global.set $kept (call $arg_number))
  (if (i64.eqz (call $stable_size)) (then (drop (call $stable_grow (i64.const 1)))))
  (call $stable_write (i64.const 60000) (i64.const 16) (i64.const 8))
  (call $certify (i32.const 16) (i32.const 8))
  (call $reply))
(func (export "canister_query kept") (call $reply_number (global.get $kept)))
(func (export "canister_query stable")
  (call $stable_read (i64.const 16) (i64.const 60000) (i64.const 8))
  (call $reply_number (i64.load (i32.const 16))))
(func (export "canister_update alarm")
  (drop (call $timer_set (i64.const 9000000000000000000))) (call $reply))
"#;

pub fn call<T: CandidType + for<'de> Deserialize<'de>>(
    replica: &mut Replica,
    method: &str,
    arg: &impl CandidType,
) -> Result<T, Rejection> {
    let reply = replica.management_call(controller(), method, arg)?;
    Ok(candid::decode_one(&reply).unwrap())
}

/// A call without an answer.
pub fn order(replica: &mut Replica, method: &str, arg: &impl CandidType) -> Result<(), Rejection> {
    let reply = replica.management_call(controller(), method, arg);
    reply.map(|bytes| candid::decode_args::<()>(&bytes).unwrap())
}

pub fn keep(replica: &mut Replica, id: Principal, number: u64) {
    let arg = number.to_le_bytes().to_vec();
    replica.update_call(stranger(), id, "keep", arg).unwrap();
}

/// Asserts that every part of a keeper holds the number.
#[track_caller]
pub fn assert_keeps(replica: &mut Replica, id: Principal, number: u64) {
    assert_eq!(get(replica, id), number, "heap");
    assert_eq!(query_number(replica, id, "kept"), number, "global");
    assert_eq!(query_number(replica, id, "stable"), number, "stable memory");
    let certified = replica.canister_view(&id).unwrap().certified_data;
    assert_eq!(certified, number.to_le_bytes(), "certified data");
}

pub fn take_args(id: Principal) -> TakeCanisterSnapshotArgs {
    TakeCanisterSnapshotArgs {
        canister_id: id,
        replace_snapshot: None,
        uninstall_code: None,
        sender_canister_version: None,
    }
}

pub fn take(replica: &mut Replica, id: Principal) -> Result<types::Snapshot, Rejection> {
    call(replica, "take_canister_snapshot", &take_args(id))
}

pub fn load(replica: &mut Replica, id: Principal, snapshot: &[u8]) -> Result<(), Rejection> {
    let args = LoadCanisterSnapshotArgs {
        canister_id: id,
        snapshot_id: snapshot.to_vec(),
        sender_canister_version: None,
    };
    order(replica, "load_canister_snapshot", &args)
}

fn list(replica: &mut Replica, id: Principal) -> Vec<types::Snapshot> {
    let args = CanisterIdRecord { canister_id: id };
    call(replica, "list_canister_snapshots", &args).unwrap()
}

fn delete(replica: &mut Replica, id: Principal, snapshot: &[u8]) -> Result<(), Rejection> {
    let args = DeleteCanisterSnapshotArgs {
        canister_id: id,
        snapshot_id: snapshot.to_vec(),
    };
    order(replica, "delete_canister_snapshot", &args)
}

#[test]
fn should_bring_back_everything_that_was_taken() {
    let (mut replica, id) = with(KEEPER);
    keep(&mut replica, id, 7);
    let chunk = types::UploadChunkArgs {
        canister_id: id,
        chunk: b"a chunk".to_vec(),
    };
    let hash: types::ChunkHash = call(&mut replica, "upload_chunk", &chunk).unwrap();
    let before = replica.canister_view(&id).unwrap();
    let snapshot = take(&mut replica, id).unwrap();
    assert_eq!(snapshot.taken_at_timestamp, replica.time_ns());
    assert!(snapshot.total_size > before.heap_bytes + before.stable_bytes);
    assert_eq!(
        replica.canister_view(&id).unwrap(),
        before,
        "taking changes nothing"
    );

    keep(&mut replica, id, 8);
    install(&mut replica, id, InstallMode::Reinstall, "").unwrap();
    let record = CanisterIdRecord { canister_id: id };
    order(&mut replica, "clear_chunk_store", &record).unwrap();
    load(&mut replica, id, &snapshot.id).unwrap();
    assert_keeps(&mut replica, id, 7);
    let view = replica.canister_view(&id).unwrap();
    assert_eq!(view.module_hash, before.module_hash);
    assert_eq!(view.stable_bytes, before.stable_bytes);
    assert!(view.version > before.version);
    let chunks: Vec<types::ChunkHash> = call(&mut replica, "stored_chunks", &record).unwrap();
    assert_eq!(chunks, [hash]);
    // The snapshot is still there, and what comes after does not change it.
    keep(&mut replica, id, 9);
    load(&mut replica, id, &snapshot.id).unwrap();
    assert_keeps(&mut replica, id, 7);
}

#[test]
fn should_keep_ten_snapshots_and_replace_one_on_request() {
    let (mut replica, id) = with(KEEPER);
    let mut ids = Vec::new();
    for number in 0..10 {
        keep(&mut replica, id, number);
        ids.push(take(&mut replica, id).unwrap().id);
    }
    assert_rejected(
        take(&mut replica, id),
        ErrorCode::CanisterRejectedMessage,
        "has reached the maximum number of snapshots allowed: 10.",
    );
    let args = TakeCanisterSnapshotArgs {
        replace_snapshot: Some(ids[3].clone()),
        ..take_args(id)
    };
    keep(&mut replica, id, 99);
    let new: types::Snapshot = call(&mut replica, "take_canister_snapshot", &args).unwrap();
    assert_rejected(
        call::<types::Snapshot>(&mut replica, "take_canister_snapshot", &args),
        ErrorCode::CanisterSnapshotNotFound,
        "Could not find the snapshot ID",
    );
    let listed: Vec<_> = list(&mut replica, id).into_iter().map(|s| s.id).collect();
    ids.remove(3);
    ids.push(new.id.clone());
    assert_eq!(listed, ids);
    load(&mut replica, id, &ids[4]).unwrap();
    assert_keeps(&mut replica, id, 5);
    delete(&mut replica, id, &ids[4]).unwrap();
    assert_rejected(
        load(&mut replica, id, &ids[4]),
        ErrorCode::CanisterSnapshotNotFound,
        "for canister",
    );
    assert_rejected(
        delete(&mut replica, id, b"no snapshot"),
        ErrorCode::CanisterSnapshotNotFound,
        "for canister",
    );
    assert_eq!(list(&mut replica, id).len(), 9);
}

#[test]
fn should_keep_snapshots_over_restarts() {
    let (mut replica, id) = with(KEEPER);
    let other = add(&mut replica, KEEPER);
    let mut stored = Snapshot::default();
    keep(&mut replica, id, 1);
    let first = take(&mut replica, id).unwrap();
    let mut replica = restart(&mut replica, &mut stored);
    keep(&mut replica, id, 2);
    let second = take(&mut replica, id).unwrap();
    let doomed = take(&mut replica, other).unwrap();
    let mut replica = restart(&mut replica, &mut stored);
    assert!(replica.export_delta().is_empty());
    assert_eq!(list(&mut replica, id), [first.clone(), second.clone()]);
    for (snapshot, number) in [(&first, 1), (&second, 2), (&first, 1)] {
        load(&mut replica, id, &snapshot.id).unwrap();
        replica = restart(&mut replica, &mut stored);
        assert_keeps(&mut replica, id, number);
    }
    delete(&mut replica, id, &first.id).unwrap();
    replica.stop_canister(controller(), other).unwrap();
    replica.delete_canister(controller(), other).unwrap();
    let mut replica = restart(&mut replica, &mut stored);
    assert_eq!(list(&mut replica, id), [second]);
    assert_eq!(
        stored.images.len(),
        1,
        "deleted canisters leave no snapshots"
    );
    assert_rejected(
        load(&mut replica, id, &doomed.id),
        ErrorCode::CanisterSnapshotNotFound,
        "Could not find",
    );
}

#[test]
fn should_load_the_snapshot_of_another_canister_for_who_controls_both() {
    let mut replica = replica();
    let source = add(&mut replica, KEEPER);
    let target = add(&mut replica, "");
    keep(&mut replica, source, 5);
    let snapshot = take(&mut replica, source).unwrap();
    load(&mut replica, target, &snapshot.id).unwrap();
    assert_keeps(&mut replica, target, 5);
    keep(&mut replica, target, 6);
    assert_keeps(&mut replica, source, 5);
    assert_rejected(
        delete(&mut replica, target, &snapshot.id),
        ErrorCode::CanisterRejectedMessage,
        "does not belong to canister",
    );
    let args = types::UpdateSettingsArgs {
        canister_id: source,
        settings: CanisterSettings {
            controllers: Some(vec![stranger()]),
            ..Default::default()
        },
        sender_canister_version: None,
    };
    order(&mut replica, "update_settings", &args).unwrap();
    assert_rejected(
        load(&mut replica, target, &snapshot.id),
        ErrorCode::CanisterRejectedMessage,
        "Only a controller of the canister that snapshot",
    );
}

#[test]
fn should_take_a_snapshot_and_the_code_away_at_once() {
    let (mut replica, id) = with(KEEPER);
    keep(&mut replica, id, 3);
    let args = TakeCanisterSnapshotArgs {
        uninstall_code: Some(true),
        ..take_args(id)
    };
    let snapshot: types::Snapshot = call(&mut replica, "take_canister_snapshot", &args).unwrap();
    assert_rejected(
        update(&mut replica, id, "keep"),
        ErrorCode::CanisterWasmModuleNotFound,
        "no Wasm module",
    );
    assert_rejected(
        take(&mut replica, id),
        ErrorCode::CanisterRejectedMessage,
        "Failed to create snapshot for empty canister",
    );
    load(&mut replica, id, &snapshot.id).unwrap();
    assert_keeps(&mut replica, id, 3);
}

#[test]
fn should_leave_the_timer_alone_when_it_loads_what_was_taken() {
    let (mut replica, id) = with(KEEPER);
    let snapshot = take(&mut replica, id).unwrap();
    update(&mut replica, id, "alarm").unwrap();
    load(&mut replica, id, &snapshot.id).unwrap();
    let timer_ns = replica.canister_view(&id).unwrap().global_timer_ns;
    assert_eq!(timer_ns, 9_000_000_000_000_000_000);
}

#[test]
fn should_show_snapshots_to_those_who_may_see_them_and_give_them_to_controllers() {
    let (mut replica, id) = with(KEEPER);
    let viewer = Principal::from_slice(&[3; 29]);
    let snapshot = take(&mut replica, id).unwrap();
    let record = CanisterIdRecord { canister_id: id };
    for (visibility, by_stranger, by_viewer) in [
        (
            SnapshotVisibility::AllowedViewers(vec![viewer]),
            false,
            true,
        ),
        (SnapshotVisibility::Public, true, true),
        (SnapshotVisibility::Controllers, false, false),
    ] {
        let args = types::UpdateSettingsArgs {
            canister_id: id,
            settings: CanisterSettings {
                snapshot_visibility: Some(visibility),
                ..Default::default()
            },
            sender_canister_version: None,
        };
        order(&mut replica, "update_settings", &args).unwrap();
        for (sender, allowed) in [(stranger(), by_stranger), (viewer, by_viewer)] {
            let listed = replica.management_call(sender, "list_canister_snapshots", &record);
            assert_eq!(listed.is_ok(), allowed);
        }
    }
    let load = LoadCanisterSnapshotArgs {
        canister_id: id,
        snapshot_id: snapshot.id,
        sender_canister_version: None,
    };
    for result in [
        replica.management_call(stranger(), "take_canister_snapshot", &take_args(id)),
        replica.management_call(stranger(), "load_canister_snapshot", &load),
        replica.management_call(stranger(), "delete_canister_snapshot", &load),
    ] {
        assert_rejected(
            result,
            ErrorCode::CanisterInvalidController,
            "Only controllers",
        );
    }
}
