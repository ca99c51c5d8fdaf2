//! Backups written by somebody who means harm: nothing of them may touch what belongs to others.

use chime_types::{Backup, Error, EventKind};

use super::builtin_backup::{download, make_backup, upload};
use super::builtin_cleanup::spent;
use super::builtin_restore::restore;
use super::*;
use crate::engine::archive::{Header, Item, TaskItem, Writer};
use crate::state::keys::{AgendaKey, ExecutionId, ScheduleId, TaskId};
use crate::state::records::{ExecutionRecord, Plan};

/// A backup with one task of the stranger's, changed as the test likes.
fn forged(
    world: &mut World,
    change: impl FnOnce(&mut TaskItem, &mut Vec<ExecutionRecord>),
) -> Result<Backup, Error> {
    let mut source = World::new();
    source.now = world.now;
    let state = &mut source.state;
    let request = task(every(60));
    let made = service::create(state, stranger(), START, request).unwrap();
    let run = RunTaskNowRequest {
        task_id: made.id,
        idempotency_key: None,
    };
    let run = service::run_now(state, stranger(), START, run).unwrap();
    let record = state.task(TaskId(made.id)).unwrap();
    let Plan { steps } = state.plan(record.id, record.plan);
    let schedules = vec![state.schedule(record.schedules[0]).unwrap()];
    let mut item = TaskItem {
        task: record,
        steps,
        schedules,
    };
    item.task.id = TaskId(70);
    item.schedules[0].id = ScheduleId(71);
    item.schedules[0].task_id = TaskId(70);
    let mut execution = state.execution(ExecutionId(run.id)).unwrap();
    execution.id = ExecutionId(72);
    execution.task_id = TaskId(70);
    let mut executions = vec![execution];
    change(&mut item, &mut executions);
    let backup = write(state, item, executions);
    let chunks = download(&source, stranger(), &backup);
    upload(world, stranger(), &chunks)
}

fn write(state: &mut State, item: TaskItem, executions: Vec<ExecutionRecord>) -> Backup {
    let backup = Backup {
        id: 1,
        owner: stranger().principal,
        task_id: None,
        all_owners: false,
        created_at: START,
        completed_at: None,
        tasks: 0,
        executions: 0,
        chunks: 0,
        bytes: 0,
        sha256: String::new(),
    };
    let header = Header {
        format: "chime-backup".to_string(),
        version: 1,
        scheduler: "0".to_string(),
        owner: backup.owner,
        all_owners: false,
        created_at: START,
    };
    let mut writer = Writer::begin(backup);
    writer.put(state, &Item::Header(header)).unwrap();
    writer.put(state, &Item::Task(Box::new(item))).unwrap();
    for execution in executions {
        writer
            .put(state, &Item::Execution(Box::new(execution)))
            .unwrap();
    }
    writer.close(state, START).unwrap()
}

/// What a task of a backup is refused for.
fn refused(change: impl FnOnce(&mut TaskItem, &mut Vec<ExecutionRecord>)) -> Error {
    let mut world = World::new();
    let backup = forged(&mut world, change).unwrap();
    let error = restore(&mut world, stranger(), &backup, true).unwrap_err();
    assert_eq!(world.state.owner(stranger().principal).tasks, 0);
    error
}

#[test]
fn should_restore_the_task_if_nothing_is_forged() {
    let mut world = World::new();
    let backup = forged(&mut world, |_, _| {}).unwrap();
    let answer = restore(&mut world, stranger(), &backup, false).unwrap();
    assert_eq!((answer.tasks, answer.executions), (1, 1));
}

