//! Backups of several chunks, carried to a file and back with the connection cut off in between.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use std::cell::Cell;
use std::fs;
use std::path::Path;

use chime::network::{self, Connection, Settings, StateDirectory};
use chime::scheduler::{Patience, Scheduler, Transfer, download, require_completed, upload};
use chime_types::{
    Action, Backup, BackupRequest, CreateTaskRequest, NewSchedule, NewStep, Rule,
    RunTaskNowRequest, UploadBackupChunkRequest, limits,
};

/// So many tasks with so much metadata take more than a chunk, and no more tasks are allowed.
const TASKS: usize = 80;
const METADATA_BYTES: usize = 14_000;

async fn connect(state: &Path) -> (Connection, Scheduler) {
    let settings = Settings::embedded(StateDirectory::new(state.to_path_buf()));
    let connection = network::connect(settings, &|_| ()).await.unwrap();
    let scheduler = connection.scheduler(&|_| ()).await.unwrap();
    (connection, scheduler)
}

fn task(name: &str, action: Action) -> CreateTaskRequest {
    CreateTaskRequest {
        name: name.into(),
        steps: vec![NewStep::new(action)],
        schedules: vec![NewSchedule::new(Rule::Daily {
            hour: 2,
            minute: None,
        })],
        ..CreateTaskRequest::default()
    }
}

/// A backup of more than one chunk.
async fn large_backup(scheduler: &Scheduler) -> Backup {
    let note = || Action::Note { text: "x".into() };
    let requests: Vec<_> = (0..TASKS)
        .map(|number| CreateTaskRequest {
            metadata: Some(number.to_string().repeat(METADATA_BYTES)[..METADATA_BYTES].into()),
            ..task("large", note())
        })
        .collect();
    let made = requests
        .iter()
        .map(|request| scheduler.create_task(request));
    futures::future::try_join_all(made).await.unwrap();
    let action = Action::Backup {
        keep: None,
        all_owners: None,
    };
    let maker = scheduler
        .create_task(&task("backup", action))
        .await
        .unwrap();
    let run = RunTaskNowRequest {
        task_id: maker.id,
        idempotency_key: None,
        scheduled_at: None,
    };
    let run = scheduler.run_task_now(&run).await.unwrap();
    let ended = scheduler
        .wait_for_execution(run.id, Patience::default(), |_| ())
        .await
        .unwrap();
    require_completed(ended).unwrap();
    let backup = scheduler.find_backup("latest").await.unwrap();
    assert!(backup.chunks >= 2, "{} bytes", backup.bytes);
    backup
}

#[tokio::test(flavor = "multi_thread")]
async fn should_go_on_where_a_transfer_was_cut_off() {
    let directory = tempfile::tempdir().unwrap();
    let (connection, scheduler) = connect(&directory.path().join("state")).await;
    let backup = large_backup(&scheduler).await;

    let whole = directory.path().join("whole.backup");
    download(&scheduler, &backup, &whole, |_| ()).await.unwrap();
    let bytes = fs::read(&whole).unwrap();
    assert_eq!(bytes.len() as u64, backup.bytes);

    // Cut off in the second chunk: the first one is not fetched again.
    let part = directory
        .path()
        .join(format!("again.backup.{}.part", &backup.sha256[..8]));
    fs::write(&part, &bytes[..limits::BACKUP_CHUNK_BYTES + 7]).unwrap();
    let again = directory.path().join("again.backup");
    let first = Cell::new(None);
    let told = |transfer: Transfer| first.set(first.get().or(Some(transfer.done)));
    download(&scheduler, &backup, &again, told).await.unwrap();
    assert_eq!(first.get(), Some(limits::BACKUP_CHUNK_BYTES as u64));
    assert!(fs::read(&again).unwrap() == bytes, "it is the same file");
    assert!(!part.exists());

    // What was damaged on the way is noticed and removed.
    let mut damaged = bytes[..limits::BACKUP_CHUNK_BYTES].to_vec();
    damaged[9] ^= 1;
    let part = directory
        .path()
        .join(format!("bad.backup.{}.part", &backup.sha256[..8]));
    fs::write(&part, damaged).unwrap();
    let bad = directory.path().join("bad.backup");
    let error = download(&scheduler, &backup, &bad, |_| ())
        .await
        .unwrap_err();
    assert!(error.rule().contains("checksum"), "{error}");
    assert!(!bad.exists() && !part.exists());

    upload_after_a_cut(&scheduler, &whole, &bytes, &backup).await;
    connection.shutdown().await.unwrap();
}

/// The first chunk is there already: only the others are sent, into the same backup.
async fn upload_after_a_cut(scheduler: &Scheduler, path: &Path, bytes: &[u8], backup: &Backup) {
    let request = BackupRequest {
        backup_id: backup.id,
    };
    scheduler.delete_backup(&request).await.unwrap();
    let begun = scheduler
        .upload_backup_chunk(&UploadBackupChunkRequest {
            backup_id: None,
            index: 0,
            data: bytes[..limits::BACKUP_CHUNK_BYTES].to_vec(),
            last: false,
        })
        .await
        .unwrap();
    let mark = format!(
        "{{\"backup_id\":{},\"sha256\":\"{}\"}}",
        begun.id, backup.sha256
    );
    let mark_path = path.with_file_name("whole.backup.upload");
    fs::write(&mark_path, mark).unwrap();
    let sent = upload(scheduler, path, |_| ()).await.unwrap();
    assert_eq!((sent.id, &sent.sha256), (begun.id, &backup.sha256));
    assert!(!mark_path.exists());
    let again = upload(scheduler, path, |_| ()).await.unwrap();
    assert_eq!(
        again.id, sent.id,
        "what the scheduler has is not sent again"
    );
}
