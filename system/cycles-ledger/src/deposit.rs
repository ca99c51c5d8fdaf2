//! `deposit`: cycles that a canister attached to its call.

use candid::Nat;

use crate::interface::{DepositArgs, DepositResult};
use crate::{TOKEN, state};

/// Takes all cycles of the call. Too few to pay the fee are a trap, which gives them back: so the
/// mainnet's ledger does, whose answer has no place for an error.
pub(crate) fn deposit(args: &DepositArgs) -> DepositResult {
    let available = ic_cdk::api::msg_cycles_available();
    let Some(amount) = available.checked_sub(TOKEN.fee).filter(|rest| *rest > 0) else {
        ic_cdk::trap(format!(
            "The requested amount {available} to be deposited is less than the cycles ledger fee: {}",
            TOKEN.fee
        ));
    };
    ic_cdk::api::msg_cycles_accept(available);
    let to = args.to.normal();
    state::with_mut(|book| {
        let block = book.issue(&to, amount);
        DepositResult {
            balance: Nat::from(book.balance(&to)),
            block_index: Nat::from(block),
        }
    })
}
