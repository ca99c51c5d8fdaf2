//! Changes that are tried: what methods of the scheduler would answer, and nothing is kept of it. The
//! scheduler makes them in a query, so none of its rules stands here. Used by whatever offers a dry run.

use chime_types::{Change, Changed, DryRunRequest, Task, TriedChange, limits};

use super::{Canister, Scheduler};
use crate::error::{Error, Result};

/// What became of a change that was to be tried.
#[derive(Debug)]
pub enum Tried {
    /// It would be done.
    Done(Box<Changed>),
    /// It would be refused.
    Refused(Error),
    /// Nobody knows: all the changes are too much for one query.
    Unknown,
}

impl Tried {
    /// The task that its method would answer with.
    #[must_use]
    pub fn task(self) -> Option<Task> {
        match self {
            Self::Done(changed) => match *changed {
                Changed::create_task(task)
                | Changed::update_task(task)
                | Changed::pause_task(task)
                | Changed::resume_task(task) => Some(task),
                _ => None,
            },
            Self::Refused(_) | Self::Unknown => None,
        }
    }
}

impl<C: Canister> Scheduler<C> {
    /// What would become of these changes, each as if those before it had been made. They go in several
    /// calls if they are many: with those that would be done before them, for what is refused changes nothing.
    ///
    /// # Errors
    /// Those of `dry_run`.
    pub async fn try_changes(&self, changes: &[Change]) -> Result<Vec<Tried>> {
        let mut done = Vec::new();
        let mut tried = Vec::new();
        while tried.len() < changes.len() {
            let rest = &changes[tried.len()..];
            let request = DryRunRequest {
                changes: [&done, &rest[..fitting(&done, rest)]].concat(),
            };
            let outcomes = self.dry_run(&request).await?.outcomes;
            let new: Vec<_> = outcomes.into_iter().skip(done.len()).collect();
            if new.is_empty() {
                break;
            }
            for (change, outcome) in rest.iter().zip(new) {
                tried.push(match outcome {
                    TriedChange::Ok(changed) => {
                        done.push(change.clone());
                        Tried::Done(Box::new(changed))
                    }
                    TriedChange::Err(error) => Tried::Refused(error.into()),
                });
            }
        }
        tried.resize_with(changes.len(), || Tried::Unknown);
        Ok(tried)
    }
}

/// How many of the rest fit into a call with those before them: found by halves, since only encoding them says
/// how long they are.
fn fitting(done: &[Change], rest: &[Change]) -> usize {
    let fits = |count: usize| {
        let changes = [done, &rest[..count]].concat();
        let bytes = candid::encode_one(DryRunRequest { changes });
        bytes.is_ok_and(|bytes| bytes.len() <= limits::MAXIMUM_REQUEST_BYTES)
    };
    let most = limits::MAXIMUM_DRY_RUN_CHANGES.saturating_sub(done.len());
    let most = most.min(rest.len());
    if fits(most) {
        return most;
    }
    let (mut most, mut too_many) = (0, most);
    while too_many - most > 1 {
        let middle = most.midpoint(too_many);
        match fits(middle) {
            true => most = middle,
            false => too_many = middle,
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use chime_types::CreateTaskRequest;

    use super::*;

    fn of_bytes(bytes: usize) -> Change {
        Change::create_task(CreateTaskRequest {
            name: "x".repeat(bytes),
            ..CreateTaskRequest::default()
        })
    }

    #[test]
    fn should_send_as_many_as_a_call_holds() {
        assert_eq!(fitting(&[], &[]), 0);
        assert_eq!(fitting(&[], &vec![of_bytes(10); 100]), 100);
        assert_eq!(fitting(&[], &vec![of_bytes(10); 5_000]), 1_000);
        assert_eq!(
            fitting(&vec![of_bytes(10); 990], &vec![of_bytes(10); 100]),
            10
        );
        assert_eq!(fitting(&[], &vec![of_bytes(300_000); 5]), 3);
        assert_eq!(
            fitting(&vec![of_bytes(300_000); 2], &vec![of_bytes(300_000); 5]),
            1
        );
        assert_eq!(fitting(&[], &[of_bytes(2_000_000)]), 0);
    }
}
