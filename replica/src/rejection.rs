//! How a call fails: the reject code, the IC's error code and the IC's text.

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

    pub(crate) fn did_not_reply(id: &Principal) -> Self {
        Self::new(
            ErrorCode::CanisterDidNotReply,
            format!("Canister {id} did not produce a response"),
        )
    }

    pub(crate) fn deadline_expired() -> Self {
        Self::new(ErrorCode::DeadlineExpired, "Call deadline has expired.")
    }

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
