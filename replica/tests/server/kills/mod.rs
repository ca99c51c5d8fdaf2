//! A server that is killed over and over, at instants nobody has chosen, while clients append to a
//! log and an owner creates, installs, stops, upgrades, starts and deletes canisters.
//!
//! Whatever was acknowledged is there after every kill, once and in its order, and a request whose
//! answer was lost can be asked for, or sent again, without being applied twice. `CHIME_KILLS` and
//! `CHIME_SEED` in the environment set how often and when.

mod caller;
mod log;
mod owner;

use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use candid::Principal;
use chime_replica::server::RunningNetwork;
use ic_agent::AgentError;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use tokio::sync::watch;

use crate::process::{found, spawn};
use crate::support::{agent, ed25519};
use caller::Caller;
use log::{Acknowledged, Log};

/// Kills, unless `CHIME_KILLS` names another number.
const KILLS: u64 = 200;
/// Clients that append.
const CLIENTS: u8 = 6;
/// A kill comes after at most that long under load, in milliseconds.
const LONGEST_LOAD: u64 = 400;
/// A kill of a server that is just starting comes after at most that long, in milliseconds.
const LONGEST_START: u64 = 120;
/// One kill of so many hits a server that is starting.
const STARTS_AMONG: u64 = 5;

fn number_from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// What clients, owner and killer have in common.
#[derive(Clone)]
struct Shared {
    /// The server, while one is up.
    place: watch::Receiver<Option<RunningNetwork>>,
    http: reqwest::Client,
    log: Principal,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    over: Arc<AtomicBool>,
}

impl Shared {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

/// Appends to the log until the end, one entry after the other.
async fn append(shared: Shared, client: u8, seed: u64) -> u64 {
    let mut caller = Caller::new(&shared, 10 + client, seed);
    let mut number = 0;
    while !shared.is_over() {
        // The owner stops the log now and then; what is refused was not applied.
        let entry = log::entry(client, number);
        let Ok(reply) = caller.call(shared.log, "append", entry).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let index = log::index(&reply);
        let acknowledged = Acknowledged {
            client,
            number,
            index,
        };
        shared.acknowledged.lock().unwrap().push(acknowledged);
        number += 1;
    }
    number
}

/// Reads the log and compares it with what was acknowledged before it was read. It cannot be read
/// while it is stopped to be upgraded; the next time then checks this time's kill as well.
async fn check(network: &RunningNetwork, shared: &Shared) -> Option<Log> {
    let acknowledged = shared.acknowledged.lock().unwrap().clone();
    let agent = agent(&network.url, ed25519(1)).await;
    let reply = match agent.query(&shared.log, "log").await {
        Ok(reply) => reply,
        Err(AgentError::UncertifiedReject { reject, .. })
            if reject.error_code.as_deref() == Some("IC0508") =>
        {
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let log = Log::read(&reply);
    log.check(&acknowledged);
    Some(log)
}

/// Kills a server that has been started a moment ago.
async fn kill_while_it_starts(directory: &Path, random: &mut ChaCha20Rng) {
    let mut child = spawn(directory);
    let pause = random.next_u64() % LONGEST_START;
    tokio::time::sleep(Duration::from_millis(pause)).await;
    kill(&mut child);
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_lose_and_repeat_nothing_however_often_it_is_killed() {
    let kills = number_from_environment("CHIME_KILLS").unwrap_or(KILLS);
    let seed = number_from_environment("CHIME_SEED")
        .unwrap_or_else(|| RngCore::next_u64(&mut ChaCha20Rng::from_seed(now_as_seed())));
    eprintln!("{kills} kills with CHIME_SEED={seed}");
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn(directory.path());
    let network = found(directory.path()).await;
    let log = owner::make_log(&agent(&network.url, ed25519(1)).await).await;
    let (show, place) = watch::channel(Some(network));
    let shared = Shared {
        place,
        http: reqwest::Client::new(),
        log,
        acknowledged: Arc::default(),
        over: Arc::default(),
    };
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| tokio::spawn(append(shared.clone(), client, random.next_u64())))
        .collect();
    let owner = tokio::spawn(owner::work(shared.clone(), random.next_u64()));
    let mut checks = 0;
    for number in 0..kills {
        let pause = random.next_u64() % LONGEST_LOAD;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        kill(&mut child);
        show.send_replace(None);
        if number % STARTS_AMONG == 0 {
            kill_while_it_starts(directory.path(), &mut random).await;
        }
        child = spawn(directory.path());
        let network = found(directory.path()).await;
        checks += u64::from(check(&network, &shared).await.is_some());
        show.send_replace(Some(network));
    }
    shared.over.store(true, Ordering::Release);
    let mut appended = 0;
    for client in clients {
        appended += client.await.unwrap();
    }
    let lives = owner.await.unwrap();
    let network = shared.place.borrow().clone().unwrap();
    let log = check(&network, &shared).await.unwrap();
    kill(&mut child);
    assert_eq!(
        log.len(),
        appended,
        "something was applied that nobody knows of"
    );
    eprintln!("{appended} entries, {lives} lives of canisters, {checks} checks between");
    assert!(checks > kills / 2, "the log was stopped most of the time");
    assert!(appended > kills, "there was hardly any load");
}

fn now_as_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&crate::support::now_ns().to_le_bytes());
    seed
}
