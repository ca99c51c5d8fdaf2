//! Backups: written every day, downloaded by chunks, restored on another scheduler.

use candid::Principal;
use chime_tests::{Sender, World, call, every, in_virtual_time, note, now_once, retries, task};
use chime_types::ExecutionStatus::{Completed, Failed};
use chime_types::{
    Backup, BackupRequest, BackupResult, CreateBackupTaskRequest, CreateTaskRequest, Error,
    ErrorKind, GetBackupChunkRequest, GetBackupChunkResult, ListBackupsResult, RemovedResult,
    RestoreBackupRequest, RestoreBackupResult, RestoredBackup, Task, TaskExecution, TaskRequest,
    TaskResult, UploadBackupChunkRequest, limits,
};

use crate::support::{DAY, FIRST_PAGE, ask, ask_as, begin_at, show, show_as, times};

/// Tasks that fill more than one chunk, each with metadata as long as it may be.
const LARGE_TASKS: usize = 70;

fn backup_task(world: &mut World, hour: u8, keep: Option<u32>) -> Result<Task, Error> {
    let request = CreateBackupTaskRequest {
        hour,
        description: "Daily data backup".to_string(),
        timezone: None,
        keep,
    };
    let answer: TaskResult = ask(world, "create_backup_task", &request);
    answer.into_result()
}

fn backups(world: &mut World) -> Vec<Backup> {
    let answer: ListBackupsResult = show(world, "list_backups", &FIRST_PAGE);
    answer.into_result().expect("a page").backups
}

/// Makes a backup now.
fn make(world: &mut World) -> Backup {
    let writer = backup_task(world, 2, None).expect("a task");
    world.run_now(writer.id);
    world.pass(5);
    assert_eq!(world.statuses(writer.id), [Completed]);
    backups(world).pop().expect("a backup")
}

fn chunk(world: &mut World, sender: Sender, backup_id: u64, index: u32) -> Result<Vec<u8>, Error> {
    let request = GetBackupChunkRequest { backup_id, index };
    let answer: GetBackupChunkResult = show_as(world, sender, "get_backup_chunk", &request);
    answer.into_result().map(|chunk| chunk.data)
}

fn download(world: &mut World, backup: &Backup) -> Vec<Vec<u8>> {
    (0..backup.chunks)
        .map(|index| chunk(world, Sender::Owner, backup.id, index).expect("a chunk"))
        .collect()
}

fn upload(world: &mut World, chunks: &[Vec<u8>]) -> Result<Backup, Error> {
    let mut uploaded: Option<Backup> = None;
    for (index, data) in (0..).zip(chunks) {
        let request = UploadBackupChunkRequest {
            backup_id: uploaded.map(|backup| backup.id),
            index,
            data: data.clone(),
            last: index as usize + 1 == chunks.len(),
        };
        let answer: BackupResult = ask(world, "upload_backup_chunk", &request);
        uploaded = Some(answer.into_result()?);
    }
    Ok(uploaded.expect("at least one chunk"))
}

/// Restores a backup. Answers with the sums over all calls, and how many it took.
fn restore(world: &mut World, backup_id: u64) -> (RestoredBackup, usize) {
    let mut sum = RestoredBackup {
        tasks: 0,
        executions: 0,
        left_out: 0,
        next_cursor: None,
        renumbered: None,
        remaining_executions: None,
    };
    for calls in 1.. {
        let request = RestoreBackupRequest {
            backup_id,
            overwrite: None,
            cursor: sum.next_cursor,
        };
        let answer: RestoreBackupResult = ask(world, "restore_backup", &request);
        let answer = answer.into_result().expect("restored");
        sum.tasks += answer.tasks;
        sum.executions += answer.executions;
        sum.left_out += answer.left_out;
        sum.next_cursor = answer.next_cursor;
        if sum.next_cursor.is_none() {
            return (sum, calls);
        }
    }
    unreachable!("a restore ends");
}

fn delete(world: &mut World, task_id: u64) {
    let request = TaskRequest { task_id };
    let answer: chime_types::DeleteTaskResult = ask(world, "delete_task", &request);
    answer.into_result().expect("deleted");
}

fn is_there(world: &mut World, task_id: u64) -> bool {
    let answer: TaskResult = show(world, "get_task", &TaskRequest { task_id });
    answer.into_result().is_ok()
}

/// A weekly task that ran twice, one that failed, and many large ones.
fn fill(world: &mut World) -> Vec<Task> {
    let weekly = CreateTaskRequest {
        idempotency_key: Some("weekly".to_string()),
        ..task(
            "weekly",
            vec![call(world.callee, "count", "()"), note("second")],
            every(7 * DAY),
        )
    };
    let failing = CreateTaskRequest {
        retry: Some(retries(0, 1)),
        ..task(
            "failing",
            vec![call(world.callee, "reject", "(\"no\")")],
            now_once(),
        )
    };
    let mut made = vec![world.create(&weekly)];
    world.pass(15 * DAY);
    made.push(world.create(&failing));
    assert_eq!(world.statuses(made[0].id), [Completed; 2]);
    assert_eq!(world.statuses(made[1].id), [Failed]);
    let large = CreateTaskRequest {
        metadata: Some("x".repeat(limits::MAXIMUM_METADATA_BYTES)),
        ..task("large", vec![note("x")], every(30 * DAY))
    };
    made.extend((0..LARGE_TASKS).map(|_| world.try_create(&large).expect("a task")));
    made
}

