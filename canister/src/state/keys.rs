//! Identifiers and the keys of the stable maps. All keys are of fixed or bounded size and order
//! as the engine needs them: by time, then by age.

use std::borrow::Cow;

use candid::Principal;
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::{Deserialize, Serialize};

macro_rules! identifiers {
    ($($(#[$documentation:meta])* $name:ident;)*) => {$(
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub u64);

        impl Storable for $name {
            const BOUND: Bound = Bound::Bounded { max_size: 8, is_fixed_size: true };

            fn to_bytes(&self) -> Cow<'_, [u8]> {
                Cow::Owned(self.0.to_be_bytes().to_vec())
            }

            fn into_bytes(self) -> Vec<u8> {
                self.0.to_be_bytes().to_vec()
            }

            fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
                Self(be_u64(&bytes))
            }
        }
    )*};
}

identifiers! {
    /// A task.
    TaskId;
    /// A schedule of a task.
    ScheduleId;
    /// One run of a task; later ones have higher numbers.
    ExecutionId;
}

/// Fences an attempt: an outcome counts only while the execution still holds the token that the
/// attempt was started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token(pub u64);

/// A place in the agenda: the earliest due first, then the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AgendaKey {
    /// When it is due, in nanoseconds.
    pub due_at: u64,
    /// Makes the key unique and keeps the order of entries due at the same time.
    pub sequence: u64,
}

impl Storable for AgendaKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 16,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        [self.due_at.to_be_bytes(), self.sequence.to_be_bytes()].concat()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self {
            due_at: be_u64(&bytes),
            sequence: be_u64(&bytes[8..]),
        }
    }
}

/// A place in the ready queue: the most urgent first, then the longest due, then the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReadyKey {
    /// 0 is the most urgent.
    pub priority: u8,
    /// Since when it is due, in nanoseconds.
    pub due_at: u64,
    /// What is to run.
    pub execution_id: ExecutionId,
}

impl Storable for ReadyKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 17,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        let mut bytes = vec![self.priority];
        bytes.extend(self.due_at.to_be_bytes());
        bytes.extend(self.execution_id.0.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self {
            priority: bytes[0],
            due_at: be_u64(&bytes[1..]),
            execution_id: ExecutionId(be_u64(&bytes[9..])),
        }
    }
}

/// What is to be done when an entry of the agenda is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A slot of a schedule.
    Fire(ScheduleId),
    /// An execution goes on after a pause.
    Resume(ExecutionId),
    /// The attempt of an execution has had its time.
    Deadline(ExecutionId),
}

impl Storable for Wake {
    const BOUND: Bound = Bound::Bounded {
        max_size: 9,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        let (kind, id) = match self {
            Self::Fire(schedule) => (0, schedule.0),
            Self::Resume(execution) => (1, execution.0),
            Self::Deadline(execution) => (2, execution.0),
        };
        let mut bytes = vec![kind];
        bytes.extend(id.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let id = be_u64(&bytes[1..]);
        match bytes[0] {
            0 => Self::Fire(ScheduleId(id)),
            1 => Self::Resume(ExecutionId(id)),
            2 => Self::Deadline(ExecutionId(id)),
            kind => panic!("BUG: wake of kind {kind} in the agenda"),
        }
    }
}

/// An idempotency key of an owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnerKey {
    /// Whose key it is.
    pub owner: Principal,
    /// The key as given.
    pub key: String,
}

impl Storable for OwnerKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 1
            + Principal::MAX_LENGTH_IN_BYTES as u32
            + chime_types::limits::MAXIMUM_KEY_BYTES as u32,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        let owner = self.owner.as_slice();
        let length = u8::try_from(owner.len()).expect("BUG: a principal has at most 29 bytes");
        Cow::Owned([&[length], owner, self.key.as_bytes()].concat())
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let end = 1 + usize::from(bytes[0]);
        Self {
            owner: Principal::from_slice(&bytes[1..end]),
            key: String::from_utf8(bytes[end..].to_vec()).expect("BUG: a key is text"),
        }
    }
}

fn be_u64(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().expect("BUG: eight bytes"))
}
