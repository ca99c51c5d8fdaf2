//! What canisters pay for being called, for executing and for calling others, and for their memory:
//! the prices of an application subnet of 13 nodes.
//!
//! A message is paid for in advance at its largest, and what it does not use comes back. A canister
//! whose balance would fall below its freezing limit is frozen: it takes no messages but the answers
//! to its own calls, which were paid for when they were made.
//!
//! It knows amounts and no canisters.

use crate::limits::{REPLY_BYTES, UPDATE_INSTRUCTIONS};

/// Whether canisters pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fees {
    /// Only what comes with calls of the management canister: creation, HTTPS outcalls.
    #[default]
    Free,
    /// As on an application subnet of 13 nodes, and on local networks that imitate one.
    Application,
}

const MESSAGE_CYCLES: u128 = 5_000_000;
const INSTRUCTION_CYCLES: u128 = 1;
const INGRESS_CYCLES: u128 = 1_200_000;
const INGRESS_BYTE_CYCLES: u128 = 2_000;
const CALL_CYCLES: u128 = 260_000;
const CALL_BYTE_CYCLES: u128 = 1_000;
/// Of one GiB for one second.
const GIBIBYTE_SECOND_CYCLES: u128 = 127_000;
const GIBIBYTE: u128 = 1 << 30;

/// Price of an update message or callback that takes so many instructions.
pub(crate) fn execution(instructions: u64) -> u128 {
    MESSAGE_CYCLES + INSTRUCTION_CYCLES * u128::from(instructions)
}

/// Price of a call that is about to leave: its transmission.
pub(crate) fn request(bytes: usize) -> u128 {
    CALL_CYCLES + CALL_BYTE_CYCLES * bytes as u128
}

/// What is set aside for the answer of a call: its transmission and its callback, both at their
/// largest.
pub(crate) fn response_reserve() -> u128 {
    CALL_BYTE_CYCLES * REPLY_BYTES as u128 + execution(UPDATE_INSTRUCTIONS)
}

/// What an answer of so many bytes, whose callback took so many instructions, has used of that.
pub(crate) fn response(bytes: usize, instructions: u64) -> u128 {
    CALL_BYTE_CYCLES * bytes as u128 + execution(instructions)
}

impl Fees {
    pub(crate) fn is_paid(self) -> bool {
        self == Self::Application
    }

    /// Price of an ingress message.
    pub(crate) fn ingress(self, bytes: usize) -> u128 {
        self.when_paid(INGRESS_CYCLES + INGRESS_BYTE_CYCLES * bytes as u128)
    }

    /// What is taken before a message that may use so many instructions.
    pub(crate) fn prepayment(self, instruction_limit: u64) -> u128 {
        self.when_paid(execution(instruction_limit))
    }

    /// Price of memory for a time.
    pub(crate) fn storage(self, bytes: u64, seconds: u128) -> u128 {
        let cycles = u128::from(bytes)
            .saturating_mul(seconds)
            .saturating_mul(GIBIBYTE_SECOND_CYCLES);
        self.when_paid(cycles / GIBIBYTE)
    }

    fn when_paid(self, cycles: u128) -> u128 {
        if self.is_paid() { cycles } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_price_as_the_published_tables_do() {
        // A GiB for a month of 30 days: about 329 billion.
        let month = Fees::Application.storage(1 << 30, 30 * 86_400);
        assert_eq!(month, 329_184_000_000);
        assert_eq!(Fees::Application.ingress(100), 1_400_000);
        assert_eq!(Fees::Application.prepayment(1_000_000), 6_000_000);
        assert_eq!(request(4), 264_000);
        assert_eq!(Fees::Free.storage(u64::MAX, u128::MAX), 0);
        assert_eq!(Fees::Free.ingress(1) + Fees::Free.prepayment(1), 0);
    }

    #[test]
    fn should_set_aside_at_least_what_an_answer_can_use() {
        assert_eq!(
            response(REPLY_BYTES, UPDATE_INSTRUCTIONS),
            response_reserve()
        );
    }
}
