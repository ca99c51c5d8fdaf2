//! The store: stable maps only, so nothing has to be serialised at an upgrade and its cost does not
//! depend on the number of tasks.
//!
//! This module keeps single maps consistent with their indexes (a task and the list of its owner,
//! an execution and the list of its task, a schedule and its place in the agenda). It knows no
//! rule of scheduling: those are in `engine`.

mod backups;
mod care;
mod codices;
pub mod counter;
mod deliveries;
mod executions;
mod held;
pub mod inspect;
pub mod keys;
mod library;
pub mod memory;
mod messages;
pub mod meter;
mod migrate;
pub mod outgoing;
mod people;
mod queues;
pub mod rates;
pub mod records;
mod tasks;
pub mod texts;
mod timeline;
mod totals;
mod trial;
mod usage;

pub use codices::{Base, Began, CodexRecord, EntitiesRecord, JournalRecord, Module};
pub use timeline::EventLimits;
use usage::Usage;

use std::cell::Cell;

use candid::Principal;
use ic_stable_structures::{DefaultMemoryImpl, StableBTreeMap, StableCell};

use crate::engine::Position;
use held::{Encoded, Held, HeldMap};
use keys::{
    AgendaKey, AlertId, BackfillId, BackupId, CodeKey, DeliveryKey, EventId, ExecutionId,
    FirstReadyKey, JobKey, MessageId, NameKey, OwnerKey, ParkedKey, ReadyKey, ReportId, RunKey,
    ScheduleId, Subject, TaskId, Token, Wake,
};
use memory::Memory;
use meter::Meter;
use outgoing::Outgoing;
use rates::Rates;
use records::{
    ActionRecord, AlertRecord, BackfillRecord, BackupRecord, Balances, BudgetsLook, Care,
    ConfigRecord, DeliveryRecord, EventRecord, ExecutionRecord, Header, LaneRecord, MessageRecord,
    OwnerRecord, Plan, ReportRecord, ScheduleRecord, SentRecord, TaskRecord, Totals, UserRecord,
};
use trial::Trial;

type Map<K, V> = StableBTreeMap<K, V, Memory>;
/// Records that are written far more often than they are made.
type Records<K, V> = StableBTreeMap<K, Encoded<V>, Memory>;
type Set<K> = StableBTreeMap<K, (), Memory>;

/// The store between messages. Whoever works on it does so within [`Vault::write`], after which
/// everything is in the stable memory.
pub struct Vault(State);

impl Vault {
    /// Opens the store in the canister's stable memory, or lays out a new one.
    ///
    /// # Panics
    /// If the store was written by a later version with another layout: installing the older
    /// program over it is refused and the store stays as it is.
    pub fn open() -> Self {
        Self::open_in(DefaultMemoryImpl::default())
    }

    /// Opens the store in a stable memory; see [`Vault::open`].
    pub fn open_in(memory: DefaultMemoryImpl) -> Self {
        let mut state = State::load(memory);
        state.flush();
        Self(state)
    }

    /// The store, to be looked at.
    pub const fn read(&self) -> &State {
        &self.0
    }

    /// Works on the store.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut State) -> T) -> T {
        let answer = work(&mut self.0);
        self.0.flush();
        answer
    }
}

