mod added;

use std::fs;
use std::sync::Arc;

use super::{FORMAT_VERSION, RequestRecord, STATE_FILE, Store, StoreError, migrate, tables};
use crate::PAGE_BYTES;
use crate::{CanisterDelta, Delta, MemoryDelta, MessageId, Principal, canister_id_from_counter};

fn page(first: u8) -> Box<[u8]> {
    let mut page = vec![0; PAGE_BYTES].into_boxed_slice();
    page[0] = first;
    page
}

fn full_page() -> Box<[u8]> {
    (0..PAGE_BYTES).map(|i| (i % 251) as u8 + 1).collect()
}

fn canister(counter: u64) -> CanisterDelta {
    CanisterDelta {
        id: canister_id_from_counter(counter),
        meta: Some(vec![counter as u8]),
        module: Some(Some(Arc::from([1, 2, 3]))),
        chunks: vec![([7; 32], Some(Arc::from([9])))],
        heap: MemoryDelta {
            reset: false,
            pages: vec![(0, page(1)), (5, full_page())],
        },
        stable: MemoryDelta {
            reset: false,
            pages: vec![(u64::MAX, page(2))],
        },
    }
}

fn delta(canisters: Vec<CanisterDelta>) -> Delta {
    Delta {
        replica: Some(vec![42]),
        canisters,
        ..Delta::default()
    }
}

fn unchanged(counter: u64) -> CanisterDelta {
    CanisterDelta {
        meta: None,
        module: None,
        chunks: Vec::new(),
        heap: MemoryDelta::default(),
        stable: MemoryDelta::default(),
        ..canister(counter)
    }
}

#[test]
fn should_give_back_what_was_committed_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    assert!(store.load().unwrap().is_none());
    store
        .commit(&delta(vec![canister(1), canister(2)]), &[])
        .unwrap();
    drop(store);

    let snapshot = Store::open(directory.path())
        .unwrap()
        .load()
        .unwrap()
        .unwrap();

    assert_eq!(snapshot.replica, [42]);
    assert_eq!(snapshot.canisters.len(), 2);
    let first = &snapshot.canisters[0];
    assert_eq!(first.id, canister_id_from_counter(1));
    assert_eq!(first.meta, [1]);
    assert_eq!(first.module.as_deref(), Some([1, 2, 3].as_slice()));
    assert_eq!(first.chunks, [([7; 32], Arc::from([9]))]);
    assert_eq!(pages(&first.heap), [(0, page(1)), (5, full_page())]);
    assert_eq!(pages(&first.stable), [(u64::MAX, page(2))]);
}

#[test]
fn should_void_the_pages_of_a_memory_that_was_reset_and_of_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    store
        .commit(&delta(vec![canister(1), canister(2)]), &[])
        .unwrap();

    let mut change = unchanged(1);
    change.heap = MemoryDelta {
        reset: true,
        pages: vec![(9, page(3))],
    };
    change.module = Some(None);
    change.chunks = vec![([7; 32], None)];
    store.commit(&delta(vec![change]), &[]).unwrap();

    let snapshot = store.load().unwrap().unwrap();
    assert_eq!(pages(&snapshot.canisters[0].heap), [(9, page(3))]);
    assert_eq!(pages(&snapshot.canisters[0].stable), [(u64::MAX, page(2))]);
    assert_eq!(snapshot.canisters[0].module, None);
    assert!(snapshot.canisters[0].chunks.is_empty());
    assert_eq!(snapshot.canisters[1].heap.len(), 2);
    assert_eq!(snapshot.canisters[1].chunks.len(), 1);
}

#[test]
fn should_forget_a_page_that_became_zero() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    store.commit(&delta(vec![canister(1)]), &[]).unwrap();
    let mut change = unchanged(1);
    change.heap.pages = vec![(0, page(0))];
    store.commit(&delta(vec![change]), &[]).unwrap();
    let snapshot = store.load().unwrap().unwrap();
    assert_eq!(pages(&snapshot.canisters[0].heap), [(5, full_page())]);
}

#[test]
fn should_delete_every_row_of_a_deleted_canister() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    store
        .commit(&delta(vec![canister(1), canister(2)]), &[])
        .unwrap();
    let mut deletion = delta(Vec::new());
    deletion.deleted = vec![canister_id_from_counter(1)];
    store.commit(&deletion, &[]).unwrap();
    // What comes under the same id later must not find old rows.
    store
        .commit(
            &delta(vec![CanisterDelta {
                meta: Some(vec![8]),
                ..unchanged(1)
            }]),
            &[],
        )
        .unwrap();

    let canisters = store.load().unwrap().unwrap().canisters;
    assert_eq!(canisters[0].meta, [8]);
    assert_eq!(canisters[0].module, None);
    assert!(canisters[0].chunks.is_empty());
    assert!(canisters[0].heap.is_empty() && canisters[0].stable.is_empty());
    assert_eq!(canisters[1].heap.len(), 2);
}

#[test]
fn should_keep_a_request_as_long_as_its_status() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    let id = MessageId([3; 32]);
    let record = RequestRecord {
        sender: Principal::anonymous(),
        canister_id: canister_id_from_counter(1),
    };
    let mut change = delta(Vec::new());
    change.ingress = vec![(id, Some(vec![1]))];
    store.commit(&change, &[(id, record.clone())]).unwrap();
    assert_eq!(store.load().unwrap().unwrap().ingress, [(id, vec![1])]);
    assert_eq!(store.requests().unwrap(), [(id, record)]);

    change.ingress = vec![(id, None)];
    store.commit(&change, &[]).unwrap();
    assert!(store.load().unwrap().unwrap().ingress.is_empty());
    assert!(store.requests().unwrap().is_empty());
}

