//! The few methods of the management canister that an installation needs.
//!
//! It is a thin client: no order of steps, no decision. Those are in `deploy`, and in
//! [`crate::deployment`].

use candid::utils::ArgumentEncoder;
use candid::{CandidType, Nat, Principal};
use ic_agent::{Agent, AgentError};
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, CanisterSettings, CanisterStatusResult, ChunkHash,
    DeleteCanisterSnapshotArgs, InstallChunkedCodeArgs, InstallCodeArgs, LoadCanisterSnapshotArgs,
    ProvisionalCreateCanisterWithCyclesArgs, Snapshot, SnapshotId, TakeCanisterSnapshotArgs,
    UpdateSettingsArgs, UploadChunkArgs,
};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::scheduler::agent_error;

/// Modules above this size do not fit into one message.
pub(crate) const MAXIMUM_WHOLE_MODULE_BYTES: usize = 2 * 1024 * 1024 - 16 * 1024;
/// The largest chunk that the management canister keeps.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Calls of the management canister about canisters.
pub(crate) struct Management<'agent> {
    agent: &'agent Agent,
}

impl<'agent> Management<'agent> {
    pub(crate) const fn new(agent: &'agent Agent) -> Self {
        Self { agent }
    }

    pub(crate) async fn create(&self, cycles: u128) -> Result<Principal> {
        let request = ProvisionalCreateCanisterWithCyclesArgs {
            amount: Some(Nat::from(cycles)),
            ..Default::default()
        };
        let made: CanisterIdRecord = self
            .call(
                "provisional_create_canister_with_cycles",
                Principal::management_canister(),
                (request,),
            )
            .await
            .map_err(|error| agent_error(error, "create a canister"))?;
        Ok(made.canister_id)
    }

    /// The error is left as it is: the caller decides what a missing canister means.
    pub(crate) async fn status(
        &self,
        canister_id: Principal,
    ) -> std::result::Result<CanisterStatusResult, AgentError> {
        self.call(
            "canister_status",
            canister_id,
            (CanisterIdRecord { canister_id },),
        )
        .await
    }

    pub(crate) async fn stop(&self, canister_id: Principal) -> Result<()> {
        self.command(
            "stop_canister",
            canister_id,
            (CanisterIdRecord { canister_id },),
        )
        .await
    }

    pub(crate) async fn start(&self, canister_id: Principal) -> Result<()> {
        self.command(
            "start_canister",
            canister_id,
            (CanisterIdRecord { canister_id },),
        )
        .await
    }

    /// Gives a canister these controllers, and no others.
    pub(crate) async fn set_controllers(
        &self,
        canister_id: Principal,
        controllers: Vec<Principal>,
    ) -> Result<()> {
        let request = UpdateSettingsArgs {
            canister_id,
            settings: CanisterSettings {
                controllers: Some(controllers),
                ..CanisterSettings::default()
            },
            sender_canister_version: None,
        };
        self.command("update_settings", canister_id, (request,))
            .await
    }

    /// Installs or upgrades, without arguments, in one message or in chunks.
    pub(crate) async fn install(
        &self,
        canister_id: Principal,
        mode: CanisterInstallMode,
        module: &[u8],
    ) -> Result<()> {
        let arg = candid::encode_args(()).expect("BUG: no arguments can always be encoded");
        if module.len() > MAXIMUM_WHOLE_MODULE_BYTES {
            return self.install_in_chunks(canister_id, mode, module, arg).await;
        }
        let request = InstallCodeArgs {
            mode,
            canister_id,
            wasm_module: module.to_vec(),
            arg,
            sender_canister_version: None,
        };
        self.command("install_code", canister_id, (request,)).await
    }

    async fn install_in_chunks(
        &self,
        canister_id: Principal,
        mode: CanisterInstallMode,
        module: &[u8],
        arg: Vec<u8>,
    ) -> Result<()> {
        let chunk_hashes_list = self.upload(canister_id, module).await?;
        let request = InstallChunkedCodeArgs {
            mode,
            target_canister: canister_id,
            store_canister: None,
            chunk_hashes_list,
            wasm_module_hash: Sha256::digest(module).to_vec(),
            arg,
            sender_canister_version: None,
        };
        self.command("install_chunked_code", canister_id, (request,))
            .await?;
        self.clear_chunks(canister_id).await
    }

