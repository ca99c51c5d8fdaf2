//! Calls and their answers.

use candid::Principal;
use serde::{Deserialize, Serialize, Serializer};

use super::{Blob, Id, PrincipalId};
use crate::{ErrorCode, RejectCode, Rejection};

/// Where a call to the management canister goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pocket) enum EffectivePrincipal {
    /// Anywhere.
    None,
    /// To that subnet.
    SubnetId(Id),
    /// To the subnet of that canister.
    CanisterId(Id),
}

/// An update or a query.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct CanisterCall {
    pub(in crate::pocket) sender: Id,
    pub(in crate::pocket) canister_id: Id,
    pub(in crate::pocket) effective_principal: EffectivePrincipal,
    pub(in crate::pocket) method: String,
    pub(in crate::pocket) payload: Blob,
    pub(in crate::pocket) sender_info: Option<serde::de::IgnoredAny>,
}

/// Names a message that was submitted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::pocket) struct SubmittedMessage {
    pub(in crate::pocket) effective_principal: EffectivePrincipal,
    pub(in crate::pocket) message_id: Blob,
}

/// Whose message is asked for, and by whom.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::pocket) struct IngressStatusArgs {
    pub(in crate::pocket) raw_message_id: SubmittedMessage,
    pub(in crate::pocket) raw_caller: Option<PrincipalId>,
}

/// What a canister answered.
pub(in crate::pocket) type Answer = Result<Blob, RejectResponse>;

/// A rejection. Codes are given by the names of their variants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::pocket) struct RejectResponse {
    #[serde(serialize_with = "by_name")]
    reject_code: RejectCode,
    reject_message: String,
    #[serde(serialize_with = "by_name")]
    error_code: ErrorCode,
    certified: bool,
}

impl RejectResponse {
    /// A rejection that stands in the state for all to see.
    pub(in crate::pocket) fn certified(rejection: Rejection) -> Self {
        Self::of(rejection, true)
    }

    /// A rejection of one node's.
    pub(in crate::pocket) fn uncertified(rejection: Rejection) -> Self {
        Self::of(rejection, false)
    }

    fn of(rejection: Rejection, certified: bool) -> Self {
        Self {
            reject_code: rejection.code,
            reject_message: rejection.message,
            error_code: rejection.error_code,
            certified,
        }
    }
}

fn by_name<S: Serializer>(code: &impl std::fmt::Debug, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{code:?}"))
}

impl EffectivePrincipal {
    /// The subnet that is named, if one is.
    pub(in crate::pocket) fn subnet(&self) -> Option<Principal> {
        match self {
            Self::SubnetId(id) => Some(id.0),
            Self::None | Self::CanisterId(_) => None,
        }
    }
}
