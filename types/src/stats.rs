//! Figures about an owner's tasks and the scheduler.

use candid::{CandidType, Deserialize, Nat};
use serde::Serialize;

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
    /// The caller's next runs, the earliest first, at most 10.
    pub upcoming: Vec<UpcomingRun>,
    /// Executions of all owners that are due and wait for a free place.
    pub ready: u64,
    /// Attempts of all owners under way.
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
    /// Stable memory in use, in pages of 64 KiB.
    pub stable_pages: u64,
    /// The version of the scheduler.
    pub version: String,
    /// The time of the scheduler.
    pub now_at: u64,
}
