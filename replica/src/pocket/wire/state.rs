//! What is read from an instance and written to it.

use serde::{Deserialize, Serialize};

use super::{Blob, Id};

/// A time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pocket) struct Time {
    pub(in crate::pocket) nanos_since_epoch: u64,
}

/// A canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pocket) struct CanisterId {
    pub(in crate::pocket) canister_id: Id,
}

/// A subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pocket) struct SubnetId {
    pub(in crate::pocket) subnet_id: Id,
}

/// A user or a canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pocket) struct PrincipalId {
    pub(in crate::pocket) principal_id: Id,
}

/// An amount of cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::pocket) struct Cycles {
    pub(in crate::pocket) cycles: u128,
}

/// Cycles for a canister.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(in crate::pocket) struct AddCycles {
    pub(in crate::pocket) canister_id: Id,
    pub(in crate::pocket) amount: u128,
}

/// The content of a stable memory.
#[derive(Clone, Debug, Serialize)]
pub(in crate::pocket) struct StableMemory {
    pub(in crate::pocket) blob: Blob,
}

/// A blob for a canister's stable memory.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct SetStableMemory {
    pub(in crate::pocket) canister_id: Id,
    pub(in crate::pocket) blob_id: Blob,
}

/// How a round shall be executed.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct TickConfigs {
    pub(in crate::pocket) blockmakers: Option<Vec<serde_json::Value>>,
}
