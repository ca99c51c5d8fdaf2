//! The store: stable maps only, so nothing has to be serialised at an upgrade and its cost does not
//! depend on the number of tasks.
//!
//! This module keeps single maps consistent with their indexes (a task and the list of its owner,
//! an execution and the list of its task, a schedule and its place in the agenda). It knows no
//! rule of scheduling: those are in `engine`.

pub mod keys;
pub mod memory;
pub mod records;

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use ic_stable_structures::{StableBTreeMap, StableCell};

use keys::{AgendaKey, ExecutionId, OwnerKey, ReadyKey, ScheduleId, TaskId, Token, Wake};
use memory::Memory;
use records::{ExecutionRecord, Header, OwnerRecord, Plan, ScheduleRecord, TaskRecord};

type Map<K, V> = StableBTreeMap<K, V, Memory>;

/// The whole state of the scheduler.
pub struct State {
    header: StableCell<Header, Memory>,
    tasks: Map<TaskId, TaskRecord>,
    plans: Map<(TaskId, u64), Plan>,
    schedules: Map<ScheduleId, ScheduleRecord>,
    executions: Map<ExecutionId, ExecutionRecord>,
    agenda: Map<AgendaKey, Wake>,
    ready: Map<ReadyKey, ()>,
    tasks_by_owner: Map<(Principal, TaskId), ()>,
    executions_by_task: Map<(TaskId, ExecutionId), ()>,
    occurrences: Map<(ScheduleId, u64), ExecutionId>,
    keys: Map<OwnerKey, TaskId>,
    upcoming: Map<(Principal, u64, ScheduleId), ()>,
    owners: Map<Principal, OwnerRecord>,
}

impl State {
    /// Opens the store in the canister's stable memory, or lays out a new one.
    ///
    /// # Panics
    /// If the store was written by a later version with another layout: installing the older
    /// program over it is refused and the store stays as it is.
    pub fn open() -> Self {
        let manager = memory::manager();
        let get = |id| manager.get(id);
        let empty = Header {
            layout: memory::LAYOUT,
            next_task: 1,
            next_schedule: 1,
            next_execution: 1,
            next_sequence: 1,
            next_token: 1,
            running: 0,
        };
        let header = StableCell::init(get(memory::HEADER), empty);
        assert!(
            header.get().layout <= memory::LAYOUT,
            "the store has layout {}, this program knows layouts up to {}: install a newer program",
            header.get().layout,
            memory::LAYOUT
        );
        Self {
            header,
            tasks: Map::init(get(memory::TASKS)),
            plans: Map::init(get(memory::PLANS)),
            schedules: Map::init(get(memory::SCHEDULES)),
            executions: Map::init(get(memory::EXECUTIONS)),
            agenda: Map::init(get(memory::AGENDA)),
            ready: Map::init(get(memory::READY)),
            tasks_by_owner: Map::init(get(memory::TASKS_BY_OWNER)),
            executions_by_task: Map::init(get(memory::EXECUTIONS_BY_TASK)),
            occurrences: Map::init(get(memory::OCCURRENCES)),
            keys: Map::init(get(memory::KEYS)),
            upcoming: Map::init(get(memory::UPCOMING)),
            owners: Map::init(get(memory::OWNERS)),
        }
    }

    fn count(&mut self, field: impl FnOnce(&mut Header) -> &mut u64) -> u64 {
        let mut header = self.header.get().clone();
        let counter = field(&mut header);
        let value = *counter;
        *counter += 1;
        self.header.set(header);
        value
    }

    /// A new task number.
    pub fn new_task_id(&mut self) -> TaskId {
        TaskId(self.count(|header| &mut header.next_task))
    }

    /// A new schedule number.
    pub fn new_schedule_id(&mut self) -> ScheduleId {
        ScheduleId(self.count(|header| &mut header.next_schedule))
    }

    /// A new execution number.
    pub fn new_execution_id(&mut self) -> ExecutionId {
        ExecutionId(self.count(|header| &mut header.next_execution))
    }

