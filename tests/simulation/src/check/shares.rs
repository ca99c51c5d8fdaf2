//! Nobody waits long because of other owners: whoever has something ready and holds no place gets one,
//! unless more other owners hold places than the reserve has.
//!
//! An owner with a place may take another one only while the reserve, a quarter of all, is left. So as many owners
//! as the reserve has places leave at least one of them.

use std::collections::BTreeSet;

use candid::Principal;
use chime_types::{ExecutionStatus, OverlapPolicy, TaskExecution, Trigger};

use super::Record;
use super::limits::Kept;
use crate::model::{GRACE, Model, TaskModel};
use crate::story::StepKind;
use crate::violation::{Violation, ensure};
use crate::world::SECOND;

/// The longest that an attempt keeps its place: those that began under other limits are over then.
const LONGEST_ATTEMPT: u64 = 700 * SECOND;

/// Looks at how long each execution waited while its owner held no place.
pub fn check(model: &Model, histories: &[Record], kept: &[Kept<'_>]) -> Result<(), Violation> {
    for history in histories {
        let task = &model.tasks[&history.task.id];
        if !can_be_told(model, task) {
            continue;
        }
        let own = places_of(model, kept, |owner| owner == task.owner);
        for execution in &history.executions {
            let Some((due, until)) = wait_for_a_place(model, task, execution, history) else {
                continue;
            };
            let mut excused = own.clone();
            excused.extend(crowded(model, task.owner, kept, due));
            excused.sort_unstable();
            let alone = longest_gap(&excused, due, until);
            ensure!(
                alone <= GRACE,
                Shares,
                "its owner held no place for {alone} ns, and it waited: {execution:?}"
            );
        }
    }
    Ok(())
}

/// Whether nothing but places can keep a task's executions from beginning, and all that held places is on
/// record: what a deleted task held is not.
fn can_be_told(model: &Model, task: &TaskModel) -> bool {
    let mut steps = task.versions.iter().flatten();
    !steps.any(|step| step.what == StepKind::Command) && model.deleted_tasks.is_empty()
}

/// From when to when an execution had nothing to wait for but a place.
fn wait_for_a_place(
    model: &Model,
    task: &TaskModel,
    execution: &TaskExecution,
    history: &Record,
) -> Option<(u64, u64)> {
    let schedule = task.schedule(execution.schedule_id?)?;
    let until = match (execution.started_at, execution.status) {
        (Some(started), _) => started,
        (None, ExecutionStatus::Ready) => model.now,
        _ => return None,
    };
    let due = execution.scheduled_at + schedule.jitter();
    let mut others = history.executions.iter();
    let is_behind_others = !matches!(schedule.plan.overlap, OverlapPolicy::AllowAll)
        && others.any(|other| {
            other.id < execution.id && other.finished_at.is_none_or(|finished| finished > due)
        });
    let may_wait = execution.trigger != Trigger::Schedule
        || until <= due
        || is_behind_others
        || task.was_touched(due, until)
        || model.was_disabled_between(task.owner, due, until)
        || model.trouble.stalled(due, until)
        || model.trouble.trapped(due, until)
        || model.limits_changed(due.saturating_sub(LONGEST_ATTEMPT), until);
    (!may_wait).then_some((due, until))
}

/// When more other owners held places than the reserve had, which all of them may take one of.
fn crowded(model: &Model, owner: Principal, kept: &[Kept<'_>], due: u64) -> Vec<(u64, u64)> {
    let (total, ..) = super::limits::in_force(model, due);
    let reserve = (total / 4).max(1) as usize;
    let others: BTreeSet<Principal> = kept
        .iter()
        .filter(|one| one.owner != owner && !one.is_claim)
        .map(|one| one.owner)
        .collect();
    let places = others
        .iter()
        .flat_map(|other| merged(&places_of(model, kept, |owner| owner == *other)));
    at_least(&places.collect::<Vec<_>>(), reserve + 1)
}

/// Spans in the order of their beginnings, as spans that do not overlap.
fn merged(spans: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (begun, ended) in spans {
        match merged.last_mut() {
            Some(last) if *begun <= last.1 => last.1 = last.1.max(*ended),
            _ => merged.push((*begun, *ended)),
        }
    }
    merged
}

/// When at least so many of the spans were under way.
fn at_least(spans: &[(u64, u64)], count: usize) -> Vec<(u64, u64)> {
    // What begins counts before what ends in the same instant.
    let begins = spans.iter().map(|(begun, _)| (*begun, 0_u8));
    let mut edges: Vec<(u64, u8)> = begins.chain(spans.iter().map(|span| (span.1, 1))).collect();
    edges.sort_unstable();
    let (mut open, mut since, mut found) = (0, None, Vec::new());
    for (at, edge) in edges {
        open = if edge == 0 { open + 1 } else { open - 1 };
        match since {
            None if open >= count => since = Some(at),
            Some(begun) if open < count => {
                found.push((begun, at));
                since = None;
            }
            _ => {}
        }
    }
    found
}

/// When owners held places, in the order of time.
fn places_of(model: &Model, kept: &[Kept<'_>], of: impl Fn(Principal) -> bool) -> Vec<(u64, u64)> {
    let own = kept.iter().filter(|one| of(one.owner) && !one.is_claim);
    let mut places: Vec<(u64, u64)> = own
        .map(|one| {
            let until = one.attempt.finished_at.unwrap_or(model.now);
            (one.attempt.started_at, until)
        })
        .collect();
    places.sort_unstable();
    places
}

/// The longest time from `from` to `until` in which none of the places was held.
fn longest_gap(places: &[(u64, u64)], from: u64, until: u64) -> u64 {
    let (mut longest, mut free_since) = (0, from);
    for (begun, ended) in places.iter().filter(|(begun, _)| *begun < until) {
        longest = longest.max(begun.saturating_sub(free_since));
        free_since = free_since.max(*ended);
    }
    longest.max(until.saturating_sub(free_since))
}

#[cfg(test)]
mod tests {
    use super::{at_least, longest_gap, merged};

    #[test]
    fn should_find_when_so_many_owners_held_places() {
        assert_eq!(merged(&[(0, 5), (3, 9), (12, 13)]), [(0, 9), (12, 13)]);
        let spans = [(0, 10), (4, 8), (8, 12), (20, 30)];
        assert_eq!(at_least(&spans, 1), [(0, 12), (20, 30)]);
        assert_eq!(at_least(&spans, 2), [(4, 10)]);
        assert_eq!(at_least(&spans, 3), [(8, 8)]);
        assert_eq!(at_least(&spans, 4), []);
    }

    #[test]
    fn should_find_the_longest_time_without_a_place() {
        for (places, expected) in [
            (vec![], 100),
            (vec![(0, 300)], 0),
            (vec![(0, 120), (110, 150), (170, 400)], 20),
            (vec![(120, 130), (125, 127)], 70),
            (vec![(200, 300)], 100),
        ] {
            assert_eq!(longest_gap(&places, 100, 200), expected, "{places:?}");
        }
    }
}
