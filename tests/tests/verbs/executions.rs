//! `chime execution`.

use super::support::Network;

#[test]
fn should_put_off_and_cancel_what_waits() {
    let network = Network::start();
    network.json(&[
        "run",
        "--name",
        "job",
        "--command",
        "true",
        "--queue",
        "nobody",
    ]);
    network.until(&["execution", "ls", "job"], |all| {
        all["executions"][0]["status"] == "waiting"
    });
    let shown = network.json(&["execution", "show", "job"]);
    let id = shown["id"].as_str().unwrap();
    assert_eq!(shown["waiting_for"], "worker");
    let later = network.json(&["execution", "snooze", id, "10m"]);
    assert_eq!(later["waiting_for"], "snooze");
    let stopped = network.json(&["execution", "cancel", id, "--reason", "not today"]);
    assert_eq!(stopped["status"], "cancelled");
    assert!(
        network
            .text(&["execution", "show", id])
            .contains("not today")
    );
    network.refused(&["execution", "cancel", id], 4);
    network.refused(&["execution", "show", "999"], 3);
    let none = network.json(&["execution", "ls", "--status", "completed"]);
    assert_eq!(none["executions"].as_array().unwrap().len(), 0);
}

#[test]
fn should_run_dead_letters_again() {
    let network = Network::start();
    let call = |name| {
        let said = network.say(&[
            "run",
            "--name",
            name,
            "--call",
            "aaaaa-aa",
            name,
            "--retries",
            "0",
            "--wait",
        ]);
        assert_eq!(said.code, Some(1));
    };
    call("first");
    call("second");
    let letters = network.json(&["execution", "ls", "--dead-letters", "--error", "'first'"]);
    assert_eq!(
        letters["executions"].as_array().unwrap().len(),
        1,
        "{letters}"
    );
    let again = network.say(&["execution", "replay", "first", "--wait", "-o", "json"]);
    assert_eq!(again.code, Some(1), "it fails again: {}", again.errors);
    network.refused(&["execution", "replay", "--dead-letters"], 2);
    let all = network.json(&[
        "execution",
        "replay",
        "--dead-letters",
        "--task",
        "second",
        "--yes",
    ]);
    assert_eq!(all["execution_ids"].as_array().unwrap().len(), 1, "{all}");
}
