//! Installation and removal of code.

use std::sync::Arc;

use candid::{CandidType, Principal};
use ic_management_canister_types::{
    CanisterInstallMode, ChangeDetails, ChangeOrigin, ChunkHash, InstallChunkedCodeArgs,
    UninstallCodeArgs, WasmMemoryPersistence,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Call, MethodResult, by_user, controlled, decode, find, find_controlled, invalid, lifecycle,
    reply,
};
use crate::canister::{Canister, Install, Installation, UpgradeOptions};
use crate::limits::MODULE_BYTES;
use crate::{Rejection, Replica};

/// The argument of `install_code`, with the module decoded as bytes rather than one by one.
#[derive(CandidType, Deserialize)]
pub(crate) struct InstallCodeArgs {
    pub mode: CanisterInstallMode,
    pub canister_id: Principal,
    #[serde(with = "serde_bytes")]
    pub wasm_module: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub arg: Vec<u8>,
    pub sender_canister_version: Option<u64>,
}

fn install_of(mode: CanisterInstallMode) -> Install {
    match mode {
        CanisterInstallMode::Install => Install::Fresh,
        CanisterInstallMode::Reinstall => Install::Reinstall,
        CanisterInstallMode::Upgrade(flags) => {
            let flags = flags.unwrap_or_default();
            Install::Upgrade(UpgradeOptions {
                skip_pre_upgrade: flags.skip_pre_upgrade.unwrap_or(false),
                keep_heap: flags
                    .wasm_memory_persistence
                    .map(|persistence| persistence == WasmMemoryPersistence::Keep),
            })
        }
    }
}

pub(super) fn install_code_method(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: InstallCodeArgs = decode(&call.arg)?;
    let origin = call.change_origin(args.sender_canister_version);
    install(replica, call.caller, args, origin)?;
    reply(())
}

/// Installs code for a user who must be a controller.
pub(crate) fn install_code(
    replica: &mut Replica,
    user: Principal,
    args: InstallCodeArgs,
) -> Result<(), Rejection> {
    install(replica, user, args, by_user(user))
}

fn install(
    replica: &mut Replica,
    caller: Principal,
    args: InstallCodeArgs,
    origin: ChangeOrigin,
) -> Result<(), Rejection> {
    let wanted = Installation {
        install: install_of(args.mode),
        module: Arc::from(args.wasm_module),
        arg: args.arg,
        origin,
    };
    install_module(replica, caller, args.canister_id, wanted)
}

fn install_module(
    replica: &mut Replica,
    caller: Principal,
    id: Principal,
    wanted: Installation,
) -> Result<(), Rejection> {
    let subnet = replica.subnet();
    let round = replica.meta.round;
    let canister = controlled(replica, id, &caller)?;
    canister.last_used_round = round;
    canister.install(&subnet, wanted)
}

pub(super) fn install_chunked_code(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: InstallChunkedCodeArgs = decode(&call.arg)?;
    let id = args.target_canister;
    find_controlled(replica, id, &call.caller)?;
    let store_id = args.store_canister.unwrap_or(id);
    let store = if store_id == call.caller {
        find(replica, store_id)?
    } else {
        find_controlled(replica, store_id, &call.caller)?
    };
    let wanted = Installation {
        install: install_of(args.mode),
        module: assemble(store, &args)?.into(),
        arg: args.arg,
        origin: call.change_origin(args.sender_canister_version),
    };
    install_module(replica, call.caller, id, wanted)?;
    reply(())
}

fn chunk_store_error(text: &str) -> Rejection {
    invalid(format!("Error from Wasm chunk store: {text}."))
}

/// Puts a module together from the chunks that a canister stores.
fn assemble(store: &Canister, args: &InstallChunkedCodeArgs) -> Result<Vec<u8>, Rejection> {
    let mut module = Vec::new();
    for ChunkHash { hash } in &args.chunk_hashes_list {
        let hash = <[u8; 32]>::try_from(hash.as_slice())
            .map_err(|_| chunk_store_error("Chunk hash is invalid. The length is not 32"))?;
        let bytes = store.chunks.get(&hash).ok_or_else(|| {
            chunk_store_error(&format!("Chunk hash {} was not found", hex::encode(hash)))
        })?;
        if module.len() + bytes.len() > MODULE_BYTES {
            return Err(invalid(format!("the module exceeds {MODULE_BYTES} bytes")));
        }
        module.extend_from_slice(bytes);
    }
    let hash = Sha256::digest(&module);
    if hash[..] == args.wasm_module_hash[..] {
        return Ok(module);
    }
    Err(chunk_store_error(&format!(
        "Wasm module hash {} does not match given hash {}",
        hex::encode(hash),
        hex::encode(&args.wasm_module_hash)
    )))
}

pub(super) fn uninstall_code(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: UninstallCodeArgs = decode(&call.arg)?;
    let origin = call.change_origin(args.sender_canister_version);
    controlled(replica, args.canister_id, &call.caller)?;
    uninstall(replica, args.canister_id, origin);
    reply(())
}

/// Removes the code of a canister that exists, and tells everybody who waits for it.
pub(super) fn uninstall(replica: &mut Replica, id: Principal, origin: ChangeOrigin) {
    let time_ns = replica.meta.time_ns;
    let Some(canister) = replica.canisters.get_mut(&id) else {
        return;
    };
    let answers = canister.uninstall();
    canister.record_change(time_ns, origin, ChangeDetails::CodeUninstall);
    for answer in answers {
        replica.deliver(id, answer);
    }
    lifecycle::settle_stop(replica, id);
}
