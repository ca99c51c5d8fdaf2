//! What is planned, and what is drawn from the seeds.

use std::collections::BTreeMap;
use std::time::Duration;

use candid::Principal;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

use super::{CallFault, FaultCounts, FaultRates, Hook, LAST_TRAP};
use crate::canister::Answer;
use crate::state::CallbackId;

/// Chances are counted in parts of a million.
const MILLION: u32 = 1_000_000;

struct Source {
    rates: FaultRates,
    random: ChaCha20Rng,
}

/// A call whose fault is planned: the caller, and how many calls of it come before.
struct Planned {
    caller: Principal,
    before: u64,
    what: CallFault,
}

/// An answer on its way, with who gave it.
pub(crate) struct Delayed {
    pub from: Principal,
    pub answer: Answer,
}

/// The faults of a replica.
#[derive(Default)]
pub(crate) struct Faults {
    sources: BTreeMap<Principal, Source>,
    planned: Vec<Planned>,
    /// What happens to the answers of calls under way.
    answers: BTreeMap<(Principal, CallbackId), CallFault>,
    /// By the time at which they arrive, and a number.
    delayed: BTreeMap<(u64, u64), Delayed>,
    delays: u64,
    pub(super) hook: Option<Hook>,
    pub(crate) is_time_frozen: bool,
    pub(crate) counts: FaultCounts,
}

impl Source {
    fn new(canister: &Principal, rates: FaultRates) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(rates.seed.to_be_bytes());
        hasher.update(canister.as_slice());
        Self {
            random: ChaCha20Rng::from_seed(hasher.finalize().into()),
            rates,
        }
    }

    /// The host call at which the next message traps. Each power of two is as likely as any other,
    /// so that short messages are hit as well as long ones.
    fn draw_trap(&mut self) -> Option<u64> {
        let is_hit = self.random.next_u32() % MILLION < self.rates.traps;
        let magnitude = 1 << (self.random.next_u32() % (LAST_TRAP.ilog2() + 1));
        let host_call = 1 + self.random.next_u64() % magnitude;
        is_hit.then_some(host_call)
    }

    /// What happens to a call. One draw a call, so that rates do not influence each other.
    fn call_fault(&mut self, is_bounded: bool) -> Option<CallFault> {
        let rates = &self.rates;
        let delay_ns = u64::try_from(rates.longest_delay.as_nanos()).unwrap_or(u64::MAX);
        let (drawn, delay) = (self.random.next_u32() % MILLION, self.random.next_u64());
        let delay = Duration::from_nanos(delay.checked_rem(delay_ns).unwrap_or(0));
        let bounded_only = |rate| if is_bounded { rate } else { 0 };
        let chances = [
            (bounded_only(rates.lost_answers), CallFault::LoseAnswer),
            (rates.delayed_answers, CallFault::DelayAnswer(delay)),
            (rates.duplicated_answers, CallFault::DuplicateAnswer),
            (
                bounded_only(rates.unknown_after_call),
                CallFault::UnknownAfterCall,
            ),
            (
                bounded_only(rates.unknown_before_call),
                CallFault::UnknownBeforeCall,
            ),
        ];
        let mut below = 0_u32;
        chances.into_iter().find_map(|(rate, fault)| {
            below = below.saturating_add(rate);
            (drawn < below).then_some(fault)
        })
    }
}

impl Faults {
    pub(super) fn set_rates(&mut self, canister: Principal, rates: Option<FaultRates>) {
        match rates {
            Some(rates) => {
                let source = Source::new(&canister, rates);
                self.sources.insert(canister, source);
            }
            None => {
                self.sources.remove(&canister);
            }
        }
    }

    pub(super) fn plan(&mut self, caller: Principal, before: u64, what: CallFault) {
        self.planned.push(Planned {
            caller,
            before,
            what,
        });
    }

    /// Forgets what is planned for the calls of a canister.
    pub(super) fn forget(&mut self, caller: Principal) {
        self.planned.retain(|planned| planned.caller != caller);
    }

    /// The host call at which the next message of a canister traps.
    pub(crate) fn draw_trap(&mut self, canister: &Principal) -> Option<u64> {
        self.sources.get_mut(canister)?.draw_trap()
    }

    /// Decides what happens to a call that is about to leave.
    pub(crate) fn on_call(
        &mut self,
        caller: Principal,
        callback: CallbackId,
        is_bounded: bool,
    ) -> Option<CallFault> {
        let fault = self
            .planned_fault(caller)
            .or_else(|| self.sources.get_mut(&caller)?.call_fault(is_bounded))?;
        let needs_deadline = matches!(
            fault,
            CallFault::UnknownAfterCall | CallFault::UnknownBeforeCall
        );
        if needs_deadline && !is_bounded {
            return None;
        }
        match fault {
            CallFault::UnknownAfterCall => self.counts.unknown_after_call += 1,
            CallFault::UnknownBeforeCall => self.counts.unknown_before_call += 1,
            _ => {}
        }
        if fault != CallFault::UnknownBeforeCall {
            self.answers.insert((caller, callback), fault);
        }
        Some(fault)
    }

    /// Takes the fault that is planned for this call, and counts the call for the others.
    fn planned_fault(&mut self, caller: Principal) -> Option<CallFault> {
        let mut due = None;
        self.planned.retain_mut(|planned| {
            if planned.caller != caller {
                return true;
            }
            if planned.before == 0 && due.is_none() {
                due = Some(planned.what);
                return false;
            }
            planned.before = planned.before.saturating_sub(1);
            true
        });
        due
    }

    /// What happens to the answer of a call; none for one that arrives as usual.
    pub(crate) fn on_answer(
        &mut self,
        caller: Principal,
        callback: CallbackId,
    ) -> Option<CallFault> {
        let fault = self.answers.remove(&(caller, callback))?;
        match fault {
            CallFault::LoseAnswer => self.counts.lost_answers += 1,
            CallFault::DelayAnswer(_) => self.counts.delayed_answers += 1,
            CallFault::DuplicateAnswer => self.counts.duplicated_answers += 1,
            CallFault::UnknownAfterCall | CallFault::UnknownBeforeCall => {}
        }
        Some(fault)
    }

    pub(crate) fn delay(&mut self, until_ns: u64, delayed: Delayed) {
        self.delays += 1;
        self.delayed.insert((until_ns, self.delays), delayed);
    }

    /// Takes the answers that arrive by now.
    pub(crate) fn arrived(&mut self, now_ns: u64) -> Vec<Delayed> {
        let arrived = self.delayed.extract_if(..=(now_ns, u64::MAX), |_, _| true);
        arrived.map(|(_, delayed)| delayed).collect()
    }

    /// When the next answer arrives.
    pub(crate) fn next_arrival_ns(&self) -> Option<u64> {
        self.delayed.keys().next().map(|(at_ns, _)| *at_ns)
    }
}
