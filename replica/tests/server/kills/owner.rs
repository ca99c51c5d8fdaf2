//! The owner: leads canisters through their lives, and notices when a step was lost or done twice.

use candid::{CandidType, Decode, Encode, Nat, Principal};
use chime_replica::canister_id_from_counter;
use ic_agent::Agent;
use ic_management_canister_types::{
    CanisterIdRecord, CanisterInstallMode, CanisterStatusResult, CanisterStatusType,
    InstallCodeArgs, ProvisionalCreateCanisterWithCyclesArgs,
};
use sha2::{Digest, Sha256};

use super::Shared;
use super::caller::Caller;
use super::log;
use crate::support::{create, ed25519, manage, management};
use ic_agent::Identity;

/// The client that the owner's own entries bear.
const OWNER: u8 = 0xff;
/// One life of so many upgrades the log that all clients append to as well.
const LOG_UPGRADES_AMONG: u64 = 3;

fn install(canister: Principal, mode: CanisterInstallMode, is_second: bool) -> InstallCodeArgs {
    InstallCodeArgs {
        mode,
        canister_id: canister,
        wasm_module: log::module(is_second),
        arg: Vec::new(),
        sender_canister_version: None,
    }
}

/// Creates the log that all clients append to: the first canister of the network.
pub async fn make_log(agent: &Agent) -> Principal {
    let canister = create(agent).await;
    let args = install(canister, CanisterInstallMode::Install, false);
    manage(agent, canister, "install_code", args).await;
    let settings = ic_management_canister_types::UpdateSettingsArgs {
        canister_id: canister,
        settings: ic_management_canister_types::CanisterSettings {
            controllers: Some(vec![ed25519(2).sender().unwrap()]),
            ..Default::default()
        },
        sender_canister_version: None,
    };
    manage(agent, canister, "update_settings", settings).await;
    canister
}

/// Leads one canister after the other from its creation to its end; gives how many there were.
pub async fn work(shared: Shared, seed: u64) -> u64 {
    let mut owner = Owner {
        caller: Caller::new(&shared, 2, seed),
    };
    let mut lives = 0;
    while !shared.is_over() {
        // The log is canister 0; ids are given out in order, so a creation that was done twice
        // or was lost shows in the next id.
        owner.live(canister_id_from_counter(lives + 1)).await;
        if lives % LOG_UPGRADES_AMONG == 0 {
            let is_second = (lives / LOG_UPGRADES_AMONG).is_multiple_of(2);
            owner.upgrade(shared.log, is_second).await;
        }
        lives += 1;
    }
    lives
}

struct Owner {
    caller: Caller,
}

impl Owner {
    async fn manage(
        &mut self,
        canister: Principal,
        method: &str,
        args: impl CandidType,
    ) -> Vec<u8> {
        let arg = Encode!(&args).unwrap();
        let answer = self.caller.call_at(management(), canister, method, arg);
        answer.await.unwrap_or_else(|e| panic!("{method}: {e}"))
    }

    async fn live(&mut self, expected: Principal) {
        let args = ProvisionalCreateCanisterWithCyclesArgs {
            amount: Some(Nat::from(10_000_000_000_000_u64)),
            ..Default::default()
        };
        let method = "provisional_create_canister_with_cycles";
        let reply = self.manage(canister_id_from_counter(0), method, args).await;
        let canister = Decode!(&reply, CanisterIdRecord).unwrap().canister_id;
        assert_eq!(canister, expected, "a canister was created twice or lost");
        let args = install(canister, CanisterInstallMode::Install, false);
        self.manage(canister, "install_code", args).await;
        self.append(canister, 0).await;
        self.upgrade(canister, true).await;
        self.append(canister, 1).await;
        self.stop(canister).await;
        let record = CanisterIdRecord {
            canister_id: canister,
        };
        self.manage(canister, "delete_canister", record).await;
    }

    async fn append(&mut self, canister: Principal, number: u64) {
        let entry = log::entry(OWNER, number);
        let reply = self.caller.call(canister, "append", entry).await;
        assert_eq!(log::index(&reply.unwrap()), number);
    }

    async fn stop(&mut self, canister: Principal) {
        let record = CanisterIdRecord {
            canister_id: canister,
        };
        self.manage(canister, "stop_canister", record).await;
        let status = self.status(canister).await;
        assert_eq!(status.status, CanisterStatusType::Stopped);
    }

    /// Stops a canister, upgrades it to an edition, and starts it.
    async fn upgrade(&mut self, canister: Principal, is_second: bool) {
        self.stop(canister).await;
        let args = install(canister, CanisterInstallMode::Upgrade(None), is_second);
        self.manage(canister, "install_code", args).await;
        let hash = Sha256::digest(log::module(is_second)).to_vec();
        let status = self.status(canister).await;
        assert_eq!(status.module_hash, Some(hash), "the upgrade was lost");
        assert_eq!(status.status, CanisterStatusType::Stopped);
        let record = CanisterIdRecord {
            canister_id: canister,
        };
        self.manage(canister, "start_canister", record).await;
        let status = self.status(canister).await;
        assert_eq!(status.status, CanisterStatusType::Running);
    }

    async fn status(&mut self, canister: Principal) -> CanisterStatusResult {
        let record = CanisterIdRecord {
            canister_id: canister,
        };
        let reply = self.manage(canister, "canister_status", record).await;
        Decode!(&reply, CanisterStatusResult).unwrap()
    }
}
