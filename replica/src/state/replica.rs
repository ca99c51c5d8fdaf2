//! The state of the subnet itself.

use std::collections::VecDeque;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

use super::{Outcalls, Request};
use crate::limits::FIRST_CANISTER_COUNTER;

/// The state of the subnet other than its canisters and the ingress history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplicaMeta {
    pub time_ns: u64,
    pub round: u64,
    pub next_canister: u64,
    /// Numbers the messages that the replica itself submits.
    pub next_message: u64,
    pub management: VecDeque<Request>,
    /// Messages of canisters that were ever executed, and their instructions.
    #[serde(default)]
    pub messages_total: u64,
    #[serde(default)]
    pub instructions_total: u64,
    /// Absent in what was stored before there were outcalls.
    #[serde(default)]
    pub outcalls: Outcalls,
    seed: [u8; 32],
    /// How far the stream of randomness was read, in 32-bit words.
    random_words: u128,
}

impl ReplicaMeta {
    pub(crate) fn new(seed: [u8; 32], time_ns: u64) -> Self {
        Self {
            time_ns,
            round: 0,
            next_canister: FIRST_CANISTER_COUNTER,
            next_message: 0,
            management: VecDeque::new(),
            messages_total: 0,
            instructions_total: 0,
            outcalls: Outcalls::default(),
            seed,
            random_words: 0,
        }
    }

    /// The next 32 bytes of the seeded stream.
    pub(crate) fn random_bytes(&mut self) -> [u8; 32] {
        let mut random = ChaCha20Rng::from_seed(self.seed);
        random.set_word_pos(self.random_words);
        let mut bytes = [0; 32];
        random.fill_bytes(&mut bytes);
        self.random_words = random.get_word_pos();
        bytes
    }
}
