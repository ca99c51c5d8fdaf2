//! The agenda, the ready queue, the parked and the jobs: each entry is that of its owner.

use candid::Principal;

use super::finding::Look;
use crate::engine::target_of_step;
use crate::engine::{places, rights};
use crate::state::State;
use crate::state::inspect::{Entry, Part};
use crate::state::keys::{AgendaKey, ExecutionId, JobKey, LimitKey, ParkedKey, ReadyKey, Wake};
use crate::state::records::Place;

/// Entries of the ready queue that are looked at for one that a limit concerns.
const READY_LOOKED_AT: usize = 500;

/// Looks at an entry of the agenda: what it wakes must know it.
pub fn agenda(look: &mut Look<'_>, key: AgendaKey) {
    let state = look.state;
    let Some(wake) = state.wake(key) else { return };
    let is_known = match wake {
        Wake::Fire(id) => state.schedule(id).and_then(|found| found.wake) == Some(key),
        Wake::Resume(id) | Wake::Deadline(id) => {
            state.execution(id).and_then(|found| found.wake) == Some(key)
        }
        Wake::Expire(id) => state.execution(id).and_then(|found| found.expires) == Some(key),
        Wake::Deliver(id) => state.delivery(id).and_then(|found| found.wake) == Some(key),
        Wake::Watch(id) => state.alert(id).and_then(|found| found.wake) == Some(key),
        Wake::Sweep => state.header().sweep == Some(key),
        Wake::Cycles => state.header().cycles_wake == Some(key),
        Wake::Budgets => state.header().budgets.wake == Some(key),
        Wake::Tidy(id) => state.task(id).and_then(|found| found.tidy) == Some(key),
        // Is due at once, and does nothing if its backfill is over.
        Wake::Backfill(_) => true,
    };
    if !is_known {
        look.mendable(
            format!("nothing knows the entry {wake:?} of the agenda"),
            move |state, _| state.cancel_wake(Some(key)),
        );
    }
}

/// Whether an execution says that it stands at a place.
fn stands_at(state: &State, id: ExecutionId, place: &Place) -> bool {
    state.execution(id).and_then(|found| found.place).as_ref() == Some(place)
}

fn owner_of(state: &State, id: ExecutionId) -> Option<Principal> {
    let execution = state.execution(id)?;
    Some(state.task(execution.task_id)?.owner)
}

/// Looks at an entry of the ready queue.
pub fn ready(look: &mut Look<'_>, key: ReadyKey) {
    if !stands_at(look.state, key.execution_id, &Place::Ready(key)) {
        stray(look, "the ready queue", key.execution_id, Entry::Ready(key));
    }
}

fn stray(look: &mut Look<'_>, queue: &str, id: ExecutionId, entry: Entry) {
    look.mendable(
        format!("execution {} does not stand in {queue} that names it", id.0),
        move |state, _| state.remove_entry(&entry),
    );
}

/// Looks at an entry of the parked. What is behind a limit must be let go on by somebody: by an
/// attempt under the limit when it ends, or by what the limit concerns in the ready queue.
pub fn parked(look: &mut Look<'_>, key: ParkedKey) {
    let ParkedKey { limit, ready } = key;
    if !stands_at(look.state, ready.execution_id, &Place::Parked(limit, ready)) {
        stray(
            look,
            "a queue behind a limit",
            ready.execution_id,
            Entry::Parked(key),
        );
        return;
    }
    let is_first = look.state.first_parked(limit) == Some(ready);
    if is_first && is_stuck(look.state, limit) {
        look.mendable(
            format!(
                "nobody lets execution {} go on behind {limit:?}",
                ready.execution_id.0
            ),
            move |state, _| places::let_go_on(state, limit),
        );
    }
}

fn is_stuck(state: &State, limit: LimitKey) -> bool {
    // Whoever holds an owner back lets it go on, and a look at the budgets everybody.
    let is_looked_at = state.header().budgets.wake.is_some();
    if matches!(limit, LimitKey::Owner(owner) if is_looked_at || rights::is_held_back(state, owner))
    {
        return false;
    }
    let running = match limit {
        LimitKey::Task(id) => state.task(id).map_or(0, |task| u64::from(task.running)),
        LimitKey::Owner(owner) => u64::from(state.owner(owner).running),
        LimitKey::Target(canister) | LimitKey::TargetShare(canister) => state.target(canister),
        LimitKey::Claims(owner) => u64::from(state.owner(owner).claimed),
        LimitKey::Share(_) | LimitKey::Whole => state.running().saturating_sub(state.claimed()),
    };
    if running > 0 || state.ready_len() > READY_LOOKED_AT as u64 {
        return false;
    }
    let ready = state.entries_after(Part::Ready, None, READY_LOOKED_AT);
    !ready.iter().any(|entry| match entry {
        Entry::Ready(key) => concerns(state, limit, key.execution_id),
        _ => false,
    })
}

fn concerns(state: &State, limit: LimitKey, id: ExecutionId) -> bool {
    let Some(execution) = state.execution(id) else {
        return false;
    };
    match limit {
        LimitKey::Task(task) => execution.task_id == task,
        LimitKey::Owner(owner) | LimitKey::Share(owner) | LimitKey::Claims(owner) => {
            owner_of(state, id) == Some(owner)
        }
        LimitKey::Target(canister) | LimitKey::TargetShare(canister) => {
            target_of_step(state, &execution) == Some(canister)
        }
        LimitKey::Whole => true,
    }
}

/// Looks at an entry of the jobs: in the queue of all owners, or in that of one.
pub fn job(look: &mut Look<'_>, key: &JobKey) {
    let id = key.ready.execution_id;
    let place = Place::Job(key.queue.clone(), key.ready);
    let is_right = stands_at(look.state, id, &place)
        && key
            .owner
            .is_none_or(|owner| owner_of(look.state, id) == Some(owner));
    if !is_right {
        stray(look, "a queue of commands", id, Entry::Jobs(key.clone()));
    }
}
