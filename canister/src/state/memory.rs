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

/// The layout that this program writes. A store with a higher number is refused. It rises with every
/// release that writes what the one before cannot read, be it a new map or a new case of a record.
pub const LAYOUT: u32 = 3;

/// Pages of 64 KiB in a bucket: small, since most of the maps of a small scheduler are small.
#[cfg(not(test))]
const BUCKET_PAGES: u16 = 32;
/// The tests of this crate open thousands of stores and copy them.
#[cfg(test)]
const BUCKET_PAGES: u16 = 1;

pub const HEADER: MemoryId = MemoryId::new(0);
pub const TASKS: MemoryId = MemoryId::new(1);
pub const PLANS: MemoryId = MemoryId::new(2);
pub const SCHEDULES: MemoryId = MemoryId::new(3);
pub const EXECUTIONS: MemoryId = MemoryId::new(4);
pub const AGENDA: MemoryId = MemoryId::new(5);
/// Retired with layout 2.
pub const FIRST_READY: MemoryId = MemoryId::new(6);
pub const TASKS_BY_OWNER: MemoryId = MemoryId::new(7);
pub const EXECUTIONS_BY_TASK: MemoryId = MemoryId::new(8);
pub const OCCURRENCES: MemoryId = MemoryId::new(9);
pub const KEYS: MemoryId = MemoryId::new(10);
pub const UPCOMING: MemoryId = MemoryId::new(11);
pub const OWNERS: MemoryId = MemoryId::new(12);
pub const READY: MemoryId = MemoryId::new(13);
pub const PARKED: MemoryId = MemoryId::new(14);
pub const TARGETS: MemoryId = MemoryId::new(15);
pub const JOBS: MemoryId = MemoryId::new(16);
pub const EXECUTIONS_BY_OWNER: MemoryId = MemoryId::new(17);
pub const DEAD_LETTERS: MemoryId = MemoryId::new(18);
pub const RUN_KEYS: MemoryId = MemoryId::new(19);
pub const BACKFILLS: MemoryId = MemoryId::new(20);
pub const BACKFILLS_BY_TASK: MemoryId = MemoryId::new(21);
pub const CONFIG: MemoryId = MemoryId::new(22);
pub const USERS: MemoryId = MemoryId::new(23);
pub const USER_NAMES: MemoryId = MemoryId::new(24);
pub const EVENTS: MemoryId = MemoryId::new(25);
pub const EVENTS_BY_OWNER: MemoryId = MemoryId::new(26);
pub const EVENTS_BY_TASK: MemoryId = MemoryId::new(27);
pub const ACTIONS: MemoryId = MemoryId::new(28);
pub const SECRETS: MemoryId = MemoryId::new(29);
pub const ALERTS: MemoryId = MemoryId::new(30);
pub const ALERTS_BY_OWNER: MemoryId = MemoryId::new(31);
pub const INBOX: MemoryId = MemoryId::new(32);
pub const DELIVERIES: MemoryId = MemoryId::new(33);
pub const BACKUPS: MemoryId = MemoryId::new(34);
pub const BACKUPS_BY_OWNER: MemoryId = MemoryId::new(35);
pub const BACKUP_CHUNKS: MemoryId = MemoryId::new(36);
pub const REPORTS: MemoryId = MemoryId::new(37);
pub const CYCLES: MemoryId = MemoryId::new(38);
pub const CYCLES_ALERTS: MemoryId = MemoryId::new(39);
pub const TOTALS: MemoryId = MemoryId::new(40);
pub const NUMBERS: MemoryId = MemoryId::new(41);
pub const DELIVERY_QUEUE: MemoryId = MemoryId::new(42);
pub const DELIVERY_LANES: MemoryId = MemoryId::new(43);
pub const SENT: MemoryId = MemoryId::new(44);
pub const CARE: MemoryId = MemoryId::new(45);
pub const ACCESS_EVENTS: MemoryId = MemoryId::new(46);
pub const USAGE: MemoryId = MemoryId::new(47);
pub const EMPTY_EXECUTIONS: MemoryId = MemoryId::new(48);
pub const DELETED_TASKS: MemoryId = MemoryId::new(49);
pub const LEASES: MemoryId = MemoryId::new(50);
pub const CODICES: MemoryId = MemoryId::new(51);
pub const CODE: MemoryId = MemoryId::new(52);
pub const ENTITIES: MemoryId = MemoryId::new(53);
pub const JOURNALS: MemoryId = MemoryId::new(54);

