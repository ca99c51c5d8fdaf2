//! HTTPS outcalls that wait for their answers.

use std::collections::BTreeMap;

use candid::Principal;
use ic_management_canister_types::{HttpHeader, HttpMethod};
use serde::{Deserialize, Serialize};

use super::Origin;

/// The query of the calling canister that a response goes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transform {
    pub method: String,
    #[serde(with = "serde_bytes")]
    pub context: Vec<u8>,
}

/// One outcall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcall {
    pub caller: Principal,
    pub origin: Origin,
    /// What is left of the cycles that came with the call.
    pub cycles: u128,
    /// Cycles per byte of the response that were not paid in advance.
    pub response_byte_cycles: u128,
    pub deadline_ns: u64,
    pub method: HttpMethod,
    pub url: String,
    pub headers: Vec<HttpHeader>,
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    pub max_response_bytes: u64,
    pub transform: Option<Transform>,
}

/// The outcalls of all canisters, by id, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcalls {
    next_id: u64,
    pending: BTreeMap<u64, Outcall>,
}

impl Outcalls {
    pub(crate) fn add(&mut self, outcall: Outcall) {
        self.pending.insert(self.next_id, outcall);
        self.next_id += 1;
    }

    pub(crate) fn take(&mut self, id: u64) -> Option<Outcall> {
        self.pending.remove(&id)
    }

    /// Removes those that `chosen` picks, in order.
    pub(crate) fn take_if(&mut self, chosen: impl Fn(&Outcall) -> bool) -> Vec<Outcall> {
        let taken = self.pending.extract_if(.., |_, outcall| chosen(outcall));
        taken.map(|(_, outcall)| outcall).collect()
    }

    /// Those whose ids are not below `first_id`.
    pub(crate) fn from(&self, first_id: u64) -> impl Iterator<Item = (u64, &Outcall)> {
        let outcalls = self.pending.range(first_id..);
        outcalls.map(|(id, outcall)| (*id, outcall))
    }

    /// When the first of them times out.
    pub(crate) fn next_deadline_ns(&self) -> Option<u64> {
        let outcalls = self.pending.values();
        outcalls.map(|outcall| outcall.deadline_ns).min()
    }
}
