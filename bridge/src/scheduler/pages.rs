//! Whole lists, page by page.

use chime_types::{
    ExecutionStatus, GetMyTasksRequest, GetTaskExecutionsRequest, Task, TaskExecution, limits,
};

use super::Scheduler;
use crate::error::{Error, Kind, Result};

impl Scheduler {
    /// All tasks of the caller, the oldest first.
    ///
    /// # Errors
    /// Those of `get_my_tasks`.
    pub async fn all_tasks(&self) -> Result<Vec<Task>> {
        self.tasks(|_| ()).await
    }

    /// All tasks of the caller, the oldest first. `told` is called with the number of tasks read
    /// so far when there are more.
    ///
    /// # Errors
    /// Those of `get_my_tasks`.
    pub async fn tasks(&self, told: impl Fn(usize)) -> Result<Vec<Task>> {
        let mut tasks = Vec::new();
        let mut cursor = None;
        loop {
            let page = self
                .get_my_tasks(&GetMyTasksRequest {
                    cursor,
                    limit: Some(limits::MAXIMUM_PAGE_ITEMS),
                    owner: None,
                })
                .await?;
            tasks.extend(page.tasks);
            cursor = next(cursor, page.next_cursor)?;
            if cursor.is_none() {
                return Ok(tasks);
            }
            told(tasks.len());
        }
    }

    /// The executions of a task, the newest first: at most `maximum`, and only those with
    /// `status` if one is given.
    ///
    /// # Errors
    /// Those of `get_task_executions`.
    pub async fn executions(
        &self,
        task_id: u64,
        status: Option<ExecutionStatus>,
        maximum: usize,
    ) -> Result<Vec<TaskExecution>> {
        let mut executions = Vec::new();
        let mut cursor = None;
        loop {
            let missing = maximum.saturating_sub(executions.len());
            let limit = u32::try_from(missing)
                .unwrap_or(u32::MAX)
                .clamp(1, limits::MAXIMUM_PAGE_ITEMS);
            let page = self
                .get_task_executions(&GetTaskExecutionsRequest {
                    task_id,
                    cursor,
                    limit: Some(limit),
                    status,
                })
                .await?;
            executions.extend(page.executions);
            executions.truncate(maximum);
            cursor = next(cursor, page.next_cursor)?;
            if cursor.is_none() || executions.len() == maximum {
                return Ok(executions);
            }
        }
    }
}

/// The cursor of the next page. One that repeats would never end.
fn next(current: Option<u64>, next: Option<u64>) -> Result<Option<u64>> {
    if next.is_some() && next == current {
        return Err(Error::new(
            Kind::Incompatible,
            "the scheduler answers with the same page again and again",
            "check that the canister is a scheduler of this version of chime",
        ));
    }
    Ok(next)
}
