//! `backup`: writes the tasks of an owner, or of all, into a backup; see `archive` for its format.
//! A task with some of its executions, or some more of them, are a piece.

use candid::Principal;
use chime_types::{Action, Cause, EventKind, limits};
use serde::{Deserialize, Serialize};

use super::slices::{Piece, Slice, Work, decode};
use crate::engine::Failure;
use crate::engine::archive::{FORMAT, Header, Item, TaskItem, VERSION, Writer};
use crate::engine::retention;
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::inspect::{Entry, Part};
use crate::state::keys::{BackupId, ExecutionId, NameKey, TaskId};
use crate::state::records::{ExecutionRecord, TaskRecord};

/// Users, actions or alerts of one piece.
const ITEMS: usize = 50;
/// Executions of one piece.
const EXECUTIONS: usize = 20;

/// What is being written.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Stage {
    Users,
    Actions,
    Alerts,
    Tasks,
    Codices,
    Entities,
}

/// How far a backup is.
#[derive(Debug, Serialize, Deserialize)]
pub struct Backup {
    id: u64,
    stage: Stage,
    user: Option<Principal>,
    action: Option<(Principal, String)>,
    /// The last codex, then the last owner of entities.
    #[serde(default)]
    codex: Option<(Principal, String)>,
    /// The last alert, then the last task.
    number: u64,
    /// The last execution of this task that was written; none if its history is.
    #[serde(default)]
    execution: Option<ExecutionId>,
    /// Executions from this number on are not written: they were made after their task was.
    #[serde(default)]
    executions_before: u64,
    #[serde(skip)]
    writer: Option<Writer>,
}

impl Work for Backup {
    const KIND: &'static str = "backup";
    const PIECES: usize = 200;

    fn begin(slice: &mut Slice<'_>, action: &Action) -> Result<Self, Failure> {
        let (keep, all_owners) = parameters(action);
        remove_interrupted(slice.state, &slice.task);
        make_room(slice.state, &slice.task, keep)?;
        if !retention::make_room(slice.state, slice.task.owner) {
            let maximum = retention::maximum_bytes(slice.state, slice.task.owner);
            return Err(Failure::new(
                Cause::LimitReached,
                format!("at most {maximum} bytes for this owner: remove old backups or tasks"),
            ));
        }
        let backup = chime_types::Backup {
            id: slice.state.new_other_id(),
            owner: slice.task.owner,
            task_id: Some(slice.task.id.0),
            all_owners,
            created_at: slice.now,
            completed_at: None,
            tasks: 0,
            executions: 0,
            chunks: 0,
            bytes: 0,
            sha256: String::new(),
        };
        let header = header(&backup);
        let mut work = Self {
            id: backup.id,
            stage: if all_owners {
                Stage::Users
            } else {
                Stage::Codices
            },
            user: None,
            action: None,
            codex: None,
            number: 0,
            execution: None,
            executions_before: 0,
            writer: Some(Writer::begin(backup)),
        };
        work.put(slice.state, &Item::Header(header))?;
        if all_owners {
            let config = Box::new(slice.state.config().clone());
            work.put(slice.state, &Item::Config(config))?;
        }
        Ok(work)
    }

    fn piece(&mut self, slice: &mut Slice<'_>, action: &Action) -> Result<Piece, Failure> {
        if self.writer.is_none() {
            self.writer = Writer::open(slice.state, BackupId(self.id));
        }
        let (keep, all_owners) = parameters(action);
        match self.stage {
            Stage::Users => self.users(slice.state)?,
            Stage::Actions => self.actions(slice.state)?,
            Stage::Alerts => self.alerts(slice.state)?,
            Stage::Codices => self.codex(slice.state, &slice.task, all_owners)?,
            Stage::Entities => self.entities(slice.state, &slice.task, all_owners)?,
            Stage::Tasks if self.execution.is_some() => self.history(slice.state)?,
            Stage::Tasks => {
                let Some(task) = self.next_task(slice.state, &slice.task, all_owners) else {
                    return self.close(slice, keep).map(Piece::Done);
                };
                self.number = task.id.0;
                self.task(slice.state, task)?;
            }
        }
        Ok(Piece::More)
    }

    fn pause(&mut self, slice: &mut Slice<'_>) {
        if let Some(writer) = self.writer.take() {
            writer.pause(slice.state);
        }
    }
}

