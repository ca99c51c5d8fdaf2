//! A scheduler made anew: its backup of all owners, the program installed afresh, the backup restored.

use candid::types::value::IDLValue;
use chime_replica::InstallMode;
use chime_tests::audit::check_store;
use chime_tests::interface::{Interface, find};
use chime_tests::reading::{self, Reading};
use chime_tests::{Sender, World, everything, golden, module, now_once, task};
use chime_types::{
    Action, Backup, BackupResult, DeleteTaskResult, GetBackupChunkRequest, GetBackupChunkResult,
    ListBackupsResult, NewStep, PageRequest, RestoreBackupRequest, RestoreBackupResult,
    TaskRequest, UploadBackupChunkRequest,
};

use super::assert_same;

/// What is another after a restore, and why. `Backup` and `RestoredBackup` in scheduler.did tell it.
const CHANGED: &[(&str, &str)] = &[
    ("list_secrets", "no backup holds secrets"),
    ("list_reports", "no backup holds reports"),
    ("get_inbox", "no backup holds inboxes"),
    ("events_since", "no backup holds the timeline"),
    ("list_backups", "no backup holds another"),
    ("get_backup_chunk", "no backup holds another"),
    ("list_backfills", "no backup holds backfills"),
    ("get_execution.Ok.backfill_id", BACKFILL),
    ("get_task_executions.Ok.executions.backfill_id", BACKFILL),
    ("list_dead_letters.Ok.executions.backfill_id", BACKFILL),
    ("get_execution.Ok.callback_delivery", ON_ITS_WAY),
    (
        "get_task_executions.Ok.executions.callback_delivery",
        ON_ITS_WAY,
    ),
    ("list_alerts.Ok.alerts.delivery", ON_ITS_WAY),
    ("get_task_executions.Ok.executions.status", CANCELLED),
    ("get_task_executions.Ok.executions.error", CANCELLED),
    ("get_task_executions.Ok.executions.finished_at", CANCELLED),
    ("get_task_executions.Ok.executions.waiting_for", CANCELLED),
    ("get_task_executions.Ok.executions.wake_at", CANCELLED),
    ("get_task_executions.Ok.executions.expires_at", CANCELLED),
    (
        "get_task_executions.Ok.executions.attempts.outcome",
        CANCELLED,
    ),
    (
        "get_task_executions.Ok.executions.attempts.finished_at",
        CANCELLED,
    ),
    ("get_my_tasks.Ok.tasks.status", LATEST),
    ("get_my_tasks.Ok.tasks.active_executions", LATEST),
    ("get_my_tasks.Ok.tasks.steps.status", LATEST),
    ("get_task.Ok.status", LATEST),
    ("get_task.Ok.active_executions", LATEST),
    ("get_task.Ok.steps.status", LATEST),
    ("get_me.Ok.bytes", "what is not in it takes no place"),
    ("get_me.Ok.runs_this_hour", COUNTED),
    ("list_users.Ok.users.runs_this_hour", COUNTED),
    ("get_stats.Ok.bytes", "what is not in it takes no place"),
    ("get_stats.Ok.active_executions", CANCELLED),
    ("get_stats.Ok.running", CANCELLED),
    ("get_stats.Ok.waiting_for_workers", CANCELLED),
    ("get_stats.Ok.agenda", CANCELLED),
    (
        "get_stats.Ok.next_wake_at",
        "the first thing to do is another",
    ),
    (
        "get_stats.Ok.timer_armed_at",
        "the first thing to do is another",
    ),
    ("get_stats.Ok.runs_this_hour", COUNTED),
    ("get_stats.Ok.completed_today", COUNTED),
    ("get_stats.Ok.failed_today", COUNTED),
    ("get_stats.Ok.missed_today", COUNTED),
    ("get_stats.Ok.skipped_today", COUNTED),
    ("get_stats.Ok.lag", COUNTED),
    ("get_stats.Ok.duration", COUNTED),
    ("get_stats.Ok.average_duration_nanoseconds", COUNTED),
    ("get_stats.Ok.cycles_per_day", COUNTED),
    ("get_stats.Ok.failed_messages", COUNTED),
    ("get_stats.Ok.budget.this_hour", COUNTED),
    ("get_stats.Ok.budget.today", COUNTED),
    ("get_stats.Ok.spenders", COUNTED),
    ("get_me.Ok.budget.this_hour", COUNTED),
    ("get_me.Ok.budget.today", COUNTED),
];

const BACKFILL: &str = "no backup holds backfills";
const ON_ITS_WAY: &str = "no backup holds what is on its way";
const CANCELLED: &str = "what was under way is restored as cancelled";
const LATEST: &str = "it is that of the latest execution, which may be one that was under way";
const COUNTED: &str = "figures are counted anew";

