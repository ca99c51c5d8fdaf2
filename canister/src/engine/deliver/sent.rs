//! How the deliveries about an alert or an execution stand, for those who want to see it.
//!
//! An alert may have an old message under way and a new one waiting: state and attempts are those
//! of the newest, the last attempt is that of whichever was tried last.

use chime_types::{Delivery, DeliveryState};

use crate::state::State;
use crate::state::keys::{ExecutionId, MessageId, Subject};
use crate::state::records::{DeliveryRecord, Payload};

/// What a delivery is about.
fn subjects(record: &DeliveryRecord) -> Vec<Subject> {
    match &record.payload {
        Payload::Finished(_, finished) => {
            vec![Subject::Callback(ExecutionId(finished.execution_id))]
        }
        Payload::Message(..) => record.alerts.iter().copied().map(Subject::Alert).collect(),
    }
}

/// A delivery was made.
pub fn made(state: &mut State, record: &DeliveryRecord) {
    for subject in subjects(record) {
        joined(state, subject, record);
    }
}

/// A delivery is about this, too.
pub fn joined(state: &mut State, subject: Subject, record: &DeliveryRecord) {
    let old = state.sent(subject);
    let delivery = Delivery {
        id: record.id.0,
        state: DeliveryState::Waiting,
        attempts: record.attempts,
        last_attempt_at: old.as_ref().and_then(|old| old.last_attempt_at),
        last_attempt_arrived: old.as_ref().and_then(|old| old.last_attempt_arrived),
        next_attempt_at: None,
        error: old.as_ref().and_then(|old| old.error.clone()),
        pending: old.map_or(0, |old| old.pending).saturating_add(1),
    };
    state.put_sent(subject, delivery);
}

/// A message that was put together with an older one needs no delivery of its own any more.
pub fn let_go(state: &mut State, subject: Subject) {
    if let Some(mut delivery) = state.sent(subject) {
        delivery.pending = delivery.pending.saturating_sub(1);
        state.put_sent(subject, delivery);
    }
}

/// What is removed meanwhile has no record any more, and gets none.
fn change(state: &mut State, record: &DeliveryRecord, change: impl Fn(&mut Delivery, bool)) {
    for subject in subjects(record) {
        if let Some(mut delivery) = state.sent(subject) {
            let is_newest = delivery.id == record.id.0;
            change(&mut delivery, is_newest);
            state.put_sent(subject, delivery);
        }
    }
}

/// An attempt begins.
pub fn left(state: &mut State, record: &DeliveryRecord) {
    change(state, record, |delivery, is_newest| {
        delivery.last_attempt_at = Some(record.begun_at);
        delivery.last_attempt_arrived = None;
        if is_newest {
            delivery.state = DeliveryState::UnderWay;
            delivery.attempts = record.attempts;
            delivery.next_attempt_at = None;
        }
    });
}

/// An attempt failed, and another follows.
pub fn failed(state: &mut State, record: &DeliveryRecord) {
    change(state, record, |delivery, is_newest| {
        delivery.last_attempt_arrived = Some(false);
        delivery.error.clone_from(&record.error);
        if is_newest {
            delivery.state = DeliveryState::Retrying;
            delivery.next_attempt_at = record.wake.map(|key| key.due_at);
        }
    });
}

/// Nothing more will happen. `error` says why it did not arrive.
pub fn ended(
    state: &mut State,
    record: &DeliveryRecord,
    as_what: DeliveryState,
    error: Option<&str>,
) {
    change(state, record, |delivery, is_newest| {
        delivery.pending = delivery.pending.saturating_sub(1);
        delivery.error = error.map(str::to_string);
        // What was left out while it waited was not tried.
        match as_what {
            DeliveryState::Delivered => delivery.last_attempt_arrived = Some(true),
            DeliveryState::GivenUp => delivery.last_attempt_arrived = Some(false),
            DeliveryState::Waiting
            | DeliveryState::UnderWay
            | DeliveryState::Retrying
            | DeliveryState::Dropped => {}
        }
        if is_newest {
            delivery.state = as_what;
            delivery.attempts = record.attempts;
            delivery.next_attempt_at = None;
        }
    });
}

/// A message that is there at once.
pub fn arrived_at_once(state: &mut State, subject: Subject, id: MessageId, now: u64) {
    let old = state.sent(subject);
    let delivery = Delivery {
        id: id.0,
        state: DeliveryState::Delivered,
        attempts: 1,
        last_attempt_at: Some(now),
        last_attempt_arrived: Some(true),
        next_attempt_at: None,
        error: None,
        pending: old.map_or(0, |old| old.pending),
    };
    state.put_sent(subject, delivery);
}
