//! Rights that are asked for when they are used, not only when something was made: whose tasks are held
//! back, and for whose sake the scheduler may spend cycles or manage canisters.
//!
//! It says what is so; who is asked and what follows is decided where something begins: `fire` for
//! slots, `places` for attempts, `driver` for what leaves.

use candid::Principal;
use chime_types::{Action, limits};

use super::builtin::{Builtin, is_for_admins};
use super::{Start, Work, left_out, places};
use crate::state::State;
use crate::state::keys::{ExecutionId, LimitKey, NameKey, Wake};
use crate::state::records::Lease;

/// Whether nothing of an owner may begin: it is disabled, or its role has no tasks by now.
pub fn is_held_back(state: &State, owner: Principal) -> bool {
    let user = state.user(owner);
    user.is_some_and(|user| user.disabled || !user.role.has_tasks())
}

/// What of an owner was held back, or waits for a place among its own, goes on as far as there are
/// places. Those who come after follow as places are given back.
pub(super) fn let_go_on(state: &mut State, now: u64, owner: Principal) {
    for _ in 0..places::free_places_of(state, now, owner) {
        places::let_go_on(state, LimitKey::Owner(owner));
    }
}

/// The rights or the quotas of somebody were changed: what was held back goes on, what it may not hold any
/// more ends, and slots that are left out are judged again.
pub fn look_at_user(state: &mut State, now: u64, user: Principal) {
    let_go_on(state, now, user);
    look_at_leases(state, now, user);
    left_out::look_again(state, now, user);
}

/// Whether a job of an owner may be held under a lease, by the rights that its holder has now.
pub fn may_hold(state: &State, lease: &Lease, owner: Principal) -> bool {
    if lease.by_controller {
        return true;
    }
    let holder = lease.claimed_by;
    match state.user(holder) {
        Some(user) if user.disabled => false,
        Some(user) if user.role.serves_all() => true,
        Some(user) => user.role.has_tasks() && holder == owner,
        None => holder == owner && state.config().open_to_everybody,
    }
}

/// Has all leases of somebody looked at, whose rights were changed: those that it may not hold any more
/// end in the next ticks, and not when nobody extends them. Of more than a bounded number the rest does.
fn look_at_leases(state: &mut State, now: u64, holder: Principal) {
    let most = limits::MAXIMUM_LEASES_LOOKED_AT;
    let held: Vec<ExecutionId> = state.leases_of(holder).take(most).collect();
    for id in held {
        state.wake_at(now, Wake::Deadline(id));
    }
}

/// Who must control the scheduler for this work to be done, if anybody: the owner of its task, or who
/// registered the action that it names. It was a controller when it asked; is it still?
pub fn vouching_controller(
    state: &State,
    scheduler: Principal,
    start: &Start,
) -> Option<Principal> {
    let is_reserved = match &start.work {
        Work::Call {
            canister,
            method,
            cycles,
            ..
        } => *cycles > 0 || is_reserved(scheduler, *canister, method),
        Work::Slice(builtin) => matches!(
            builtin,
            Builtin::Action(action) if is_for_admins(action)
        ),
        // What a program calls is asked for when it leaves, since it is known no earlier.
        Work::Http(_) | Work::Program(_) => false,
    };
    if !is_reserved {
        return None;
    }
    let task = state.task(start.task_id)?;
    // A registered user is judged by its role.
    if matches!(start.work, Work::Slice(_)) && state.user(task.owner).is_some() {
        return None;
    }
    let execution = state.execution(start.execution_id)?;
    let steps = state.plan(execution.task_id, execution.plan).steps;
    let step = &steps[execution.step as usize];
    Some(definer(state, task.owner, &step.action).unwrap_or(task.owner))
}

/// Whether only a controller may let the scheduler call this in its own name, which the tasks of all
/// owners speak with.
pub fn is_reserved(scheduler: Principal, canister: Principal, method: &str) -> bool {
    let is_management = canister == Principal::management_canister();
    canister == scheduler || (is_management && method != "raw_rand")
}

/// Who registered the action that a step names.
fn definer(state: &State, owner: Principal, action: &Action) -> Option<Principal> {
    let Action::Named { action_name, .. } = action else {
        return None;
    };
    let found = [owner, Principal::management_canister()]
        .into_iter()
        .find_map(|owner| {
            let name = action_name.clone();
            state.action(&NameKey { owner, name })
        });
    found.map(|action| action.defined_by)
}
