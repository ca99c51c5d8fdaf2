//! The records of the methods that ICRC-1 does not define, as the mainnet's cycles ledger has them.

use candid::{CandidType, Nat, Principal};
use chime_system_ledger::Refusal;
use chime_system_ledger::icrc1::Account;
use ic_management_canister_types::CanisterSettings;
use serde::Deserialize;
use serde_bytes::ByteBuf;

/// The argument of `deposit`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct DepositArgs {
    /// To whom the cycles go.
    pub to: Account,
    /// Any bytes.
    pub memo: Option<ByteBuf>,
}

/// The answer of `deposit`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct DepositResult {
    /// What the account has now.
    pub balance: Nat,
    /// The block.
    pub block_index: Nat,
}

/// The argument of `withdraw`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct WithdrawArgs {
    /// How many cycles.
    pub amount: Nat,
    /// From which account of the caller.
    pub from_subaccount: Option<[u8; 32]>,
    /// Into which canister.
    pub to: Principal,
    /// With a time the ledger makes the withdrawal once only.
    pub created_at_time: Option<u64>,
}

/// How a call was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum RejectionCode {
    /// It was not.
    NoError,
    /// The network cannot do it.
    SysFatal,
    /// The network cannot do it now.
    SysTransient,
    /// There is no such canister.
    DestinationInvalid,
    /// The canister refused.
    CanisterReject,
    /// The canister failed.
    CanisterError,
    /// Nobody knows.
    Unknown,
}

/// Why a withdrawal is not made.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum WithdrawError {
    /// Anything else.
    GenericError {
        /// A number for programs.
        error_code: Nat,
        /// A text for people.
        message: String,
    },
    /// Retry later.
    TemporarilyUnavailable,
    /// The canister did not get them. They are back in the account, but for the fee.
    FailedToWithdraw {
        /// The block of the fee.
        fee_block: Option<Nat>,
        /// How the call was rejected.
        rejection_code: RejectionCode,
        /// With which words.
        rejection_reason: String,
    },
    /// It was made before.
    Duplicate {
        /// Its block.
        duplicate_of: Nat,
    },
    /// The fee is another one.
    BadFee {
        /// The right one.
        expected_fee: Nat,
    },
    /// That is no canister.
    InvalidReceiver {
        /// What was given.
        receiver: Principal,
    },
    /// It was created in the future.
    CreatedInFuture {
        /// The ledger's time, in nanoseconds since 1970.
        ledger_time: u64,
    },
    /// It was created too long ago.
    TooOld,
    /// The account has too little.
    InsufficientFunds {
        /// What it has.
        balance: Nat,
    },
}

/// The answer of `withdraw`: a block index, or why not.
pub type WithdrawResult = Result<Nat, WithdrawError>;

/// Where a canister is to be created.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum SubnetSelection {
    /// Anywhere that fits.
    Filter {
        /// The type of the subnet.
        subnet_type: Option<String>,
    },
    /// There.
    Subnet {
        /// The subnet.
        subnet: Principal,
    },
}

/// What a canister is created with.
#[derive(Clone, Debug, Default, CandidType, Deserialize)]
pub struct CreationArgs {
    /// Where.
    pub subnet_selection: Option<SubnetSelection>,
    /// Its settings; without controllers the caller is the controller.
    pub settings: Option<CanisterSettings>,
}

/// The argument of `create_canister`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct CreateCanisterArgs {
    /// From which account of the caller.
    pub from_subaccount: Option<[u8; 32]>,
    /// With a time the ledger creates one canister only.
    pub created_at_time: Option<u64>,
    /// The cycles that pay for the creation and that the canister begins with.
    pub amount: Nat,
    /// What it is created with.
    pub creation_args: Option<CreationArgs>,
}

/// A canister that was created.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct CreateCanisterSuccess {
    /// The block.
    pub block_id: Nat,
    /// The canister.
    pub canister_id: Principal,
}

/// Why a canister is not created.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum CreateCanisterError {
    /// The account has too little.
    InsufficientFunds {
        /// What it has.
        balance: Nat,
    },
    /// It was asked for too long ago.
    TooOld,
    /// It was asked for in the future.
    CreatedInFuture {
        /// The ledger's time, in nanoseconds since 1970.
        ledger_time: u64,
    },
    /// Retry later.
    TemporarilyUnavailable,
    /// It was asked for before.
    Duplicate {
        /// The block.
        duplicate_of: Nat,
        /// The canister, once it exists.
        canister_id: Option<Principal>,
    },
    /// The network refused. The cycles are back in the account, but for the fee.
    FailedToCreate {
        /// The block of the fee.
        fee_block: Option<Nat>,
        /// The block that gave the cycles back.
        refund_block: Option<Nat>,
        /// With which words.
        error: String,
    },
    /// Anything else.
    GenericError {
        /// A number for programs.
        error_code: Nat,
        /// A text for people.
        message: String,
    },
}

/// The answer of `create_canister`.
pub type CreateCanisterResult = Result<CreateCanisterSuccess, CreateCanisterError>;

impl From<Refusal> for WithdrawError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InsufficientFunds { balance } => Self::InsufficientFunds {
                balance: Nat::from(balance),
            },
            Refusal::TooOld => Self::TooOld,
            Refusal::CreatedInFuture { ledger_time_ns } => Self::CreatedInFuture {
                ledger_time: ledger_time_ns,
            },
            Refusal::Duplicate(done) => Self::Duplicate {
                duplicate_of: Nat::from(done.block),
            },
        }
    }
}

impl From<Refusal> for CreateCanisterError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InsufficientFunds { balance } => Self::InsufficientFunds {
                balance: Nat::from(balance),
            },
            Refusal::TooOld => Self::TooOld,
            Refusal::CreatedInFuture { ledger_time_ns } => Self::CreatedInFuture {
                ledger_time: ledger_time_ns,
            },
            Refusal::Duplicate(done) => Self::Duplicate {
                duplicate_of: Nat::from(done.block),
                canister_id: done.canister,
            },
        }
    }
}
