//! The management canister `aaaaa-aa`, for callers inside (canisters) and outside (ingress).
//!
//! `lifecycle` creates, starts, stops and deletes; `code` installs; `chunks` keeps the chunk
//! store; `settings` reads and changes settings; `outcalls` takes HTTPS outcalls. A malformed argument is a rejection.

mod chunks;
mod code;
mod lifecycle;
mod methods;
mod outcalls;
mod settings;

pub(crate) use code::{InstallCodeArgs, install_code};
pub(crate) use lifecycle::settle_stop;
pub(crate) use outcalls::{bytes_of, check_headers_and_body};

use candid::utils::ArgumentEncoder;
use candid::{CandidType, DecoderConfig, Principal};
use ic_error_types::ErrorCode;
use serde::Deserialize;

use crate::canister::{Answer, Canister};
use crate::state::{Origin, Payload, Request};
use crate::{Ingress, Rejection, Replica};
use methods::{Method, Target};

/// What a decoder may spend on fields that it does not know, beyond a multiple of their size.
const SKIPPING_QUOTA: usize = 10_000;

/// A call of a management method. The cycles that a method leaves are refunded.
struct Call {
    caller: Principal,
    arg: Vec<u8>,
    cycles: u128,
    origin: Origin,
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
    let from_outside = matches!(call.origin, Origin::Ingress { .. });
    if from_outside && !method.by_ingress {
        return Err(method.for_canisters_only());
    }
    (method.body)(replica, call)
}

/// Whether an ingress message to the management canister is accepted.
pub(crate) fn check_ingress(replica: &Replica, ingress: &Ingress) -> Result<(), Rejection> {
    let method = Method::find(&ingress.method)?;
    if !method.by_ingress {
        return Err(method.for_canisters_only());
    }
    let target = match method.target {
        Target::None => return Ok(()),
        Target::CanisterId => decode::<TargetId>(&ingress.arg)?.canister_id,
        Target::Chunked => decode::<ChunkedTargetId>(&ingress.arg)?.target_canister,
    };
    let canister = find(replica, target)?;
    let open_to_all =
        method.name == "canister_status" && settings::may_see_status(canister, &ingress.sender);
    if open_to_all {
        return Ok(());
    }
    check_controller(canister, method.name, &ingress.sender)
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
    let mut config = DecoderConfig::new();
    config.set_skipping_quota(SKIPPING_QUOTA + 4 * arg.len());
    candid::utils::decode_one_with_config(arg, &config).map_err(Rejection::invalid_payload)
}

fn reply(values: impl ArgumentEncoder) -> MethodResult {
    let bytes = candid::encode_args(values);
    Ok(Outcome::Reply(bytes.expect(
        "BUG: an answer of the management canister is encodable",
    )))
}

fn find(replica: &Replica, id: Principal) -> Result<&Canister, Rejection> {
    let canister = replica.canisters.get(&id);
    canister.ok_or_else(|| Rejection::canister_not_found(&id))
}

fn find_mut(replica: &mut Replica, id: Principal) -> Result<&mut Canister, Rejection> {
    let canister = replica.canisters.get_mut(&id);
    canister.ok_or_else(|| Rejection::canister_not_found(&id))
}

fn check_controller(
    canister: &Canister,
    method: &str,
    caller: &Principal,
) -> Result<(), Rejection> {
    if canister.meta.settings.controllers.contains(caller) {
        return Ok(());
    }
    Err(Rejection::not_controller(&canister.id, method, caller))
}

/// The canister, when the caller controls it.
fn controlled<'r>(
    replica: &'r mut Replica,
    id: Principal,
    method: &str,
    caller: &Principal,
) -> Result<&'r mut Canister, Rejection> {
    let canister = find_mut(replica, id)?;
    check_controller(canister, method, caller)?;
    Ok(canister)
}

/// The canister, when the caller controls it or is it.
fn controlled_or_self<'r>(
    replica: &'r mut Replica,
    id: Principal,
    method: &str,
    caller: &Principal,
) -> Result<&'r mut Canister, Rejection> {
    let canister = find_mut(replica, id)?;
    if *caller != id {
        check_controller(canister, method, caller)?;
    }
    Ok(canister)
}

fn invalid(text: impl Into<String>) -> Rejection {
    Rejection::new(ErrorCode::CanisterContractViolation, text)
}
