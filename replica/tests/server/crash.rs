//! A server that is killed at any moment has lost nothing that it had acknowledged.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use candid::Principal;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::process::{found, spawn};
use crate::support::{agent, create_counter, ed25519, get, increment, number};

const CRASHES: u64 = 5;
const CLIENTS: u8 = 8;

/// What the clients of all rounds have seen.
#[derive(Default)]
struct Seen {
    sent: AtomicU64,
    acknowledged: Mutex<BTreeSet<u64>>,
}

async fn load(url: String, canister: Principal, seed: u8, seen: Arc<Seen>) {
    let agent = agent(&url, ed25519(seed)).await;
    loop {
        seen.sent.fetch_add(1, Ordering::Relaxed);
        let Ok(reply) = agent.update(&canister, "increment").await else {
            return;
        };
        let first = seen.acknowledged.lock().unwrap().insert(number(&reply));
        assert!(first, "the same count was acknowledged twice");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn should_keep_what_it_acknowledged_when_killed() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn(directory.path());
    let network = found(directory.path()).await;
    let owner = agent(&network.url, ed25519(1)).await;
    let canister = create_counter(&owner).await;
    let seen = Arc::new(Seen::default());
    let mut random = ChaCha20Rng::seed_from_u64(20_260_731);
    for round in 0..CRASHES {
        let network = found(directory.path()).await;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|seed| tokio::spawn(load(network.url.clone(), canister, seed, seen.clone())))
            .collect();
        let pause = 100 + u64::from(random.next_u32() % 700);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        for client in clients {
            // Clients end with the server; one that is still trying to reach it is not waited for.
            client.abort();
            assert!(client.await.err().is_none_or(|e| e.is_cancelled()));
        }

        child = spawn(directory.path());
        let network = found(directory.path()).await;
        let agent = agent(&network.url, ed25519(1)).await;
        let count = get(&agent, &canister).await;
        let sent = seen.sent.load(Ordering::Relaxed);
        let (number, highest) = {
            let acknowledged = seen.acknowledged.lock().unwrap();
            let highest = acknowledged.last().copied().unwrap_or(0);
            (acknowledged.len() as u64, highest)
        };
        assert!(
            highest <= count,
            "round {round}: {highest} was acknowledged, {count} is there"
        );
        assert!(
            number <= count && count <= sent,
            "round {round}: {number} {count} {sent}"
        );
        let next = increment(&agent, &canister).await;
        assert_eq!(next, count + 1);
        seen.sent.fetch_add(1, Ordering::Relaxed);
        seen.acknowledged.lock().unwrap().insert(next);
    }
    assert!(
        seen.acknowledged.lock().unwrap().len() > 100,
        "there was hardly any load"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
