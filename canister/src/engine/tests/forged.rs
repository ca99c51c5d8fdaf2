//! Backups written by somebody who means harm: nothing of them may touch what belongs to others.

use chime_types::{Backup, Error, EventKind, RestoredBackup};

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
        scheduled_at: None,
    };
    let run = service::run_now(state, stranger(), START, run).unwrap();
    let record = state.task(TaskId(made.id)).unwrap();
    let Plan { steps, .. } = state.plan(record.id, record.plan);
    let schedules = vec![state.schedule(record.schedules[0]).unwrap()];
    let mut item = TaskItem {
        task: record,
        steps,
        schedules,
        entities: None,
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
    assert_eq!((answer.tasks, answer.left_out), (1, 0));
    assert_eq!(renumbered(&answer), [(1, 2)]);
    assert_eq!(world.get(victim.id).owner, owner().principal);
    assert_eq!(owner_of(&world, 2), stranger().principal);
}

fn renumbered(answer: &RestoredBackup) -> Vec<(u64, u64)> {
    let all = answer.renumbered.iter().flatten();
    all.map(|one| (one.old_task_id, one.new_task_id)).collect()
}

fn owner_of(world: &World, id: u64) -> Principal {
    world.state.task(TaskId(id)).unwrap().owner
}

/// A backup of the stranger's whose one task has this number.
fn forged_with_number(world: &mut World, id: u64) -> Backup {
    let backup = forged(world, |item, runs| {
        item.task.id = TaskId(id);
        item.schedules[0].task_id = TaskId(id);
        runs[0].task_id = TaskId(id);
    });
    backup.unwrap()
}

#[test]
fn should_leave_the_number_of_a_deleted_task_to_its_owner() {
    let mut world = World::new();
    world.create(task(every(60)));
    let of_victim = make_backup(&mut world);
    service::delete(&mut world.state, owner(), world.now, 1).unwrap();
    let of_stranger = forged_with_number(&mut world, 1);
    let answer = restore(&mut world, stranger(), &of_stranger, true).unwrap();
    let [(1, new)] = renumbered(&answer)[..] else {
        panic!("{answer:?}");
    };
    assert_eq!(owner_of(&world, new), stranger().principal);
    let answer = restore(&mut world, owner(), &of_victim, false).unwrap();
    assert_eq!((answer.tasks, renumbered(&answer)), (1, Vec::new()));
    assert_eq!(owner_of(&world, 1), owner().principal);
}

#[test]
fn should_find_what_was_renumbered_when_it_is_restored_again() {
    let mut world = World::new();
    world.create(task(every(60)));
    let backup = forged_with_number(&mut world, 1);
    for (overwrite, counts) in [(false, (1, 0)), (false, (0, 1)), (true, (1, 0))] {
        let answer = restore(&mut world, stranger(), &backup, overwrite).unwrap();
        assert_eq!((answer.tasks, answer.left_out), counts);
        assert_eq!(world.state.owner(stranger().principal).tasks, 1);
    }
    service::delete(&mut world.state, stranger(), world.now, 2).unwrap();
    let answer = restore(&mut world, stranger(), &backup, false).unwrap();
    assert_eq!(renumbered(&answer), [(1, 2)], "as before");
}

#[test]
fn should_give_a_number_anew_that_is_far_above_the_others() {
    let mut world = World::new();
    let first = forged_with_number(&mut world, limits::MAXIMUM_NUMBERS_SKIPPED);
    let answer = restore(&mut world, stranger(), &first, false).unwrap();
    assert_eq!(renumbered(&answer), [], "near enough");
    let mut world = World::new();
    let far = forged_with_number(&mut world, limits::MAXIMUM_RESTORED_NUMBER);
    let answer = restore(&mut world, stranger(), &far, false).unwrap();
    assert_eq!(renumbered(&answer), [(limits::MAXIMUM_RESTORED_NUMBER, 1)]);
    let made = world.create(task(every(60)));
    assert_eq!(made.id, 2);
    let backup = make_backup(&mut world);
    restore(&mut world, owner(), &backup, true).unwrap();
}

