//! Backfills, alerts, backups, users and events.

use candid::Principal;
use chime_types::{AlertCondition, limits};

use super::finding::Look;
use crate::engine::builtin::is_being_written;
use crate::state::State;
use crate::state::inspect::{Entry, Part};
use crate::state::keys::{AlertId, BackfillId, BackupId, EventId, TaskId, Wake};
use crate::state::records::{AlertRecord, BackfillRecord};

/// Entries of the agenda that are looked at for that of a backfill, which is due at once.
const WAKES_LOOKED_AT: usize = 1_000;
/// An upload that was begun longer ago than this, and is not complete, is given up.
const UPLOAD_GIVEN_UP_AFTER: u64 = 86_400 * limits::NANOSECONDS;

/// Looks at a backfill.
pub fn backfill(look: &mut Look<'_>, id: BackfillId) {
    let state = look.state;
    let Some(record) = state.backfill(id) else {
        return;
    };
    let task = TaskId(record.0.task_id);
    if state.task(task).is_none() {
        look.mendable(
            format!("backfill {} belongs to no task", id.0),
            move |state, _| {
                if let Some(record) = state.backfill(id) {
                    state.remove_backfill(&record);
                }
            },
        );
        return;
    }
    if !state.is_backfill_listed(task, id) {
        look.mendable(
            format!("backfill {} is not in the list of its task", id.0),
            move |state, _| change_backfill(state, id, |state, record| state.list_backfill(record)),
        );
    }
    backfill_counts(look, id, &record);
}

fn backfill_counts(look: &mut Look<'_>, id: BackfillId, record: &BackfillRecord) {
    let state = look.state;
    let active = active_of(state, record);
    if active != record.0.active {
        look.mendable(
            format!(
                "backfill {} counts {} executions under way, there are {active}",
                id.0, record.0.active
            ),
            move |state, now| {
                change_backfill(state, id, |state, record| {
                    record.0.active = active_of(state, record);
                    state.wake_at(now, Wake::Backfill(id));
                })
            },
        );
    }
    let goes_on = record.0.next_at.is_some()
        && record.0.finished_at.is_none()
        && active < record.0.maximum_concurrent;
    if goes_on && !is_woken(state, id) {
        look.mendable(
            format!("nothing lets backfill {} go on", id.0),
            move |state, now| {
                state.wake_at(now, Wake::Backfill(id));
            },
        );
    }
}

fn change_backfill(
    state: &mut State,
    id: BackfillId,
    change: impl FnOnce(&mut State, &mut BackfillRecord),
) {
    if let Some(mut record) = state.backfill(id) {
        change(state, &mut record);
        state.put_backfill(&record);
    }
}

fn active_of(state: &State, record: &BackfillRecord) -> u32 {
    let id = BackfillId(record.0.id);
    let active = state
        .task(TaskId(record.0.task_id))
        .map_or_else(Vec::new, |task| task.active);
    let own = active.iter().filter(|execution| {
        state
            .execution(**execution)
            .is_some_and(|found| found.backfill == Some(id) && !found.status.is_final())
    });
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

fn is_woken(state: &State, id: BackfillId) -> bool {
    let wakes = state.entries_after(Part::Agenda, None, WAKES_LOOKED_AT);
    wakes.len() == WAKES_LOOKED_AT
        || wakes.iter().any(|entry| match entry {
            Entry::Agenda(key) => state.wake(*key) == Some(Wake::Backfill(id)),
            _ => false,
        })
}

/// Looks at a user: it is found under its name.
pub fn user(look: &mut Look<'_>, principal: Principal) {
    let name = look.state.user(principal).and_then(|user| user.name);
    let Some(name) = name else { return };
    match look.state.user_by_name(&name) {
        Some(found) if found == principal => {}
        Some(_) => look.beyond_repair(format!("two users have the name {name}")),
        None => look.mendable(
            format!("nobody is found under the name {name}"),
            move |state, _| {
                state.list_user_name(name, principal);
            },
        ),
    }
}

/// Looks at an event.
pub fn event(look: &mut Look<'_>, id: EventId) {
    let Some((owner, task)) = look.state.event_subject(id) else {
        return;
    };
    if !look.state.is_event_listed(owner, task, id) {
        look.mendable(
            format!("event {} is missing from a list", id.0),
            move |state, _| {
                state.list_event(owner, task, id);
            },
        );
    }
}

/// Looks at an alert: its entry in the agenda is there, if it has one.
pub fn alert(look: &mut Look<'_>, id: AlertId) {
    let state = look.state;
    let Some(record) = state.alert(id) else {
        return;
    };
    let watches_cycles = watches_cycles(&record);
    let is_listed =
        state.is_alert_listed(record.owner, id) && (state.is_cycles_alert(id) || !watches_cycles);
    if !is_listed {
        look.mendable(
            format!("alert {} is missing from a list", id.0),
            move |state, _| {
                if let Some(record) = state.alert(id) {
                    state.list_alert(&record);
                    state.put_alert(&record);
                }
            },
        );
    }
    // Whether one on silence has an entry depends on what its task has armed.
    let is_woken = match record.wake {
        Some(key) => state.wake(key) == Some(Wake::Watch(id)),
        None => !watches_cycles,
    };
    if !is_woken {
        look.mendable(
            format!("alert {} watches and nothing wakes it", id.0),
            move |state, now| {
                if let Some(mut record) = state.alert(id) {
                    record.wake = Some(state.wake_at(now, Wake::Watch(id)));
                    state.put_alert(&record);
                }
            },
        );
    }
}

/// Whether an alert is on and watches the balance of cycles.
pub fn watches_cycles(record: &AlertRecord) -> bool {
    let is_of_cycles = matches!(record.alert.condition, AlertCondition::CyclesLow { .. });
    is_of_cycles && !record.alert.disabled
}

/// Looks at a backup: it is whole, or being written.
pub fn backup(look: &mut Look<'_>, id: BackupId) {
    let state = look.state;
    let Some(backup) = state.backup(id) else {
        return;
    };
    if !state.is_backup_listed(backup.owner, id) {
        let owner = backup.owner;
        look.mendable(
            format!("backup {} is not in the list of its owner", id.0),
            move |state, _| state.list_backup(owner, id),
        );
    }
    let kept = state.count_chunks_of(id);
    if kept < u64::from(backup.chunks) {
        look.beyond_repair(format!(
            "backup {} has {kept} of its {} chunks",
            id.0, backup.chunks
        ));
    }
    let begun_long_ago = look.now > backup.created_at.saturating_add(UPLOAD_GIVEN_UP_AFTER);
    let is_interrupted = backup.completed_at.is_none()
        && match backup.task_id {
            Some(_) => !is_being_written(state, &backup),
            None => begun_long_ago,
        };
    if is_interrupted {
        look.mendable(
            format!("backup {} was interrupted", id.0),
            move |state, _| {
                if let Some(backup) = state.backup(id).filter(|one| one.completed_at.is_none()) {
                    state.remove_backup(&backup);
                }
            },
        );
    }
}
