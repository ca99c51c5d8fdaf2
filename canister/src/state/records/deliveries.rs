//! What is kept of something on its way, and of the lane that it waits in.

use std::borrow::Cow;

use candid::Principal;
use chime_types::{Callback, Channel, Delivery, ExecutionFinished, Message};
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::{Deserialize, Serialize};

use crate::state::keys::{AgendaKey, AlertId, MessageId};

/// What is to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// A message of an alert or a notification, and where it goes.
    Message(Channel, Message),
    /// The end of an execution.
    Finished(Callback, ExecutionFinished),
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It waits for its next attempt: its entry in the agenda puts it into the line. So do those of
    /// an older release.
    #[default]
    Pausing,
    /// It stands in the line of its lane, without an entry in the agenda.
    InLine,
    /// It holds a place: its entry in the agenda lets it leave.
    Placed,
    /// It holds a place and has left: its entry in the agenda is the end of the attempt.
    UnderWay,
}

impl Stage {
    /// Whether it holds a place.
    pub const fn holds_place(self) -> bool {
        matches!(self, Self::Placed | Self::UnderWay)
    }
}

/// A message or a callback on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRecord {
    pub id: MessageId,
    pub owner: Principal,
    pub payload: Payload,
    pub attempts: u32,
    /// Why the last attempt failed, without secrets.
    #[serde(default)]
    pub error: Option<String>,
    /// Its entry in the agenda; none while it stands in the line.
    pub wake: Option<AgendaKey>,
    #[serde(default)]
    pub stage: Stage,
    /// Whose places it takes. None: made by an older release, and not counted yet.
    #[serde(default)]
    pub lane: Option<Principal>,
    /// When the last attempt began.
    #[serde(default)]
    pub begun_at: u64,
    /// The same for messages that may be put together; none for a callback.
    #[serde(default)]
    pub digest: Option<u64>,
    /// The alerts whose messages it stands for.
    #[serde(default)]
    pub alerts: Vec<AlertId>,
    /// Equal messages that were put together with it.
    #[serde(default)]
    pub more: u64,
    /// As many of them as the last attempt told.
    #[serde(default)]
    pub told: u64,
}

/// The deliveries of an owner, or the scheduler's own messages about its cycles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LaneRecord {
    /// Deliveries that are not finished.
    pub kept: u64,
    /// Of these, those that hold a place.
    pub under_way: u64,
    /// Places held for each destination.
    pub to: Vec<(u64, u64)>,
    /// The destination that had its turn last.
    pub last: u64,
    /// Its place among the lanes that may have another place: what it had under way, and its turn.
    pub turn: Option<(u64, u64)>,
    /// Deliveries left out since that was last told, and when it was.
    pub dropped: u64,
    pub dropped_told_at: Option<u64>,
}

stored_within! {
    /// How the latest delivery about something stands.
    SentRecord(Delivery);
}

stored_as_cbor!(DeliveryRecord, LaneRecord, SentRecord);
