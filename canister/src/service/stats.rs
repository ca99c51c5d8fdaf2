//! Figures about an owner and the scheduler.

use candid::{Nat, Principal};
use chime_types::{Error, FailedMessages, Spender, Stats, UpcomingRun, limits};

use super::Caller;
use crate::engine;
use crate::state::State;
use crate::state::records::OwnerRecord;

/// What the platform says of the canister.
#[derive(Clone, Debug)]
pub struct Platform {
    pub now: u64,
    pub cycles: u128,
    pub stable_pages: u64,
    pub timer_armed_at: Option<u64>,
    /// Messages of the scheduler's that failed since the last that did not.
    pub failed_in_a_row: u64,
}

/// `get_stats`
pub fn stats(state: &State, caller: Caller, platform: &Platform) -> Result<Stats, Error> {
    let principal = caller.need_sight_of(None)?;
    let owner = state.owner(principal);
    let mut today = owner.clone();
    if owner.day != engine::day(platform.now) {
        today = OwnerRecord::default();
    }
    let is_this_hour = owner.hour == engine::hour(platform.now);
    let figures = &today.figures;
    Ok(Stats {
        total_tasks: owner.tasks,
        active_executions: owner.active,
        completed_today: today.completed,
        failed_today: today.failed,
        average_duration_nanoseconds: figures.duration_nanoseconds.checked_div(figures.finished),
        duration: figures.durations.percentiles(),
        lag: figures.lags.percentiles(),
        skipped_today: today.skipped,
        missed_today: today.missed,
        dead_letters: owner.dead_letters,
        runs_this_hour: if is_this_hour {
            owner.runs_this_hour
        } else {
            0
        },
        bytes: Some(state.usage(principal).bytes),
        budget: Some(engine::budget::view(state, platform.now, principal)),
        spenders: caller.sees_all().then(|| spenders(state, platform.now)),
        upcoming: upcoming(state, principal),
        ready: state.ready_len(),
        parked: state.parked_len(),
        waiting_for_workers: state.jobs_len(),
        running: state.running(),
        agenda: state.agenda_len(),
        next_wake_at: state.first_wake().map(|(key, _)| key.due_at),
        timer_armed_at: platform.timer_armed_at,
        cycles: Nat::from(platform.cycles),
        cycles_per_day: engine::cycles::spent_per_day(state, platform.now, platform.cycles)
            .map(Nat::from),
        cycles_low: state.header().cycles_low,
        failed_messages: Some(failed_messages(state, caller, platform)),
        stable_pages: platform.stable_pages,
        version: env!("CARGO_PKG_VERSION").to_string(),
        now_at: platform.now,
    })
}

/// What was suspected last may belong to somebody else: only who sees all owners is told.
fn failed_messages(state: &State, caller: Caller, platform: &Platform) -> FailedMessages {
    let care = state.care();
    FailedMessages {
        failed: care.failed,
        failed_in_a_row: platform.failed_in_a_row,
        failed_at: care.failed_at,
        suspect: care.last.clone().filter(|_| caller.is_admin()),
        careful: care.careful > 0,
        quarantined: care.quarantined,
    }
}

/// Who spends most today, the greatest first.
fn spenders(state: &State, now: u64) -> Vec<Spender> {
    let mut spenders: Vec<Spender> = engine::totals(state, now)
        .spenders
        .into_iter()
        .map(|(owner, cycles_today)| Spender {
            owner,
            cycles_today,
        })
        .collect();
    spenders.sort_by_key(|spender| std::cmp::Reverse(spender.cycles_today));
    spenders
}

fn upcoming(state: &State, owner: Principal) -> Vec<UpcomingRun> {
    let next = state.upcoming_of(owner).take(limits::MAXIMUM_UPCOMING);
    next.map(|(run_at, schedule_id)| {
        let schedule = state
            .schedule(schedule_id)
            .expect("BUG: an armed schedule exists");
        let task = state
            .task(schedule.task_id)
            .expect("BUG: a schedule belongs to a task");
        UpcomingRun {
            task_id: task.id.0,
            schedule_id: schedule_id.0,
            name: task.name,
            run_at,
        }
    })
    .collect()
}
