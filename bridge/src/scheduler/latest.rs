//! The latest executions of the tasks in a list: they say what is waited for, and why a run failed.

use std::collections::HashMap;

use chime_types::{Task, TaskExecution, TaskStatus};
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
        let mut told: Vec<u64> = Vec::new();
        told.extend(tasks.iter().filter(|it| needs_look(it)).map(|it| it.id));
        let mut latest = Latest {
            unseen: told.len().saturating_sub(MAXIMUM_LOOKS),
            ..Latest::default()
        };
        told.truncate(MAXIMUM_LOOKS);
        let looks = stream::iter(told.into_iter().map(|id| async move {
            let executions = self.executions(id, None, LOOKED_AT).await?;
            Ok::<_, Error>((id, executions))
        }));
        let mut looks = looks.buffer_unordered(LOOKS_AT_ONCE);
        while let Some((id, executions)) = looks.try_next().await? {
            latest.executions.insert(id, executions);
        }
        Ok(latest)
    }
}

fn needs_look(task: &Task) -> bool {
    let has_failed = task.consecutive_failures > 0 || task.status == TaskStatus::Failed;
    task.active_executions > 0 || has_failed
}
