//! The program `chime-pocket-ic` as the client starts it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chime-pocket-ic"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn port_in(file: &Path) -> u16 {
    loop {
        if let Ok(text) = std::fs::read_to_string(file)
            && let Some(port) = text.strip_suffix('\n')
        {
            return port.parse().unwrap();
        }
        sleep(Duration::from_millis(20));
    }
}

#[test]
fn should_print_the_version_that_the_client_checks() {
    let output = program().arg("--version").output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let version = text.strip_prefix("pocket-ic-server 16.").unwrap();
    assert!(version.ends_with('\n'), "{text:?}");
    let unknown = program().arg("--colour").output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn should_tell_its_port_and_end_when_nobody_asks_it_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("port");
    let mut server = program()
        .args(["--ttl", "1", "--port-file"])
        .arg(&file)
        .spawn()
        .unwrap();
    let port = port_in(&file);
    assert_ne!(port, 0);
    // A second one for the same file leaves at once.
    let second = program().arg("--port-file").arg(&file).output().unwrap();
    assert!(second.status.success());
    assert_eq!(port_in(&file), port);
    assert!(server.wait().unwrap().success());
    assert!(!file.exists());
}

#[test]
fn should_end_at_the_hard_time_to_live() {
    let mut server = program().args(["--hard-ttl", "1"]).spawn().unwrap();
    assert!(server.wait().unwrap().success());
}
