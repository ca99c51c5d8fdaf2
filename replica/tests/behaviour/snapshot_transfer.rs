//! Snapshots read piece by piece and uploaded piece by piece.

use candid::Principal;
use chime_replica::{ErrorCode, Rejection, Replica, Snapshot};
use ic_management_canister_types as types;
use types::{
    CanisterTimer, OnLowWasmMemoryHookStatus, ReadCanisterSnapshotDataArgs,
    ReadCanisterSnapshotMetadataArgs, ReadCanisterSnapshotMetadataResult, SnapshotDataKind,
    SnapshotDataOffset, SnapshotMetadataGlobal, SnapshotSource, UploadCanisterSnapshotDataArgs,
    UploadCanisterSnapshotMetadataArgs, UploadCanisterSnapshotMetadataResult,
};

use crate::snapshots::{KEEPER, assert_keeps, call, keep, load, order, take};
use crate::support::{add, assert_rejected, module, replica, restart, with};

fn metadata(
    replica: &mut Replica,
    id: Principal,
    snapshot: &[u8],
) -> ReadCanisterSnapshotMetadataResult {
    let args = ReadCanisterSnapshotMetadataArgs {
        canister_id: id,
        snapshot_id: snapshot.to_vec(),
    };
    call(replica, "read_canister_snapshot_metadata", &args).unwrap()
}

fn read(
    replica: &mut Replica,
    id: Principal,
    snapshot: &[u8],
    kind: SnapshotDataKind,
) -> Result<Vec<u8>, Rejection> {
    let args = ReadCanisterSnapshotDataArgs {
        canister_id: id,
        snapshot_id: snapshot.to_vec(),
        kind,
    };
    let result: types::ReadCanisterSnapshotDataResult =
        call(replica, "read_canister_snapshot_data", &args)?;
    Ok(result.chunk)
}

fn write(
    replica: &mut Replica,
    id: Principal,
    snapshot: &[u8],
    kind: SnapshotDataOffset,
    chunk: &[u8],
) -> Result<(), Rejection> {
    let args = UploadCanisterSnapshotDataArgs {
        canister_id: id,
        snapshot_id: snapshot.to_vec(),
        kind,
        chunk: chunk.to_vec(),
    };
    order(replica, "upload_canister_snapshot_data", &args)
}

fn upload_args(
    id: Principal,
    meta: &ReadCanisterSnapshotMetadataResult,
) -> UploadCanisterSnapshotMetadataArgs {
    UploadCanisterSnapshotMetadataArgs {
        canister_id: id,
        replace_snapshot: None,
        wasm_module_size: meta.wasm_module_size,
        globals: meta.globals.iter().flatten().cloned().collect(),
        wasm_memory_size: meta.wasm_memory_size,
        stable_memory_size: meta.stable_memory_size,
        certified_data: meta.certified_data.clone(),
        global_timer: meta.global_timer.clone(),
        on_low_wasm_memory_hook_status: meta.on_low_wasm_memory_hook_status.clone(),
    }
}

fn upload(
    replica: &mut Replica,
    args: &UploadCanisterSnapshotMetadataArgs,
) -> Result<Vec<u8>, Rejection> {
    let result: UploadCanisterSnapshotMetadataResult =
        call(replica, "upload_canister_snapshot_metadata", args)?;
    Ok(result.snapshot_id)
}

/// Copies a snapshot to a canister, in parts of uneven sizes.
fn copy(replica: &mut Replica, from: Principal, snapshot: &[u8], to: Principal) -> Vec<u8> {
    let meta = metadata(replica, from, snapshot);
    let copy = upload(replica, &upload_args(to, &meta)).unwrap();
    let whole = |bytes: u64| {
        (0..bytes)
            .step_by(50_000)
            .map(move |o| (o, 50_000.min(bytes - o)))
    };
    for (offset, size) in whole(meta.wasm_module_size) {
        let kind = SnapshotDataKind::WasmModule { offset, size };
        let bytes = read(replica, from, snapshot, kind).unwrap();
        let kind = SnapshotDataOffset::WasmModule { offset };
        write(replica, to, &copy, kind, &bytes).unwrap();
    }
    for (offset, size) in whole(meta.wasm_memory_size) {
        let kind = SnapshotDataKind::WasmMemory { offset, size };
        let bytes = read(replica, from, snapshot, kind).unwrap();
        let kind = SnapshotDataOffset::WasmMemory { offset };
        write(replica, to, &copy, kind, &bytes).unwrap();
    }
    for (offset, size) in whole(meta.stable_memory_size) {
        let kind = SnapshotDataKind::StableMemory { offset, size };
        let bytes = read(replica, from, snapshot, kind).unwrap();
        let kind = SnapshotDataOffset::StableMemory { offset };
        write(replica, to, &copy, kind, &bytes).unwrap();
    }
    for chunk in meta.wasm_chunk_store {
        let kind = SnapshotDataKind::WasmChunk { hash: chunk.hash };
        let bytes = read(replica, from, snapshot, kind).unwrap();
        write(replica, to, &copy, SnapshotDataOffset::WasmChunk, &bytes).unwrap();
    }
    copy
}

