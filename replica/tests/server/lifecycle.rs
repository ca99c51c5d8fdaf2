//! Starting, stopping, starting again, and finding a server that runs.

use std::fs;

use chime_replica::server::{Server, ServerConfig, ServerError, running};
use chime_replica::store::{STATE_FILE, StoreError};

use crate::support::{agent, create_counter, ed25519, get, increment, start};

#[tokio::test]
async fn should_continue_after_a_clean_stop() {
    let (directory, server) = start().await;
    let root_key = server.root_key().to_vec();
    let first = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&first).await;
    assert_eq!(increment(&first, &canister).await, 1);
    let signed = first.update(&canister, "increment").sign().unwrap();
    first
        .update_signed(canister, signed.signed_update.clone())
        .await
        .unwrap();
    server.shutdown().await.unwrap();

    let server = Server::start(ServerConfig::new(directory.path()))
        .await
        .unwrap();
    assert_eq!(server.root_key(), root_key);
    let second = agent(server.url(), ed25519(1)).await;
    assert_eq!(get(&second, &canister).await, 2);
    assert!(
        second
            .read_state_canister_module_hash(canister)
            .await
            .is_ok()
    );
    second
        .update_signed(canister, signed.signed_update)
        .await
        .unwrap();
    assert_eq!(
        get(&second, &canister).await,
        2,
        "what came before the stop is known after it"
    );
    let stranger = agent(server.url(), ed25519(2)).await;
    let status = stranger
        .request_status_raw(&signed.request_id, canister)
        .await;
    assert!(status.is_err(), "so is who sent it");
    assert_eq!(increment(&second, &canister).await, 3);
}

#[tokio::test]
async fn should_be_found_while_it_runs_and_only_then() {
    let (directory, server) = start().await;
    let find = || {
        let path = directory.path().to_path_buf();
        async move {
            tokio::task::spawn_blocking(move || running(&path))
                .await
                .unwrap()
        }
    };
    let network = find().await.unwrap();
    assert_eq!(network.url, server.url());
    assert_eq!(network.root_key, server.root_key());
    assert_eq!(network.pid, std::process::id());
    let file = directory.path().join("network.json");
    let left_behind = fs::read(&file).unwrap();
    server.shutdown().await.unwrap();
    assert!(!file.exists());
    assert_eq!(find().await, None);

    // A file that a crash has left behind is not believed, not even when its port is taken again.
    fs::write(&file, left_behind).unwrap();
    assert_eq!(find().await, None);
    let other = tempfile::tempdir().unwrap();
    let config = ServerConfig {
        bind: network
            .url
            .strip_prefix("http://")
            .unwrap()
            .parse()
            .unwrap(),
        ..ServerConfig::new(other.path())
    };
    let _other = Server::start(config).await.unwrap();
    assert_eq!(find().await, None);
}

#[tokio::test]
async fn should_let_one_server_use_a_directory() {
    let (directory, server) = start().await;
    let second = Server::start(ServerConfig::new(directory.path())).await;
    let own = std::process::id();
    assert!(matches!(
        second,
        Err(ServerError::Store(StoreError::Locked { pid: Some(pid), .. })) if pid == own
    ));
    server.shutdown().await.unwrap();
    let third = Server::start(ServerConfig::new(directory.path()))
        .await
        .unwrap();
    third.shutdown().await.unwrap();
}

#[tokio::test]
async fn should_report_a_taken_port_and_a_damaged_file() {
    let (_directory, server) = start().await;
    let other = tempfile::tempdir().unwrap();
    let config = ServerConfig {
        bind: server.local_addr(),
        ..ServerConfig::new(other.path())
    };
    let taken = Server::start(config).await;
    assert!(matches!(taken, Err(ServerError::Bind { .. })));
    let same_directory = Server::start(ServerConfig::new(other.path()))
        .await
        .unwrap();
    same_directory.shutdown().await.unwrap();

    fs::write(other.path().join(STATE_FILE), vec![0x55; 10_000]).unwrap();
    let damaged = Server::start(ServerConfig::new(other.path())).await;
    assert!(matches!(
        damaged,
        Err(ServerError::Store(StoreError::Corrupted { .. }))
    ));
}
