//! The records of the methods that are older than ICRC-1, as the mainnet's ledger has them.

use candid::CandidType;
use chime_system_ledger::Refusal;
use serde::Deserialize;
use serde_bytes::ByteBuf;

/// An amount of ICP in its smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct Tokens {
    /// Hundred-millionths.
    pub e8s: u64,
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct TimeStamp {
    /// Nanoseconds since 1970.
    pub timestamp_nanos: u64,
}

/// The argument of `transfer`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct LegacyTransferArgs {
    /// A number of the caller.
    pub memo: u64,
    /// How much.
    pub amount: Tokens,
    /// The fee.
    pub fee: Tokens,
    /// From which account of the caller.
    pub from_subaccount: Option<[u8; 32]>,
    /// To which account identifier.
    pub to: ByteBuf,
    /// With a time the ledger makes the transfer once only.
    pub created_at_time: Option<TimeStamp>,
}

/// Why a transfer is not made.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum LegacyTransferError {
    /// The fee is another one.
    BadFee {
        /// The right one.
        expected_fee: Tokens,
    },
    /// The account has too little.
    InsufficientFunds {
        /// What it has.
        balance: Tokens,
    },
    /// It was created too long ago.
    TxTooOld {
        /// How old a transfer may be, in nanoseconds.
        allowed_window_nanos: u64,
    },
    /// It was created in the future.
    TxCreatedInFuture,
    /// It was made before.
    TxDuplicate {
        /// Its block.
        duplicate_of: u64,
    },
}

/// The answer of `transfer`: a block index, or why not.
pub type LegacyTransferResult = Result<u64, LegacyTransferError>;

/// The argument of `account_balance`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct AccountBalanceArgs {
    /// The account identifier.
    pub account: ByteBuf,
}

/// The argument of `transfer_fee`.
#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
pub struct TransferFeeArg {}

/// The answer of `transfer_fee`.
#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
pub struct TransferFees {
    /// The fee.
    pub transfer_fee: Tokens,
}

impl From<Refusal> for LegacyTransferError {
    fn from(refusal: Refusal) -> Self {
        let window = chime_system_ledger::limits::TRANSACTION_WINDOW;
        match refusal {
            Refusal::InsufficientFunds { balance } => Self::InsufficientFunds {
                balance: Tokens {
                    e8s: u64::try_from(balance).unwrap_or(u64::MAX),
                },
            },
            Refusal::TooOld => Self::TxTooOld {
                allowed_window_nanos: u64::try_from(window.as_nanos()).unwrap_or(u64::MAX),
            },
            Refusal::CreatedInFuture { .. } => Self::TxCreatedInFuture,
            Refusal::Duplicate(done) => Self::TxDuplicate {
                duplicate_of: done.block,
            },
        }
    }
}
