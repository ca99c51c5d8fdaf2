//! Messages and callbacks on their way.

use candid::Principal;

use super::Effect;
use crate::state::State;
use crate::state::keys::MessageId;
use crate::state::records::Payload;

/// Sends something on its way.
pub fn send(_state: &mut State, _now: u64, _owner: Principal, _payload: Payload) {}

/// An attempt to deliver is due.
pub(super) fn begin(_state: &mut State, _now: u64, _id: MessageId) -> Option<Effect> {
    None
}

/// Takes in whether something arrived.
pub fn delivered(_state: &mut State, _now: u64, _id: MessageId, _outcome: Result<(), String>) {}