#[test]
fn should_check_a_task_as_one_that_is_made() {
    let maintenance = refused(|item, _| {
        item.steps[0].action = Action::Maintenance { dry_run: None };
    });
    assert!(maintenance.rule.contains("admins"), "{maintenance}");
    let field = maintenance.field.unwrap();
    assert!(field.starts_with("tasks[70].steps[0]"), "{field}");
    let rows: [fn(&mut TaskItem, &mut Vec<ExecutionRecord>); 8] = [
        |item, _| item.task.name.clear(),
        |item, _| item.task.id = TaskId(1 << 60),
        |item, _| item.task.run_as = Some(owner().principal),
        |item, _| item.schedules[0].timezone = "Nowhere".to_string(),
        |item, _| item.schedules[0].last_run_at = Some(u64::MAX),
        |item, _| item.schedules.clear(),
        |item, _| item.schedules.push(item.schedules[0].clone()),
        |item, _| item.task.retry.factor_percent = 0,
    ];
    for (index, change) in rows.into_iter().enumerate() {
        let error = refused(change);
        let kind = chime_types::ErrorKind::InvalidArgument;
        assert_eq!(error.kind, kind, "row {index}: {error}");
    }
}

#[test]
fn should_check_that_runs_agree_with_their_task() {
    let rows: [fn(&mut TaskItem, &mut Vec<ExecutionRecord>); 6] = [
        |_, runs| runs[0].task_id = TaskId(1),
        |_, runs| runs[0].id = ExecutionId(u64::MAX),
        |_, runs| runs.push(runs[0].clone()),
        |_, runs| runs[0].step = 900,
        |_, runs| runs[0].scheduled_at = u64::MAX,
        |_, runs| runs[0].run_key = Some("k".repeat(500)),
    ];
    for change in rows {
        let error = refused(change);
        assert_eq!(error.kind, chime_types::ErrorKind::InvalidArgument);
    }
}

#[test]
fn should_not_touch_the_agenda_or_the_slots_of_others() {
    let mut world = World::new();
    let victim = world.create(task(every(60)));
    let schedule = world.state.schedule(ScheduleId(1)).unwrap();
    let (key, slot) = (schedule.wake.unwrap(), schedule.next_at.unwrap());
    let backup = forged(&mut world, |item, runs| {
        item.schedules[0].wake = Some(key);
        item.schedules[0].next_at = Some(slot);
        runs[0].wake = Some(key);
        runs[0].expires = Some(AgendaKey {
            due_at: slot,
            sequence: 2,
        });
        runs[0].schedule_id = Some(ScheduleId(1));
        runs[0].scheduled_at = slot;
    });
    restore(&mut world, stranger(), &backup.unwrap(), false).unwrap();
    world.pass(60);
    let starts = world.run();
    assert_eq!(
        starts.len(),
        2,
        "that of the victim, and that of the stranger"
    );
    assert_eq!(world.statuses(victim.id), [ExecutionStatus::Running]);
}

#[test]
fn should_not_take_a_task_of_somebody_else() {
    let mut world = World::new();
    let victim = world.create(task(every(60)));
    let backup = forged(&mut world, |item, runs| {
        item.task.id = TaskId(1);
        item.schedules[0].task_id = TaskId(1);
        runs[0].task_id = TaskId(1);
    });
    let answer = restore(&mut world, stranger(), &backup.unwrap(), true).unwrap();
    assert_eq!((answer.tasks, answer.left_out), (0, 1));
    assert_eq!(world.get(victim.id).owner, owner().principal);
}

#[test]
fn should_refuse_a_cursor_that_leads_nowhere() {
    let mut world = World::new();
    let backup = make_backup(&mut world);
    for cursor in [1, 5, u64::MAX, 1 << 32] {
        let request = chime_types::RestoreBackupRequest {
            backup_id: backup.id,
            overwrite: None,
            cursor: Some(cursor),
        };
        let budget = spent();
        let (state, now) = (&mut world.state, world.now);
        let error = service::restore_backup(state, owner(), now, &request, &budget);
        assert!(error.unwrap_err().rule.contains("damaged"));
    }
}

#[test]
fn should_note_who_restored_a_task() {
    let mut world = World::new();
    let backup = forged(&mut world, |_, _| {}).unwrap();
    restore(&mut world, stranger(), &backup, false).unwrap();
    let events = world
        .state
        .events_of_task(TaskId(70), crate::state::keys::EventId(0));
    let kinds: Vec<_> = events.map(|event| (event.kind, event.actor)).collect();
    let expected = (EventKind::BackupChanged, Some(stranger().principal));
    assert_eq!(kinds, [expected]);
}
