//! Messages and callbacks on their way to where they are wanted.
//!
//! What goes to an inbox is there at once. All else gets a record and an entry in the agenda, and
//! is tried until it arrives: the entry for the next attempt is in the agenda before the present
//! one leaves, so an upgrade or an answer that never comes only means that it is sent again. The
//! number of a message stays the same, so that the receiver knows duplicates.
//!
//! Deliveries have no part in the limits on attempts; how many begin at one instant is bounded.

use candid::Principal;
use chime_types::{AlertCondition, Cause, Channel, EventKind, Message, limits};

use super::Effect;
use super::attempt::after;
use super::cycles::LOOK_AGAIN_AFTER;
use super::failure::Failure;
use super::filling::{Filling, Value};
use super::resolve::{fill_headers, secrets_of};
use super::secrets::Secrets;
use super::timeline::Note;
use crate::state::State;
use crate::state::keys::{AlertId, ExecutionId, MessageId, NameKey, TaskId, Wake};
use crate::state::records::{DeliveryRecord, Payload};

/// Pause after the first attempt; it doubles with each further one.
const FIRST_PAUSE_SECONDS: u64 = 60;

/// Sends something on its way. A message gets its number here.
pub fn send(state: &mut State, now: u64, owner: Principal, payload: Payload) {
    let id = MessageId(state.new_other_id());
    let payload = match payload {
        Payload::Message(channel, message) => {
            let message = Message {
                id: id.0,
                ..message
            };
            if channel == (Channel::Inbox {}) {
                state.add_message(owner, message, limits::MAXIMUM_INBOX);
                return;
            }
            Payload::Message(channel, message)
        }
        finished => finished,
    };
    let wake = state.wake_at(now, Wake::Deliver(id));
    state.put_delivery(&DeliveryRecord {
        id,
        owner,
        payload,
        attempts: 0,
        error: None,
        wake: Some(wake),
    });
}

/// An attempt to deliver is due; or the time of the last one is over.
pub(super) fn begin(state: &mut State, now: u64, id: MessageId) -> Option<Effect> {
    let mut record = state.delivery(id)?;
    if record.attempts >= limits::MAXIMUM_DELIVERY_ATTEMPTS {
        let error = record.error.take();
        let error = error.unwrap_or_else(|| "no answer came".to_string());
        give_up(state, now, &record, &error);
        return None;
    }
    if let Some(until) = put_off_until(state, now, &record) {
        record.wake = Some(state.wake_at(until, Wake::Deliver(id)));
        state.put_delivery(&record);
        return None;
    }
    record.attempts += 1;
    let payload = match filled(state, &record) {
        Ok(payload) => payload,
        Err(failure) => {
            give_up(state, now, &record, &failure.error);
            return None;
        }
    };
    let until = after(now, pause_seconds(record.attempts));
    record.wake = Some(state.wake_at(until, Wake::Deliver(id)));
    state.put_delivery(&record);
    Some(Effect::Deliver(id, Box::new(payload)))
}

/// Seconds between an attempt, counted from 1, and the next.
const fn pause_seconds(attempt: u32) -> u64 {
    FIRST_PAUSE_SECONDS << (attempt - 1)
}

/// Too few cycles, or too many deliveries at this instant: none of it costs an attempt. The more
/// there are, the later the next of them, so that each is put off only once.
fn put_off_until(state: &mut State, now: u64, record: &DeliveryRecord) -> Option<u64> {
    if state.header().cycles_low && !tells_of_cycles(state, record) {
        return Some(now.saturating_add(LOOK_AGAIN_AFTER));
    }
    let seconds = state.count_delivery(now) / limits::MAXIMUM_DELIVERIES_AT_ONCE;
    (seconds > 0).then(|| after(now, seconds.into()))
}

/// Whether it is the message that there are too few cycles, which would come too late if it waited
/// for more of them.
fn tells_of_cycles(state: &State, record: &DeliveryRecord) -> bool {
    let Payload::Message(_, message) = &record.payload else {
        return false;
    };
    message
        .alert_id
        .and_then(|id| state.alert(AlertId(id)))
        .is_some_and(|found| matches!(found.alert.condition, AlertCondition::CyclesLow { .. }))
}