/// What is another in an execution that was under way when the backup was made.
const ENDED: &[(&str, &str)] = &[
    ("get_execution.Ok.status", CANCELLED),
    ("get_execution.Ok.error", CANCELLED),
    ("get_execution.Ok.finished_at", CANCELLED),
    ("get_execution.Ok.waiting_for", CANCELLED),
    ("get_execution.Ok.wake_at", CANCELLED),
    ("get_execution.Ok.expires_at", CANCELLED),
    ("get_execution.Ok.attempts.outcome", CANCELLED),
    ("get_execution.Ok.attempts.finished_at", CANCELLED),
    ("get_execution.Ok.backfill_id", BACKFILL),
];

fn update<A: serde::de::DeserializeOwned + candid::CandidType>(
    world: &mut World,
    method: &str,
    request: &impl candid::CandidType,
) -> A {
    world
        .update(Sender::Owner, method, request)
        .expect("no rejection")
}

/// The chunks of a backup of all owners. The task that made it is deleted again: it was itself under way.
fn export(world: &mut World) -> (u64, Vec<Vec<u8>>) {
    let step = NewStep::new(Action::Backup {
        all_owners: Some(true),
        keep: None,
    });
    let made = world.create(&task("export", vec![step], now_once()));
    world.pass(5);
    let page = PageRequest {
        cursor: None,
        limit: Some(500),
    };
    let list: ListBackupsResult = world
        .query(Sender::Owner, "list_backups", &page)
        .expect("no rejection");
    let list = list.into_result().expect("a page").backups;
    let of_export = |backup: &Backup| backup.task_id == Some(made.id);
    let backup = list.into_iter().find(of_export).expect("a backup");
    assert!(backup.completed_at.is_some());
    let chunks = (0..backup.chunks).map(|index| {
        let backup_id = backup.id;
        let request = GetBackupChunkRequest { backup_id, index };
        let chunk: GetBackupChunkResult = world
            .query(Sender::Owner, "get_backup_chunk", &request)
            .expect("no rejection");
        chunk.into_result().expect("a chunk").data
    });
    let chunks = chunks.collect();
    delete(world, made.id);
    (made.id, chunks)
}

fn delete(world: &mut World, task_id: u64) {
    let deleted: DeleteTaskResult = update(world, "delete_task", &TaskRequest { task_id });
    deleted.into_result().expect("deleted");
}

fn reinstall(world: &mut World) {
    let (scheduler, owner) = (world.scheduler, world.network.principal(Sender::Owner));
    let arg = candid::encode_args(()).expect("arguments");
    let replica = world.network.replica().expect("in this process");
    replica
        .install_code(
            owner,
            scheduler,
            InstallMode::Reinstall,
            module("scheduler"),
            arg,
        )
        .expect("installed");
}

fn restore(world: &mut World, chunks: &[Vec<u8>]) {
    let mut backup_id = None;
    for (index, data) in (0..).zip(chunks) {
        let request = UploadBackupChunkRequest {
            backup_id,
            index,
            data: data.clone(),
            last: index as usize + 1 == chunks.len(),
        };
        let answer: BackupResult = update(world, "upload_backup_chunk", &request);
        backup_id = Some(answer.into_result().expect("taken").id);
    }
    let mut cursor = None;
    loop {
        let request = RestoreBackupRequest {
            backup_id: backup_id.expect("a chunk"),
            // The configuration is there already: that of a new scheduler.
            overwrite: Some(true),
            cursor,
        };
        let answer: RestoreBackupResult = update(world, "restore_backup", &request);
        let answer = answer.into_result().expect("restored");
        assert_eq!(answer.left_out, 0);
        cursor = answer.next_cursor;
        if cursor.is_none() {
            return;
        }
    }
}

/// The executions that are under way, and everything else.
fn under_way(reading: Reading) -> (Reading, Reading) {
    reading.into_iter().partition(|(asked, answer)| {
        let finished_at = find(answer, &["Ok", "finished_at"]);
        asked.method == "get_execution" && finished_at == [&IDLValue::None]
    })
}

#[test]
fn should_be_the_same_after_export_reinstallation_and_restore() {
    let mut world = golden::world_with(module("scheduler"), 0);
    everything::tell(&mut world);
    world.pass(600);
    let (exporting, chunks) = export(&mut world);
    let interface = Interface::shown_by(&mut world);
    let (ended, kept) = under_way(reading::read(&mut world, &interface));
    assert!(!ended.is_empty());
    reinstall(&mut world);
    restore(&mut world, &chunks);
    delete(&mut world, exporting);
    let after = reading::read(&mut world, &interface);
    assert_same(&kept, &after, CHANGED);
    assert_same(&ended, &after, ENDED);
    // It goes on by itself.
    let tasks = world.list(None, 500).tasks;
    let interval = tasks.iter().find(|task| task.name == "interval");
    let id = interval.expect("restored").id;
    let before = world.executions(id).len();
    world.pass(3_600);
    assert_eq!(world.executions(id).len(), before + 6);
    check_store(&mut world);
}
