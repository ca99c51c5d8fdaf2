//! The records of the standard ICRC-1, with the names that it gives them.

use std::borrow::Cow;

use candid::{CandidType, Nat, Principal};
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::Deserialize;
use serde_bytes::ByteBuf;

use crate::Refusal;

/// Longest principal, in bytes.
const PRINCIPAL_BYTES: usize = 29;
const SUBACCOUNT_BYTES: usize = 32;
const ACCOUNT_BYTES: usize = SUBACCOUNT_BYTES + PRINCIPAL_BYTES;

/// An account of a ledger. No subaccount means the one of zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, CandidType, Deserialize)]
pub struct Account {
    /// To whom it belongs.
    pub owner: Principal,
    /// Which of its accounts.
    pub subaccount: Option<[u8; SUBACCOUNT_BYTES]>,
}

/// The argument of `icrc1_transfer`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct TransferArgs {
    /// From which account of the caller.
    pub from_subaccount: Option<[u8; SUBACCOUNT_BYTES]>,
    /// To whom.
    pub to: Account,
    /// How much.
    pub amount: Nat,
    /// The fee that the caller expects.
    pub fee: Option<Nat>,
    /// Any bytes.
    pub memo: Option<ByteBuf>,
    /// With a time the ledger makes the transfer once only.
    pub created_at_time: Option<u64>,
}

/// Why a transfer is not made.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum TransferError {
    /// The fee is another one.
    BadFee {
        /// The right one.
        expected_fee: Nat,
    },
    /// Too little is burned.
    BadBurn {
        /// The least.
        min_burn_amount: Nat,
    },
    /// The account has too little.
    InsufficientFunds {
        /// What it has.
        balance: Nat,
    },
    /// It was created too long ago.
    TooOld,
    /// It was created in the future.
    CreatedInFuture {
        /// The ledger's time, in nanoseconds since 1970.
        ledger_time: u64,
    },
    /// It was made before.
    Duplicate {
        /// Its block.
        duplicate_of: Nat,
    },
    /// Retry later.
    TemporarilyUnavailable,
    /// Anything else.
    GenericError {
        /// A number for programs.
        error_code: Nat,
        /// A text for people.
        message: String,
    },
}

/// The answer of `icrc1_transfer`: a block index, or why not.
pub type TransferResult = Result<Nat, TransferError>;

/// A value of `icrc1_metadata`.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub enum MetadataValue {
    /// A natural number.
    Nat(Nat),
    /// A text.
    Text(String),
}

/// A standard that a ledger follows.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct SupportedStandard {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub url: String,
}

/// A token, as the queries of the standard describe it.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Its name.
    pub name: &'static str,
    /// Its symbol.
    pub symbol: &'static str,
    /// Digits behind the point.
    pub decimals: u8,
    /// The fee of a transfer, in the smallest unit.
    pub fee: u128,
}

impl Token {
    /// The answer of `icrc1_metadata`.
    #[must_use]
    pub fn metadata(&self) -> Vec<(String, MetadataValue)> {
        [
            ("icrc1:name", MetadataValue::Text(self.name.to_owned())),
            ("icrc1:symbol", MetadataValue::Text(self.symbol.to_owned())),
            (
                "icrc1:decimals",
                MetadataValue::Nat(Nat::from(self.decimals)),
            ),
            ("icrc1:fee", MetadataValue::Nat(Nat::from(self.fee))),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec()
    }

    /// Checks the fee that a caller expects.
    ///
    /// # Errors
    /// [`TransferError::BadFee`].
    pub fn check_fee(&self, fee: Option<&Nat>) -> Result<(), TransferError> {
        let expected_fee = Nat::from(self.fee);
        match fee {
            Some(fee) if *fee != expected_fee => Err(TransferError::BadFee { expected_fee }),
            _ => Ok(()),
        }
    }
}

/// The answer of `icrc1_supported_standards`.
#[must_use]
pub fn supported_standards() -> Vec<SupportedStandard> {
    vec![SupportedStandard {
        name: "ICRC-1".to_owned(),
        url: "https://github.com/dfinity/ICRC-1/tree/main/standards/ICRC-1".to_owned(),
    }]
}

/// An amount as a number. More than fits is more than anybody has.
#[must_use]
pub fn amount(nat: &Nat) -> u128 {
    u128::try_from(&nat.0).unwrap_or(u128::MAX)
}

impl Account {
    /// The first account of a principal.
    #[must_use]
    pub const fn of(owner: Principal) -> Self {
        Self {
            owner,
            subaccount: None,
        }
    }

    /// The bytes that tell the accounts of an owner apart.
    #[must_use]
    pub fn effective_subaccount(&self) -> [u8; SUBACCOUNT_BYTES] {
        self.subaccount.unwrap_or_default()
    }

    /// The account, written in the one way in which it is kept.
    #[must_use]
    pub fn normal(self) -> Self {
        Self {
            subaccount: self.subaccount.filter(|bytes| *bytes != [0; 32]),
            ..self
        }
    }
}

impl Storable for Account {
    const BOUND: Bound = Bound::Bounded {
        max_size: ACCOUNT_BYTES as u32,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned([&self.effective_subaccount(), self.owner.as_slice()].concat())
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let (subaccount, owner) = bytes
            .split_first_chunk::<SUBACCOUNT_BYTES>()
            .expect("BUG: the map holds what to_bytes wrote");
        let account = Self {
            owner: Principal::from_slice(owner),
            subaccount: Some(*subaccount),
        };
        account.normal()
    }
}

impl From<Refusal> for TransferError {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn should_keep_every_account(
            owner in proptest::collection::vec(any::<u8>(), 0..=PRINCIPAL_BYTES),
            subaccount: Option<[u8; SUBACCOUNT_BYTES]>,
        ) {
            let account = Account { owner: Principal::from_slice(&owner), subaccount };
            let kept = Account::from_bytes(account.to_bytes());
            prop_assert_eq!(kept, account.normal());
        }
    }

    #[test]
    fn should_take_no_subaccount_and_the_one_of_zeros_for_the_same() {
        let zeros = Account {
            owner: Principal::anonymous(),
            subaccount: Some([0; 32]),
        };
        let none = Account::of(Principal::anonymous());
        assert_eq!(zeros.to_bytes(), none.to_bytes());
        assert_eq!(zeros.normal(), none);
    }

    #[test]
    fn should_accept_the_right_fee_and_none() {
        let token = Token {
            name: "T",
            symbol: "T",
            decimals: 0,
            fee: 7,
        };
        assert_eq!(token.check_fee(None), Ok(()));
        assert_eq!(token.check_fee(Some(&Nat::from(7_u8))), Ok(()));
        let expected_fee = Nat::from(7_u8);
        let wrong = token.check_fee(Some(&Nat::from(8_u8)));
        assert_eq!(wrong, Err(TransferError::BadFee { expected_fee }));
    }
}
