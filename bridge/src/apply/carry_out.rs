//! What a plan of job files decided, carried out.

use chime_types::{
    Change as ApiChange, CodexRequest, PauseTaskRequest, PutCodexRequest, Task, TaskRequest,
};
use sha2::{Digest, Sha256};

use super::{Change, CodexFile, Declaration, Step};
use crate::error::{Error, Kind, Result};
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

/// A change of those that carry a step out, to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The change.
    pub change: ApiChange,
    /// The file that it stores, if it does that.
    codex: Option<CodexFile>,
}

impl Attempt {
    /// Why it would be refused, with the file in the place of a field.
    #[must_use]
    pub fn fault(&self, error: Error) -> Error {
        match &self.codex {
            None => error,
            Some(codex) => at_file(error, codex),
        }
    }
}

/// The changes that store these files and carry out a step, in their order.
#[must_use]
pub fn attempts(step: &Step, codices: &[&CodexFile]) -> Vec<Attempt> {
    let store = |codex: &&CodexFile| Attempt {
        change: ApiChange::put_codex(as_codex(codex)),
        codex: Some((*codex).clone()),
    };
    let mut attempts: Vec<_> = codices.iter().map(store).collect();
    let changes = match step {
        Step::Create(request) => vec![ApiChange::create_task((**request).clone())],
        Step::Update(change) => changes_of(change),
        Step::Unchanged(_) | Step::Repeats { .. } | Step::Refused(_) => Vec::new(),
    };
    let changes = changes.into_iter();
    attempts.extend(changes.map(|change| Attempt {
        change,
        codex: None,
    }));
    attempts
}

fn changes_of(change: &Change) -> Vec<ApiChange> {
    let task_id = change.task.id;
    let update = change.update.clone().map(ApiChange::update_task);
    let switch = change.active.map(|active| match active {
        true => ApiChange::resume_task(TaskRequest { task_id }),
        false => ApiChange::pause_task(pause(task_id, SWITCHED_OFF)),
    });
    update.into_iter().chain(switch).collect()
}

fn as_codex(codex: &CodexFile) -> PutCodexRequest {
    PutCodexRequest {
        name: codex.name.clone(),
        code: Some(codex.code.clone()),
        ..PutCodexRequest::default()
    }
}

/// What is wrong with the request is wrong with the file.
fn at_file(error: Error, codex: &CodexFile) -> Error {
    match error.field() {
        Some(_) => error.at(codex.file.display().to_string()),
        None => error,
    }
}

fn pause(task_id: u64, reason: &str) -> PauseTaskRequest {
    PauseTaskRequest {
        task_id,
        reason: Some(reason.to_string()),
        cancel_running: None,
    }
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
        let stored = self.put_codex(&as_codex(codex)).await;
        stored.map_err(|error| at_file(error, codex))?;
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
        self.pause_task(&pause(task_id, reason)).await
    }
}
