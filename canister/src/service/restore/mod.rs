//! Restoring a backup, some tasks in each call. The next call goes on where this one stopped.
//!
//! A task is read whole and checked as one that is made anew, under the rights of the caller, before
//! anything of it is written; `task` says how. What belongs to all owners, users, registered
//! actions, alerts and the configuration, is restored for admins.

mod check;
mod codices;
mod numbers;
mod shared;
mod task;

use chime_types::{Error, RestoreBackupRequest, RestoredBackup, limits};

use self::task::Fate;
use super::Caller;
use super::backups::{backup_for, damaged, need_complete};
use crate::engine::Budget;
use crate::engine::archive::{self, Damage, Item, Reader, TaskItem};
use crate::state::State;
use crate::state::keys::{BackupId, ExecutionId, NameKey};
use crate::state::records::{BackupPosition, ExecutionRecord};

/// Most tasks, users, actions and alerts of one call.
const THINGS_PER_CALL: usize = 50;

/// A call of `restore_backup`.
#[derive(Clone, Copy)]
struct Restore {
    caller: Caller,
    now: u64,
    backup: BackupId,
    all_owners: bool,
    overwrite: bool,
    /// The highest number that anything in a backup may have.
    highest: u64,
}

/// What the backup holds at a place, and where the next begins.
enum Next {
    Header,
    Shared(Item),
    Task(Box<TaskItem>, Vec<ExecutionRecord>),
    End,
}

/// `restore_backup`
pub fn restore_backup(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: &RestoreBackupRequest,
    budget: &Budget<'_>,
) -> Result<RestoredBackup, Error> {
    let record = backup_for(state, caller, request.backup_id)?;
    need_complete(&record)?;
    let restore = Restore {
        caller,
        now,
        backup: BackupId(request.backup_id),
        all_owners: record.backup.all_owners,
        overwrite: request.overwrite.unwrap_or(false),
        highest: highest_number(state),
    };
    let mut answer = RestoredBackup {
        tasks: 0,
        executions: 0,
        left_out: 0,
        next_cursor: request.cursor,
        renumbered: Some(Vec::new()),
        remaining_executions: None,
    };
    let mut position = position(request.cursor);
    for _ in 0..THINGS_PER_CALL {
        match one(state, restore, position, &mut answer) {
            Ok(Step::At(next)) => {
                position = next;
                answer.next_cursor = Some(cursor(next));
            }
            Ok(Step::Waits(remaining)) => {
                answer.next_cursor = Some(cursor(position));
                answer.remaining_executions = Some(remaining);
                break;
            }
            Ok(Step::Ended) => {
                answer.next_cursor = None;
                break;
            }
            // What was restored before it is told first; the next call returns the error.
            Err(_) if answer.tasks > 0 || request.cursor != answer.next_cursor => break,
            Err(error) => return Err(error),
        }
        if budget.is_spent() {
            break;
        }
    }
    Ok(answer)
}

/// Above what a scheduler gives in its life, and above what this one gave.
fn highest_number(state: &State) -> u64 {
    let header = state.header();
    limits::MAXIMUM_RESTORED_NUMBER
        .max(header.next_task)
        .max(header.next_schedule)
        .max(header.next_execution)
}

fn cursor(position: BackupPosition) -> u64 {
    u64::from(position.chunk) << 32 | u64::from(position.offset)
}

fn position(cursor: Option<u64>) -> BackupPosition {
    let bytes = cursor.unwrap_or(0).to_be_bytes();
    let [a, b, c, d, e, f, g, h] = bytes;
    BackupPosition {
        chunk: u32::from_be_bytes([a, b, c, d]),
        offset: u32::from_be_bytes([e, f, g, h]),
    }
}

/// What follows when something was restored.
enum Step {
    /// The next place.
    At(BackupPosition),
    /// The same place, when so many executions are removed.
    Waits(u64),
    /// Nothing.
    Ended,
}

/// Restores what is at a place.
fn one(
    state: &mut State,
    restore: Restore,
    from: BackupPosition,
    answer: &mut RestoredBackup,
) -> Result<Step, Error> {
    let mut reader = Reader::new(state, restore.backup, from);
    let next = next(&mut reader).map_err(|damage| damaged("backup_id", damage))?;
    let position = reader.position();
    match next {
        Next::End => return Ok(Step::Ended),
        Next::Header => {}
        Next::Shared(Item::Codex(owner, name, record, codes)) => {
            codices::codex(state, restore, NameKey { owner, name }, (record, codes))?;
        }
        Next::Shared(Item::Entities(owner, record)) => {
            codices::entities(state, restore, owner, record)?;
        }
        Next::Shared(item) => {
            if restore.caller.is_admin() && restore.all_owners {
                shared::restore(state, restore, item)?;
            }
        }
        Next::Task(item, executions) => match task::restore(state, restore, *item, executions)? {
            Fate::Restored(restored) => {
                answer.tasks += 1;
                answer.executions += restored.executions;
                let renumbered = answer.renumbered.get_or_insert_default();
                renumbered.extend(restored.renumbered);
            }
            Fate::LeftOut => answer.left_out += 1,
            Fate::Waits(remaining) => return Ok(Step::Waits(remaining)),
        },
    }
    Ok(Step::At(position))
}

fn next(reader: &mut Reader<'_>) -> Result<Next, Damage> {
    let ended = || Damage("it ends in the middle, or there is nothing at this cursor".to_string());
    match reader.item()?.ok_or_else(ended)? {
        Item::Header(header) => {
            archive::check_header(&header)?;
            Ok(Next::Header)
        }
        Item::Task(task) => {
            let executions = executions(reader, &task)?;
            Ok(Next::Task(task, executions))
        }
        Item::Execution(_) => Err(Damage("an execution stands before its task".to_string())),
        Item::End(_) => Ok(Next::End),
        shared => Ok(Next::Shared(shared)),
    }
}

/// The executions of a task, the oldest first. The reader stands behind them.
fn executions(reader: &mut Reader<'_>, task: &TaskItem) -> Result<Vec<ExecutionRecord>, Damage> {
    let mut executions = Vec::new();
    let mut last = ExecutionId(0);
    loop {
        let before = reader.position();
        let Some(Item::Execution(execution)) = reader.item()? else {
            reader.go_back(before);
            return Ok(executions);
        };
        if execution.task_id != task.task.id || execution.id <= last {
            return Err(Damage(format!(
                "execution {} is not one of task {}, in their order",
                execution.id.0, task.task.id.0
            )));
        }
        last = execution.id;
        executions.push(*execution);
    }
}