fn contents(world: &mut World, tasks: &[Task]) -> Vec<(Task, Vec<TaskExecution>)> {
    let ids = tasks.iter().map(|task| task.id);
    ids.map(|id| (world.get(id), world.executions(id)))
        .collect()
}

/// Lets the world speak with another scheduler.
fn move_to(world: &mut World, scheduler: Principal) {
    world.scheduler = scheduler;
}

#[test]
fn should_restore_deleted_tasks_on_another_scheduler_with_equal_content() {
    in_virtual_time(|world| {
        let made = fill(world);
        let backup = make(world);
        assert!(backup.chunks >= 2, "{backup:?}");
        assert_eq!(
            (backup.tasks, backup.executions),
            (made.len() as u64 + 1, 4)
        );
        let chunks = download(world, &backup);
        let before = contents(world, &made);
        for task in &made {
            delete(world, task.id);
            assert!(!is_there(world, task.id));
        }
        let other = world.deploy("scheduler");
        move_to(world, other);
        assert_eq!(world.list(None, 1).total_tasks, 0);
        let uploaded = upload(world, &chunks).expect("a backup");
        assert_eq!(uploaded.sha256, backup.sha256);
        let (sum, calls) = restore(world, uploaded.id);
        assert_eq!((sum.tasks, sum.left_out), (backup.tasks, 0));
        assert_eq!(sum.executions, backup.executions);
        assert!(calls >= 2, "some in each call");
        assert_eq!(contents(world, &made), before);
        world.pass(7 * DAY);
        assert_eq!(
            world.statuses(made[0].id),
            [Completed; 3],
            "it runs on where it is now"
        );
        let again = world.create(&CreateTaskRequest {
            idempotency_key: Some("weekly".to_string()),
            ..task("again", vec![note("x")], every(60))
        });
        assert_eq!(again.id, made[0].id, "the key is known");
    });
}

#[test]
fn should_restore_what_was_deleted_and_leave_what_is_there() {
    in_virtual_time(|world| {
        let lost = world.create(&task("lost", vec![note("x")], now_once()));
        let kept = world.create(&task("kept", vec![note("x")], every(60)));
        let backup = make(world);
        let before = contents(world, std::slice::from_ref(&lost));
        delete(world, lost.id);
        let (sum, _) = restore(world, backup.id);
        assert_eq!((sum.tasks, sum.left_out), (1, 2));
        assert_eq!(contents(world, std::slice::from_ref(&lost)), before);
        assert_eq!(world.get(kept.id).schedules, kept.schedules);
    });
}

#[test]
fn should_write_a_backup_every_day_and_keep_so_many() {
    in_virtual_time(|world| {
        begin_at(world, "2026-03-01T00:00:00Z");
        let writer = backup_task(world, 2, Some(2)).expect("a task");
        assert_eq!(writer.name, "Daily backup at 02:00");
        assert_eq!(writer.description, "Daily data backup");
        world.pass(4 * DAY);
        assert_eq!(
            times(&world.executions(writer.id)),
            [
                "2026-03-01 02:00",
                "2026-03-02 02:00",
                "2026-03-03 02:00",
                "2026-03-04 02:00"
            ]
        );
        assert_eq!(world.statuses(writer.id), [Completed; 4]);
        let kept = backups(world);
        assert_eq!(kept.len(), 2);
        assert!(kept[0].created_at < kept[1].created_at);
        assert_eq!(kept[1].executions, 4, "those before, and the one under way");
        let error = backup_task(world, 24, None).expect_err("no such hour");
        assert_eq!(error.field.as_deref(), Some("hour"));
        let error = backup_task(world, 2, Some(101)).expect_err("too many");
        assert_eq!(error.field.as_deref(), Some("keep"));
    });
}

#[test]
fn should_show_a_backup_to_its_owner_only_and_refuse_a_damaged_one() {
    in_virtual_time(|world| {
        world.create(&task("own", vec![note("x")], every(60)));
        let backup = make(world);
        let error = chunk(world, Sender::Stranger, backup.id, 0).expect_err("somebody else's");
        assert_eq!(error.kind, ErrorKind::NotFound);
        let request = BackupRequest {
            backup_id: backup.id,
        };
        let refused: RemovedResult = ask_as(world, Sender::Stranger, "delete_backup", &request);
        let error = refused.into_result().expect_err("somebody else's");
        assert_eq!(error.kind, ErrorKind::NotFound);
        let mut chunks = download(world, &backup);
        let middle = chunks[0].len() / 2;
        chunks[0][middle] ^= 1;
        let error = upload(world, &chunks).expect_err("it is damaged");
        assert_eq!(error.field.as_deref(), Some("data"));
        assert_eq!(backups(world).len(), 1, "nothing of it is kept");
        let removed: RemovedResult = ask(world, "delete_backup", &request);
        removed.into_result().expect("removed");
        assert!(backups(world).is_empty());
    });
}
