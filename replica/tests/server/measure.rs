//! How fast it is, as an agent with verification on sees it. Run it by
//! `cargo test --release -p chime-replica --test server -- --ignored --nocapture measure`.
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::future::Future;
use std::time::{Duration, Instant};

use ic_agent::Agent;

use crate::process::{found, spawn};
use crate::support::{agent, create_counter, ed25519, get, increment, post, start};

const TIME: Duration = Duration::from_secs(3);

/// Repeats `work` in `clients` tasks for a while and prints how often it was done.
async fn measure<F: Future<Output = u64> + Send>(
    name: &str,
    agent: &Agent,
    clients: usize,
    work: impl Fn(Agent) -> F + Send + Clone + 'static,
) {
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (agent, work) = (agent.clone(), work.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while started.elapsed() < TIME {
                    let begun = Instant::now();
                    work(agent.clone()).await;
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    times.sort_unstable();
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{name}, {clients} at once: {rate:.0}/s, median {median:?}, p99 {p99:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and takes half a minute"]
async fn measure_updates_and_queries() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn(directory.path());
    let network = found(directory.path()).await;
    let agent = agent(&network.url, ed25519(1)).await;
    let canister = create_counter(&agent).await;
    for clients in [1, 16, 64] {
        let update = move |agent: Agent| async move { increment(&agent, &canister).await };
        measure("updates", &agent, clients, update).await;
        let query = move |agent: Agent| async move { get(&agent, &canister).await };
        measure("queries", &agent, clients, query).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Without the agent's verification of certificates, which costs it more than the server spends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and takes some seconds"]
async fn measure_updates_of_clients_that_do_not_verify() {
    const CALLS: usize = 3_000;
    const CLIENTS: usize = 64;
    let (_directory, server) = start().await;
    let agent = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&agent).await;
    let sign = |_| {
        agent
            .update(&canister, "increment")
            .sign()
            .unwrap()
            .signed_update
    };
    let calls: Vec<Vec<u8>> = (0..CALLS).map(sign).collect();
    let path = format!("/api/v4/canister/{canister}/call");
    let (server, path) = (std::sync::Arc::new(server), std::sync::Arc::new(path));
    let started = Instant::now();
    let tasks: Vec<_> = calls
        .chunks(CALLS.div_ceil(CLIENTS))
        .map(|calls| {
            let (calls, server, path) = (calls.to_vec(), server.clone(), path.clone());
            tokio::spawn(async move {
                for call in calls {
                    assert_eq!(post(&server, &path, &call).await.status, 200);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let rate = CALLS as f64 / started.elapsed().as_secs_f64();
    println!("updates, {CLIENTS} at once, not verified: {rate:.0}/s");
    assert_eq!(get(&agent, &canister).await, CALLS as u64);
}
