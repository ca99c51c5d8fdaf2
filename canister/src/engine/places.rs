//! Places: the limits on attempts under way, of a task, of an owner, of a canister that is called and
//! of the whole scheduler, and who gets the places that are free.
//!
//! An execution that comes up against a limit is parked behind it, and the first one parked goes
//! back to the ready queue when a place is free: nothing is ever looked through.
//!
//! Whoever holds a place already leaves a reserve, a quarter of all, to those who hold none. So no
//! other owner can keep one waiting for as long as its calls hang. Several together can: each of them
//! takes one place of the reserve. The places above it go round the owners who wait for them, one to each.
//! What a worker does costs the scheduler nothing while it is done: claimed commands take no place and have
//! a limit of their own.

use candid::Principal;
use chime_types::{WaitReason, limits};

use super::budget::{self, UsedUp};
use super::turn::{Run, Turn};
use super::{left_out, rights};
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::keys::{AgendaKey, LimitKey, ReadyKey, Wake};
use crate::state::records::{ExecutionRecord, OwnerRecord, Place, TaskRecord};

/// What an attempt takes while it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    /// A place, and one of the places on the canister that it calls.
    Place(Option<Principal>),
    /// The hands of a worker.
    Claim,
}

/// Why an owner may begin nothing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldBack {
    /// It is disabled, or its role has no tasks.
    Disabled,
    /// Its budget is used up.
    Budget(UsedUp),
}

/// Whether an owner may begin nothing now, and why.
pub(super) fn held_back(state: &State, now: u64, owner: Principal) -> Option<HeldBack> {
    if rights::is_held_back(state, owner) {
        return Some(HeldBack::Disabled);
    }
    budget::used_up(state, now, owner).map(HeldBack::Budget)
}

/// The places that an owner who holds one leaves to those who hold none.
fn reserve(places: u64) -> u64 {
    (places / 4).max(1).min(places.saturating_sub(1))
}

impl Turn<'_> {
    /// Whether the owner of the task may begin nothing now, and why.
    pub(super) fn held_back(&self) -> Option<HeldBack> {
        held_back(self.state, self.now, self.task.owner)
    }

    /// The limit that stands in the way of another attempt, if any. One that was granted a place has
    /// waited for its turn already.
    pub(super) fn in_the_way(&self, seat: Seat, is_granted: bool) -> Option<LimitKey> {
        let owner = self.task.owner;
        if self.held_back().is_some() {
            return Some(LimitKey::Owner(owner));
        }
        limits_of(&self.task, seat)
            .filter(|limit| !is_granted || *limit != LimitKey::Share(owner))
            .find(|limit| !self.has_place(*limit))
    }

    fn has_place(&self, limit: LimitKey) -> bool {
        let state = &*self.state;
        match limit {
            LimitKey::Task(_) => self
                .task
                .maximum_concurrent
                .is_none_or(|maximum| self.task.running < maximum),
            LimitKey::Owner(owner) => free_places_of(state, self.now, owner) > 0,
            LimitKey::Share(owner) => {
                state.with_owner(owner, places_of) == 0
                    || (has_place_to_share(state) && !is_shared(state))
            }
            LimitKey::Target(canister) => state.target(canister) < target_limit(state),
            LimitKey::TargetShare(canister) => {
                let maximum = target_limit(state);
                let calls = |owner: &OwnerRecord| owner.calls.get(&canister).copied();
                state.with_owner(self.task.owner, calls).is_none()
                    || state.target(canister) < maximum - reserve(maximum)
            }
            LimitKey::Whole => places_taken(state) < places(state),
            LimitKey::Claims(owner) => {
                let claimed = state.with_owner(owner, |record| record.claimed);
                claimed < limits::MAXIMUM_CLAIMED_JOBS
            }
        }
    }

    /// An execution of the task that was in the ready queue does not start now: the places that it
    /// leaves free go to those that wait for them.
    pub(super) fn pass_on(&mut self, seat: Seat) {
        self.pass_on_beside(seat, &mut None);
    }

    /// The same beside an execution that is held: its turn may have come.
    fn pass_on_beside(&mut self, seat: Seat, held: &mut Option<&mut ExecutionRecord>) {
        for limit in limits_of(&self.task, seat) {
            if self.has_place(limit) {
                move_to_ready(self.state, limit, false, held);
            }
        }
        share_on(self.state, held);
    }

    /// One that was granted a place has taken it: is there another one to share?
    pub(super) fn share_on(&mut self) {
        share_on(self.state, &mut None);
    }

    /// Takes what an attempt needs.
    pub(super) fn take_seat(&mut self, seat: Seat) {
        self.task.running.raise(1);
        self.state.add_running();
        let owner = self.task.owner;
        self.state
            .change_owner(owner, |owner| owner.running.raise(1));
        match seat {
            Seat::Claim => {
                self.task.claimed.raise(1);
                self.state.add_claimed();
                self.state
                    .change_owner(owner, |owner| owner.claimed.raise(1));
            }
            Seat::Place(Some(target)) => {
                self.state.add_target(target);
                self.state.change_owner(owner, |owner| {
                    owner.calls.entry(target).or_default().raise(1)
                });
            }
            Seat::Place(None) => {}
        }
    }

    /// Gives back what an attempt took, and lets those go on that waited for it.
    pub(super) fn give_seat_back(&mut self, seat: Seat) {
        self.task.running = self
            .task
            .running
            .checked_sub(1)
            .expect("BUG: more attempts of a task ended than began");
        self.state.remove_running();
        let owner = self.task.owner;
        self.state.change_owner(owner, |owner| {
            owner.running = owner
                .running
                .checked_sub(1)
                .expect("BUG: more attempts of an owner ended than began");
        });
        match seat {
            Seat::Claim => {
                self.task.claimed = self.task.claimed.saturating_sub(1);
                self.state.remove_claimed();
                self.state.change_owner(owner, |owner| {
                    owner.claimed = owner.claimed.saturating_sub(1)
                });
            }
            Seat::Place(Some(target)) => {
                self.state.remove_target(target);
                self.state
                    .change_owner(owner, |owner| one_call_less(owner, target));
            }
            Seat::Place(None) => {}
        }
        // As long as the owner holds places, its turn for those that all share comes with the others'.
        let holds_some = self.state.with_owner(owner, places_of) > 0;
        limits_of(&self.task, seat)
            .filter(|limit| !holds_some || *limit != LimitKey::Share(owner))
            .for_each(|limit| let_go_on(self.state, limit));
        self.share_on();
    }
}

