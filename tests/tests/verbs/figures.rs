//! `chime stats`, `chime events`, and what is shown again and again.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::support::{Network, signal};

/// The first `count` documents of a command that goes on, which is then interrupted.
fn follow(
    network: &Network,
    arguments: &[&str],
    count: usize,
    meanwhile: impl FnOnce(),
) -> Vec<Value> {
    let mut process = network
        .command(&[arguments, &["-o", "json"]].concat())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut lines = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let first = lines.next().unwrap();
    meanwhile();
    let mut documents = vec![first];
    documents.extend(lines.by_ref().take(count - 1));
    signal(&process, "INT");
    lines.for_each(drop);
    assert!(
        process.wait().unwrap().success(),
        "to be interrupted is how it ends"
    );
    documents
}

#[test]
fn should_count_and_tell_what_happened() {
    let network = Network::start();
    network.json(&["run", "--name", "well", "--note", "x", "--wait"]);
    network.say(&[
        "run",
        "--name",
        "badly",
        "--call",
        "aaaaa-aa",
        "no_such",
        "--retries",
        "0",
        "--wait",
    ]);
    let stats = network.json(&["stats"]);
    assert_eq!(
        (&stats["completed_today"], &stats["failed_today"]),
        (&1.into(), &1.into())
    );
    let events = network.json(&["events", "--task", "badly"]);
    let kinds: Vec<_> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "task_created",
            "schedule_ended",
            "execution_started",
            "execution_failed"
        ]
    );
    let last = network.json(&["events", "-n", "1"]);
    assert_eq!(last["events"].as_array().unwrap().len(), 1);
    assert_eq!(
        last["events"][0]["kind"], "execution_failed",
        "the latest is kept"
    );
}

#[test]
fn should_follow_events_and_watch_lists() {
    let network = Network::start();
    network.json(&["run", "--name", "first", "--note", "x", "--every", "3600"]);
    let events = follow(&network, &["events", "--follow"], 2, || {
        network.json(&["run", "--name", "second", "--note", "x", "--every", "3600"]);
    });
    assert_eq!(
        (&events[0]["detail"], &events[1]["detail"]),
        (&"first".into(), &"second".into())
    );
    let lists = follow(&network, &["ps", "ls", "--watch=1"], 2, || ());
    assert!(
        lists.iter().all(|list| list["total_tasks"] == 2),
        "{lists:?}"
    );
    let figures = follow(&network, &["stats", "--watch=1"], 2, || ());
    assert!(
        figures.iter().all(|stats| stats["total_tasks"] == 2),
        "{figures:?}"
    );
}
