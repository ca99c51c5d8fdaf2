//! What a plan of job files decided, carried out.

use chime_types::{PauseTaskRequest, Task, TaskRequest};

use super::{Change, Declaration};
use crate::error::Result;
use crate::scheduler::Scheduler;

/// Why a task is paused whose job file switches it off.
const SWITCHED_OFF: &str = "switched off in its job file";

impl Scheduler {
    /// The same declaration with the methods that it calls checked, and with arguments of the types
    /// that they take; and what could not be checked.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault.
    pub async fn checked(&self, declaration: &Declaration) -> Result<(Declaration, Vec<String>)> {
        let mut checked = declaration.clone();
        let notes = self.know_callees(&mut checked.request).await?;
        Ok((checked, notes))
    }

    /// Changes a task as its job file says, and switches it on or off if the file changed its mind.
    ///
    /// # Errors
    /// Those of `update_task`, `resume_task` and `pause_task`.
    pub async fn change_applied(&self, change: &Change) -> Result<Task> {
        let task_id = change.task.id;
        let mut task = change.task.clone();
        if let Some(update) = &change.update {
            task = self.update_task(update).await?;
        }
        match change.active {
            Some(true) => task = self.resume_task(&TaskRequest { task_id }).await?,
            Some(false) => task = self.switch_off(task_id, SWITCHED_OFF).await?,
            None => {}
        }
        Ok(task)
    }

    /// Switches a task off for a reason; what is under way goes on.
    ///
    /// # Errors
    /// Those of `pause_task`.
    pub async fn switch_off(&self, task_id: u64, reason: &str) -> Result<Task> {
        self.pause_task(&PauseTaskRequest {
            task_id,
            reason: Some(reason.to_string()),
            cancel_running: None,
        })
        .await
    }
}
