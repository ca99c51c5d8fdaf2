//! The chunk store: modules larger than an ingress message arrive here in pieces.

use std::sync::Arc;

use ic_management_canister_types::{CanisterIdRecord, ChunkHash, UploadChunkArgs};
use sha2::{Digest, Sha256};

use super::{Call, MethodResult, controlled_or_self, decode, invalid, reply};
use crate::Replica;
use crate::limits::{CHUNK_BYTES, CHUNK_STORE_CHUNKS};

pub(super) fn upload_chunk(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: UploadChunkArgs = decode(&call.arg)?;
    let canister = controlled_or_self(replica, args.canister_id, &call.caller)?;
    if args.chunk.len() > CHUNK_BYTES {
        return Err(invalid(format!(
            "Error from Wasm chunk store: Wasm chunk size {} exceeds the maximum chunk size of \
             {CHUNK_BYTES}.",
            args.chunk.len()
        )));
    }
    let hash: [u8; 32] = Sha256::digest(&args.chunk).into();
    let is_new = !canister.chunks.contains_key(&hash);
    if is_new && canister.chunks.len() >= CHUNK_STORE_CHUNKS {
        return Err(invalid(
            "Error from Wasm chunk store: Wasm chunk store has already reached maximum capacity.",
        ));
    }
    if is_new {
        canister.check_growth(CHUNK_BYTES as u64)?;
        canister.put_chunk(hash, Arc::from(args.chunk));
    }
    reply((ChunkHash {
        hash: hash.to_vec(),
    },))
}

pub(super) fn clear_chunk_store(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterIdRecord>(&call.arg)?.canister_id;
    controlled_or_self(replica, id, &call.caller)?.clear_chunks();
    reply(())
}

pub(super) fn stored_chunks(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<CanisterIdRecord>(&call.arg)?.canister_id;
    let canister = controlled_or_self(replica, id, &call.caller)?;
    let hashes: Vec<_> = canister
        .chunks
        .keys()
        .map(|hash| ChunkHash {
            hash: hash.to_vec(),
        })
        .collect();
    reply((hashes,))
}
