//! The book of this ledger, in the canister's stable memory.

use std::cell::RefCell;

use chime_system_ledger::icrc1::Account;
use chime_system_ledger::{Book, Memories};
use ic_stable_structures::DefaultMemoryImpl;
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};

/// Every memory id that was ever used; none is used for anything else.
const BALANCES: MemoryId = MemoryId::new(0);
const BLOCKS: MemoryId = MemoryId::new(1);
const RECENT: MemoryId = MemoryId::new(2);

type Memory = VirtualMemory<DefaultMemoryImpl>;

thread_local! {
    static BOOK: RefCell<Book<Account, Memory>> = RefCell::new(open());
}

fn open() -> Book<Account, Memory> {
    let manager = MemoryManager::init(DefaultMemoryImpl::default());
    let memories = Memories {
        balances: manager.get(BALANCES),
        blocks: manager.get(BLOCKS),
        recent: manager.get(RECENT),
    };
    Book::new(memories, crate::opening_balance)
}

/// Reads the book.
pub(crate) fn with<R>(read: impl FnOnce(&Book<Account, Memory>) -> R) -> R {
    BOOK.with_borrow(read)
}

/// Changes the book.
pub(crate) fn with_mut<R>(change: impl FnOnce(&mut Book<Account, Memory>) -> R) -> R {
    BOOK.with_borrow_mut(change)
}
