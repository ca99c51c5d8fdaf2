//! Figures of all owners together, kept as things happen, so that nobody has to go through the
//! owners to know them.

use candid::Principal;
use chime_types::{ExecutionStatus, limits};

use super::budget::Kind;
use super::periods::day;
use crate::state::State;
use crate::state::counter::Counter;
use crate::state::records::{Ends, ExecutionRecord, Totals};

/// The figures, those of today begun anew if the day is over.
pub fn totals(state: &State, now: u64) -> Totals {
    let mut totals = state.totals().clone();
    begin_day(&mut totals, now);
    totals
}

fn begin_day(totals: &mut Totals, now: u64) {
    if totals.day != day(now) {
        *totals = Totals {
            ever: totals.ever.clone(),
            spent: totals.spent,
            day: day(now),
            ..Totals::default()
        };
    }
}

fn change(state: &mut State, now: u64, change: impl FnOnce(&mut Totals)) {
    state.change_totals(|totals| {
        begin_day(totals, now);
        change(totals);
    });
}

/// An execution began.
pub(super) fn on_start(state: &mut State, now: u64, lag: u64) {
    change(state, now, |totals| totals.figures.lags.add(lag));
}

/// An execution ended.
pub(super) fn on_end(state: &mut State, now: u64, execution: &ExecutionRecord) {
    let status = execution.status.get();
    let started = execution.started_at.unwrap_or(now);
    change(state, now, |totals| {
        add(totals, status, 1);
        if status != ExecutionStatus::Cancelled {
            totals.figures.add_duration(now.saturating_sub(started));
        }
    });
}

/// Slots were left out.
pub(super) fn on_left_out(state: &mut State, now: u64, execution: &ExecutionRecord) {
    let status = execution.status.get();
    change(state, now, |totals| add(totals, status, execution.slots));
}

/// Cycles were spent for an owner, for whom so many were today.
pub(super) fn on_spent(
    state: &mut State,
    now: u64,
    kind: Kind,
    cycles: u64,
    (owner, today): (Principal, u64),
) {
    change(state, now, |totals| {
        kind.of(&mut totals.spent).raise(cycles);
        rank(&mut totals.spenders, owner, today);
    });
}

/// Cycles came back.
pub(super) fn on_refunded(
    state: &mut State,
    now: u64,
    kind: Kind,
    cycles: u64,
    (owner, today): (Principal, u64),
) {
    change(state, now, |totals| {
        let spent = kind.of(&mut totals.spent);
        *spent = spent.saturating_sub(cycles);
        rank(&mut totals.spenders, owner, today);
    });
}

/// Keeps an owner among those who spend most, if it is one of them.
fn rank(spenders: &mut Vec<(Principal, u64)>, owner: Principal, today: u64) {
    if let Some((_, cycles)) = spenders.iter_mut().find(|(found, _)| *found == owner) {
        *cycles = today;
        return;
    }
    if spenders.len() < limits::MAXIMUM_SPENDERS {
        spenders.push((owner, today));
        return;
    }
    if let Some(least) = spenders.iter_mut().min_by_key(|(_, cycles)| *cycles)
        && least.1 < today
    {
        *least = (owner, today);
    }
}

/// So many slots more were left out, in a record that is there already.
pub(super) fn on_skipped(state: &mut State, now: u64, slots: u64) {
    change(state, now, |totals| {
        add(totals, ExecutionStatus::Skipped, slots);
    });
}

fn add(totals: &mut Totals, status: ExecutionStatus, count: u64) {
    counter(&mut totals.ever, status).raise(count);
    counter(&mut totals.today, status).raise(count);
}

fn counter(ends: &mut Ends, status: ExecutionStatus) -> &mut u64 {
    match status {
        ExecutionStatus::Completed => &mut ends.completed,
        ExecutionStatus::Failed => &mut ends.failed,
        ExecutionStatus::TimedOut => &mut ends.timed_out,
        ExecutionStatus::Cancelled => &mut ends.cancelled,
        ExecutionStatus::Skipped => &mut ends.skipped,
        ExecutionStatus::Missed => &mut ends.missed,
        ExecutionStatus::Ready | ExecutionStatus::Running | ExecutionStatus::Waiting => {
            panic!("BUG: an execution ended as {status:?}")
        }
    }
}
