//! What is under way stays within the limits that were in force when it began.

use candid::Principal;
use chime_types::Attempt;

use super::Record;
use crate::model::Model;
use crate::perform::places;
use crate::violation::{Violation, ensure};

/// An attempt that was under way for a while.
pub struct Kept<'a> {
    pub owner: Principal,
    task_id: u64,
    pub attempt: &'a Attempt,
    /// It took none of the places: a worker carried it out.
    pub is_claim: bool,
}

/// The limits in force at a time: in all, of an owner, of a canister that is called. What began in the
/// instant in which they were changed may have begun before that.
pub fn in_force(model: &Model, at: u64) -> (u32, u32, u32) {
    let (total, owner, target) = places(model.limits_at(at));
    let before = places(model.limits_at(at.saturating_sub(1)));
    (
        total.max(before.0),
        owner.max(before.1),
        target.max(before.2),
    )
}

/// Counts what was under way whenever an attempt began.
pub fn check(model: &Model, kept: &[Kept<'_>]) -> Result<(), Violation> {
    for (index, one) in kept.iter().enumerate() {
        let at = one.attempt.started_at;
        let beside = || {
            kept[..=index]
                .iter()
                .filter(move |other| other.attempt.finished_at.is_none_or(|end| end > at))
        };
        let (total, per_owner, _) = in_force(model, at);
        let placed = || beside().filter(|other| !other.is_claim);
        let of_owner = placed().filter(|other| other.owner == one.owner).count();
        ensure!(
            one.is_claim || placed().count() <= total as usize && of_owner <= per_owner as usize,
            Limits,
            "{} at a time, {of_owner} of one owner, with {:?}",
            placed().count(),
            one.attempt
        );
        let task = &model.tasks[&one.task_id];
        let of_task = beside()
            .filter(|other| other.task_id == one.task_id)
            .count();
        let maximum = task.plan.maximum_concurrent.unwrap_or(u32::MAX);
        ensure!(
            of_task <= maximum as usize,
            Limits,
            "{of_task} at a time of task {}",
            task.id
        );
    }
    Ok(())
}

/// The attempts that did not end at the instant at which they began, in the order of their tokens.
pub fn kept(histories: &[Record]) -> Vec<Kept<'_>> {
    let mut kept: Vec<Kept<'_>> = histories
        .iter()
        .flat_map(|history| {
            let executions = history.executions.iter();
            let attempts = executions.flat_map(|execution| &execution.attempts);
            attempts.map(|attempt| Kept {
                owner: history.task.owner,
                task_id: history.task.id,
                attempt,
                // The steps of a task may have been changed: who carried it out was not.
                is_claim: attempt.worker.is_some(),
            })
        })
        .filter(|kept| kept.attempt.finished_at != Some(kept.attempt.started_at))
        .collect();
    kept.sort_by_key(|kept| kept.attempt.fencing_token);
    kept
}
