//! Tasks, their steps and their schedules.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use chime_types::limits;

use super::State;
use super::counter::Counter;
use super::held::Encoded;
use super::keys::{BackfillId, ExecutionId, OwnerKey, RunKey, ScheduleId, TaskId, Wake};
use super::records::{BackfillRecord, Plan, ScheduleRecord, TaskRecord};

impl State {
    /// A task, also one that was deleted and of which something is left.
    pub fn task(&self, id: TaskId) -> Option<TaskRecord> {
        self.tasks.get(&id).map(Encoded::decode)
    }

    /// Writes a task, new or changed.
    pub fn put_task(&mut self, task: &TaskRecord) {
        let encoded = Encoded::of(task);
        let after = encoded.size();
        let old = self.tasks.insert(task.id, encoded);
        let before = old.as_ref().map_or(0, Encoded::size);
        self.count_bytes(task.owner, before, after);
        if old.is_none() {
            self.tasks_by_owner.insert((task.owner, task.id), ());
        }
    }

    /// Removes a task, its places in the owner's list and in the agenda, and its idempotency key. Its
    /// number stays that of its owner.
    pub fn remove_task(&mut self, task: &TaskRecord) {
        self.put_number(task.owner, task.id, task.id);
        self.cancel_wake(task.tidy);
        if let Some(removed) = self.tasks.remove(&task.id) {
            self.count_bytes(task.owner, removed.size(), 0);
        }
        self.tasks_by_owner.remove(&(task.owner, task.id));
        self.deleted_tasks.remove(&(task.owner, task.id));
        self.remove_key(task);
        self.remove_task_entities(task.owner, task.id);
    }

    fn remove_key(&mut self, task: &TaskRecord) {
        if let Some(key) = &task.idempotency_key {
            self.keys.remove(&OwnerKey {
                owner: task.owner,
                key: key.clone(),
            });
        }
    }

    /// The number of a task that is deleted, or that was restored under another number than `old`.
    pub fn number_of(&self, owner: Principal, old: TaskId) -> Option<TaskId> {
        self.numbers.get(&(owner, old))
    }

    /// Remembers that a number was that of an owner, and where its task is to be found. Above the
    /// limit the oldest of that owner is forgotten.
    pub fn put_number(&mut self, owner: Principal, old: TaskId, new: TaskId) {
        let numbers = |state: &Self| {
            let range = (owner, TaskId(0))..=(owner, TaskId(u64::MAX));
            let mut keys = state.numbers.range(range).map(|entry| *entry.key());
            let first = keys.next();
            first.filter(|_| keys.nth(limits::MAXIMUM_NUMBERS_REMEMBERED - 2).is_some())
        };
        if !self.numbers.contains_key(&(owner, old))
            && let Some(oldest) = numbers(self)
        {
            self.numbers.remove(&oldest);
        }
        self.numbers.insert((owner, old), new);
    }

    /// Takes a task that is deleted out of the list of its owner, with its idempotency key. Writes it.
    pub fn hide_task(&mut self, task: &mut TaskRecord, now: u64) {
        self.remove_key(task);
        task.idempotency_key = None;
        task.disabled = true;
        task.deleted_at = Some(now);
        self.put_task(task);
        self.tasks_by_owner.remove(&(task.owner, task.id));
        self.deleted_tasks.insert((task.owner, task.id), ());
    }

    /// The tasks of an owner that were deleted and of which something is left.
    pub fn deleted_tasks_of(&self, owner: Principal) -> impl Iterator<Item = TaskId> {
        self.deleted_tasks
            .keys_range((owner, TaskId(0))..=(owner, TaskId(u64::MAX)))
            .map(|(_, id)| id)
    }

