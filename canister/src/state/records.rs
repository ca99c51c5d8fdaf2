//! What is kept of a task, a schedule, an execution and an owner. Stored as CBOR with field names,
//! so that a later version can add fields with `#[serde(default)]`.

use std::borrow::Cow;

use candid::Principal;
use chime_types::{
    Action, Attempt, Backfill, Callback, Cause, Config, Event, Exclusion, ExecutionStatus,
    GapPolicy, LogEntry, Message, MissedRuns, OnUnknown, OverlapPolicy, Priority, Report,
    RetryPolicy, Rule, StepResult, Trigger, WaitReason,
};
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::{Deserialize, Serialize};

use super::keys::{
    AgendaKey, BackfillId, ExecutionId, LimitKey, ReadyKey, ScheduleId, TaskId, Token,
};
use crate::engine::Position;

pub use super::backups::{BackupPosition, BackupRecord};
pub use super::care::{Care, Shelved, Suspect, Unit};
pub use super::codices::{CodexRecord, EntitiesRecord, JournalRecord};
pub use super::totals::{Balances, Ends, Totals};

/// The counters of the whole store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The layout of the store; see `state::memory`.
    pub layout: u32,
    /// The number that the next task gets.
    pub next_task: u64,
    /// The number that the next schedule gets.
    pub next_schedule: u64,
    /// The number that the next execution gets.
    pub next_execution: u64,
    /// The number that the next agenda entry gets.
    pub next_sequence: u64,
    /// The number that the next attempt's token gets.
    pub next_token: u64,
    /// Attempts under way.
    pub running: u64,
    /// The number that the next thing of any other kind gets.
    #[serde(default)]
    pub next_other: u64,
    /// The number that the next event gets.
    #[serde(default)]
    pub next_event: u64,
    /// The last event that was removed because there were too many.
    #[serde(default)]
    pub events_gone: u64,
    /// The last event that was looked at to find somebody with more than an equal share.
    #[serde(default)]
    pub events_looked_at: u64,
    /// Too few cycles: nothing new is started.
    #[serde(default)]
    pub cycles_low: bool,
    /// When the balance is looked at again, while there are too few cycles.
    #[serde(default)]
    pub cycles_wake: Option<AgendaKey>,
    /// The next sweep.
    #[serde(default)]
    pub sweep: Option<AgendaKey>,
    /// The last task that the present sweep is done with.
    #[serde(default)]
    pub swept: u64,
    /// How far the present sweep is in the task after that.
    #[serde(default)]
    pub sweeping: Option<Position>,
    /// Of the attempts under way those that workers make.
    #[serde(default)]
    pub claimed: u64,
    /// The owner who got the last place of those that all share.
    #[serde(default)]
    pub shared_to: Option<Principal>,
    /// Places of those that are kept for executions in the ready queue.
    #[serde(default)]
    pub granted: u64,
    /// Deliveries that hold a place.
    #[serde(default)]
    pub deliveries_under_way: u64,
    /// When what budgets hold back is looked at.
    #[serde(default)]
    pub budgets: BudgetsLook,
}

/// When the owners are looked at whose budgets hold something back, and how far that is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetsLook {
    /// The next look, or the next part of it.
    pub wake: Option<AgendaKey>,
    /// The last owner that was looked at, while it is under way.
    pub after: Option<Principal>,
    /// When the first of the budgets begins anew that hold something back.
    pub until: Option<u64>,
    /// The settings were changed: schedules whose slots are left out are looked at as well.
    #[serde(default)]
    pub settings_changed: bool,
    /// The last owner whose schedules were looked at since.
    #[serde(default)]
    pub schedules_after: Option<Principal>,
}

/// A task without its steps, which are in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    pub id: TaskId,
    pub owner: Principal,
    pub name: String,
    pub description: String,
    pub metadata: String,
    pub priority: Priority,
    pub retry: RetryPolicy,
    pub on_unknown: OnUnknown,
    pub execution_timeout_seconds: Option<u64>,
    pub maximum_concurrent: Option<u32>,
    pub pause_after_failures: Option<u32>,
    #[serde(default)]
    pub consecutive_failures: u32,
    pub run_as: Option<Principal>,
    pub callback: Option<Callback>,
    pub disabled: bool,
    pub pause_reason: Option<String>,
    pub idempotency_key: Option<String>,
    pub schedules: Vec<ScheduleId>,
    /// The plan that the next execution will follow.
    pub plan: u64,
    /// Executions that are not final, the oldest first.
    pub active: Vec<ExecutionId>,
    /// How many of them wait for those before them; none if nobody has counted yet.
    #[serde(default)]
    pub buffered: Option<u32>,
    /// Attempts under way.
    #[serde(default)]
    pub running: u32,
    /// Of them those that workers make.
    #[serde(default)]
    pub claimed: u32,
    /// The latest execution that was run, or is to run.
    pub latest: Option<ExecutionId>,
    pub last_run_at: Option<u64>,
    pub total_executions: u64,
    /// Which of its executions are to be ended, while some are left.
    #[serde(default)]
    pub ending: Option<Ending>,
    /// When it was deleted, while something is left of it: nobody sees it any more.
    #[serde(default)]
    pub deleted_at: Option<u64>,
    /// Its entry in the agenda, while executions of it are to be ended or removed.
    #[serde(default)]
    pub tidy: Option<AgendaKey>,
    pub created_at: u64,
    pub updated_at: u64,
    pub version: u64,
}

