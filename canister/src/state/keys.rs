//! Identifiers and the keys of the stable maps. All keys are of fixed or bounded size and order
//! as the engine needs them: by time, then by age.

mod deliveries;

use std::borrow::Cow;

use candid::Principal;
use ic_stable_structures::Storable;
use ic_stable_structures::storable::Bound;
use serde::{Deserialize, Serialize};

pub use deliveries::{DeliveryKey, Subject};

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
    /// Slots of the past that are being run.
    BackfillId;
    /// An alert.
    AlertId;
    /// A message, a notice or a callback; later ones have higher numbers.
    MessageId;
    /// An entry of the timeline; later ones have higher numbers.
    EventId;
    /// A backup.
    BackupId;
    /// A report.
    ReportId;
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

/// A place in a queue of executions: the lowest rank first, then the oldest execution. The rank
/// is a time: the longer one waits and the more urgent it is, the lower it is beside those that come
/// later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReadyKey {
    /// When it was due, later by a step of ageing for each class that is less urgent.
    pub rank: u64,
    /// What is to run.
    pub execution_id: ExecutionId,
}

impl Storable for ReadyKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 16,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        [self.rank.to_be_bytes(), self.execution_id.0.to_be_bytes()].concat()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self {
            rank: be_u64(&bytes),
            execution_id: ExecutionId(be_u64(&bytes[8..])),
        }
    }
}

/// A place in the ready queue of the first release. Only read, when its store is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FirstReadyKey(pub ExecutionId, [u8; 17]);

impl Storable for FirstReadyKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 17,
        is_fixed_size: true,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.1)
    }

    fn into_bytes(self) -> Vec<u8> {
        self.1.to_vec()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let whole = bytes.as_ref().try_into().expect("BUG: seventeen bytes");
        Self(ExecutionId(be_u64(&bytes[9..])), whole)
    }
}

/// What has a limit of its own on attempts under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LimitKey {
    /// A task.
    Task(TaskId),
    /// All tasks of an owner.
    Owner(Principal),
    /// All calls of a canister.
    Target(Principal),
    /// The places that the owners share who hold one already: the queue of an owner.
    Share(Principal),
    /// The same for the calls of a canister: the queue of all owners.
    TargetShare(Principal),
    /// The commands of an owner that workers have claimed.
    Claims(Principal),
    /// All places: the queue of the owners who hold none.
    Whole,
}

impl LimitKey {
    const MAX_SIZE: u32 = 2 + Principal::MAX_LENGTH_IN_BYTES as u32;

    fn encoded(self) -> Vec<u8> {
        match self {
            Self::Task(id) => [&[0, 8], id.0.to_be_bytes().as_slice()].concat(),
            Self::Owner(principal) => [&[1], framed(principal).as_slice()].concat(),
            Self::Target(principal) => [&[2], framed(principal).as_slice()].concat(),
            Self::Share(principal) => [&[3], framed(principal).as_slice()].concat(),
            Self::TargetShare(principal) => [&[4], framed(principal).as_slice()].concat(),
            Self::Claims(principal) => [&[5], framed(principal).as_slice()].concat(),
            Self::Whole => vec![6, 0],
        }
    }

    /// The key that the bytes begin with, and the rest of them.
    fn decoded(bytes: &[u8]) -> (Self, &[u8]) {
        let end = 2 + usize::from(bytes[1]);
        let principal = || Principal::from_slice(&bytes[2..end]);
        let key = match bytes[0] {
            0 => Self::Task(TaskId(be_u64(&bytes[2..]))),
            1 => Self::Owner(principal()),
            2 => Self::Target(principal()),
            3 => Self::Share(principal()),
            4 => Self::TargetShare(principal()),
            5 => Self::Claims(principal()),
            6 => Self::Whole,
            kind => panic!("BUG: limit of kind {kind}"),
        };
        (key, &bytes[end..])
    }
}

/// An execution that waits behind a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParkedKey {
    /// The limit.
    pub limit: LimitKey,
    /// Its place behind it.
    pub ready: ReadyKey,
}

impl Storable for ParkedKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: LimitKey::MAX_SIZE + 16,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.into_bytes())
    }

    fn into_bytes(self) -> Vec<u8> {
        [self.limit.encoded(), self.ready.into_bytes()].concat()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let (limit, rest) = LimitKey::decoded(&bytes);
        Self {
            limit,
            ready: ReadyKey::from_bytes(Cow::Borrowed(rest)),
        }
    }
}

/// A command that waits for a worker: in the queue of all owners, or in that of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobKey {
    /// Nobody: the queue of all owners.
    pub owner: Option<Principal>,
    /// The name of the queue.
    pub queue: String,
    /// Its place.
    pub ready: ReadyKey,
}