fn parameters(action: &Action) -> (u32, bool) {
    let Action::Backup { keep, all_owners } = action else {
        panic!("BUG: it is a backup");
    };
    (
        keep.unwrap_or(limits::DEFAULT_BACKUPS_KEPT),
        *all_owners == Some(true),
    )
}

fn header(backup: &chime_types::Backup) -> Header {
    Header {
        format: FORMAT.to_string(),
        version: VERSION,
        scheduler: env!("CARGO_PKG_VERSION").to_string(),
        owner: backup.owner,
        all_owners: backup.all_owners,
        created_at: backup.created_at,
    }
}

/// Whether an execution that is not final writes a backup.
pub fn is_being_written(state: &State, backup: &chime_types::Backup) -> bool {
    let task = backup.task_id.and_then(|id| state.task(TaskId(id)));
    let active = task.map_or_else(Vec::new, |task| task.active);
    let mut executions = active.into_iter().filter_map(|id| state.execution(id));
    executions.any(|execution| {
        decode::<Backup>(&execution.progress).is_some_and(|work| work.id == backup.id)
    })
}

/// The backups of a task that are complete, or that are not, the oldest first.
fn backups_of(state: &State, task: &TaskRecord, complete: bool) -> Vec<chime_types::Backup> {
    let all = state.backups_of(task.owner, BackupId(0));
    all.filter(|backup| backup.task_id == Some(task.id.0))
        .filter(|backup| backup.completed_at.is_some() == complete)
        .collect()
}

/// Removes what an earlier run of the task began and did not complete.
fn remove_interrupted(state: &mut State, task: &TaskRecord) {
    for backup in backups_of(state, task, false) {
        if !is_being_written(state, &backup) {
            state.remove_backup(&backup);
        }
    }
}

/// Removes the oldest backup of the task if its owner may have no more, and the task has as many as
/// it keeps.
fn make_room(state: &mut State, task: &TaskRecord, keep: u32) -> Result<(), Failure> {
    let all = state.backups_of(task.owner, BackupId(0)).count() as u64;
    if all < limits::MAXIMUM_BACKUPS {
        return Ok(());
    }
    let own = backups_of(state, task, true);
    if own.is_empty() || own.len() < keep as usize {
        let most = limits::MAXIMUM_BACKUPS;
        let text = format!("at most {most} backups of one owner: remove some with delete_backup");
        return Err(Failure::new(Cause::LimitReached, text));
    }
    state.remove_backup(&own[0]);
    Ok(())
}

fn removed() -> Failure {
    let text = "the backup was removed while it was written";
    Failure::new(Cause::BuiltinFailed, text)
}

fn too_large(text: String) -> Failure {
    Failure::new(Cause::TooLarge, text)
}

impl Backup {
    fn put(&mut self, state: &mut State, item: &Item) -> Result<(), Failure> {
        let writer = self.writer.as_mut().ok_or_else(removed)?;
        writer.put(state, item).map_err(too_large)
    }

    fn users(&mut self, state: &mut State) -> Result<(), Failure> {
        let users: Vec<_> = state.users_after(self.user).take(ITEMS).collect();
        match users.last() {
            Some((last, _)) => self.user = Some(*last),
            None => self.stage = Stage::Actions,
        }
        for (principal, user) in users {
            self.put(state, &Item::User(principal, user))?;
        }
        Ok(())
    }

    fn actions(&mut self, state: &mut State) -> Result<(), Failure> {
        let after = self
            .action
            .clone()
            .map(|(owner, name)| NameKey { owner, name });
        let actions: Vec<_> = state.actions_after(after).take(ITEMS).collect();
        match actions.last() {
            Some((key, _)) => self.action = Some((key.owner, key.name.clone())),
            None => self.stage = Stage::Alerts,
        }
        for (key, action) in actions {
            self.put(state, &Item::Action(key.owner, key.name, action))?;
        }
        Ok(())
    }

    fn alerts(&mut self, state: &mut State) -> Result<(), Failure> {
        let after = self.number.to_be_bytes();
        let entries = state.entries_after(Part::Alerts, Some(&after), ITEMS);
        if entries.is_empty() {
            self.stage = Stage::Codices;
            self.number = 0;
        }
        for entry in entries {
            if let Entry::Alerts(id) = entry
                && let Some(alert) = state.alert(id)
            {
                self.number = id.0;
                self.put(state, &Item::Alert(alert))?;
            }
        }
        Ok(())
    }

