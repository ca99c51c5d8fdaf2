//! Messages and callbacks on their way to where they are wanted.
//!
//! What goes to an inbox is there at once. All else gets a record, waits in a lane until it has a
//! place (`lanes`), and is tried until it arrives. While it is under way its entry in the agenda is
//! the end of the attempt: its place is free then, also if an upgrade came between or no answer ever
//! comes, and it is sent again. The number of a message stays the same, so that the receiver knows
//! duplicates.
//!
//! Deliveries have no part in the limits on attempts: they have places of their own.

mod equal;
mod fill;
pub mod lanes;
mod sent;

use candid::Principal;
use chime_types::{AlertCondition, Channel, DeliveryState, EventKind, Message, limits};

use super::Effect;
use super::attempt::after;
use super::budget::{self, UsedUp};
use super::cycles::LOOK_AGAIN_AFTER;
use super::failure::{self, Failure};
use super::timeline::Note;
use crate::state::State;
use crate::state::keys::{ExecutionId, MessageId, Subject, TaskId, Wake};
use crate::state::records::{AlertRecord, DeliveryRecord, Payload, Stage};

pub use equal::Occasion;

/// Pause after the first attempt; it doubles with each further one.
const FIRST_PAUSE_SECONDS: u64 = 60;
/// Time between two events that say how many deliveries of an owner were left out.
const TELL_AGAIN_AFTER: u64 = 3_600 * limits::NANOSECONDS;

/// An attempt to deliver something that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The delivery.
    pub id: MessageId,
    /// Whose it is.
    pub owner: Principal,
    /// Fences the outcome; counted from 1.
    pub attempt: u32,
    /// What leaves, the secrets in it.
    pub payload: Payload,
}

/// Sends the callback of a task on its way.
pub fn send(state: &mut State, now: u64, owner: Principal, payload: Payload) {
    let record = new_record(state, owner, payload);
    put(state, now, owner, record);
}

/// Sends the message of an alert on its way. Returns the number of its delivery, which may be
/// that of an equal one that waits.
pub fn send_of_alert(
    state: &mut State,
    now: u64,
    alert: &AlertRecord,
    occasion: Occasion,
    message: Message,
) -> MessageId {
    let channel = alert.alert.channel.clone();
    if channel == (Channel::Inbox {}) {
        return into_inbox(state, now, alert, message);
    }
    // What says that there are too few cycles would come too late if it waited for more of them.
    let lane = match alert.alert.condition {
        AlertCondition::CyclesLow { .. } => lanes::OWN,
        AlertCondition::Failure {}
        | AlertCondition::FailuresInARow { .. }
        | AlertCondition::Missed {}
        | AlertCondition::Late { .. }
        | AlertCondition::Silent {} => alert.owner,
    };
    let digest = equal::digest(alert, &message, occasion);
    if let Some(id) = equal::put_together(state, alert, lane, digest) {
        return id;
    }
    let mut record = new_record(state, alert.owner, Payload::Message(channel, message));
    let id = record.id;
    if let Payload::Message(_, message) = &mut record.payload {
        message.id = id.0;
    }
    record.digest = Some(digest);
    record.alerts = vec![alert.id];
    put(state, now, lane, record);
    id
}

fn into_inbox(state: &mut State, now: u64, alert: &AlertRecord, message: Message) -> MessageId {
    let id = MessageId(state.new_other_id());
    let message = Message {
        id: id.0,
        ..message
    };
    state.add_message(alert.owner, message, limits::MAXIMUM_INBOX);
    sent::arrived_at_once(state, Subject::Alert(alert.id), id, now);
    id
}

fn new_record(state: &mut State, owner: Principal, payload: Payload) -> DeliveryRecord {
    DeliveryRecord {
        id: MessageId(state.new_other_id()),
        owner,
        payload,
        attempts: 0,
        error: None,
        wake: None,
        stage: Stage::InLine,
        lane: None,
        begun_at: 0,
        digest: None,
        alerts: Vec::new(),
        more: 0,
        told: 0,
    }
}

fn put(state: &mut State, now: u64, lane: Principal, mut record: DeliveryRecord) {
    make_room(state, now, lane);
    sent::made(state, &record);
    lanes::count(state, &mut record, lane);
    equal::list(state, &mut record);
    lanes::enter(state, &mut record);
    lanes::grant(state, now);
}

