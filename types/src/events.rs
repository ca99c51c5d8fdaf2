//! The timeline: what was changed and what came of it.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

/// What happened.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A task was made.
    #[serde(rename = "task_created")]
    TaskCreated,
    /// A task or its schedules were changed.
    #[serde(rename = "task_updated")]
    TaskUpdated,
    /// A task was paused.
    #[serde(rename = "task_paused")]
    TaskPaused,
    /// A task was resumed.
    #[serde(rename = "task_resumed")]
    TaskResumed,
    /// A task was removed.
    #[serde(rename = "task_deleted")]
    TaskDeleted,
    /// A schedule has no more times, or its maximum of runs is reached.
    #[serde(rename = "schedule_ended")]
    ScheduleEnded,
    /// The first attempt of an execution began.
    #[serde(rename = "execution_started")]
    ExecutionStarted,
    /// An attempt failed and another one follows.
    #[serde(rename = "attempt_failed")]
    AttemptFailed,
    /// A worker claimed a command.
    #[serde(rename = "job_claimed")]
    JobClaimed,
    /// A worker let its lease run out.
    #[serde(rename = "lease_lost")]
    LeaseLost,
    /// An execution was postponed.
    #[serde(rename = "execution_snoozed")]
    ExecutionSnoozed,
    /// An execution was asked to stop.
    #[serde(rename = "cancel_requested")]
    CancelRequested,
    /// An execution completed.
    #[serde(rename = "execution_completed")]
    ExecutionCompleted,
    /// An execution failed: it is among the dead letters.
    #[serde(rename = "execution_failed")]
    ExecutionFailed,
    /// An execution timed out: it is among the dead letters.
    #[serde(rename = "execution_timed_out")]
    ExecutionTimedOut,
    /// An execution was cancelled.
    #[serde(rename = "execution_cancelled")]
    ExecutionCancelled,
    /// A slot was skipped.
    #[serde(rename = "slot_skipped")]
    SlotSkipped,
    /// A slot was missed.
    #[serde(rename = "slot_missed")]
    SlotMissed,
    /// An execution is run again by another.
    #[serde(rename = "execution_replayed")]
    ExecutionReplayed,
    /// A backfill began.
    #[serde(rename = "backfill_started")]
    BackfillStarted,
    /// A backfill made its last execution, or was cancelled.
    #[serde(rename = "backfill_ended")]
    BackfillEnded,
    /// An action was defined or removed.
    #[serde(rename = "action_changed")]
    ActionChanged,
    /// A secret was put or removed; the detail is its name.
    #[serde(rename = "secret_changed")]
    SecretChanged,
    /// A user was made or changed.
    #[serde(rename = "user_changed")]
    UserChanged,
    /// The configuration was changed.
    #[serde(rename = "configured")]
    Configured,
    /// An alert was made, changed or removed.
    #[serde(rename = "alert_changed")]
    AlertChanged,
    /// An alert went off.
    #[serde(rename = "alert_fired")]
    AlertFired,
    /// A message or a callback could not be delivered, or was dropped because too many waited.
    #[serde(rename = "delivery_failed")]
    DeliveryFailed,
    /// A backup was completed, uploaded, restored or removed.
    #[serde(rename = "backup_changed")]
    BackupChanged,
    /// Too few cycles: nothing new is started.
    #[serde(rename = "cycles_low")]
    CyclesLow,
    /// Enough cycles again.
    #[serde(rename = "cycles_restored")]
    CyclesRestored,
    /// The maintenance action found and fixed something.
    #[serde(rename = "store_repaired")]
    StoreRepaired,
    /// The first attempt to deliver a message or a callback failed: it is tried again.
    #[serde(rename = "delivery_delayed")]
    DeliveryDelayed,
    /// The scheduler's own message failed at something twice, so it was set aside: see the detail.
    #[serde(rename = "quarantined")]
    Quarantined,
    /// An owner's budget of cycles is used up: its slots are skipped until it resets.
    #[serde(rename = "budget_used_up")]
    BudgetUsedUp,
    /// A codex was stored, rolled back or removed; the detail is its name.
    #[serde(rename = "codex_changed")]
    CodexChanged,
    /// The codex of an execution was changed into one that does not fit what it did already.
    #[serde(rename = "execution_diverged")]
    ExecutionDiverged,
}

/// An entry of the timeline.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the timeline of the scheduler; later ones are higher.
    pub id: u64,
    /// When.
    pub occurred_at: u64,
    /// What.
    pub kind: EventKind,
    /// Who asked for it; null if the scheduler did it by itself.
    pub actor: Option<Principal>,
    /// Whose it is.
    pub owner: Principal,
    /// The task.
    pub task_id: Option<u64>,
    /// The schedule.
    pub schedule_id: Option<u64>,
    /// The execution.
    pub execution_id: Option<u64>,
    /// In words, at most 256 characters.
    pub detail: String,
}

/// Which events to list, the oldest first.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct EventsSinceRequest {
    /// Events after this one: `next_cursor` of the page before; null begins with the oldest kept.
    pub cursor: Option<u64>,
    /// Most events on the page, 1 to 500; null is 50.
    pub limit: Option<u32>,
    /// Only those of this task.
    pub task_id: Option<u64>,
    /// Those of all owners; only for admins, operators and viewers. Null is false.
    pub all_owners: Option<bool>,
}

/// A page of events.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// Give it as `cursor` next time, also on the last page: what happens later follows it.
    pub next_cursor: u64,
    /// More events are there already.
    pub more: bool,
    /// Events after `cursor` have been removed since: the page begins after a gap.
    pub lost: bool,
}
