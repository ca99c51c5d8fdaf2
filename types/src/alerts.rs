//! Alerts, messages and the inbox.

use candid::{CandidType, Deserialize, Nat};
use serde::Serialize;

use crate::deliveries::Delivery;
use crate::task::Channel;

/// When an alert goes off.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub enum AlertCondition {
    /// An execution failed or timed out.
    #[serde(rename = "failure")]
    Failure {},
    /// So many executions of a task failed or timed out in a row, 2 to 1,000.
    #[serde(rename = "failures_in_a_row")]
    FailuresInARow {
        /// How many.
        count: u32,
    },
    /// A slot was missed.
    #[serde(rename = "missed")]
    Missed {},
    /// An execution began so many seconds after it was due, 1 to 86,400.
    #[serde(rename = "late")]
    Late {
        /// How many seconds.
        seconds: u64,
    },
    /// The scheduler has fewer cycles than this. Only for admins.
    #[serde(rename = "cycles_low")]
    CyclesLow {
        /// The balance.
        below: Nat,
    },
    /// No execution of a task began for twice the interval of its schedule (the distance of its
    /// next two slots), and again after each two intervals more. A paused task is never silent.
    #[serde(rename = "silent")]
    Silent {},
}

/// An alert to be made.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct CreateAlertRequest {
    /// Its name, 1 to 128 characters.
    pub name: String,
    /// Only for this task; null is all tasks of the caller. `silent` needs it.
    pub task_id: Option<u64>,
    /// When it goes off.
    pub condition: AlertCondition,
    /// Where the message goes.
    pub channel: Channel,
    /// Keep silent for so many seconds after a message, 0 to 31,536,000; null is 3,600. It counts for
    /// the whole alert: with 0 each failure of each task is told.
    pub cooldown_seconds: Option<u64>,
}

/// What to change in an alert. What is null stays as it is.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct UpdateAlertRequest {
    /// The alert.
    pub alert_id: u64,
    /// Its name.
    pub name: Option<String>,
    /// When it goes off.
    pub condition: Option<AlertCondition>,
    /// Where the message goes.
    pub channel: Option<Channel>,
    /// Keep silent for so many seconds after a message.
    pub cooldown_seconds: Option<u64>,
    /// Disabled.
    pub disabled: Option<bool>,
}

/// Which alert.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct AlertRequest {
    /// The alert.
    pub alert_id: u64,
}

/// An alert.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its identifier.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Only for this task; null is all tasks of the owner.
    pub task_id: Option<u64>,
    /// When it goes off.
    pub condition: AlertCondition,
    /// Where the message goes.
    pub channel: Channel,
    /// Silent for so many seconds after a message.
    pub cooldown_seconds: u64,
    /// Disabled.
    pub disabled: bool,
    /// When it went off last.
    pub fired_at: Option<u64>,
    /// Messages sent.
    pub fired: u64,
    /// Messages held back by the cool-down.
    pub suppressed: u64,
    /// How its latest message stands; null before the first, and again once the alert was restored.
    #[serde(default)]
    pub delivery: Option<Delivery>,
}

/// A page of alerts.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct AlertPage {
    /// The alerts, the oldest first.
    pub alerts: Vec<Alert>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
}

/// A message of an alert or a notification: what webhooks and canisters receive, and the inbox
/// keeps.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its identifier; the same message has the same one at every attempt to deliver it.
    pub id: u64,
    /// When it was written.
    pub sent_at: u64,
    /// The subject.
    pub subject: String,
    /// The message.
    pub message: String,
    /// The task it is about.
    pub task_id: Option<u64>,
    /// The execution it is about.
    pub execution_id: Option<u64>,
    /// The alert that wrote it; null for a notification.
    pub alert_id: Option<u64>,
}

/// The messages of the inbox, the newest first.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<Message>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<u64>,
}

/// Which messages to remove from the inbox.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ClearInboxRequest {
    /// This message and all older ones.
    pub through_id: u64,
}