/// Leaves the oldest out that waits in a lane, if there is no room for one more.
fn make_room(state: &mut State, now: u64, lane: Principal) {
    if state.lane(lane).kept < limits::MAXIMUM_DELIVERIES_KEPT {
        return;
    }
    // At most the few that are under way are older.
    let oldest = state
        .deliveries_of(lane)
        .filter_map(|id| state.delivery(id))
        .find(|record| !record.stage.holds_place());
    let Some(oldest) = oldest else { return };
    let error = format!(
        "dropped: at most {} deliveries of an owner wait",
        limits::MAXIMUM_DELIVERIES_KEPT
    );
    finish(state, &oldest, DeliveryState::Dropped, Some(&error));
    let mut own = state.lane(lane);
    own.dropped = own.dropped.saturating_add(1);
    let is_told = own
        .dropped_told_at
        .is_some_and(|told_at| now < told_at.saturating_add(TELL_AGAIN_AFTER));
    if !is_told {
        let detail = format!(
            "{} deliveries were {error}; the last of them: {}",
            own.dropped,
            name_of(&oldest)
        );
        note(state, now, EventKind::DeliveryFailed, &oldest, &detail);
        own.dropped = 0;
        own.dropped_told_at = Some(now);
    }
    state.put_lane(lane, own);
}

/// The entry of a delivery in the agenda is due.
pub(super) fn begin(state: &mut State, now: u64, id: MessageId) -> Option<Effect> {
    let mut record = state.delivery(id)?;
    state.meter.is_for(record.owner);
    record.wake = None;
    match record.stage {
        Stage::Pausing => line_up(state, now, record),
        Stage::Placed => return leave(state, now, record),
        Stage::UnderWay => {
            let error = format!("no answer came within {} s", limits::DELIVERY_SECONDS);
            fail(state, now, record, error);
        }
        Stage::InLine => {}
    }
    None
}

/// The pause before the next attempt is over.
fn line_up(state: &mut State, now: u64, mut record: DeliveryRecord) {
    if record.lane.is_none() {
        // An older release waited once more after the last attempt.
        if record.attempts >= limits::MAXIMUM_DELIVERY_ATTEMPTS {
            let error = record.error.clone();
            let error = error.unwrap_or_else(|| "no answer came".to_string());
            give_up(state, now, &record, &error);
            return;
        }
        let owner = record.owner;
        lanes::count(state, &mut record, owner);
    }
    lanes::enter(state, &mut record);
    lanes::grant(state, now);
}

/// An attempt begins. While there are too few cycles it waits at its place.
fn leave(state: &mut State, now: u64, mut record: DeliveryRecord) -> Option<Effect> {
    if state.header().cycles_low && record.lane != Some(lanes::OWN) {
        let until = now.saturating_add(LOOK_AGAIN_AFTER);
        record.wake = Some(state.wake_at(until, Wake::Deliver(record.id)));
        state.put_delivery(&record);
        return None;
    }
    if let Some(used_up) = budget_in_the_way(state, now, &record) {
        put_off(state, now, record, used_up.begins_anew_at);
        return None;
    }
    record.attempts += 1;
    record.begun_at = now;
    record.told = record.more;
    equal::unlist(state, &record);
    let payload = match fill::filled(state, &record) {
        Ok(payload) => payload,
        Err(failure) => {
            give_up(state, now, &record, &failure.error);
            return None;
        }
    };
    // The end of the attempt is in the agenda before it leaves.
    let until = after(now, limits::DELIVERY_PLACE_SECONDS);
    record.stage = Stage::UnderWay;
    record.wake = Some(state.wake_at(until, Wake::Deliver(record.id)));
    state.put_delivery(&record);
    sent::left(state, &record);
    Some(Effect::Deliver(Box::new(Parcel {
        id: record.id,
        owner: record.owner,
        attempt: record.attempts,
        payload,
    })))
}

fn budget_in_the_way(state: &mut State, now: u64, record: &DeliveryRecord) -> Option<UsedUp> {
    if record.lane == Some(lanes::OWN) {
        return None;
    }
    let used_up = budget::used_up(state, now, record.owner)?;
    budget::tell(state, now, record.owner, &used_up);
    Some(used_up)
}

