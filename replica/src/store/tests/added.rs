//! What version 2 of the file added, and how a file of version 1 becomes one.

use std::sync::Arc;

use redb::{ReadableDatabase, ReadableTableMetadata};

use super::{canister, delta, page, pages};
use crate::store::{FORMAT_VERSION, Store, tables};
use crate::{
    Delta, ImageDelta, LogDelta, LogLines, MemoryDelta, Principal, canister_id_from_counter,
};

fn logs(counter: u64, first: u64, indices: &[u64]) -> LogDelta {
    let line = |index: &u64| (*index, vec![*index as u8; 3]);
    LogDelta {
        canister: canister_id_from_counter(counter),
        first,
        lines: indices.iter().map(line).collect(),
    }
}

fn stored_logs(store: &Store) -> Vec<(Principal, LogLines)> {
    store.load().unwrap().unwrap().logs
}

#[test]
fn should_keep_the_lines_of_logs_and_delete_the_oldest() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    let mut change = delta(vec![canister(1), canister(2)]);
    change.logs = vec![logs(1, 0, &[0, 1, 2]), logs(2, 0, &[0])];
    store.commit(&change, &[]).unwrap();
    let change = Delta {
        logs: vec![logs(1, 2, &[3])],
        ..Delta::default()
    };
    store.commit(&change, &[]).unwrap();
    drop(store);
    let mut store = Store::open(directory.path()).unwrap();
    let (first, second) = (logs(1, 0, &[2, 3]), logs(2, 0, &[0]));
    assert_eq!(
        stored_logs(&store),
        [
            (first.canister, first.lines.clone()),
            (second.canister, second.lines)
        ]
    );
    let change = Delta {
        deleted: vec![canister_id_from_counter(2)],
        ..Delta::default()
    };
    store.commit(&change, &[]).unwrap();
    assert_eq!(stored_logs(&store), [(first.canister, first.lines)]);
}

fn image(number: u8, heap: MemoryDelta) -> ImageDelta {
    ImageDelta {
        id: [number; 18],
        meta: Some(vec![number]),
        module: Some(Arc::from([number; 3])),
        chunks: vec![([number; 32], Arc::from([9]))],
        heap,
        stable: MemoryDelta {
            reset: false,
            pages: vec![(7, page(number))],
        },
    }
}

fn heap(reset: bool, pages: &[u64]) -> MemoryDelta {
    let pages = pages.iter().map(|index| (*index, page(*index as u8 + 1)));
    MemoryDelta {
        reset,
        pages: pages.collect(),
    }
}

#[test]
fn should_keep_snapshots_of_canisters_and_delete_every_row_of_them() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    let mut change = delta(vec![canister(1)]);
    change.images = vec![image(1, heap(false, &[0, 3])), image(2, heap(false, &[1]))];
    store.commit(&change, &[]).unwrap();
    let change = Delta {
        images: vec![ImageDelta {
            meta: None,
            module: None,
            chunks: vec![([5; 32], Arc::from([5]))],
            ..image(1, heap(true, &[4]))
        }],
        deleted_images: vec![[2; 18]],
        ..Delta::default()
    };
    store.commit(&change, &[]).unwrap();
    drop(store);
    let store = Store::open(directory.path()).unwrap();
    let images = store.load().unwrap().unwrap().images;
    let [stored] = images.as_slice() else {
        panic!("one snapshot is left");
    };
    assert_eq!((stored.id, stored.meta.as_slice()), ([1; 18], &[1][..]));
    assert_eq!(&stored.module[..], [1; 3]);
    assert_eq!(stored.chunks.len(), 2);
    assert_eq!(pages(&stored.heap), [(4, page(5))]);
    assert_eq!(pages(&stored.stable), [(7, page(1))]);
    let read = store.database.begin_read().unwrap();
    for table in [tables::IMAGE_HEAP, tables::IMAGE_STABLE] {
        assert_eq!(read.open_table(table).unwrap().len().unwrap(), 1);
    }
    let chunks = read.open_table(tables::IMAGE_CHUNKS).unwrap();
    assert_eq!(chunks.len().unwrap(), 2);
}

#[test]
fn should_open_a_file_of_version_1_and_make_it_one_of_this_version() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path()).unwrap();
    store.commit(&delta(vec![canister(1)]), &[]).unwrap();
    let write = store.database.begin_write().unwrap();
    write.delete_table(tables::LOGS).unwrap();
    write.delete_table(tables::IMAGES).unwrap();
    write
        .open_table(tables::META)
        .unwrap()
        .insert(tables::FORMAT, tables::format_row(1).as_slice())
        .unwrap();
    write.commit().unwrap();
    drop(store);

    let mut store = Store::open(directory.path()).unwrap();
    assert_eq!(store.load().unwrap().unwrap().canisters.len(), 1);
    let change = Delta {
        logs: vec![logs(1, 0, &[0])],
        ..Delta::default()
    };
    store.commit(&change, &[]).unwrap();
    assert_eq!(stored_logs(&store).len(), 1);
    drop(store);
    let database = redb::Database::open(directory.path().join(super::STATE_FILE)).unwrap();
    let path = directory.path();
    assert_eq!(
        crate::store::check_format(&database, path).unwrap(),
        FORMAT_VERSION
    );
}
