//! What is kept of an owner, and of what it has besides tasks: registration, actions, alerts.

use std::collections::BTreeMap;

use candid::Principal;
use chime_types::{Action, Alert, AlertCondition, Quotas, Role, SpentCycles};
use serde::{Deserialize, Serialize};

use crate::figures::Figures;
use crate::state::keys::{AgendaKey, AlertId};

/// What an owner has and uses. The figures of the day are those of `day` and begin anew with the
/// next; so do the runs of the hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRecord {
    pub tasks: u64,
    pub active: u64,
    #[serde(default)]
    pub executions: u64,
    #[serde(default)]
    pub dead_letters: u64,
    #[serde(default)]
    pub alerts: u32,
    #[serde(default)]
    pub backfills: u32,
    /// Attempts under way.
    #[serde(default)]
    pub running: u32,
    /// Of them those that workers make.
    #[serde(default)]
    pub claimed: u32,
    /// Of them calls, by the canister that is called.
    #[serde(default)]
    pub calls: BTreeMap<Principal, u32>,
    /// Hours since 1970.
    #[serde(default)]
    pub hour: u64,
    #[serde(default)]
    pub runs_this_hour: u64,
    /// The most slots that the schedules which are armed have in an hour.
    #[serde(default)]
    pub slots_an_hour: u64,
    /// Cycles spent in that hour.
    #[serde(default)]
    pub spent_this_hour: SpentCycles,
    /// Cycles spent on that day.
    #[serde(default)]
    pub spent_today: SpentCycles,
    /// It controls the canister, as far as is known: no budget limits it.
    #[serde(default)]
    pub controls: bool,
    /// Until when, at most, slots of its schedules are left out for a reason that holds for a while.
    #[serde(default)]
    pub left_out_until: u64,
    /// The hour in which it was told last that its budget is used up.
    #[serde(default)]
    pub told_of_budget: u64,
    /// Days since 1970, UTC.
    pub day: u64,
    pub completed: u64,
    pub failed: u64,
    #[serde(default)]
    pub skipped: u64,
    #[serde(default)]
    pub missed: u64,
    #[serde(default)]
    pub figures: Figures,
}

/// A registered user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    pub name: Option<String>,
    pub role: Role,
    pub quotas: Quotas,
    pub disabled: bool,
    pub created_at: u64,
}

/// A registered action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRecord {
    pub description: String,
    pub entity_name: Option<String>,
    pub action: Action,
    pub defined_by: Principal,
    pub updated_at: u64,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRecord {
    pub id: AlertId,
    pub owner: Principal,
    pub alert: Alert,
    /// Its entry in the agenda, if it watches for silence or for cycles.
    pub wake: Option<AgendaKey>,
    /// Silence is counted from here on: the last start of the task, or when the alert was switched
    /// on.
    #[serde(default)]
    pub heard_at: u64,
    pub created_at: u64,
}

impl AlertRecord {
    /// Whether it is on and looks at the balance of cycles.
    pub const fn watches_cycles(&self) -> bool {
        !self.alert.disabled && matches!(self.alert.condition, AlertCondition::CyclesLow { .. })
    }
}