/// A delivery waits for the budget of its owner. It leaves its place to others meanwhile.
fn put_off(state: &mut State, now: u64, mut record: DeliveryRecord, until: u64) {
    lanes::give_back(state, &record);
    record.wake = Some(state.wake_at(until, Wake::Deliver(record.id)));
    record.stage = Stage::Pausing;
    state.put_delivery(&record);
    lanes::grant(state, now);
}

/// Seconds between an attempt, counted from 1, and the next.
const fn pause_seconds(attempt: u32) -> u64 {
    FIRST_PAUSE_SECONDS << (attempt - 1)
}

/// Takes in whether an attempt arrived.
pub fn delivered(
    state: &mut State,
    now: u64,
    id: MessageId,
    attempt: u32,
    outcome: Result<(), Failure>,
) {
    let Some(record) = state.delivery(id) else {
        return;
    };
    let is_latest = record.attempts == attempt;
    let is_under_way = is_latest && record.stage == Stage::UnderWay;
    match outcome {
        // Also if it comes late, unless the message has come to stand for more meanwhile.
        Ok(()) if is_latest && record.told == record.more => {
            finish(state, &record, DeliveryState::Delivered, None);
            lanes::grant(state, now);
        }
        Err(Failure { cause, error }) if is_under_way => {
            let error = fill::without_secrets(state, record.owner, &error);
            if failure::passes(cause) {
                fail(state, now, record, error);
            } else {
                give_up(state, now, &record, &error);
            }
        }
        Ok(()) | Err(_) => {}
    }
}

/// An attempt under way failed: its place is free, and the next attempt follows after a pause.
fn fail(state: &mut State, now: u64, mut record: DeliveryRecord, error: String) {
    if record.attempts >= limits::MAXIMUM_DELIVERY_ATTEMPTS {
        give_up(state, now, &record, &error);
        return;
    }
    lanes::give_back(state, &record);
    state.cancel_wake(record.wake);
    let pause = pause_seconds(record.attempts);
    let until = after(record.begun_at, pause).max(now);
    record.wake = Some(state.wake_at(until, Wake::Deliver(record.id)));
    record.stage = Stage::Pausing;
    record.error = Some(error);
    equal::list(state, &mut record);
    state.put_delivery(&record);
    sent::failed(state, &record);
    if record.attempts == 1 {
        let error = record.error.as_deref().unwrap_or_default();
        let detail = format!(
            "{} did not arrive and is tried again after {pause} s: {error}",
            name_of(&record)
        );
        note(state, now, EventKind::DeliveryDelayed, &record, &detail);
    }
    lanes::grant(state, now);
}

/// Nothing more is done about a delivery, for a reason. To be called, too, when it cannot be
/// attempted at all.
pub fn give_up(state: &mut State, now: u64, record: &DeliveryRecord, error: &str) {
    finish(state, record, DeliveryState::GivenUp, Some(error));
    let detail = format!(
        "{} did not arrive after {} attempts: {error}",
        name_of(record),
        record.attempts
    );
    note(state, now, EventKind::DeliveryFailed, record, &detail);
    lanes::grant(state, now);
}

fn finish(state: &mut State, record: &DeliveryRecord, as_what: DeliveryState, error: Option<&str>) {
    equal::unlist(state, record);
    lanes::remove(state, record);
    sent::ended(state, record, as_what, error);
}

fn note(state: &mut State, now: u64, kind: EventKind, record: &DeliveryRecord, detail: &str) {
    let (task, execution) = match &record.payload {
        Payload::Message(_, message) => (message.task_id, message.execution_id),
        Payload::Finished(_, finished) => (Some(finished.task_id), Some(finished.execution_id)),
    };
    Note::new(kind, record.owner)
        .about(task.map(TaskId), execution.map(ExecutionId))
        .detail(detail)
        .write(state, now);
}

fn name_of(record: &DeliveryRecord) -> String {
    let id = record.id.0;
    match &record.payload {
        Payload::Finished(callback, _) => {
            format!("callback {id} to {}.{}", callback.canister, callback.method)
        }
        Payload::Message(
            Channel::Canister {
                canister, method, ..
            },
            _,
        ) => {
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
