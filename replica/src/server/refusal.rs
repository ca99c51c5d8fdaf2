//! A request that is refused before it means anything: an HTTP status and a plain text.
//!
//! What a canister or the replica rejects is not a refusal but an answer.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request is malformed, expired or not signed by its sender: fix it.
    Invalid(String),
    /// The sender may not read that.
    Forbidden(String),
    /// The request is larger than a limit.
    TooLarge(String),
    /// The body did not arrive in time: retry.
    Slow,
    /// The replica has too much to do: retry.
    Overloaded,
    /// The server stops or has failed.
    Unavailable,
}

impl Refusal {
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }

    /// The HTTP status and the text.
    pub(super) fn into_parts(self) -> (StatusCode, String) {
        match self {
            Self::Invalid(reason) => (StatusCode::BAD_REQUEST, reason),
            Self::Forbidden(reason) => (StatusCode::FORBIDDEN, reason),
            Self::TooLarge(reason) => (StatusCode::PAYLOAD_TOO_LARGE, reason),
            Self::Slow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive in time".to_string(),
            ),
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the replica has too many requests waiting; try again".to_string(),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the replica is stopping or has failed".to_string(),
            ),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.into_parts().into_response()
    }
}