/// The whole state of the scheduler.
pub struct State {
    header: Held<Header>,
    config: StableCell<ConfigRecord, Memory>,
    balances: StableCell<Balances, Memory>,
    care: StableCell<Care, Memory>,
    totals: Held<Totals>,
    tasks: Records<TaskId, TaskRecord>,
    plans: Records<(TaskId, u64), Plan>,
    schedules: Records<ScheduleId, ScheduleRecord>,
    executions: Records<ExecutionId, ExecutionRecord>,
    agenda: Map<AgendaKey, Wake>,
    /// The first entry of the agenda, once it was looked up: none, or what it is.
    first_wake: Cell<Option<Option<(AgendaKey, Wake)>>>,
    ready: Set<ReadyKey>,
    parked: Set<ParkedKey>,
    targets: Map<Principal, u64>,
    jobs: Set<JobKey>,
    tasks_by_owner: Set<(Principal, TaskId)>,
    deleted_tasks: Set<(Principal, TaskId)>,
    executions_by_task: Set<(TaskId, ExecutionId)>,
    executions_by_owner: Set<(Principal, ExecutionId)>,
    empty_executions: Set<(Principal, TaskId, ExecutionId)>,
    dead_letters: Set<(Principal, ExecutionId)>,
    leases: Set<(Principal, ExecutionId)>,
    occurrences: Map<(ScheduleId, u64), ExecutionId>,
    keys: Map<OwnerKey, TaskId>,
    run_keys: Map<RunKey, ExecutionId>,
    upcoming: Set<(Principal, u64, ScheduleId)>,
    owners: HeldMap<Principal, OwnerRecord>,
    usage: HeldMap<Principal, Usage>,
    backfills: Map<BackfillId, BackfillRecord>,
    backfills_by_task: Set<(TaskId, BackfillId)>,
    users: Map<Principal, UserRecord>,
    user_names: Map<String, Principal>,
    events: Map<EventId, EventRecord>,
    access_events: Map<EventId, EventRecord>,
    events_by_owner: Set<(Principal, EventId)>,
    events_by_task: Set<(TaskId, EventId)>,
    actions: Map<NameKey, ActionRecord>,
    secrets: Map<NameKey, String>,
    alerts: Map<AlertId, AlertRecord>,
    alerts_by_owner: Set<(Principal, AlertId)>,
    cycles_alerts: Set<AlertId>,
    inbox: Map<(Principal, MessageId), Encoded<MessageRecord>>,
    deliveries: Map<MessageId, DeliveryRecord>,
    delivery_queue: Map<DeliveryKey, MessageId>,
    delivery_lanes: Map<Principal, LaneRecord>,
    sent: Map<Subject, SentRecord>,
    backups: Map<BackupId, BackupRecord>,
    backups_by_owner: Set<(Principal, BackupId)>,
    backup_chunks: Map<(BackupId, u32), Vec<u8>>,
    reports: Map<(Principal, ReportId), Encoded<ReportRecord>>,
    numbers: Map<(Principal, TaskId), TaskId>,
    codices: Map<NameKey, CodexRecord>,
    code: Map<CodeKey, String>,
    entities: Records<(Principal, TaskId), EntitiesRecord>,
    journals: Records<ExecutionId, JournalRecord>,
    /// Calls that are out.
    pub outgoing: Outgoing,
    /// What was asked for lately.
    pub rates: Rates,
    /// What the present message has done for whom.
    pub meter: Meter,
    /// Of a dry run.
    pub trial: Trial,
}

impl State {
    /// A store for tests, which are never upgraded: nothing has to be flushed.
    #[cfg(test)]
    pub fn open() -> Self {
        Self::load(DefaultMemoryImpl::default())
    }

