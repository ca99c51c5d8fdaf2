//! Balances, in stable memory.
//!
//! ```text
//! balances  holder -> amount     only holders that were paid or have paid
//! blocks    the number of blocks made so far
//! recent    (time of creation, hash) -> what was done, for as long as it could come again
//! ```
//!
//! A holder that is not written down has the balance it opened with, so every principal of a local
//! network can have tokens before it was ever seen.

use ic_stable_structures::{DefaultMemoryImpl, Memory, StableBTreeMap, StableCell, Storable};

use crate::limits::{FORGOTTEN_AT_ONCE, TRANSACTION_WINDOW};
use crate::stamp::{Done, Refusal, Stamp};

/// Who can have a balance.
pub trait Holder: Storable + Ord + Clone {}
impl<T: Storable + Ord + Clone> Holder for T {}

/// The three memories of a book.
#[derive(Debug, Default)]
pub struct Memories<M> {
    /// For the balances.
    pub balances: M,
    /// For the number of blocks.
    pub blocks: M,
    /// For what was done lately.
    pub recent: M,
}

/// An amount that goes from one holder to another, or away if there is no other. The fee goes away
/// in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment<H> {
    /// Who pays.
    pub from: H,
    /// Who is paid.
    pub to: Option<H>,
    /// What is paid.
    pub amount: u128,
    /// What it costs besides.
    pub fee: u128,
}

/// The balances of all holders.
pub struct Book<H: Holder, M: Memory = DefaultMemoryImpl> {
    opening: fn(&H) -> u128,
    balances: StableBTreeMap<H, u128, M>,
    blocks: StableCell<u64, M>,
    recent: StableBTreeMap<Stamp, Done, M>,
}

impl<H: Holder, M: Memory> Book<H, M> {
    /// The book in these memories; `opening` says what a holder begins with.
    pub fn new(memories: Memories<M>, opening: fn(&H) -> u128) -> Self {
        Self {
            opening,
            balances: StableBTreeMap::init(memories.balances),
            blocks: StableCell::init(memories.blocks, 0),
            recent: StableBTreeMap::init(memories.recent),
        }
    }

    /// What a holder has.
    pub fn balance(&self, holder: &H) -> u128 {
        let known = self.balances.get(holder);
        known.unwrap_or_else(|| (self.opening)(holder))
    }

    /// Makes a payment and returns its block, or changes nothing.
    ///
    /// # Errors
    /// [`Refusal::InsufficientFunds`].
    pub fn pay(&mut self, payment: &Payment<H>) -> Result<u64, Refusal> {
        let balance = self.balance(&payment.from);
        let left = payment
            .amount
            .checked_add(payment.fee)
            .and_then(|price| balance.checked_sub(price))
            .ok_or(Refusal::InsufficientFunds { balance })?;
        self.balances.insert(payment.from.clone(), left);
        if let Some(to) = &payment.to {
            return Ok(self.issue(to, payment.amount));
        }
        Ok(self.next_block())
    }

    /// Gives a holder tokens that nobody had before and returns the block.
    pub fn issue(&mut self, to: &H, amount: u128) -> u64 {
        let balance = self.balance(to).checked_add(amount);
        let balance = balance.expect("BUG: there are fewer tokens than fit into a balance");
        self.balances.insert(to.clone(), balance);
        self.next_block()
    }

    fn next_block(&mut self) -> u64 {
        let block = *self.blocks.get();
        self.blocks.set(block + 1);
        block
    }

    /// Whether a transaction may be made at this time.
    ///
    /// # Errors
    /// What speaks against it: its age, or that it was made before.
    pub fn check(&self, stamp: Option<&Stamp>, now_ns: u64) -> Result<(), Refusal> {
        let Some(stamp) = stamp else {
            return Ok(());
        };
        stamp.check_age(now_ns)?;
        match self.recent.get(stamp) {
            Some(done) => Err(Refusal::Duplicate(done)),
            None => Ok(()),
        }
    }

