//! The whole store, entry by entry, for the maintenance action: it goes through every map with a
//! cursor, and takes out what nothing refers to.

use std::borrow::Cow;
use std::ops::Bound::{self, Excluded, Unbounded};

use candid::Principal;
use ic_stable_structures::Storable;

use super::held::HeldMap;
use super::keys::{
    AgendaKey, AlertId, BackfillId, BackupId, DeliveryKey, EventId, ExecutionId, JobKey, MessageId,
    OwnerKey, ParkedKey, ReadyKey, RunKey, ScheduleId, Subject, TaskId,
};
use super::records::{AlertRecord, BackfillRecord, ExecutionRecord, TaskRecord};
use super::{Map, State};

macro_rules! parts {
    ($($part:ident($key:ty) in $map:ident;)*) => {
        /// A map of the store.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Part {
            $($part,)*
        }

        impl Part {
            /// Every map that maintenance goes through, in its order: the sums come last.
            pub const ALL: &[Self] = &[$(Self::$part,)*];

            /// The name of the map.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$part => stringify!($map),)*
                }
            }
        }

        /// An entry of a map, by its key.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Entry {
            $($part($key),)*
        }

        impl Entry {
            /// The key as it is stored, to go on after it.
            pub fn cursor(&self) -> Vec<u8> {
                match self {
                    $(Self::$part(key) => key.to_bytes().into_owned(),)*
                }
            }
        }

        impl State {
            /// The entries of a map after a cursor, in the order of their keys.
            pub fn entries_after(
                &self,
                part: Part,
                cursor: Option<&[u8]>,
                limit: usize,
            ) -> Vec<Entry> {
                match part {
                    $(Part::$part => keys_after(&self.$map, cursor)
                        .take(limit)
                        .map(Entry::$part)
                        .collect(),)*
                }
            }

            /// Takes one entry out of one map, and nothing that belongs to it out of others.
            pub fn remove_entry(&mut self, entry: &Entry) {
                if let Entry::Agenda(key) = entry {
                    self.cancel_wake(Some(*key));
                }
                match entry {
                    $(Entry::$part(key) => {
                        self.$map.remove(key);
                    })*
                }
            }
        }
    };
}

parts! {
    Tasks(TaskId) in tasks;
    Plans((TaskId, u64)) in plans;
    Schedules(ScheduleId) in schedules;
    Executions(ExecutionId) in executions;
    Agenda(AgendaKey) in agenda;
    Ready(ReadyKey) in ready;
    Parked(ParkedKey) in parked;
    Jobs(JobKey) in jobs;
    TasksByOwner((Principal, TaskId)) in tasks_by_owner;
    DeletedTasks((Principal, TaskId)) in deleted_tasks;
    ExecutionsByTask((TaskId, ExecutionId)) in executions_by_task;
    ExecutionsByOwner((Principal, ExecutionId)) in executions_by_owner;
    EmptyExecutions((Principal, TaskId, ExecutionId)) in empty_executions;
    DeadLetters((Principal, ExecutionId)) in dead_letters;
    Occurrences((ScheduleId, u64)) in occurrences;
    Keys(OwnerKey) in keys;
    RunKeys(RunKey) in run_keys;
    Upcoming((Principal, u64, ScheduleId)) in upcoming;
    Backfills(BackfillId) in backfills;
    BackfillsByTask((TaskId, BackfillId)) in backfills_by_task;
    Users(Principal) in users;
    UserNames(String) in user_names;
    Events(EventId) in events;
    AccessEvents(EventId) in access_events;
    EventsByOwner((Principal, EventId)) in events_by_owner;
    EventsByTask((TaskId, EventId)) in events_by_task;
    Alerts(AlertId) in alerts;
    AlertsByOwner((Principal, AlertId)) in alerts_by_owner;
    CyclesAlerts(AlertId) in cycles_alerts;
    Deliveries(MessageId) in deliveries;
    DeliveryQueue(DeliveryKey) in delivery_queue;
    DeliveryLanes(Principal) in delivery_lanes;
    Sent(Subject) in sent;
    Backups(BackupId) in backups;
    BackupsByOwner((Principal, BackupId)) in backups_by_owner;
    BackupChunks((BackupId, u32)) in backup_chunks;
    Owners(Principal) in owners;
    Usage(Principal) in usage;
}

