//! What a replica is started with. Nothing here changes while it runs.

use crate::Fees;

/// Settings of a [`crate::Replica`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaConfig {
    /// Seed of the randomness that canisters see (`raw_rand`).
    pub seed: [u8; 32],
    /// Virtual time at the start, in nanoseconds since 1970.
    pub start_time_ns: u64,
    /// The subnet's public key in DER form, as `ic0.root_key` gives it to canisters.
    pub root_key: Vec<u8>,
    /// Instructions after which a round starts no further message.
    pub round_instructions: u64,
    /// Instructions of one update message; tests lower it.
    pub update_instructions: u64,
    /// Instructions of one query.
    pub query_instructions: u64,
    /// Whether canisters pay for messages, calls and memory. A local network of the usual tools
    /// charges them; here they are free unless this says otherwise, so that a canister whose owner
    /// does not watch its balance never freezes, and a test that counts cycles counts its own.
    pub fees: Fees,
    /// Whether HTTPS outcalls may go to this machine by `http`. Not so on the Internet Computer.
    pub loopback_http: bool,
}

impl Default for ReplicaConfig {
    /// Seed 0, 2026-01-01T00:00:00Z, no root key, the limits of the Internet Computer.
    fn default() -> Self {
        Self {
            seed: [0; 32],
            start_time_ns: 1_767_225_600_000_000_000,
            root_key: Vec::new(),
            round_instructions: crate::limits::ROUND_INSTRUCTIONS,
            update_instructions: crate::limits::UPDATE_INSTRUCTIONS,
            query_instructions: crate::limits::QUERY_INSTRUCTIONS,
            fees: Fees::Free,
            loopback_http: false,
        }
    }
}