#[test]
fn should_give_schedules_and_runs_new_numbers_whose_own_were_somebody_elses() {
    let mut world = World::new();
    let victim = world.create(task(every(60)));
    world.run_now(victim.id);
    service::delete(&mut world.state, owner(), world.now, 1).unwrap();
    let backup = forged(&mut world, |item, runs| {
        item.schedules[0].id = ScheduleId(1);
        runs[0].id = ExecutionId(1);
        runs[0].schedule_id = Some(ScheduleId(1));
    });
    restore(&mut world, stranger(), &backup.unwrap(), false).unwrap();
    let restored = world.state.task(TaskId(70)).unwrap();
    assert_ne!(restored.schedules, [ScheduleId(1)]);
    assert!(world.state.schedule(ScheduleId(1)).is_none());
    assert!(world.state.execution(ExecutionId(1)).is_none());
    let run = restored.latest.and_then(|id| world.state.execution(id));
    assert_eq!(run.unwrap().schedule_id, Some(restored.schedules[0]));
}

#[test]
fn should_not_keep_a_schedule_free_that_somebody_else_will_have() {
    let mut world = World::new();
    world.create(task(every(60)));
    let backup = forged(&mut world, |_, runs| {
        runs[0].schedule_id = Some(ScheduleId(500));
        runs[0].scheduled_at = START + 60 * SECOND;
    });
    restore(&mut world, stranger(), &backup.unwrap(), false).unwrap();
    assert!(world.state.header().next_schedule > 500);
}

#[test]
fn should_keep_numbers_when_an_admin_restores() {
    let mut world = World::new();
    world.create(task(every(60)));
    service::delete(&mut world.state, owner(), world.now, 1).unwrap();
    let by_stranger = forged_with_number(&mut world, 1);
    let chunks = download(&world, stranger(), &by_stranger);
    let backup = upload(&mut world, admin(), &chunks).unwrap();
    let answer = restore(&mut world, admin(), &backup, false).unwrap();
    assert_eq!(renumbered(&answer), []);
    assert_eq!(owner_of(&world, 1), stranger().principal);
}

#[test]
fn should_refuse_numbers_that_no_history_can_have_made() {
    type Change = fn(&mut TaskItem, &mut Vec<ExecutionRecord>);
    let rows: [(&str, Change); 14] = [
        ("schedules[0].runs", |item, _| {
            item.schedules[0].runs = u64::MAX
        }),
        ("schedules[0].missed", |item, _| {
            item.schedules[0].missed = limits::MAXIMUM_RESTORED_RUNS + 1;
        }),
        ("schedules[0].skipped_runs", |item, _| {
            item.schedules[0].skipped_runs = u64::MAX;
        }),
        ("total_executions", |item, _| {
            item.task.total_executions = u64::MAX
        }),
        ("version", |item, _| item.task.version = u64::MAX),
        ("plan", |item, _| item.task.plan = u64::MAX),
        ("created_at", |item, _| item.task.created_at = u64::MAX),
        ("executions[0].step", |_, runs| runs[0].step = 1),
        ("executions[0].step", |_, runs| {
            runs[0].plan += 1;
            runs[0].step = 32;
        }),
        ("executions[0].steps", |_, runs| {
            let done = chime_types::StepResult {
                status: chime_types::StepStatus::Completed,
                result: None,
                error: None,
            };
            runs[0].steps = vec![done; 2];
        }),
        ("executions[0].slots", |_, runs| runs[0].slots = u64::MAX),
        ("executions[0].slots", |_, runs| runs[0].slots = 0),
        ("executions[0].due_at", |_, runs| runs[0].due_at = u64::MAX),
        ("executions[0].plan", |_, runs| runs[0].plan = u64::MAX),
    ];
    for (field, change) in rows {
        let error = refused(change);
        assert_eq!(error.field, Some(format!("tasks[70].{field}")), "{error}");
    }
}

#[test]
fn should_go_on_with_the_highest_numbers_that_a_backup_may_have() {
    let mut world = World::new();
    let backup = forged(&mut world, |item, runs| {
        item.schedules[0].runs = limits::MAXIMUM_RESTORED_RUNS;
        item.schedules[0].missed = limits::MAXIMUM_RESTORED_RUNS;
        item.schedules[0].skipped_runs = limits::MAXIMUM_RESTORED_RUNS;
        item.task.consecutive_failures = u32::MAX;
        item.task.retry = retries(0, 1);
        item.task.version = limits::MAXIMUM_RESTORED_NUMBER;
        runs[0].attempt = u32::MAX;
        runs[0].rescues = u32::MAX;
    });
    restore(&mut world, stranger(), &backup.unwrap(), false).unwrap();
    world.pass(60);
    let start = world.run_one();
    world.fail(&start);
    let failed = world.state.task(TaskId(70)).unwrap();
    assert_eq!(failed.consecutive_failures, u32::MAX);
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
