//! How a transaction that comes a second time is recognised: by the time of creation that its
//! sender gave it, and a hash of everything else. One without a time of creation is new each time.

use std::borrow::Cow;

use candid::{CandidType, Encode, Principal};
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::limits::{PERMITTED_DRIFT, TRANSACTION_WINDOW};

const TIME_BYTES: usize = 8;
const STAMP_BYTES: usize = TIME_BYTES + 32;

/// What tells a transaction from all others. The order is that of the times of creation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp([u8; STAMP_BYTES]);

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct Done {
    /// Its block.
    pub block: u64,
    /// The canister that it created.
    pub canister: Option<Principal>,
}

/// Why a transaction is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The payer has too little.
    InsufficientFunds {
        /// What it has.
        balance: u128,
    },
    /// It was created too long ago.
    TooOld,
    /// It was created in the future.
    CreatedInFuture {
        /// The ledger's time, in nanoseconds since 1970.
        ledger_time_ns: u64,
    },
    /// It was made before.
    Duplicate(Done),
}

impl Stamp {
    /// The stamp of a transaction, if it has a time of creation. `content` is all that it says, the
    /// caller and the method included.
    pub fn of(created_at_ns: Option<u64>, content: &impl CandidType) -> Option<Self> {
        let created_at_ns = created_at_ns?;
        let content = Encode!(content).expect("BUG: a transaction is encodable");
        let mut stamp = [0; STAMP_BYTES];
        stamp[..TIME_BYTES].copy_from_slice(&created_at_ns.to_be_bytes());
        stamp[TIME_BYTES..].copy_from_slice(&Sha256::digest(content));
        Some(Self(stamp))
    }

    pub(crate) fn created_at_ns(&self) -> u64 {
        let (time, _) = self
            .0
            .split_first_chunk::<TIME_BYTES>()
            .expect("BUG: a stamp begins with its time");
        u64::from_be_bytes(*time)
    }

    pub(crate) fn check_age(&self, now_ns: u64) -> Result<(), Refusal> {
        let created_at_ns = u128::from(self.created_at_ns());
        let drift = PERMITTED_DRIFT.as_nanos();
        let now = u128::from(now_ns);
        if created_at_ns + TRANSACTION_WINDOW.as_nanos() + drift < now {
            return Err(Refusal::TooOld);
        }
        if created_at_ns > now + drift {
            return Err(Refusal::CreatedInFuture {
                ledger_time_ns: now_ns,
            });
        }
        Ok(())
    }
}

impl Storable for Stamp {
    const BOUND: Bound = Bound::Bounded {
        max_size: STAMP_BYTES as u32,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self(
            bytes
                .as_ref()
                .try_into()
                .expect("BUG: the map holds what to_bytes wrote"),
        )
    }
}

impl Storable for Done {
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(Encode!(self).expect("BUG: the record is plain data"))
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        candid::decode_one(&bytes).expect("BUG: the map holds what to_bytes wrote")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_take_a_transaction_within_its_window_only() {
        let second = 1_000_000_000;
        let now_ns = 100 * 24 * 60 * 60 * second;
        let oldest = now_ns - (24 * 60 * 60 + 60) * second;
        let latest = now_ns + 60 * second;
        let future = Refusal::CreatedInFuture {
            ledger_time_ns: now_ns,
        };
        for (created_at_ns, expected) in [
            (0, Err(Refusal::TooOld)),
            (oldest - 1, Err(Refusal::TooOld)),
            (oldest, Ok(())),
            (now_ns, Ok(())),
            (latest, Ok(())),
            (latest + 1, Err(future.clone())),
            (u64::MAX, Err(future)),
        ] {
            let stamp = Stamp::of(Some(created_at_ns), &()).unwrap();
            assert_eq!(stamp.check_age(now_ns), expected, "{created_at_ns}");
        }
    }

    #[test]
    fn should_tell_transactions_apart_by_time_and_content() {
        let stamp = |time, content| Stamp::of(Some(time), &content).unwrap();
        assert_eq!(stamp(1, 1_u64), stamp(1, 1_u64));
        assert_ne!(stamp(1, 1_u64), stamp(2, 1_u64));
        assert_ne!(stamp(1, 1_u64), stamp(1, 2_u64));
        assert_eq!(Stamp::of(None, &1_u64), None);
    }
}