    /// Writes the next codex with its versions.
    fn codex(
        &mut self,
        state: &mut State,
        own: &TaskRecord,
        all_owners: bool,
    ) -> Result<(), Failure> {
        let after = self.codex.clone().unwrap_or_else(|| match all_owners {
            true => (Principal::from_slice(&[]), String::new()),
            false => (own.owner, String::new()),
        });
        let key = NameKey {
            owner: after.0,
            name: after.1,
        };
        let next = state.codex_after(key);
        let next = next.filter(|(key, _)| all_owners || key.owner == own.owner);
        let Some((key, record)) = next else {
            self.stage = Stage::Entities;
            self.codex = None;
            return Ok(());
        };
        let versions = record.versions.iter();
        let codes = versions.filter_map(|version| state.code(&key, version.number));
        let codes: Vec<String> = codes.collect();
        self.codex = Some((key.owner, key.name.clone()));
        self.put(state, &Item::Codex(key.owner, key.name, record, codes))
    }

    /// Writes what the codices of the next owner keep together.
    fn entities(
        &mut self,
        state: &mut State,
        own: &TaskRecord,
        all_owners: bool,
    ) -> Result<(), Failure> {
        let last = self.codex.take().map(|(owner, _)| owner);
        let next = match (all_owners, last) {
            (true, last) => state.owner_of_entities_after(last),
            (false, None) => Some(own.owner),
            (false, Some(_)) => None,
        };
        let Some(owner) = next else {
            self.stage = Stage::Tasks;
            return Ok(());
        };
        self.codex = Some((owner, String::new()));
        let record = state.owner_entities(owner);
        if record.json.is_empty() {
            return Ok(());
        }
        self.put(state, &Item::Entities(owner, record))
    }

    fn next_task(&self, state: &State, own: &TaskRecord, all_owners: bool) -> Option<TaskRecord> {
        let cursor = TaskId(self.number);
        if all_owners {
            state.tasks_after(cursor).next()
        } else {
            state.tasks_of(own.owner, cursor).next()
        }
    }

    /// Writes a task with its steps and its schedules, and begins with its history.
    fn task(&mut self, state: &mut State, task: TaskRecord) -> Result<(), Failure> {
        let id = task.id;
        let schedules = task.schedules.iter();
        let item = TaskItem {
            steps: state.plan(id, task.plan).steps,
            schedules: schedules.filter_map(|id| state.schedule(*id)).collect(),
            entities: Some(state.task_entities(task.owner, id))
                .filter(|entities| !entities.json.is_empty()),
            task,
        };
        self.put(state, &Item::Task(Box::new(item)))?;
        self.execution = Some(ExecutionId(0));
        self.executions_before = state.header().next_execution;
        self.history(state)
    }

    /// Writes some of the history of the task that was written last. What is removed meanwhile, the
    /// task too, is left out.
    fn history(&mut self, state: &mut State) -> Result<(), Failure> {
        let last = self.execution.unwrap_or(ExecutionId(0));
        let executions: Vec<ExecutionRecord> = state
            .oldest_executions_of(TaskId(self.number), last)
            .take_while(|execution| execution.id.0 < self.executions_before)
            .take(EXECUTIONS)
            .collect();
        let is_done = executions.len() < EXECUTIONS;
        for execution in executions {
            self.execution = Some(execution.id);
            self.put(state, &Item::Execution(Box::new(execution)))?;
        }
        if is_done {
            self.execution = None;
        }
        Ok(())
    }

    /// Completes the backup, and removes older ones of the task.
    fn close(&mut self, slice: &mut Slice<'_>, keep: u32) -> Result<serde_json::Value, Failure> {
        let writer = self.writer.take().ok_or_else(removed)?;
        let backup = writer.close(slice.state, slice.now).map_err(too_large)?;
        let complete = backups_of(slice.state, &slice.task, true);
        let excess = complete.len().saturating_sub(keep as usize);
        for old in &complete[..excess] {
            slice.state.remove_backup(old);
        }
        let detail = format!("backup {} completed: {} tasks", backup.id, backup.tasks);
        Note::task(EventKind::BackupChanged, &slice.task)
            .detail(&detail)
            .write(slice.state, slice.now);
        Ok(serde_json::json!({
            "backup_id": backup.id,
            "tasks": backup.tasks,
            "executions": backup.executions,
            "chunks": backup.chunks,
            "bytes": backup.bytes,
            "sha256": backup.sha256,
        }))
    }
}
