//! `cleanup`: removes finished executions as rules of retention say. Each task is a piece.

use chime_types::{Action, Cause};
use serde::{Deserialize, Serialize};

use super::slices::{Piece, Slice, Work};
use crate::engine::{Failure, remove_finished};
use crate::state::State;
use crate::state::keys::TaskId;
use crate::state::records::TaskRecord;

/// How far a cleanup is.
#[derive(Serialize, Deserialize)]
pub struct Cleanup {
    /// The last task that was looked at.
    cursor: u64,
    tasks: u64,
    removed: u64,
}

impl Work for Cleanup {
    const KIND: &'static str = "cleanup";
    const PIECES: usize = 20;

    fn begin(_: &mut Slice<'_>, _: &Action) -> Result<Self, Failure> {
        Ok(Self {
            cursor: 0,
            tasks: 0,
            removed: 0,
        })
    }

    fn piece(&mut self, slice: &mut Slice<'_>, action: &Action) -> Result<Piece, Failure> {
        let Action::Cleanup {
            retention,
            task_id,
            all_owners,
        } = action
        else {
            panic!("BUG: it is a cleanup");
        };
        let is_everywhere = *all_owners == Some(true);
        let next = match task_id {
            Some(id) if self.cursor == 0 => {
                Some(only(slice.state, &slice.task, *id, is_everywhere)?)
            }
            Some(_) => None,
            None => following(slice.state, &slice.task, self.cursor, is_everywhere),
        };
        let Some(mut task) = next else {
            let summary = serde_json::json!({ "tasks": self.tasks, "removed": self.removed });
            return Ok(Piece::Done(summary));
        };
        self.cursor = task.id.0;
        self.tasks += 1;
        self.removed += remove_finished(slice.state, &mut task, retention, slice.now);
        Ok(Piece::More)
    }
}

/// The one task that is to be cleaned up.
fn only(
    state: &State,
    own: &TaskRecord,
    id: u64,
    is_everywhere: bool,
) -> Result<TaskRecord, Failure> {
    state
        .task(TaskId(id))
        .filter(|task| is_everywhere || task.owner == own.owner)
        .ok_or_else(|| {
            let text = format!("there is no task {id} of this owner");
            Failure::new(Cause::NoSuchTask, text)
        })
}

fn following(
    state: &State,
    own: &TaskRecord,
    cursor: u64,
    is_everywhere: bool,
) -> Option<TaskRecord> {
    if is_everywhere {
        state.tasks_after(TaskId(cursor)).next()
    } else {
        state.tasks_of(own.owner, TaskId(cursor)).next()
    }
}
