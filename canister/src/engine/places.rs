//! Limits on attempts under way: of a task, of an owner, of a canister that is called. The limit
//! of the whole scheduler is looked at by `tick`.
//!
//! An execution that comes up against a limit is parked behind it, and the first one parked goes
//! back to the ready queue when a place is free: nothing is ever looked through.

use candid::Principal;
use chime_types::WaitReason;

use super::rights;
use super::turn::{Run, Turn};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{LimitKey, ReadyKey};
use crate::state::records::{Place, TaskRecord};

impl Turn<'_> {
    /// The limit that stands in the way of another attempt, if any.
    pub(super) fn in_the_way(&self, target: Option<Principal>) -> Option<LimitKey> {
        limits_of(&self.task, target).find(|limit| !self.has_place(*limit))
    }

    fn has_place(&self, limit: LimitKey) -> bool {
        let state = &*self.state;
        match limit {
            LimitKey::Task(_) => self
                .task
                .maximum_concurrent
                .is_none_or(|maximum| self.task.running < maximum),
            LimitKey::Owner(owner) => free_places_of(state, owner) > 0,
            LimitKey::Target(canister) => {
                let maximum = state.config().maximum_concurrent_per_target;
                state.target(canister) < u64::from(maximum)
            }
        }
    }

    /// An execution of the task that was in the ready queue does not start now: the places that it
    /// leaves free go to those that wait for them.
    pub(super) fn pass_on(&mut self, target: Option<Principal>) {
        for limit in limits_of(&self.task, target) {
            if self.has_place(limit) {
                let_go_on(self.state, limit);
            }
        }
    }

    /// Takes a place for an attempt.
    pub(super) fn take_place(&mut self, target: Option<Principal>) {
        self.task.running.raise(1);
        self.state.add_running();
        self.state
            .change_owner(self.task.owner, |owner| owner.running.raise(1));
        if let Some(target) = target {
            self.state.add_target(target);
        }
    }

    /// Gives the place of an attempt back, and lets those go on that waited for it.
    pub(super) fn give_place_back(&mut self, target: Option<Principal>) {
        self.task.running = self
            .task
            .running
            .checked_sub(1)
            .expect("BUG: more attempts of a task ended than began");
        self.state.remove_running();
        self.state.change_owner(self.task.owner, |owner| {
            owner.running = owner
                .running
                .checked_sub(1)
                .expect("BUG: more attempts of an owner ended than began");
        });
        if let Some(target) = target {
            self.state.remove_target(target);
        }
        for limit in limits_of(&self.task, target) {
            let_go_on(self.state, limit);
        }
    }
}

impl Run<'_, '_> {
    /// Lets the execution, which is ready, wait behind a limit. A place under another limit that it
    /// had been called for, and cannot use now, goes to the next one there.
    pub(super) fn park(&mut self, target: Option<Principal>, limit: LimitKey, ready: ReadyKey) {
        let state = &*self.turn.state;
        let is_held_back =
            matches!(limit, LimitKey::Owner(owner) if rights::is_held_back(state, owner));
        self.execution.waiting_for = is_held_back.then_some(WaitReason::OwnerDisabled);
        self.enter_place(Place::Parked(limit, ready));
        self.turn.pass_on(target);
    }
}

fn limits_of(
    task: &TaskRecord,
    target: Option<Principal>,
) -> impl Iterator<Item = LimitKey> + use<> {
    let own = [LimitKey::Task(task.id), LimitKey::Owner(task.owner)];
    own.into_iter().chain(target.map(LimitKey::Target))
}

/// How many attempts of an owner may begin now: none while it is held back.
pub(super) fn free_places_of(state: &State, owner: Principal) -> u32 {
    if rights::is_held_back(state, owner) {
        return 0;
    }
    let running = state.with_owner(owner, |record| record.running);
    owner_limit(state, owner).saturating_sub(running)
}

fn owner_limit(state: &State, owner: Principal) -> u32 {
    let own = state
        .user(owner)
        .and_then(|user| user.quotas.maximum_concurrent);
    own.unwrap_or(state.config().maximum_concurrent_per_owner)
}

/// The first execution behind a limit goes back to the ready queue. If another limit is in its
/// way, it is parked behind that one. It may be of any task: of its record only the place changes and
/// what it waits for, and no turn holds it, since what a turn holds stands in no queue while it may let others go on.
pub(super) fn let_go_on(state: &mut State, limit: LimitKey) {
    let Some(ready) = state.first_parked(limit) else {
        return;
    };
    let mut execution = state
        .execution(ready.execution_id)
        .expect("BUG: a parked execution exists");
    state.let_go_on(limit, ready);
    execution.place = Some(Place::Ready(ready));
    execution.waiting_for = None;
    state.put_execution(&execution);
}
