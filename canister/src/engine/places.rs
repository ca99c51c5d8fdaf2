//! Limits on attempts under way: of a task, of an owner, of a canister that is called. The limit
//! of the whole scheduler is looked at by `tick`.
//!
//! An execution that comes up against a limit is parked behind it, and the first one parked goes
//! back to the ready queue when a place is free: nothing is ever looked through.

use candid::Principal;

use crate::state::State;
use crate::state::keys::{LimitKey, ReadyKey};
use crate::state::records::{ExecutionRecord, Place, TaskRecord};

/// The limit that stands in the way of another attempt, if any.
pub fn in_the_way(state: &State, task: &TaskRecord, target: Option<Principal>) -> Option<LimitKey> {
    limits_of(task, target).find(|limit| !has_place(state, task, *limit))
}

fn limits_of(task: &TaskRecord, target: Option<Principal>) -> impl Iterator<Item = LimitKey> {
    let own = [LimitKey::Task(task.id), LimitKey::Owner(task.owner)];
    own.into_iter().chain(target.map(LimitKey::Target))
}

fn has_place(state: &State, task: &TaskRecord, limit: LimitKey) -> bool {
    match limit {
        LimitKey::Task(_) => task
            .maximum_concurrent
            .is_none_or(|maximum| task.running < maximum),
        LimitKey::Owner(owner) => state.owner(owner).running < owner_limit(state, owner),
        LimitKey::Target(canister) => {
            let maximum = state.config().maximum_concurrent_per_target;
            state.target(canister) < u64::from(maximum)
        }
    }
}

fn owner_limit(state: &State, owner: Principal) -> u32 {
    let own = state
        .user(owner)
        .and_then(|user| user.quotas.maximum_concurrent);
    own.unwrap_or(state.config().maximum_concurrent_per_owner)
}

/// Lets an execution that is ready wait behind a limit. A place under another limit that it had
/// been called for, and cannot use now, goes to the next one there.
pub fn park(
    state: &mut State,
    task: &TaskRecord,
    execution: &mut ExecutionRecord,
    target: Option<Principal>,
    limit: LimitKey,
    ready: ReadyKey,
) {
    let place = Place::Parked(limit, ready);
    state.enter_queue(task.owner, &place);
    execution.place = Some(place);
    state.put_execution(execution);
    pass_on(state, task, target);
}

/// An execution of the task that was in the ready queue does not start now: the places that it
/// leaves free go to those that wait for them.
pub fn pass_on(state: &mut State, task: &TaskRecord, target: Option<Principal>) {
    for limit in limits_of(task, target) {
        if has_place(state, task, limit) {
            let_go_on(state, limit);
        }
    }
}

/// Takes a place for an attempt. The task is written by the caller.
pub fn take(state: &mut State, task: &mut TaskRecord, target: Option<Principal>) {
    task.running += 1;
    state.add_running();
    state.change_owner(task.owner, |owner| owner.running += 1);
    if let Some(target) = target {
        state.add_target(target);
    }
}

/// Gives the place of an attempt back, and lets those go on that waited for it. The task is written
/// by the caller.
pub fn give_back(state: &mut State, task: &mut TaskRecord, target: Option<Principal>) {
    task.running = task
        .running
        .checked_sub(1)
        .expect("BUG: more attempts of a task ended than began");
    state.remove_running();
    state.change_owner(task.owner, |owner| {
        owner.running = owner
            .running
            .checked_sub(1)
            .expect("BUG: more attempts of an owner ended than began");
    });
    let_go_on(state, LimitKey::Task(task.id));
    let_go_on(state, LimitKey::Owner(task.owner));
    if let Some(target) = target {
        state.remove_target(target);
        let_go_on(state, LimitKey::Target(target));
    }
}

/// The first execution behind a limit goes back to the ready queue. If another limit is in its
/// way, it is parked behind that one.
pub fn let_go_on(state: &mut State, limit: LimitKey) {
    let Some(ready) = state.first_parked(limit) else {
        return;
    };
    let mut execution = state
        .execution(ready.execution_id)
        .expect("BUG: a parked execution exists");
    let task = state
        .task(execution.task_id)
        .expect("BUG: a parked execution has a task");
    let place = execution.place.take().expect("BUG: it is parked");
    state.leave_queue(task.owner, &place);
    let place = Place::Ready(ready);
    state.enter_queue(task.owner, &place);
    execution.place = Some(place);
    state.put_execution(&execution);
}
