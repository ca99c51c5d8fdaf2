//! Executions and their indexes.

use std::borrow::Cow;
use std::ops::Bound::Excluded;

use candid::Principal;
use serde::Deserialize;

use super::State;
use super::held::Encoded;
use super::keys::{ExecutionId, RunKey, ScheduleId, Subject, TaskId};
use super::records::{ExecutionRecord, OwnerRecord, Place, Status};
use super::texts;

/// Some fields of an execution.
#[derive(Clone, Debug, Deserialize)]
pub struct ExecutionBrief {
    pub task_id: TaskId,
    pub plan: u64,
    pub status: Status,
    pub place: Option<Place>,
    #[serde(default)]
    pub is_claimed: bool,
}

impl State {
    /// An execution.
    pub fn execution(&self, id: ExecutionId) -> Option<ExecutionRecord> {
        self.executions.get(&id).map(Encoded::decode).map(read)
    }

    /// Whether there is an execution, without reading it.
    pub fn has_execution(&self, id: ExecutionId) -> bool {
        self.executions.contains_key(&id)
    }

    /// What has to be known of an execution to find it in its place. Reads no more of it.
    pub fn execution_brief(&self, id: ExecutionId) -> Option<ExecutionBrief> {
        let brief = self.executions.get(&id)?.decode_as();
        Some(brief)
    }

    /// Writes an execution that exists, its texts cut where they are too long.
    pub fn put_execution(&mut self, execution: &ExecutionRecord) {
        self.put_execution_as_it_is(bounded(Cow::Borrowed(execution)).as_ref());
    }

    /// Writes an execution, however long its texts are.
    pub fn put_execution_as_it_is(&mut self, execution: &ExecutionRecord) {
        let encoded = Encoded::of(execution);
        let after = encoded.size();
        let old = self.executions.insert(execution.id, encoded);
        let before = old.map_or(0, |old| old.size());
        // One that an older release made does not say whose it is.
        let owner = execution
            .owner
            .or_else(|| Some(self.task(execution.task_id)?.owner));
        if let Some(owner) = owner {
            self.count_bytes(owner, before, after);
        }
    }

    /// The execution of a slot.
    pub fn occurrence(&self, schedule: ScheduleId, slot: u64) -> Option<ExecutionId> {
        self.occurrences.get(&(schedule, slot))
    }

    /// The execution of the last slot before this one that has one.
    pub fn occurrence_before(&self, schedule: ScheduleId, slot: u64) -> Option<ExecutionId> {
        self.occurrences
            .range((schedule, 0)..(schedule, slot))
            .next_back()
            .map(|entry| entry.value())
    }

    /// Writes a new execution and its indexes. At most one is made for a slot of a schedule:
    /// answers false, and writes nothing, if the slot has one.
    #[must_use]
    pub fn insert_execution(&mut self, owner: Principal, execution: &ExecutionRecord) -> bool {
        let is_listed = self.index_execution(owner, execution);
        if is_listed {
            self.put_execution(execution);
        }
        is_listed
    }

    /// Writes the indexes of a new execution, which is about to be written itself. Answers false,
    /// and writes nothing, if its slot has one.
    #[must_use]
    pub fn index_execution(&mut self, owner: Principal, execution: &ExecutionRecord) -> bool {
        if let Some(schedule) = execution.schedule_id {
            let slot = (schedule, execution.scheduled_at);
            if self.occurrences.contains_key(&slot) {
                return false;
            }
            self.occurrences.insert(slot, execution.id);
        }
        if let Some(key) = run_key(execution) {
            self.run_keys.insert(key, execution.id);
        }
        self.executions_by_task
            .insert((execution.task_id, execution.id), ());
        self.executions_by_owner.insert((owner, execution.id), ());
        if execution.is_empty() {
            let key = (owner, execution.task_id, execution.id);
            self.empty_executions.insert(key, ());
        }
        true
    }

    /// Removes an execution and its indexes. True if it was a dead letter.
    pub fn remove_execution(&mut self, owner: Principal, execution: &ExecutionRecord) -> bool {
        if let Some(schedule) = execution.schedule_id {
            let slot = (schedule, execution.scheduled_at);
            if self.occurrences.get(&slot) == Some(execution.id) {
                self.occurrences.remove(&slot);
            }
        }
        if let Some(key) = run_key(execution) {
            self.run_keys.remove(&key);
        }
        self.executions_by_task
            .remove(&(execution.task_id, execution.id));
        self.executions_by_owner.remove(&(owner, execution.id));
        if execution.is_empty() {
            let key = (owner, execution.task_id, execution.id);
            self.empty_executions.remove(&key);
        }
        if let Some(removed) = self.executions.remove(&execution.id) {
            self.count_bytes(owner, removed.size(), 0);
        }
        self.remove_journal(owner, execution.id);
        self.remove_sent(Subject::Callback(execution.id));
        self.remove_dead_letter(owner, execution.id)
    }

    /// The executions of a task before `cursor`, the newest first.
    pub fn executions_of(
        &self,
        task: TaskId,
        cursor: ExecutionId,
    ) -> impl Iterator<Item = ExecutionRecord> {
        self.executions_by_task
            .range((task, ExecutionId(0))..(task, cursor))
            .rev()
            .map(|entry| self.listed_execution(entry.key().1))
    }

