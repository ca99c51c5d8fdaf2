//! Canisters that a network has from its start, at ids that tools know.
//!
//! They are created before the first request is taken, under the principal that controls the
//! system canisters of the mainnet. Nobody has its key, so nobody changes them here.

use std::sync::Arc;

use candid::{Encode, Nat, Principal};
use ic_management_canister_types::ProvisionalCreateCanisterWithCyclesArgs;
use sha2::{Digest, Sha256};

use super::error::ServerError;
use crate::{InstallMode, Rejection, Replica};

/// `r7inp-6aaaa-aaaaa-aaabq-cai`, the root canister, which controls the others of its kind.
const ROOT: Principal = Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 3, 1, 1]);

/// The first id that such a network gives away, `bnz7o-iuaaa-aaaaa-qaaaa-cai`. Those before it are
/// the ids of the mainnet's canisters: whoever trusts one of them must not find another in its place.
const FIRST_FREE: u64 = 0x8000_0000_0010_0000;

/// A canister that a network has from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preinstalled {
    /// Where it is; the form of a canister id.
    pub id: Principal,
    /// Its module, compressed or not. It is installed without an argument.
    pub module: Arc<[u8]>,
    /// The cycles that it begins with.
    pub cycles: u128,
}

/// Creates the canisters that are missing and upgrades those that have another module. A network
/// that has any leaves the ids of the mainnet's canisters free.
pub(super) fn preinstall(
    replica: &mut Replica,
    canisters: &[Preinstalled],
) -> Result<(), ServerError> {
    if !canisters.is_empty() {
        let next = &mut replica.meta.next_canister;
        *next = FIRST_FREE.max(*next);
    }
    for canister in canisters {
        put(replica, canister).map_err(|rejection| ServerError::Preinstall {
            canister: canister.id,
            reason: rejection.message,
        })?;
    }
    Ok(())
}

fn put(replica: &mut Replica, canister: &Preinstalled) -> Result<(), Rejection> {
    let mode = match replica.canister_view(&canister.id) {
        None => {
            create(replica, canister)?;
            InstallMode::Install
        }
        Some(view) if view.module_hash == Some(Sha256::digest(&canister.module).into()) => {
            return Ok(());
        }
        Some(view) if view.module_hash.is_none() => InstallMode::Install,
        Some(_) => InstallMode::Upgrade,
    };
    let module = canister.module.to_vec();
    let nothing = Encode!().expect("BUG: nothing is encodable");
    replica.install_code(ROOT, canister.id, mode, module, nothing)
}

fn create(replica: &mut Replica, canister: &Preinstalled) -> Result<(), Rejection> {
    let args = ProvisionalCreateCanisterWithCyclesArgs {
        amount: Some(Nat::from(canister.cycles)),
        specified_id: Some(canister.id),
        ..ProvisionalCreateCanisterWithCyclesArgs::default()
    };
    let method = "provisional_create_canister_with_cycles";
    replica.management_call(ROOT, method, &args).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReplicaConfig;

    const CYCLES: u128 = 7_000_000_000_000;

    fn canister(wat: &str) -> Preinstalled {
        Preinstalled {
            id: Principal::from_text("um5iw-rqaaa-aaaaq-qaaba-cai").unwrap(),
            module: wat::parse_str(wat).unwrap().into(),
            cycles: CYCLES,
        }
    }

    #[test]
    fn should_create_install_and_upgrade() {
        let mut replica = Replica::new(ReplicaConfig::default());
        let first = canister("(module)");
        preinstall(&mut replica, std::slice::from_ref(&first)).unwrap();
        let view = replica.canister_view(&first.id).unwrap();
        assert_eq!(view.cycles, CYCLES);
        assert_eq!(view.controllers, [ROOT]);

        preinstall(&mut replica, std::slice::from_ref(&first)).unwrap();
        let same = replica.canister_view(&first.id).unwrap();
        assert_eq!(same.version, view.version, "it was installed again");

        let second = canister("(module (memory 1))");
        preinstall(&mut replica, std::slice::from_ref(&second)).unwrap();
        let other = replica.canister_view(&first.id).unwrap();
        assert_ne!(other.module_hash, view.module_hash);
        assert_eq!(other.cycles, CYCLES);
    }

    #[test]
    fn should_leave_the_ids_of_the_mainnet_free() {
        let user = Principal::from_slice(&[7]);
        let mut replica = Replica::new(ReplicaConfig::default());
        preinstall(&mut replica, &[]).unwrap();
        let usual = replica.create_canister(user).unwrap();
        assert_eq!(usual, crate::canister_id_from_counter(0));

        preinstall(&mut replica, &[canister("(module)")]).unwrap();
        let first = replica.create_canister(user).unwrap();
        assert_eq!(first.to_text(), "bnz7o-iuaaa-aaaaa-qaaaa-cai");
        preinstall(&mut replica, &[canister("(module)")]).unwrap();
        let second = replica.create_canister(user).unwrap();
        assert_eq!(second, crate::canister_id_from_counter(FIRST_FREE + 1));
    }

    #[test]
    fn should_name_the_canister_that_cannot_be_installed() {
        let mut replica = Replica::new(ReplicaConfig::default());
        let broken = Preinstalled {
            module: Arc::from(*b"no module"),
            ..canister("(module)")
        };
        let error = preinstall(&mut replica, &[broken]).unwrap_err().to_string();
        assert!(error.contains("um5iw-rqaaa-aaaaq-qaaba-cai"), "{error}");
    }
}
