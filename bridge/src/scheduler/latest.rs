//! The latest executions of the tasks in a list: they say what is waited for, and why a run failed.

use std::collections::HashMap;

use chime_types::{ExecutionStatus, Task, TaskExecution, TaskStatus};
use futures::{StreamExt, TryStreamExt, stream};

use super::{Canister, Scheduler};
use crate::error::{Error, Result};

/// Most tasks whose executions are looked at for a list.
const MAXIMUM_LOOKS: usize = 200;
/// Most executions of a task that are looked at for a list: one under way, and those that ended or
/// were skipped since it began.
const LOOKED_AT: usize = 10;
/// Looks under way at the same time.
const LOOKS_AT_ONCE: usize = 8;

/// The latest executions of those tasks that do not tell by themselves how they stand.
#[derive(Debug, Default)]
pub struct Latest {
    /// By task, the newest first.
    pub executions: HashMap<u64, Vec<TaskExecution>>,
    /// Tasks that were not looked at, because there are so many.
    pub unseen: usize,
}

impl Latest {
    /// Those of a task that was looked at already, the newest first.
    #[must_use]
    pub fn new(task: &Task, executions: Vec<TaskExecution>) -> Self {
        Self {
            executions: HashMap::from([(task.id, executions)]),
            unseen: 0,
        }
    }

    /// Those of one task; none if it was not looked at.
    #[must_use]
    pub fn of(&self, task: &Task) -> &[TaskExecution] {
        self.executions.get(&task.id).map_or(&[], Vec::as_slice)
    }
}

impl<C: Canister> Scheduler<C> {
    /// The latest executions of the tasks that have some under way, or whose last run failed.
    ///
    /// # Errors
    /// Those of `get_task_executions`.
    pub async fn latest(&self, tasks: &[Task]) -> Result<Latest> {
        let mut told: Vec<(u64, u64)> = Vec::new();
        let looked_at = tasks.iter().filter(|it| needs_look(it));
        told.extend(looked_at.map(|it| (it.id, it.active_executions)));
        let mut latest = Latest {
            unseen: told.len().saturating_sub(MAXIMUM_LOOKS),
            ..Latest::default()
        };
        told.truncate(MAXIMUM_LOOKS);
        let looks = stream::iter(told.into_iter().map(|(id, active)| async move {
            let executions = self.executions(id, None, LOOKED_AT).await?;
            Ok::<_, Error>((id, self.with_open(id, active, executions).await?))
        }));
        let mut looks = looks.buffer_unordered(LOOKS_AT_ONCE);
        while let Some((id, executions)) = looks.try_next().await? {
            latest.executions.insert(id, executions);
        }
        Ok(latest)
    }

    /// The newest executions of a task with `active` ones under way, and before them some of these if none
    /// is among them: slots that were skipped since then may be many. One of each state tells how the task
    /// stands.
    ///
    /// # Errors
    /// Those of `get_task_executions`.
    pub async fn with_open(
        &self,
        task_id: u64,
        active: u64,
        newest: Vec<TaskExecution>,
    ) -> Result<Vec<TaskExecution>> {
        let is_shown = newest.iter().any(|it| !it.status.is_final());
        if active == 0 || is_shown {
            return Ok(newest);
        }
        let mut all = Vec::new();
        for status in [
            ExecutionStatus::Running,
            ExecutionStatus::Waiting,
            ExecutionStatus::Ready,
        ] {
            all.extend(self.executions(task_id, Some(status), 1).await?);
        }
        all.extend(newest);
        Ok(all)
    }
}

fn needs_look(task: &Task) -> bool {
    let has_failed = task.consecutive_failures > 0 || task.status == TaskStatus::Failed;
    task.active_executions > 0 || has_failed
}

#[cfg(test)]
mod tests {
    use candid::Principal;
    use chime_types::{GetTaskExecutionsRequest, GetTaskExecutionsResult, TaskExecutionPage};

    use super::*;
    use crate::fixtures::{execution, task};
    use crate::scheduler::Manner;
    use crate::words::task_state;

    /// Executions of one task, the newest first.
    struct History(Vec<TaskExecution>);

    impl Canister for History {
        async fn call(&self, _: Manner, _: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
            let request: GetTaskExecutionsRequest = candid::decode_one(&arguments).unwrap();
            let fits =
                |it: &&TaskExecution| request.status.is_none_or(|status| it.status == status);
            let found = self.0.iter().filter(fits).cloned();
            let page = TaskExecutionPage {
                executions: found.take(request.limit.unwrap() as usize).collect(),
                next_cursor: None,
                total_executions: self.0.len() as u64,
            };
            Ok(candid::encode_one(GetTaskExecutionsResult::Ok(page)).unwrap())
        }

        async fn interface_text(&self, _: Principal) -> Result<Option<String>> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn should_know_how_a_task_stands_behind_many_skipped_slots() {
        for status in [
            ExecutionStatus::Ready,
            ExecutionStatus::Waiting,
            ExecutionStatus::Running,
        ] {
            let mut history = vec![execution(ExecutionStatus::Skipped); 30];
            history.push(execution(status));
            let it = Task {
                status: TaskStatus::Running,
                active_executions: 1,
                ..task(7, "x")
            };
            let latest = Scheduler::of(History(history))
                .latest(std::slice::from_ref(&it))
                .await
                .unwrap();
            let expected = match status {
                ExecutionStatus::Ready => "waiting for a place",
                other => other.name(),
            };
            assert_eq!(task_state(&it, latest.of(&it)), expected);
            assert_eq!(latest.of(&it).len(), LOOKED_AT + 1);
        }
    }
}