#[test]
fn should_tell_what_a_snapshot_holds() {
    let (mut replica, id) = with(KEEPER);
    keep(&mut replica, id, 7);
    let snapshot = take(&mut replica, id).unwrap();
    let view = replica.canister_view(&id).unwrap();
    let meta = metadata(&mut replica, id, &snapshot.id);
    assert!(matches!(
        meta.source,
        Some(SnapshotSource::TakenFromCanister(_))
    ));
    assert_eq!(meta.taken_at_timestamp, snapshot.taken_at_timestamp);
    assert_eq!(meta.wasm_module_size, module(KEEPER).len() as u64);
    assert_eq!(meta.wasm_memory_size, view.heap_bytes);
    assert_eq!(meta.stable_memory_size, view.stable_bytes);
    assert_eq!(meta.canister_version, view.version);
    assert_eq!(meta.certified_data, 7_u64.to_le_bytes());
    assert!(matches!(meta.global_timer, Some(CanisterTimer::Inactive)));
    assert!(matches!(
        meta.on_low_wasm_memory_hook_status,
        Some(OnLowWasmMemoryHookStatus::ConditionNotSatisfied)
    ));
    // The mutable one and the exported one, in the order of the module; not the hidden one.
    assert!(matches!(
        meta.globals.as_slice(),
        [
            Some(SnapshotMetadataGlobal::I64(7)),
            Some(SnapshotMetadataGlobal::I32(77))
        ]
    ));
}

#[test]
fn should_carry_a_canister_over_by_its_snapshot() {
    let mut replica = replica();
    let from = add(&mut replica, KEEPER);
    let to = add(&mut replica, "");
    keep(&mut replica, from, 11);
    let chunk = types::UploadChunkArgs {
        canister_id: from,
        chunk: b"a chunk".to_vec(),
    };
    let hash: types::ChunkHash = call(&mut replica, "upload_chunk", &chunk).unwrap();
    let snapshot = take(&mut replica, from).unwrap();
    let copy = copy(&mut replica, from, &snapshot.id, to);
    let mut replica = restart(&mut replica, &mut Snapshot::default());
    load(&mut replica, to, &copy).unwrap();
    assert_keeps(&mut replica, to, 11);
    let record = types::CanisterIdRecord { canister_id: to };
    let chunks: Vec<types::ChunkHash> = call(&mut replica, "stored_chunks", &record).unwrap();
    assert_eq!(chunks, [hash]);
    let meta = metadata(&mut replica, to, &copy);
    assert!(matches!(
        meta.source,
        Some(SnapshotSource::MetadataUpload(_))
    ));
}

#[test]
fn should_set_the_timer_that_an_uploaded_snapshot_tells() {
    let (mut replica, id) = with(KEEPER);
    let snapshot = take(&mut replica, id).unwrap();
    let copy = copy(&mut replica, id, &snapshot.id, id);
    let meta = metadata(&mut replica, id, &copy);
    let args = UploadCanisterSnapshotMetadataArgs {
        global_timer: Some(CanisterTimer::Active(5)),
        replace_snapshot: Some(copy),
        ..upload_args(id, &meta)
    };
    let timed = upload(&mut replica, &args).unwrap();
    let bytes = module(KEEPER);
    let kind = SnapshotDataOffset::WasmModule { offset: 0 };
    write(&mut replica, id, &timed, kind, &bytes).unwrap();
    load(&mut replica, id, &timed).unwrap();
    assert_eq!(replica.canister_view(&id).unwrap().global_timer_ns, 5);
}

