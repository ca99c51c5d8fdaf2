//! Snapshots piece by piece: `read_` and `upload_canister_snapshot_metadata` and `_data`.
//!
//! An uploaded snapshot is as large as its metadata say from the beginning, and zero where nothing
//! was uploaded. Whether its parts fit together is seen when it is loaded.

use std::sync::Arc;

use candid::{CandidType, Nat, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterTimer, ChunkHash, OnLowWasmMemoryHookStatus, ReadCanisterSnapshotDataArgs,
    ReadCanisterSnapshotDataResult, ReadCanisterSnapshotMetadataArgs,
    ReadCanisterSnapshotMetadataResult, SnapshotDataKind, SnapshotDataOffset,
    SnapshotMetadataGlobal, UploadCanisterSnapshotMetadataArgs,
    UploadCanisterSnapshotMetadataResult,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::{Call, MethodResult, controlled, decode, find_controlled, invalid, reply};
use super::{image_of, keep, number_of, readable, replaced};
use crate::canister::{Canister, Image};
use crate::limits::{
    CERTIFIED_DATA_BYTES, CHUNK_BYTES, CHUNK_STORE_CHUNKS, HEAP_BYTES_WASM64, MODULE_BYTES,
    MODULE_GLOBALS, SNAPSHOT_SLICE_BYTES, STABLE_PAGES,
};
use crate::memory::{PageStore, WASM_PAGE_BYTES};
use crate::state::{GlobalValue, ImageMeta, ImageSource, LowMemoryHook};
use crate::{Rejection, Replica};

pub(crate) fn read_metadata(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: ReadCanisterSnapshotMetadataArgs = decode(&call.arg)?;
    let canister = readable(replica, args.canister_id, &call.caller)?;
    let image = image_of(replica, canister, &args.snapshot_id)?;
    let meta = &image.meta;
    let hash = |hash: &[u8; 32]| ChunkHash {
        hash: hash.to_vec(),
    };
    reply((ReadCanisterSnapshotMetadataResult {
        source: Some(meta.source.into()),
        taken_at_timestamp: meta.taken_at_ns,
        wasm_module_size: meta.module_bytes,
        globals: meta.globals.iter().map(|global| global.map(told)).collect(),
        wasm_memory_size: meta.heap_bytes,
        stable_memory_size: image.stable_bytes(),
        wasm_chunk_store: image.chunks.keys().map(hash).collect(),
        canister_version: meta.canister_version,
        certified_data: meta.certified_data.clone(),
        global_timer: meta.global_timer_ns.map(|time_ns| match time_ns {
            0 => CanisterTimer::Inactive,
            time_ns => CanisterTimer::Active(time_ns),
        }),
        on_low_wasm_memory_hook_status: meta.low_memory_hook.map(|hook| match hook {
            LowMemoryHook::NotDue => OnLowWasmMemoryHookStatus::ConditionNotSatisfied,
            LowMemoryHook::Ready => OnLowWasmMemoryHookStatus::Ready,
            LowMemoryHook::Executed => OnLowWasmMemoryHookStatus::Executed,
        }),
    },))
}

fn told(global: GlobalValue) -> SnapshotMetadataGlobal {
    match global {
        GlobalValue::I32(value) => SnapshotMetadataGlobal::I32(value),
        GlobalValue::I64(value) => SnapshotMetadataGlobal::I64(value),
        GlobalValue::F32(bits) => SnapshotMetadataGlobal::F32(f32::from_bits(bits)),
        GlobalValue::F64(bits) => SnapshotMetadataGlobal::F64(f64::from_bits(bits)),
        GlobalValue::V128(bits) => SnapshotMetadataGlobal::V128(Nat::from(bits)),
    }
}

fn given(global: SnapshotMetadataGlobal) -> Result<GlobalValue, Rejection> {
    Ok(match global {
        SnapshotMetadataGlobal::I32(value) => GlobalValue::I32(value),
        SnapshotMetadataGlobal::I64(value) => GlobalValue::I64(value),
        SnapshotMetadataGlobal::F32(value) => GlobalValue::F32(value.to_bits()),
        SnapshotMetadataGlobal::F64(value) => GlobalValue::F64(value.to_bits()),
        SnapshotMetadataGlobal::V128(value) => {
            let bits = u128::try_from(&value.0);
            GlobalValue::V128(bits.map_err(|_| unfit("a v128 global exceeds 128 bits"))?)
        }
    })
}

fn unfit(text: &str) -> Rejection {
    invalid(format!("Could not validate the settings: {text}"))
}

pub(crate) fn upload_metadata(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: UploadCanisterSnapshotMetadataArgs = decode(&call.arg)?;
    let canister = find_controlled(replica, args.canister_id, &call.caller)?;
    let replaced = replaced(replica, canister, args.replace_snapshot.as_ref())?;
    let id = args.canister_id;
    let module = vec![0; check_sizes(&args)?];
    let meta = meta_of(args, replica.meta.time_ns, canister)?;
    let image = Image::new(meta, module.into());
    let canister = controlled(replica, id, &call.caller)?;
    let snapshot = keep(canister, image, replaced, 0)?;
    reply((UploadCanisterSnapshotMetadataResult {
        snapshot_id: snapshot.id,
    },))
}

/// Checks the metadata of a snapshot; returns the size of its module.
fn check_sizes(args: &UploadCanisterSnapshotMetadataArgs) -> Result<usize, Rejection> {
    let whole_pages = |bytes: u64| bytes.is_multiple_of(WASM_PAGE_BYTES);
    for (is_fit, text) in [
        (
            args.wasm_module_size <= MODULE_BYTES as u64,
            "the Wasm module is too large",
        ),
        (
            args.wasm_memory_size <= HEAP_BYTES_WASM64 as u64 && whole_pages(args.wasm_memory_size),
            "the size of the Wasm memory is no number of pages that a canister can have",
        ),
        (
            args.stable_memory_size / WASM_PAGE_BYTES <= STABLE_PAGES
                && whole_pages(args.stable_memory_size),
            "the size of the stable memory is no number of pages that a canister can have",
        ),
        (
            args.certified_data.len() <= CERTIFIED_DATA_BYTES,
            "the certified data are too long",
        ),
        (
            args.globals.len() <= MODULE_GLOBALS,
            "there are too many globals",
        ),
    ] {
        if !is_fit {
            return Err(unfit(text));
        }
    }
    usize::try_from(args.wasm_module_size).map_err(|_| unfit("the Wasm module is too large"))
}

fn meta_of(
    args: UploadCanisterSnapshotMetadataArgs,
    time_ns: u64,
    canister: &Canister,
) -> Result<ImageMeta, Rejection> {
    let globals = args.globals.into_iter();
    Ok(ImageMeta {
        source: ImageSource::Uploaded,
        taken_at_ns: time_ns,
        canister_version: canister.meta.version,
        module_bytes: args.wasm_module_size,
        globals: globals
            .map(|global| given(global).map(Some))
            .collect::<Result<_, _>>()?,
        heap_bytes: args.wasm_memory_size,
        stable_wasm_pages: args.stable_memory_size / WASM_PAGE_BYTES,
        certified_data: args.certified_data,
        global_timer_ns: args.global_timer.map(|timer| match timer {
            CanisterTimer::Inactive => 0,
            CanisterTimer::Active(time_ns) => time_ns,
        }),
        low_memory_hook: args.on_low_wasm_memory_hook_status.map(|hook| match hook {
            OnLowWasmMemoryHookStatus::ConditionNotSatisfied => LowMemoryHook::NotDue,
            OnLowWasmMemoryHookStatus::Ready => LowMemoryHook::Ready,
            OnLowWasmMemoryHookStatus::Executed => LowMemoryHook::Executed,
        }),
    })
}

fn malformed(text: String) -> Rejection {
    Rejection::new(ErrorCode::InvalidManagementPayload, text)
}

/// Refuses a part that is not within a whole of that many bytes.
fn check_slice(offset: u64, size: u64, whole: u64) -> Result<(), Rejection> {
    if size > SNAPSHOT_SLICE_BYTES {
        return Err(malformed(format!(
            "Requested slice too large: {size} > {SNAPSHOT_SLICE_BYTES}"
        )));
    }
    match offset.checked_add(size) {
        Some(end) if end <= whole => Ok(()),
        _ => Err(malformed(format!(
            "Invalid subslice into wasm module / main memory / stable memory: offset: {offset}, \
             size: {size}"
        ))),
    }
}

pub(crate) fn read_data(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: ReadCanisterSnapshotDataArgs = decode(&call.arg)?;
    let canister = readable(replica, args.canister_id, &call.caller)?;
    let image = image_of(replica, canister, &args.snapshot_id)?;
    let pages = |pages: &PageStore, offset, size, whole| -> Result<_, Rejection> {
        check_slice(offset, size, whole)?;
        let mut bytes = vec![0; size as usize];
        pages.read(offset, &mut bytes);
        Ok(bytes)
    };
    let chunk = match args.kind {
        SnapshotDataKind::WasmModule { offset, size } => {
            check_slice(offset, size, image.module.len() as u64)?;
            image.module[offset as usize..(offset + size) as usize].to_vec()
        }
        SnapshotDataKind::WasmMemory { offset, size } => {
            pages(&image.heap, offset, size, image.meta.heap_bytes)?
        }
        SnapshotDataKind::StableMemory { offset, size } => {
            pages(&image.stable, offset, size, image.stable_bytes())?
        }
        SnapshotDataKind::WasmChunk { hash } => {
            let found = <[u8; 32]>::try_from(hash.as_slice()).ok();
            let found = found.and_then(|hash| image.chunks.get(&hash));
            let missing = || {
                let hash = hex::encode(&hash);
                invalid(format!(
                    "Error from Wasm chunk store: Chunk hash {hash} was not found."
                ))
            };
            found.ok_or_else(missing)?.to_vec()
        }
    };
    reply((ReadCanisterSnapshotDataResult { chunk },))
}

/// The argument of `upload_canister_snapshot_data`, with the bytes decoded at once.
#[derive(CandidType, Deserialize)]
struct UploadDataArgs {
    canister_id: Principal,
    #[serde(with = "serde_bytes")]
    snapshot_id: Vec<u8>,
    kind: SnapshotDataOffset,
    #[serde(with = "serde_bytes")]
    chunk: Vec<u8>,
}

pub(crate) fn upload_data(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: UploadDataArgs = decode(&call.arg)?;
    let canister = find_controlled(replica, args.canister_id, &call.caller)?;
    let number = number_of(replica, canister, &args.snapshot_id)?;
    let canister = controlled(replica, args.canister_id, &call.caller)?;
    let is_new_chunk = matches!(args.kind, SnapshotDataOffset::WasmChunk);
    if is_new_chunk {
        canister.check_growth(CHUNK_BYTES as u64)?;
    }
    let image = canister.images.get_mut(&number);
    let image = image.expect("BUG: the snapshot was found above");
    if image.meta.source != ImageSource::Uploaded {
        return Err(Rejection::new(
            ErrorCode::CanisterSnapshotImmutable,
            "Only canister snapshots created by metadata upload can be mutated.",
        ));
    }
    write(image, &args.kind, &args.chunk)?;
    reply(())
}

fn write(image: &mut Image, kind: &SnapshotDataOffset, chunk: &[u8]) -> Result<(), Rejection> {
    let size = chunk.len() as u64;
    match *kind {
        SnapshotDataOffset::WasmModule { offset } => {
            check_slice(offset, size, image.meta.module_bytes)?;
            image.write_module(offset as usize, chunk);
        }
        SnapshotDataOffset::WasmMemory { offset } => {
            check_slice(offset, size, image.meta.heap_bytes)?;
            image.heap.write(offset, chunk);
        }
        SnapshotDataOffset::StableMemory { offset } => {
            check_slice(offset, size, image.stable_bytes())?;
            image.stable.write(offset, chunk);
        }
        SnapshotDataOffset::WasmChunk => return write_chunk(image, chunk),
    }
    Ok(())
}

fn write_chunk(image: &mut Image, chunk: &[u8]) -> Result<(), Rejection> {
    if chunk.len() > CHUNK_BYTES {
        return Err(invalid(format!(
            "Error from Wasm chunk store: Wasm chunk size {} exceeds the maximum chunk size of \
             {CHUNK_BYTES}.",
            chunk.len()
        )));
    }
    let hash: [u8; 32] = Sha256::digest(chunk).into();
    if !image.chunks.contains_key(&hash) && image.chunks.len() >= CHUNK_STORE_CHUNKS {
        return Err(invalid(
            "Error from Wasm chunk store: Wasm chunk store has already reached maximum capacity.",
        ));
    }
    image.put_chunk(hash, Arc::from(chunk));
    Ok(())
}
