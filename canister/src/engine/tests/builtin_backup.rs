//! Writing backups.

use chime_types::{
    Backup, BackupRequest, ClaimJobsRequest, CreateBackupTaskRequest, GetBackupChunkRequest,
    PageRequest, PutSecretRequest, UploadBackupChunkRequest,
};

use super::builtin_cleanup::{on_request, register, result, run_built_in, slice, work};
use super::*;

pub(super) fn backup(keep: Option<u32>) -> CreateTaskRequest {
    on_request(Action::Backup {
        keep,
        all_owners: None,
    })
}

pub(super) fn backups(world: &World, caller: Caller) -> Vec<Backup> {
    let request = PageRequest {
        cursor: None,
        limit: None,
    };
    let page = service::list_backups(&world.state, caller, &request);
    page.unwrap().backups
}

/// Makes a backup of the owner's tasks.
pub(super) fn make_backup(world: &mut World) -> Backup {
    let writer = world.create(backup(None));
    let (execution, _) = run_built_in(world, writer.id);
    let id = result(&execution)["backup_id"].as_u64().unwrap();
    let all = backups(world, owner());
    all.into_iter().find(|backup| backup.id == id).unwrap()
}

/// The chunks of a backup, as its owner downloads them.
pub(super) fn download(world: &World, caller: Caller, backup: &Backup) -> Vec<Vec<u8>> {
    let chunk = |index| {
        let backup_id = backup.id;
        let request = GetBackupChunkRequest { backup_id, index };
        let chunk = service::get_backup_chunk(&world.state, caller, &request);
        chunk.unwrap().data
    };
    (0..backup.chunks).map(chunk).collect()
}

/// Uploads chunks.
pub(super) fn upload(
    world: &mut World,
    caller: Caller,
    chunks: &[Vec<u8>],
) -> Result<Backup, chime_types::Error> {
    let mut uploaded = None;
    for (index, data) in chunks.iter().enumerate() {
        let request = UploadBackupChunkRequest {
            backup_id: uploaded.as_ref().map(|backup: &Backup| backup.id),
            index: u32::try_from(index).unwrap(),
            data: data.clone(),
            last: index + 1 == chunks.len(),
        };
        let answer = service::upload_backup_chunk(&mut world.state, caller, world.now, request)?;
        uploaded = Some(answer);
    }
    Ok(uploaded.unwrap())
}

/// A world with a task of every kind, some of whose executions are under way.
pub(super) fn busy_world() -> (World, Vec<Task>) {
    let mut world = World::new();
    let weekly = CreateTaskRequest {
        idempotency_key: Some("weekly".to_string()),
        retry: Some(retries(0, 1)),
        ..task(every(7 * 86_400))
    };
    let done = world.create(weekly);
    for fails in [false, true, false] {
        world.run_now(done.id);
        let start = world.run_one();
        world.pass(3);
        if fails {
            world.fail(&start);
        } else {
            world.succeed(&start);
        }
    }
    let paused = world.create(CreateTaskRequest {
        disabled: Some(true),
        ..task(every(60))
    });
    let once = world.create(task(now_once()));
    let start = world.run_one();
    world.succeed(&start);
    let jobs = world.create(CreateTaskRequest {
        steps: vec![NewStep::new(Action::Command {
            command: "true".to_string(),
            queue: None,
        })],
        ..task(every(86_400))
    });
    let running = world.create(CreateTaskRequest {
        maximum_concurrent: Some(1),
        ..task(every(86_400))
    });
    world.run_now(jobs.id);
    world.run_now(running.id);
    world.run_now(running.id);
    world.run();
    (world, vec![done, paused, once, jobs, running])
}

#[test]
fn should_write_a_daily_backup_by_the_template_and_keep_so_many() {
    let mut world = World::new();
    with_one_run(&mut world);
    let request = CreateBackupTaskRequest {
        hour: 3,
        description: "nightly".to_string(),
        timezone: None,
        keep: Some(2),
    };
    let state = &mut world.state;
    let made = service::create_backup_task(state, owner(), START, request).unwrap();
    for day in 1..=4 {
        world.pass(86_400);
        assert!(
            work(&mut world) >= 3,
            "one slice for each task, and the end"
        );
        let all = backups(&world, owner());
        assert_eq!(all.len(), day.min(2));
        let last = all.last().unwrap();
        assert_eq!(last.task_id, Some(made.id));
        assert_eq!((last.tasks, last.completed_at.is_some()), (2, true));
        assert_eq!(last.executions, 1 + day as u64, "its own runs too");
        assert_eq!(last.sha256.len(), 64);
    }
}

