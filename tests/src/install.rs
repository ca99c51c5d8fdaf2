//! What is sent to install a module, as a list of calls of the management canister. Pure: who sends them,
//! through what, is the caller's business.

use candid::{Encode, Principal};
use ic_management_canister_types::{
    CanisterInstallMode, ChunkHash, InstallChunkedCodeArgs, InstallCodeArgs, UploadChunkArgs,
};
use sha2::{Digest, Sha256};

/// Modules above this size do not fit into one message.
const WHOLE_MODULE_BYTES: usize = 2 * 1024 * 1024 - 16 * 1024;
/// The largest chunk that the management canister keeps.
const CHUNK_BYTES: usize = 1024 * 1024;

/// A call of the management canister about a canister: its method and its arguments in binary form.
pub type ManagementCall = (&'static str, Vec<u8>);

/// The calls that install a module without arguments, to be sent in this order: one, or the chunks of a
/// large module and one that puts them together.
#[must_use]
pub fn installation(
    canister_id: Principal,
    mode: CanisterInstallMode,
    module: Vec<u8>,
) -> Vec<ManagementCall> {
    let arg = candid::encode_args(()).expect("arguments");
    if module.len() <= WHOLE_MODULE_BYTES {
        let whole = InstallCodeArgs {
            mode,
            canister_id,
            wasm_module: module,
            arg,
            sender_canister_version: None,
        };
        return vec![("install_code", Encode!(&whole).expect("arguments"))];
    }
    let chunks = module.chunks(CHUNK_BYTES);
    let upload = |chunk: &[u8]| {
        let chunk = UploadChunkArgs {
            canister_id,
            chunk: chunk.to_vec(),
        };
        ("upload_chunk", Encode!(&chunk).expect("arguments"))
    };
    let hash = |chunk: &[u8]| ChunkHash {
        hash: Sha256::digest(chunk).to_vec(),
    };
    let together = InstallChunkedCodeArgs {
        mode,
        target_canister: canister_id,
        store_canister: None,
        chunk_hashes_list: chunks.clone().map(hash).collect(),
        wasm_module_hash: Sha256::digest(&module).to_vec(),
        arg,
        sender_canister_version: None,
    };
    let mut calls: Vec<_> = chunks.map(upload).collect();
    let together = Encode!(&together).expect("arguments");
    calls.push(("install_chunked_code", together));
    calls
}
