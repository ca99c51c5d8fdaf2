//! Figures of all owners together, and the balances of the canister.

use candid::Principal;
use chime_types::SpentCycles;
use serde::{Deserialize, Serialize};

use crate::figures::Figures;

/// A balance of cycles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// (time, balance), the oldest first, about one an hour.
    pub samples: Vec<(u64, u128)>,
    /// Cycles cost nothing here.
    #[serde(default)]
    pub free: bool,
}

/// How many executions ended how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ends {
    pub completed: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub cancelled: u64,
    pub skipped: u64,
    pub missed: u64,
}

/// Figures of all owners together. Those of today are those of `day` and begin anew with the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Since the store was laid out.
    pub ever: Ends,
    /// Days since 1970, UTC.
    pub day: u64,
    pub today: Ends,
    pub figures: Figures,
    /// Cycles spent for owners since they are counted.
    pub spent: SpentCycles,
    /// Who spent most today, and how much, in no order.
    pub spenders: Vec<(Principal, u64)>,
}
