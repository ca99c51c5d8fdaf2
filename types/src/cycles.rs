//! Cycles that are spent for an owner, and how many may be.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

/// Cycles, by what they were spent on.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[serde(default)]
pub struct SpentCycles {
    /// Calls of canisters: their transmission and that of their answers, and the cycles sent along.
    pub calls: u64,
    /// HTTPS requests.
    pub outcalls: u64,
    /// Messages and callbacks, with what it takes to send them.
    pub deliveries: u64,
    /// The scheduler's own messages and their instructions, shared among those whom they are for, and what
    /// runners took for programs.
    pub instructions: u64,
}

impl SpentCycles {
    /// All together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.calls
            .saturating_add(self.outcalls)
            .saturating_add(self.deliveries)
            .saturating_add(self.instructions)
    }
}

/// What is spent for an owner, and what may be. Hours and days begin at full hours and at midnight
/// UTC.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CyclesBudget {
    /// In the present hour.
    pub this_hour: SpentCycles,
    /// Today.
    pub today: SpentCycles,
    /// Most in an hour; null if there is no limit. The last 10 % are for requests and for what is under way:
    /// nothing new runs then.
    pub maximum_per_hour: Option<u64>,
    /// Most in a day, in the same way; null if there is no limit.
    pub maximum_per_day: Option<u64>,
    /// The budget is used up, and resets at this time; null while some of it is left.
    pub begins_anew_at: Option<u64>,
    /// Cycles cost nothing on this network: nothing is counted or limited.
    pub free: bool,
}

/// An owner for whom much is spent.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spender {
    /// Who.
    pub owner: Principal,
    /// Cycles today, of every kind.
    pub cycles_today: u64,
}