/// Executions of a task that are to be ended: the youngest are the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// This one and all before it.
    pub through: ExecutionId,
    /// Why, for programs.
    pub cause: Cause,
    /// The same in words.
    pub reason: String,
    /// Those that run are ended, too; else they are asked to stop.
    pub running_too: bool,
}

/// The steps of a task. Executions under way keep the plan they began with when the owner changes
/// the steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Whose they are; none if an older release wrote them.
    #[serde(default)]
    pub owner: Option<Principal>,
}

/// A step, its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: Option<String>,
    pub action: Action,
    pub run_next_after_seconds: u64,
    pub timeout_seconds: u64,
    #[serde(default)]
    pub continue_on_error: bool,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    pub id: ScheduleId,
    pub task_id: TaskId,
    pub name: Option<String>,
    pub rule: Rule,
    pub timezone: String,
    pub gap: GapPolicy,
    pub missed_runs: MissedRuns,
    pub missed_window_seconds: Option<u64>,
    #[serde(default)]
    pub overlap: OverlapPolicy,
    pub maximum_runs: Option<u64>,
    #[serde(default)]
    pub jitter_seconds: u64,
    #[serde(default)]
    pub exclusions: Vec<Exclusion>,
    pub start_at: u64,
    /// The owner named the start, so an interval fires at it.
    pub explicit_start: bool,
    pub end_at: Option<u64>,
    pub disabled: bool,
    /// The next slot, armed in the agenda under `wake`, which is later by the jitter. Both are
    /// there, or neither.
    pub next_at: Option<u64>,
    pub wake: Option<AgendaKey>,
    pub last_run_at: Option<u64>,
    pub runs: u64,
    pub skipped_runs: u64,
    pub missed: u64,
    /// The most slots that it has in an hour; 0 if nobody has counted yet.
    #[serde(default)]
    pub slots_an_hour: u32,
    /// They are among those of its owner: it is armed.
    #[serde(default)]
    pub is_counted: bool,
    /// Its slots are left out until the next one that is armed, in one record.
    #[serde(default)]
    pub left_out: Option<LeftOut>,
}

/// Slots of a schedule that are left out together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The record of all of them.
    pub execution: ExecutionId,
    /// Why they are.
    pub cause: Cause,
    /// The last that the record stands for.
    pub until_at: u64,
}

/// Where an execution stands while it is neither running nor final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the ready queue.
    Ready(ReadyKey),
    /// Behind a limit.
    Parked(LimitKey, ReadyKey),
    /// In a queue of commands.
    Job(String, ReadyKey),
}

/// What a worker holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who claimed it: nobody else may report.
    pub claimed_by: Principal,
    /// It controlled the scheduler then, whatever its role.
    #[serde(default)]
    pub by_controller: bool,
    pub worker: String,
    pub seconds: u64,
    pub until_at: u64,
    /// When the job must be done.
    pub deadline_at: u64,
}

/// The status of an execution. It changes only along the edges that are drawn: nothing outside this
/// type can set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(ExecutionStatus);

impl Status {
    /// The first status of an execution: `ready`, `skipped` or `missed`.
    pub fn first(status: ExecutionStatus) -> Self {
        let allowed = Self::FIRST.contains(&status);
        assert!(allowed, "BUG: an execution cannot begin as {status:?}");
        Self(status)
    }

    /// What an execution may begin as.
    pub const FIRST: [ExecutionStatus; 3] = [
        ExecutionStatus::Ready,
        ExecutionStatus::Skipped,
        ExecutionStatus::Missed,
    ];

    /// Every edge between two statuses.
    pub const fn is_allowed(from: ExecutionStatus, to: ExecutionStatus) -> bool {
        use ExecutionStatus::{Cancelled, Completed, Failed, Ready, Running, TimedOut, Waiting};
        match from {
            Ready => matches!(to, Running | Waiting | Failed | TimedOut | Cancelled),
            Running => matches!(
                to,
                Ready | Waiting | Completed | Failed | TimedOut | Cancelled
            ),
            Waiting => matches!(to, Ready | Running | Failed | TimedOut | Cancelled),
            _ => false,
        }
    }

