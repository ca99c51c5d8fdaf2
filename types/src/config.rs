//! What an admin may set at run time.

use candid::{CandidType, Deserialize, Nat, Principal};
use serde::Serialize;

use crate::limits;
use crate::task::RetentionRule;

/// A set of values that go together.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigPreset {
    /// What a new scheduler has: 10 at a time, 8 of one owner, 100 tasks for each owner, 1,000 executions kept of
    /// each task, 300 seconds, a sweep every 24 hours.
    #[serde(rename = "default")]
    Default,
    /// 20 at a time, 15 of one owner, 500 tasks for each owner, 5,000 executions kept of each task, 600 seconds, a
    /// sweep every 12 hours.
    #[serde(rename = "production")]
    Production,
}

/// The configuration of the scheduler.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(default)]
pub struct Config {
    /// Most attempts under way at the same time, 1 to 200. Notes take no place, nor do commands that
    /// workers run. Whoever has an attempt under way leaves a quarter of the places, at least one, to
    /// owners who have none: so nobody waits because another one fills all of them.
    pub maximum_concurrent: u32,
    /// Most attempts of one owner under way at the same time, 1 to 200; never more than three
    /// quarters of `maximum_concurrent` unless that is 1.
    pub maximum_concurrent_per_owner: u32,
    /// Most calls of one canister under way at the same time, 1 to 200: well below the 500 messages
    /// of a queue between two canisters. A quarter of them, at least one, is for owners who have no
    /// call of it under way.
    pub maximum_concurrent_per_target: u32,
    /// Most tasks of one owner, 1 to 1,000,000. When it has so many, the oldest of its tasks that are
    /// over makes way for a new one: no times left, not paused, nothing under way.
    pub maximum_tasks_per_owner: u64,
    /// Executions kept of each task, 1 to 1,000,000; the oldest finished ones are removed first.
    pub maximum_executions_per_task: u64,
    /// Executions kept of each owner, 1 to 100,000,000.
    pub maximum_executions_per_owner: u64,
    /// Most bytes that are stored for one owner, 1,048,576 to 1,099,511,627,776: executions, tasks,
    /// backups and uploads, messages and reports. When they are used up, old executions are removed;
    /// when none are left, its slots are skipped, and nothing can be made or uploaded.
    pub maximum_bytes_per_owner: u64,
    /// Most runs of one owner in an hour, 1 to 1,000,000,000; slots above it are skipped.
    pub maximum_runs_per_hour: u64,
    /// Most slots that the schedules of one owner may have in an hour, 1 to 1,000,000,000, each at its
    /// densest; a schedule above it is refused. Admins are not held to it.
    pub maximum_slots_per_hour: u64,
    /// Most cycles that are spent for one owner in an hour, 1,000,000,000 and more: calls, HTTPS
    /// requests, deliveries and the scheduler's own work. When they are used up, its slots are
    /// skipped, and what is under way waits for the next hour. Admins and controllers have no limit.
    pub maximum_cycles_per_hour: u64,
    /// The same for a day, which begins at midnight UTC.
    pub maximum_cycles_per_day: u64,
    /// Most slots of one task that wait for the executions before them, 1 to 1,000.
    pub maximum_buffered_executions: u32,
    /// Timeout of an attempt when the task names none, 1 to 86,400 seconds.
    pub default_timeout_seconds: u64,
    /// Time between two sweeps that remove what `retention` says, 60 to 31,536,000 seconds. No
    /// sweep is made while `retention` is empty.
    pub cleanup_interval_seconds: u64,
    /// Which finished executions of all owners the sweep removes, at most 16 rules.
    pub retention: Vec<RetentionRule>,
    /// Events kept of the whole scheduler, 1,000 to 10,000,000; when there are more, the oldest of an
    /// owner who has more than an equal share are removed first.
    pub maximum_events: u64,
    /// Events kept of each owner, 100 to 10,000,000; its oldest are removed first. Changes of users
    /// and of the configuration are kept apart from both limits, the latest 10,000 of them.
    pub maximum_events_per_owner: u64,
    /// After so many seconds of waiting a task is as urgent as a new one of the next higher
    /// priority, 1 to 86,400: low never starves.
    pub ageing_seconds: u64,
    /// How often a command may be taken back from workers that fell silent, 0 to 100.
    pub maximum_rescues: u32,
    /// How long a worker may keep silent when it names no time, 5 to 3,600 seconds.
    pub default_lease_seconds: u64,
    /// Below this balance nothing new is started until there are more cycles.
    pub minimum_cycles: Nat,
    /// True: everybody with an identity is a user. False: only registered users.
    pub open_to_everybody: bool,
    /// True: `/metrics` is served to everybody; it holds figures of the whole scheduler, none of
    /// single owners.
    pub public_metrics: bool,
    /// The canisters that run Python, at most 16; the scheduler has to control them. Empty: those that the
    /// environment variables `PUBLIC_CANISTER_ID:codex...` name.
    pub runners: Vec<Principal>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            maximum_concurrent: 10,
            maximum_concurrent_per_owner: 8,
            maximum_concurrent_per_target: 10,
            maximum_tasks_per_owner: 100,
            maximum_executions_per_task: 1_000,
            maximum_executions_per_owner: 100_000,
            maximum_bytes_per_owner: limits::DEFAULT_BYTES_PER_OWNER,
            maximum_runs_per_hour: 100_000,
            maximum_slots_per_hour: limits::DEFAULT_SLOTS_PER_HOUR,
            maximum_cycles_per_hour: limits::DEFAULT_CYCLES_PER_HOUR,
            maximum_cycles_per_day: limits::DEFAULT_CYCLES_PER_DAY,
            maximum_buffered_executions: 100,
            default_timeout_seconds: limits::DEFAULT_TIMEOUT_SECONDS,
            cleanup_interval_seconds: 24 * 3_600,
            retention: Vec::new(),
            maximum_events: 100_000,
            maximum_events_per_owner: 10_000,
            ageing_seconds: 300,
            maximum_rescues: 3,
            default_lease_seconds: 60,
            minimum_cycles: Nat::from(100_000_000_000u64),
            open_to_everybody: true,
            public_metrics: true,
            runners: Vec::new(),
        }
    }
}