    /// A new token for an attempt.
    pub fn new_token(&mut self) -> Token {
        Token(self.count(|header| &mut header.next_token))
    }

    /// Attempts under way.
    pub fn running(&self) -> u64 {
        self.header.get().running
    }

    /// Counts an attempt that starts.
    pub fn add_running(&mut self) {
        self.count(|header| &mut header.running);
    }

    /// Counts an attempt that ended.
    pub fn remove_running(&mut self) {
        let mut header = self.header.get().clone();
        header.running = header
            .running
            .checked_sub(1)
            .expect("BUG: more attempts ended than began");
        self.header.set(header);
    }

    // Agenda

    /// Puts a wake into the agenda.
    pub fn wake_at(&mut self, due_at: u64, wake: Wake) -> AgendaKey {
        let key = AgendaKey {
            due_at,
            sequence: self.count(|header| &mut header.next_sequence),
        };
        self.agenda.insert(key, wake);
        key
    }

    /// Takes a wake out of the agenda.
    pub fn cancel_wake(&mut self, key: Option<AgendaKey>) {
        if let Some(key) = key {
            self.agenda.remove(&key);
        }
    }

    /// The earliest entry of the agenda.
    pub fn first_wake(&self) -> Option<(AgendaKey, Wake)> {
        self.agenda.first_key_value()
    }

    /// Entries of the agenda.
    pub fn agenda_len(&self) -> u64 {
        self.agenda.len()
    }

    // Ready queue

    /// Puts an execution into the ready queue.
    pub fn enqueue(&mut self, key: ReadyKey) {
        self.ready.insert(key, ());
    }

    /// Takes an execution out of the ready queue.
    pub fn dequeue(&mut self, key: &ReadyKey) {
        self.ready.remove(key);
    }

    /// The execution to start next.
    pub fn first_ready(&self) -> Option<ReadyKey> {
        self.ready.first_key_value().map(|(key, ())| key)
    }

    /// Executions in the ready queue.
    pub fn ready_len(&self) -> u64 {
        self.ready.len()
    }

    // Tasks

    /// A task.
    pub fn task(&self, id: TaskId) -> Option<TaskRecord> {
        self.tasks.get(&id)
    }

    /// Writes a task, new or changed.
    pub fn put_task(&mut self, task: &TaskRecord) {
        if self.tasks.insert(task.id, task.clone()).is_none() {
            self.tasks_by_owner.insert((task.owner, task.id), ());
        }
    }

    /// Removes a task, its place in the owner's list and its idempotency key.
    pub fn remove_task(&mut self, task: &TaskRecord) {
        self.tasks.remove(&task.id);
        self.tasks_by_owner.remove(&(task.owner, task.id));
        if let Some(key) = &task.idempotency_key {
            self.keys.remove(&OwnerKey {
                owner: task.owner,
                key: key.clone(),
            });
        }
    }

