//! What is on its way, the lanes it waits in, and how it stands.
//!
//! Each owner has a lane. The queue of deliveries is one map whose keys say what an entry is, since
//! most schedulers have few of them.

use std::ops::Bound::{Excluded, Included, Unbounded};

use candid::Principal;
use chime_types::{Delivery, limits};

use super::State;
use super::keys::{DeliveryKey, MessageId, Subject};
use super::records::{DeliveryRecord, LaneRecord, Payload, SentRecord};
use super::texts;

const FIRST: MessageId = MessageId(0);
const LAST: MessageId = MessageId(u64::MAX);

impl State {
    /// Something on its way.
    pub fn delivery(&self, id: MessageId) -> Option<DeliveryRecord> {
        self.deliveries.get(&id)
    }

    /// Writes something on its way.
    pub fn put_delivery(&mut self, delivery: &DeliveryRecord) {
        let mut record = delivery.clone();
        match &mut record.payload {
            Payload::Message(_, message) => texts::bound_message(message),
            Payload::Finished(_, finished) => texts::bound_finished(finished),
        }
        if let Some(error) = &mut record.error {
            texts::shorten(error, limits::MAXIMUM_MESSAGE_BYTES);
        }
        self.deliveries.insert(record.id, record);
    }

    /// Messages and callbacks on their way.
    pub fn deliveries_len(&self) -> u64 {
        self.deliveries.len()
    }

    /// Removes something that arrived or was given up. Its places in the queue are not touched.
    pub fn remove_delivery(&mut self, id: MessageId) {
        self.deliveries.remove(&id);
    }

    /// A lane: that of an owner without deliveries is empty.
    pub fn lane(&self, lane: Principal) -> LaneRecord {
        self.delivery_lanes.get(&lane).unwrap_or_default()
    }

    /// Writes a lane; an empty one is removed.
    pub fn put_lane(&mut self, lane: Principal, record: LaneRecord) {
        if record.kept == 0 && record.under_way == 0 && record.turn.is_none() {
            self.delivery_lanes.remove(&lane);
        } else {
            self.delivery_lanes.insert(lane, record);
        }
    }

    /// All lanes that have something.
    pub fn lanes(&self) -> impl Iterator<Item = (Principal, LaneRecord)> {
        let lanes = self.delivery_lanes.iter();
        lanes.map(|entry| (*entry.key(), entry.value()))
    }

    /// Puts an entry into the queue of deliveries.
    pub fn add_to_deliveries(&mut self, key: DeliveryKey, id: MessageId) {
        self.delivery_queue.insert(key, id);
    }

    /// Takes an entry out of the queue of deliveries. False if it was not there.
    pub fn take_from_deliveries(&mut self, key: DeliveryKey) -> bool {
        self.delivery_queue.remove(&key).is_some()
    }

    /// Whether the queue of deliveries has an entry.
    pub fn is_in_deliveries(&self, key: DeliveryKey) -> bool {
        self.delivery_queue.contains_key(&key)
    }

    /// Every delivery of a lane, the oldest first.
    pub fn deliveries_of(&self, lane: Principal) -> impl Iterator<Item = MessageId> {
        self.delivery_queue
            .range(DeliveryKey::Kept(lane, FIRST)..=DeliveryKey::Kept(lane, LAST))
            .map(|entry| entry.value())
    }

    /// The first that waits in a lane for a destination after this one.
    pub fn first_in_line(&self, lane: Principal, after: Option<u64>) -> Option<(u64, MessageId)> {
        let from = match after {
            None => Included(DeliveryKey::Line(lane, 0, FIRST)),
            Some(destination) => Excluded(DeliveryKey::Line(lane, destination, LAST)),
        };
        let to = Included(DeliveryKey::Line(lane, u64::MAX, LAST));
        let first = self.delivery_queue.range((from, to)).next()?;
        match *first.key() {
            DeliveryKey::Line(_, destination, id) => Some((destination, id)),
            _ => panic!("BUG: the range holds lines only"),
        }
    }

    /// The lane whose turn it is, with what it has under way: the fewest, and waiting the longest.
    pub fn first_turn(&self) -> Option<(u64, u64, Principal)> {
        let from = DeliveryKey::Turn(0, 0, Principal::management_canister());
        let first = self
            .delivery_queue
            .range((Included(from), Unbounded))
            .next();
        match first.map(|entry| *entry.key()) {
            Some(DeliveryKey::Turn(under_way, turn, lane)) => Some((under_way, turn, lane)),
            _ => None,
        }
    }

    /// A new turn of a lane.
    pub fn new_turn(&mut self) -> u64 {
        self.count(|header| &mut header.next_sequence)
    }

    /// What waits in a lane and says the same.
    pub fn equal_delivery(&self, lane: Principal, digest: u64) -> Option<MessageId> {
        self.delivery_queue.get(&DeliveryKey::Equal(lane, digest))
    }

    /// Deliveries that hold a place.
    pub fn deliveries_under_way(&self) -> u64 {
        self.header().deliveries_under_way
    }

    /// Writes how many deliveries hold a place.
    pub fn set_deliveries_under_way(&mut self, count: u64) {
        self.change_header(|header| header.deliveries_under_way = count);
    }

    /// How the latest delivery about something stands.
    pub fn sent(&self, subject: Subject) -> Option<Delivery> {
        self.sent.get(&subject).map(|record| record.0)
    }

    /// Writes how the latest delivery about something stands.
    pub fn put_sent(&mut self, subject: Subject, delivery: Delivery) {
        self.sent.insert(subject, SentRecord(delivery));
    }

    /// Forgets how deliveries about something stand, which is removed itself.
    pub fn remove_sent(&mut self, subject: Subject) {
        self.sent.remove(&subject);
    }
}
