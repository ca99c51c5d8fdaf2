//! How a call fails: the reject code, the IC's error code and the IC's text.

use std::collections::BTreeSet;

use candid::Principal;
use ic_error_types::{ErrorCode, RejectCode};
use serde::{Deserialize, Serialize};

use crate::limits::REJECT_MESSAGE_BYTES;

/// The rejection of an ingress message, of a query or of a call between canisters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{error_code}: {message}")]
pub struct Rejection {
    /// Why, in the six classes that canisters see.
    pub code: RejectCode,
    /// The text; for a `CanisterReject` it is what the canister said.
    pub message: String,
    /// The replica's own code, printed as `IC0503`.
    pub error_code: ErrorCode,
}

impl Rejection {
    /// A rejection whose reject code follows from the error code.
    pub fn new(error_code: ErrorCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if message.len() > REJECT_MESSAGE_BYTES {
            let end = message.floor_char_boundary(REJECT_MESSAGE_BYTES);
            message.truncate(end);
        }
        Self {
            code: RejectCode::from(error_code),
            message,
            error_code,
        }
    }

    pub(crate) fn by_canister(message: String) -> Self {
        Self::new(ErrorCode::CanisterRejectedMessage, message)
    }

    pub(crate) fn canister_not_found(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterNotFound,
            format!("Canister {id} not found"),
        )
    }

    pub(crate) fn stopped(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterStopped,
            format!("Canister {id} is stopped"),
        )
    }

    pub(crate) fn stopping(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterStopping,
            format!("Canister {id} is stopping"),
        )
    }

    pub(crate) fn no_module(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterWasmModuleNotFound,
            format!(
                "Error from Canister {id}: Attempted to execute a message, but the canister \
                 contains no Wasm module.\nInstall code to the canister before calling it."
            ),
        )
    }

    pub(crate) fn method_not_found(id: &Principal, kind: &str, method: &str) -> Self {
        Self::new(
            ErrorCode::CanisterMethodNotFound,
            format!(
                "Error from Canister {id}: Canister has no {kind} method '{method}'.\nCheck that \
                 the method being called is exported by the target canister."
            ),
        )
    }

    /// For a canister that would be frozen, with what it lacks.
    pub(crate) fn out_of_cycles(id: &Principal, missing: u128) -> Self {
        Self::new(
            ErrorCode::CanisterOutOfCycles,
            out_of_cycles_text(id, missing),
        )
    }

    pub(crate) fn frozen_for_queries(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterOutOfCycles,
            format!(
                "Canister {id} is unable to process query calls because it's frozen. Please top \
                 up the canister with cycles and try again."
            ),
        )
    }

    pub(crate) fn did_not_reply(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterDidNotReply,
            format!("Canister {id} did not produce a response"),
        )
    }

    pub(crate) fn deadline_expired() -> Self {
        Self::new(ErrorCode::DeadlineExpired, "Call deadline has expired.")
    }

    /// For who is not among the controllers, once the call is executed.
    pub(crate) fn cannot_control(
        canister: &Principal,
        controllers: &BTreeSet<Principal>,
        caller: &Principal,
    ) -> Self {
        let controllers: Vec<_> = controllers.iter().map(Principal::to_text).collect();
        let controllers = controllers.join(" ");
        Self::new(
            ErrorCode::CanisterInvalidController,
            format!(
                "Only the controllers of the canister {canister} can control it.\nCanister's \
                 controllers: {controllers}\nSender's ID: {caller}"
            ),
        )
    }

    /// For who is not among the controllers, before an ingress message is accepted.
    pub(crate) fn not_controller(canister: &Principal, method: &str, caller: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterInvalidController,
            format!(
                "Only controllers of canister {canister} can call ic00 method {method}; the \
                 caller was {caller}"
            ),
        )
    }

    pub(crate) fn invalid_payload(text: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::InvalidManagementPayload,
            format!("Error decoding candid: {text}"),
        )
    }
}

/// What is said of a canister that would be frozen, with what it lacks.
pub(crate) fn out_of_cycles_text(id: &Principal, missing: u128) -> String {
    format!(
        "Canister {id} is out of cycles: please top up the canister with at least {missing} \
         additional cycles"
    )
}
