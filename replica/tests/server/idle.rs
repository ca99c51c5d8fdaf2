//! A server with nothing to do uses no processor time.
#![cfg(target_os = "linux")]

use std::time::Duration;

use crate::process::{found, spawn};
use crate::support::{agent, create_counter, ed25519, increment};

/// User and system time of a process, in ticks of 10 ms.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[tokio::test]
async fn should_use_no_processor_time_when_idle() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn(directory.path());
    let network = found(directory.path()).await;
    let agent = agent(&network.url, ed25519(1)).await;
    let canister = create_counter(&agent).await;
    increment(&agent, &canister).await;
    tokio::time::sleep(Duration::from_millis(200)).await;

    let before = ticks(network.pid);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = ticks(network.pid) - before;

    child.kill().unwrap();
    child.wait().unwrap();
    assert!(used <= 1, "{used} ticks of 10 ms in 2 s");
}
