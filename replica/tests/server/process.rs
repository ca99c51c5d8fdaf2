//! A server in a process of its own, so that it can be killed: this test binary again, told by an
//! environment variable to be one.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chime_replica::server::{RunningNetwork, Server, ServerConfig, running};

const STATE_DIR: &str = "CHIME_TEST_STATE_DIR";
const CHILD_TEST: [&str; 4] = ["--nocapture", "--ignored", "--exact", "process::child"];

/// Not a test: the child process.
#[tokio::test]
#[ignore = "the child process of other tests"]
async fn child() {
    let Ok(directory) = std::env::var(STATE_DIR) else {
        return;
    };
    let mut server = Server::start(ServerConfig::new(directory)).await.unwrap();
    panic!("{}", server.wait().await);
}

/// Starts a server on a directory.
pub fn spawn(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(CHILD_TEST)
        .env(STATE_DIR, directory)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts a server that can write no file beyond a size, as on a disk that is full.
pub fn spawn_with_file_limit(directory: &Path, kibibytes: u64) -> Child {
    let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" \"$@\"");
    Command::new("bash")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(CHILD_TEST)
        .env(STATE_DIR, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the server on a directory is found.
pub async fn found(directory: &Path) -> RunningNetwork {
    let started = Instant::now();
    loop {
        let path = directory.to_path_buf();
        let network = tokio::task::spawn_blocking(move || running(&path)).await;
        if let Some(network) = network.unwrap() {
            return network;
        }
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "no server came up"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