impl Storable for JobKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 2
            + Principal::MAX_LENGTH_IN_BYTES as u32
            + 4 * chime_types::limits::MAXIMUM_QUEUE_CHARACTERS as u32
            + 16,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        // An owner is at least one byte long, so nobody is shorter and comes first.
        let owner = self.owner.map_or_else(|| vec![0], framed);
        let queue = self.queue.as_bytes();
        let length = u16::try_from(queue.len()).expect("BUG: the name of a queue is short");
        Cow::Owned(
            [
                &owner,
                length.to_be_bytes().as_slice(),
                queue,
                &self.ready.into_bytes(),
            ]
            .concat(),
        )
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let queue_at = 1 + usize::from(bytes[0]);
        let text_at = queue_at + 2;
        let length = usize::from(u16::from_be_bytes([bytes[queue_at], bytes[queue_at + 1]]));
        let owner = &bytes[1..queue_at];
        Self {
            owner: (!owner.is_empty()).then(|| Principal::from_slice(owner)),
            queue: String::from_utf8(bytes[text_at..text_at + length].to_vec())
                .expect("BUG: the name of a queue is text"),
            ready: ReadyKey::from_bytes(Cow::Borrowed(&bytes[text_at + length..])),
        }
    }
}

/// A principal with its length in front.
fn framed(principal: Principal) -> Vec<u8> {
    let bytes = principal.as_slice();
    let length = u8::try_from(bytes.len()).expect("BUG: a principal has at most 29 bytes");
    [&[length], bytes].concat()
}

/// What is to be done when an entry of the agenda is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A slot of a schedule.
    Fire(ScheduleId),
    /// An execution goes on after a pause.
    Resume(ExecutionId),
    /// The attempt of an execution has had its time, or its worker's lease ends.
    Deadline(ExecutionId),
    /// A whole execution has had its time.
    Expire(ExecutionId),
    /// A backfill goes on.
    Backfill(BackfillId),
    /// A message is to be delivered, or delivered again.
    Deliver(MessageId),
    /// It is time to see whether a task is silent.
    Watch(AlertId),
    /// Old executions are removed.
    Sweep,
    /// The balance of cycles was low: look again.
    Cycles,
    /// More of the history of a task than it may keep is to be removed.
    Tidy(TaskId),
    /// A budget begins anew: what it held back goes on.
    Budgets,
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
            Self::Expire(execution) => (3, execution.0),
            Self::Backfill(backfill) => (4, backfill.0),
            Self::Deliver(message) => (5, message.0),
            Self::Watch(alert) => (6, alert.0),
            Self::Sweep => (7, 0),
            Self::Cycles => (8, 0),
            Self::Tidy(task) => (9, task.0),
            Self::Budgets => (10, 0),
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
            3 => Self::Expire(ExecutionId(id)),
            4 => Self::Backfill(BackfillId(id)),
            5 => Self::Deliver(MessageId(id)),
            6 => Self::Watch(AlertId(id)),
            7 => Self::Sweep,
            8 => Self::Cycles,
            9 => Self::Tidy(TaskId(id)),
            10 => Self::Budgets,
            kind => panic!("BUG: wake of kind {kind} in the agenda"),
        }
    }
}

/// A text of an owner's: an idempotency key, or the name of an action or a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnerKey {
    /// Whose it is.
    pub owner: Principal,
    /// The text as given.
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
        Cow::Owned([&framed(self.owner), self.key.as_bytes()].concat())
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

/// A key of `run_task_now`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunKey {
    /// The task.
    pub task: TaskId,
    /// The key as given.
    pub key: String,
}

impl Storable for RunKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 8 + chime_types::limits::MAXIMUM_KEY_BYTES as u32,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned([&self.task.0.to_be_bytes(), self.key.as_bytes()].concat())
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self {
            task: TaskId(be_u64(&bytes)),
            key: String::from_utf8(bytes[8..].to_vec()).expect("BUG: a key is text"),
        }
    }
}

/// A name of at most 128 characters that an owner gave: of an action or a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey {
    /// Whose it is; the management canister stands for everybody.
    pub owner: Principal,
    /// The name.
    pub name: String,
}

impl Storable for NameKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 1
            + Principal::MAX_LENGTH_IN_BYTES as u32
            + 4 * chime_types::limits::MAXIMUM_NAME_CHARACTERS as u32,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned([&framed(self.owner), self.name.as_bytes()].concat())
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        let end = 1 + usize::from(bytes[0]);
        Self {
            owner: Principal::from_slice(&bytes[1..end]),
            name: String::from_utf8(bytes[end..].to_vec()).expect("BUG: a name is text"),
        }
    }
}

/// The code of a version of a codex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeKey {
    codex: NameKey,
    version: u64,
}

impl CodeKey {
    /// Of this codex and this version.
    pub fn new(codex: &NameKey, version: u64) -> Self {
        let codex = codex.clone();
        Self { codex, version }
    }
}

impl Storable for CodeKey {
    const BOUND: Bound = Bound::Bounded {
        max_size: 9
            + Principal::MAX_LENGTH_IN_BYTES as u32
            + 4 * chime_types::limits::MAXIMUM_NAME_CHARACTERS as u32,
        is_fixed_size: false,
    };

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        let version = self.version.to_be_bytes();
        Cow::Owned([version.as_slice(), &self.codex.to_bytes()].concat())
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        Self {
            version: be_u64(&bytes),
            codex: NameKey::from_bytes(Cow::Borrowed(&bytes[8..])),
        }
    }
}

fn be_u64(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().expect("BUG: eight bytes"))
}
