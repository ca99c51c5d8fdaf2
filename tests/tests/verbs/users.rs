//! `chime user` and `chime scheduler`.

use super::support::Network;

const SOMEBODY: &str = "ryjl3-tyaaa-aaaaa-aaaba-cai";

#[test]
fn should_register_change_and_remove_a_user() {
    let network = Network::start();
    assert_eq!(network.json(&["user", "me"])["role"], "admin");
    network.json(&[
        "user",
        "put",
        SOMEBODY,
        "--name",
        "ops",
        "--role",
        "operator",
        "--maximum-tasks",
        "5",
    ]);
    let changed = network.json(&[
        "user",
        "put",
        "ops",
        "--maximum-runs-per-hour",
        "9",
        "--disable",
    ]);
    assert_eq!(
        changed["role"], "operator",
        "what is not given stays as it is"
    );
    assert_eq!(changed["quotas"]["maximum_tasks"], 5);
    assert_eq!(changed["quotas"]["maximum_runs_per_hour"], 9);
    assert_eq!(changed["disabled"], true);
    let free = network.json(&["user", "put", "ryjl3", "--no-quotas", "--enable"]);
    assert!(free["quotas"]["maximum_tasks"].is_null(), "{free}");
    assert_eq!(
        network.json(&["user", "ls"])["users"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    network.refused(&["user", "delete", "ops"], 2);
    network.text(&["user", "delete", "ops", "--yes"]);
    network.refused(&["user", "put", "nobody", "--enable"], 3);
}

#[test]
fn should_show_and_set_the_configuration() {
    let network = Network::start();
    let set = network.json(&[
        "scheduler",
        "set",
        "maximum_concurrent=20",
        "default_timeout=10m",
        "retention=failed:age=30d",
        "--yes",
    ]);
    assert_eq!(set["maximum_concurrent"], 20);
    assert_eq!(set["default_timeout_seconds"], "10m");
    assert_eq!(set["retention"][0]["status"], "failed");
    let shown = network.text(&["scheduler", "show"]);
    assert!(shown.contains("failed:age=30d"), "{shown}");
    let preset = network.json(&["scheduler", "set", "--preset", "production"]);
    assert_eq!(preset["maximum_tasks_per_owner"], 500);
    network.refused(&["scheduler", "set", "colour=red"], 2);
    let said = network.refused(&["scheduler", "set", "maximum_concurrent=0"], 2);
    assert!(
        said.contains("error: maximum_concurrent: a whole number"),
        "{said}"
    );
    let said = network.refused(&["scheduler", "set", "default_timeout=2d"], 2);
    assert!(said.contains("error: default_timeout: "), "{said}");
    let lower = "maximum_executions_per_task=1";
    let said = network.refused(&["scheduler", "set", lower], 2);
    assert!(said.contains("Remove history of all owners"), "{said}");
    network.json(&["scheduler", "set", lower, "--yes"]);
    assert!(
        network
            .text(&["scheduler", "guide"])
            .contains("create_task")
    );
}
