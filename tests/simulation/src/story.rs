//! A story: what happens to a scheduler, as a list. The same story is the same run, byte by byte, and
//! a story from which operations were taken is a story too: that is how a failure becomes short.
//!
//! Operations name tasks by labels and executions by their place in the history. One whose task is
//! not there does nothing.

use chime_types::{MissedRuns, OnUnknown, OverlapPolicy, Priority, Role};
use serde::{Deserialize, Serialize};

/// A run of the simulation.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What it was drawn from; also the seed of the faults that come by chance.
    pub seed: u64,
    /// The rule that it breaks or once broke, for a story that is kept.
    #[serde(default)]
    pub breaks: Option<String>,
    /// The world it begins in.
    pub setting: Setting,
    /// What happens.
    pub operations: Vec<Operation>,
}

/// The world at the beginning.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Canisters pay, so that a scheduler without cycles freezes.
    pub fees: bool,
    /// The limits on what is under way.
    pub limits: Limits,
}

/// Limits on attempts under way.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Those of a new scheduler.
    Default,
    /// Few: three in all and for a target, two for an owner, and few runs in an hour.
    Narrow,
    /// As many as may be.
    Wide,
}

/// A task, by its place among those that were made.
pub type Label = u8;
/// An owner.
pub type Owner = u8;
/// A worker.
pub type Worker = u8;

/// One thing that happens.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Time passes, and what is due happens.
    Pass { seconds: u64 },
    /// The clock jumps: nothing happens in between.
    Jump { seconds: u64 },
    /// An owner makes a task.
    Create {
        label: Label,
        owner: Owner,
        plan: Box<TaskPlan>,
    },
    /// A task is changed.
    Change { label: Label, what: Change },
    /// Something is asked for an execution, counted from the latest one of the task.
    Ask {
        label: Label,
        back: u8,
        what: Request,
    },
    /// All dead letters of an owner are replayed.
    ReplayDeadLetters { owner: Owner },
    /// A worker claims commands of all owners.
    Claim {
        worker: Worker,
        limit: u32,
        lease_seconds: u64,
    },
    /// A worker does something with each job that it believes to hold.
    Work { worker: Worker, what: Report },
    /// An admin changes the limits on what is under way.
    Configure { limits: Limits },
    /// An admin changes a user.
    PutUser { owner: Owner, what: UserChange },
    /// An owner keeps a secret, and defines the action that `Named` steps use.
    Define { owner: Owner },
    /// An owner wants to be told.
    Alert {
        owner: Owner,
        condition: AlertPlan,
        channel: ChannelPlan,
    },
    /// Something goes wrong from now on.
    Break { what: Fault },
    /// Everything that goes wrong is over.
    Mend,
    /// The scheduler is upgraded.
    Upgrade { how: Upgrade },
    /// A snapshot of the scheduler is taken, or the last one is loaded.
    Snapshot { load: bool },
    /// The second callee is deleted.
    DeleteCallee,
    /// Everything that must hold is looked at.
    Check,
}

/// A change of a task.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Pause {
        cancel_running: bool,
    },
    Resume,
    Delete,
    RunNow,
    Rename,
    Retries {
        count: u32,
        delay_seconds: u64,
    },
    Steps {
        steps: Vec<StepPlan>,
    },
    AddSchedule {
        schedule: SchedulePlan,
    },
    RemoveSchedule {
        index: u8,
    },
    SetSchedule {
        index: u8,
        disabled: bool,
    },
    ReplaceSchedules {
        schedules: Vec<SchedulePlan>,
    },
    Backfill {
        index: u8,
        back_seconds: u64,
        maximum_concurrent: u32,
    },
}

/// A request about an execution.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    Cancel { terminate: bool },
    Snooze { seconds: u64 },
    Retry { from_start: bool },
}

/// What a worker says about its jobs.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    Heartbeat,
    Complete,
    Fail {
        terminal: bool,
    },
    Release {
        snooze_seconds: u64,
    },
    /// It is killed: it forgets its jobs and says nothing.
    Die,
}

/// A change of a user.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    Disabled(bool),
    Role(Role),
    RunsPerHour(u64),
}

/// When an alert goes off.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertPlan {
    Failure,
    FailuresInARow(u32),
    Missed,
    Late(u64),
}

/// Where a message goes.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelPlan {
    Inbox,
    Webhook,
    Canister,
}

