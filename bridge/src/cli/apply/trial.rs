//! `chime apply --dry-run` and `--diff`: the scheduler tries what would be done, all documents in their order.

use super::rows::{refused, untried, with_task};
use super::run::Obstacle;
use crate::apply::Attempt;
use crate::cli::apply::show::AppliedRow;
use crate::cli::session::Session;
use crate::error::Result;
use crate::scheduler::Tried;

/// The rows as they would be: each is asked for its attempts, upon those of the rows before it.
pub(super) async fn judged(
    session: &Session,
    rows: Vec<(AppliedRow, Vec<Attempt>)>,
) -> Result<Vec<AppliedRow>> {
    let attempts = rows.iter().flat_map(|(_, attempts)| attempts);
    let changes: Vec<_> = attempts.map(|attempt| attempt.change.clone()).collect();
    let mut tried = match changes.is_empty() {
        true => Vec::new(),
        false => session.scheduler.try_changes(&changes).await?,
    }
    .into_iter();
    rows.into_iter()
        .map(|(row, attempts)| {
            let answers: Vec<_> = attempts.iter().zip(tried.by_ref()).collect();
            judge(row, answers)
        })
        .collect()
}

/// The row of a document after its attempts. What follows a refused one was tried for nothing.
fn judge(mut row: AppliedRow, answers: Vec<(&Attempt, Tried)>) -> Result<AppliedRow> {
    for (attempt, tried) in answers {
        match tried {
            Tried::Refused(error) => {
                return match Obstacle::from(attempt.fault(error)) {
                    Obstacle::Refused(refusal) => Ok(refused(row, refusal)),
                    Obstacle::Failed(error) => Err(error),
                };
            }
            Tried::Unknown => row = untried(row),
            Tried::Done(_) => {
                if let Some(task) = tried.task() {
                    // The id of a task that is not made says nothing.
                    let task_id = row.task_id.take();
                    row = AppliedRow {
                        task_id,
                        ..with_task(row, &task)
                    };
                }
            }
        }
    }
    Ok(row)
}
