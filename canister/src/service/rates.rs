//! How often something may be asked for.
//!
//! All update calls of somebody together have a rate, since most of them write to what all owners share,
//! the timeline at least.
//!
//! Runs have rates of their own, so that a run which asks for runs does not multiply. Two of them: of the
//! runs of one task that anybody asks for, and of all that a canister asks for while the scheduler is calling it, be it for a step, a callback or a message. Two tasks whose
//! callees ask for each other, or a callee that makes a new task at each call, come up against the
//! second.

use chime_types::{Error, ErrorKind, limits};

use super::Caller;
use crate::engine::budget::{self, UsedUp};
use crate::state::State;
use crate::state::keys::TaskId;
use crate::state::rates::{Rate, RateKey};

const OF_TASK: Rate = Rate::each_second(
    limits::RUNS_ON_REQUEST_EACH_SECOND,
    limits::RUNS_ON_REQUEST_AT_ONCE,
);
const WHILE_CALLED: Rate = Rate::each_second(
    limits::REQUESTS_WHILE_CALLED_EACH_SECOND,
    limits::REQUESTS_WHILE_CALLED_AT_ONCE,
);
const CHANGES: Rate = Rate::each_second(limits::CHANGES_EACH_SECOND, limits::CHANGES_AT_ONCE);
/// Of who has used its budget up: enough to stop and to change what uses it up.
const CHANGES_USED_UP: Rate = Rate {
    every: limits::CHANGES_USED_UP_SECONDS * limits::NANOSECONDS,
    burst: limits::CHANGES_USED_UP_AT_ONCE,
};

/// What a worker says of a job that it holds. It has a rate of its own, the usual one: what was done is not lost
/// because nothing new may begin.
const REPORTS: [&str; 4] = ["complete_job", "fail_job", "heartbeat_job", "release_job"];

/// Looks whether a caller may make an update call now, and counts nothing: what is refused at the door
/// costs nothing.
pub fn may_change(state: &State, caller: Caller, now: u64, method: &str) -> Result<(), Error> {
    let Some((key, rate, used_up)) = rate_of_changes(state, caller, now, method) else {
        return Ok(());
    };
    let looked = state.rates.look(key, rate, now);
    looked
        .map(|_| ())
        .map_err(|at| too_many_changes(at, now, used_up))
}

/// Counts an update call, before anything of it is decoded. Who controls the scheduler may do with it
/// what it likes.
pub fn changing(state: &mut State, caller: Caller, now: u64, method: &str) -> Result<(), Error> {
    let Some((key, rate, used_up)) = rate_of_changes(state, caller, now, method) else {
        return Ok(());
    };
    let counted = state.rates.count(key, rate, now);
    counted.map_err(|at| too_many_changes(at, now, used_up))
}

fn rate_of_changes(
    state: &State,
    caller: Caller,
    now: u64,
    method: &str,
) -> Option<(RateKey, Rate, Option<UsedUp>)> {
    if caller.is_controller {
        return None;
    }
    let principal = caller.principal;
    if REPORTS.contains(&method) {
        return Some((RateKey::Reports(principal), CHANGES, None));
    }
    let used_up = budget::used_up(state, now, principal);
    let rate = if used_up.is_some() {
        CHANGES_USED_UP
    } else {
        CHANGES
    };
    Some((RateKey::Changes(principal), rate, used_up))
}

fn too_many_changes(at: u64, now: u64, used_up: Option<UsedUp>) -> Error {
    let rule = match used_up {
        None => format!(
            "at most {} update calls a second, once {} at once are used up",
            limits::CHANGES_EACH_SECOND,
            CHANGES.burst
        ),
        Some(used_up) => format!(
            "one update call in {} s, once {} at once are used up, while {used_up}",
            limits::CHANGES_USED_UP_SECONDS,
            CHANGES_USED_UP.burst
        ),
    };
    too_often(rule, at, now, "make them slower")
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
            limits::REQUESTS_WHILE_CALLED_EACH_SECOND,
            WHILE_CALLED.burst
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
            task.0,
            limits::RUNS_ON_REQUEST_EACH_SECOND,
            OF_TASK.burst
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
