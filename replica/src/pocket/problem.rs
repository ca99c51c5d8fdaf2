//! Why a request is refused, in the form that the client reads: a status and `{"message": ..}`.

use std::fmt::Display;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use candid::Principal;
use serde::Serialize;

/// A refusal. The words of known kinds begin with the name that PocketIC gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl Problem {
    /// The request cannot be served as it is.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }

    /// What this server does not have.
    pub(super) fn unsupported(what: impl Display) -> Self {
        Self::new(format!(
            "chime-pocket-ic does not support {what}: it hosts one application subnet and what a \
             canister needs there; use the PocketIC server for this test"
        ))
    }

    pub(super) fn canister_not_found(id: &Principal) -> Self {
        Self::new(format!("CanisterNotFound({id})"))
    }

    pub(super) fn subnet_not_found(id: &Principal) -> Self {
        Self::new(format!("SubnetNotFound({id})"))
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            message: message.into(),
        }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            message: message.into(),
        }
    }

    /// An instance that ended by itself.
    pub(super) fn failed() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: "the instance was deleted meanwhile, or it has failed: the log of the server \
                      says more"
                .to_owned(),
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    message: &'a str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let message = &self.message;
        json(self.status, &Body { message })
    }
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(body).expect("BUG: every answer is JSON");
    json_bytes(status, bytes)
}

/// An answer that is JSON already.
pub(super) fn json_bytes(status: StatusCode, bytes: Vec<u8>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, bytes).into_response()
}