    /// Goes along an edge.
    pub fn enter(&mut self, to: ExecutionStatus) {
        assert!(
            Self::is_allowed(self.0, to),
            "BUG: execution {:?} cannot become {to:?}",
            self.0
        );
        self.0 = to;
    }

    /// The status.
    pub const fn get(self) -> ExecutionStatus {
        self.0
    }

    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        self.0.is_final()
    }
}

/// An execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionRecord {
    pub id: ExecutionId,
    pub task_id: TaskId,
    /// Whose it is; none if an older release made it.
    #[serde(default)]
    pub owner: Option<Principal>,
    pub schedule_id: Option<ScheduleId>,
    #[serde(default)]
    pub trigger: Trigger,
    pub replay_of: Option<ExecutionId>,
    pub replayed_by: Option<ExecutionId>,
    pub backfill: Option<BackfillId>,
    pub run_key: Option<String>,
    pub plan: u64,
    pub scheduled_at: u64,
    /// Since when it is due: the slot and its jitter, or the time of the request.
    #[serde(default)]
    pub due_at: u64,
    pub started_at: Option<u64>,
    pub finished_at: Option<u64>,
    pub status: Status,
    pub waiting_for: Option<WaitReason>,
    /// Its entry in the agenda: when it goes on, or when its attempt times out.
    pub wake: Option<AgendaKey>,
    /// Its entry in the agenda for the timeout of the whole.
    pub expires: Option<AgendaKey>,
    /// The queue it stands in. None if it waits for the execution before it.
    pub place: Option<Place>,
    pub step: u32,
    pub attempt: u32,
    pub token: Option<Token>,
    /// The canister that the attempt under way calls.
    pub target: Option<Principal>,
    pub lease: Option<Lease>,
    /// One of the places that all share is kept for it until it is taken up.
    #[serde(default)]
    pub is_granted: bool,
    /// Its attempt under way is made by a worker, and counts among the claimed.
    #[serde(default)]
    pub is_claimed: bool,
    /// It waited for the executions before it when it was put off, and does so again afterwards.
    #[serde(default)]
    pub is_behind_others: bool,
    #[serde(default)]
    pub rescues: u32,
    pub cancel_requested: Option<String>,
    /// What the request to stop will be the cause of.
    #[serde(default)]
    pub cancel_cause: Option<Cause>,
    /// How far the work of a built-in action is, for the next slice of it.
    #[serde(with = "serde_bytes", default)]
    pub progress: Vec<u8>,
    #[serde(default)]
    pub steps: Vec<StepResult>,
    pub attempts: Vec<Attempt>,
    pub logs: Vec<LogEntry>,
    pub result: Option<String>,
    pub error: Option<String>,
    #[serde(default)]
    pub cause: Option<Cause>,
    pub slots: u64,
    /// The last of the slots that it stands for, if there are several.
    #[serde(default)]
    pub slots_until: Option<u64>,
}

impl ExecutionRecord {
    /// Whether it is the record of slots at which nothing was run.
    pub const fn is_empty(&self) -> bool {
        matches!(
            self.status.get(),
            ExecutionStatus::Skipped | ExecutionStatus::Missed
        )
    }
}

macro_rules! stored_as_cbor {
    ($($name:ident),*) => {$(
        impl Storable for $name {
            const BOUND: Bound = Bound::Unbounded;

            fn to_bytes(&self) -> Cow<'_, [u8]> {
                let bytes = cbor4ii::serde::to_vec(Vec::new(), self);
                Cow::Owned(bytes.expect("BUG: a record can be encoded"))
            }

            fn into_bytes(self) -> Vec<u8> {
                self.to_bytes().into_owned()
            }

            fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
                cbor4ii::serde::from_slice(&bytes).expect("BUG: a stored record can be decoded")
            }
        }
    )*};
}

/// Records of `types`, which cannot be given a trait of another crate.
macro_rules! stored_within {
    ($($(#[$documentation:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);
    )*};
}

stored_within! {
    /// The configuration.
    ConfigRecord(Config);
    /// An event.
    EventRecord(Event);
    /// A backfill.
    BackfillRecord(Backfill);
    /// A message in an inbox.
    MessageRecord(Message);
    /// A report.
    ReportRecord(Report);
}

stored_as_cbor!(
    Header,
    TaskRecord,
    Plan,
    ScheduleRecord,
    ExecutionRecord,
    OwnerRecord,
    UserRecord,
    ActionRecord,
    AlertRecord,
    Balances,
    Care,
    Totals,
    ConfigRecord,
    EventRecord,
    BackfillRecord,
    MessageRecord,
    BackupRecord,
    ReportRecord,
    CodexRecord,
    EntitiesRecord,
    JournalRecord
);

mod deliveries;
mod owners;

pub use deliveries::{DeliveryRecord, LaneRecord, Payload, SentRecord, Stage};
pub use owners::{ActionRecord, AlertRecord, OwnerRecord, UserRecord};