/// The payload with the secrets in the headers of a webhook. They leave with the request and are
/// stored nowhere else.
fn filled(state: &State, record: &DeliveryRecord) -> Result<Payload, Failure> {
    let Payload::Message(Channel::Webhook { url, headers }, message) = &record.payload else {
        return Ok(record.payload.clone());
    };
    let filling = Filling::default();
    let look_up = |path: &str| secret(state, record.owner, path).map(Value::new);
    let headers = fill_headers(headers.as_deref().unwrap_or_default(), |part, text| {
        filling.fill(&look_up, part, text, limits::MAXIMUM_HEADER_BYTES)
    })?;
    let channel = Channel::Webhook {
        url: url.clone(),
        headers: Some(headers),
    };
    Ok(Payload::Message(channel, message.clone()))
}

fn secret(state: &State, owner: Principal, path: &str) -> Result<String, Failure> {
    let name = path.strip_prefix("secrets.").ok_or_else(|| {
        let text = "it means nothing here: only secrets are filled in";
        Failure::new(Cause::Placeholder, text)
    })?;
    let key = NameKey {
        owner,
        name: name.to_string(),
    };
    state.secret(&key).ok_or_else(|| {
        let text = "there is no such secret, put it with put_secret";
        Failure::new(Cause::NoSuchSecret, text)
    })
}

/// Takes in whether something arrived. What did not is tried again when its entry in the agenda is
/// due.
pub fn delivered(state: &mut State, _now: u64, id: MessageId, outcome: Result<(), String>) {
    let Some(mut record) = state.delivery(id) else {
        return;
    };
    match outcome {
        Ok(()) => {
            state.cancel_wake(record.wake);
            state.remove_delivery(id);
        }
        Err(error) => {
            let error = without_secrets(state, record.owner, &error);
            let end = error.floor_char_boundary(limits::MAXIMUM_MESSAGE_BYTES);
            record.error = Some(error[..end].to_string());
            state.put_delivery(&record);
        }
    }
}

/// The text without the secrets of an owner.
fn without_secrets(state: &State, owner: Principal, text: &str) -> String {
    Secrets::new(&secrets_of(state, owner)).hide(text)
}

fn give_up(state: &mut State, now: u64, record: &DeliveryRecord, error: &str) {
    state.remove_delivery(record.id);
    let detail = format!(
        "{} did not arrive after {} attempts: {error}",
        name_of(record),
        record.attempts
    );
    let (task, execution) = match &record.payload {
        Payload::Message(_, message) => (message.task_id, message.execution_id),
        Payload::Finished(_, finished) => (Some(finished.task_id), Some(finished.execution_id)),
    };
    Note::new(EventKind::DeliveryFailed, record.owner)
        .about(task.map(TaskId), execution.map(ExecutionId))
        .detail(&detail)
        .write(state, now);
}

fn name_of(record: &DeliveryRecord) -> String {
    let id = record.id.0;
    match &record.payload {
        Payload::Finished(callback, _) => {
            format!("callback {id} to {}.{}", callback.canister, callback.method)
        }
        Payload::Message(Channel::Canister { canister, method }, _) => {
            format!("message {id} to {canister}.{method}")
        }
        Payload::Message(Channel::Webhook { url, .. }, _) => {
            format!("message {id} to {}", host_of(url))
        }
        Payload::Message(Channel::Inbox {}, _) => panic!("BUG: an inbox is in the store"),
    }
}

/// An address up to its path, which may hold a key.
fn host_of(url: &str) -> &str {
    let from = url.find("://").map_or(0, |at| at + 3);
    let end = url[from..].find(['/', '?', '#']);
    end.map_or(url, |end| &url[..from + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_double_the_pause_with_each_attempt() {
        let pauses: Vec<u64> = (1..=limits::MAXIMUM_DELIVERY_ATTEMPTS)
            .map(pause_seconds)
            .collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1920]);
    }

    #[test]
    fn should_show_of_an_address_only_the_host() {
        for url in [
            "https://a.example/key/x",
            "https://a.example?key=x",
            "https://a.example",
        ] {
            assert_eq!(host_of(url), "https://a.example");
        }
    }
}