impl Config {
    /// The values of a set.
    #[must_use]
    pub fn preset(preset: ConfigPreset) -> Self {
        match preset {
            ConfigPreset::Default => Self::default(),
            ConfigPreset::Production => Self {
                maximum_concurrent: 20,
                maximum_concurrent_per_owner: 15,
                maximum_concurrent_per_target: 20,
                maximum_tasks_per_owner: 500,
                maximum_executions_per_task: 5_000,
                default_timeout_seconds: 600,
                cleanup_interval_seconds: 12 * 3_600,
                ..Self::default()
            },
        }
    }
}

/// What to change in the configuration. What is null stays as it is, or is as the preset says.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct ConfigureRequest {
    /// Begin with this set of values instead of the present ones.
    pub preset: Option<ConfigPreset>,
    /// See `Config`.
    pub maximum_concurrent: Option<u32>,
    /// See `Config`.
    pub maximum_concurrent_per_owner: Option<u32>,
    /// See `Config`.
    pub maximum_concurrent_per_target: Option<u32>,
    /// See `Config`.
    pub maximum_tasks_per_owner: Option<u64>,
    /// See `Config`.
    pub maximum_executions_per_task: Option<u64>,
    /// See `Config`.
    pub maximum_executions_per_owner: Option<u64>,
    /// See `Config`.
    pub maximum_bytes_per_owner: Option<u64>,
    /// See `Config`.
    pub maximum_runs_per_hour: Option<u64>,
    /// See `Config`.
    pub maximum_slots_per_hour: Option<u64>,
    /// See `Config`.
    pub maximum_cycles_per_hour: Option<u64>,
    /// See `Config`.
    pub maximum_cycles_per_day: Option<u64>,
    /// See `Config`.
    pub maximum_buffered_executions: Option<u32>,
    /// See `Config`.
    pub default_timeout_seconds: Option<u64>,
    /// See `Config`.
    pub cleanup_interval_seconds: Option<u64>,
    /// See `Config`.
    pub retention: Option<Vec<RetentionRule>>,
    /// See `Config`.
    pub maximum_events: Option<u64>,
    /// See `Config`.
    pub maximum_events_per_owner: Option<u64>,
    /// See `Config`.
    pub ageing_seconds: Option<u64>,
    /// See `Config`.
    pub maximum_rescues: Option<u32>,
    /// See `Config`.
    pub default_lease_seconds: Option<u64>,
    /// See `Config`.
    pub minimum_cycles: Option<Nat>,
    /// See `Config`.
    pub open_to_everybody: Option<bool>,
    /// See `Config`.
    pub public_metrics: Option<bool>,
    /// See `Config`.
    pub runners: Option<Vec<Principal>>,
}
