//! The timeline.

use chime_types::{Error, Event, EventPage, EventsSinceRequest};

use super::access::{Need, task_for};
use super::{Caller, take_page, validate};
use crate::state::State;
use crate::state::keys::{EventId, TaskId};

/// `events_since`
pub fn events_since(
    state: &State,
    caller: Caller,
    request: &EventsSinceRequest,
) -> Result<EventPage, Error> {
    let limit = validate::page(request.limit)?;
    let from = request.cursor.unwrap_or(0);
    let owner = caller.need_sight_of(None)?;
    let cursor = EventId(from);
    let (events, more) = if let Some(id) = request.task_id {
        let task = task_for(state, caller, Need::See, id)?;
        take_page(state.events_of_task(TaskId(task.id.0), cursor), limit)
    } else if request.all_owners == Some(true) {
        if !caller.sees_all() {
            return Err(Error::invalid(
                "all_owners",
                "only for admins, operators and viewers",
                "leave it out to see your own events",
            ));
        }
        take_page(state.events_after(cursor), limit)
    } else {
        take_page(state.events_of_owner(owner, cursor), limit)
    };
    Ok(page(state, request.cursor, events, more))
}

/// On the last page the cursor goes past everything that there is, so that the next look begins
/// behind it.
fn page(state: &State, cursor: Option<u64>, events: Vec<Event>, more: bool) -> EventPage {
    let last = events.last().map(|event| event.id).filter(|_| more);
    let first_kept = state.first_event().map_or(0, |id| id.0);
    EventPage {
        events,
        next_cursor: last.unwrap_or(state.last_event().0),
        more,
        lost: cursor.is_some_and(|cursor| cursor + 1 < first_kept),
    }
}
