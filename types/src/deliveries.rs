//! How a message of an alert, or the callback of a task, fares on its way.

use candid::{CandidType, Deserialize};
use serde::Serialize;

/// How a delivery stands. The last three are final.
#[derive(CandidType, Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for a free place.
    #[serde(rename = "waiting")]
    Waiting,
    /// An attempt is under way.
    #[serde(rename = "under_way")]
    UnderWay,
    /// The last attempt failed; another follows.
    #[serde(rename = "retrying")]
    Retrying,
    /// It arrived.
    #[serde(rename = "delivered")]
    Delivered,
    /// No attempt is left, or none can help.
    #[serde(rename = "given_up")]
    GivenUp,
    /// It was dropped because too many deliveries of its owner were waiting.
    #[serde(rename = "dropped")]
    Dropped,
}

impl DeliveryState {
    /// Whether nothing more will happen to the delivery.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::GivenUp | Self::Dropped)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Retrying => "retrying",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }
}

/// How the latest delivery of an alert, or the callback of an execution, stands. Secrets never
/// appear in it.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier.
    pub id: u64,
    /// How it stands.
    pub state: DeliveryState,
    /// Attempts made at it, at most 6.
    pub attempts: u32,
    /// When the last attempt was made, at this delivery or one before it.
    pub last_attempt_at: Option<u64>,
    /// Whether that attempt arrived; null while its outcome is not known.
    pub last_attempt_arrived: Option<bool>,
    /// When it is tried next, if an attempt failed.
    pub next_attempt_at: Option<u64>,
    /// Why the last attempt failed that has ended; null if it arrived.
    pub error: Option<String>,
    /// Deliveries on their way, this one included.
    pub pending: u64,
}
