//! Places for deliveries, shared fairly: who waits, who is next, who holds a place.
//!
//! Each owner has a lane. In it deliveries wait by destination, and the destinations take turns, so
//! that one which is slow does not hold up the others. Among lanes the one with the fewest places
//! goes first, then the one that waits the longest. Beyond its first place it takes no more than a
//! quarter of those that are free, so that a dozen owners with servers that never answer leave some
//! for the next one. Nothing is ever looked through: whoever waits is found by a key.
//!
//! A place is given by an entry in the agenda that is due at once: what leaves does so in its own
//! wake, like everything else that is due.

use candid::Principal;
use chime_types::{Channel, limits};
use sha2::{Digest, Sha256};

use crate::state::State;
use crate::state::keys::{DeliveryKey, MessageId, Wake};
use crate::state::records::{DeliveryRecord, LaneRecord, Payload, Stage};

/// The lane of what the scheduler says about itself, that it has too few cycles: it has places that
/// nobody else can take.
pub const OWN: Principal = Principal::management_canister();

/// Beyond its first place a lane takes one part in so many of those that are free.
const SHARE: u64 = 4;

/// The first eight bytes of the digest of what is given.
pub fn short_digest(parts: &[&[u8]]) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    let bytes = hasher.finalize();
    u64::from_be_bytes(bytes[..8].try_into().expect("BUG: a digest has 32 bytes"))
}

/// A canister or a host, as a number.
fn destination(record: &DeliveryRecord) -> u64 {
    match &record.payload {
        Payload::Finished(callback, _) => short_digest(&[callback.canister.as_slice()]),
        Payload::Message(Channel::Canister { canister, .. }, _) => {
            short_digest(&[canister.as_slice()])
        }
        Payload::Message(Channel::Webhook { url, .. }, _) => {
            short_digest(&[super::host_of(url).as_bytes()])
        }
        Payload::Message(Channel::Inbox {}, _) => panic!("BUG: an inbox is in the store"),
    }
}

fn lane_of(record: &DeliveryRecord) -> Principal {
    record.lane.expect("BUG: it was counted when it was made")
}

fn change(state: &mut State, lane: Principal, change: impl FnOnce(&mut LaneRecord)) {
    let mut record = state.lane(lane);
    change(&mut record);
    state.put_lane(lane, record);
}

/// Counts a delivery in its lane.
pub fn count(state: &mut State, record: &mut DeliveryRecord, lane: Principal) {
    record.lane = Some(lane);
    state.add_to_deliveries(DeliveryKey::Kept(lane, record.id), record.id);
    change(state, lane, |lane| lane.kept += 1);
}

/// Puts a delivery at the end of the line to its destination. Writes it.
pub fn enter(state: &mut State, record: &mut DeliveryRecord) {
    let lane = lane_of(record);
    record.stage = Stage::InLine;
    record.wake = None;
    state.put_delivery(record);
    state.add_to_deliveries(line_of(record), record.id);
    look_whose_turn(state, lane);
}

fn line_of(record: &DeliveryRecord) -> DeliveryKey {
    DeliveryKey::Line(lane_of(record), destination(record), record.id)
}

/// Whether a delivery stands where it says.
pub fn is_in_line(state: &State, record: &DeliveryRecord) -> bool {
    state.is_in_deliveries(line_of(record))
}

/// Takes a delivery out of the store, with its entries in the agenda and the queue, and gives its
/// place back.
pub fn remove(state: &mut State, record: &DeliveryRecord) {
    state.cancel_wake(record.wake);
    state.remove_delivery(record.id);
    let Some(lane) = record.lane else { return };
    if record.stage == Stage::InLine {
        state.take_from_deliveries(line_of(record));
    }
    state.take_from_deliveries(DeliveryKey::Kept(lane, record.id));
    change(state, lane, |lane| lane.kept = lane.kept.saturating_sub(1));
    if record.stage.holds_place() {
        give_back(state, record);
    } else {
        look_whose_turn(state, lane);
    }
}

/// Gives the place of a delivery back.
pub fn give_back(state: &mut State, record: &DeliveryRecord) {
    let lane = lane_of(record);
    let to = destination(record);
    change(state, lane, |lane| {
        lane.under_way = lane.under_way.saturating_sub(1);
        for (destination, places) in &mut lane.to {
            if *destination == to {
                *places = places.saturating_sub(1);
            }
        }
        lane.to.retain(|(_, places)| *places > 0);
    });
    let total = state.deliveries_under_way().saturating_sub(1);
    state.set_deliveries_under_way(total);
    look_whose_turn(state, lane);
}

