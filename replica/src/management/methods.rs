//! The methods of the management canister: who may call them, and what serves them.

use candid::CandidType;
use ic_error_types::ErrorCode;
use serde::Deserialize;

use super::{
    Call, MethodResult, chunks, code, decode, info, lifecycle, logs, outcalls, refused, settings,
    snapshots, status,
};
use crate::{Rejection, Replica};

/// Which field of the argument names the canister that the call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    None,
    CanisterId,
    Chunked,
}

/// Who may call a method from outside, by an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Users {
    None,
    /// Nobody: users send a query instead.
    ByQuery,
    /// The controllers of the target.
    Controllers,
    /// Those who may see the status of the target.
    StatusReaders,
    /// Those who may see the snapshots of the target.
    SnapshotReaders,
    All,
}

type Body = fn(&mut Replica, &mut Call) -> MethodResult;

pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) target: Target,
    pub(super) users: Users,
    pub(super) body: Body,
}

const fn method(name: &'static str, target: Target, users: Users, body: Body) -> Method {
    Method {
        name,
        target,
        users,
        body,
    }
}

const NO_TARGET: Target = Target::None;
const ID: Target = Target::CanisterId;

#[rustfmt::skip]
static METHODS: &[Method] = &[
    method("create_canister", NO_TARGET, Users::None, lifecycle::create_canister),
    method("provisional_create_canister_with_cycles", NO_TARGET, Users::All, lifecycle::provisional_create),
    method("provisional_top_up_canister", ID, Users::All, lifecycle::provisional_top_up),
    method("start_canister", ID, Users::Controllers, lifecycle::start_canister),
    method("stop_canister", ID, Users::Controllers, lifecycle::stop_canister),
    method("delete_canister", ID, Users::Controllers, lifecycle::delete_canister),
    method("deposit_cycles", ID, Users::None, lifecycle::deposit_cycles),
    method("raw_rand", NO_TARGET, Users::None, lifecycle::raw_rand),
    method("http_request", NO_TARGET, Users::None, outcalls::http_request),
    method("install_code", ID, Users::Controllers, code::install_code_method),
    method("install_chunked_code", Target::Chunked, Users::Controllers, code::install_chunked_code),
    method("uninstall_code", ID, Users::Controllers, code::uninstall_code),
    method("upload_chunk", ID, Users::Controllers, chunks::upload_chunk),
    method("clear_chunk_store", ID, Users::Controllers, chunks::clear_chunk_store),
    method("stored_chunks", ID, Users::Controllers, chunks::stored_chunks),
    method("update_settings", ID, Users::Controllers, settings::update_settings),
    method("canister_status", ID, Users::StatusReaders, status::canister_status),
    method("canister_metrics", ID, Users::Controllers, info::canister_metrics),
    method("canister_info", ID, Users::None, info::canister_info),
    method("canister_metadata", ID, Users::None, info::canister_metadata),
    method("fetch_canister_logs", ID, Users::ByQuery, logs::fetch_canister_logs),
    method("take_canister_snapshot", ID, Users::Controllers, snapshots::take),
    method("load_canister_snapshot", ID, Users::Controllers, snapshots::load),
    method("list_canister_snapshots", ID, Users::SnapshotReaders, snapshots::list),
    method("delete_canister_snapshot", ID, Users::Controllers, snapshots::delete),
    method("read_canister_snapshot_metadata", ID, Users::SnapshotReaders, snapshots::read_metadata),
    method("read_canister_snapshot_data", ID, Users::SnapshotReaders, snapshots::read_data),
    method("upload_canister_snapshot_metadata", ID, Users::Controllers, snapshots::upload_metadata),
    method("upload_canister_snapshot_data", ID, Users::Controllers, snapshots::upload_data),
    method("node_metrics_history", NO_TARGET, Users::None, info::node_metrics_history),
    method("subnet_info", NO_TARGET, Users::None, info::subnet_info),
    method("subnet_metrics", NO_TARGET, Users::None, info::subnet_metrics),
    method("ecdsa_public_key", NO_TARGET, Users::None, no_threshold_keys),
    method("sign_with_ecdsa", NO_TARGET, Users::None, no_threshold_keys),
    method("schnorr_public_key", NO_TARGET, Users::None, no_threshold_keys),
    method("sign_with_schnorr", NO_TARGET, Users::None, no_threshold_keys),
    method("vetkd_public_key", NO_TARGET, Users::None, no_threshold_keys),
    method("vetkd_derive_key", NO_TARGET, Users::None, no_threshold_keys),
    method("bitcoin_get_balance", NO_TARGET, Users::None, no_bitcoin),
    method("bitcoin_get_utxos", NO_TARGET, Users::None, no_bitcoin),
    method("bitcoin_send_transaction", NO_TARGET, Users::None, no_bitcoin),
    method("bitcoin_get_current_fee_percentiles", NO_TARGET, Users::None, no_bitcoin),
    method("bitcoin_get_block_headers", NO_TARGET, Users::None, no_bitcoin),
    method("flexible_http_request", NO_TARGET, Users::None, no_committee),
];

