//! Why the gateway has no answer of the canister's: an HTTP status and a text for people.

use axum::http::StatusCode;
use candid::Principal;
use ic_error_types::ErrorCode;

use crate::Rejection;
use crate::server::refusal::Refusal;

/// Why there is no answer of the canister's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
        }
    }

    /// The request names no canister that could serve it.
    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// The canister answered with something that is no answer.
    pub(super) fn bad_answer(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, text)
    }

    /// A canister's, or the replica's for it.
    pub(super) fn rejected(id: &Principal, rejection: &Rejection) -> Self {
        let text = format!("canister {id}: {rejection}");
        match rejection.error_code {
            ErrorCode::CanisterNotFound => Self::new(
                StatusCode::NOT_FOUND,
                format!("canister {id} does not exist"),
            ),
            ErrorCode::CanisterMethodNotFound => Self::new(StatusCode::NOT_FOUND, text),
            ErrorCode::CanisterWasmModuleNotFound
            | ErrorCode::CanisterStopped
            | ErrorCode::CanisterStopping => Self::new(StatusCode::SERVICE_UNAVAILABLE, text),
            _ => Self::new(StatusCode::BAD_GATEWAY, text),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (status, text) = refusal.into_parts();
        Self { status, text }
    }
}
