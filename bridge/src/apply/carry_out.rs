//! What a plan of job files decided, carried out.

use chime_types::{CodexRequest, PauseTaskRequest, PutCodexRequest, Task, TaskRequest};
use sha2::{Digest, Sha256};

use super::{Change, CodexFile, Declaration};
use crate::error::{Kind, Result};
use crate::scheduler::Scheduler;

/// Why a task is paused whose job file switches it off.
const SWITCHED_OFF: &str = "switched off in its job file";

/// How a file of Python stands to the codex that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none of its name, or there was none.
    New,
    /// It is another version.
    Changed,
    /// It is what is stored.
    Same,
}

impl Scheduler {
    /// How a file stands to the caller's codex of its name.
    ///
    /// # Errors
    /// Those of `get_codex`.
    pub async fn standing(&self, codex: &CodexFile) -> Result<Standing> {
        let request = CodexRequest {
            name: codex.name.clone(),
            version: None,
            shared: Some(false),
        };
        let stored = match self.get_codex(&request).await {
            Ok(stored) => stored.version,
            Err(error) if error.kind() == Kind::NotFound => return Ok(Standing::New),
            Err(error) => return Err(error),
        };
        let checksum = hex::encode(Sha256::digest(&codex.code));
        // What no runner has compiled yet is stored once more, now that there may be one.
        let is_same = stored.checksum == format!("sha256:{checksum}") && stored.is_checked;
        Ok(match is_same {
            true => Standing::Same,
            false => Standing::Changed,
        })
    }

    /// Stores a file as a codex, unless it is stored already.
    ///
    /// # Errors
    /// Those of `put_codex`, with the file in the place of a field.
    pub async fn store(&self, codex: &CodexFile) -> Result<Standing> {
        let standing = self.standing(codex).await?;
        if standing == Standing::Same {
            return Ok(standing);
        }
        let request = PutCodexRequest {
            name: codex.name.clone(),
            code: Some(codex.code.clone()),
            ..PutCodexRequest::default()
        };
        let stored = self.put_codex(&request).await;
        stored.map_err(|error| match error.field() {
            Some(_) => error.at(codex.file.display().to_string()),
            None => error,
        })?;
        Ok(standing)
    }

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
