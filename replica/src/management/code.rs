//! Installation and removal of code.

use std::sync::Arc;

use candid::{CandidType, Principal};
use ic_management_canister_types::{
    CanisterInstallMode, InstallChunkedCodeArgs, UninstallCodeArgs, WasmMemoryPersistence,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Call, MethodResult, check_controller, controlled, decode, find, invalid, lifecycle, reply,
};
use crate::canister::{Install, UpgradeOptions};
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
    install_code(replica, call.caller, args)?;
    reply(())
}

/// Installs code for a caller who must be a controller.
pub(crate) fn install_code(
    replica: &mut Replica,
    caller: Principal,
    args: InstallCodeArgs,
) -> Result<(), Rejection> {
    let module = Arc::from(args.wasm_module);
    let install = install_of(args.mode);
    install_module(replica, caller, args.canister_id, install, module, args.arg)
}

fn install_module(
    replica: &mut Replica,
    caller: Principal,
    id: Principal,
    install: Install,
    module: Arc<[u8]>,
    arg: Vec<u8>,
) -> Result<(), Rejection> {
    let subnet = replica.subnet();
    let round = replica.meta.round;
    let canister = controlled(replica, id, "install_code", &caller)?;
    canister.last_used_round = round;
    canister.install(&subnet, install, module, arg, caller)
}

pub(super) fn install_chunked_code(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let args: InstallChunkedCodeArgs = decode(&call.arg)?;
    let id = args.target_canister;
    let target = find(replica, id)?;
    check_controller(target, "install_chunked_code", &call.caller)?;
    let store_id = args.store_canister.unwrap_or(id);
    let store = find(replica, store_id)?;
    if store_id != id && store_id != call.caller {
        check_controller(store, "install_chunked_code", &call.caller)?;
    }
    let mut module = Vec::new();
    for chunk in &args.chunk_hashes_list {
        let bytes = <[u8; 32]>::try_from(chunk.hash.as_slice())
            .ok()
            .and_then(|hash| store.chunks.get(&hash))
            .ok_or_else(|| {
                let hash = hex::encode(&chunk.hash);
                invalid(format!(
                    "Error from Wasm chunk store: Chunk hash {hash} was not found"
                ))
            })?;
        if module.len() + bytes.len() > MODULE_BYTES {
            return Err(invalid(format!("the module exceeds {MODULE_BYTES} bytes")));
        }
        module.extend_from_slice(bytes);
    }
    if Sha256::digest(&module)[..] != args.wasm_module_hash[..] {
        return Err(invalid(
            "Error from Wasm chunk store: Wasm module hash does not match the chunks",
        ));
    }
    let install = install_of(args.mode);
    install_module(replica, call.caller, id, install, module.into(), args.arg)?;
    reply(())
}

pub(super) fn uninstall_code(replica: &mut Replica, call: &mut Call) -> MethodResult {
    let id = decode::<UninstallCodeArgs>(&call.arg)?.canister_id;
    let answers = controlled(replica, id, "uninstall_code", &call.caller)?.uninstall();
    for answer in answers {
        replica.deliver(id, answer);
    }
    lifecycle::settle_stop(replica, id);
    reply(())
}
