//! What the canister remembers, in one cell of stable memory: it survives every upgrade without
//! any code for it.

use std::borrow::Cow;
use std::cell::RefCell;

use candid::{CandidType, Deserialize, Principal};
use ic_stable_structures::storable::Bound;
use ic_stable_structures::{DefaultMemoryImpl, StableCell, Storable};

use crate::interface::CallerError;

/// All of the state.
#[derive(CandidType, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whose ticks are accepted.
    pub scheduler: Option<Principal>,
    /// The task at that scheduler, once its answer has come.
    pub task_id: Option<u64>,
    /// Part of the idempotency key; rises when a task was deleted.
    pub generation: u64,
    /// Ticks counted.
    pub ticks: u64,
}

impl Storable for State {
    const BOUND: Bound = Bound::Unbounded;

    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(candid::encode_one(self).expect("BUG: the state is plain data"))
    }

    fn into_bytes(self) -> Vec<u8> {
        self.to_bytes().into_owned()
    }

    fn from_bytes(bytes: Cow<'_, [u8]>) -> Self {
        candid::decode_one(&bytes).expect("BUG: the cell holds what to_bytes wrote")
    }
}

thread_local! {
    static CELL: RefCell<StableCell<State, DefaultMemoryImpl>> =
        RefCell::new(StableCell::init(DefaultMemoryImpl::default(), State::default()));
}

/// A copy of the state.
pub fn get() -> State {
    CELL.with_borrow(|cell| cell.get().clone())
}

fn change<R>(edit: impl FnOnce(&mut State) -> R) -> R {
    CELL.with_borrow_mut(|cell| {
        let mut state = cell.get().clone();
        let result = edit(&mut state);
        cell.set(state);
        result
    })
}

/// Accepts ticks of this scheduler from now on and returns the idempotency key for its task.
pub fn trust(scheduler: Principal) -> Result<String, CallerError> {
    change(|state| {
        if let (Some(scheduler), Some(task_id)) = (state.scheduler, state.task_id) {
            return Err(CallerError::AlreadyScheduled { scheduler, task_id });
        }
        state.scheduler = Some(scheduler);
        Ok(format!("tick-{}", state.generation))
    })
}

/// Remembers the task that the scheduler made.
pub fn remember_task(task_id: u64) {
    change(|state| state.task_id = Some(task_id));
}

/// The scheduler and the task, if there is one.
pub fn scheduled() -> Result<(Principal, u64), CallerError> {
    let state = get();
    state
        .scheduler
        .zip(state.task_id)
        .ok_or(CallerError::NotScheduled)
}

/// Forgets the scheduler and the task; the count stays.
pub fn forget() {
    change(|state| {
        state.scheduler = None;
        state.task_id = None;
        state.generation += 1;
    });
}

/// Counts one tick and returns the count.
pub fn add_tick() -> u64 {
    change(|state| {
        state.ticks += 1;
        state.ticks
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULER: Principal = Principal::management_canister();

    #[test]
    fn should_give_the_same_key_until_the_task_is_deleted() {
        let first = trust(SCHEDULER);
        assert_eq!(trust(SCHEDULER), first);
        remember_task(4);
        assert_eq!(
            trust(SCHEDULER),
            Err(CallerError::AlreadyScheduled {
                scheduler: SCHEDULER,
                task_id: 4
            })
        );
        forget();
        assert_ne!(trust(SCHEDULER), first);
    }

    #[test]
    fn should_survive_being_written_to_stable_memory() {
        let state = State {
            scheduler: Some(SCHEDULER),
            task_id: Some(1),
            generation: 2,
            ticks: 3,
        };
        assert_eq!(State::from_bytes(state.to_bytes()), state);
    }

    #[test]
    fn should_count_on_after_the_task_was_deleted() {
        assert_eq!(scheduled(), Err(CallerError::NotScheduled));
        assert_eq!(add_tick(), 1);
        forget();
        assert_eq!(add_tick(), 2);
    }
}
