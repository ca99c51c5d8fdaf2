//! The engine: a state machine without a clock and without effects. It is given the time, changes
//! the store, and says which attempts are to be made; `driver` makes them.
//!
//! * [`tick`] does what is due: fires schedules, resumes executions, times attempts out, and
//!   starts what is ready.
//! * [`finish`] takes in how an attempt ended.
//! * [`request`] and [`cancel_active`] are what owners ask for.
//!
//! Everything that waits for time is in the agenda, everything that waits for a free place is in
//! the ready queue. `ARCHITECTURE.md` draws the states of an execution.

mod attempt;
mod fire;
mod lifecycle;
mod retry;
mod slots;
#[cfg(test)]
mod tests;

pub use attempt::{Outcome, finish};
pub use fire::first_slot;
pub use lifecycle::{cancel_active, day, erase, request};
pub use retry::retry_delay_seconds;
pub use slots::compile;

use chime_types::{Action, limits};

use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId, Token, Wake};

/// Wakes handled in one tick.
const WAKES_PER_TICK: usize = 200;
/// Attempts started in one tick.
const STARTS_PER_TICK: usize = 50;

/// How much one tick may do.
pub struct Budget<'a> {
    /// Instructions spent in this message so far.
    pub instructions: &'a dyn Fn() -> u64,
    /// No new piece of work is begun once this many instructions are spent.
    pub maximum_instructions: u64,
}

impl Budget<'_> {
    fn is_spent(&self) -> bool {
        (self.instructions)() >= self.maximum_instructions
    }
}

/// An attempt that has been recorded as running and is now to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The execution.
    pub execution_id: ExecutionId,
    /// The task.
    pub task_id: TaskId,
    /// Fences the outcome.
    pub token: Token,
    /// The slot, in nanoseconds.
    pub scheduled_at: u64,
    /// Counted from 1.
    pub attempt: u32,
    /// What to do.
    pub action: Action,
    /// How long to wait for it.
    pub timeout_seconds: u64,
}

/// Whether a tick left something undone that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something is due that this tick had no room for: call again at once.
    MoreWork,
    /// Nothing is due before the first entry of the agenda.
    Idle,
}

/// What a tick decided.
#[derive(Debug)]
pub struct Tick {
    /// The attempts to make.
    pub starts: Vec<Start>,
    /// Whether to call again at once.
    pub progress: Progress,
}

/// Does what is due at `now`, within the budget.
pub fn tick(state: &mut State, now: u64, budget: &Budget<'_>) -> Tick {
    let mut wakes = 0;
    while wakes < WAKES_PER_TICK && !budget.is_spent() {
        let Some((key, wake)) = state.first_wake().filter(|(key, _)| key.due_at <= now) else {
            break;
        };
        wakes += 1;
        state.cancel_wake(Some(key));
        match wake {
            Wake::Fire(schedule) => fire::fire(state, now, schedule),
            Wake::Resume(execution) => lifecycle::resume(state, now, execution),
            Wake::Deadline(execution) => attempt::time_out(state, now, execution),
        }
    }
    let mut starts = Vec::new();
    while starts.len() < STARTS_PER_TICK && has_place(state) && !budget.is_spent() {
        let Some(key) = state.first_ready() else {
            break;
        };
        starts.push(attempt::start(state, now, &key));
    }
    Tick {
        starts,
        progress: progress(state, now),
    }
}

/// When the next tick is due: at once if something ready can start, else at the first entry of
/// the agenda.
pub fn next_tick_at(state: &State, now: u64) -> Option<u64> {
    if state.first_ready().is_some() && has_place(state) {
        return Some(now);
    }
    state.first_wake().map(|(key, _)| key.due_at)
}

fn progress(state: &State, now: u64) -> Progress {
    match next_tick_at(state, now) {
        Some(due) if due <= now => Progress::MoreWork,
        _ => Progress::Idle,
    }
}

fn has_place(state: &State) -> bool {
    state.running() < limits::MAXIMUM_CONCURRENT_ATTEMPTS
}
