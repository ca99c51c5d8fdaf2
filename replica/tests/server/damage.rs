//! A state file that is damaged, wherever and however, is reported by name with the way out, and
//! never served: what does start is the state itself, to the last acknowledged update.

use std::fs;
use std::path::Path;

use candid::Principal;
use chime_replica::server::{Server, ServerConfig, ServerError};
use chime_replica::store::{STATE_FILE, StoreError};
use ic_agent::RequestId;
use ic_agent::agent::RequestStatusResponse;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::support::{agent, create_counter, ed25519, get, increment, start};

/// Damages tried on a file that was closed, and on one that a kill has left open.
const DAMAGES: usize = 60;
/// Most bytes of so young a file are free, and damage to them is none: a third is seen on average. With
/// fewer than this the damages do not reach the file.
const FEWEST_REPORTED: usize = DAMAGES / 10;
const UPDATES: u64 = 12;
const WITNESS_FILE: &str = "commits";

/// Places in the header of the database: the byte with the bit that chooses the slot, the first of
/// the two slots, and the size of one.
const CHOICE: usize = 9;
const SLOTS: usize = 64;
const SLOT_BYTES: usize = 128;

/// What the clients of a server know.
struct Known {
    root_key: Vec<u8>,
    canister: Principal,
    last_request: RequestId,
}

/// A state directory with some updates; `closed` by a clean stop or as a kill leaves it.
async fn written(closed: bool) -> (tempfile::TempDir, Known) {
    let (directory, server) = start().await;
    let owner = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&owner).await;
    for count in 1..UPDATES {
        assert_eq!(increment(&owner, &canister).await, count);
    }
    let signed = owner.update(&canister, "increment").sign().unwrap();
    let last = owner.update_signed(canister, signed.signed_update);
    last.await.unwrap();
    let known = Known {
        root_key: server.root_key().to_vec(),
        canister,
        last_request: signed.request_id,
    };
    let copy = tempfile::tempdir().unwrap();
    if closed {
        server.shutdown().await.unwrap();
    }
    for name in [STATE_FILE, WITNESS_FILE] {
        fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
    }
    (copy, known)
}

/// Damages bytes and says how.
fn damage(bytes: &mut Vec<u8>, random: &mut ChaCha20Rng) -> String {
    let place = random.next_u64() as usize % bytes.len();
    let end = |length: usize| bytes.len().min(place + length);
    match random.next_u32() % 5 {
        0 => {
            bytes[place] ^= 1 << (random.next_u32() % 8);
            format!("a bit at {place}")
        }
        1 => {
            let end = end(64);
            random.fill_bytes(&mut bytes[place..end]);
            format!("64 bytes at {place}")
        }
        2 => {
            let start = place / 4096 * 4096;
            let end = bytes.len().min(start + 4096);
            bytes[start..end].fill(0);
            format!("a block of zeros at {start}")
        }
        3 => {
            // The header has the roots, the checksums and the bytes that choose between them.
            let place = random.next_u64() as usize % 320;
            bytes[place] ^= 1 << (random.next_u32() % 8);
            format!("a bit of the header at {place}")
        }
        _ => {
            bytes.truncate(place);
            format!("cut to {place}")
        }
    }
}

/// Starts a server; gives the text of the error, or nothing if the whole state is served.
async fn try_to_start(directory: &Path, known: &Known, what: &str) -> Option<String> {
    let server = match Server::start(ServerConfig::new(directory)).await {
        Ok(server) => server,
        Err(error) => {
            assert!(
                matches!(error, ServerError::Store(_) | ServerError::Restore { .. }),
                "{what}: {error:?}"
            );
            return Some(error.to_string());
        }
    };
    assert_eq!(server.root_key(), known.root_key, "{what}");
    let owner = agent(server.url(), ed25519(1)).await;
    assert_eq!(get(&owner, &known.canister).await, UPDATES, "{what}");
    let status = owner.request_status_raw(&known.last_request, known.canister);
    let (status, _) = status.await.unwrap();
    assert!(
        matches!(status, RequestStatusResponse::Replied(_)),
        "{what}: {status:?}"
    );
    server.shutdown().await.unwrap();
    None
}

async fn try_damages(closed: bool, seed: u64) -> usize {
    let (sound, known) = written(closed).await;
    let bytes = fs::read(sound.path().join(STATE_FILE)).unwrap();
    let witness = fs::read(sound.path().join(WITNESS_FILE)).unwrap();
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut reported = 0;
    for _ in 0..DAMAGES {
        let mut damaged = bytes.clone();
        let what = damage(&mut damaged, &mut random);
        let what = format!("closed {closed}, CHIME_SEED={seed}, {what}");
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(STATE_FILE);
        fs::write(&file, damaged).unwrap();
        fs::write(directory.path().join(WITNESS_FILE), &witness).unwrap();
        let Some(text) = try_to_start(directory.path(), &known, &what).await else {
            continue;
        };
        reported += 1;
        assert!(text.contains(&file.display().to_string()), "{what}: {text}");
        assert!(text.contains("another"), "no way out: {what}: {text}");
        // A second attempt must not serve what the first one refused.
        let again = try_to_start(directory.path(), &known, &what).await;
        assert!(again.is_some(), "{what}: it was served at the second start");
    }
    reported
}

fn seed() -> u64 {
    let seed = std::env::var("CHIME_SEED").ok();
    let seed = seed.map_or_else(crate::support::now_ns, |seed| seed.parse().unwrap());
    eprintln!("damages with CHIME_SEED={seed}");
    seed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_report_damage_of_a_file_that_was_closed() {
    let reported = try_damages(true, seed()).await;
    assert!(reported > FEWEST_REPORTED, "only {reported} were reported");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_report_damage_of_a_file_that_a_kill_has_left() {
    let reported = try_damages(false, seed()).await;
    assert!(reported > FEWEST_REPORTED, "only {reported} were reported");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_report_that_the_last_commit_is_missing() {
    let (sound, known) = written(false).await;
    let file = sound.path().join(STATE_FILE);
    let bytes = fs::read(&file).unwrap();
    // The header has a slot for each of the two last commits, and a bit that tells the last one.
    // If its slot is damaged, a crash may have interrupted that commit, or it was acknowledged.
    let last = usize::from(bytes[CHOICE] & 1);
    let mut older = bytes.clone();
    older[SLOTS + last * SLOT_BYTES + SLOT_BYTES / 4] ^= 1;
    fs::write(&file, older).unwrap();
    let error = Server::start(ServerConfig::new(sound.path())).await;
    assert!(
        matches!(error, Err(ServerError::Store(StoreError::Corrupted { .. }))),
        "{error:?}"
    );
    // The same file from a copy, as it was, is not judged by what came after it.
    fs::write(&file, bytes).unwrap();
    assert_eq!(
        try_to_start(sound.path(), &known, "from a copy").await,
        None
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_serve_a_sound_file_whatever_lies_beside_it() {
    let (sound, known) = written(false).await;
    for witness in [b"".as_slice(), b"rubbish", &[0xff; 4096]] {
        fs::write(sound.path().join(WITNESS_FILE), witness).unwrap();
        let served = try_to_start(sound.path(), &known, "a damaged witness").await;
        assert_eq!(served, None);
    }
}
