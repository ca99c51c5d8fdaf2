//! Which failure is the latest: one rule for whatever explains it or runs it again.
//!
//! A failure is an execution that failed or timed out. A slot that was skipped or missed never ran,
//! and one that was cancelled was stopped on purpose: these are none.

use std::cmp::Reverse;

use chime_types::{ExecutionStatus, TaskExecution, WaitReason};

use super::{Canister, Scheduler};
use crate::error::Result;

/// Tasks under way that are looked at for one that is about to be retried: those that ran last.
const TASKS_LOOKED_AT: usize = 20;

impl<C: Canister> Scheduler<C> {
    /// The latest failure that nobody has run again: what a retry takes. Of one task, or of all.
    ///
    /// # Errors
    /// Those of `list_dead_letters`.
    pub async fn latest_failure(&self, task_id: Option<u64>) -> Result<Option<TaskExecution>> {
        let latest = self.dead_letters(task_id, None, 1).await?;
        Ok(latest.into_iter().next())
    }

    /// The latest execution of a task whose last attempt failed and that the scheduler itself is
    /// about to try again.
    ///
    /// # Errors
    /// Those of `get_task_executions`.
    pub async fn failing(&self, task_id: u64) -> Result<Option<TaskExecution>> {
        let status = Some(ExecutionStatus::Waiting);
        let waiting = self.executions(task_id, status, usize::MAX).await?;
        let is_retry = |it: &TaskExecution| it.waiting_for == Some(WaitReason::RetryBackoff);
        Ok(waiting.into_iter().find(is_retry))
    }

    /// The failure of a task to be explained: the latest that nobody has put right, whether it is
    /// about to be retried or has ended; else the latest that was run again since; else the latest
    /// slot that was missed.
    ///
    /// # Errors
    /// Those of `list_dead_letters` and `get_task_executions`.
    pub async fn failure_of(&self, task_id: u64) -> Result<Option<TaskExecution>> {
        let ended = self.latest_failure(Some(task_id)).await?;
        let failing = self.failing(task_id).await?;
        let open = ended.into_iter().chain(failing);
        if let Some(latest) = open.max_by_key(|execution| execution.id) {
            return Ok(Some(latest));
        }
        let mut past = Vec::new();
        for status in [ExecutionStatus::Failed, ExecutionStatus::TimedOut] {
            past.extend(self.executions(task_id, Some(status), 1).await?);
        }
        if let Some(latest) = past.into_iter().max_by_key(|execution| execution.id) {
            return Ok(Some(latest));
        }
        let missed = Some(ExecutionStatus::Missed);
        Ok(self.executions(task_id, missed, 1).await?.pop())
    }

    /// The failure of all tasks to be explained, by the same rule.
    ///
    /// # Errors
    /// Those of `list_dead_letters`, `get_my_tasks` and `get_task_executions`.
    pub async fn failure_of_all(&self) -> Result<Option<TaskExecution>> {
        let mut open: Vec<_> = self.latest_failure(None).await?.into_iter().collect();
        let mut busy = self.all_tasks().await?;
        busy.retain(|task| task.active_executions > 0);
        busy.sort_by_key(|task| Reverse(task.last_run_at));
        for task in busy.iter().take(TASKS_LOOKED_AT) {
            open.extend(self.failing(task.id).await?);
        }
        Ok(open.into_iter().max_by_key(|execution| execution.id))
    }
}
