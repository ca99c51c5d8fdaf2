//! `chime backup`.

use std::fs;

use super::support::Network;

#[test]
fn should_carry_tasks_to_a_file_and_back() {
    let network = Network::start();
    network.json(&["run", "--name", "kept", "--note", "x", "--wait"]);
    let made = network.json(&["backup", "create"]);
    let id = made["id"].as_str().unwrap().to_string();
    assert_eq!(
        network.json(&["backup", "ls"])["backups"][0]["id"],
        id.as_str()
    );
    network.json(&["backup", "create"]);
    assert_eq!(
        network.json(&["ps", "ls"])["total_tasks"],
        2,
        "one task makes all backups"
    );

    network.text(&["backup", "download", &id, "--to", "a.backup"]);
    let bytes = fs::read(network.path("a.backup")).unwrap();
    assert_eq!(bytes.len() as u64, made["bytes"].as_u64().unwrap());
    network.text(&["backup", "download", &id, "--to", "a.backup"]);
    fs::write(network.path("b.backup"), b"something else").unwrap();
    network.refused(&["backup", "download", &id, "--to", "b.backup"], 8);
    assert_eq!(
        fs::read(network.path("b.backup")).unwrap(),
        b"something else"
    );

    network.text(&["task", "delete", "kept", "--yes"]);
    for backup in ["latest", &id] {
        network.text(&["backup", "delete", backup, "--yes"]);
    }
    network.refused(&["backup", "restore", "a.backup"], 2);
    let restored = network.json(&["backup", "restore", "a.backup", "--yes"]);
    assert_eq!(restored["tasks"], 1, "{restored}");
    let logs = network.json(&["ps", "logs", "kept"]);
    assert_eq!(
        logs["executions"][0]["status"], "completed",
        "with its history"
    );
    let again = network.json(&["backup", "restore", "a.backup", "--yes"]);
    assert_eq!(again["tasks"], 0, "what exists is left as it is: {again}");
    assert_eq!(
        network.json(&["backup", "ls"])["backups"]
            .as_array()
            .unwrap()
            .len(),
        1,
        "sent once"
    );

    let mut damaged = bytes;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(network.path("c.backup"), damaged).unwrap();
    let said = network.refused(&["backup", "restore", "c.backup", "--yes"], 2);
    assert!(said.contains("damaged"), "{said}");
    network.refused(&["backup", "restore", "none.backup", "--yes"], 3);
}

#[test]
fn should_make_a_backup_every_day() {
    let network = Network::start();
    let made = network.json(&[
        "backup",
        "create",
        "--daily",
        "2",
        "--description",
        "Daily data backup",
    ]);
    let task = network.json(&["task", "show", made["task_id"].as_str().unwrap()]);
    assert_eq!(task["schedules"][0]["rule"]["daily"]["hour"], 2);
    assert_eq!(task["description"], "Daily data backup");
}
