//! Uploads that are damaged, out of order or too large.

use chime_types::{Backup, Error, UploadBackupChunkRequest};

use super::builtin_backup::{backups, busy_world, download, make_backup, upload};
use super::builtin_restore::restore;
use super::*;

/// A backup of more than one chunk: results are kept three times.
fn large_world() -> (World, Task) {
    let mut world = World::new();
    let made = world.create(task(every(1_000_000)));
    for _ in 0..30 {
        world.run_now(made.id);
        let start = world.run_one();
        let outcome = Outcome::Completed {
            result: "x".repeat(limits::MAXIMUM_RESULT_BYTES),
            log: None,
        };
        assert!(world.finish(&start, &outcome));
    }
    (world, made)
}

fn put(
    world: &mut World,
    backup_id: Option<u64>,
    index: u32,
    data: Vec<u8>,
    last: bool,
) -> Result<Backup, Error> {
    let request = UploadBackupChunkRequest {
        backup_id,
        index,
        data,
        last,
    };
    service::upload_backup_chunk(&mut world.state, owner(), world.now, request)
}

#[test]
fn should_take_chunks_of_any_size_and_restore_across_them() {
    let (mut world, task) = large_world();
    let made = make_backup(&mut world);
    assert!(made.chunks >= 2, "{made:?}");
    let chunks = download(&world, owner(), &made);
    assert!(chunks[0].len() == limits::BACKUP_CHUNK_BYTES);
    let whole = chunks.concat();
    assert_eq!(whole.len() as u64, made.bytes);
    for size in [100_003, 777_777, limits::BACKUP_CHUNK_BYTES] {
        let mut other = World::new();
        other.now = world.now;
        let parts: Vec<Vec<u8>> = whole.chunks(size).map(<[u8]>::to_vec).collect();
        let uploaded = upload(&mut other, owner(), &parts).unwrap();
        let is_the_same = uploaded.sha256 == made.sha256;
        assert_eq!(is_the_same, size == limits::BACKUP_CHUNK_BYTES);
        let answer = restore(&mut other, owner(), &uploaded, false).unwrap();
        assert_eq!((answer.tasks, answer.executions), (2, 31));
        assert_eq!(other.get(task.id), world.get(task.id));
    }
}

#[test]
fn should_refuse_what_is_damaged() {
    let (mut world, _) = busy_world();
    let made = make_backup(&mut world);
    let whole = download(&world, owner(), &made).concat();
    let step = whole.len() / 40;
    for at in (0..whole.len()).step_by(step) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        let error = put(&mut world, None, 0, damaged, true).unwrap_err();
        assert!(error.rule.contains("damaged"), "byte {at}: {error}");
    }
    let mut longer = whole.clone();
    longer.push(0x40);
    for bytes in [
        whole[..whole.len() - 1].to_vec(),
        longer,
        b"no backup".to_vec(),
    ] {
        let error = put(&mut world, None, 0, bytes, true).unwrap_err();
        assert!(error.rule.contains("damaged"), "{error}");
    }
    assert_eq!(backups(&world, owner()).len(), 1, "nothing of it is kept");
}

#[test]
fn should_refuse_chunks_out_of_order_or_too_large() {
    let (mut world, _) = busy_world();
    let made = make_backup(&mut world);
    let whole = download(&world, owner(), &made).concat();
    let (first, second) = whole.split_at(whole.len() / 2);
    let rows = [
        (None, 1, first.to_vec(), "index"),
        (None, 0, Vec::new(), "data"),
        (None, 0, vec![0; limits::BACKUP_CHUNK_BYTES + 1], "data"),
        (Some(made.id), 1, first.to_vec(), "backup_id"),
        (Some(999), 0, first.to_vec(), "backup_id"),
    ];
    for (id, index, data, field) in rows {
        let error = put(&mut world, id, index, data, false).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{error}");
    }
    let begun = put(&mut world, None, 0, first.to_vec(), false).unwrap();
    assert_eq!(begun.completed_at, None);
    for index in [0, 2] {
        let error = put(&mut world, Some(begun.id), index, second.to_vec(), true).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("index"), "{error}");
    }
    let error = restore(&mut world, owner(), &begun, false).unwrap_err();
    assert_eq!(
        error.kind,
        chime_types::ErrorKind::Conflict,
        "it is not complete"
    );
    let done = put(&mut world, Some(begun.id), 1, second.to_vec(), true).unwrap();
    assert_eq!(done.completed_at, Some(world.now));
    let error = put(&mut world, Some(done.id), 2, second.to_vec(), true).unwrap_err();
    assert_eq!(error.kind, chime_types::ErrorKind::Conflict);
}

#[test]
fn should_limit_the_backups_of_an_owner() {
    let mut world = World::new();
    let made = make_backup(&mut world);
    let chunk = download(&world, owner(), &made).concat();
    for _ in 1..limits::MAXIMUM_BACKUPS {
        put(&mut world, None, 0, chunk.clone(), true).unwrap();
    }
    let error = put(&mut world, None, 0, chunk, true).unwrap_err();
    assert_eq!(error.kind, chime_types::ErrorKind::LimitExceeded);
}