    /// Remembers a transaction, so that it is refused when it comes again; in return forgets some
    /// that are too old to come.
    pub fn remember(&mut self, stamp: Option<Stamp>, done: Done, now_ns: u64) {
        let Some(stamp) = stamp else {
            return;
        };
        self.recent.insert(stamp, done);
        let window = u64::try_from(TRANSACTION_WINDOW.as_nanos()).unwrap_or(u64::MAX);
        // Twice the window: the drift that is permitted besides is shorter than it.
        let oldest = now_ns.saturating_sub(window.saturating_mul(2));
        for _ in 0..FORGOTTEN_AT_ONCE {
            match self.recent.first_key_value() {
                Some((first, _)) if first.created_at_ns() < oldest => self.recent.remove(&first),
                _ => return,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_NS: u64 = 24 * 60 * 60 * 1_000_000_000;

    fn book() -> Book<[u8; 32]> {
        Book::new(Memories::default(), |holder| match holder[0] {
            0 => 0,
            _ => 1_000,
        })
    }

    fn payment(amount: u128) -> Payment<[u8; 32]> {
        Payment {
            from: [1; 32],
            to: Some([0; 32]),
            amount,
            fee: 10,
        }
    }

    #[test]
    fn should_pay_up_to_the_balance_less_the_fee() {
        for (amount, left, paid) in [(0, 990, 0), (1, 989, 1), (990, 0, 990)] {
            let mut book = book();
            assert_eq!(book.pay(&payment(amount)), Ok(0));
            assert_eq!(book.balance(&[1; 32]), left);
            assert_eq!(book.balance(&[0; 32]), paid);
        }
    }

    #[test]
    fn should_change_nothing_when_the_balance_does_not_suffice() {
        for amount in [991, u128::MAX - 10, u128::MAX] {
            let mut book = book();
            let refused = book.pay(&payment(amount));
            assert_eq!(refused, Err(Refusal::InsufficientFunds { balance: 1_000 }));
            assert_eq!(book.balance(&[1; 32]), 1_000);
            assert_eq!(book.balance(&[0; 32]), 0);
            assert_eq!(book.pay(&payment(1)), Ok(0), "the refusal took a block");
        }
    }

    #[test]
    fn should_leave_a_payment_to_oneself_without_the_fee() {
        let mut book = book();
        let mut payment = payment(500);
        payment.to = Some(payment.from);
        book.pay(&payment).unwrap();
        assert_eq!(book.balance(&[1; 32]), 990);
    }

    #[test]
    fn should_number_blocks_in_order() {
        let mut book = book();
        assert_eq!(book.pay(&payment(1)), Ok(0));
        assert_eq!(book.issue(&[7; 32], 5), 1);
        let burnt = Payment {
            to: None,
            ..payment(1)
        };
        assert_eq!(book.pay(&burnt), Ok(2));
        assert_eq!(book.balance(&[7; 32]), 1_005);
    }

    #[test]
    fn should_refuse_a_transaction_that_comes_again() {
        let mut book = book();
        let stamp = Stamp::of(Some(DAY_NS), &("transfer", 5_u64));
        let done = Done {
            block: 3,
            canister: None,
        };
        assert_eq!(book.check(stamp.as_ref(), DAY_NS), Ok(()));
        book.remember(stamp.clone(), done.clone(), DAY_NS);
        let again = book.check(stamp.as_ref(), DAY_NS + 1);
        assert_eq!(again, Err(Refusal::Duplicate(done)));
        let other = Stamp::of(Some(DAY_NS), &("transfer", 6_u64));
        assert_eq!(book.check(other.as_ref(), DAY_NS), Ok(()));
    }

    #[test]
    fn should_forget_what_is_too_old_to_come_again() {
        let mut book = book();
        let done = Done {
            block: 0,
            canister: None,
        };
        for number in 0..10_u64 {
            let stamp = Stamp::of(Some(10 * DAY_NS), &number);
            book.remember(stamp, done.clone(), 10 * DAY_NS);
        }
        assert_eq!(book.recent.len(), 10);
        let late = Stamp::of(Some(20 * DAY_NS), &0_u64);
        book.remember(late, done, 20 * DAY_NS);
        assert_eq!(book.recent.len(), 1);
    }
}
