//! `chime alert` and `chime inbox`.

use super::support::Network;

#[test]
fn should_tell_of_a_failure() {
    let network = Network::start();
    network.json(&[
        "alert",
        "create",
        "it failed",
        "--on",
        "failure",
        "--to",
        "inbox",
        "--cooldown",
        "0",
    ]);
    network.say(&[
        "run",
        "--name",
        "bad",
        "--call",
        "aaaaa-aa",
        "no_such",
        "--retries",
        "0",
        "--wait",
    ]);
    let inbox = network.until(&["inbox"], |inbox| {
        !inbox["messages"].as_array().unwrap().is_empty()
    });
    let message = &inbox["messages"][0];
    assert!(
        message["subject"].as_str().unwrap().contains("bad"),
        "{message}"
    );
    let id = message["id"].as_str().unwrap();
    network.text(&["inbox", &format!("--clear={id}")]);
    assert!(network.text(&["inbox"]).contains("is empty"));

    let changed = network.json(&[
        "alert",
        "update",
        "it failed",
        "--on",
        "failures-in-a-row=3",
        "--disable",
    ]);
    assert_eq!(changed["condition"]["failures_in_a_row"]["count"], 3);
    assert_eq!(changed["disabled"], true);
    assert_eq!(
        changed["cooldown_seconds"], "0s",
        "what is not given stays as it is"
    );
    network.refused(&["alert", "create", "x", "--on", "noise"], 2);
    network.refused(&["alert", "create", "x", "--on", "silent"], 2);
    network.refused(&["alert", "delete", "it failed"], 2);
    network.text(&["alert", "delete", "it failed", "--yes"]);
    assert!(network.text(&["alert", "ls"]).contains("No alerts"));
}

#[test]
fn should_send_messages_as_steps() {
    let network = Network::start();
    let told = [
        "run",
        "--name",
        "told",
        "--notify",
        "{{task_name}} is done",
        "--wait",
    ];
    network.text(&told);
    let inbox = network.until(&["inbox"], |inbox| {
        !inbox["messages"].as_array().unwrap().is_empty()
    });
    let message = &inbox["messages"][0];
    assert_eq!(message["subject"], "told");
    assert_eq!(message["message"], "told is done");
    for step in [
        &["--cleanup", "30d"][..],
        &["--analytics", "7d"],
        &["--backup", "2"],
        &["--maintenance", "check"],
    ] {
        network.text(&[&["run", "--wait"][..], step].concat());
    }
    let refused = network.refused(&["run", "--cleanup", "soon"], 2);
    assert!(refused.contains("--cleanup"), "{refused}");
}
