//! Shorthands for tests and tools: a call that waits for its answer, and the steps of a
//! canister's life. They submit ingress messages like anybody else.

use candid::{CandidType, Encode, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, ProvisionalCreateCanisterWithCyclesArgs, UpgradeFlags,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Replica;
use crate::engine::on_guest_stack;
use crate::limits::{INGRESS_TTL_MAX, ROUNDS_PER_CALL};
use crate::management::InstallCodeArgs;
use crate::{Ingress, IngressStatus, MessageId, Rejection};

/// How code is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallMode {
    /// Into an empty canister.
    Install,
    /// Over existing code; heap and stable memory are wiped.
    Reinstall,
    /// Over existing code; stable memory is kept.
    Upgrade,
    /// As [`Self::Upgrade`], without running `canister_pre_upgrade`.
    UpgradeSkippingPreUpgrade,
}

impl From<InstallMode> for CanisterInstallMode {
    fn from(mode: InstallMode) -> Self {
        match mode {
            InstallMode::Install => Self::Install,
            InstallMode::Reinstall => Self::Reinstall,
            InstallMode::Upgrade => Self::Upgrade(None),
            InstallMode::UpgradeSkippingPreUpgrade => Self::Upgrade(Some(UpgradeFlags {
                skip_pre_upgrade: Some(true),
                wasm_memory_persistence: None,
            })),
        }
    }
}

impl Replica {
    /// Submits an update call under an id of its own and returns that id.
    pub fn submit_call(
        &mut self,
        sender: Principal,
        canister_id: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<MessageId, Rejection> {
        let number = self.meta.next_message;
        self.meta.next_message += 1;
        let mut hasher = Sha256::new();
        hasher.update(b"chime-replica message");
        hasher.update(number.to_be_bytes());
        let message_id = MessageId(hasher.finalize().into());
        let ttl_ns = u64::try_from(INGRESS_TTL_MAX.as_nanos()).unwrap_or(u64::MAX);
        self.submit_ingress(Ingress {
            message_id,
            sender,
            canister_id,
            method: method.to_owned(),
            arg,
            ingress_expiry_ns: self.meta.time_ns.saturating_add(ttl_ns),
        })?;
        Ok(message_id)
    }

    /// Submits an update call and executes rounds until it is answered. A call that is still open
    /// when nothing is left to do at this time (it waits for a timer, say) is reported as
    /// `SysUnknown`; the time does not move.
    pub fn update_call(
        &mut self,
        sender: Principal,
        canister_id: Principal,
        method: &str,
        arg: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        on_guest_stack(|| {
            let id = self.submit_call(sender, canister_id, method, arg)?;
            self.await_call(&id)
        })
    }

    /// Executes rounds until a message is answered; see [`Self::update_call`].
    pub fn await_call(&mut self, id: &MessageId) -> Result<Vec<u8>, Rejection> {
        for _ in 0..ROUNDS_PER_CALL {
            match self.history.status(id) {
                Some(IngressStatus::Replied(bytes)) => return Ok(bytes.clone()),
                Some(IngressStatus::Rejected(rejection)) => return Err(rejection.clone()),
                Some(IngressStatus::Done) | None => break,
                Some(IngressStatus::Received | IngressStatus::Processing) => {}
            }
            if !self.execute_round() {
                break;
            }
        }
        Err(Rejection::new(
            ErrorCode::ResponseDropped,
            "the call is not answered yet",
        ))
    }

    /// Calls the management canister as an ingress message of `sender` and awaits the answer.
    pub fn management_call(
        &mut self,
        sender: Principal,
        method: &str,
        arg: &impl CandidType,
    ) -> Result<Vec<u8>, Rejection> {
        let arg = Encode!(arg).map_err(Rejection::invalid_payload)?;
        self.update_call(sender, Principal::management_canister(), method, arg)
    }

    /// Creates an empty canister controlled by `controller`, with the default cycles.
    pub fn create_canister(&mut self, controller: Principal) -> Result<Principal, Rejection> {
        let method = "provisional_create_canister_with_cycles";
        let args = ProvisionalCreateCanisterWithCyclesArgs::default();
        let reply = self.management_call(controller, method, &args)?;
        decode::<CanisterIdRecord>(&reply).map(|record| record.canister_id)
    }

    /// Installs code as the given sender, who must be a controller. Modules of any size are
    /// taken: this does not go through an ingress message.
    pub fn install_code(
        &mut self,
        sender: Principal,
        canister_id: Principal,
        mode: InstallMode,
        module: Vec<u8>,
        arg: Vec<u8>,
    ) -> Result<(), Rejection> {
        let args = InstallCodeArgs {
            mode: mode.into(),
            canister_id,
            wasm_module: module,
            arg,
            sender_canister_version: None,
        };
        on_guest_stack(|| crate::management::install_code(self, sender, args))
    }

    /// Starts a canister.
    pub fn start_canister(&mut self, sender: Principal, id: Principal) -> Result<(), Rejection> {
        self.by_id(sender, "start_canister", id)
    }

    /// Stops a canister and awaits that its open calls are finished.
    pub fn stop_canister(&mut self, sender: Principal, id: Principal) -> Result<(), Rejection> {
        self.by_id(sender, "stop_canister", id)
    }

    /// Removes the code of a canister.
    pub fn uninstall_code(&mut self, sender: Principal, id: Principal) -> Result<(), Rejection> {
        self.by_id(sender, "uninstall_code", id)
    }

    /// Deletes a stopped canister.
    pub fn delete_canister(&mut self, sender: Principal, id: Principal) -> Result<(), Rejection> {
        self.by_id(sender, "delete_canister", id)
    }

    fn by_id(&mut self, sender: Principal, method: &str, id: Principal) -> Result<(), Rejection> {
        let args = CanisterIdRecord { canister_id: id };
        self.management_call(sender, method, &args).map(|_| ())
    }

    /// Adds cycles from nowhere and returns the new balance.
    pub fn add_cycles(&mut self, id: &Principal, cycles: u128) -> Option<u128> {
        let canister = self.canisters.get_mut(id)?;
        canister.meta.cycles = canister.meta.cycles.saturating_add(cycles);
        Some(canister.meta.cycles)
    }
}

fn decode<T: CandidType + for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, Rejection> {
    candid::decode_one(bytes).map_err(Rejection::invalid_payload)
}