    /// Uploads a module in chunks, those that are not there yet; their hashes.
    pub(crate) async fn upload(
        &self,
        canister_id: Principal,
        module: &[u8],
    ) -> Result<Vec<ChunkHash>> {
        let stored: Vec<ChunkHash> = self
            .call(
                "stored_chunks",
                canister_id,
                (CanisterIdRecord { canister_id },),
            )
            .await
            .map_err(|error| agent_error(error, "look at what is uploaded"))?;
        let mut hashes = Vec::new();
        for chunk in module.chunks(CHUNK_BYTES) {
            let hash = ChunkHash {
                hash: Sha256::digest(chunk).to_vec(),
            };
            if !stored.contains(&hash) {
                let request = UploadChunkArgs {
                    canister_id,
                    chunk: chunk.to_vec(),
                };
                let _: ChunkHash = self
                    .call("upload_chunk", canister_id, (request,))
                    .await
                    .map_err(|error| agent_error(error, "upload a part of the module"))?;
            }
            hashes.push(hash);
        }
        Ok(hashes)
    }

    /// Removes what was uploaded.
    pub(crate) async fn clear_chunks(&self, canister_id: Principal) -> Result<()> {
        let store = (CanisterIdRecord { canister_id },);
        self.command("clear_chunk_store", canister_id, store).await
    }

    /// Keeps code and memory of a canister as they are now, in the place of an older snapshot.
    pub(crate) async fn take_snapshot(
        &self,
        canister_id: Principal,
        replace_snapshot: Option<SnapshotId>,
    ) -> Result<SnapshotId> {
        let request = TakeCanisterSnapshotArgs {
            canister_id,
            replace_snapshot,
            uninstall_code: None,
            sender_canister_version: None,
        };
        let taken: Snapshot = self
            .call("take_canister_snapshot", canister_id, (request,))
            .await
            .map_err(|error| agent_error(error, "take a snapshot"))?;
        Ok(taken.id)
    }

    /// The snapshots of a canister.
    pub(crate) async fn snapshots(&self, canister_id: Principal) -> Result<Vec<SnapshotId>> {
        let listed: Vec<Snapshot> = self
            .call(
                "list_canister_snapshots",
                canister_id,
                (CanisterIdRecord { canister_id },),
            )
            .await
            .map_err(|error| agent_error(error, "list the snapshots"))?;
        Ok(listed.into_iter().map(|snapshot| snapshot.id).collect())
    }

    /// Puts code and memory back.
    pub(crate) async fn load_snapshot(
        &self,
        canister_id: Principal,
        snapshot_id: SnapshotId,
    ) -> Result<()> {
        let request = LoadCanisterSnapshotArgs {
            canister_id,
            snapshot_id,
            sender_canister_version: None,
        };
        self.command("load_canister_snapshot", canister_id, (request,))
            .await
    }

    /// Forgets a snapshot.
    pub(crate) async fn delete_snapshot(
        &self,
        canister_id: Principal,
        snapshot_id: SnapshotId,
    ) -> Result<()> {
        let request = DeleteCanisterSnapshotArgs {
            canister_id,
            snapshot_id,
        };
        self.command("delete_canister_snapshot", canister_id, (request,))
            .await
    }

    async fn command<A: ArgumentEncoder>(
        &self,
        method: &str,
        canister_id: Principal,
        arguments: A,
    ) -> Result<()> {
        let answer = self
            .raw(method, canister_id, arguments)
            .await
            .and_then(|bytes| Ok(candid::decode_args::<()>(&bytes)?));
        answer.map_err(|error| agent_error(error, method))
    }

    async fn call<A: ArgumentEncoder, R: CandidType + DeserializeOwned>(
        &self,
        method: &str,
        effective: Principal,
        arguments: A,
    ) -> std::result::Result<R, AgentError> {
        let bytes = self.raw(method, effective, arguments).await?;
        Ok(candid::decode_one(&bytes)?)
    }

    async fn raw<A: ArgumentEncoder>(
        &self,
        method: &str,
        effective: Principal,
        arguments: A,
    ) -> std::result::Result<Vec<u8>, AgentError> {
        self.agent
            .update(&Principal::management_canister(), method)
            .with_effective_canister_id(effective)
            .with_arg(candid::encode_args(arguments)?)
            .call_and_wait()
            .await
    }
}
