//! The timeline: events in their order, listed by owner and by task, the oldest removed first.
//!
//! Each owner has a share of it: whoever makes many events loses its own, and nobody else's. Changes of
//! access and of the configuration, which only admins make, are kept apart and longer.

use std::ops::Bound::{Excluded, Included, Unbounded};

use candid::Principal;
use chime_types::{Event, EventKind, limits};

use super::State;
use super::keys::{EventId, TaskId};
use super::records::EventRecord;

/// Events removed for each one that is added, when there are too many: so a lower limit takes
/// effect without one message having to do all the work.
const REMOVED_AT_ONCE: u64 = 2;
/// Events that are looked at to find somebody who has more than an equal share.
const LOOKED_AT: usize = 20;

/// How many events are kept.
#[derive(Clone, Copy, Debug)]
pub struct EventLimits {
    /// Of all owners.
    pub all: u64,
    /// Of one owner.
    pub of_owner: u64,
}

/// Whether an event says who may do what, or how the scheduler is set: admins alone make them.
const fn is_of_access(kind: EventKind) -> bool {
    matches!(kind, EventKind::UserChanged | EventKind::Configured)
}

impl State {
    /// Adds an event, whose `id` is given here, and removes some of the oldest above the limits.
    pub fn add_event(&mut self, mut event: Event, maximum: EventLimits) {
        event.id = self.count(|header| &mut header.next_event) + 1;
        let id = EventId(event.id);
        let owner = event.owner;
        self.events_by_owner.insert((owner, id), ());
        if is_of_access(event.kind) {
            self.access_events.insert(id, EventRecord(event));
            self.remove_oldest_of_access();
            return;
        }
        if let Some(task) = event.task_id {
            self.events_by_task.insert((TaskId(task), id), ());
        }
        self.events.insert(id, EventRecord(event));
        let own = self.count_event_of(owner, maximum.of_owner);
        for _ in 0..own.saturating_sub(maximum.of_owner).min(REMOVED_AT_ONCE) {
            self.remove_oldest_event_of(owner);
        }
        for _ in 0..self
            .events
            .len()
            .saturating_sub(maximum.all)
            .min(REMOVED_AT_ONCE)
        {
            let whose = self.who_has_most_events(owner, maximum.all);
            self.remove_oldest_event_of(whose);
        }
    }

    /// Counts an event of an owner, which is listed. Those of an older release are counted here for
    /// the first time.
    fn count_event_of(&mut self, owner: Principal, share: u64) -> u64 {
        let counted = self.usage(owner).events;
        let events = counted.map_or_else(
            || self.events_listed_of(owner, share.saturating_add(REMOVED_AT_ONCE)),
            |events| events.saturating_add(1),
        );
        self.change_usage(owner, |usage| usage.events = Some(events));
        events
    }

    /// Events of an owner that its share concerns, counted one by one, at most so many.
    pub fn events_listed_of(&self, owner: Principal, at_most: u64) -> u64 {
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        self.common_events_of(owner).take(at_most).count() as u64
    }

    /// The events of an owner but for those that are kept apart, the oldest first.
    fn common_events_of(&self, owner: Principal) -> impl Iterator<Item = EventId> {
        let gone = EventId(self.usage(owner).events_gone);
        let last = EventId(u64::MAX);
        self.events_by_owner
            .keys_range((Excluded((owner, gone)), Included((owner, last))))
            .map(|(_, id)| id)
            .filter(|id| self.events.contains_key(id))
    }

    /// Whose event goes when there are too many of all: that of somebody who has more than an equal
    /// share, looked for among the next few of the timeline; else of the one who adds to it.
    fn who_has_most_events(&mut self, adding: Principal, maximum: u64) -> Principal {
        let fair = maximum.checked_div(self.usage_len()).unwrap_or(maximum);
        let has_more = |state: &Self, owner| state.usage(owner).events.unwrap_or(0) > fair;
        if has_more(self, adding) {
            return adding;
        }
        let from = EventId(self.header().events_looked_at);
        let next: Vec<(EventId, Principal)> = self
            .events
            .range((Excluded(from), Unbounded))
            .take(LOOKED_AT)
            .map(|entry| (*entry.key(), entry.value().0.owner))
            .collect();
        let found = next.iter().find(|(_, owner)| has_more(self, *owner));
        let looked_at = found.or(next.last()).map_or(0, |(id, _)| id.0);
        let whose = found.map_or(adding, |(_, owner)| *owner);
        // At the end of the timeline it begins with its start again.
        let is_at_end = next.len() < LOOKED_AT && found.is_none();
        let looked_at = if is_at_end { 0 } else { looked_at };
        self.change_header(|header| header.events_looked_at = looked_at);
        whose
    }

    /// Removes the oldest event of an owner but for those that are kept apart.
    fn remove_oldest_event_of(&mut self, owner: Principal) {
        let oldest = self.common_events_of(owner).next();
        let Some(id) = oldest else { return };
        self.remove_event(id);
        self.change_usage(owner, |usage| {
            usage.events = usage.events.map(|events| events.saturating_sub(1));
            usage.events_gone = id.0;
        });
        self.change_header(|header| header.events_gone = header.events_gone.max(id.0));
    }

    fn remove_event(&mut self, id: EventId) {
        let Some(EventRecord(event)) = self.events.remove(&id) else {
            return;
        };
        self.events_by_owner.remove(&(event.owner, id));
        if let Some(task) = event.task_id {
            self.events_by_task.remove(&(TaskId(task), id));
        }
    }

    fn remove_oldest_of_access(&mut self) {
        if self.access_events.len() <= limits::MAXIMUM_ACCESS_EVENTS {
            return;
        }
        if let Some((id, EventRecord(event))) = self.access_events.pop_first() {
            self.events_by_owner.remove(&(event.owner, id));
        }
    }

    /// The last event of an owner, or of anybody, up to which events have been removed.
    pub fn events_gone(&self, owner: Option<Principal>) -> EventId {
        EventId(owner.map_or(self.header().events_gone, |owner| {
            self.usage(owner).events_gone
        }))
    }

    /// The latest event that there was.
    pub fn last_event(&self) -> EventId {
        EventId(self.header().next_event)
    }

    /// Events kept.
    pub fn events_len(&self) -> u64 {
        self.events.len() + self.access_events.len()
    }

    /// Events of all owners after `cursor`, the oldest first.
    pub fn events_after(&self, cursor: EventId) -> impl Iterator<Item = Event> {
        let after = (Excluded(cursor), Unbounded);
        let mut common = self.events.range(after).peekable();
        let mut apart = self.access_events.range(after).peekable();
        std::iter::from_fn(move || {
            let is_apart = match (common.peek(), apart.peek()) {
                (Some(one), Some(other)) => other.key() < one.key(),
                (None, other) => other.is_some(),
                (Some(_), None) => false,
            };
            let next = if is_apart {
                apart.next()
            } else {
                common.next()
            };
            next.map(|entry| entry.value().0)
        })
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
        self.event(id).expect("BUG: a listed event exists")
    }

    /// An event.
    pub fn event(&self, id: EventId) -> Option<Event> {
        let common = self.events.get(&id);
        common
            .or_else(|| self.access_events.get(&id))
            .map(|record| record.0)
    }
}