impl Run<'_, '_> {
    /// Lets the execution, which is ready, wait behind a limit. A place under another limit that it
    /// had been called for, and cannot use now, goes to the next one there. That may be the execution
    /// itself: owners get places in turn.
    pub(super) fn park(&mut self, seat: Seat, limit: LimitKey, ready: ReadyKey) {
        let held_back = self
            .turn
            .held_back()
            .filter(|_| matches!(limit, LimitKey::Owner(_)));
        self.execution.waiting_for = held_back.map(|why| match why {
            HeldBack::Disabled => WaitReason::OwnerDisabled,
            HeldBack::Budget(_) => WaitReason::Budget,
        });
        if let Some(HeldBack::Budget(used_up)) = held_back {
            let Turn {
                state, now, task, ..
            } = &mut *self.turn;
            budget::tell(state, *now, task.owner, &used_up);
            wait_for_budgets(state, used_up.begins_anew_at);
        }
        self.enter_place(Place::Parked(limit, ready));
        let held = &mut Some(&mut self.execution);
        self.turn.pass_on_beside(seat, held);
    }
}

/// The limits that an attempt comes up against, one after the other.
fn limits_of(task: &TaskRecord, seat: Seat) -> impl Iterator<Item = LimitKey> + use<> {
    let own = match seat {
        Seat::Claim => [Some(LimitKey::Claims(task.owner)), None, None, None, None],
        Seat::Place(target) => [
            Some(LimitKey::Owner(task.owner)),
            Some(LimitKey::Share(task.owner)),
            Some(LimitKey::Whole),
            target.map(LimitKey::Target),
            target.map(LimitKey::TargetShare),
        ],
    };
    std::iter::once(LimitKey::Task(task.id)).chain(own.into_iter().flatten())
}

/// All places.
fn places(state: &State) -> u64 {
    state.config().maximum_concurrent.into()
}

/// Places that an owner holds.
const fn places_of(owner: &OwnerRecord) -> u32 {
    owner.running.saturating_sub(owner.claimed)
}

/// Places that all owners hold.
fn places_taken(state: &State) -> u64 {
    state.running().saturating_sub(state.claimed())
}

/// Whether one of the places that all share is free, and kept for nobody.
fn has_place_to_share(state: &State) -> bool {
    let taken = places_taken(state).saturating_add(state.header().granted);
    taken < places(state) - reserve(places(state))
}

/// Whether owners wait for a place of those that all share: then they get them in turn.
fn is_shared(state: &State) -> bool {
    state.parked_len() > 0 && state.next_to_share(None).is_some()
}

/// How many attempts of an owner may begin now: none while it is held back.
pub(super) fn free_places_of(state: &State, now: u64, owner: Principal) -> u32 {
    if held_back(state, now, owner).is_some() {
        return 0;
    }
    owner_limit(state, owner).saturating_sub(state.with_owner(owner, places_of))
}

/// What is parked behind an owner whose budget is used up is looked at when that begins anew, at the
/// latest. One entry of the agenda does it for all owners: thousands may be parked.
fn wait_for_budgets(state: &mut State, until: u64) {
    let mut look = state.header().budgets.clone();
    look.until = Some(look.until.map_or(until, |other| other.min(until)));
    let is_early = |key: AgendaKey| key.due_at <= until;
    if !look.wake.is_some_and(is_early) {
        state.cancel_wake(look.wake);
        look.wake = Some(state.wake_at(until, Wake::Budgets));
    }
    state.set_budgets(look);
}

