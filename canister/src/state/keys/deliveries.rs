//! The keys of what is on its way, and of what is kept about it.

use std::borrow::Cow;

use candid::Principal;
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;

use super::{AlertId, ExecutionId, MessageId, be_u64, framed};

/// An entry of the queue of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryKey {
    /// A delivery of a lane.
    Kept(Principal, MessageId),
    /// A delivery that waits in a lane for a place, by its destination.
    Line(Principal, u64, MessageId),
    /// A lane that may have another place: what it has under way, its turn, and whose it is.
    Turn(u64, u64, Principal),
    /// What waits in a lane and says the same as others to come.
    Equal(Principal, u64),
}

impl Storable for DeliveryKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 2 + Principal::MAX_LENGTH_IN_BYTES as u32 + 16,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        let with_lane = |kind: u8, lane, numbers: &[u64]| {
            let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
            [vec![kind], framed(lane), numbers.collect()].concat()
        };
        match self {
            Self::Kept(lane, id) => with_lane(0, lane, &[id.0]),
            Self::Line(lane, destination, id) => with_lane(1, lane, &[destination, id.0]),
            Self::Turn(under_way, turn, lane) => with_lane(2, lane, &[under_way, turn]),
            Self::Equal(lane, digest) => with_lane(3, lane, &[digest]),
        }
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let end = 2 + usize::from(bytes[1]);
        let lane = Principal::from_slice(&bytes[2..end]);
        let number = |index: usize| be_u64(&bytes[end + 8 * index..]);
        match bytes[0] {
            0 => Self::Kept(lane, MessageId(number(0))),
            1 => Self::Line(lane, number(0), MessageId(number(1))),
            2 => Self::Turn(number(0), number(1), lane),
            3 => Self::Equal(lane, number(0)),
            kind => panic!("BUG: an entry of kind {kind} in the queue of deliveries"),
        }
    }
}

/// What a delivery is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A message of an alert.
    Alert(AlertId),
    /// The callback of a task about an execution.
    Callback(ExecutionId),
}

impl Storable for Subject {
    const BOUND: Bound = Bound::Bounded {
        max_size: 9,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        let (kind, id) = match self {
            Self::Alert(alert) => (0, alert.0),
            Self::Callback(execution) => (1, execution.0),
        };
        [vec![kind], id.to_be_bytes().to_vec()].concat()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let id = be_u64(&bytes[1..]);
        match bytes[0] {
            0 => Self::Alert(AlertId(id)),
            1 => Self::Callback(ExecutionId(id)),
            kind => panic!("BUG: a delivery about a thing of kind {kind}"),
        }
    }
}
