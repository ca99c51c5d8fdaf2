//! The timeline.

use candid::Principal;
use chime_types::{Error, EventPage, EventsSinceRequest};

use super::access::{Need, task_for};
use super::{Caller, take_page, validate};
use crate::state::State;
use crate::state::keys::{EventId, TaskId};

/// Whose events are asked for.
enum Scope {
    All,
    Owner(Principal),
    /// A task and its owner.
    Task(TaskId, Principal),
}

/// `events_since`
pub fn events_since(
    state: &State,
    caller: Caller,
    request: &EventsSinceRequest,
) -> Result<EventPage, Error> {
    let limit = validate::page(request.limit)?;
    let scope = scope(state, caller, request)?;
    let cursor = EventId(request.cursor.unwrap_or(0));
    let (events, more) = match scope {
        Scope::All => take_page(state.events_after(cursor), limit),
        Scope::Owner(owner) => take_page(state.events_of_owner(owner, cursor), limit),
        Scope::Task(task, _) => take_page(state.events_of_task(task, cursor), limit),
    };
    let removed = removed(state, &scope);
    let last = events.last().map(|event| event.id).filter(|_| more);
    Ok(EventPage {
        events,
        next_cursor: last.unwrap_or_else(|| end(state, &scope).max(removed)),
        more,
        lost: request.cursor.is_some_and(|cursor| cursor < removed),
    })
}

fn scope(state: &State, caller: Caller, request: &EventsSinceRequest) -> Result<Scope, Error> {
    let own = caller.need_sight_of(None)?;
    if let Some(id) = request.task_id {
        let task = task_for(state, caller, Need::See, id)?;
        return Ok(Scope::Task(task.id, task.owner));
    }
    if request.all_owners != Some(true) {
        return Ok(Scope::Owner(own));
    }
    if !caller.sees_all() {
        return Err(Error::invalid(
            "all_owners",
            "only for admins, operators and viewers",
            "leave it out to see your own events",
        ));
    }
    Ok(Scope::All)
}

/// The latest event in a scope. On the last page it is the cursor, so that the next look begins behind
/// what there is; and it is never that of another scope, which would tell an owner how much happens at
/// others'.
fn end(state: &State, scope: &Scope) -> u64 {
    let last = match scope {
        Scope::All => Some(state.last_event()),
        Scope::Owner(owner) => state.last_event_of_owner(*owner),
        Scope::Task(task, _) => state.last_event_of_task(*task),
    };
    last.map_or(0, |id| id.0)
}

/// The latest event in a scope that is kept no longer; of a task, of its owner.
fn removed(state: &State, scope: &Scope) -> u64 {
    let whose = match scope {
        Scope::All => None,
        Scope::Owner(owner) | Scope::Task(_, owner) => Some(*owner),
    };
    state.events_gone(whose).0
}
