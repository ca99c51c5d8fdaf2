//! The history of a canister: who created it, deployed and removed its code, changed its
//! controllers and loaded snapshots. The oldest changes are forgotten.

use std::collections::VecDeque;

use ic_management_canister_types::Change;
use serde::{Deserialize, Serialize};

use crate::limits::HISTORY_CHANGES;

/// The latest changes of one canister.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeHistory {
    recent: VecDeque<Change>,
}

impl ChangeHistory {
    pub(crate) fn push(&mut self, change: Change) {
        self.recent.push_back(change);
        let excess = self.recent.len().saturating_sub(HISTORY_CHANGES);
        self.recent.drain(..excess);
    }

    /// The latest changes, as many as are asked for and known, the oldest first.
    pub(crate) fn latest(&self, count: usize) -> Vec<Change> {
        let skipped = self.recent.len().saturating_sub(count);
        self.recent.iter().skip(skipped).cloned().collect()
    }

    /// The memory that the changes take, as the Internet Computer counts it: each change, and 29
    /// bytes for each principal of a list.
    pub(crate) fn bytes(&self) -> usize {
        use ic_management_canister_types::ChangeDetails;
        let bytes_of = |change: &Change| {
            let principals = match &change.details {
                Some(ChangeDetails::Creation(creation)) => creation.controllers.len(),
                Some(ChangeDetails::ControllersChange(change)) => change.controllers.len(),
                _ => 0,
            };
            size_of::<Change>() + principals * 29
        };
        self.recent.iter().map(bytes_of).sum()
    }
}
