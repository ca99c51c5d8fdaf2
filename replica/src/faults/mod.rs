//! Faults for tests: what goes wrong, where, and reproducibly.
//!
//! A [`Fault`] is one fault at one place; [`FaultRates`] draw faults at random places from a seed. A
//! [hook](Replica::set_hook) runs between two messages and may do anything: upgrade a canister, stop
//! it, take its cycles. The same seed and the same calls give the same faults, so a failure is
//! reproduced by its seed.
//!
//! Faults hit the messages of the canisters for which they were asked: updates, callbacks and system
//! tasks, not queries, inspections and installations. They are no part of the state: they are not
//! stored, and an answer that is delayed is lost when the replica is restarted.
//!
//! ```
//! use chime_replica::{Fault, Principal, Replica, ReplicaConfig};
//!
//! let mut replica = Replica::new(ReplicaConfig::default());
//! let canister = replica.create_canister(Principal::anonymous())?;
//! replica.inject(Fault::Trap { canister, host_call: 7 });
//! assert_eq!(replica.fault_counts().traps, 0, "it has not made seven calls yet");
//! # Ok::<(), chime_replica::Rejection>(())
//! ```

mod plan;

pub(crate) use plan::{Delayed, Faults};

use std::ops::ControlFlow;
use std::time::Duration;

use candid::Principal;

use crate::Replica;

/// One fault. What it counts, it counts from now on, and the first is 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The canister traps at a host call, that is, when it calls a function of `ic0`.
    Trap {
        /// The canister.
        canister: Principal,
        /// Which of its host calls; 0 is like 1.
        host_call: u64,
    },
    /// So many messages of the canister in a row trap, each at the same one of its own host calls. A
    /// message that makes fewer passes, and counts.
    Messages {
        /// The canister.
        canister: Principal,
        /// How many messages.
        messages: u64,
        /// At which host call of each message, the first is 1; 0 is like 1.
        host_call: u64,
    },
    /// Each message of the canister traps that writes these bytes to stable memory, in one piece, or
    /// into the arguments of a call: work that never succeeds, until [`Replica::lift_faults`].
    Poison {
        /// The canister.
        canister: Principal,
        /// The bytes, at least one.
        bytes: Vec<u8>,
    },
    /// Something happens to a call that the canister makes.
    Call {
        /// The caller.
        canister: Principal,
        /// Which of its calls; 0 is like 1.
        call: u64,
        /// What happens.
        what: CallFault,
    },
}

/// What can happen to a call between two canisters, or to the management canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// The answer is lost. The caller of a bounded-wait call is told `SYS_UNKNOWN` at its deadline;
    /// an unbounded one waits for ever, which does not happen on the Internet Computer.
    LoseAnswer,
    /// The answer comes later, or not at all if the deadline comes first.
    DelayAnswer(Duration),
    /// The answer comes twice. The Internet Computer executes a callback once, so the second one
    /// must change nothing.
    DuplicateAnswer,
    /// The callee carries the call out and the caller is told `SYS_UNKNOWN` at once. A call
    /// without a deadline is left alone.
    UnknownAfterCall,
    /// The call is lost and the caller is told `SYS_UNKNOWN` at once. A call without a deadline is
    /// left alone.
    UnknownBeforeCall,
}

/// The last host call of a message at which a trap is drawn.
pub const LAST_TRAP: u64 = 1 << 16;

/// Host calls at the beginning of a system task at which no trap is drawn. The Internet Computer ends
/// a message because of what it does: a task that makes a handful of fixed host calls and asks for
/// the work in a message of its own has nothing to trap at. [`Fault::Trap`] spares nothing.
pub const SPARED_OF_TASKS: u64 = 8;

/// How often something goes wrong with the messages of a canister, in parts of a million.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// What the faults are drawn from, together with the canister's id.
    pub seed: u64,
    /// Messages that trap, each at a host call that is drawn up to [`LAST_TRAP`], small numbers as
    /// often as large ones; a message that makes fewer host calls passes. Those of a system task are
    /// counted from the [`SPARED_OF_TASKS`]th on.
    pub traps: u32,
    /// Bounded-wait calls whose answer is lost.
    pub lost_answers: u32,
    /// Calls whose answer is delayed.
    pub delayed_answers: u32,
    /// Calls whose answer comes twice.
    pub duplicated_answers: u32,
    /// Bounded-wait calls that are carried out and answered with `SYS_UNKNOWN`.
    pub unknown_after_call: u32,
    /// Bounded-wait calls that are lost and answered with `SYS_UNKNOWN`.
    pub unknown_before_call: u32,
    /// The longest delay.
    pub longest_delay: Duration,
}

