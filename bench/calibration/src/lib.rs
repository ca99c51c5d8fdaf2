//! Benchmarks of `ic-stable-structures` 0.7.2 whose figures its repository publishes, made again: the
//! same maps, the same keys and values from the same seed, the same number of them.
//!
//! Each method runs one benchmark in an empty canister and replies with the instructions of its
//! measured part, as `performance_counter(0)` tells them, in eight bytes, little-endian.

use ic_principal::Principal;
use ic_stable_structures::memory_manager::{MemoryId, MemoryManager};
use ic_stable_structures::storable::{Blob, Storable};
use ic_stable_structures::{BTreeMap, DefaultMemoryImpl, Memory, Vec as StableVec};
use tiny_rng::{Rand, Rng};

#[link(wasm_import_module = "ic0")]
extern "C" {
    fn msg_reply();
    fn msg_reply_data_append(source: usize, bytes: usize);
    fn performance_counter(counter: u32) -> u64;
}

/// Keys and values: how each is drawn.
const ITEMS: usize = 10_000;

fn instructions() -> u64 {
    // SAFETY: it takes a number and returns one.
    unsafe { performance_counter(0) }
}

fn reply(number: u64) {
    let bytes = number.to_le_bytes();
    // SAFETY: the bytes are there during the call, which copies them.
    unsafe {
        msg_reply_data_append(bytes.as_ptr() as usize, bytes.len());
        msg_reply();
    }
}

/// Measures what `work` takes.
fn measure(work: impl FnOnce()) -> u64 {
    let before = instructions();
    work();
    instructions() - before
}

/// A key or a value that can be drawn.
trait Drawn: Storable + Clone {
    fn draw(random: &mut Rng) -> Self;
}

impl Drawn for u64 {
    fn draw(random: &mut Rng) -> Self {
        random.rand_u64()
    }
}

impl Drawn for () {
    fn draw(_: &mut Rng) -> Self {}
}

impl<const N: usize> Drawn for Blob<N> {
    fn draw(random: &mut Rng) -> Self {
        let bytes = draw_bytes(random, N as u32);
        Blob::try_from(bytes.as_slice()).expect("it is short enough")
    }
}

impl Drawn for Principal {
    fn draw(random: &mut Rng) -> Self {
        let size = 1 + random.rand_u32() % (Principal::MAX_LENGTH_IN_BYTES as u32 - 1);
        let bytes: Vec<u8> = (0..size).map(|_| random.rand_u8()).collect();
        Principal::from_slice(&bytes)
    }
}

fn draw_bytes(random: &mut Rng, bound: u32) -> Vec<u8> {
    let size = random.rand_u32() % bound;
    (0..size).map(|_| random.rand_u8()).collect()
}

fn items<K: Drawn, V: Drawn>() -> Vec<(K, V)> {
    let mut random = Rng::from_seed(0);
    (0..ITEMS)
        .map(|_| {
            let key = K::draw(&mut random);
            (key, V::draw(&mut random))
        })
        .collect()
}

fn insert<K: Drawn + Ord, V: Drawn>(memory: impl Memory) -> u64 {
    let mut map = BTreeMap::new(memory);
    let items = items::<K, V>();
    measure(|| {
        for (key, value) in items {
            map.insert(key, value);
        }
    })
}

/// A map with all items, and their keys in the order of insertion.
fn filled<K: Drawn + Ord, V: Drawn, M: Memory>(memory: M) -> (BTreeMap<K, V, M>, Vec<K>) {
    let mut map = BTreeMap::new(memory);
    let items = items::<K, V>();
    for (key, value) in items.clone() {
        map.insert(key, value);
    }
    (map, items.into_iter().map(|(key, _)| key).collect())
}

fn get<K: Drawn + Ord, V: Drawn>(memory: impl Memory) -> u64 {
    let (map, keys) = filled::<K, V, _>(memory);
    measure(|| {
        for key in keys {
            map.get(&key);
        }
    })
}

fn remove<K: Drawn + Ord, V: Drawn>(memory: impl Memory) -> u64 {
    let (mut map, keys) = filled::<K, V, _>(memory);
    measure(|| {
        for key in keys {
            map.remove(&key);
        }
    })
}

fn vec_get<T: Drawn>() -> u64 {
    let vec = StableVec::new(DefaultMemoryImpl::default());
    let mut random = Rng::from_seed(0);
    for _ in 0..ITEMS {
        vec.push(&T::draw(&mut random));
    }
    measure(|| {
        for index in 0..ITEMS {
            vec.get(index as u64);
        }
    })
}

fn managed() -> impl Memory {
    MemoryManager::init(DefaultMemoryImpl::default()).get(MemoryId::new(42))
}

macro_rules! benchmarks {
    ($($export:literal $name:ident: $work:expr;)*) => {
        $(
            #[export_name = concat!("canister_update ", $export)]
            extern "C" fn $name() {
                reply($work);
            }
        )*
    };
}

benchmarks! {
    "btreemap_v2_insert_u64_u64" insert_u64: insert::<u64, u64>(DefaultMemoryImpl::default());
    "btreemap_v2_insert_blob_32_128" insert_blob: insert::<Blob<32>, Blob<128>>(DefaultMemoryImpl::default());
    "btreemap_v2_insert_blob_1024_128" insert_large: insert::<Blob<1024>, Blob<128>>(DefaultMemoryImpl::default());
    "btreemap_v2_insert_principal" insert_principal: insert::<Principal, ()>(DefaultMemoryImpl::default());
    "btreemap_v2_mem_manager_insert_u64_u64" insert_managed: insert::<u64, u64>(managed());
    "btreemap_v2_get_u64_u64" get_u64: get::<u64, u64>(DefaultMemoryImpl::default());
    "btreemap_v2_get_blob_32_128" get_blob: get::<Blob<32>, Blob<128>>(DefaultMemoryImpl::default());
    "btreemap_v2_get_blob_1024_128" get_large: get::<Blob<1024>, Blob<128>>(DefaultMemoryImpl::default());
    "btreemap_v2_get_principal" get_principal: get::<Principal, ()>(DefaultMemoryImpl::default());
    "btreemap_v2_mem_manager_get_u64_u64" get_managed: get::<u64, u64>(managed());
    "btreemap_v2_remove_u64_u64" remove_u64: remove::<u64, u64>(DefaultMemoryImpl::default());
    "btreemap_v2_remove_blob_32_128" remove_blob: remove::<Blob<32>, Blob<128>>(DefaultMemoryImpl::default());
    "btreemap_v2_remove_blob_1024_128" remove_large: remove::<Blob<1024>, Blob<128>>(DefaultMemoryImpl::default());
    "btreemap_v2_remove_principal" remove_principal: remove::<Principal, ()>(DefaultMemoryImpl::default());
    "btreemap_v2_mem_manager_remove_u64_u64" remove_managed: remove::<u64, u64>(managed());
    "vec_get_blob_4" vec_get_4: vec_get::<Blob<4>>();
    "vec_get_blob_32" vec_get_32: vec_get::<Blob<32>>();
    "vec_get_blob_128" vec_get_128: vec_get::<Blob<128>>();
}
