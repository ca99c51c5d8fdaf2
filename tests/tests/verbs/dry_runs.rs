//! `apply --dry-run` says what `apply` then does, row by row: also what is refused for a quota or a rule that
//! only the scheduler knows.

use std::fmt::Write;

use serde_json::Value;

use super::support::{Network, write};

/// The tasks that an owner may have, and so many more.
const TASKS: usize = 100 + 20;

/// File, task, action, words of the schedule and why not, of each document. A rule may say what time it is.
fn rows(answer: &Value) -> Vec<Vec<Value>> {
    let rows = answer["results"].as_array().unwrap().iter();
    let columns = ["file", "task", "action", "schedule", "disabled"];
    let rows = rows.map(|row| {
        let mut shown: Vec<_> = columns.iter().map(|column| row[*column].clone()).collect();
        shown.extend([row["error"]["field"].clone(), row["error"]["fix"].clone()]);
        shown
    });
    rows.collect()
}

#[test]
fn should_show_the_same_rows_as_without_it() {
    let network = Network::start();
    let file = network.path("jobs.yaml");
    let mut text = "tasks:\n".to_string();
    for number in 0..TASKS {
        writeln!(
            text,
            "- {{key: k{number}, name: n{number}, note: hi, every: 1h}}"
        )
        .unwrap();
    }
    // The scheduler alone knows what is in the past, and how long a name may be.
    text.push_str("- {key: past, name: past, note: hi, at: \"2020-01-01T00:00:00Z\"}\n");
    let name = "x".repeat(500);
    writeln!(text, "- {{key: long, name: {name}, note: hi, every: 1h}}").unwrap();
    write(&file, &text);
    let file = file.to_str().unwrap();
    let answer = |arguments: &[&str]| {
        let said = network.say(&[&["-o", "json", "apply", "-f", file], arguments].concat());
        assert_eq!(said.code, Some(2), "{}", said.errors);
        serde_json::from_str::<Value>(&said.output).unwrap()
    };
    let tried = answer(&["--dry-run"]);
    assert_eq!(tried["dry_run"], true);
    assert_eq!(
        network.json(&["task", "ls"])["tasks"],
        serde_json::json!([])
    );
    let done = answer(&[]);
    assert_eq!(
        (&tried["created"], &tried["refused"]),
        (&done["created"], &done["refused"])
    );
    assert_eq!(tried["created"], 100);
    for (tried, done) in rows(&tried).into_iter().zip(rows(&done)) {
        assert_eq!(tried, done);
    }
}
