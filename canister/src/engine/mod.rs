//! The engine: a state machine without a clock and without effects. It is given the time, changes
//! the store, and says what is to be done; `driver` does it.
//!
//! * [`tick`] does what is due: fires schedules, resumes executions, times attempts out, and
//!   starts what is ready.
//! * [`finish`] takes in how an attempt ended.
//! * [`request`], [`cancel`], `jobs`, `replay` and `backfill` are what owners and workers ask for.
//!
//! Everything that waits for time is in the agenda, everything that waits for a free place is in
//! a queue. `ARCHITECTURE.md` draws the states of an execution.

pub mod alerts;
pub mod archive;
mod arguments;
mod attempt;
pub mod backfill;
pub mod budget;
pub mod builtin;
mod clearing;
pub mod cycles;
pub mod deliver;
mod ending;
pub mod error_cases;
mod failure;
mod filling;
mod fire;
pub mod jobs;
mod left_out;
mod lifecycle;
mod outage;
mod outcome;
mod periods;
mod places;
pub mod poison;
pub mod program;
pub mod replay;
mod resolve;
mod retention;
mod retry;
pub mod rights;
pub mod secrets;
mod skipped;
mod slots;
mod stopping;
mod symbols;
pub mod template;
#[cfg(test)]
mod tests;
pub mod timeline;
mod totals;
mod turn;
mod values;

pub use arguments::encode_arguments;
pub use attempt::finish;
pub use failure::Failure;
pub use fire::settle;
pub use lifecycle::snooze;
pub use outcome::Outcome;
pub use periods::{day, hour};
pub use places::{look_at_budgets, look_at_settings};
pub use resolve::{HttpWork, Work, target_of_step, webhook};
pub use retention::{Position, arm_sweep, make_room, maximum_bytes, remove_some, sweep_soon};
pub use slots::{arm_first, check_rule, compile, slots_an_hour};
pub use stopping::cancel;
pub use totals::totals;
pub use turn::Turn;

use candid::Principal;
use chime_types::Cause;

use builtin::Builtin;

use crate::state::State;
use crate::state::keys::{ExecutionId, TaskId, Token, Wake};

/// The number of a step as people count. Only placeholders and fields of the interface count from 0.
pub const fn counted_from_one(step: u32) -> u32 {
    step.saturating_add(1)
}

/// Wakes handled in one tick.
const WAKES_PER_TICK: usize = 200;
/// Entries of the ready queue taken up in one tick.
const STARTS_PER_TICK: usize = 50;

/// How much one tick may do.
pub struct Budget<'a> {
    /// Instructions spent in this message so far.
    pub instructions: &'a dyn Fn() -> u64,
    /// No new piece of work is begun once this many instructions are spent.
    pub maximum_instructions: u64,
}

impl Budget<'_> {
    /// One that is spent: what goes on in slices does the least that it can.
    pub const LEAST: Budget<'static> = Budget {
        instructions: &|| 1,
        maximum_instructions: 1,
    };

    /// Whether nothing new may be begun.
    pub fn is_spent(&self) -> bool {
        (self.instructions)() >= self.maximum_instructions
    }

    /// Whether upkeep may go on, which can wait: it leaves three quarters to what is due.
    pub fn has_room_for_upkeep(&self) -> bool {
        (self.instructions)().saturating_mul(4) < self.maximum_instructions
    }
}

/// An attempt that has been recorded as running and is now to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The execution.
    pub execution_id: ExecutionId,
    /// The task.
    pub task_id: TaskId,
    /// Whose it is.
    pub owner: Principal,
    /// Fences the outcome.
    pub token: Token,
    /// The slot, in nanoseconds.
    pub scheduled_at: u64,
    /// Counted from 1.
    pub attempt: u32,
    /// What to do.
    pub work: Work,
    /// How long to wait for it.
    pub timeout_seconds: u64,
}

/// What is to be done outside the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make an attempt and report it with [`finish`].
    Attempt(Box<Start>),
    /// Deliver a message and report it with [`deliver::delivered`].
    Deliver(Box<deliver::Parcel>),
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
    /// What to do now.
    pub effects: Vec<Effect>,
    /// Whether to call again at once.
    pub progress: Progress,
}

