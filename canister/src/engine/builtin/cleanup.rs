//! `cleanup`: removes finished executions as rules of retention say. Some executions of a task are a
//! piece.

use chime_types::{Action, Cause};
use serde::{Deserialize, Serialize};

use super::slices::{Piece, Slice, Work};
use crate::engine::{Failure, Position, remove_some};
use crate::state::State;
use crate::state::keys::TaskId;
use crate::state::records::TaskRecord;

/// Executions that one piece looks at.
const EXECUTIONS: usize = 20;

/// How far a cleanup is.
#[derive(Serialize, Deserialize)]
pub struct Cleanup {
    /// The last task that was looked at.
    cursor: u64,
    /// How far it is in this task; none if it is done with it.
    #[serde(default)]
    position: Option<Position>,
    tasks: u64,
    removed: u64,
}

impl Work for Cleanup {
    const KIND: &'static str = "cleanup";
    const PIECES: usize = 200;

    fn begin(_: &mut Slice<'_>, _: &Action) -> Result<Self, Failure> {
        Ok(Self {
            cursor: 0,
            position: None,
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
        // A task that was deleted meanwhile is left.
        let begun = self.position.take();
        let present = begun
            .as_ref()
            .and_then(|_| slice.state.task(TaskId(self.cursor)));
        let next = match (present, task_id) {
            (Some(task), _) => Some(task),
            (None, Some(id)) if self.cursor == 0 => {
                Some(only(slice.state, &slice.task, *id, is_everywhere)?)
            }
            (None, Some(_)) => None,
            (None, None) => following(slice.state, &slice.task, self.cursor, is_everywhere),
        };
        let Some(mut task) = next else {
            let summary = serde_json::json!({ "tasks": self.tasks, "removed": self.removed });
            return Ok(Piece::Done(summary));
        };
        self.tasks += u64::from(self.cursor != task.id.0);
        self.cursor = task.id.0;
        let work = (EXECUTIONS, None);
        let now = slice.now;
        let removal = remove_some(slice.state, &mut task, retention, now, begun, work);
        self.removed += removal.removed;
        self.position = removal.next;
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
