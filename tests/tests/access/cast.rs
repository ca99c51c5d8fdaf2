//! The kinds of callers.

use candid::Principal;

/// A kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Anonymous,
    /// Not registered: a user without anything, where everybody is admitted.
    Stranger,
    /// Whose things they are.
    Owner,
    /// Another owner.
    Other,
    Viewer,
    Worker,
    Operator,
    /// Registered, and no controller.
    Admin,
    /// Controls the canister, and is not registered.
    Controller,
    Disabled,
}

impl Who {
    pub const ALL: [Self; 10] = [
        Self::Anonymous,
        Self::Stranger,
        Self::Owner,
        Self::Other,
        Self::Viewer,
        Self::Worker,
        Self::Operator,
        Self::Admin,
        Self::Controller,
        Self::Disabled,
    ];

    pub fn principal(self) -> Principal {
        match self {
            Self::Anonymous => Principal::anonymous(),
            // Who deploys in `chime_tests`.
            Self::Controller => Principal::self_authenticating([1]),
            other => Principal::self_authenticating([100 + other as u8]),
        }
    }

    /// The role it is registered with.
    pub const fn role(self) -> Option<&'static str> {
        match self {
            Self::Anonymous | Self::Stranger | Self::Controller => None,
            Self::Owner | Self::Other | Self::Disabled => Some("user"),
            Self::Viewer => Some("viewer"),
            Self::Worker => Some("worker"),
            Self::Operator => Some("operator"),
            Self::Admin => Some("admin"),
        }
    }
}
