//! How often something may be asked for.
//!
//! All update calls of somebody together have a rate, since most of them write to what all owners share,
//! the timeline at least.
//!
//! Runs have rates of their own, so that a run which asks for runs does not multiply. Two of them: of the runs of one task that anybody asks for, and of all that a canister asks for
//! while the scheduler is calling it, be it for a step, a callback or a message. Two tasks whose
//! callees ask for each other, or a callee that makes a new task at each call, come up against the
//! second.

use chime_types::{Error, ErrorKind, limits};

use super::Caller;
use crate::state::State;
use crate::state::keys::TaskId;
use crate::state::rates::{Rate, RateKey};

const OF_TASK: Rate = Rate {
    per_second: limits::RUNS_ON_REQUEST_EACH_SECOND,
    burst: limits::RUNS_ON_REQUEST_AT_ONCE,
};
const WHILE_CALLED: Rate = Rate {
    per_second: limits::REQUESTS_WHILE_CALLED_EACH_SECOND,
    burst: limits::REQUESTS_WHILE_CALLED_AT_ONCE,
};

const CHANGES: Rate = Rate {
    per_second: limits::CHANGES_EACH_SECOND,
    burst: limits::CHANGES_AT_ONCE,
};

/// Counts an update call, before anything of it is decoded. Who controls the scheduler may do with it
/// what it likes.
pub fn changing(state: &mut State, caller: Caller, now: u64) -> Result<(), Error> {
    if caller.is_controller {
        return Ok(());
    }
    let counted = state
        .rates
        .count(RateKey::Changes(caller.principal), CHANGES, now);
    counted.map_err(|at| {
        let rule = format!(
            "at most {} update calls a second, once {} at once are used up",
            CHANGES.per_second, CHANGES.burst
        );
        too_often(rule, at, now, "make them slower")
    })
}

/// Counts a request that makes something due, or may do so. To be called when all else is checked.
pub fn requested(state: &mut State, caller: Caller, now: u64) -> Result<(), Error> {
    let principal = caller.principal;
    if !state.outgoing.is_called(principal, now) {
        return Ok(());
    }
    let counted = state
        .rates
        .count(RateKey::Called(principal), WHILE_CALLED, now);
    counted.map_err(|at| {
        let rule = format!(
            "a canister that the scheduler is calling may ask for runs and tasks {} times a second, \
             once {} at once are used up",
            WHILE_CALLED.per_second, WHILE_CALLED.burst
        );
        too_often(rule, at, now, "give the task a schedule")
    })
}

/// Counts a run of a task that is asked for.
pub fn run_requested(
    state: &mut State,
    caller: Caller,
    task: TaskId,
    now: u64,
) -> Result<(), Error> {
    requested(state, caller, now)?;
    let counted = state.rates.count(RateKey::Task(task), OF_TASK, now);
    counted.map_err(|at| {
        let rule = format!(
            "a run of task {} may be asked for {} times a second, once {} at once are used up",
            task.0, OF_TASK.per_second, OF_TASK.burst
        );
        too_often(rule, at, now, "give the task a schedule")
    })
}

fn too_often(rule: String, at: u64, now: u64, instead: &str) -> Error {
    let milliseconds = at.saturating_sub(now).div_ceil(1_000_000);
    Error {
        retry_at: Some(at),
        ..Error::new(
            ErrorKind::Unavailable,
            rule,
            format!("try again in {milliseconds} ms, or {instead}"),
        )
    }
}
