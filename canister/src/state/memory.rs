//! The table of memory ids: what is stored where. An id that was used once is never used for
//! anything else; one that falls out of use stays in the table with the reason.
//!
//! ```text
//! stable memory
//! +----------------+ 0
//! | memory manager |  magic "MGR", version 1, buckets of 2 MiB
//! +----------------+
//! | virtual memories, one per row of `MEMORIES`
//! ```

use ic_stable_structures::DefaultMemoryImpl;
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};

/// The memory of one map.
pub type Memory = VirtualMemory<DefaultMemoryImpl>;

/// The layout that this program writes. A store with a higher number is refused.
pub const LAYOUT: u32 = 1;

/// Pages of 64 KiB in a bucket: small, since most of the maps of a small scheduler are small.
const BUCKET_PAGES: u16 = 32;

pub const HEADER: MemoryId = MemoryId::new(0);
pub const TASKS: MemoryId = MemoryId::new(1);
pub const PLANS: MemoryId = MemoryId::new(2);
pub const SCHEDULES: MemoryId = MemoryId::new(3);
pub const EXECUTIONS: MemoryId = MemoryId::new(4);
pub const AGENDA: MemoryId = MemoryId::new(5);
pub const READY: MemoryId = MemoryId::new(6);
pub const TASKS_BY_OWNER: MemoryId = MemoryId::new(7);
pub const EXECUTIONS_BY_TASK: MemoryId = MemoryId::new(8);
pub const OCCURRENCES: MemoryId = MemoryId::new(9);
pub const KEYS: MemoryId = MemoryId::new(10);
pub const UPCOMING: MemoryId = MemoryId::new(11);
pub const OWNERS: MemoryId = MemoryId::new(12);

/// Every id with what it holds: key to value.
#[cfg(test)]
const MEMORIES: [(MemoryId, &str); 13] = [
    (HEADER, "counters and layout version"),
    (TASKS, "task -> task record"),
    (PLANS, "(task, plan) -> steps"),
    (SCHEDULES, "schedule -> schedule record"),
    (EXECUTIONS, "execution -> execution record"),
    (AGENDA, "(due time, sequence) -> wake"),
    (READY, "(priority, due time, execution) -> nothing"),
    (TASKS_BY_OWNER, "(owner, task) -> nothing"),
    (EXECUTIONS_BY_TASK, "(task, execution) -> nothing"),
    (OCCURRENCES, "(schedule, slot) -> execution"),
    (KEYS, "(owner, idempotency key) -> task"),
    (UPCOMING, "(owner, slot, schedule) -> nothing"),
    (OWNERS, "owner -> figures"),
];

/// Opens the manager of the canister's stable memory.
pub fn manager() -> MemoryManager<DefaultMemoryImpl> {
    MemoryManager::init_with_bucket_size(DefaultMemoryImpl::default(), BUCKET_PAGES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn should_use_each_memory_id_once_and_in_order() {
        let ids: Vec<MemoryId> = MEMORIES.iter().map(|row| row.0).collect();
        let expected: Vec<MemoryId> = (0..).map(MemoryId::new).take(MEMORIES.len()).collect();
        assert_eq!(ids, expected);
        let texts: BTreeSet<&str> = MEMORIES.iter().map(|row| row.1).collect();
        assert_eq!(texts.len(), MEMORIES.len());
    }
}
