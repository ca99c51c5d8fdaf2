//! The book of this ledger, in the canister's stable memory.

use std::cell::RefCell;

use chime_system_ledger::{Book, Done, Memories, Payment, Refusal, Stamp};
use ic_stable_structures::DefaultMemoryImpl;
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager, VirtualMemory};

use crate::OPENING_BALANCE;
use crate::account::AccountIdentifier;

/// Every memory id that was ever used; none is used for anything else.
const BALANCES: MemoryId = MemoryId::new(0);
const BLOCKS: MemoryId = MemoryId::new(1);
const RECENT: MemoryId = MemoryId::new(2);

type Memory = VirtualMemory<DefaultMemoryImpl>;

thread_local! {
    static BOOK: RefCell<Book<AccountIdentifier, Memory>> = RefCell::new(open());
}

fn open() -> Book<AccountIdentifier, Memory> {
    let manager = MemoryManager::init(DefaultMemoryImpl::default());
    let memories = Memories {
        balances: manager.get(BALANCES),
        blocks: manager.get(BLOCKS),
        recent: manager.get(RECENT),
    };
    Book::new(memories, opening_balance)
}

fn opening_balance(account: &AccountIdentifier) -> u128 {
    if *account == AccountIdentifier::of_anonymous() {
        OPENING_BALANCE
    } else {
        0
    }
}

/// What an account has.
pub(crate) fn balance(account: &AccountIdentifier) -> u128 {
    BOOK.with_borrow(|book| book.balance(account))
}

/// Makes a payment, unless it was made before, and returns its block.
pub(crate) fn pay(
    payment: &Payment<AccountIdentifier>,
    stamp: Option<Stamp>,
    now_ns: u64,
) -> Result<u64, Refusal> {
    BOOK.with_borrow_mut(|book| {
        book.check(stamp.as_ref(), now_ns)?;
        let block = book.pay(payment)?;
        let done = Done {
            block,
            canister: None,
        };
        book.remember(stamp, done, now_ns);
        Ok(block)
    })
}
