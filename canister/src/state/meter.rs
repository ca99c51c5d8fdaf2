//! What the present message has done for whom, and what it sends. On the heap: it is charged before
//! the message ends.

use std::collections::BTreeMap;

use candid::Principal;

/// Work that was done for an owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Pieces.
    pub units: u64,
    /// Instructions that they took.
    pub instructions: u64,
}

/// Whom work is done for.
#[derive(Debug, Default)]
pub struct Meter {
    /// Whom the piece of work under way is for.
    payer: Option<Principal>,
    done: BTreeMap<Principal, Work>,
}

impl Meter {
    /// The piece of work under way is for somebody.
    pub const fn is_for(&mut self, owner: Principal) {
        self.payer = Some(owner);
    }

    /// The piece of work under way is done, and took so many instructions.
    pub fn took(&mut self, instructions: u64) {
        if let Some(owner) = self.payer.take() {
            let work = self.done.entry(owner).or_default();
            work.units += 1;
            work.instructions = work.instructions.saturating_add(instructions);
        }
    }

    /// Whom the message was for that did but one piece of work.
    pub const fn take_payer(&mut self) -> Option<Principal> {
        self.payer.take()
    }

    /// What was done since this was asked last.
    pub fn take_work(&mut self) -> BTreeMap<Principal, Work> {
        self.payer = None;
        std::mem::take(&mut self.done)
    }
}
