//! What the scheduler knows of its own messages that failed.

use serde::{Deserialize, Serialize};

use super::keys::{AgendaKey, ExecutionId, ReadyKey, Token};

/// A piece of work of which one message may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// What an entry of the agenda says.
    Wake(AgendaKey),
    /// Taking up an execution that is ready, and sending what it asks for.
    Ready(ReadyKey),
    /// A slice of the built-in action of an attempt.
    Slice(ExecutionId, Token),
    /// Looking at the balance of cycles.
    Balance,
}

/// A piece of work, and how often the message that did it alone failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    pub unit: Unit,
    pub failures: u32,
    /// How often it was passed over before while others were done.
    #[serde(default)]
    pub rounds: u32,
}

impl Suspect {
    /// A piece of work that was never passed over.
    pub const fn new(unit: Unit, failures: u32) -> Self {
        Self {
            unit,
            failures,
            rounds: 0,
        }
    }
}

/// A piece of work that stays where it waits, and is passed over until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelved {
    pub unit: Unit,
    pub until: u64,
    /// How often it was passed over while others were done.
    pub rounds: u32,
}

/// What the scheduler knows of its own messages that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Care {
    /// So many pieces of work are still done one to a message; 0 if as many as fit.
    pub careful: u32,
    /// Counts the tries, so that what is heard of one is not taken for another.
    pub tries: u64,
    /// What is tried next, or is being tried.
    pub suspect: Option<Suspect>,
    /// What is tried after it, before anything else.
    pub waiting: Vec<Suspect>,
    /// Messages that failed, ever.
    pub failed: u64,
    /// When the last of them was heard of.
    pub failed_at: Option<u64>,
    /// What the last that failed alone was about, in words.
    pub last: Option<String>,
    /// Pieces of work that were set aside, ever.
    pub quarantined: u64,
    /// How often a piece of work could not even be set aside, and was passed over for a while.
    pub passed_over: u64,
    /// What is passed over now, the longest there first.
    pub shelf: Vec<Shelved>,
    /// Something else was done since the last was passed over: it is not that everything fails.
    pub others_pass: bool,
    /// Pieces of work that were set aside since the last that was done.
    pub in_a_row: u32,
    /// The balance is not looked at before.
    pub balance_from: u64,
}

impl Care {
    /// Whether a piece of work is passed over.
    pub fn passes_over(&self, unit: Unit) -> bool {
        self.shelf.iter().any(|shelved| shelved.unit == unit)
    }

    /// When the next piece of work is not passed over any more.
    pub fn shelf_due_at(&self) -> Option<u64> {
        self.shelf.iter().map(|shelved| shelved.until).min()
    }
}
