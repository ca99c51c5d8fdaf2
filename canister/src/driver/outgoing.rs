//! Calls of attempts that leave: counted until they are answered, whatever becomes of the attempt.

use candid::Principal;
use chime_types::{Cause, limits};

use super::charging::Charged;
use super::{Store, answer, call_seconds};
use crate::engine;
use crate::engine::Outcome;
use crate::engine::budget::{self, Kind, Obstacle};
use crate::runtime::{CallError, Runtime};
use crate::state::State;
use crate::state::keys::{ExecutionId, Token};
use crate::state::outgoing::CallOut;

/// A call that leaves.
#[derive(Clone, Copy)]
pub(super) struct Out {
    pub call: CallOut,
    /// When an unknown outcome counts as a timeout.
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
    /// already, which nobody can call back, or its owner's budget does not suffice, the answer is none,
    /// and the attempt fails or is put off.
    pub fn leaves<R: Runtime, S: Store>(
        self,
        runtime: R,
        store: S,
        (id, token): (ExecutionId, Token),
        (kind, cycles): (Kind, u128),
    ) -> Option<Charged> {
        let now = runtime.now();
        let owner = self.call.owner;
        store.with(|state| {
            if let Some(outcome) = self.what_keeps_it_back(&runtime, state, cycles) {
                engine::finish(state, now, id, token, &outcome);
                return None;
            }
            budget::charge(state, now, owner, kind, cycles);
            Some(Charged {
                owner,
                kind,
                cycles,
                at: now,
            })
        })
    }

    /// What becomes of the attempt instead, if the call may not leave. Else it is counted.
    fn what_keeps_it_back(
        self,
        runtime: &impl Runtime,
        state: &mut State,
        cycles: u128,
    ) -> Option<Outcome> {
        let (now, owner) = (runtime.now(), self.call.owner);
        match obstacle(runtime, state, owner, cycles) {
            Some(Obstacle::Wait(used_up)) => {
                budget::tell(state, now, owner, &used_up);
                let until = used_up.begins_anew_at;
                return Some(Outcome::PutOff { until });
            }
            Some(Obstacle::Never(limit)) => {
                let error = format!(
                    "the call costs {cycles} cycles at most, and {}",
                    limit.rule()
                );
                return Some(Outcome::failed(Cause::BudgetUsedUp, error));
            }
            None => {}
        }
        if state.outgoing.take(self.call, now) {
            return None;
        }
        let text = format!(
            "the call was not sent: too many calls of this owner to {} are out and not answered",
            self.call.target
        );
        let error = CallError::NotSent(Cause::QueueFull, text);
        Some(answer::outcome(Err(error), false, &[]))
    }
}

/// What stands in the way of spending so many cycles for an owner. Whether it controls the canister is
/// asked only when that matters: it may have become one, or be none any more, since it called.
fn obstacle(
    runtime: &impl Runtime,
    state: &mut State,
    owner: Principal,
    cycles: u128,
) -> Option<Obstacle> {
    let now = runtime.now();
    budget::obstacle_to_others(state, now, owner, cycles)?;
    budget::note_control(state, owner, runtime.is_controller(owner));
    budget::obstacle(state, now, owner, cycles)
}

pub(super) const fn after(now: u64, seconds: u64) -> u64 {
    now.saturating_add(seconds.saturating_mul(limits::NANOSECONDS))
}