#[test]
fn should_keep_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    assert_eq!(store.key("a").unwrap(), None);
    store.put_key("a", &[1, 2]).unwrap();
    drop(store);
    let store = Store::open(directory.path()).unwrap();
    assert_eq!(store.key("a").unwrap(), Some(vec![1, 2]));
}

#[test]
fn should_name_the_owner_of_a_locked_directory() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let error = Store::open(directory.path()).unwrap_err();
    let own = std::process::id();
    assert!(matches!(error, StoreError::Locked { pid: Some(pid), .. } if pid == own));
    assert!(error.to_string().contains(&format!("process {own}")));
    drop(store);
    assert!(Store::open(directory.path()).is_ok());
}

#[test]
fn should_refuse_a_file_of_another_version_or_kind() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let write = store.database.begin_write().unwrap();
    let row = tables::format_row(99);
    write
        .open_table(tables::META)
        .unwrap()
        .insert(tables::FORMAT, row.as_slice())
        .unwrap();
    write.commit().unwrap();
    drop(store);
    let error = Store::open(directory.path()).unwrap_err();
    assert!(matches!(
        error,
        StoreError::UnsupportedVersion {
            found: 99,
            supported: FORMAT_VERSION,
            ..
        }
    ));

    let other = tempfile::tempdir().unwrap();
    drop(redb::Database::create(other.path().join(STATE_FILE)).unwrap());
    let error = Store::open(other.path()).unwrap_err();
    assert!(matches!(error, StoreError::NotAState { .. }), "{error}");

    fs::write(other.path().join(STATE_FILE), b"no database at all").unwrap();
    let error = Store::open(other.path()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupted { .. }), "{error}");
}

/// A store with enough pages that a damaged byte may hit any kind of them.
fn written() -> (tempfile::TempDir, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    for counter in 0..8 {
        let mut change = canister(counter);
        change.heap.pages = (0..40).map(|index| (index, full_page())).collect();
        store.commit(&delta(vec![change]), &[]).unwrap();
    }
    drop(store);
    let bytes = fs::read(directory.path().join(STATE_FILE)).unwrap();
    (directory, bytes)
}

#[test]
fn should_report_damage_anywhere_in_the_file_or_not_be_affected_by_it() {
    let (directory, sound) = written();
    let path = directory.path().join(STATE_FILE);
    let expected = Store::open(directory.path()).unwrap().load().unwrap();
    let mut reported = 0;
    for start in (0..sound.len()).step_by(sound.len() / 60) {
        let mut bytes = sound.clone();
        let end = bytes.len().min(start + 64);
        bytes[start..end].iter_mut().for_each(|byte| *byte ^= 0xa5);
        fs::write(&path, &bytes).unwrap();
        match Store::open(directory.path()) {
            Err(_) => reported += 1,
            // The damage is in a free page; what is served must be the state itself.
            Ok(store) => assert_eq!(store.load().unwrap(), expected, "at {start}"),
        }
        if let Ok(store) = Store::open(directory.path()) {
            assert_eq!(store.load().unwrap(), expected, "second start, at {start}");
        }
    }
    assert!(reported > 10, "only {reported} of 60 damages were reported");
}

#[test]
fn should_report_a_file_that_was_cut() {
    let (directory, sound) = written();
    for length in [1, 100, 4096, sound.len() / 2, sound.len() - 1] {
        fs::write(directory.path().join(STATE_FILE), &sound[..length]).unwrap();
        assert!(Store::open(directory.path()).is_err(), "cut to {length}");
    }
}

/// Pages as they are in a memory.
fn pages(stored: &crate::MemoryPages) -> Vec<(u64, Box<[u8]>)> {
    let unpacked = |bytes: &[u8]| crate::memory::unpack(bytes).unwrap();
    let pages = stored.iter();
    pages
        .map(|(index, bytes)| (*index, unpacked(bytes) as Box<[u8]>))
        .collect()
}

#[test]
fn should_take_over_a_file_of_version_1() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    store.commit(&delta(vec![unchanged(1)]), &[]).unwrap();
    let write = store.database.begin_write().unwrap();
    let id = canister_id_from_counter(1);
    let key = |index: u64| (id.as_slice(), index);
    {
        let mut meta = write.open_table(tables::META).unwrap();
        let row = tables::format_row(1);
        meta.insert(tables::FORMAT, row.as_slice()).unwrap();
        meta.remove(tables::COMMITS).unwrap();
        let mut canisters = write.open_table(tables::CANISTERS).unwrap();
        canisters.insert(id.as_slice(), [1].as_slice()).unwrap();
        let mut heap = write.open_table(migrate::HEAP_PAGES_1).unwrap();
        heap.insert(key(3), [5].as_slice()).unwrap();
        let mut stable = write.open_table(migrate::STABLE_PAGES_1).unwrap();
        stable.insert(key(9), &full_page()[..]).unwrap();
    }
    write.delete_table(tables::HEAP).unwrap();
    write.delete_table(tables::STABLE).unwrap();
    write.commit().unwrap();
    drop(store);
    fs::remove_file(directory.path().join("commits")).unwrap();

    for _ in 0..2 {
        let store = Store::open(directory.path()).unwrap();
        let canister = &store.load().unwrap().unwrap().canisters[0];
        assert_eq!(pages(&canister.heap), [(3, page(5))]);
        assert_eq!(pages(&canister.stable), [(9, full_page())]);
    }
}
