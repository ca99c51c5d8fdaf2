//! Waiting until an execution is final.
//!
//! There is no way to be told, so the scheduler is asked: often at first, then less and less.

use std::time::Duration;

use chime_types::{ExecutionRequest, ExecutionStatus, TaskExecution};
use tokio::time::{Instant, sleep};

use super::{Canister, Scheduler};
use crate::error::{Advises, Error, Kind, Result};

/// How often to ask, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Pause after the first look; each later one is half as long again.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Give up after this time; `None` waits for ever.
    pub limit: Option<Duration>,
    /// Failed looks in a row that are put up with.
    pub failures: u32,
}

impl Default for Patience {
    /// From a tenth of a second to two seconds, for ever, five failures in a row.
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(2),
            limit: None,
            failures: 5,
        }
    }
}

impl<C: Canister> Scheduler<C> {
    /// Waits until the execution is final, and calls `on_change` with it each time that it is
    /// seen in a new state, the last included.
    ///
    /// # Errors
    /// `Unavailable` if it is not final in time: it goes on by itself. `OutcomeUnknown` if the
    /// network cannot be reached any more. Else those of `get_execution`.
    pub async fn wait_for_execution(
        &self,
        execution_id: u64,
        patience: Patience,
        on_change: impl FnMut(&TaskExecution),
    ) -> Result<TaskExecution> {
        let request = ExecutionRequest { execution_id };
        wait(|| self.get_execution(&request), patience, on_change)
            .await
            .map_err(|error| not_known_yet(format!("execution {execution_id} was started"), error))
    }
}

/// The error of whoever cannot see what became of something that was done: whoever takes it for a
/// failure does it again.
#[must_use]
pub fn not_known_yet(done: impl Into<String>, error: Error) -> Error {
    match error.kind() {
        Kind::Unreachable | Kind::Untrusted => Error::new(
            Kind::OutcomeUnknown,
            format!("{}; its outcome is not known yet", done.into()),
            "do not do it again: look at it by its number when the network can be reached",
        )
        .because(error),
        _ => error,
    }
}

/// The execution if it completed.
///
/// # Errors
/// `ExecutionFailed` with what became of it.
pub fn require_completed(execution: TaskExecution) -> Result<TaskExecution> {
    if execution.status == ExecutionStatus::Completed {
        return Ok(execution);
    }
    let reason = execution.error.as_deref().unwrap_or("no reason is given");
    Err(Error::new(
        Kind::ExecutionFailed,
        format!(
            "execution {} of task {} {}: {reason}",
            execution.id,
            execution.task_id,
            ended(execution.status)
        ),
        "get_execution shows its attempts and its log",
    )
    .advising(Advises::Fix))
}

/// How an execution ended that did not complete, as a verb.
const fn ended(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::TimedOut => "timed out",
        ExecutionStatus::Cancelled => "was cancelled",
        ExecutionStatus::Skipped => "was skipped",
        ExecutionStatus::Missed => "was missed",
        ExecutionStatus::Failed => "failed",
        ExecutionStatus::Ready
        | ExecutionStatus::Running
        | ExecutionStatus::Waiting
        | ExecutionStatus::Completed => "did not end",
    }
}

/// Waits until `look` shows an execution that is final; see [`Scheduler::wait_for_execution`].
///
/// # Errors
/// `Unavailable` if it is not final in time; else those of `look`.
pub async fn wait<F: Future<Output = Result<TaskExecution>>>(
    mut look: impl FnMut() -> F,
    patience: Patience,
    mut on_change: impl FnMut(&TaskExecution),
) -> Result<TaskExecution> {
    let begin = Instant::now();
    let mut pause = patience.first_pause;
    let mut failures = 0;
    let mut seen = None;
    loop {
        match look().await {
            Ok(execution) => {
                failures = 0;
                let state = (
                    execution.status,
                    execution.step_to_execute,
                    execution.attempt,
                );
                if seen.replace(state) != Some(state) {
                    on_change(&execution);
                }
                if execution.status.is_final() {
                    return Ok(execution);
                }
            }
            Err(error) if is_passing(&error) && failures < patience.failures => failures += 1,
            Err(error) => return Err(error),
        }
        if patience
            .limit
            .is_some_and(|limit| begin.elapsed() + pause > limit)
        {
            return Err(Error::new(
                Kind::Unavailable,
                "the execution is not finished yet",
                "it goes on by itself: look again later, or wait longer",
            ));
        }
        sleep(pause).await;
        pause = (pause * 3 / 2).min(patience.longest_pause);
    }
}

