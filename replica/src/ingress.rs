//! Messages from outside and what became of them.

use candid::Principal;
use serde::{Deserialize, Serialize};

use crate::Rejection;

/// The id of an ingress message: the representation-independent hash of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub [u8; 32]);

impl From<[u8; 32]> for MessageId {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// An update call from outside, already authenticated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingress {
    /// The key under which its status is found.
    pub message_id: MessageId,
    /// Who signed it.
    pub sender: Principal,
    /// The canister called; `aaaaa-aa` for the management canister.
    pub canister_id: Principal,
    /// The method called.
    pub method: String,
    /// The argument, in Candid.
    #[serde(with = "serde_bytes")]
    pub arg: Vec<u8>,
    /// The message is not started after this time (nanoseconds since 1970).
    pub ingress_expiry_ns: u64,
}

/// What became of an ingress message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IngressStatus {
    /// Waits for its execution.
    Received,
    /// Was started, awaits calls.
    Processing,
    /// Was answered with these Candid bytes.
    Replied(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Was rejected.
    Rejected(Rejection),
    /// Was answered so long ago that the answer is forgotten.
    Done,
}

impl IngressStatus {
    /// Whether the status is final.
    pub fn is_answered(&self) -> bool {
        !matches!(self, Self::Received | Self::Processing)
    }
}
