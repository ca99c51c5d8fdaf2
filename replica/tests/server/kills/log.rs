//! The log: a canister that keeps entries in stable memory, and their number in its heap as well,
//! so that a state of which one part is older than the other shows.

use std::collections::BTreeMap;

/// Bytes of an entry: a client and a number, both of 64 bits.
const ENTRY_BYTES: usize = 16;
/// Bytes before the entries in what `log` returns: the number of entries in the heap, the same in
/// stable memory, and 8 that are not used.
const HEAD_BYTES: usize = 24;

const MODULE: &str = r#"(module
    (import "ic0" "msg_arg_data_copy" (func $arg (param i32 i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "msg_reply_data_append" (func $answer (param i32 i32)))
    (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
    (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
    (import "ic0" "stable64_read" (func $read (param i64 i64 i64)))
    (memory 48)
    (func (export "canister_init") (drop (call $grow (i64.const 64))))
    (func (export "canister_post_upgrade")
        (call $read (i64.const 0) (i64.const 0) (i64.const 8)))
    (func (export "canister_update append")
        (call $arg (i32.const 16) (i32.const 0) (i32.const 16))
        (call $write
            (i64.add (i64.const 16) (i64.mul (i64.const 16) (i64.load (i32.const 0))))
            (i64.const 16)
            (i64.const 16))
        (call $answer (i32.const 0) (i32.const 8))
        (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
        (call $write (i64.const 0) (i64.const 0) (i64.const 8))
        (call $reply))
    (func (export "canister_query log") (local $bytes i64)
        (local.set $bytes
            (i64.add (i64.const 16) (i64.mul (i64.const 16) (i64.load (i32.const 0)))))
        (call $read (i64.const 1024) (i64.const 0) (local.get $bytes))
        (call $answer (i32.const 0) (i32.const 8))
        (call $answer (i32.const 1024) (i32.wrap_i64 (local.get $bytes)))
        (call $reply))
    (@custom "icp:public edition" "EDITION"))"#;

/// The module in one of two editions, which differ in their hash only.
pub fn module(is_second: bool) -> Vec<u8> {
    let edition = if is_second { "second" } else { "first" };
    wat::parse_str(MODULE.replace("EDITION", edition)).unwrap()
}

/// An entry as `append` takes it.
pub fn entry(client: u8, number: u64) -> Vec<u8> {
    [u64::from(client).to_le_bytes(), number.to_le_bytes()].concat()
}

/// Where `append` says that it has put the entry.
pub fn index(reply: &[u8]) -> u64 {
    u64::from_le_bytes(reply.try_into().unwrap())
}

/// An entry that a client knows to be there.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledged {
    pub client: u8,
    pub number: u64,
    pub index: u64,
}

/// The log as `log` shows it.
pub struct Log(Vec<(u64, u64)>);

impl Log {
    pub fn read(reply: &[u8]) -> Self {
        let (head, entries) = reply.split_at(HEAD_BYTES);
        let (in_heap, in_stable) = (index(&head[..8]), index(&head[8..16]));
        assert_eq!(
            in_heap, in_stable,
            "heap and stable memory are of different times"
        );
        let entries = entries.chunks_exact(ENTRY_BYTES);
        let entries = entries.map(|entry| (index(&entry[..8]), index(&entry[8..])));
        Self(entries.collect())
    }

    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Every acknowledged entry is where it was said to be, and each client's entries are there
    /// once and in their order.
    pub fn check(&self, acknowledged: &[Acknowledged]) {
        for entry in acknowledged {
            let found = self.0.get(usize::try_from(entry.index).unwrap());
            let expected = (u64::from(entry.client), entry.number);
            assert_eq!(found, Some(&expected), "{entry:?} of {}", self.0.len());
        }
        let mut next = BTreeMap::new();
        for (index, (client, number)) in self.0.iter().enumerate() {
            let expected = next.entry(client).or_insert(0);
            assert_eq!(number, expected, "client {client} at {index}");
            *expected += 1;
        }
    }
}