    /// The tasks of an owner after `cursor`, the oldest first.
    pub fn tasks_of(&self, owner: Principal, cursor: TaskId) -> impl Iterator<Item = TaskRecord> {
        self.tasks_by_owner
            .range((Excluded((owner, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(principal, _)| *principal == owner)
            .map(|(_, id)| self.tasks.get(&id).expect("BUG: a listed task exists"))
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

    // Plans

    /// The steps that an execution follows.
    pub fn plan(&self, task: TaskId, plan: u64) -> Plan {
        self.plans
            .get(&(task, plan))
            .expect("BUG: the plan of a task is kept while it is in use")
    }

    /// Writes the steps of a task.
    pub fn put_plan(&mut self, task: TaskId, number: u64, plan: Plan) {
        self.plans.insert((task, number), plan);
    }

    /// Removes steps that nothing follows any more.
    pub fn remove_plan(&mut self, task: TaskId, number: u64) {
        self.plans.remove(&(task, number));
    }

    // Schedules

    /// A schedule.
    pub fn schedule(&self, id: ScheduleId) -> Option<ScheduleRecord> {
        self.schedules.get(&id)
    }

    /// Writes a schedule. Its place in the agenda is moved by [`Self::arm`] alone.
    pub fn put_schedule(&mut self, schedule: &ScheduleRecord) {
        self.schedules.insert(schedule.id, schedule.clone());
    }

    /// Removes a schedule with its place in the agenda.
    pub fn remove_schedule(&mut self, mut schedule: ScheduleRecord, owner: Principal) {
        self.arm(&mut schedule, owner, None);
        self.schedules.remove(&schedule.id);
    }

    /// Moves a schedule to its next slot in the agenda and in the owner's list of upcoming runs,
    /// or takes it out of both. Writes the schedule.
    pub fn arm(&mut self, schedule: &mut ScheduleRecord, owner: Principal, next_at: Option<u64>) {
        self.cancel_wake(schedule.wake.take());
        if let Some(slot) = schedule.next_at {
            self.upcoming.remove(&(owner, slot, schedule.id));
        }
        schedule.next_at = next_at;
        if let Some(slot) = next_at {
            schedule.wake = Some(self.wake_at(slot, Wake::Fire(schedule.id)));
            self.upcoming.insert((owner, slot, schedule.id), ());
        }
        self.put_schedule(schedule);
    }

    /// The next slots of an owner, the earliest first.
    pub fn upcoming_of(&self, owner: Principal) -> impl Iterator<Item = (u64, ScheduleId)> {
        self.upcoming
            .range((owner, 0, ScheduleId(0))..)
            .map(|entry| *entry.key())
            .take_while(move |(principal, ..)| *principal == owner)
            .map(|(_, slot, id)| (slot, id))
    }

    // Executions

    /// An execution.
    pub fn execution(&self, id: ExecutionId) -> Option<ExecutionRecord> {
        self.executions.get(&id)
    }

    /// Writes an execution that exists.
    pub fn put_execution(&mut self, execution: &ExecutionRecord) {
        self.executions.insert(execution.id, execution.clone());
    }

    /// Writes a new execution and its indexes. At most one is made for a slot of a schedule:
    /// answers false, and writes nothing, if the slot has one.
    #[must_use]
    pub fn insert_execution(&mut self, execution: &ExecutionRecord) -> bool {
        if let Some(schedule) = execution.schedule_id {
            let slot = (schedule, execution.scheduled_at);
            if self.occurrences.contains_key(&slot) {
                return false;
            }
            self.occurrences.insert(slot, execution.id);
        }
        self.executions_by_task
            .insert((execution.task_id, execution.id), ());
        self.executions.insert(execution.id, execution.clone());
        true
    }

    /// Removes an execution and its indexes.
    pub fn remove_execution(&mut self, execution: &ExecutionRecord) {
        if let Some(schedule) = execution.schedule_id {
            self.occurrences.remove(&(schedule, execution.scheduled_at));
        }
        self.executions_by_task
            .remove(&(execution.task_id, execution.id));
        self.executions.remove(&execution.id);
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

    /// The executions of a task, the oldest first.
    pub fn oldest_executions_of(&self, task: TaskId) -> impl Iterator<Item = ExecutionRecord> {
        self.executions_by_task
            .range((task, ExecutionId(0))..=(task, ExecutionId(u64::MAX)))
            .map(|entry| self.listed_execution(entry.key().1))
    }

    fn listed_execution(&self, id: ExecutionId) -> ExecutionRecord {
        self.executions
            .get(&id)
            .expect("BUG: a listed execution exists")
    }

    // Owners

    /// The figures of an owner.
    pub fn owner(&self, owner: Principal) -> OwnerRecord {
        self.owners.get(&owner).unwrap_or_default()
    }

    /// Changes the figures of an owner.
    pub fn change_owner(&mut self, owner: Principal, change: impl FnOnce(&mut OwnerRecord)) {
        let mut record = self.owner(owner);
        change(&mut record);
        self.owners.insert(owner, record);
    }
}
