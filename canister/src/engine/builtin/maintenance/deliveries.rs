//! What is on its way: it is woken or stands in the line of its lane, and the lane counts it.

use candid::Principal;

use super::finding::Look;
use crate::engine::deliver::lanes;
use crate::state::State;
use crate::state::keys::{DeliveryKey, MessageId, Subject, Wake};
use crate::state::records::{LaneRecord, Stage};

/// Looks at something on its way.
pub fn look(look: &mut Look<'_>, id: MessageId) {
    let Some(record) = look.state.delivery(id) else {
        return;
    };
    let is_in_line = record.stage == Stage::InLine;
    let goes_on = if is_in_line {
        lanes::is_in_line(look.state, &record)
    } else {
        let wake = record.wake.and_then(|key| look.state.wake(key));
        wake == Some(Wake::Deliver(id))
    };
    if !goes_on {
        let text = format!("nothing wakes the delivery {}", id.0);
        look.mendable(text, move |state, now| go_on(state, now, id));
    }
    let is_listed = record
        .lane
        .is_none_or(|lane| look.state.is_in_deliveries(DeliveryKey::Kept(lane, id)));
    if !is_listed {
        let text = format!("delivery {} is not in its lane", id.0);
        look.mendable(text, move |state, _| {
            let record = state.delivery(id);
            if let Some(lane) = record.and_then(|record| record.lane) {
                state.add_to_deliveries(DeliveryKey::Kept(lane, id), id);
                recount(state, lane);
            }
        });
    }
}

fn go_on(state: &mut State, now: u64, id: MessageId) {
    let Some(mut record) = state.delivery(id) else {
        return;
    };
    if record.stage == Stage::InLine && record.lane.is_some() {
        lanes::enter(state, &mut record);
        lanes::grant(state, now);
    } else {
        record.wake = Some(state.wake_at(now, Wake::Deliver(id)));
        state.put_delivery(&record);
    }
}

/// Looks at an entry of the queue of deliveries: what it names is there.
pub fn entry(look: &mut Look<'_>, key: DeliveryKey) {
    let state = look.state;
    let stands = |id: MessageId| state.delivery(id);
    let is_known = match key {
        DeliveryKey::Kept(lane, id) => stands(id).is_some_and(|found| found.lane == Some(lane)),
        DeliveryKey::Line(_, _, id) => stands(id).is_some_and(|found| found.stage == Stage::InLine),
        DeliveryKey::Turn(under_way, turn, lane) => {
            state.lane(lane).turn == Some((under_way, turn))
        }
        DeliveryKey::Equal(lane, digest) => {
            let named = state.equal_delivery(lane, digest).and_then(stands);
            named.is_some_and(|found| found.digest == Some(digest))
        }
    };
    if !is_known {
        let text = format!("nothing knows the entry {key:?} of the deliveries");
        look.mendable(text, move |state, _| {
            state.take_from_deliveries(key);
        });
    }
}

/// Looks at the counts of a lane.
pub fn lane(look: &mut Look<'_>, lane: Principal) {
    let record = look.state.lane(lane);
    let counted = lanes::counted(look.state, lane);
    if !is_same(&record, &counted) {
        let text = format!("the deliveries of {lane} are counted wrong");
        look.mendable(text, move |state, now| {
            recount(state, lane);
            lanes::grant(state, now);
        });
    }
}

fn is_same(record: &LaneRecord, counted: &LaneRecord) -> bool {
    let sorted = |record: &LaneRecord| {
        let mut to = record.to.clone();
        to.sort_unstable();
        (record.kept, record.under_way, to)
    };
    sorted(record) == sorted(counted)
}

fn recount(state: &mut State, lane: Principal) {
    let counted = lanes::counted(state, lane);
    state.put_lane(lane, counted);
    lanes::look_whose_turn(state, lane);
}

/// Looks at the count of places held by all lanes together.
pub fn places(look: &mut Look<'_>) {
    let held = held(look.state);
    if held != look.state.deliveries_under_way() {
        look.mendable(
            "the places of deliveries are counted wrong",
            |state, now| {
                let held = self::held(state);
                state.set_deliveries_under_way(held);
                lanes::grant(state, now);
            },
        );
    }
}

fn held(state: &State) -> u64 {
    state.lanes().map(|(_, lane)| lane.under_way).sum()
}

/// Looks at how the deliveries about something stand: it is there.
pub fn sent(look: &mut Look<'_>, subject: Subject) {
    let state = look.state;
    let exists = match subject {
        Subject::Alert(id) => state.alert(id).is_some(),
        Subject::Callback(id) => state.has_execution(id),
    };
    if !exists {
        let text = format!("what is kept of the deliveries about {subject:?} belongs to nothing");
        look.mendable(text, move |state, _| state.remove_sent(subject));
    }
}