/// Every id with what it holds: key to value.
#[cfg(test)]
const MEMORIES: [(MemoryId, &str); 55] = [
    (HEADER, "counters and layout version"),
    (TASKS, "task -> task record"),
    (PLANS, "(task, plan) -> steps"),
    (SCHEDULES, "schedule -> schedule record"),
    (EXECUTIONS, "execution -> execution record"),
    (AGENDA, "(due time, sequence) -> wake"),
    (
        FIRST_READY,
        "retired with layout 2, which ranks by age: (priority, due time, execution) -> nothing",
    ),
    (TASKS_BY_OWNER, "(owner, task) -> nothing"),
    (EXECUTIONS_BY_TASK, "(task, execution) -> nothing"),
    (OCCURRENCES, "(schedule, slot) -> execution"),
    (KEYS, "(owner, idempotency key) -> task"),
    (UPCOMING, "(owner, slot, schedule) -> nothing"),
    (OWNERS, "owner -> figures"),
    (READY, "(rank, execution) -> nothing"),
    (PARKED, "(limit, rank, execution) -> nothing"),
    (TARGETS, "canister -> calls under way"),
    (JOBS, "(owner or all, queue, rank, execution) -> nothing"),
    (EXECUTIONS_BY_OWNER, "(owner, execution) -> nothing"),
    (DEAD_LETTERS, "(owner, dead letter) -> nothing"),
    (RUN_KEYS, "(task, run key) -> execution"),
    (BACKFILLS, "backfill -> backfill record"),
    (BACKFILLS_BY_TASK, "(task, backfill) -> nothing"),
    (CONFIG, "configuration"),
    (USERS, "principal -> user record"),
    (USER_NAMES, "name -> principal"),
    (EVENTS, "event -> event record"),
    (EVENTS_BY_OWNER, "(owner, event) -> nothing"),
    (EVENTS_BY_TASK, "(task, event) -> nothing"),
    (ACTIONS, "(owner or everybody, name) -> action definition"),
    (SECRETS, "(owner, name) -> secret"),
    (ALERTS, "alert -> alert record"),
    (ALERTS_BY_OWNER, "(owner, alert) -> nothing"),
    (INBOX, "(owner, message) -> message"),
    (DELIVERIES, "message -> delivery record"),
    (BACKUPS, "backup -> backup record"),
    (BACKUPS_BY_OWNER, "(owner, backup) -> nothing"),
    (BACKUP_CHUNKS, "(backup, index) -> bytes"),
    (REPORTS, "(owner, report) -> report"),
    (CYCLES, "balances of the last day"),
    (CYCLES_ALERTS, "alert on cycles that is on -> nothing"),
    (TOTALS, "figures of all owners together"),
    (
        NUMBERS,
        "(owner, number that was its task's) -> where it is",
    ),
    (
        DELIVERY_QUEUE,
        "(lane, message), (lane, destination, message), (under way, turn, lane), (lane, digest) -> \
         message",
    ),
    (
        DELIVERY_LANES,
        "owner -> places and counts of its deliveries",
    ),
    (SENT, "alert or execution -> how its latest delivery stands"),
    (CARE, "what is known of messages that failed"),
    (ACCESS_EVENTS, "event of a change of access -> event record"),
    (USAGE, "owner -> what of the store is its own"),
    (
        EMPTY_EXECUTIONS,
        "(owner, task, skipped or missed execution) -> nothing",
    ),
    (
        DELETED_TASKS,
        "(owner, task of which something is left) -> nothing",
    ),
    (
        LEASES,
        "(who claimed it, execution under a lease) -> nothing",
    ),
    (
        CODICES,
        "(owner or everybody, name) -> codex, without its code",
    ),
    (CODE, "(version, codex) -> its code"),
    (ENTITIES, "(owner, task or none) -> what programs keep"),
    (JOURNALS, "execution -> journal of the program that it runs"),
];

/// Opens the manager of a stable memory.
pub fn manager(memory: DefaultMemoryImpl) -> MemoryManager<DefaultMemoryImpl> {
    MemoryManager::init_with_bucket_size(memory, BUCKET_PAGES)
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
