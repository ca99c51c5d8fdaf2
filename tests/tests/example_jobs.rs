//! The example jobs run as they are, with the program that users have, in real time.

use std::path::Path;
use std::process::Command;

use chime_tests::{program, workspace};

/// Runs the program on a state directory and returns what it printed.
fn chime(state: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program())
        .args(arguments)
        .arg("--state")
        .arg(state)
        .env_remove("CHIME_NETWORK")
        .output()
        .expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn should_run_every_example_job_and_change_nothing_when_applied_again() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let jobs = workspace().join("examples/jobs");
    let apply = ["apply", "--file", jobs.to_str().unwrap()];
    let files = std::fs::read_dir(&jobs).unwrap().count();

    let created = chime(&state, &apply);
    assert_eq!(created.matches(".yaml").count(), files, "{created}");
    assert!(created.contains(&format!("{files} created")), "{created}");

    let lines = chime(&state, &["up", "--watch", "--port", "0", "--for", "15s"]);
    let shown = |words: &[&str]| {
        let mut lines = lines.lines();
        lines.any(|line| words.iter().all(|word| line.contains(word)))
    };
    assert!(shown(&["Heartbeat", "completed", "still here"]), "{lines}");
    assert!(shown(&["Fetch randomness", "completed", "blob"]), "{lines}");
    assert!(shown(&["Pipeline", "completed", "is done"]), "{lines}");
    assert!(shown(&["Misspelt draw", "failed", "attempt 3"]), "{lines}");

    let again = chime(&state, &apply);
    assert!(!again.contains(" created"), "{again}");
}
