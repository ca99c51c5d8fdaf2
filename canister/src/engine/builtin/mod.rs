//! The built-in actions: work on the store itself, done in slices, each in a message of its own,
//! so that a long one never comes near the limit of a message.

use chime_types::{Action, Message};

use super::{Budget, Outcome};
use crate::state::State;
use crate::state::keys::{ExecutionId, Token};

/// What a built-in action does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// Puts a message into the owner's inbox.
    Inbox(Message),
    /// Any of `cleanup`, `backup`, `analytics`, `maintenance`.
    Action(Action),
}

impl Builtin {
    /// The built-in work of an action.
    ///
    /// # Errors
    /// If it is none, in words.
    pub fn of(action: &Action) -> Result<Self, String> {
        Ok(Self::Action(action.clone()))
    }
}

/// Does a slice of the work of an attempt, from the `progress` of its execution on. None if the
/// attempt is over.
pub fn advance(
    _state: &mut State,
    _now: u64,
    _id: ExecutionId,
    _token: Token,
    _builtin: &Builtin,
    _budget: &Budget<'_>,
) -> Option<Outcome> {
    None
}
