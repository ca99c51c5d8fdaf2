//! The management canister `aaaaa-aa`, for callers inside (canisters) and outside (ingress).
//!
//! `methods` lists what it can do and who may ask for it. `lifecycle` creates, starts, stops and
//! deletes; `code` installs; `chunks` keeps the chunk store; `settings` changes settings and
//! `status` tells them; `info` tells the history and the rest; `logs` shows logs; `snapshots` takes
//! and loads snapshots; `outcalls` takes HTTPS outcalls; `queries` answers what is asked without an
//! update. A malformed argument is a rejection.

mod chunks;
mod code;
mod info;
mod lifecycle;
mod logs;
mod methods;
mod outcalls;
mod queries;
mod settings;
mod snapshots;
mod status;

pub(crate) use code::{InstallCodeArgs, install_code};
pub(crate) use lifecycle::settle_stop;
pub(crate) use methods::check_sender_version;
pub(crate) use outcalls::{bytes_of, check_headers_and_body};
pub(crate) use queries::query;

use candid::utils::ArgumentEncoder;
use candid::{CandidType, Principal};
use ic_error_types::ErrorCode;
use ic_management_canister_types::{ChangeOrigin, FromCanisterRecord, FromUserRecord};
use serde::Deserialize;

use crate::canister::{Answer, Canister};
use crate::state::{Origin, Payload, Request};
use crate::{Ingress, Rejection, Replica};
use methods::{Method, Target, Users};

/// A call of a management method. The cycles that a method leaves are refunded.
struct Call {
    caller: Principal,
    arg: Vec<u8>,
    cycles: u128,
    origin: Origin,
}

impl Call {
    /// Who makes a change, as the history tells it; a canister may have told its version.
    fn change_origin(&self, version: Option<u64>) -> ChangeOrigin {
        match self.origin {
            Origin::Call { caller, .. } => ChangeOrigin::FromCanister(FromCanisterRecord {
                canister_id: caller,
                canister_version: version,
            }),
            Origin::Ingress { .. } | Origin::System => by_user(self.caller),
        }
    }
}

/// A change that somebody outside makes.
fn by_user(user_id: Principal) -> ChangeOrigin {
    ChangeOrigin::FromUser(FromUserRecord { user_id })
}

/// How a method ends that did not fail.
enum Outcome {
    Reply(Vec<u8>),
    /// Somebody else answers later.
    Deferred,
}

type MethodResult = Result<Outcome, Rejection>;

/// Executes a call of the management canister and sends its answer.
pub(crate) fn execute(replica: &mut Replica, request: Request) {
    let mut call = Call {
        caller: request.caller,
        arg: request.arg,
        cycles: request.cycles,
        origin: request.origin,
    };
    let payload = match dispatch(replica, &request.method, &mut call) {
        Ok(Outcome::Deferred) => {
            if let Origin::Ingress { message_id, .. } = call.origin {
                replica.history.start(&message_id);
            }
            return;
        }
        Ok(Outcome::Reply(bytes)) => Payload::Reply(bytes),
        Err(rejection) => Payload::Reject(rejection),
    };
    let answer = Answer {
        origin: call.origin,
        payload,
        refund: call.cycles,
    };
    replica.deliver(Principal::management_canister(), answer);
}

fn dispatch(replica: &mut Replica, name: &str, call: &mut Call) -> MethodResult {
    let method = Method::find(name)?;
    if matches!(call.origin, Origin::Ingress { .. }) {
        method.check_for_users()?;
    }
    (method.body)(replica, call)
}

/// Whether an ingress message to the management canister is accepted.
pub(crate) fn check_ingress(replica: &Replica, ingress: &Ingress) -> Result<(), Rejection> {
    let method = Method::find(&ingress.method)?;
    method.check_for_users()?;
    let target = match method.target {
        Target::None => return Ok(()),
        Target::CanisterId => decode::<TargetId>(&ingress.arg)?.canister_id,
        Target::Chunked => decode::<ChunkedTargetId>(&ingress.arg)?.target_canister,
    };
    let canister = find(replica, target)?;
    let settings = &canister.meta.settings;
    let sender = &ingress.sender;
    let may_call = settings.controllers.contains(sender)
        || match method.users {
            Users::StatusReaders => status::may_see(canister, sender),
            Users::SnapshotReaders => snapshots::may_see(canister, sender),
            Users::All => true,
            Users::Controllers | Users::None | Users::ByQuery => false,
        };
    if may_call {
        return Ok(());
    }
    Err(Rejection::not_controller(&canister.id, method.name, sender))
}

#[derive(CandidType, Deserialize)]
struct TargetId {
    canister_id: Principal,
}

#[derive(CandidType, Deserialize)]
struct ChunkedTargetId {
    target_canister: Principal,
}

fn decode<T: CandidType + for<'de> Deserialize<'de>>(arg: &[u8]) -> Result<T, Rejection> {
    crate::decoding::decode(arg).map_err(Rejection::invalid_payload)
}

fn encode(values: impl ArgumentEncoder) -> Vec<u8> {
    let bytes = candid::encode_args(values);
    bytes.expect("BUG: an answer of the management canister is encodable")
}

fn reply(values: impl ArgumentEncoder) -> MethodResult {
    Ok(Outcome::Reply(encode(values)))
}

fn find(replica: &Replica, id: Principal) -> Result<&Canister, Rejection> {
    let canister = replica.canisters.get(&id);
    canister.ok_or_else(|| Rejection::canister_not_found(&id))
}

fn find_mut(replica: &mut Replica, id: Principal) -> Result<&mut Canister, Rejection> {
    let canister = replica.canisters.get_mut(&id);
    canister.ok_or_else(|| Rejection::canister_not_found(&id))
}

fn check_controller(canister: &Canister, caller: &Principal) -> Result<(), Rejection> {
    let controllers = &canister.meta.settings.controllers;
    if controllers.contains(caller) {
        return Ok(());
    }
    Err(Rejection::cannot_control(&canister.id, controllers, caller))
}

/// The canister, when the caller controls it.
fn find_controlled<'r>(
    replica: &'r Replica,
    id: Principal,
    caller: &Principal,
) -> Result<&'r Canister, Rejection> {
    let canister = find(replica, id)?;
    check_controller(canister, caller)?;
    Ok(canister)
}

/// The canister to be changed, when the caller controls it.
fn controlled<'r>(
    replica: &'r mut Replica,
    id: Principal,
    caller: &Principal,
) -> Result<&'r mut Canister, Rejection> {
    let canister = find_mut(replica, id)?;
    check_controller(canister, caller)?;
    Ok(canister)
}

/// The canister to be changed, when the caller controls it or is it.
fn controlled_or_self<'r>(
    replica: &'r mut Replica,
    id: Principal,
    caller: &Principal,
) -> Result<&'r mut Canister, Rejection> {
    let canister = find_mut(replica, id)?;
    if *caller != id {
        check_controller(canister, caller)?;
    }
    Ok(canister)
}

fn invalid(text: impl Into<String>) -> Rejection {
    Rejection::new(ErrorCode::CanisterContractViolation, text)
}

fn refused(text: impl Into<String>) -> Rejection {
    Rejection::new(ErrorCode::CanisterRejectedMessage, text)
}