/// Whether the next look may go well.
fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), Kind::Unreachable | Kind::Unavailable)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::VecDeque;

    use super::*;
    use crate::fixtures::execution;

    const QUICK: Patience = Patience {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(1),
        limit: Some(Duration::from_millis(200)),
        failures: 2,
    };

    fn unreachable() -> Result<TaskExecution> {
        Err(Error::new(Kind::Unreachable, "gone", "wait"))
    }

    async fn run(
        looks: Vec<Result<TaskExecution>>,
    ) -> (Result<TaskExecution>, Vec<ExecutionStatus>) {
        let looks = RefCell::new(VecDeque::from(looks));
        let mut seen = Vec::new();
        let result = wait(
            || {
                let next = looks.borrow_mut().pop_front();
                async move { next.unwrap_or_else(|| Ok(execution(ExecutionStatus::Running))) }
            },
            QUICK,
            |execution| seen.push(execution.status),
        )
        .await;
        (result, seen)
    }

    #[test]
    fn should_say_what_was_started_where_its_outcome_cannot_be_seen() {
        let gone = || Error::new(Kind::Unreachable, "the network is gone", "start it");
        let error = not_known_yet("execution 7 was started", gone());
        assert_eq!(error.kind(), Kind::OutcomeUnknown);
        let text = error.explanation();
        assert!(
            text.starts_with("execution 7 was started; its outcome is not known yet"),
            "{text}"
        );
        assert!(text.contains("the network is gone"), "{text}");
        let over = Error::new(Kind::Unavailable, "not finished", "wait");
        assert_eq!(
            not_known_yet("execution 7 was started", over).rule(),
            "not finished"
        );
    }

    #[tokio::test]
    async fn should_tell_each_state_once_and_end_with_the_final_one() {
        let (result, seen) = run(vec![
            Ok(execution(ExecutionStatus::Ready)),
            Ok(execution(ExecutionStatus::Ready)),
            unreachable(),
            Ok(execution(ExecutionStatus::Completed)),
        ])
        .await;
        assert_eq!(result.unwrap().status, ExecutionStatus::Completed);
        assert_eq!(seen, [ExecutionStatus::Ready, ExecutionStatus::Completed]);
    }

    #[tokio::test]
    async fn should_give_up_after_its_limit() {
        let (result, seen) = run(vec![]).await;
        assert_eq!(result.unwrap_err().kind(), Kind::Unavailable);
        assert_eq!(seen, [ExecutionStatus::Running]);
    }

    #[tokio::test]
    async fn should_put_up_with_some_failures_only() {
        let (result, _) = run(vec![unreachable(), unreachable(), unreachable()]).await;
        assert_eq!(result.unwrap_err().kind(), Kind::Unreachable);
        let refused = Err(Error::new(Kind::NotFound, "none", "look"));
        let (result, _) = run(vec![refused]).await;
        assert_eq!(result.unwrap_err().kind(), Kind::NotFound);
    }

    #[test]
    fn should_tell_failed_from_completed() {
        assert!(require_completed(execution(ExecutionStatus::Completed)).is_ok());
        let error = require_completed(execution(ExecutionStatus::TimedOut)).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert!(error.rule().contains("timed out"));
    }
}