fn no_threshold_keys(_: &mut Replica, _: &mut Call) -> MethodResult {
    Err(refused(
        "Requested unknown threshold key: this network is one machine and has no threshold keys.",
    ))
}

fn no_bitcoin(_: &mut Replica, _: &mut Call) -> MethodResult {
    Err(refused(
        "The Bitcoin API is not available: this network has no connection to Bitcoin.",
    ))
}

fn no_committee(_: &mut Replica, _: &mut Call) -> MethodResult {
    Err(refused(
        "Flexible HTTPS outcalls are not available: this network is one machine and has no \
         committees of nodes. Use http_request.",
    ))
}

impl Method {
    pub(super) fn find(name: &str) -> Result<&'static Self, Rejection> {
        let mut methods = METHODS.iter();
        methods.find(|method| method.name == name).ok_or_else(|| {
            let text = format!("Management canister has no method '{name}'");
            Rejection::new(ErrorCode::CanisterMethodNotFound, text)
        })
    }

    /// Refuses an update from outside if there is no such thing.
    pub(super) fn check_for_users(&self) -> Result<(), Rejection> {
        let name = self.name;
        match self.users {
            Users::None => Err(refused(format!(
                "Only canisters can call ic00 method {name}"
            ))),
            Users::ByQuery => Err(refused(format!(
                "{name} API is only accessible to end users in non-replicated mode"
            ))),
            Users::Controllers | Users::StatusReaders | Users::SnapshotReaders | Users::All => {
                Ok(())
            }
        }
    }
}

/// Methods whose callers may tell their own version.
const VERSIONED: [&str; 8] = [
    "create_canister",
    "provisional_create_canister_with_cycles",
    "update_settings",
    "install_code",
    "install_chunked_code",
    "uninstall_code",
    "take_canister_snapshot",
    "load_canister_snapshot",
];

#[derive(CandidType, Deserialize)]
struct Versioned {
    sender_canister_version: Option<u64>,
}

/// Refuses a call in which a canister tells another version than the one it has.
pub(crate) fn check_sender_version(
    method: &str,
    arg: &[u8],
    version: u64,
) -> Result<(), Rejection> {
    if !VERSIONED.contains(&method) {
        return Ok(());
    }
    // An argument that cannot be read is rejected by its method.
    let told = decode::<Versioned>(arg).ok();
    match told.and_then(|told| told.sender_canister_version) {
        Some(told) if told != version => Err(Rejection::new(
            ErrorCode::CanisterContractViolation,
            format!(
                "Management canister call payload includes sender canister version {told} that \
                 does not match the actual sender canister version {version}."
            ),
        )),
        _ => Ok(()),
    }
}