    /// The tasks of an owner after `cursor`, the oldest first.
    pub fn tasks_of(&self, owner: Principal, cursor: TaskId) -> impl Iterator<Item = TaskRecord> {
        self.tasks_by_owner
            .range((Excluded((owner, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(principal, _)| *principal == owner)
            .map(|(_, id)| self.task(id).expect("BUG: a listed task exists"))
    }

    /// The tasks of all owners after `cursor`, the oldest first.
    pub fn tasks_after(&self, cursor: TaskId) -> impl Iterator<Item = TaskRecord> {
        self.tasks
            .range((Excluded(cursor), Unbounded))
            .map(|entry| entry.value().decode())
            .filter(|task| task.deleted_at.is_none())
    }

    /// Tasks of all owners.
    pub fn tasks_len(&self) -> u64 {
        self.tasks.len().saturating_sub(self.deleted_tasks.len())
    }

    /// The task that was made under an idempotency key.
    pub fn task_by_key(&self, owner: Principal, key: &str) -> Option<TaskId> {
        self.keys.get(&OwnerKey {
            owner,
            key: key.to_string(),
        })
    }

    /// Remembers the idempotency key of a task.
    pub fn put_key(&mut self, owner: Principal, key: &str, task: TaskId) {
        self.keys.insert(
            OwnerKey {
                owner,
                key: key.to_string(),
            },
            task,
        );
    }

    /// The execution that was made under a key of `run_task_now`, if it is kept.
    pub fn execution_by_key(&self, task: TaskId, key: &str) -> Option<ExecutionId> {
        let key = key.to_string();
        self.run_keys.get(&RunKey { task, key })
    }

    /// The steps that an execution follows.
    pub fn plan(&self, task: TaskId, plan: u64) -> Plan {
        self.find_plan(task, plan)
            .expect("BUG: the plan of a task is kept while it is in use")
    }

    /// Steps of a task, if they are kept.
    pub fn find_plan(&self, task: TaskId, plan: u64) -> Option<Plan> {
        self.plans.get(&(task, plan)).map(Encoded::decode)
    }

    /// Writes the steps of a task.
    pub fn put_plan(&mut self, task: TaskId, number: u64, plan: Plan) {
        let encoded = Encoded::of(&plan);
        let after = encoded.size();
        let old = self.plans.insert((task, number), encoded);
        if let Some(owner) = plan.owner {
            self.count_bytes(owner, old.map_or(0, |old| old.size()), after);
        }
    }

    /// Removes steps that nothing follows any more.
    pub fn remove_plan(&mut self, task: TaskId, number: u64) {
        let Some(removed) = self.plans.remove(&(task, number)) else {
            return;
        };
        let before = removed.size();
        if let Some(owner) = removed.decode().owner {
            self.count_bytes(owner, before, 0);
        }
    }

    /// The numbers of the plans kept of a task.
    pub fn plans_of(&self, task: TaskId) -> Vec<u64> {
        self.plans
            .range((task, 0)..=(task, u64::MAX))
            .map(|entry| entry.key().1)
            .collect()
    }

    /// A schedule.
    pub fn schedule(&self, id: ScheduleId) -> Option<ScheduleRecord> {
        self.schedules.get(&id).map(Encoded::decode)
    }

    /// Writes a schedule. Its place in the agenda is moved by [`Self::arm`] alone.
    pub fn put_schedule(&mut self, schedule: &ScheduleRecord) {
        self.schedules.insert(schedule.id, Encoded::of(schedule));
    }

    /// Removes a schedule with its place in the agenda.
    pub fn remove_schedule(&mut self, mut schedule: ScheduleRecord, owner: Principal) {
        self.arm(&mut schedule, owner, None);
        self.schedules.remove(&schedule.id);
    }

    /// Moves a schedule to its next slot, which fires at the second time, in the agenda and in the
    /// owner's list of upcoming runs, or takes it out of both. Writes the schedule.
    pub fn arm(
        &mut self,
        schedule: &mut ScheduleRecord,
        owner: Principal,
        next: Option<(u64, u64)>,
    ) {
        self.cancel_wake(schedule.wake.take());
        if let Some(slot) = schedule.next_at {
            self.upcoming.remove(&(owner, slot, schedule.id));
        }
        schedule.next_at = next.map(|(slot, _)| slot);
        schedule.left_out = schedule.left_out.take().filter(|_| next.is_some());
        self.count_slots(schedule, owner, next.is_some());
        if let Some((slot, fires_at)) = next {
            schedule.wake = Some(self.wake_at(fires_at, Wake::Fire(schedule.id)));
            self.upcoming.insert((owner, slot, schedule.id), ());
        }
        self.put_schedule(schedule);
    }

    /// Counts the slots of a schedule among those of its owner while it is armed.
    fn count_slots(&mut self, schedule: &mut ScheduleRecord, owner: Principal, is_armed: bool) {
        // One that an older release armed is counted once its slots are known.
        let is_counted = is_armed && schedule.slots_an_hour > 0;
        if schedule.is_counted == is_counted {
            return;
        }
        schedule.is_counted = is_counted;
        let slots = u64::from(schedule.slots_an_hour);
        self.change_owner(owner, |owner| match is_counted {
            true => owner.slots_an_hour.raise(slots),
            false => owner.slots_an_hour.lower(slots),
        });
    }

    /// The next slots of an owner, the earliest first.
    pub fn upcoming_of(&self, owner: Principal) -> impl Iterator<Item = (u64, ScheduleId)> {
        self.upcoming
            .range((owner, 0, ScheduleId(0))..)
            .map(|entry| *entry.key())
            .take_while(move |(principal, ..)| *principal == owner)
            .map(|(_, slot, id)| (slot, id))
    }

    /// Whether an armed schedule is in the owner's list of upcoming runs.
    pub fn is_upcoming(&self, owner: Principal, slot: u64, id: ScheduleId) -> bool {
        self.upcoming.contains_key(&(owner, slot, id))
    }

    /// A backfill.
    pub fn backfill(&self, id: BackfillId) -> Option<BackfillRecord> {
        self.backfills.get(&id)
    }

    /// Writes a backfill.
    pub fn put_backfill(&mut self, record: &BackfillRecord) {
        let id = BackfillId(record.0.id);
        if self.backfills.insert(id, record.clone()).is_none() {
            let task = TaskId(record.0.task_id);
            self.backfills_by_task.insert((task, id), ());
        }
    }

    /// Removes a backfill.
    pub fn remove_backfill(&mut self, record: &BackfillRecord) {
        let id = BackfillId(record.0.id);
        self.backfills.remove(&id);
        self.backfills_by_task
            .remove(&(TaskId(record.0.task_id), id));
    }

    /// The backfills of a task after `cursor`, the oldest first.
    pub fn backfills_of(
        &self,
        task: TaskId,
        cursor: BackfillId,
    ) -> impl Iterator<Item = BackfillRecord> {
        self.backfills_by_task
            .range((Excluded((task, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(id, _)| *id == task)
            .map(|(_, id)| self.backfills.get(&id).expect("BUG: a listed backfill"))
    }
}