/// Something with keys in their order.
trait Keys<K> {
    fn after(&self, from: Bound<K>) -> impl Iterator<Item = K>;
}

impl<K: Storable + Ord + Clone, V: Storable> Keys<K> for Map<K, V> {
    fn after(&self, from: Bound<K>) -> impl Iterator<Item = K> {
        self.keys_range((from, Unbounded))
    }
}

impl<T: Storable + Clone + Default> Keys<Principal> for HeldMap<Principal, T> {
    fn after(&self, from: Bound<Principal>) -> impl Iterator<Item = Principal> {
        self.keys_after(from)
    }
}

fn keys_after<K: Storable>(map: &impl Keys<K>, cursor: Option<&[u8]>) -> impl Iterator<Item = K> {
    let from = cursor.map_or(Unbounded, |bytes| {
        Excluded(K::from_bytes(Cow::Borrowed(bytes)))
    });
    map.after(from)
}

impl State {
    /// Whether the list of an owner holds a task: that of its tasks, or of those that were deleted.
    pub fn is_task_listed(&self, task: &TaskRecord) -> bool {
        let list = match task.deleted_at {
            None => &self.tasks_by_owner,
            Some(_) => &self.deleted_tasks,
        };
        list.contains_key(&(task.owner, task.id))
    }

    /// The numbers of the tasks of an owner.
    pub fn task_ids_of(&self, owner: Principal) -> impl Iterator<Item = TaskId> {
        self.tasks_by_owner
            .keys_range((owner, TaskId(0))..=(owner, TaskId(u64::MAX)))
            .map(|(_, id)| id)
    }

    /// Executions in the list of a task.
    pub fn count_executions_of(&self, task: TaskId) -> u64 {
        let range = (task, ExecutionId(0))..=(task, ExecutionId(u64::MAX));
        self.executions_by_task.keys_range(range).count() as u64
    }

    /// Dead letters in the list of an owner.
    pub fn count_dead_letters_of(&self, owner: Principal) -> u64 {
        let range = (owner, ExecutionId(0))..=(owner, ExecutionId(u64::MAX));
        self.dead_letters.keys_range(range).count() as u64
    }

    /// Alerts in the list of an owner.
    pub fn count_alerts_of(&self, owner: Principal) -> u64 {
        let range = (owner, AlertId(0))..=(owner, AlertId(u64::MAX));
        self.alerts_by_owner.keys_range(range).count() as u64
    }

    /// Chunks kept of a backup.
    pub fn count_chunks_of(&self, id: BackupId) -> u64 {
        self.backup_chunks
            .keys_range((id, 0)..=(id, u32::MAX))
            .count() as u64
    }

    /// Whether there is a record of what an owner has and uses.
    pub fn has_owner(&self, owner: Principal) -> bool {
        self.owners.contains(owner)
    }

    /// Owners with a record.
    pub fn owners_len(&self) -> u64 {
        self.owners.len()
    }

    /// Canisters that are called, and how many calls are under way.
    pub fn all_targets(&self) -> impl Iterator<Item = (Principal, u64)> {
        self.targets
            .iter()
            .map(|entry| (*entry.key(), entry.value()))
    }

    /// Sets the count of calls of a canister right.
    pub fn set_target(&mut self, canister: Principal, calls: u64) {
        if calls == 0 {
            self.targets.remove(&canister);
        } else {
            self.targets.insert(canister, calls);
        }
    }

