//! Nobody waits long because of other owners: whoever has something ready and holds no place gets one.

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
        let places = places_of(model, task.owner, kept);
        for execution in &history.executions {
            let Some((due, until)) = wait_for_a_place(model, task, execution, history) else {
                continue;
            };
            let alone = longest_gap(&places, due, until);
            ensure!(
                alone <= GRACE,
                Shares,
                "its owner held no place for {alone} ns, and it waited: {execution:?}"
            );
        }
    }
    Ok(())
}

/// Whether nothing but places can keep a task's executions from beginning.
fn can_be_told(model: &Model, task: &TaskModel) -> bool {
    let mut steps = task.versions.iter().flatten();
    !steps.any(|step| step.what == StepKind::Command)
        && !model.deleted_tasks.contains_key(&task.owner)
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

/// When an owner held places, in the order of time.
fn places_of(model: &Model, owner: Principal, kept: &[Kept<'_>]) -> Vec<(u64, u64)> {
    let own = kept
        .iter()
        .filter(|one| one.owner == owner && !one.is_claim);
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
    use super::longest_gap;

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
