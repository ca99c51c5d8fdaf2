//! The timeline: events in their order, listed by owner and by task, the oldest removed first.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use chime_types::Event;

use super::State;
use super::keys::{EventId, TaskId};
use super::records::EventRecord;

/// Events removed for each one that is added, when there are too many: so a lower limit takes
/// effect without one message having to do all the work.
const REMOVED_AT_ONCE: u64 = 2;

impl State {
    /// Adds an event, whose `id` is given here, and removes the oldest above `maximum`.
    pub fn add_event(&mut self, mut event: Event, maximum: u64) {
        event.id = self.count(|header| &mut header.next_event) + 1;
        let id = EventId(event.id);
        self.events_by_owner.insert((event.owner, id), ());
        if let Some(task) = event.task_id {
            self.events_by_task.insert((TaskId(task), id), ());
        }
        self.events.insert(id, EventRecord(event));
        let excess = self.events.len().saturating_sub(maximum);
        for _ in 0..excess.min(REMOVED_AT_ONCE) {
            self.remove_oldest_event();
        }
    }

    fn remove_oldest_event(&mut self) {
        let Some((id, EventRecord(event))) = self.events.pop_first() else {
            return;
        };
        self.events_by_owner.remove(&(event.owner, id));
        self.change_owner(event.owner, |owner| owner.event_removed = id.0);
        if let Some(task) = event.task_id {
            self.events_by_task.remove(&(TaskId(task), id));
        }
    }

    /// The oldest event that is kept.
    pub fn first_event(&self) -> Option<EventId> {
        self.events.first_key_value().map(|(id, _)| id)
    }

    /// The latest event that there was.
    pub fn last_event(&self) -> EventId {
        EventId(self.header().next_event)
    }

    /// Events kept.
    pub fn events_len(&self) -> u64 {
        self.events.len()
    }

    /// Events of all owners after `cursor`, the oldest first.
    pub fn events_after(&self, cursor: EventId) -> impl Iterator<Item = Event> {
        self.events
            .range((Excluded(cursor), Unbounded))
            .map(|entry| entry.value().0)
    }

    /// Events of an owner after `cursor`, the oldest first.
    pub fn events_of_owner(
        &self,
        owner: Principal,
        cursor: EventId,
    ) -> impl Iterator<Item = Event> {
        self.events_by_owner
            .range((Excluded((owner, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(principal, _)| *principal == owner)
            .map(|(_, id)| self.listed_event(id))
    }

    /// Events of a task after `cursor`, the oldest first.
    pub fn events_of_task(&self, task: TaskId, cursor: EventId) -> impl Iterator<Item = Event> {
        self.events_by_task
            .range((Excluded((task, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(id, _)| *id == task)
            .map(|(_, id)| self.listed_event(id))
    }

    /// The latest event of an owner that is kept.
    pub fn last_event_of_owner(&self, owner: Principal) -> Option<EventId> {
        let (first, last) = (EventId(0), EventId(u64::MAX));
        let mut events = self.events_by_owner.range((owner, first)..=(owner, last));
        events.next_back().map(|entry| entry.key().1)
    }

    /// The latest event of a task that is kept.
    pub fn last_event_of_task(&self, task: TaskId) -> Option<EventId> {
        let (first, last) = (EventId(0), EventId(u64::MAX));
        let mut events = self.events_by_task.range((task, first)..=(task, last));
        events.next_back().map(|entry| entry.key().1)
    }

    fn listed_event(&self, id: EventId) -> Event {
        self.events.get(&id).expect("BUG: a listed event exists").0
    }
}
