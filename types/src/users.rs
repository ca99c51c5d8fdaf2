//! Who may do what, and how much of it.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

use crate::cycles::CyclesBudget;

/// What a user may do. Controllers of the canister are admins.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Role {
    /// Everything: users, configuration, the tasks of all owners.
    #[serde(rename = "admin")]
    Admin,
    /// Sees the tasks of all owners and may pause, resume, run, cancel and replay them.
    #[serde(rename = "operator")]
    Operator,
    /// Sees and changes its own tasks.
    #[default]
    #[serde(rename = "user")]
    User,
    /// Sees the tasks of all owners and changes nothing. Tasks that it had before are held back.
    #[serde(rename = "viewer")]
    Viewer,
    /// Claims and finishes the commands of all owners, and nothing else. Tasks that it had before are
    /// held back.
    #[serde(rename = "worker")]
    Worker,
}

impl Role {
    /// Whether it may have tasks. Those of a user that was given another role are held back.
    #[must_use]
    pub const fn has_tasks(self) -> bool {
        match self {
            Self::Admin | Self::Operator | Self::User => true,
            Self::Viewer | Self::Worker => false,
        }
    }

    /// Whether it may claim and finish the jobs of all owners.
    #[must_use]
    pub const fn serves_all(self) -> bool {
        match self {
            Self::Admin | Self::Worker => true,
            Self::Operator | Self::User | Self::Viewer => false,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::User => "user",
            Self::Viewer => "viewer",
            Self::Worker => "worker",
        }
    }
}

/// What an owner may use up. Null is what the configuration says for everybody.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Quotas {
    /// Most tasks.
    pub maximum_tasks: Option<u64>,
    /// Most executions kept; the oldest finished ones are removed first.
    pub maximum_executions: Option<u64>,
    /// Most runs in an hour; slots above it are skipped.
    pub maximum_runs_per_hour: Option<u64>,
    /// Most attempts under way at the same time.
    pub maximum_concurrent: Option<u32>,
    /// Most bytes stored; see `Config.maximum_bytes_per_owner`.
    #[serde(default)]
    pub maximum_bytes: Option<u64>,
    /// Most slots of its schedules in an hour; see `Config.maximum_slots_per_hour`.
    #[serde(default)]
    pub maximum_slots_per_hour: Option<u64>,
    /// Most cycles in an hour; see `Config.maximum_cycles_per_hour`.
    #[serde(default)]
    pub maximum_cycles_per_hour: Option<u64>,
    /// Most cycles in a day; see `Config.maximum_cycles_per_day`.
    #[serde(default)]
    pub maximum_cycles_per_day: Option<u64>,
}

/// A user to be made or changed.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct PutUserRequest {
    /// Who.
    pub principal: Principal,
    /// The name, such as an address of mail, 1 to 128 characters, of nobody else; null leaves it.
    pub name: Option<String>,
    /// The role; null leaves it, or is `user` for a new one.
    pub role: Option<Role>,
    /// The quotas; null leaves them.
    pub quotas: Option<Quotas>,
    /// True: may do nothing, its schedules do not fire, and what is under way is held back until it is
    /// enabled again; a call that is out may finish. Null leaves it.
    pub disabled: Option<bool>,
}

/// A user.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub principal: Principal,
    /// The name.
    pub name: Option<String>,
    /// What it may do.
    pub role: Role,
    /// What it may use up, where that differs from the configuration.
    pub quotas: Quotas,
    /// May do nothing, and what is under way is held back.
    pub disabled: bool,
    /// When it was made; null if it was never registered and is admitted as everybody is.
    pub created_at: Option<u64>,
    /// Its tasks.
    pub tasks: u64,
    /// Its executions kept.
    pub executions: u64,
    /// Its runs in the present hour.
    pub runs_this_hour: u64,
    /// Slots that its schedules have in an hour, each at its densest; null if the scheduler does not say.
    pub slots_per_hour: Option<u64>,
    /// Bytes stored for it: executions, tasks, backups and uploads, messages and reports. A store of
    /// an older version counts what was written since; the action `maintenance` counts again.
    pub bytes: Option<u64>,
    /// Cycles that are spent for it, and how many may be; null if the scheduler does not say.
    pub budget: Option<CyclesBudget>,
}

/// Which user.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct UserRequest {
    /// Who.
    pub principal: Principal,
}

/// Which users to list, in the order of their principals.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct ListUsersRequest {
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<Principal>,
    /// Most users on the page, 1 to 500; null is 50.
    pub limit: Option<u32>,
}

/// A page of users.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct UserPage {
    /// The users.
    pub users: Vec<User>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<Principal>,
}
