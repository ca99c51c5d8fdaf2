//! Figures that only grow: what a canister was charged for, and what its queries did.

use candid::Nat;
use ic_management_canister_types::{CyclesConsumed, QueryStats};
use serde::{Deserialize, Serialize};

/// Cycles that a canister has consumed. Here nothing is charged for messages, memory and compute,
/// so these are all there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Consumed {
    pub canister_creation: u128,
    pub http_outcalls: u128,
    pub burned: u128,
}

impl Consumed {
    pub(crate) fn total(&self) -> u128 {
        let outcalls = self.canister_creation.saturating_add(self.http_outcalls);
        outcalls.saturating_add(self.burned)
    }

    /// The figures as `canister_metrics` tells them.
    pub(crate) fn told(&self) -> CyclesConsumed {
        let zero = || Nat::from(0_u8);
        CyclesConsumed {
            memory: zero(),
            compute_allocation: zero(),
            ingress_induction: zero(),
            instructions: zero(),
            request_and_response_transmission: zero(),
            uninstall: zero(),
            canister_creation: Nat::from(self.canister_creation),
            http_outcalls: Nat::from(self.http_outcalls),
            burned_cycles: Nat::from(self.burned),
        }
    }
}

/// What the queries of a canister did since the process began. A query changes no state, so this is
/// no part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryFigures {
    pub calls: u64,
    pub instructions: u64,
    pub request_bytes: u64,
    pub response_bytes: u64,
}

impl QueryFigures {
    /// The figures as `canister_status` tells them.
    pub(crate) fn told(&self) -> QueryStats {
        QueryStats {
            num_calls_total: Nat::from(self.calls),
            num_instructions_total: Nat::from(self.instructions),
            request_payload_bytes_total: Nat::from(self.request_bytes),
            response_payload_bytes_total: Nat::from(self.response_bytes),
        }
    }
}