/// Does what is due at `now`, within the budget.
pub fn tick(state: &mut State, now: u64, budget: &Budget<'_>) -> Tick {
    let mut effects = Vec::new();
    let mut spent = (budget.instructions)();
    let mut wakes = 0;
    while wakes < WAKES_PER_TICK && spent < budget.maximum_instructions {
        let Some((key, wake)) = state.first_wake().filter(|(key, _)| key.due_at <= now) else {
            break;
        };
        wakes += 1;
        state.cancel_wake(Some(key));
        effects.extend(handle(state, now, wake, budget));
        meter(state, budget, &mut spent);
    }
    let mut taken = 0;
    while taken < STARTS_PER_TICK && may_start(state) && spent < budget.maximum_instructions {
        let Some(key) = state.first_ready() else {
            break;
        };
        taken += 1;
        effects
            .extend(attempt::take_up(state, now, key).map(|start| Effect::Attempt(start.into())));
        meter(state, budget, &mut spent);
    }
    if wakes + taken > 0 {
        poison::note_work(state);
    }
    Tick {
        effects,
        progress: progress(state, now),
    }
}

/// Notes what a piece of work took. One look at the counter ends it and begins the next.
fn meter(state: &mut State, budget: &Budget<'_>, spent: &mut u64) {
    let before = std::mem::replace(spent, (budget.instructions)());
    state.meter.took(spent.saturating_sub(before));
}

fn handle(state: &mut State, now: u64, wake: Wake, budget: &Budget<'_>) -> Option<Effect> {
    #[cfg(test)]
    poison::strikes::pass(poison::strikes::At::Wake(wake));
    match wake {
        Wake::Fire(schedule) => fire::fire(state, now, schedule),
        Wake::Resume(execution) => lifecycle::resume(state, now, execution),
        Wake::Deadline(execution) => attempt::time_out(state, now, execution),
        Wake::Expire(execution) => stopping::expire(state, now, execution),
        Wake::Backfill(id) => backfill::go_on(state, now, id),
        Wake::Deliver(id) => return deliver::begin(state, now, id),
        Wake::Watch(alert) => alerts::watch(state, now, alert),
        Wake::Sweep => retention::sweep(state, now, budget),
        Wake::Tidy(task) => clearing::tidy(state, now, task, budget),
        // The balance was looked at when the message began.
        Wake::Cycles => cycles::look_again(state, now),
        Wake::Budgets => places::go_on_with_budgets(state, now),
    }
    None
}

/// The built-in work of an attempt that is under way. None if the attempt is over.
///
/// # Errors
/// Why there is none: what the step names may have been redefined.
pub fn slice_of(
    state: &State,
    now: u64,
    id: ExecutionId,
    token: Token,
) -> Option<Result<Builtin, Failure>> {
    let execution = state
        .execution(id)
        .filter(|found| found.token == Some(token))?;
    let task = state.task(execution.task_id)?;
    let step = resolve::step_of(state, &execution);
    let work = resolve::action_of(state, &task, &step)
        .and_then(|resolved| resolve::work(state, &task, &execution, &resolved, token.0, now));
    Some(match work {
        Ok(Work::Slice(work)) => Ok(work),
        Ok(_) => {
            let text = "the action was redefined and is no longer built in";
            Err(Failure::new(Cause::UnfitAction, text))
        }
        Err(failure) => Err(failure),
    })
}

/// When the next tick is due: at once if something ready can start, else at the first entry of
/// the agenda, or when something is not passed over any more.
pub fn next_tick_at(state: &State, now: u64) -> Option<u64> {
    let due_at = next_due_at(state, now).into_iter();
    due_at.chain(state.care().shelf_due_at()).min()
}

fn next_due_at(state: &State, now: u64) -> Option<u64> {
    if state.first_ready().is_some() && may_start(state) {
        return Some(now);
    }
    state.first_wake().map(|(key, _)| key.due_at)
}

fn progress(state: &State, now: u64) -> Progress {
    match next_due_at(state, now) {
        Some(due) if due <= now => Progress::MoreWork,
        _ => Progress::Idle,
    }
}

/// Whether anything new may be begun. Whether there is a place for it is seen when it is taken up.
fn may_start(state: &State) -> bool {
    !state.header().cycles_low
}
