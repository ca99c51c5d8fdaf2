//! The golden image: the stable memory that the first release left behind, and what it is about.
//! `canister/tests/released/README.md` tells its story, `examples/golden_image.rs` makes it.

use std::io::{Read, Write};
use std::path::PathBuf;

use candid::Principal;
use chime_replica::{Replica, ReplicaConfig};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::{Network, Sender, World, direct::Direct};

/// When the story begins: 2026-01-01T00:00:00Z, a Thursday, in nanoseconds.
pub const BEGIN_AT: u64 = 1_767_225_600_000_000_000;
/// When the image was taken, in seconds since the beginning.
pub const TAKEN_AFTER_SECONDS: u64 = 3_750;
/// The idempotency key of the first task of each owner.
pub const KEY: &str = "first";

/// Canisters that the story may need; the last one does not exist yet when the image is taken.
const CANISTERS: u64 = 20;

/// An instant of the story, in nanoseconds.
#[must_use]
pub const fn at(seconds: u64) -> u64 {
    BEGIN_AT + seconds * 1_000_000_000
}

/// A network at an instant of the story.
#[must_use]
pub fn network_at(seconds: u64) -> Replica {
    Replica::new(ReplicaConfig {
        start_time_ns: at(seconds),
        ..ReplicaConfig::default()
    })
}

/// The canister that a call of the story fails to reach, and that is there later.
#[must_use]
pub fn late_canister() -> Principal {
    chime_replica::canister_id_from_counter(CANISTERS - 1)
}

/// All canisters of the story, empty: the scheduler, the callee, the rest, the late one.
///
/// # Panics
/// If the network gives out ids in another order than it did.
#[must_use]
pub fn canisters(direct: &mut Direct) -> Vec<Principal> {
    let ids: Vec<Principal> = (0..CANISTERS).map(|_| direct.create()).collect();
    assert_eq!(ids.last(), Some(&late_canister()));
    ids
}

/// Everybody who owns tasks in the image.
pub const OWNERS: [Sender; 2] = [Sender::Owner, Sender::Stranger];

fn path() -> PathBuf {
    crate::workspace().join("canister/tests/released/stable-memory-0.1.0.gz")
}

/// The image.
///
/// # Panics
/// If the file cannot be read.
#[must_use]
pub fn read() -> Vec<u8> {
    let packed = std::fs::read(path()).expect("the image is in the repository");
    let mut bytes = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .expect("a whole image");
    bytes
}

/// Writes the image anew.
///
/// # Panics
/// If the file cannot be written.
pub fn write(image: &[u8]) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(image).expect("there is memory");
    let packed = packed.finish().expect("there is memory");
    std::fs::write(path(), packed).expect("the file can be written");
}

/// The whole stable memory of the scheduler.
///
/// # Panics
/// If the world is not in this process.
#[must_use]
pub fn memory_of(world: &mut World) -> Vec<u8> {
    let scheduler = world.scheduler;
    let replica = world.network.replica().expect("in this process");
    let view = replica.canister_view(&scheduler).expect("the scheduler");
    let bytes = usize::try_from(view.stable_bytes).expect("it fits");
    replica
        .stable_memory(&scheduler, 0, bytes)
        .expect("the scheduler")
}