fn with_one_run(world: &mut World) {
    let made = world.create(task(NewSchedule {
        disabled: Some(true),
        ..every(60)
    }));
    world.run_now(made.id);
    let start = world.run_one();
    world.succeed(&start);
}

#[test]
fn should_remove_what_an_interrupted_run_began() {
    let mut world = World::new();
    let writer = world.create(backup(None));
    let id = world.run_now(writer.id).id;
    let start = world.run_one();
    slice(&mut world, &start);
    let begun = backups(&world, owner());
    assert_eq!((begun.len(), begun[0].completed_at), (1, None));
    let id = crate::state::keys::ExecutionId(id);
    crate::engine::cancel(&mut world.state, id, world.now, "stop", true);
    run_built_in(&mut world, writer.id);
    let all = backups(&world, owner());
    assert_eq!(all.len(), 1);
    assert!(all[0].id != begun[0].id && all[0].completed_at.is_some());
}

#[test]
fn should_fail_if_its_backup_is_removed_while_it_is_written() {
    let mut world = World::new();
    let writer = world.create(backup(None));
    let id = world.run_now(writer.id).id;
    let start = world.run_one();
    slice(&mut world, &start);
    let begun = backups(&world, owner()).remove(0);
    let request = BackupRequest {
        backup_id: begun.id,
    };
    let state = &mut world.state;
    service::delete_backup(state, owner(), START, request.backup_id).unwrap();
    work(&mut world);
    assert_eq!(world.execution(id).status, ExecutionStatus::Failed);
    assert!(backups(&world, owner()).is_empty());
}

#[test]
fn should_never_hold_a_secret() {
    let mut world = World::new();
    register(&mut world, Role::Admin);
    let secret = PutSecretRequest {
        name: "API_KEY".to_string(),
        secret: "hush-hush-hush".to_string(),
    };
    service::put_secret(&mut world.state, owner(), START, secret).unwrap();
    let as_admin = Caller {
        role: Role::Admin,
        ..owner()
    };
    let request = on_request(Action::Backup {
        keep: None,
        all_owners: Some(true),
    });
    let writer = service::create(&mut world.state, as_admin, START, request).unwrap();
    run_built_in(&mut world, writer.id);
    let made = backups(&world, owner()).remove(0);
    assert!(made.all_owners);
    let chunks = download(&world, as_admin, &made);
    let holds = |text: &[u8]| chunks[0].windows(text.len()).any(|part| part == text);
    assert!(holds(b"chime-backup") && holds(b"maximum_concurrent_per_owner"));
    assert!(!holds(b"hush-hush"));
    let refused = GetBackupChunkRequest {
        backup_id: made.id,
        index: 0,
    };
    service::get_backup_chunk(&world.state, owner(), &refused)
        .expect_err("for admins alone, also if the owner is none any more");
}

#[test]
fn should_be_for_its_owner_and_for_admins() {
    let mut world = World::new();
    let made = make_backup(&mut world);
    let request = GetBackupChunkRequest {
        backup_id: made.id,
        index: 0,
    };
    let see = |caller| service::get_backup_chunk(&world.state, caller, &request);
    assert!(see(owner()).is_ok() && see(admin()).is_ok());
    let error = see(stranger()).unwrap_err();
    assert_eq!(error.kind, chime_types::ErrorKind::NotFound);
    let behind = GetBackupChunkRequest {
        backup_id: made.id,
        index: made.chunks,
    };
    let error = service::get_backup_chunk(&world.state, owner(), &behind).unwrap_err();
    assert_eq!(error.field.as_deref(), Some("index"));
}

/// Claims all that waits for a worker.
pub(super) fn claim(world: &mut World) {
    let request = ClaimJobsRequest {
        worker: "w".to_string(),
        queue: None,
        limit: Some(10),
        lease_seconds: None,
    };
    service::claim_jobs(&mut world.state, owner(), world.now, request).unwrap();
}