    /// Whether a list of events holds an event.
    pub fn is_event_listed(&self, owner: Principal, task: Option<u64>, id: EventId) -> bool {
        let of_task = |task| self.events_by_task.contains_key(&(TaskId(task), id));
        self.events_by_owner.contains_key(&(owner, id)) && task.is_none_or(of_task)
    }

    /// Whose an event is, and of which task.
    pub fn event_subject(&self, id: EventId) -> Option<(Principal, Option<u64>)> {
        let event = self.event(id)?;
        Some((event.owner, event.task_id))
    }

    /// When the latest event happened.
    #[cfg(test)]
    pub fn last_event_at(&self) -> Option<u64> {
        let last = [&self.events, &self.access_events].map(|events| events.last_key_value());
        let last = last.into_iter().flatten().max_by_key(|(id, _)| *id);
        last.map(|(_, event)| event.0.occurred_at)
    }

    /// The highest numbers in use of tasks, schedules and executions.
    pub fn highest_numbers(&self) -> [u64; 3] {
        [
            self.tasks.last_key_value().map_or(0, |(id, _)| id.0),
            self.schedules.last_key_value().map_or(0, |(id, _)| id.0),
            self.executions.last_key_value().map_or(0, |(id, _)| id.0),
        ]
    }

    /// Whether a list holds a backfill.
    pub fn is_backfill_listed(&self, task: TaskId, id: BackfillId) -> bool {
        self.backfills_by_task.contains_key(&(task, id))
    }

    /// Whether the list of an owner holds an alert.
    pub fn is_alert_listed(&self, owner: Principal, id: AlertId) -> bool {
        self.alerts_by_owner.contains_key(&(owner, id))
    }

    /// Whether the list of an owner holds a backup.
    pub fn is_backup_listed(&self, owner: Principal, id: BackupId) -> bool {
        self.backups_by_owner.contains_key(&(owner, id))
    }
}

/// What puts an object back into the lists that lead to it.
impl State {
    /// Lists a task.
    pub fn list_task(&mut self, task: &TaskRecord) {
        let list = match task.deleted_at {
            None => &mut self.tasks_by_owner,
            Some(_) => &mut self.deleted_tasks,
        };
        list.insert((task.owner, task.id), ());
    }

    /// Lists an execution, also under its slot and its key if those are free.
    pub fn list_execution(&mut self, owner: Principal, execution: &ExecutionRecord) {
        let id = execution.id;
        self.executions_by_task.insert((execution.task_id, id), ());
        self.executions_by_owner.insert((owner, id), ());
        if let Some(schedule) = execution.schedule_id {
            let slot = (schedule, execution.scheduled_at);
            if !self.occurrences.contains_key(&slot) {
                self.occurrences.insert(slot, id);
            }
        }
        if let Some(key) = &execution.run_key {
            let key = RunKey {
                task: execution.task_id,
                key: key.clone(),
            };
            if !self.run_keys.contains_key(&key) {
                self.run_keys.insert(key, id);
            }
        }
    }

    /// Lists a backfill.
    pub fn list_backfill(&mut self, record: &BackfillRecord) {
        let key = (TaskId(record.0.task_id), BackfillId(record.0.id));
        self.backfills_by_task.insert(key, ());
    }

    /// Lists an alert.
    pub fn list_alert(&mut self, alert: &AlertRecord) {
        self.alerts_by_owner.insert((alert.owner, alert.id), ());
    }

    /// Lists a backup.
    pub fn list_backup(&mut self, owner: Principal, id: BackupId) {
        self.backups_by_owner.insert((owner, id), ());
    }

    /// Lists an event.
    pub fn list_event(&mut self, owner: Principal, task: Option<u64>, id: EventId) {
        self.events_by_owner.insert((owner, id), ());
        if let Some(task) = task {
            self.events_by_task.insert((TaskId(task), id), ());
        }
    }

    /// Writes under whose name a user is found.
    pub fn list_user_name(&mut self, name: String, principal: Principal) {
        self.user_names.insert(name, principal);
    }
}
