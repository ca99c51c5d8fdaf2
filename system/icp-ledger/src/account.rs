//! Account identifiers: 32 bytes that stand for an owner and a subaccount.
//!
//! ```text
//! CRC-32 of the rest (4 bytes, big-endian) | SHA-224("\x0Aaccount-id" | owner | subaccount)
//! ```
//!
//! The account cannot be told from its identifier.

use std::borrow::Cow;

use candid::Principal;
use chime_system_ledger::icrc1::Account;
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use sha2::{Digest, Sha224};

const BYTES: usize = 32;
const CHECKSUM_BYTES: usize = 4;

/// An identifier whose checksum is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccountIdentifier([u8; BYTES]);

/// The bytes are not those of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl AccountIdentifier {
    pub(crate) fn of(account: &Account) -> Self {
        let mut hasher = Sha224::new();
        hasher.update(b"\x0Aaccount-id");
        hasher.update(account.owner.as_slice());
        hasher.update(account.effective_subaccount());
        let hash = hasher.finalize();
        let mut bytes = [0; BYTES];
        bytes[..CHECKSUM_BYTES].copy_from_slice(&crc32fast::hash(&hash).to_be_bytes());
        bytes[CHECKSUM_BYTES..].copy_from_slice(&hash);
        Self(bytes)
    }

    pub(crate) fn of_anonymous() -> Self {
        Self::of(&Account::of(Principal::anonymous()))
    }

    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl TryFrom<&[u8]> for AccountIdentifier {
    type Error = Malformed;

    fn try_from(bytes: &[u8]) -> Result<Self, Malformed> {
        let bytes: [u8; BYTES] = bytes.try_into().map_err(|_| Malformed)?;
        let (checksum, hash) = bytes.split_at(CHECKSUM_BYTES);
        if crc32fast::hash(hash).to_be_bytes() != *checksum {
            return Err(Malformed);
        }
        Ok(Self(bytes))
    }
}

impl Storable for AccountIdentifier {
    const BOUND: Bound = Bound::Bounded {
        max_size: BYTES as u32,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_vec()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let bytes = bytes.as_ref().try_into();
        Self(bytes.expect("BUG: the map holds what to_bytes wrote"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_give_the_identifier_that_the_whole_network_knows() {
        // The anonymous principal's, as every explorer of the Internet Computer shows it.
        let identifier = AccountIdentifier::of_anonymous();
        let text: String = identifier.0.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            text,
            "1c7a48ba6a562aa9eaa2481a9049cdf0433b9738c992d698c31d8abf89cadc79"
        );
    }

    #[test]
    fn should_refuse_bytes_with_a_wrong_checksum_or_length() {
        let right = AccountIdentifier::of_anonymous();
        assert_eq!(AccountIdentifier::try_from(right.0.as_slice()), Ok(right));
        let mut wrong = right.0;
        wrong[31] ^= 1;
        for bytes in [&wrong[..], &right.0[1..], &[]] {
            assert_eq!(AccountIdentifier::try_from(bytes), Err(Malformed));
        }
    }

    #[test]
    fn should_tell_subaccounts_apart() {
        let account = |byte| Account {
            owner: Principal::anonymous(),
            subaccount: Some([byte; 32]),
        };
        assert_eq!(
            AccountIdentifier::of(&account(0)),
            AccountIdentifier::of_anonymous()
        );
        assert_ne!(
            AccountIdentifier::of(&account(1)),
            AccountIdentifier::of_anonymous()
        );
    }
}
