//! Lists and indexes: each entry leads to something that says the same.

use chime_types::ExecutionStatus;

use super::finding::Look;
use super::others::watches_cycles;
use crate::state::State;
use crate::state::inspect::Entry;
use crate::state::keys::RunKey;
use crate::state::records::ExecutionRecord;

/// Looks at an entry of a list.
pub fn look(look: &mut Look<'_>, entry: &Entry) {
    if is_right(look.state, entry) {
        return;
    }
    let entry = entry.clone();
    look.mendable(
        format!("nothing says the same as {entry:?}"),
        move |state, _| {
            if !is_right(state, &entry) {
                state.remove_entry(&entry);
            }
        },
    );
}

fn is_right(state: &State, entry: &Entry) -> bool {
    match entry {
        Entry::TasksByOwner((owner, id)) => state
            .task(*id)
            .is_some_and(|task| task.owner == *owner && task.deleted_at.is_none()),
        Entry::DeletedTasks((owner, id)) => state
            .task(*id)
            .is_some_and(|task| task.owner == *owner && task.deleted_at.is_some()),
        Entry::Keys(key) => state
            .task_by_key(key.owner, &key.key)
            .and_then(|id| state.task(id))
            .is_some_and(|task| {
                task.owner == key.owner && task.idempotency_key.as_ref() == Some(&key.key)
            }),
        Entry::Upcoming((owner, slot, id)) => state.schedule(*id).is_some_and(|schedule| {
            let task = state.task(schedule.task_id);
            schedule.next_at == Some(*slot) && task.is_some_and(|task| task.owner == *owner)
        }),
        Entry::BackfillsByTask((task, id)) => state
            .backfill(*id)
            .is_some_and(|backfill| backfill.0.task_id == task.0),
        Entry::UserNames(name) => state
            .user_by_name(name)
            .and_then(|principal| state.user(principal))
            .is_some_and(|user| user.name.as_ref() == Some(name)),
        Entry::EventsByOwner((owner, id)) => {
            state.event_subject(*id).is_some_and(|(of, _)| of == *owner)
        }
        Entry::EventsByTask((task, id)) => state
            .event_subject(*id)
            .is_some_and(|(_, of)| of == Some(task.0)),
        Entry::AlertsByOwner((owner, id)) => {
            state.alert(*id).is_some_and(|alert| alert.owner == *owner)
        }
        Entry::CyclesAlerts(id) => state.alert(*id).is_some_and(|found| watches_cycles(&found)),
        Entry::BackupsByOwner((owner, id)) => state
            .backup(*id)
            .is_some_and(|backup| backup.owner == *owner),
        Entry::BackupChunks((id, index)) => state
            .backup(*id)
            // The chunk that is being filled has no number yet.
            .is_some_and(|backup| {
                *index < backup.chunks || (backup.completed_at.is_none() && *index == backup.chunks)
            }),
        of_execution => is_right_of_execution(state, of_execution),
    }
}

fn is_right_of_execution(state: &State, entry: &Entry) -> bool {
    match entry {
        Entry::ExecutionsByTask((task, id)) => state
            .execution(*id)
            .is_some_and(|execution| execution.task_id == *task),
        Entry::ExecutionsByOwner((owner, id)) | Entry::DeadLetters((owner, id)) => {
            let Some(execution) = state.execution(*id) else {
                return false;
            };
            let is_own = state
                .task(execution.task_id)
                .is_some_and(|task| task.owner == *owner);
            let is_dead = matches!(
                execution.status.get(),
                ExecutionStatus::Failed | ExecutionStatus::TimedOut
            ) && execution.replayed_by.is_none();
            is_own && (is_dead || matches!(entry, Entry::ExecutionsByOwner(_)))
        }
        Entry::EmptyExecutions((owner, task, id)) => {
            let of_task = state.task(*task).is_some_and(|task| task.owner == *owner);
            let is_empty = |one: ExecutionRecord| one.task_id == *task && one.is_empty();
            of_task && state.execution(*id).is_some_and(is_empty)
        }
        Entry::Occurrences((schedule, slot)) => state
            .occurrence(*schedule, *slot)
            .and_then(|id| state.execution(id))
            .is_some_and(|execution| {
                execution.schedule_id == Some(*schedule) && execution.scheduled_at == *slot
            }),
        Entry::RunKeys(RunKey { task, key }) => state
            .execution_by_key(*task, key)
            .and_then(|id| state.execution(id))
            .is_some_and(|execution| {
                execution.task_id == *task && execution.run_key.as_ref() == Some(key)
            }),
        other => panic!("BUG: {other:?} is in no list"),
    }
}
