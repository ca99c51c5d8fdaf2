//! Calls between canisters: requests, responses, call contexts and callbacks.

use candid::Principal;
use serde::{Deserialize, Serialize};

use crate::{MessageId, Rejection};

/// A call context of one canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ContextId(pub u64);

/// A callback of one canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct CallbackId(pub u64);

/// Who waits for the answer of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// An ingress message.
    Ingress {
        message_id: MessageId,
        expiry_ns: u64,
    },
    /// A canister's callback; the deadline is 0 for an unbounded call.
    Call {
        caller: Principal,
        callback: CallbackId,
        deadline_ns: u64,
    },
    /// Nobody: a heartbeat or a timer.
    System,
}

impl Origin {
    /// The deadline of a bounded-wait call, 0 without one.
    pub(crate) fn deadline_ns(&self) -> u64 {
        match self {
            Self::Call { deadline_ns, .. } => *deadline_ns,
            Self::Ingress { .. } | Self::System => 0,
        }
    }
}

/// A call that waits for its execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    pub origin: Origin,
    pub caller: Principal,
    pub method: String,
    #[serde(with = "serde_bytes")]
    pub arg: Vec<u8>,
    pub cycles: u128,
}

/// The content of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Payload {
    Reply(#[serde(with = "serde_bytes")] Vec<u8>),
    Reject(Rejection),
}

impl Payload {
    /// Bytes of the answer, or of the text of the rejection.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Reply(bytes) => bytes.len(),
            Self::Reject(rejection) => rejection.message.len(),
        }
    }
}

impl From<Result<Vec<u8>, Rejection>> for Payload {
    fn from(result: Result<Vec<u8>, Rejection>) -> Self {
        match result {
            Ok(bytes) => Self::Reply(bytes),
            Err(rejection) => Self::Reject(rejection),
        }
    }
}

/// An answer that waits for its callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Response {
    pub callback: CallbackId,
    pub payload: Payload,
    pub refund: u128,
}

/// What waits in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Input {
    Request(Request),
    Response(Response),
}

/// A function of the canister's table with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closure {
    pub function: u64,
    pub env: u64,
}

/// A call made and not yet answered, or answered and not yet executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Callback {
    pub context: ContextId,
    pub callee: Principal,
    pub reply: Closure,
    pub reject: Closure,
    pub cleanup: Option<Closure>,
    /// 0 for an unbounded call.
    pub deadline_ns: u64,
    /// Cycles set aside for the answer. Absent in what was stored before there were fees.
    #[serde(default)]
    pub prepaid: u128,
    /// A response is in the queue; a later one is dropped.
    pub answered: bool,
}

/// A call being served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallContext {
    pub origin: Origin,
    pub caller: Principal,
    /// Cycles that came with the call and were not accepted yet.
    pub available_cycles: u128,
    /// Instructions of its messages so far.
    pub instructions: u64,
    pub responded: bool,
    /// Calls made and not yet executed to their callback.
    pub open_calls: u32,
}