/// How many faults there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Messages that trapped.
    pub traps: u64,
    /// Answers that were lost.
    pub lost_answers: u64,
    /// Answers that were delayed.
    pub delayed_answers: u64,
    /// Answers that came twice.
    pub duplicated_answers: u64,
    /// Calls that were carried out and answered with `SYS_UNKNOWN`.
    pub unknown_after_call: u64,
    /// Calls that were lost and answered with `SYS_UNKNOWN`.
    pub unknown_before_call: u64,
}

type Hook = Box<dyn FnMut(&mut Replica, Principal) -> ControlFlow<()> + Send>;

impl Replica {
    /// Plans one fault.
    pub fn inject(&mut self, fault: Fault) {
        match fault {
            Fault::Trap {
                canister,
                host_call,
            } => {
                if let Some(canister) = self.canisters.get_mut(&canister) {
                    canister.host_calls_to_trap = Some(host_call.max(1));
                }
            }
            Fault::Messages {
                canister,
                messages,
                host_call,
            } => {
                if let Some(canister) = self.canisters.get_mut(&canister) {
                    canister.messages_to_trap = Some((messages, host_call.max(1)));
                }
            }
            Fault::Poison { canister, bytes } => {
                if let Some(canister) = self.canisters.get_mut(&canister) {
                    canister.poison.push(bytes.into());
                }
            }
            Fault::Call {
                canister,
                call,
                what,
            } => self.faults.plan(canister, call.saturating_sub(1), what),
        }
    }

    /// Takes back what [`Self::inject`] has planned for a canister and has not happened yet.
    pub fn lift_faults(&mut self, canister: Principal) {
        self.faults.forget(canister);
        if let Some(canister) = self.canisters.get_mut(&canister) {
            canister.host_calls_to_trap = None;
            canister.messages_to_trap = None;
            canister.poison.clear();
        }
    }

    /// Limits the instructions of update messages from now on, as [`crate::ReplicaConfig`] did until
    /// now.
    pub fn set_update_instructions(&mut self, instructions: u64) {
        self.config.update_instructions = instructions;
    }

    /// Draws faults for the messages of a canister from now on, or no longer.
    pub fn set_fault_rates(&mut self, canister: Principal, rates: Option<FaultRates>) {
        self.faults.set_rates(canister, rates);
    }

    /// How many faults there were so far.
    pub fn fault_counts(&self) -> FaultCounts {
        self.faults.counts
    }

    /// Runs `hook` after each message, before the next one, until it breaks. It is given the
    /// canister that executed the message, `aaaaa-aa` for a call of the management canister. What
    /// it does with the replica does not call it again.
    ///
    /// It may execute rounds. The time of the round under way stands still: a hook that moves it
    /// moves it for the rest of the round.
    pub fn set_hook(
        &mut self,
        hook: impl FnMut(&mut Replica, Principal) -> ControlFlow<()> + Send + 'static,
    ) {
        self.faults.hook = Some(Box::new(hook));
    }

    /// Draws whether the next message of a canister traps, and where, beyond the first `spared` of
    /// its host calls.
    pub(crate) fn plan_trap(&mut self, id: &Principal, spared: u64) {
        if let Some(canister) = self.canisters.get_mut(id) {
            let drawn = self.faults.draw_trap(id);
            canister.drawn_trap = drawn.map(|host_call| host_call.saturating_add(spared));
        }
    }

    /// Calls the hook, if there is one and it is not running.
    pub(crate) fn between_messages(&mut self, canister: Principal) {
        let Some(mut hook) = self.faults.hook.take() else {
            return;
        };
        if hook(self, canister).is_continue() {
            self.faults.hook.get_or_insert(hook);
        }
    }

    /// Takes cycles from a canister until it has at most `keep`, and returns how many that were.
    pub fn drain_cycles(&mut self, id: &Principal, keep: u128) -> Option<u128> {
        let cycles = &mut self.canisters.get_mut(id)?.meta.cycles;
        let drained = cycles.saturating_sub(keep);
        *cycles -= drained;
        Some(drained)
    }

    /// Holds the time: until [`Self::thaw_time`], nothing moves it.
    pub fn freeze_time(&mut self) {
        self.faults.is_time_frozen = true;
    }

    /// Lets the time move again.
    pub fn thaw_time(&mut self) {
        self.faults.is_time_frozen = false;
    }
}
