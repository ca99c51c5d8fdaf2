//! The way of a request up to the driver, for fuzzing; see [`crate::fuzzing`].

use candid::Principal;

use super::authentication::authenticate;
use super::envelope::{Content, Envelope};
use super::read_state::{Address, Knowledge, ReadState};
use super::routing::check_address;
use crate::store::RequestRecord;
use crate::{CanisterView, MessageId};

/// A replica that knows nothing yet.
struct Nothing;

impl Knowledge for Nothing {
    fn request(&self, _: &MessageId) -> Option<&RequestRecord> {
        None
    }

    fn canister(&self, _: &Principal) -> Option<CanisterView> {
        None
    }
}

/// The body of a request: decoded, authenticated shortly before it expires, and looked at as its
/// endpoint would.
pub fn envelope(bytes: &[u8]) -> bool {
    let Ok(envelope) = Envelope::decode(bytes) else {
        return false;
    };
    let now_ns = envelope.ingress_expiry_ns.saturating_sub(1);
    let Ok(targets) = authenticate(&envelope, now_ns) else {
        return false;
    };
    let subnet = Principal::self_authenticating([2]);
    let checked = match envelope.content {
        Content::Call(call) | Content::Query(call) => {
            check_address(&Address::Canister(call.canister_id), &subnet, &call)
        }
        Content::ReadState(paths) => {
            let address = Address::Canister(Principal::management_canister());
            let sender = envelope.sender;
            let read = ReadState {
                address,
                sender,
                targets,
                paths,
            };
            read.check(&Nothing)
        }
    };
    checked.is_ok()
}
