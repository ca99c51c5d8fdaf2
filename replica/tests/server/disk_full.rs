//! A server that cannot store acknowledges nothing, stops and says why.
#![cfg(unix)]

use std::io::Read;

use crate::process::{found, spawn_with_file_limit};
use crate::support::{agent, create_counter, ed25519, number};

const FILE_KIBIBYTES: u64 = 16 * 1024;

#[tokio::test]
async fn should_stop_when_the_disk_is_full_and_keep_what_it_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = spawn_with_file_limit(directory.path(), FILE_KIBIBYTES);
    let network = found(directory.path()).await;
    let owner = agent(&network.url, ed25519(1)).await;
    let canister = create_counter(&owner).await;
    let mut acknowledged = 0;
    // Each call makes the state one MiB larger, of what cannot be compressed.
    for _ in 0..FILE_KIBIBYTES / 1024 {
        match owner.update(&canister, "grow").await {
            Ok(reply) => acknowledged = number(&reply),
            Err(_) => break,
        }
    }
    assert!(acknowledged > 2, "there was no room at all");
    assert!(
        acknowledged < FILE_KIBIBYTES / 64,
        "there was room for everything"
    );

    let (status, text) = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        (child.wait().unwrap(), text)
    })
    .await
    .unwrap();
    assert!(!status.success());
    assert!(
        text.contains("the replica has failed: the state cannot be"),
        "{text}"
    );

    let mut child = crate::process::spawn(directory.path());
    let network = found(directory.path()).await;
    let agent = agent(&network.url, ed25519(1)).await;
    let size = number(&agent.query(&canister, "size").await.unwrap());
    // The commit that failed may have reached the disk or not; it was not acknowledged.
    assert!(
        size == acknowledged || size == acknowledged + 16,
        "{size} {acknowledged}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}
