//! What of the store is whose: bytes and events of each owner, counted as they are written and removed.
//!
//! It is apart from the record of an owner, since it changes with all that is written.

use std::borrow::Cow;

use candid::Principal;
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;

use super::State;

/// What of the store is an owner's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Events in the timeline that its share concerns; none if they were not counted yet.
    pub events: Option<u64>,
    /// The last of its events that was removed because there were too many.
    pub events_gone: u64,
    /// Bytes of its executions, tasks, steps, backups, messages, reports, codices and what those keep.
    pub bytes: u64,
}

/// Stands for what was not counted yet.
const NOT_COUNTED: u64 = u64::MAX;

impl Storable for Usage {
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        [
            self.events.unwrap_or(NOT_COUNTED),
            self.events_gone,
            self.bytes,
        ]
        .map(u64::to_be_bytes)
        .concat()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let number = |index: usize| {
            let bytes = &bytes[index * 8..index * 8 + 8];
            u64::from_be_bytes(bytes.try_into().expect("BUG: eight bytes"))
        };
        Self {
            events: Some(number(0)).filter(|events| *events != NOT_COUNTED),
            events_gone: number(1),
            bytes: number(2),
        }
    }
}

impl State {
    /// What of the store is an owner's.
    pub fn usage(&self, owner: Principal) -> Usage {
        self.usage.with(owner, |usage| *usage)
    }

    /// Changes what is counted of an owner.
    pub(super) fn change_usage<T>(
        &mut self,
        owner: Principal,
        change: impl FnOnce(&mut Usage) -> T,
    ) -> T {
        self.usage.change(owner, change)
    }

    /// Something of an owner had so many bytes and has so many now.
    pub(super) fn count_bytes(&mut self, owner: Principal, before: usize, after: usize) {
        if before != after {
            self.change_usage(owner, |usage| {
                let left = usage.bytes.saturating_sub(before as u64);
                usage.bytes = left.saturating_add(after as u64);
            });
        }
    }

    /// Owners of whom something is counted.
    pub fn usage_len(&self) -> u64 {
        self.usage.len()
    }

    /// Lets the events of an owner be counted anew with the next one.
    pub fn count_events_anew(&mut self, owner: Principal) {
        self.change_usage(owner, |usage| usage.events = None);
    }

    /// Sets the bytes of an owner right.
    pub fn set_bytes(&mut self, owner: Principal, bytes: u64) {
        self.change_usage(owner, |usage| usage.bytes = bytes);
    }

    /// The bytes of an owner, counted one by one.
    pub fn bytes_listed_of(&self, owner: Principal) -> u64 {
        let executions: usize = self
            .oldest_ids_of_owner(owner)
            .filter_map(|id| self.executions.get(&id))
            .map(|execution| execution.size())
            .sum();
        let ids = self.task_ids_of(owner).chain(self.deleted_tasks_of(owner));
        let tasks: usize = ids.map(|id| self.bytes_of_task(id)).sum();
        let stored = self.bytes_of_backups(owner)
            + self.bytes_of_messages(owner)
            + self.bytes_of_codices(owner)
            + self.bytes_of_entities(owner)
            + self.bytes_of_journals(owner);
        (executions + tasks + stored) as u64
    }

    fn bytes_of_task(&self, id: super::keys::TaskId) -> usize {
        let plans = self.plans.range((id, 0)..=(id, u64::MAX));
        let plans = plans.map(|entry| entry.value().size());
        let task = self.tasks.get(&id).map_or(0, |task| task.size());
        task + plans.sum::<usize>()
    }
}
