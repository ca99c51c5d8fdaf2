//! Calls that are out: how many of whom to which canister.
//!
//! A call that is out cannot be called back: its place in the queue to that canister is taken until
//! it is answered or its time is over, whatever became of the attempt that sent it. The queue holds
//! 500. So the calls themselves are counted here, and an owner may have no more out than are left
//! for the others: however many owners send whatever they can, there is room for one more.
//!
//! Kept on the heap: an upgrade forgets it, and calls that it cut off are over within minutes.

use std::collections::BTreeMap;

use candid::Principal;
use chime_types::limits;

/// A call that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOut {
    /// The canister that is called.
    pub target: Principal,
    /// Whose it is.
    pub owner: Principal,
    /// When it is over at the latest, in nanoseconds.
    pub until: u64,
}

/// The calls that are out, by canister and owner.
#[derive(Debug, Default)]
pub struct Outgoing {
    calls: BTreeMap<Principal, BTreeMap<Principal, Vec<u64>>>,
}

impl Outgoing {
    /// Counts a call that is to leave. False, and nothing is counted, if its owner has as many out
    /// to that canister as are left for others.
    #[must_use]
    pub fn take(&mut self, call: CallOut, now: u64) -> bool {
        self.forget_until(call.target, now);
        let owners = self.calls.entry(call.target).or_default();
        let total: usize = owners.values().map(Vec::len).sum();
        let own = owners.get(&call.owner).map_or(0, Vec::len);
        if total + own >= limits::MAXIMUM_CALLS_OUT {
            return false;
        }
        owners.entry(call.owner).or_default().push(call.until);
        true
    }

    /// Counts a call that has a place of another kind.
    pub fn add(&mut self, call: CallOut, now: u64) {
        self.forget_until(call.target, now);
        let owners = self.calls.entry(call.target).or_default();
        owners.entry(call.owner).or_default().push(call.until);
    }

    /// A call was answered.
    pub fn give_back(&mut self, call: CallOut) {
        let Some(owners) = self.calls.get_mut(&call.target) else {
            return;
        };
        if let Some(own) = owners.get_mut(&call.owner)
            && let Some(index) = own.iter().position(|until| *until == call.until)
        {
            own.swap_remove(index);
        }
        self.tidy(call.target);
    }

    /// Whether the scheduler is calling a canister.
    pub fn is_called(&mut self, target: Principal, now: u64) -> bool {
        self.forget_until(target, now);
        self.calls.contains_key(&target)
    }

    fn forget_until(&mut self, target: Principal, now: u64) {
        if let Some(owners) = self.calls.get_mut(&target) {
            for own in owners.values_mut() {
                own.retain(|until| *until > now);
            }
        }
        self.tidy(target);
    }

    fn tidy(&mut self, target: Principal) {
        if let Some(owners) = self.calls.get_mut(&target) {
            owners.retain(|_, own| !own.is_empty());
            if owners.is_empty() {
                self.calls.remove(&target);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(owner: u8, until: u64) -> CallOut {
        CallOut {
            target: Principal::from_slice(&[9]),
            owner: Principal::from_slice(&[owner]),
            until,
        }
    }

    fn fill(outgoing: &mut Outgoing, owner: u8, until: u64) -> usize {
        (0..1_000)
            .take_while(|_| outgoing.take(call(owner, until), 0))
            .count()
    }

    #[test]
    fn should_keep_a_reserve_for_other_owners_however_many_fill_the_queue() {
        let mut outgoing = Outgoing::default();
        assert_eq!(fill(&mut outgoing, 1, 100), limits::MAXIMUM_CALLS_OUT / 2);
        for owner in 2..8 {
            assert!(fill(&mut outgoing, owner, 100) > 0, "{owner}");
        }
        assert!(outgoing.take(call(100, 100), 0), "room for one more");
    }

    #[test]
    fn should_let_one_owner_alone_have_every_attempt_that_can_be_configured() {
        let mut outgoing = Outgoing::default();
        let most = limits::MAXIMUM_CONCURRENT_ATTEMPTS as usize;
        assert!(fill(&mut outgoing, 1, 100) >= most);
    }

    #[test]
    fn should_forget_what_was_answered_and_what_is_over() {
        let mut outgoing = Outgoing::default();
        assert!(outgoing.take(call(1, 100), 0));
        assert!(outgoing.is_called(call(1, 0).target, 99));
        assert!(!outgoing.is_called(call(1, 0).target, 100), "it is over");
        assert!(outgoing.take(call(1, 100), 0));
        outgoing.give_back(call(1, 100));
        assert!(!outgoing.is_called(call(1, 0).target, 0), "it was answered");
        outgoing.give_back(call(1, 100));
    }
}
