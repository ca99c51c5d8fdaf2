//! Figures about an owner's tasks and the scheduler.

use candid::{CandidType, Deserialize, Nat};
use serde::Serialize;

use crate::cycles::{CyclesBudget, Spender};

/// A run that lies ahead.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct UpcomingRun {
    /// The task.
    pub task_id: u64,
    /// The schedule.
    pub schedule_id: u64,
    /// The task's name.
    pub name: String,
    /// The slot.
    pub run_at: u64,
}

/// How a figure is spread, in nanoseconds. The values are upper bounds, at most an eighth too high;
/// null if there was nothing to measure.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// Half are not above this.
    pub p50_nanoseconds: Option<u64>,
    /// 95 of 100 are not above this.
    pub p95_nanoseconds: Option<u64>,
    /// 99 of 100 are not above this.
    pub p99_nanoseconds: Option<u64>,
}

/// What the scheduler knows of its own messages that failed.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct FailedMessages {
    /// Messages that failed since the store was laid out.
    pub failed: u64,
    /// Messages that failed since the last that did not.
    pub failed_in_a_row: u64,
    /// When the last failure was noted.
    pub failed_at: Option<u64>,
    /// What the last message was about that failed and did nothing else.
    pub suspect: Option<String>,
    /// The scheduler does one piece of work in a message until it knows what failed.
    pub careful: bool,
    /// Pieces of work that were set aside since the store was laid out.
    pub quarantined: u64,
}

/// Figures about the caller's tasks, then about the scheduler as a whole. Days begin at midnight
/// UTC.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The caller's tasks.
    pub total_tasks: u64,
    /// The caller's executions that are not final.
    pub active_executions: u64,
    /// The caller's executions that completed today.
    pub completed_today: u64,
    /// The caller's executions that failed or timed out today.
    pub failed_today: u64,
    /// From first attempt to end, on average over the caller's executions finished today, in
    /// nanoseconds; null if there are none.
    pub average_duration_nanoseconds: Option<u64>,
    /// The same, its spread.
    pub duration: Percentiles,
    /// From the time an execution was due to its first attempt, over the caller's executions started
    /// today.
    pub lag: Percentiles,
    /// The caller's slots that were skipped today.
    pub skipped_today: u64,
    /// The caller's slots that were missed today.
    pub missed_today: u64,
    /// The caller's executions that failed or timed out and were not replayed. Those of a deleted task
    /// count until its history is removed, which is soon after.
    pub dead_letters: u64,
    /// The caller's runs in the present hour.
    pub runs_this_hour: u64,
    /// Bytes stored for the caller; see `User.bytes`.
    pub bytes: Option<u64>,
    /// Cycles that are spent for the caller; see `User.budget`.
    pub budget: Option<CyclesBudget>,
    /// Who spends most today, at most 10; null for who does not see all owners.
    pub spenders: Option<Vec<Spender>>,
    /// The caller's next runs, the earliest first, at most 10.
    pub upcoming: Vec<UpcomingRun>,
    /// Executions of all owners that are due and wait for a free place.
    pub ready: u64,
    /// Executions of all owners that are due and wait behind a limit: of a task, an owner, a target or
    /// the whole scheduler.
    pub parked: u64,
    /// Commands of all owners that wait for a worker.
    pub waiting_for_workers: u64,
    /// Attempts of all owners under way, commands that workers run among them.
    pub running: u64,
    /// Entries of all owners in the agenda.
    pub agenda: u64,
    /// The earliest entry of the agenda.
    pub next_wake_at: Option<u64>,
    /// When the scheduler's timer goes off; null if it is not armed, which is right only when the
    /// agenda is empty.
    pub timer_armed_at: Option<u64>,
    /// Cycles of the canister.
    pub cycles: Nat,
    /// Cycles spent in a day, as far as the last hours show; null in the first hour.
    pub cycles_per_day: Option<Nat>,
    /// There are fewer cycles than `minimum_cycles`: nothing new is started.
    pub cycles_low: bool,
    /// What the scheduler knows of its own messages that failed; null if the scheduler does not say.
    pub failed_messages: Option<FailedMessages>,
    /// Stable memory in use, in pages of 64 KiB.
    pub stable_pages: u64,
    /// The version of the scheduler.
    pub version: String,
    /// The time of the scheduler.
    pub now_at: u64,
}