#[test]
fn should_refuse_parts_that_do_not_fit() {
    let (mut replica, id) = with(KEEPER);
    keep(&mut replica, id, 1);
    let snapshot = take(&mut replica, id).unwrap();
    for (offset, size, code, text) in [
        (
            65_535,
            2,
            ErrorCode::InvalidManagementPayload,
            "Invalid subslice",
        ),
        (
            u64::MAX,
            2,
            ErrorCode::InvalidManagementPayload,
            "Invalid subslice",
        ),
        (
            0,
            2_000_001,
            ErrorCode::InvalidManagementPayload,
            "slice too large",
        ),
    ] {
        for kind in [
            SnapshotDataKind::StableMemory { offset, size },
            SnapshotDataKind::WasmMemory { offset, size },
            SnapshotDataKind::WasmModule { offset, size },
        ] {
            assert_rejected(read(&mut replica, id, &snapshot.id, kind), code, text);
        }
    }
    let kind = SnapshotDataKind::WasmChunk { hash: vec![1; 32] };
    assert_rejected(
        read(&mut replica, id, &snapshot.id, kind),
        ErrorCode::CanisterContractViolation,
        "was not found",
    );
    assert_rejected(
        write(
            &mut replica,
            id,
            &snapshot.id,
            SnapshotDataOffset::StableMemory { offset: 0 },
            b"x",
        ),
        ErrorCode::CanisterSnapshotImmutable,
        "Only canister snapshots created by metadata upload can be mutated.",
    );
}

#[test]
fn should_refuse_to_take_parts_that_do_not_fit() {
    let (mut replica, id) = with(KEEPER);
    keep(&mut replica, id, 1);
    let snapshot = take(&mut replica, id).unwrap();
    let meta = metadata(&mut replica, id, &snapshot.id);
    let uploaded = upload(&mut replica, &upload_args(id, &meta)).unwrap();
    for kind in [
        SnapshotDataOffset::StableMemory { offset: 65_535 },
        SnapshotDataOffset::WasmMemory { offset: 65_535 },
        SnapshotDataOffset::WasmModule { offset: 65_535 },
    ] {
        assert_rejected(
            write(&mut replica, id, &uploaded, kind, b"xy"),
            ErrorCode::InvalidManagementPayload,
            "Invalid subslice",
        );
    }
    let too_long = vec![0; 1024 * 1024 + 1];
    assert_rejected(
        write(
            &mut replica,
            id,
            &uploaded,
            SnapshotDataOffset::WasmChunk,
            &too_long,
        ),
        ErrorCode::CanisterContractViolation,
        "exceeds the maximum chunk size",
    );
}

#[test]
fn should_refuse_to_load_what_is_inconsistent_and_change_nothing() {
    let (mut replica, id) = with(KEEPER);
    keep(&mut replica, id, 4);
    let snapshot = take(&mut replica, id).unwrap();
    let meta = metadata(&mut replica, id, &snapshot.id);
    let upload_with = |replica: &mut Replica, args: &UploadCanisterSnapshotMetadataArgs| {
        let uploaded = upload(replica, args).unwrap();
        let kind = SnapshotDataOffset::WasmModule { offset: 0 };
        write(replica, id, &uploaded, kind, &module(KEEPER)).unwrap();
        uploaded
    };
    let mut fewer = upload_args(id, &meta);
    fewer.globals.pop();
    let mut others = upload_args(id, &meta);
    others.globals.reverse();
    let mut low = upload_args(id, &meta);
    low.on_low_wasm_memory_hook_status = Some(OnLowWasmMemoryHookStatus::Ready);
    let empty = upload(&mut replica, &upload_args(id, &meta)).unwrap();
    for (uploaded, text) in [
        (upload_with(&mut replica, &fewer), "globals"),
        (upload_with(&mut replica, &others), "globals"),
        (upload_with(&mut replica, &low), "on_low_wasm_memory"),
        (empty, ""),
    ] {
        assert_rejected(
            load(&mut replica, id, &uploaded),
            ErrorCode::InvalidManagementPayload,
            text,
        );
        assert_keeps(&mut replica, id, 4);
    }
    type Change = fn(&mut UploadCanisterSnapshotMetadataArgs);
    let changes: [Change; 5] = [
        |args| args.wasm_module_size = 101 * 1024 * 1024,
        |args| args.wasm_memory_size = 1,
        |args| args.wasm_memory_size = 8 << 30,
        |args| args.stable_memory_size = 501 << 30,
        |args| args.certified_data = vec![0; 33],
    ];
    for change in changes {
        let mut args = upload_args(id, &meta);
        change(&mut args);
        assert_rejected(
            upload(&mut replica, &args),
            ErrorCode::CanisterContractViolation,
            "Could not validate the settings",
        );
    }
}