    fn load(memory: DefaultMemoryImpl) -> Self {
        let manager = memory::manager(memory);
        let get = |id| manager.get(id);
        migrate::refuse_later_layout(get(memory::HEADER));
        let mut state = Self {
            header: Held::new(StableCell::init(get(memory::HEADER), empty_header())),
            config: StableCell::init(get(memory::CONFIG), ConfigRecord(Default::default())),
            balances: StableCell::init(get(memory::CYCLES), Balances::default()),
            care: StableCell::init(get(memory::CARE), Care::default()),
            totals: Held::new(StableCell::init(get(memory::TOTALS), Totals::default())),
            tasks: Map::init(get(memory::TASKS)),
            plans: Map::init(get(memory::PLANS)),
            schedules: Map::init(get(memory::SCHEDULES)),
            executions: Map::init(get(memory::EXECUTIONS)),
            agenda: Map::init(get(memory::AGENDA)),
            first_wake: Cell::new(None),
            ready: Map::init(get(memory::READY)),
            parked: Map::init(get(memory::PARKED)),
            targets: Map::init(get(memory::TARGETS)),
            jobs: Map::init(get(memory::JOBS)),
            tasks_by_owner: Map::init(get(memory::TASKS_BY_OWNER)),
            deleted_tasks: Map::init(get(memory::DELETED_TASKS)),
            executions_by_task: Map::init(get(memory::EXECUTIONS_BY_TASK)),
            executions_by_owner: Map::init(get(memory::EXECUTIONS_BY_OWNER)),
            empty_executions: Map::init(get(memory::EMPTY_EXECUTIONS)),
            dead_letters: Map::init(get(memory::DEAD_LETTERS)),
            leases: Map::init(get(memory::LEASES)),
            occurrences: Map::init(get(memory::OCCURRENCES)),
            keys: Map::init(get(memory::KEYS)),
            run_keys: Map::init(get(memory::RUN_KEYS)),
            upcoming: Map::init(get(memory::UPCOMING)),
            owners: HeldMap::new(get(memory::OWNERS)),
            usage: HeldMap::new(get(memory::USAGE)),
            backfills: Map::init(get(memory::BACKFILLS)),
            backfills_by_task: Map::init(get(memory::BACKFILLS_BY_TASK)),
            users: Map::init(get(memory::USERS)),
            user_names: Map::init(get(memory::USER_NAMES)),
            events: Map::init(get(memory::EVENTS)),
            access_events: Map::init(get(memory::ACCESS_EVENTS)),
            events_by_owner: Map::init(get(memory::EVENTS_BY_OWNER)),
            events_by_task: Map::init(get(memory::EVENTS_BY_TASK)),
            actions: Map::init(get(memory::ACTIONS)),
            secrets: Map::init(get(memory::SECRETS)),
            alerts: Map::init(get(memory::ALERTS)),
            alerts_by_owner: Map::init(get(memory::ALERTS_BY_OWNER)),
            cycles_alerts: Map::init(get(memory::CYCLES_ALERTS)),
            inbox: Map::init(get(memory::INBOX)),
            deliveries: Map::init(get(memory::DELIVERIES)),
            delivery_queue: Map::init(get(memory::DELIVERY_QUEUE)),
            delivery_lanes: Map::init(get(memory::DELIVERY_LANES)),
            sent: Map::init(get(memory::SENT)),
            backups: Map::init(get(memory::BACKUPS)),
            backups_by_owner: Map::init(get(memory::BACKUPS_BY_OWNER)),
            backup_chunks: Map::init(get(memory::BACKUP_CHUNKS)),
            reports: Map::init(get(memory::REPORTS)),
            numbers: Map::init(get(memory::NUMBERS)),
            codices: Map::init(get(memory::CODICES)),
            code: Map::init(get(memory::CODE)),
            entities: Map::init(get(memory::ENTITIES)),
            journals: Map::init(get(memory::JOURNALS)),
            outgoing: Outgoing::default(),
            rates: Rates::default(),
            trial: Trial::default(),
            meter: Meter::default(),
        };
        if state.header.get().layout == 1 {
            let first_ready: Set<FirstReadyKey> = Map::init(get(memory::FIRST_READY));
            state.take_over_first_layout(first_ready);
        }
        state.change_header(|header| header.layout = memory::LAYOUT);
        state
    }

    /// Writes what was changed and is kept on the heap.
    fn flush(&mut self) {
        self.header.flush();
        self.totals.flush();
        self.owners.flush();
        self.usage.flush();
    }

    fn change_header<T>(&mut self, change: impl FnOnce(&mut Header) -> T) -> T {
        self.header.change(change)
    }

