//! `withdraw`: cycles leave the ledger into a canister.
//!
//! They are taken from the account before the call leaves and given back if it is rejected, so that
//! nobody can spend them twice in between.

use candid::{Nat, Principal};
use chime_system_ledger::icrc1::amount;
use chime_system_ledger::{Done, Payment, Stamp};
use ic_cdk::call::{Call, CallFailed, RejectCode};
use ic_management_canister_types::CanisterIdRecord;

use crate::interface::{RejectionCode, WithdrawArgs, WithdrawError, WithdrawResult};
use crate::{TOKEN, account, state};

/// Length of the id of a canister, in bytes.
const CANISTER_ID_BYTES: usize = 10;

pub(crate) async fn withdraw(caller: Principal, args: WithdrawArgs) -> WithdrawResult {
    if args.to.as_slice().len() != CANISTER_ID_BYTES {
        return Err(WithdrawError::InvalidReceiver { receiver: args.to });
    }
    let from = account(caller, args.from_subaccount);
    let cycles = amount(&args.amount);
    let block = state::with_mut(|book| {
        let now_ns = ic_cdk::api::time();
        let stamp = Stamp::of(args.created_at_time, &("withdraw", caller, &args));
        book.check(stamp.as_ref(), now_ns)?;
        let block = book.pay(&Payment {
            from,
            to: None,
            amount: cycles,
            fee: TOKEN.fee,
        })?;
        let done = Done {
            block,
            canister: None,
        };
        book.remember(stamp, done, now_ns);
        Ok::<_, WithdrawError>(block)
    })?;
    match send(args.to, cycles).await {
        Ok(()) => Ok(Nat::from(block)),
        Err(failure) => {
            state::with_mut(|book| book.issue(&from, cycles));
            Err(failed(block, &failure))
        }
    }
}

async fn send(canister_id: Principal, cycles: u128) -> Result<(), CallFailed> {
    Call::unbounded_wait(Principal::management_canister(), "deposit_cycles")
        .with_arg(CanisterIdRecord { canister_id })
        .with_cycles(cycles)
        .await
        .map(|_| ())
}

fn failed(block: u64, failure: &CallFailed) -> WithdrawError {
    let (rejection_code, rejection_reason) = match failure {
        CallFailed::CallRejected(rejected) => (
            rejected
                .reject_code()
                .map_or(RejectionCode::Unknown, RejectionCode::from),
            rejected.reject_message().to_owned(),
        ),
        other => (RejectionCode::SysTransient, other.to_string()),
    };
    WithdrawError::FailedToWithdraw {
        fee_block: Some(Nat::from(block)),
        rejection_code,
        rejection_reason,
    }
}

impl From<RejectCode> for RejectionCode {
    fn from(code: RejectCode) -> Self {
        match code {
            RejectCode::SysFatal => Self::SysFatal,
            RejectCode::SysTransient => Self::SysTransient,
            RejectCode::DestinationInvalid => Self::DestinationInvalid,
            RejectCode::CanisterReject => Self::CanisterReject,
            RejectCode::CanisterError => Self::CanisterError,
            RejectCode::SysUnknown => Self::Unknown,
        }
    }
}
