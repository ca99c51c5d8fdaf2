//! The commands of the Realms document, as written there but for the program's name.
//!
//! Those of Icarus and what Realms has and Chime has not are in docs/migration.md; the last test
//! holds that page against the lists here.

use super::support::{Network, write};

/// The configuration of the document.
const CONFIGURATION: &str = r#"{
  "name": "complex_workflow",
  "steps": [
    {"codex": "step1_prepare.py", "async": false},
    {"codex": "step2_transfer.py", "async": true},
    {"codex": "step3_finalize.py", "async": false, "delay": 5}
  ],
  "schedule": {"every": 3600}
}"#;

/// Lines that do what they did.
const AS_WRITTEN: [&str; 17] = [
    "realms ps ls",
    "realms ps ls --verbose",
    "realms ps ls --output json",
    "realms ps ls --folder .realms/my_realm",
    "realms ps kill <task_id>",
    "realms ps start <task_id>",
    "realms ps kill abc12345",
    "realms ps logs <task_id>",
    "realms ps logs <task_id> --tail 50",
    "realms ps logs <task_id> --output-file task.log",
    "realms ps logs <task_id> --limit 100 --from 0",
    "realms ps logs <task_id> --output json",
    "realms ps logs <task_id> --follow",
    "realms run --config task_config.json",
    "realms run --file examples/my_task.py",
    "realms run --file examples/my_task.py --every 10",
    "realms run --file examples/my_task.py --after 30",
];

/// A line that does what it did once its names are in the configuration.
const WITH_NAMES: &str = "realms run --file task.py --network staging --canister realm_backend";

/// Lines of the Icarus document, and of the Realms document in Mermaid, for which the page says
/// what to write.
const ICARUS: [&str; 7] = [
    "icarus new my-scheduler --template task-scheduler",
    "dfx start --background",
    "icarus build",
    "icarus deploy --network local",
    "\"args\": [\"bridge\", \"start\", \"--canister-id\", \"YOUR_CANISTER_ID\"]",
    "dfx canister status YOUR_CANISTER_ID --network ic",
    "create_backup_task(2, \"Daily system backup\".to_string()).await",
];

fn words<'a>(line: &'a str, task: &'a str) -> Vec<&'a str> {
    let words = line.split_whitespace().skip(1);
    words
        .map(|word| match word {
            "<task_id>" | "abc12345" => task,
            word => word,
        })
        .collect()
}

#[test]
fn should_do_what_the_realms_document_says() {
    let network = Network::with_python();
    write(&network.path("task_config.json"), CONFIGURATION);
    for step in ["step1_prepare", "step2_transfer", "step3_finalize"] {
        let code = format!("result = '{step}'\n");
        write(&network.path(&format!("{step}.py")), &code);
    }
    for file in ["my_task.py", "codices/ggg.py"] {
        let code = std::fs::read_to_string(chime_tests::workspace().join("examples").join(file));
        write(&network.path("examples").join(file), &code.unwrap());
    }
    let made = network.json(&["run", "--config", "task_config.json"]);
    let id = made["task_id"].as_str().unwrap();
    let task = network.json(&["task", "show", id]);
    assert_eq!(task["steps"][1]["run_next_after_seconds"], "5s");
    assert_eq!(
        task["steps"][2]["action"]["codex"]["name"],
        "step3_finalize"
    );
    assert_eq!(task["schedules"][0]["repeat_every_seconds"], "1h");
    for line in AS_WRITTEN.iter().filter(|line| !line.contains("--follow")) {
        let said = network.say(&words(line, id));
        assert_eq!(said.code, Some(0), "{line}: {}", said.errors);
        match *line {
            line if line.contains("json") && line.contains("ps") => {
                let _: serde_json::Value = serde_json::from_str(&said.output).unwrap();
            }
            line if line.contains("--output-file") => {
                let log = std::fs::read_to_string(network.path("task.log")).unwrap();
                assert!(
                    said.output.is_empty() && log.contains("complex_workflow"),
                    "{log}"
                );
            }
            _ => assert!(!said.output.is_empty(), "{line}"),
        }
    }
    let elsewhere = network.text(&["ps", "ls", "--folder", ".realms/my_realm"]);
    assert!(
        elsewhere.contains("No tasks"),
        "another folder is another network: {elsewhere}"
    );
}