    fn count(&mut self, field: impl FnOnce(&mut Header) -> &mut u64) -> u64 {
        self.change_header(|header| {
            let counter = field(header);
            let number = *counter;
            *counter = number.checked_add(1).expect("BUG: numbers are used up");
            number
        })
    }

    /// The counters of the store.
    pub fn header(&self) -> &Header {
        self.header.get()
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

    /// A new number for a backfill, an alert, a message, a backup or a report.
    pub fn new_other_id(&mut self) -> u64 {
        self.count(|header| &mut header.next_other) + 1
    }

    /// A new token for an attempt.
    pub fn new_token(&mut self) -> Token {
        Token(self.count(|header| &mut header.next_token))
    }

    /// Makes sure that numbers given from now on are above these, which were restored.
    pub fn skip_numbers(&mut self, task: u64, schedule: u64, execution: u64) {
        self.change_header(|header| {
            header.next_task = header.next_task.max(task.saturating_add(1));
            header.next_schedule = header.next_schedule.max(schedule.saturating_add(1));
            header.next_execution = header.next_execution.max(execution.saturating_add(1));
        });
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
        self.change_header(|header| {
            header.running = header
                .running
                .checked_sub(1)
                .expect("BUG: more attempts ended than began");
        });
    }

    /// Makes sure that a number given from now on to something of another kind is above this one.
    pub fn skip_other_numbers(&mut self, other: u64) {
        self.change_header(|header| header.next_other = header.next_other.max(other));
    }

    /// Of the attempts under way those that workers make.
    pub fn claimed(&self) -> u64 {
        self.header.get().claimed
    }

    /// Counts a command that a worker claims.
    pub fn add_claimed(&mut self) {
        self.count(|header| &mut header.claimed);
    }

    /// Counts a command less that workers have claimed.
    pub fn remove_claimed(&mut self) {
        self.change_header(|header| header.claimed = header.claimed.saturating_sub(1));
    }

    /// Sets the counts of attempts under way right: all of them, and those that workers make.
    pub fn set_running(&mut self, running: u64, claimed: u64) {
        self.change_header(|header| {
            header.running = running;
            header.claimed = claimed;
        });
    }

    /// Keeps one of the places that all share for an owner, whose turn it is.
    pub fn grant_place(&mut self, owner: Principal) {
        self.change_header(|header| {
            header.shared_to = Some(owner);
            header.granted = header.granted.saturating_add(1);
        });
    }

    /// A place is no longer kept: it is taken by whom it was kept for, or free.
    pub fn end_grant(&mut self) {
        self.change_header(|header| header.granted = header.granted.saturating_sub(1));
    }

    /// Notes whether there are too few cycles, and when the balance is looked at again.
    pub fn set_cycles_low(&mut self, low: bool, wake: Option<AgendaKey>) {
        self.change_header(|header| {
            header.cycles_low = low;
            header.cycles_wake = wake;
        });
    }

    /// Notes when what budgets hold back is looked at.
    pub fn set_budgets(&mut self, budgets: BudgetsLook) {
        self.change_header(|header| header.budgets = budgets);
    }

    /// Notes the next sweep and how far the present one is.
    pub fn set_sweep(&mut self, sweep: Option<AgendaKey>, swept: u64, sweeping: Option<Position>) {
        self.change_header(|header| {
            header.sweep = sweep;
            header.swept = swept;
            header.sweeping = sweeping;
        });
    }
}

fn empty_header() -> Header {
    Header {
        layout: memory::LAYOUT,
        next_task: 1,
        next_schedule: 1,
        next_execution: 1,
        next_sequence: 1,
        next_token: 1,
        running: 0,
        claimed: 0,
        shared_to: None,
        granted: 0,
        next_other: 0,
        next_event: 0,
        events_gone: 0,
        events_looked_at: 0,
        cycles_low: false,
        cycles_wake: None,
        sweep: None,
        swept: 0,
        sweeping: None,
        deliveries_under_way: 0,
        budgets: BudgetsLook::default(),
    }
}
