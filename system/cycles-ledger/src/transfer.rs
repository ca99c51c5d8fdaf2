//! `icrc1_transfer`.

use candid::{Nat, Principal};
use chime_system_ledger::icrc1::{TransferArgs, TransferError, TransferResult, amount};
use chime_system_ledger::limits::MEMO_BYTES;
use chime_system_ledger::{Done, Payment, Stamp};

use crate::{TOKEN, account, state};

pub(crate) fn transfer(caller: Principal, args: &TransferArgs) -> TransferResult {
    TOKEN.check_fee(args.fee.as_ref())?;
    if args
        .memo
        .as_ref()
        .is_some_and(|memo| memo.len() > MEMO_BYTES)
    {
        return Err(TransferError::GenericError {
            error_code: Nat::from(0_u8),
            message: format!("the memo has more than {MEMO_BYTES} bytes"),
        });
    }
    let now_ns = ic_cdk::api::time();
    let stamp = Stamp::of(args.created_at_time, &("icrc1_transfer", caller, args));
    let payment = Payment {
        from: account(caller, args.from_subaccount),
        to: Some(args.to.normal()),
        amount: amount(&args.amount),
        fee: TOKEN.fee,
    };
    state::with_mut(|book| {
        book.check(stamp.as_ref(), now_ns)?;
        let block = book.pay(&payment)?;
        let done = Done {
            block,
            canister: None,
        };
        book.remember(stamp, done, now_ns);
        Ok(Nat::from(block))
    })
}
