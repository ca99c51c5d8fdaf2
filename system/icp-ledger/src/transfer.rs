//! Both ways to transfer: to an account, and to an account identifier.

use candid::{Nat, Principal};
use chime_system_ledger::icrc1::{Account, TransferArgs, TransferError, TransferResult, amount};
use chime_system_ledger::{Payment, Stamp};

use crate::account::AccountIdentifier;
use crate::interface::{LegacyTransferArgs, LegacyTransferError, LegacyTransferResult};
use crate::{FEE, TOKEN, state};

/// Longest memo, in bytes: that of the mainnet's ledger.
const MEMO_BYTES: usize = 32;

pub(crate) fn icrc1_transfer(caller: Principal, args: &TransferArgs) -> TransferResult {
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
    let from = Account {
        owner: caller,
        subaccount: args.from_subaccount,
    };
    let payment = Payment {
        from: AccountIdentifier::of(&from),
        to: Some(AccountIdentifier::of(&args.to)),
        amount: amount(&args.amount),
        fee: TOKEN.fee,
    };
    let stamp = Stamp::of(args.created_at_time, &("icrc1_transfer", caller, args));
    let block = state::pay(&payment, stamp, ic_cdk::api::time())?;
    Ok(Nat::from(block))
}

pub(crate) fn transfer(caller: Principal, args: &LegacyTransferArgs) -> LegacyTransferResult {
    // The answer has no place for a malformed account: like the mainnet's ledger, trap.
    let Ok(to) = AccountIdentifier::try_from(args.to.as_slice()) else {
        ic_cdk::trap("Invalid account identifier");
    };
    if args.fee != FEE {
        return Err(LegacyTransferError::BadFee { expected_fee: FEE });
    }
    let from = Account {
        owner: caller,
        subaccount: args.from_subaccount,
    };
    let payment = Payment {
        from: AccountIdentifier::of(&from),
        to: Some(to),
        amount: u128::from(args.amount.e8s),
        fee: TOKEN.fee,
    };
    let created_at_ns = args.created_at_time.map(|time| time.timestamp_nanos);
    let stamp = Stamp::of(created_at_ns, &("transfer", caller, args));
    Ok(state::pay(&payment, stamp, ic_cdk::api::time())?)
}
