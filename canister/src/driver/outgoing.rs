//! Calls of attempts that leave: counted until they are answered, whatever becomes of the attempt.

use candid::Principal;
use chime_types::{Cause, limits};

use super::charging::Charged;
use super::{Store, answer, call_seconds};
use crate::engine;
use crate::engine::budget::{self, Kind};
use crate::runtime::{CallError, Runtime};
use crate::state::keys::{ExecutionId, Token};
use crate::state::outgoing::CallOut;

/// A call that leaves.
#[derive(Clone, Copy)]
pub(super) struct Out {
    pub call: CallOut,
    /// When an unknown outcome counts as a time-out.
    deadline: u64,
}

impl Out {
    pub fn of(
        runtime: impl Runtime,
        target: Principal,
        owner: Principal,
        timeout_seconds: u64,
    ) -> Self {
        let now = runtime.now();
        let seconds = call_seconds(timeout_seconds).into();
        // The platform rounds the deadline of a call down to whole seconds, so its answer may come a
        // little early.
        let deadline = after(now, timeout_seconds.saturating_sub(1));
        let until = after(now, seconds);
        Self {
            call: CallOut {
                target,
                owner,
                until,
            },
            deadline,
        }
    }

    /// Whether an answer that comes now comes too late.
    pub fn is_overdue(self, runtime: impl Runtime) -> bool {
        runtime.now() >= self.deadline
    }

    /// Counts the call, and charges what it costs. If its owner has too many out to that canister
    /// already, which nobody can call back, the attempt fails and the answer is none.
    pub fn leaves<R: Runtime, S: Store>(
        self,
        runtime: R,
        store: S,
        (id, token): (ExecutionId, Token),
        (kind, cycles): (Kind, u128),
    ) -> Option<Charged> {
        let now = runtime.now();
        store.with(|state| {
            if !state.outgoing.take(self.call, now) {
                let text = format!(
                    "the call was not sent: too many calls of this owner to {} are out and not \
                     answered",
                    self.call.target
                );
                let error = CallError::NotSent(Cause::QueueFull, text);
                let outcome = answer::outcome(Err(error), false, &[]);
                engine::finish(state, now, id, token, &outcome);
                return None;
            }
            let owner = self.call.owner;
            budget::charge(state, now, owner, kind, cycles);
            Some(Charged {
                owner,
                kind,
                cycles,
                at: now,
            })
        })
    }
}

pub(super) const fn after(now: u64, seconds: u64) -> u64 {
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
}
