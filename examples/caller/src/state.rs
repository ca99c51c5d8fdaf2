//! What the canister remembers, in one cell of stable memory: it survives every upgrade without
//! any code for it.

use std::borrow::Cow;
use std::cell::RefCell;

use candid::{CandidType, Deserialize, Principal};
use ic_stable_structures::storable::Bound;
use ic_stable_structures::{DefaultMemoryImpl, StableCell, Storable};

use chime_client::{ExecutionContext, ExecutionFinished, OncePerExecution, Turn};

use crate::interface::CallerError;

/// Executions remembered, so that none is counted twice: far more than can be retried at a time.
const REMEMBERED: u64 = 1_000;

/// All of the state.
#[derive(CandidType, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Whose ticks are accepted.
    pub scheduler: Option<Principal>,
    /// The task at that scheduler, once its answer has come.
    pub task_id: Option<u64>,
    /// Part of the idempotency key; rises when a task was deleted.
    pub generation: u64,
    /// Ticks counted.
    pub ticks: u64,
    /// The executions that were counted.
    pub counted: OncePerExecution,
    /// How the latest execution ended.
    pub last_outcome: Option<ExecutionFinished>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            scheduler: None,
            task_id: None,
            generation: 0,
            ticks: 0,
            counted: OncePerExecution::keeping(REMEMBERED),
            last_outcome: None,
        }
    }
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

/// Counts the tick of an execution, unless it was counted already, and returns the count.
pub fn add_tick(context: &ExecutionContext) -> u64 {
    change(|state| {
        if state.counted.begin(context) == Turn::Work {
            state.ticks += 1;
            state.counted.finish(context);
        }
        state.ticks
    })
}

/// Keeps how an execution ended.
pub fn keep_outcome(finished: ExecutionFinished) {
    change(|state| state.last_outcome = Some(finished));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULER: Principal = Principal::management_canister();

    fn attempt(execution_id: u64, attempt: u32) -> ExecutionContext {
        ExecutionContext {
            task_id: 4,
            execution_id,
            scheduled_at: 0,
            step: 0,
            attempt,
            fencing_token: execution_id * 10 + u64::from(attempt),
            user: SCHEDULER,
        }
    }

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
            ..State::default()
        };
        assert_eq!(State::from_bytes(state.to_bytes()), state);
    }

    #[test]
    fn should_count_on_after_the_task_was_deleted() {
        assert_eq!(scheduled(), Err(CallerError::NotScheduled));
        assert_eq!(add_tick(&attempt(1, 1)), 1);
        forget();
        assert_eq!(add_tick(&attempt(2, 1)), 2);
    }
    #[test]
    fn should_count_an_execution_once() {
        assert_eq!(add_tick(&attempt(1, 1)), 1);
        assert_eq!(add_tick(&attempt(1, 2)), 1);
    }
}