#[test]
fn should_hand_shell_scripts_to_workers() {
    let network = Network::start();
    write(
        &network.path("job.sh"),
        "#!/bin/bash\necho \"it's ${CHIME_ATTEMPT}\"\n",
    );
    let made = network.json(&["run", "--file", "job.sh", "--every", "10", "--after", "0"]);
    let task = network.json(&["task", "show", made["task_id"].as_str().unwrap()]);
    let command = task["steps"][0]["action"]["command"]["command"]
        .as_str()
        .unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", command])
        .env("CHIME_ATTEMPT", "7")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "it's 7\n");
    assert_eq!(task["schedules"][0]["repeat_every_seconds"], "10s");
}

/// A `Tasks:` list and two bodies of the API, in Daptin's form.
const DAPTIN: [(&str, &str); 4] = [
    (
        "schema_tasks_daptin.yaml",
        "Tasks:\n  - Name: hourly_sync\n    Schedule: \"@every 1h\"\n    ActionName: sync\n    \
         EntityName: integration\n",
    ),
    (
        "task.json",
        r#"{"data": {"type": "task", "attributes": {"name": "cleanup_old_data", "schedule": "@daily",
            "action_name": "cleanup", "entity_name": "temp_data", "is_active": true,
            "attributes": {"days_old": 30}}}}"#,
    ),
    (
        "change.json",
        r#"{"data": {"type": "task", "id": "cleanup_old_data",
            "attributes": {"schedule": "@every 2h"}}}"#,
    ),
    (
        "off.json",
        r#"{"data": {"type": "task", "id": "cleanup_old_data", "attributes": {"active": false}}}"#,
    ),
];

#[test]
fn should_do_what_the_page_says_about_daptin() {
    let network = Network::start();
    for (name, text) in DAPTIN {
        write(&network.path(name), text);
    }
    network.text(&["apply", "-f", "schema_tasks_daptin.yaml"]);
    let again = network.json(&["apply", "-f", "schema_tasks_daptin.yaml"]);
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&0.into(), &1.into())
    );
    network.text(&["apply", "-f", "task.json"]);
    let task = || network.json(&["task", "show", "cleanup_old_data"]);
    assert_eq!(
        task()["schedules"][0]["rule"]["cron"]["expression"],
        "@daily"
    );
    network.text(&["apply", "-f", "change.json"]);
    assert_eq!(task()["schedules"][0]["repeat_every_seconds"], "2h");
    assert_eq!(network.json(&["task", "ls"])["total_tasks"], 2);

    let failed = network.say(&["task", "run", "cleanup_old_data", "--wait"]);
    assert_eq!(failed.code, Some(1), "nobody registered the action yet");
    let define = [
        "action",
        "define",
        "cleanup",
        "--for-entity",
        "temp_data",
        "--note",
        "older than {{attributes.days_old}} days",
    ];
    network.text(&define);
    let run = network.json(&["task", "run", "cleanup_old_data", "--wait"]);
    assert_eq!(run["result"], "older than 30 days");
    assert!(
        network
            .text(&["ps", "logs", "cleanup_old_data"])
            .contains("older than 30 days")
    );

    network.text(&["apply", "-f", "off.json"]);
    assert_eq!(task()["disabled"], true);
    network.text(&["task", "resume", "cleanup_old_data"]);
    assert_eq!(task()["disabled"], false);
    network.text(&["task", "edit", "cleanup_old_data", "--retries", "3"]);
    network.text(&["apply", "-f", "change.json"]);
    assert_eq!(task()["retry"]["max_retries"], 3);
    network.text(&["task", "delete", "cleanup_old_data", "--yes"]);
    assert_eq!(network.json(&["task", "ls"])["total_tasks"], 1);
}

#[test]
fn should_have_every_documented_line_on_the_page_about_moving_here() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/migration.md");
    let page = std::fs::read_to_string(page).unwrap();
    for line in AS_WRITTEN.into_iter().chain([WITH_NAMES]).chain(ICARUS) {
        assert!(page.contains(line), "{line} is not in docs/migration.md");
    }
}