/// Looks at all owners behind whose limits something is parked: what a budget held back goes on if
/// that has begun anew or is larger now, and what waits for a place if there are more of them.
pub fn look_at_budgets(state: &mut State, now: u64) {
    if state.parked_len() == 0 {
        return;
    }
    let mut look = state.header().budgets.clone();
    state.cancel_wake(look.wake);
    look.wake = Some(state.wake_at(now, Wake::Budgets));
    look.after = None;
    state.set_budgets(look);
}

/// The settings were changed: what smaller limits and budgets held back goes on, what is parked and what
/// slots are left out.
pub fn look_at_settings(state: &mut State, now: u64) {
    let mut look = state.header().budgets.clone();
    look.settings_changed = true;
    look.schedules_after = None;
    look.after = None;
    state.cancel_wake(look.wake);
    look.wake = Some(state.wake_at(now, Wake::Budgets));
    state.set_budgets(look);
}

/// Goes on with what was held back: schedules after a change of settings, then what is parked. A part of
/// either in each message.
pub(super) fn go_on_with_budgets(state: &mut State, now: u64) {
    let look = state.header().budgets.clone();
    if !look.settings_changed {
        return go_on_with_parked(state, now);
    }
    let next = left_out::look_at_some(state, now, look.schedules_after);
    let mut look = state.header().budgets.clone();
    look.settings_changed = next.is_some();
    look.schedules_after = next;
    state.cancel_wake(look.wake);
    look.wake = Some(state.wake_at(now, Wake::Budgets));
    state.set_budgets(look);
}

/// Looks at some of the owners behind whose limits something is parked, in order, and lets go on what
/// no budget holds back any more.
fn go_on_with_parked(state: &mut State, now: u64) {
    let mut look = state.header().budgets.clone();
    if look.after.is_none() {
        look.until = None;
    }
    let mut owners = 0;
    while let Some(owner) = state.next_held_back(look.after) {
        if owners == limits::OWNERS_LOOKED_AT {
            look.wake = Some(state.wake_at(now, Wake::Budgets));
            return state.set_budgets(look);
        }
        owners += 1;
        look.after = Some(owner);
        match budget::used_up(state, now, owner) {
            Some(used_up) => {
                let until = used_up.begins_anew_at;
                look.until = Some(look.until.map_or(until, |other| other.min(until)));
            }
            None => rights::let_go_on(state, now, owner),
        }
    }
    for _ in places_taken(state)..places(state) {
        let_go_on(state, LimitKey::Whole);
    }
    share_on(state, &mut None);
    look.after = None;
    look.wake = look.until.map(|until| state.wake_at(until, Wake::Budgets));
    state.set_budgets(look);
}

fn owner_limit(state: &State, owner: Principal) -> u32 {
    let own = state
        .user(owner)
        .and_then(|user| user.quotas.maximum_concurrent);
    own.unwrap_or(state.config().maximum_concurrent_per_owner)
}

fn target_limit(state: &State) -> u64 {
    state.config().maximum_concurrent_per_target.into()
}

fn one_call_less(owner: &mut OwnerRecord, target: Principal) {
    match owner.calls.get_mut(&target) {
        Some(calls) if *calls > 1 => *calls -= 1,
        _ => {
            owner.calls.remove(&target);
        }
    }
}

/// A place that all share is kept for the next owner in turn who waits for one. It is not simply left
/// free: the owner who gave it back may have something more urgent, and would get it again and again.
fn share_on(state: &mut State, held: &mut Option<&mut ExecutionRecord>) {
    if state.parked_len() == 0 || !has_place_to_share(state) {
        return;
    }
    if let Some(owner) = state.next_to_share(state.header().shared_to) {
        state.grant_place(owner);
        move_to_ready(state, LimitKey::Share(owner), true, held);
    }
}

/// The first execution behind a limit goes back to the ready queue. If another limit is in its
/// way, it is parked behind that one. It may be of any task: of its record only the place changes and
/// what it waits for. No turn holds it: what a turn holds stands in no queue while it lets others go
/// on, but for one that is being parked.
pub(super) fn let_go_on(state: &mut State, limit: LimitKey) {
    move_to_ready(state, limit, false, &mut None);
}

/// `held` is an execution whose record is held, and written later.
fn move_to_ready(
    state: &mut State,
    limit: LimitKey,
    is_granted: bool,
    held: &mut Option<&mut ExecutionRecord>,
) {
    if state.parked_len() == 0 {
        return;
    }
    let Some(ready) = state.first_parked(limit) else {
        return;
    };
    state.let_go_on(limit, ready);
    let change = |execution: &mut ExecutionRecord| {
        execution.place = Some(Place::Ready(ready));
        execution.is_granted = is_granted;
        execution.waiting_for = None;
    };
    match held {
        Some(held) if held.id == ready.execution_id => change(held),
        _ => {
            let mut execution = state
                .execution(ready.execution_id)
                .expect("BUG: a parked execution exists");
            change(&mut execution);
            state.put_execution(&execution);
        }
    }
}
