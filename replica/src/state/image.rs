//! A snapshot of a canister, but for its module, chunks and memories.
//!
//! In the code it is called an image, since the state of a whole replica is a snapshot too.

use candid::Principal;
use ic_management_canister_types::SnapshotSource;
use serde::{Deserialize, Serialize};

use super::{GlobalValue, LowMemoryHook};

/// The id of a snapshot as the Internet Computer makes it: the number among those of its canister,
/// big-endian, then the canister's id.
pub type ImageId = [u8; 18];

/// The id of a canister's snapshot with a number.
pub(crate) fn image_id(canister: &Principal, number: u64) -> ImageId {
    let mut id = [0; 18];
    id[..8].copy_from_slice(&number.to_be_bytes());
    // The ids of this subnet have ten bytes.
    id[8..8 + canister.as_slice().len()].copy_from_slice(canister.as_slice());
    id
}

/// The canister and the number of a snapshot's id, if it has the form of one.
pub(crate) fn split_image_id(id: &[u8]) -> Option<(Principal, u64)> {
    let (number, canister) = id.split_first_chunk::<8>()?;
    let canister = <[u8; 10]>::try_from(canister).ok()?;
    let canister = Principal::from_slice(&canister);
    Some((canister, u64::from_be_bytes(*number)))
}

/// How a snapshot came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ImageSource {
    Taken,
    Uploaded,
}

impl From<ImageSource> for SnapshotSource {
    fn from(source: ImageSource) -> Self {
        match source {
            ImageSource::Taken => Self::TakenFromCanister(candid::Reserved),
            ImageSource::Uploaded => Self::MetadataUpload(candid::Reserved),
        }
    }
}

/// A snapshot without module, chunks and memories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImageMeta {
    pub source: ImageSource,
    pub taken_at_ns: u64,
    pub canister_version: u64,
    pub module_bytes: u64,
    /// Those that are mutable or exported; `None` for a reference.
    pub globals: Vec<Option<GlobalValue>>,
    pub heap_bytes: u64,
    pub stable_wasm_pages: u64,
    #[serde(with = "serde_bytes")]
    pub certified_data: Vec<u8>,
    /// 0 when the timer is off; `None` when it was not told.
    pub global_timer_ns: Option<u64>,
    pub low_memory_hook: Option<LowMemoryHook>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_make_the_ids_of_the_internet_computer() {
        let canister = crate::canister_id_from_counter(7);
        let id = image_id(&canister, 258);
        assert_eq!(hex::encode(id), "000000000000010200000000000000070101");
        assert_eq!(split_image_id(&id), Some((canister, 258)));
        assert_eq!(split_image_id(&id[..17]), None);
        assert_eq!(split_image_id(&[]), None);
        assert_eq!(split_image_id(&[0; 19]), None);
    }
}
