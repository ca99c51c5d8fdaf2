//! Beginning and end of a launcher.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Launcher, account, command, cycles_ledger};

#[tokio::test]
async fn should_serve_until_it_is_interrupted() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let launcher = Launcher::start(&["--gateway-port", &port.to_string()]);
    assert_eq!(launcher.status["v"], "1");
    assert_eq!(launcher.status["gateway_port"], port);
    assert_eq!(launcher.status["root_key"].as_str().unwrap().len(), 266);
    let status = launcher.agent(1).status().await.unwrap();
    assert_eq!(status.replica_health_status.as_deref(), Some("healthy"));
    stop(launcher, "INT");
}

#[tokio::test]
async fn should_hold_every_update_back_until_it_is_terminated() {
    let launcher = Launcher::start(&["--artificial-delay-ms=1500"]);
    let agent = launcher.agent(1);
    let me = agent.get_principal().unwrap();
    let args = candid::encode_args((account(me),)).unwrap();
    let started = Instant::now();
    let called = agent.update(&cycles_ledger(), "icrc1_balance_of");
    called.with_arg(args).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(1500));
    stop(launcher, "TERM");
}

/// Nothing of it is left but the state.
fn stop(launcher: Launcher, signal: &str) {
    let address = launcher.url().replace("http://", "");
    let (ended, directory) = launcher.signal(signal);
    assert!(ended.success(), "{signal}: {ended}");
    assert!(!directory.path().join("status/status.json").exists());
    assert!(TcpStream::connect(address).is_err(), "it still listens");
}

#[test]
fn should_say_what_is_wrong_with_its_arguments() {
    let directory = tempfile::tempdir().unwrap();
    for (argument, expected) in [
        ("--what", "--what"),
        ("--interface-version=2.0.0", "--interface-version"),
        (
            "--ii",
            "--ii is not supported: this network has no Internet Identity",
        ),
        ("--subnet=sns", "--subnet=sns is not supported"),
    ] {
        let mut command = match argument.starts_with("--interface-version") {
            true => std::process::Command::new(env!("CARGO_BIN_EXE_chime-launcher")),
            false => command(directory.path()),
        };
        let output = command.arg(argument).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{argument}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(expected), "{argument}: {text}");
    }
}

#[test]
fn should_say_that_the_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let directory = tempfile::tempdir().unwrap();
    let mut command = command(directory.path());
    let output = command.args(["--gateway-port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains(&port), "{text}");
    assert!(!directory.path().join("status/status.json").exists());
}
