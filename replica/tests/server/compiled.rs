//! Compiled modules are kept beside the state, and nothing depends on them.

use std::fs;
use std::path::{Path, PathBuf};

use chime_replica::server::{Server, ServerConfig, ServerHandle};
use ic_management_canister_types::UninstallCodeArgs;

use crate::support::{agent, create_counter, ed25519, increment, manage, start};

fn files(state: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.join("compiled")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

async fn restart(state: &Path, server: ServerHandle) -> ServerHandle {
    server.shutdown().await.unwrap();
    Server::start(ServerConfig::new(state)).await.unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn should_keep_what_is_installed_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, server) = start().await;
    let owner = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&owner).await;
    let server = restart(directory.path(), server).await;
    let owner = agent(server.url(), ed25519(1)).await;
    assert_eq!(increment(&owner, &canister).await, 1);
    server.shutdown().await.unwrap();
    let files = files(directory.path());
    assert_eq!(files.len(), 1, "{files:?}");
    let file = fs::metadata(&files[0]).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(file.len() > 1_000, "{} bytes", file.len());
}

#[tokio::test]
async fn should_remove_what_is_not_installed_any_more() {
    let (directory, server) = start().await;
    let owner = agent(server.url(), ed25519(1)).await;
    let canister = create_counter(&owner).await;
    let args = UninstallCodeArgs {
        canister_id: canister,
        sender_canister_version: None,
    };
    manage(&owner, canister, "uninstall_code", args).await;
    let server = restart(directory.path(), server).await;
    server.shutdown().await.unwrap();
    assert_eq!(files(directory.path()), Vec::<PathBuf>::new());
}
