//! The golden images: the stable memory that each release left behind, and what it is about.
//! `canister/tests/released/README.md` tells their stories; `examples/golden_image.rs` makes that of
//! the first release, `examples/later_image.rs` those of the later ones.

use std::io::{Read, Write};
use std::path::PathBuf;

use candid::{CandidType, Deserialize, Principal};
use chime_replica::{InstallMode, Replica, ReplicaConfig};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::direct::Direct;
use crate::interface::Interface;
use crate::reading::{Asked, Reading};
use crate::{Callee, Network, Sender, World, module};

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

/// What a later release left behind, and what it showed of it.
pub struct Image {
    /// The stable memory.
    pub memory: Vec<u8>,
    /// Its interface.
    pub interface: Interface,
    /// What it answered at that time.
    pub reading: Reading,
}

#[derive(CandidType, Deserialize)]
struct Shown {
    interface: String,
    answers: Vec<Answer>,
}

#[derive(CandidType, Deserialize)]
struct Answer {
    method: String,
    sender: String,
    request: String,
    #[serde(with = "serde_bytes")]
    answer: Vec<u8>,
}

impl Image {
    /// The image of a release.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn of(release: &str) -> Self {
        let shown = read_file(&format!("answers-{release}.gz"));
        let shown: Shown = candid::decode_one(&shown).expect("what a release showed");
        let interface = Interface::of(&shown.interface);
        let answers = shown.answers.into_iter().map(|shown| {
            let value = interface.decode(&shown.method, &shown.answer);
            let asked = Asked {
                method: shown.method,
                sender: shown.sender,
                request: shown.request,
            };
            (asked, value)
        });
        Self {
            memory: read_file(&format!("stable-memory-{release}.gz")),
            reading: answers.collect(),
            interface,
        }
    }

    /// Keeps the image as that of a release.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn keep(&self, release: &str) {
        let answers = self.reading.iter().map(|(asked, value)| Answer {
            method: asked.method.clone(),
            sender: asked.sender.clone(),
            request: asked.request.clone(),
            answer: self.interface.encode_answer(&asked.method, value),
        });
        let shown = Shown {
            interface: self.interface.text().to_string(),
            answers: answers.collect(),
        };
        let shown = candid::encode_one(&shown).expect("there is memory");
        write_file(&format!("answers-{release}.gz"), &shown);
        write_file(&format!("stable-memory-{release}.gz"), &self.memory);
    }
}

fn path(name: &str) -> PathBuf {
    crate::workspace()
        .join("canister/tests/released")
        .join(name)
}

fn read_file(name: &str) -> Vec<u8> {
    let packed = std::fs::read(path(name)).expect("the image is in the repository");
    let mut bytes = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .expect("a whole image");
    bytes
}

fn write_file(name: &str, bytes: &[u8]) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).expect("there is memory");
    let packed = packed.finish().expect("there is memory");
    std::fs::write(path(name), packed).expect("the file can be written");
}

/// The image of the first release.
#[must_use]
pub fn read() -> Vec<u8> {
    read_file(FIRST)
}

/// Writes the image of the first release anew.
pub fn write(image: &[u8]) {
    write_file(FIRST, image);
}

const FIRST: &str = "stable-memory-0.1.0.gz";

/// A scheduler and a callee, at the beginning of the story. The scheduler has the given code.
///
/// # Panics
/// If the code does not install.
#[must_use]
pub fn world_with(code: Vec<u8>, seconds: u64) -> World {
    let mut replica = network_at(seconds);
    let owner = Direct::new().principal(Sender::Owner);
    let [scheduler, callee] = [code, module("callee")].map(|module| {
        let id = replica.create_canister(owner).expect("a canister");
        let arg = candid::encode_args(()).expect("arguments");
        replica
            .install_code(owner, id, InstallMode::Install, module, arg)
            .expect("installed");
        id
    });
    World {
        network: Box::new(Direct::over(replica)),
        scheduler,
        callee: Callee(callee),
    }
}

/// Puts a stable memory under a canister, and the present scheduler over it as an upgrade.
///
/// # Panics
/// When the scheduler does not take it over.
pub fn take_over(replica: &mut Replica, owner: Principal, scheduler: Principal, memory: &[u8]) {
    assert!(replica.set_stable_memory(&scheduler, memory));
    let arg = candid::encode_args(()).expect("arguments");
    replica
        .install_code(
            owner,
            scheduler,
            InstallMode::Upgrade,
            module("scheduler"),
            arg,
        )
        .expect("the scheduler takes the store over");
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
