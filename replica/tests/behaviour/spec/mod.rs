//! The rules of the interface specification, each with its section and a check on the replica.
//!
//! A file holds the rules of one or a few sections. What they share is here.

mod certified;
mod chunked;
mod chunks;
mod create;
mod deletion;
mod freezing;
mod grower;
mod heap;
mod history;
mod hook;
mod install;
mod metadata;
mod settings;
mod status;
mod stopping;
mod subnet;
mod uninstall;

use std::panic::{AssertUnwindSafe, catch_unwind};

use candid::{CandidType, Encode, Principal};
use chime_replica::{CanisterStatus, CanisterView, Rejection, Replica, limits};
use ic_management_canister_types as types;
use serde::Deserialize;
use types::{CanisterIdRecord, CanisterSettings, CanisterStatusResult};

use crate::proxy::{CANISTER_ERROR, add_proxy, assert_refused, manage_by, order_by};
use crate::snapshots::{call, order};
use crate::support::{controller, with};

/// A rule of the interface specification of the Internet Computer.
pub struct Rule {
    /// The anchor of its section, such as `ic-create_canister`.
    pub section: &'static str,
    pub rule: &'static str,
    pub check: fn(),
}

pub const fn rule(section: &'static str, rule: &'static str, check: fn()) -> Rule {
    Rule {
        section,
        rule,
        check,
    }
}

/// Checks all rules and names those that are broken.
pub fn check(rules: &[Rule]) {
    let broken: Vec<_> = rules
        .iter()
        .filter(|rule| catch_unwind(AssertUnwindSafe(rule.check)).is_err())
        .map(|rule| format!("{}: {}", rule.section, rule.rule))
        .collect();
    assert!(broken.is_empty(), "broken rules:\n{}", broken.join("\n"));
}

pub const FEE: u64 = limits::CREATE_CANISTER_FEE_CYCLES as u64;

pub fn record(id: Principal) -> CanisterIdRecord {
    CanisterIdRecord { canister_id: id }
}

pub fn create_args(settings: CanisterSettings) -> types::CreateCanisterArgs {
    types::CreateCanisterArgs {
        settings: Some(settings),
        sender_canister_version: None,
    }
}

pub fn create(
    replica: &mut Replica,
    proxy: Principal,
    settings: CanisterSettings,
) -> Result<Principal, (u8, String)> {
    let args = create_args(settings);
    let created: CanisterIdRecord = manage_by(replica, proxy, "create_canister", FEE + 9, &args)?;
    Ok(created.canister_id)
}

pub fn update_args(id: Principal, settings: CanisterSettings) -> types::UpdateSettingsArgs {
    types::UpdateSettingsArgs {
        canister_id: id,
        settings,
        sender_canister_version: None,
    }
}

pub fn set(
    replica: &mut Replica,
    id: Principal,
    settings: CanisterSettings,
) -> Result<(), Rejection> {
    order(replica, "update_settings", &update_args(id, settings))
}

/// Makes a canister one of the controllers of another, beside the usual one.
pub fn add_controller(replica: &mut Replica, id: Principal, other: Principal) {
    let settings = CanisterSettings {
        controllers: Some(vec![controller(), other]),
        ..Default::default()
    };
    set(replica, id, settings).unwrap();
}

pub fn status(replica: &mut Replica, id: Principal) -> CanisterStatusResult {
    call(replica, "canister_status", &record(id)).unwrap()
}

pub fn view(replica: &Replica, id: Principal) -> CanisterView {
    replica.canister_view(&id).unwrap()
}

/// A query to the management canister by a user.
pub fn ask<T: CandidType + for<'de> Deserialize<'de>>(
    replica: &mut Replica,
    sender: Principal,
    method: &str,
    arg: &impl CandidType,
) -> Result<T, Rejection> {
    let management = Principal::management_canister();
    let reply = replica.query(sender, management, method, Encode!(arg).unwrap())?;
    Ok(candid::decode_one(&reply).unwrap())
}

/// A replica with a proxy and a canister.
pub fn both() -> (Replica, Principal, Principal) {
    let (mut replica, id) = with("");
    let proxy = add_proxy(&mut replica);
    (replica, proxy, id)
}

pub fn refused_to_others(method: &str) {
    let (mut replica, id) = with("");
    let proxy = add_proxy(&mut replica);
    let result = order_by(&mut replica, proxy, method, 0, &record(id));
    assert_refused(result, CANISTER_ERROR, "Only the controllers");
    assert_eq!(view(&replica, id).status, CanisterStatus::Running);
}
