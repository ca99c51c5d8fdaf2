//! Canister ids as a real subnet allocates them, and the id of the one subnet.

use candid::Principal;

/// A range of canister ids, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CanisterIdRange {
    /// First id of the range.
    pub first: Principal,
    /// Last id of the range.
    pub last: Principal,
}

/// The id of the `counter`-th canister: the counter big-endian, then 0x01 0x01.
pub fn canister_id_from_counter(counter: u64) -> Principal {
    let mut bytes = [1; 10];
    bytes[..8].copy_from_slice(&counter.to_be_bytes());
    Principal::from_slice(&bytes)
}

/// The counter behind a canister id, when it has the form of one.
pub(crate) fn counter_from_canister_id(id: &Principal) -> Option<u64> {
    let bytes: [u8; 10] = id.as_slice().try_into().ok()?;
    let (counter, suffix) = bytes.split_at(8);
    let counter = counter.try_into().expect("BUG: eight of ten bytes");
    (suffix == [1, 1]).then(|| u64::from_be_bytes(counter))
}

/// Every canister id that the subnet may host.
pub fn canister_id_range() -> CanisterIdRange {
    CanisterIdRange {
        first: canister_id_from_counter(0),
        last: canister_id_from_counter(u64::MAX),
    }
}

/// The id of the subnet with a given public key in DER: like on the Internet Computer it is the
/// key's self-authenticating principal, which clients rely on.
pub fn subnet_id(root_key: &[u8]) -> Principal {
    Principal::self_authenticating(root_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_encode_the_ids_that_every_local_network_starts_with() {
        // The first two ids of a fresh local replica, known to every IC developer.
        for (counter, text) in [
            (0, "rwlgt-iiaaa-aaaaa-aaaaa-cai"),
            (1, "rrkah-fqaaa-aaaaa-aaaaq-cai"),
            (2, "ryjl3-tyaaa-aaaaa-aaaba-cai"),
        ] {
            let id = canister_id_from_counter(counter);
            assert_eq!(id.to_text(), text);
            assert_eq!(counter_from_canister_id(&id), Some(counter));
        }
        assert_eq!(
            counter_from_canister_id(&Principal::management_canister()),
            None
        );
    }
}
