//! What a dry run remembers, so that thousands of changes fit into one. On the heap alone: the network throws it
//! away with all else that the query wrote. Outside a dry run it knows nothing.

use candid::Principal;

/// A dry run, if one is under way.
#[derive(Debug, Default)]
pub struct Trial {
    is_under_way: bool,
    full: Option<Principal>,
}

impl Trial {
    /// A dry run begins.
    pub const fn begin(&mut self) {
        self.is_under_way = true;
    }

    /// An owner has as many tasks as it may, and none that makes way. To see that takes a look at all of
    /// them.
    pub fn note_full(&mut self, owner: Principal) {
        self.full = Some(owner).filter(|_| self.is_under_way);
    }

    /// Whether an owner is known to have no room. What was refused changed nothing about it.
    pub fn is_full(&self, owner: Principal) -> bool {
        self.full == Some(owner)
    }

    /// Something would be done: all may be different now.
    pub const fn changed(&mut self) {
        self.full = None;
    }
}
