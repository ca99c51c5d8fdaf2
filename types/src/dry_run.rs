//! Trying calls without keeping what they change.

use candid::CandidType;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Calls to try.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct DryRunRequest {
    /// Tried in this order, each as if those before it had been made.
    pub calls: Vec<TriedCall>,
}

/// A call of a method that changes something.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct TriedCall {
    /// The name of the method.
    pub method: String,
    /// Its request, in Candid's binary form.
    #[serde(with = "serde_bytes")]
    pub argument: Vec<u8>,
}

/// What became of calls that were tried.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct DryRun {
    /// What each method answered, `Ok` or `Err`, in Candid's binary form and in the order of the calls. Fewer
    /// than the calls if all of them are too much for one query: the rest was not tried.
    pub answers: Vec<ByteBuf>,
}