/// What goes wrong.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// So many messages in a row trap at that host call.
    Messages { count: u64, host_call: u64 },
    /// Messages trap by chance.
    Traps { per_million: u32 },
    /// Answers are lost, late, doubled or unknown by chance, each as often.
    Answers { per_million: u32 },
    /// The `n`-th call from now on.
    Call { call: u64, what: CallFault },
    /// Messages may take only so many million instructions.
    Instructions { millions: u64 },
    /// The scheduler has no cycles.
    Freeze,
    /// The scheduler is stopped.
    Stop,
    /// Web servers do not answer.
    WebSilent,
    /// Whatever the poisoned notes write traps.
    Poison,
}

/// What happens to one call.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFault {
    Lose,
    Delay { seconds: u64 },
    Double,
    UnknownAfter,
    UnknownBefore,
}

/// How the scheduler is upgraded.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// Stopped first, as the tools do.
    Stopped,
    /// As it is: refused while calls are out.
    Raw,
    /// As it is, after so many more messages.
    After { messages: u64 },
}

/// A task to be made.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct TaskPlan {
    pub steps: Vec<StepPlan>,
    pub schedules: Vec<SchedulePlan>,
    pub retries: u32,
    pub retry_delay_seconds: u64,
    pub on_unknown: OnUnknown,
    pub timeout_seconds: u64,
    pub execution_timeout_seconds: Option<u64>,
    pub maximum_concurrent: Option<u32>,
    pub priority: Priority,
    pub pause_after_failures: Option<u32>,
    pub callback: bool,
}

/// A step.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct StepPlan {
    pub what: StepKind,
    #[serde(default)]
    pub pause_seconds: u64,
    #[serde(default)]
    pub continue_on_error: bool,
}

/// What a step does.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A call that tells the callee which attempt it is.
    Traced,
    Note,
    /// A note that a `Poison` makes trap.
    Poisoned,
    /// A call of many round trips.
    Slow,
    Reject,
    Trap,
    /// A reject that asks not to be called again.
    Terminal,
    /// Every third call is rejected.
    FailSome,
    /// The first call of each execution is put off.
    Snooze {
        seconds: u64,
    },
    /// No answer ever comes.
    Never,
    /// An answer of nearly 2 MB.
    Large,
    /// The callee calls the scheduler before it answers.
    Reenter,
    /// The callee that may be deleted.
    Doomed,
    /// A request to a web server that answers with this status.
    Http {
        status: u16,
    },
    Command,
    Named,
    Analytics,
    Cleanup,
    Backup,
    Notify {
        channel: ChannelPlan,
    },
    Codex,
}

/// A schedule.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SchedulePlan {
    pub rule: RulePlan,
    #[serde(default)]
    pub start_after_seconds: Option<u64>,
    #[serde(default)]
    pub end_after_seconds: Option<u64>,
    pub missed: MissedRuns,
    #[serde(default)]
    pub window_seconds: Option<u64>,
    pub overlap: OverlapPolicy,
    #[serde(default)]
    pub maximum_runs: Option<u64>,
    #[serde(default)]
    pub jitter_seconds: Option<u64>,
}

/// A rule.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum RulePlan {
    Once,
    Every {
        seconds: u64,
        phase_seconds: Option<u64>,
    },
    Daily {
        hour: u8,
        minute: u8,
    },
    Weekly {
        weekday: u8,
        hour: u8,
    },
    Monthly {
        day: u8,
        hour: u8,
    },
    Cron {
        expression: String,
        zone: String,
    },
}

impl StepKind {
    /// Whether it calls a canister.
    #[must_use]
    pub const fn is_call(self) -> bool {
        matches!(
            self,
            Self::Traced
                | Self::Slow
                | Self::Reject
                | Self::Trap
                | Self::Terminal
                | Self::FailSome
                | Self::Snooze { .. }
                | Self::Never
                | Self::Large
                | Self::Reenter
                | Self::Doomed
                | Self::Notify {
                    channel: ChannelPlan::Canister
                }
        )
    }

    /// Whether it asks a web server.
    #[must_use]
    pub const fn is_web(self) -> bool {
        matches!(
            self,
            Self::Http { .. }
                | Self::Notify {
                    channel: ChannelPlan::Webhook
                }
        )
    }

    /// Whether it runs in messages of its own, for which the scheduler calls itself.
    #[must_use]
    pub const fn has_slices(self) -> bool {
        matches!(
            self,
            Self::Analytics
                | Self::Cleanup
                | Self::Backup
                | Self::Notify {
                    channel: ChannelPlan::Inbox
                }
        )
    }
}
