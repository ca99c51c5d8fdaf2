//! The figures agree with the history.

use std::collections::{BTreeMap, BTreeSet};

use candid::Principal;
use chime_types::{EmptyRequest, ExecutionStatus, Stats, Trigger};

use super::Record;
use crate::perform::Run;
use crate::violation::{Violation, ensure};
use crate::world::SECOND;

/// The removal of a history that failed is tried again after this time.
const POSTPONED: u64 = 3_600 * SECOND;

/// Holds the figures of tasks, schedules and owners against the histories.
pub fn check(run: &mut Run, histories: &[Record]) -> Result<(), Violation> {
    for history in histories {
        check_task(run, history)?;
    }
    let mut owners: BTreeMap<Principal, Vec<&Record>> = BTreeMap::new();
    for history in histories {
        owners.entry(history.task.owner).or_default().push(history);
    }
    for (owner, histories) in owners {
        check_owner(run, owner, &histories)?;
    }
    Ok(())
}

fn check_task(run: &Run, history: &Record) -> Result<(), Violation> {
    let shown = &history.task;
    let active = history
        .executions
        .iter()
        .filter(|execution| !execution.status.is_final());
    ensure!(
        shown.total_executions == history.executions.len() as u64
            && shown.active_executions == active.count() as u64,
        Totals,
        "of {} executions: {shown:?}",
        history.executions.len()
    );
    if run.model.tasks[&shown.id].has_backfill {
        return Ok(());
    }
    for schedule in &shown.schedules {
        let (mut runs, mut skipped, mut missed) = (0, 0, 0);
        let records = history.of_schedule(schedule.id);
        for execution in records.filter(|found| found.trigger == Trigger::Schedule) {
            match execution.status {
                ExecutionStatus::Skipped => skipped += execution.slots,
                ExecutionStatus::Missed => missed += execution.slots,
                _ => runs += 1,
            }
        }
        ensure!(
            (schedule.runs, schedule.skipped_runs, schedule.missed) == (runs, skipped, missed),
            Totals,
            "{runs} runs, {skipped} skipped, {missed} missed: {schedule:?}"
        );
    }
    Ok(())
}

fn check_owner(run: &mut Run, owner: Principal, histories: &[&Record]) -> Result<(), Violation> {
    let now = run.world.now();
    if run.model.was_disabled(owner, now) {
        return Ok(());
    }
    let stats: Stats = run.must_show(owner, "get_stats", &EmptyRequest {})?;
    let all = || histories.iter().flat_map(|history| &history.executions);
    let active = all()
        .filter(|execution| !execution.status.is_final())
        .count() as u64;
    ensure!(
        stats.total_tasks == histories.len() as u64 && stats.active_executions == active,
        Totals,
        "{} tasks, {active} active: {stats:?}",
        histories.len()
    );
    let dead = all().filter(|execution| {
        let is_dead = matches!(
            execution.status,
            ExecutionStatus::Failed | ExecutionStatus::TimedOut
        );
        is_dead && execution.replayed_by.is_none()
    });
    let dead: BTreeSet<u64> = dead.map(|execution| execution.id).collect();
    let count = dead.len() as u64;
    // The history of a deleted task is still to be removed where that failed and was postponed.
    let may_hold_more = run.model.deleted_tasks.contains_key(&owner)
        && (run.model.trouble).trapped(now.saturating_sub(POSTPONED), now);
    ensure!(
        stats.dead_letters == count || may_hold_more && stats.dead_letters > count,
        Totals,
        "{count} dead letters {dead:?}: {stats:?}"
    );
    Ok(())
}
