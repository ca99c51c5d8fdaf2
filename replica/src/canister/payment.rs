//! What a canister pays, when [`Fees`](crate::Fees) are on: in advance for each message, for ingress,
//! and for its memory as time passes.

use ic_error_types::ErrorCode;

use super::{Canister, Subnet, freezing_cycles};
use crate::Rejection;
use crate::fees::{self, Fees};

const SECOND_NS: u64 = 1_000_000_000;

impl Canister {
    /// The balance below which the canister is frozen: its memory for the freezing threshold.
    pub(crate) fn freezing_limit(&self, fees: Fees) -> u128 {
        match fees.is_paid() {
            true => freezing_cycles(&self.meta.settings, self.memory_bytes()),
            false => 0,
        }
    }

    /// Takes cycles that are not needed to stay above the freezing limit.
    fn take(&mut self, cycles: u128, fees: Fees) -> Result<(), Rejection> {
        let needed = cycles.saturating_add(self.freezing_limit(fees));
        match needed.checked_sub(self.meta.cycles) {
            Some(missing) if missing > 0 && fees.is_paid() => Err(Rejection::new(
                ErrorCode::CanisterOutOfCycles,
                format!(
                    "Canister {} is out of cycles: please top up the canister with at least \
                     {missing} additional cycles",
                    self.id
                ),
            )),
            _ => {
                self.meta.cycles -= cycles;
                Ok(())
            }
        }
    }

    /// Whether the next message can be paid for in advance.
    pub(crate) fn can_prepay(&self, fees: Fees, instructions: u64) -> bool {
        let needed = fees
            .prepayment(instructions)
            .saturating_add(self.freezing_limit(fees));
        self.missing_cycles().is_none() && (!fees.is_paid() || self.meta.cycles >= needed)
    }

    /// Takes what the next message may cost at most, and returns it.
    pub(super) fn prepay(&mut self, subnet: &Subnet) -> Result<u128, Rejection> {
        let prepaid = subnet.fees.prepayment(subnet.update_instructions);
        self.take(prepaid, subnet.fees)?;
        Ok(prepaid)
    }

    /// Gives back what a message did not use. One that did not run costs nothing.
    pub(super) fn settle_prepayment(&mut self, subnet: &Subnet, prepaid: u128, instructions: u64) {
        let used = match instructions {
            0 => 0,
            _ => subnet.fees.prepayment(instructions),
        };
        self.refund(prepaid, used);
    }

    /// Gives back what the answer of a call and its callback did not use of what was set aside.
    pub(super) fn settle_response(&mut self, prepaid: u128, bytes: usize, instructions: u64) {
        if prepaid > 0 {
            self.refund(prepaid, fees::response(bytes, instructions));
        }
    }

    fn refund(&mut self, prepaid: u128, used: u128) {
        let unused = prepaid.saturating_sub(used);
        self.meta.cycles = self.meta.cycles.saturating_add(unused);
    }

    /// Pays for an ingress message that is accepted.
    pub(crate) fn pay_ingress(&mut self, fees: Fees, bytes: usize) -> Result<(), Rejection> {
        self.take(fees.ingress(bytes), fees)
    }

    /// Pays for the memory since the last time, by whole seconds; false when the balance does not
    /// suffice, which ends the canister's code.
    pub(crate) fn pay_storage(&mut self, fees: Fees, now_ns: u64) -> bool {
        let since_ns = match self.meta.storage_paid_ns {
            0 => now_ns,
            paid_ns => paid_ns,
        };
        let seconds = now_ns.saturating_sub(since_ns) / SECOND_NS;
        self.meta.storage_paid_ns = since_ns + seconds * SECOND_NS;
        let price = fees.storage(self.memory_bytes(), u128::from(seconds));
        let left = self.meta.cycles.checked_sub(price);
        self.meta.cycles = left.unwrap_or(0);
        left.is_some() || self.code.is_none()
    }
}