    /// The executions of a task after `cursor`, the oldest first.
    pub fn oldest_executions_of(
        &self,
        task: TaskId,
        cursor: ExecutionId,
    ) -> impl Iterator<Item = ExecutionRecord> {
        self.executions_by_task
            .range((
                Excluded((task, cursor)),
                std::ops::Bound::Included((task, ExecutionId(u64::MAX))),
            ))
            .map(|entry| self.listed_execution(entry.key().1))
    }

    /// The numbers of the executions of a task before `cursor`, the newest first.
    pub fn newest_ids_of(
        &self,
        task: TaskId,
        cursor: ExecutionId,
    ) -> impl Iterator<Item = ExecutionId> {
        self.executions_by_task
            .keys_range((task, ExecutionId(0))..(task, cursor))
            .rev()
            .map(|(_, id)| id)
    }

    /// The numbers of the executions of a task, the oldest first.
    pub fn execution_ids_of(&self, task: TaskId) -> impl Iterator<Item = ExecutionId> {
        self.executions_by_task
            .keys_range((task, ExecutionId(0))..=(task, ExecutionId(u64::MAX)))
            .map(|(_, id)| id)
    }

    /// The numbers of the records of a task that stand for slots at which nothing was run, the oldest
    /// first. Those that an older release wrote are not among them.
    pub fn empty_ids_of(
        &self,
        owner: Principal,
        task: TaskId,
    ) -> impl Iterator<Item = ExecutionId> {
        let first = (owner, task, ExecutionId(0));
        self.empty_executions
            .keys_range(first..=(owner, task, ExecutionId(u64::MAX)))
            .map(|(_, _, id)| id)
    }

    /// The same of all tasks of an owner, the oldest of each task first.
    pub fn empty_ids_of_owner(&self, owner: Principal) -> impl Iterator<Item = ExecutionId> {
        let first = (owner, TaskId(0), ExecutionId(0));
        self.empty_executions
            .keys_range(first..=(owner, TaskId(u64::MAX), ExecutionId(u64::MAX)))
            .map(|(_, _, id)| id)
    }

    /// The numbers of the executions of an owner, the oldest first.
    pub fn oldest_ids_of_owner(&self, owner: Principal) -> impl Iterator<Item = ExecutionId> {
        self.executions_by_owner
            .keys_range((owner, ExecutionId(0))..=(owner, ExecutionId(u64::MAX)))
            .map(|(_, id)| id)
    }

    /// Executions of all owners.
    pub fn executions_len(&self) -> u64 {
        self.executions.len()
    }

    fn listed_execution(&self, id: ExecutionId) -> ExecutionRecord {
        self.execution(id).expect("BUG: a listed execution exists")
    }

    /// Whether the lists of a task and an owner hold an execution.
    pub fn is_listed(&self, owner: Principal, execution: &ExecutionRecord) -> bool {
        self.executions_by_task
            .contains_key(&(execution.task_id, execution.id))
            && self
                .executions_by_owner
                .contains_key(&(owner, execution.id))
    }

    /// Puts an execution among the dead letters of its owner.
    pub fn add_dead_letter(&mut self, owner: Principal, id: ExecutionId) {
        self.dead_letters.insert((owner, id), ());
    }

    /// Takes an execution from among the dead letters. True if it was there.
    pub fn remove_dead_letter(&mut self, owner: Principal, id: ExecutionId) -> bool {
        self.dead_letters.remove(&(owner, id)).is_some()
    }

    /// Whether an execution is among the dead letters.
    pub fn is_dead_letter(&self, owner: Principal, id: ExecutionId) -> bool {
        self.dead_letters.contains_key(&(owner, id))
    }

    /// The dead letters of all owners.
    pub fn dead_letters_len(&self) -> u64 {
        self.dead_letters.len()
    }

    /// The dead letters of an owner before `cursor`, the newest first.
    pub fn dead_letters_of(
        &self,
        owner: Principal,
        cursor: ExecutionId,
    ) -> impl Iterator<Item = ExecutionRecord> {
        self.dead_letters
            .range((owner, ExecutionId(0))..(owner, cursor))
            .rev()
            .map(|entry| self.listed_execution(entry.key().1))
    }

    /// What an owner has and uses.
    pub fn owner(&self, owner: Principal) -> OwnerRecord {
        self.owners.with(owner, OwnerRecord::clone)
    }

    /// Looks at what an owner has and uses.
    pub fn with_owner<T>(&self, owner: Principal, look: impl FnOnce(&OwnerRecord) -> T) -> T {
        self.owners.with(owner, look)
    }

    /// Changes what an owner has and uses.
    pub fn change_owner<T>(
        &mut self,
        owner: Principal,
        change: impl FnOnce(&mut OwnerRecord) -> T,
    ) -> T {
        self.owners.change(owner, change)
    }

    /// The owners after `cursor`.
    pub fn owners_after(
        &self,
        cursor: Option<Principal>,
    ) -> impl Iterator<Item = (Principal, OwnerRecord)> {
        self.owners.after(cursor)
    }
}

/// An execution with its texts within their limits.
fn bounded(mut record: Cow<'_, ExecutionRecord>) -> Cow<'_, ExecutionRecord> {
    if !texts::is_bounded(&record) {
        texts::bound(record.to_mut());
    }
    record
}

/// An execution as it is read: an older version may have written it.
fn read(mut record: ExecutionRecord) -> ExecutionRecord {
    texts::bound(&mut record);
    record
}

fn run_key(execution: &ExecutionRecord) -> Option<RunKey> {
    let task = execution.task_id;
    let key = execution.run_key.clone()?;
    Some(RunKey { task, key })
}
