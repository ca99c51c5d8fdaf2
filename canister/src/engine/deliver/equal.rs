//! Equal messages of alerts are put together while they wait: a server that is slow, or down, gets
//! one message that counts in place of hundreds that say the same.
//!
//! Equal are messages of one owner to one channel with one condition about one task, whichever of
//! the owner's alerts wrote them. A message that was tried already may have arrived: if it comes to
//! stand for more it gets another number, so that its receiver takes it for news.

use chime_types::{Message, limits};

use super::lanes::{self, short_digest};
use super::sent;
use crate::engine::alerts;
use crate::state::State;
use crate::state::keys::{AlertId, DeliveryKey, MessageId, Subject};
use crate::state::records::{AlertRecord, DeliveryRecord, Payload};

/// Why an alert sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It went off.
    WentOff,
    /// Somebody wants to see whether messages arrive.
    Test,
}

/// The same number for equal messages.
pub fn digest(alert: &AlertRecord, message: &Message, occasion: Occasion) -> u64 {
    let encode = |value: candid::Result<Vec<u8>>| value.expect("BUG: a record can be encoded");
    let channel = encode(candid::encode_one(&alert.alert.channel));
    match occasion {
        Occasion::WentOff => {
            let condition = encode(candid::encode_one(&alert.alert.condition));
            let task = message.task_id.unwrap_or(0).to_be_bytes();
            short_digest(&[b"alert", &channel, &condition, &task])
        }
        Occasion::Test => short_digest(&[b"test", &channel, &alert.id.0.to_be_bytes()]),
    }
}

/// Puts a message together with an equal one that waits. None if there is none.
pub fn put_together(
    state: &mut State,
    alert: &AlertRecord,
    lane: candid::Principal,
    digest: u64,
) -> Option<MessageId> {
    let id = state.equal_delivery(lane, digest)?;
    let mut record = state.delivery(id)?;
    renew_number(state, &mut record);
    record.more = record.more.saturating_add(1);
    if !record.alerts.contains(&alert.id) && record.alerts.len() < limits::MAXIMUM_ALERTS {
        record.alerts.push(alert.id);
        sent::joined(state, Subject::Alert(alert.id), &record);
    }
    state.put_delivery(&record);
    Some(id)
}

/// Lets later equal ones find a message that waits. One that waits already, while this one was
/// under way, becomes a part of it.
pub fn list(state: &mut State, record: &mut DeliveryRecord) {
    let Some((lane, digest)) = record.lane.zip(record.digest) else {
        return;
    };
    let other = state.equal_delivery(lane, digest);
    let other = other.and_then(|id| state.delivery(id));
    if let Some(other) = other.filter(|other| other.id != record.id) {
        renew_number(state, record);
        record.more = record.more.saturating_add(other.more).saturating_add(1);
        for alert in &other.alerts {
            take_over(state, record, *alert);
        }
        lanes::remove(state, &other);
    }
    state.add_to_deliveries(DeliveryKey::Equal(lane, digest), record.id);
}

fn take_over(state: &mut State, record: &mut DeliveryRecord, alert: AlertId) {
    let subject = Subject::Alert(alert);
    sent::let_go(state, subject);
    if !record.alerts.contains(&alert) {
        if record.alerts.len() >= limits::MAXIMUM_ALERTS {
            return;
        }
        record.alerts.push(alert);
        sent::joined(state, subject, record);
    } else if let Some(mut delivery) = state.sent(subject) {
        delivery.id = record.id.0;
        delivery.attempts = record.attempts;
        state.put_sent(subject, delivery);
    }
}

/// From now on nothing is put together with a message: it leaves, or is removed.
pub fn unlist(state: &mut State, record: &DeliveryRecord) {
    if let Some((lane, digest)) = record.lane.zip(record.digest)
        && state.equal_delivery(lane, digest) == Some(record.id)
    {
        state.take_from_deliveries(DeliveryKey::Equal(lane, digest));
    }
}

fn renew_number(state: &mut State, record: &mut DeliveryRecord) {
    if record.attempts > 0
        && record.told == record.more
        && let Payload::Message(_, message) = &mut record.payload
    {
        message.id = state.new_other_id();
    }
}

/// The message as it leaves: it says for how many it stands.
pub fn with_count(mut message: Message, more: u64) -> Message {
    if more == 0 {
        return message;
    }
    let since = alerts::utc(message.sent_at);
    let note = format!(" ... and {more} more since {since}.");
    let room = limits::MAXIMUM_MESSAGE_BYTES - note.len();
    let end = message.message.floor_char_boundary(room);
    message.message.truncate(end);
    message.message.push_str(&note);
    message
}