/// Gives the places that are free to those whose turn it is.
pub fn grant(state: &mut State, now: u64) {
    while let Some(lane) = next_lane(state) {
        let next = next_in(state, lane, &state.lane(lane));
        let record = next.and_then(|(_, id)| state.delivery(id));
        match (next, record) {
            (Some(_), Some(record)) => place(state, now, lane, record),
            // Maintenance says so; what nothing refers to keeps nobody else from having a place.
            (Some((destination, id)), None) => {
                state.take_from_deliveries(DeliveryKey::Line(lane, destination, id));
                look_whose_turn(state, lane);
            }
            (None, _) => look_whose_turn(state, lane),
        }
    }
}

fn next_lane(state: &State) -> Option<Principal> {
    let total = state.deliveries_under_way();
    let own_places = limits::MAXIMUM_DELIVERIES_AT_ONCE + limits::MAXIMUM_DELIVERIES_OF_OWNER;
    if total < u64::from(own_places) && state.lane(OWN).turn.is_some() {
        return Some(OWN);
    }
    let free = u64::from(limits::MAXIMUM_DELIVERIES_AT_ONCE).saturating_sub(total);
    let (under_way, _, lane) = state.first_turn()?;
    let may_have_more = match under_way {
        0 => free > 0,
        _ => (under_way + 1) * SHARE <= free,
    };
    may_have_more.then_some(lane)
}

fn place(state: &mut State, now: u64, lane: Principal, mut record: DeliveryRecord) {
    state.take_from_deliveries(line_of(&record));
    let to = destination(&record);
    let mut own = state.lane(lane);
    own.under_way += 1;
    match own
        .to
        .iter_mut()
        .find(|(destination, _)| *destination == to)
    {
        Some((_, places)) => *places += 1,
        None => own.to.push((to, 1)),
    }
    own.last = to;
    // It goes behind those that have waited meanwhile.
    if let Some((under_way, turn)) = own.turn.take() {
        state.take_from_deliveries(DeliveryKey::Turn(under_way, turn, lane));
    }
    state.put_lane(lane, own);
    state.set_deliveries_under_way(state.deliveries_under_way() + 1);
    record.stage = Stage::Placed;
    record.wake = Some(state.wake_at(now, Wake::Deliver(record.id)));
    state.put_delivery(&record);
    look_whose_turn(state, lane);
}

/// What of a lane is to have its next place. Only destinations that have all their places are
/// passed over, which are few.
fn next_in(state: &State, lane: Principal, record: &LaneRecord) -> Option<(u64, MessageId)> {
    let after = |mut after: Option<u64>| loop {
        let (destination, id) = state.first_in_line(lane, after)?;
        if !is_full(record, destination) {
            return Some((destination, id));
        }
        after = Some(destination);
    };
    after(Some(record.last)).or_else(|| after(None))
}

fn is_full(record: &LaneRecord, destination: u64) -> bool {
    let mut held = record.to.iter();
    held.any(|(to, places)| {
        *to == destination && *places >= u64::from(limits::MAXIMUM_DELIVERIES_TO_ONE)
    })
}

/// Lists a lane among those that may have another place, or takes it out. To be called when what
/// it has in line or under way has changed.
pub fn look_whose_turn(state: &mut State, lane: Principal) {
    let mut record = state.lane(lane);
    let may_have_more = record.under_way < u64::from(limits::MAXIMUM_DELIVERIES_OF_OWNER)
        && next_in(state, lane, &record).is_some();
    let turn = record.turn.map(|(_, turn)| turn);
    let wanted = may_have_more.then(|| {
        let turn = turn.unwrap_or_else(|| state.new_turn());
        (record.under_way, turn)
    });
    if wanted == record.turn {
        return;
    }
    if let Some((under_way, turn)) = record.turn {
        state.take_from_deliveries(DeliveryKey::Turn(under_way, turn, lane));
    }
    if let Some((under_way, turn)) = wanted {
        state.add_to_deliveries(DeliveryKey::Turn(under_way, turn, lane), MessageId(0));
    }
    record.turn = wanted;
    state.put_lane(lane, record);
}

/// The record of a lane with its counts made anew.
pub fn counted(state: &State, lane: Principal) -> LaneRecord {
    let mut record = LaneRecord {
        kept: 0,
        under_way: 0,
        to: Vec::new(),
        ..state.lane(lane)
    };
    for delivery in state
        .deliveries_of(lane)
        .filter_map(|id| state.delivery(id))
    {
        record.kept += 1;
        if !delivery.stage.holds_place() {
            continue;
        }
        record.under_way += 1;
        let to = destination(&delivery);
        match record.to.iter_mut().find(|(other, _)| *other == to) {
            Some((_, places)) => *places += 1,
            None => record.to.push((to, 1)),
        }
    }
    record
}
