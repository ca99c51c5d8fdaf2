//! HTTPS outcalls as who answers them sees them, in the words of PocketIC.
//!
//! A canister's `http_request` becomes a [`CanisterHttpRequest`] that waits. The replica makes no
//! request itself: a test answers with [`crate::Replica::mock_canister_http_response`], a server
//! with what it got from the network.

use candid::Principal;
use ic_error_types::{ErrorCode, RejectCode};

use crate::Rejection;

pub use ic_management_canister_types::{
    HttpHeader as CanisterHttpHeader, HttpMethod as CanisterHttpMethod,
};

/// An outcall that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterHttpRequest {
    /// Names it in the answer; never used again.
    pub request_id: u64,
    /// The canister that makes it.
    pub canister_id: Principal,
    /// The method.
    pub http_method: CanisterHttpMethod,
    /// Where to.
    pub url: String,
    /// The headers, in the canister's order.
    pub headers: Vec<CanisterHttpHeader>,
    /// The body; empty when the canister gave none.
    pub body: Vec<u8>,
    /// Bytes of headers and body that the response may have at most.
    pub max_response_bytes: u64,
}

/// What came back from a web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterHttpReply {
    /// The status, such as 200.
    pub status: u16,
    /// The headers.
    pub headers: Vec<CanisterHttpHeader>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterHttpReject {
    /// `SysTransient` when another attempt may succeed, `SysFatal` when it cannot.
    pub reject_code: RejectCode,
    /// The text that the canister sees.
    pub message: String,
}

impl CanisterHttpReject {
    /// A failure that another attempt cannot mend.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self {
            reject_code: RejectCode::SysFatal,
            message: message.into(),
        }
    }

    /// A failure that may be over at the next attempt.
    pub fn transient(message: impl Into<String>) -> Self {
        Self {
            reject_code: RejectCode::SysTransient,
            message: message.into(),
        }
    }
}

/// How an outcall ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CanisterHttpResponse {
    /// By a response, whatever its status.
    CanisterHttpReply(CanisterHttpReply),
    /// Without a response.
    CanisterHttpReject(CanisterHttpReject),
}

/// The answer to an outcall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockCanisterHttpResponse {
    /// The id of the request.
    pub request_id: u64,
    /// How it ends.
    pub response: CanisterHttpResponse,
}

/// No outcall with this id waits: there was none, or it was answered or timed out before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no outcall {0} waits for an answer")]
pub struct UnknownCanisterHttpRequest(pub u64);

impl From<CanisterHttpReject> for Rejection {
    /// Canisters see the reject code and the text. There are no error codes for outcalls, so any
    /// of the class stands for it.
    fn from(reject: CanisterHttpReject) -> Self {
        let error_code = match reject.reject_code {
            RejectCode::SysFatal => ErrorCode::SubnetOversubscribed,
            RejectCode::SysTransient => ErrorCode::CertifiedStateUnavailable,
            RejectCode::DestinationInvalid => ErrorCode::CanisterNotFound,
            RejectCode::CanisterReject => ErrorCode::CanisterRejectedMessage,
            RejectCode::CanisterError => ErrorCode::CanisterTrapped,
            RejectCode::SysUnknown => ErrorCode::ResponseDropped,
        };
        Self::new(error_code, reject.message)
    }
}
