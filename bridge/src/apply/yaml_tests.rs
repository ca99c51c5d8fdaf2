//! What YAML does to values: merges, tags, words and numbers, in every dialect.

use std::fs;

use chime_types::CreateTaskRequest;

use super::{Finding, Outcome, read};

fn findings(name: &str, content: &str) -> Vec<Finding> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    read(&[path])
}

fn request(content: &str) -> CreateTaskRequest {
    let mut found = findings("job.yaml", content);
    match found.remove(0).outcome {
        Outcome::Task(declaration) => declaration.request,
        other => panic!("{content}: {other:?}"),
    }
}

fn refusal(content: &str) -> String {
    let mut found = findings("job.yaml", content);
    match found.remove(0).outcome {
        Outcome::Refused(refusal) => refusal.to_string(),
        other => panic!("{content}: {other:?}"),
    }
}

const JOB: &str = "id: nightly\nname: Nightly\ncommand: echo hi\nschedule: \"0 2 * * *\"\n";

#[test]
fn should_merge_mappings_into_a_job() {
    let merged = request(&format!(
        "{JOB}<<: &base {{enabled: false, max_retries: 4, timeout_seconds: 1200}}\n"
    ));
    assert_eq!(merged.disabled, Some(true));
    assert_eq!(merged.retry.unwrap().max_retries, 4);
    assert_eq!(merged.timeout_seconds, Some(1200));
}

#[test]
fn should_let_the_nearer_value_win() {
    for (text, expected) in [
        // The job's own value wins, wherever the merge stands.
        ("<<: {timeout_seconds: 9}\ntimeout_seconds: 5\n", 5),
        ("timeout_seconds: 5\n<<: {timeout_seconds: 9}\n", 5),
        // Of a list the earlier one wins.
        ("<<: [{timeout_seconds: 5}, {timeout_seconds: 9}]\n", 5),
        ("<<: [{enabled: true}, {timeout_seconds: 5}]\n", 5),
        // A merged mapping may merge another one.
        ("<<: {<<: {timeout_seconds: 5}}\n", 5),
        ("<<: {<<: {timeout_seconds: 9}, timeout_seconds: 5}\n", 5),
        (
            "<<: [{<<: {timeout_seconds: 5}}, {timeout_seconds: 9}]\n",
            5,
        ),
    ] {
        let merged = request(&format!("{JOB}{text}"));
        assert_eq!(merged.timeout_seconds, Some(expected), "{text}");
    }
}

#[test]
fn should_merge_in_every_dialect_and_at_every_depth() {
    for text in [
        "tasks:\n- {key: a, note: x, every: 60, <<: {enabled: false}}\n",
        "tasks:\n- &a {key: a, note: x, every: 60, enabled: false}\n- {<<: *a, key: b}\n",
        "Tasks:\n- {Name: a, Schedule: '@daily', ActionName: act, <<: {Active: false}}\n",
        "data:\n  type: task\n  attributes: {name: a, schedule: '@daily', action_name: act, <<: {active: false}}\n",
        "<<: {id: a, enabled: false}\nname: a\ncommand: a\nschedule: '@daily'\n",
    ] {
        for finding in findings("job.yaml", text) {
            let Outcome::Task(declaration) = finding.outcome else {
                panic!("{text}: {:?}", finding.outcome);
            };
            assert_eq!(declaration.request.disabled, Some(true), "{text}");
            assert!(finding.notes.is_empty(), "{text}: {:?}", finding.notes);
        }
    }
    let realms =
        request("name: a\nsteps: [{codex: x, <<: {timeout: 7}}]\nschedule: {<<: {every: 60}}\n");
    assert_eq!(realms.steps[0].timeout_seconds, Some(7));
}

#[test]
fn should_refuse_what_cannot_be_merged() {
    for merge in ["<<: 5", "<<: [5]", "<<: text", "<<: [[{a: 1}]]", "<<:"] {
        let text = refusal(&format!("{JOB}{merge}\n"));
        assert!(text.contains("`<<`"), "{merge}: {text}");
    }
    // No programs of other systems merge in JSON.
    let json = r#"{"id": "a", "name": "a", "command": "a", "schedule": "@daily", "<<": {"enabled": false}}"#;
    let found = findings("job.json", json);
    assert!(matches!(found[0].outcome, Outcome::Refused(_)), "{found:?}");
}

#[test]
fn should_keep_the_documents_beside_one_that_cannot_be_read() {
    let good = |id: &str| format!("id: {id}\nname: {id}\ncommand: a\nschedule: '@daily'\n");
    for bad in [
        "id: 1e400",
        "a: [1, 2",
        "a: b: c",
        "*nobody",
        "? {a: b}\n: 1",
        "id: x\nid: y",
        "id: !secret x",
        "data: !!python/object:os.system x",
        "<<: 5",
        "\tname: x",
        "'open",
        "command: &a [*a]",
    ] {
        let text = format!(
            "{}---\n{bad}\n---\n{}--- # again\n{}",
            good("one"),
            good("two"),
            good("three")
        );
        let found = findings("jobs.yaml", &text);
        let names: Vec<_> = found
            .iter()
            .filter(|finding| matches!(finding.outcome, Outcome::Task(_)))
            .filter_map(|finding| finding.task.as_deref())
            .collect();
        assert_eq!(names, ["one", "two", "three"], "{bad}: {found:?}");
        assert_eq!(found.len(), 4, "{bad}");
    }
}

#[test]
fn should_name_a_document_that_cannot_be_read() {
    let text = "name: fine\nsteps: [{codex: x}]\n---\nname: broken\nsteps: [{codex: x}\n";
    let found = findings("jobs.yaml", text);
    assert_eq!(found[1].task.as_deref(), Some("broken"));
    let Outcome::Refused(refusal) = &found[1].outcome else {
        panic!("{found:?}");
    };
    assert!(refusal.rule.contains("document 2"), "{refusal}");
    assert!(refusal.rule.contains("line"), "{refusal}");
}

#[test]
fn should_read_numbers_without_end_as_they_are_written() {
    let job = |id: &str| {
        request(&format!(
            "id: {id}\nname: {id}\ncommand: a\nschedule: '@daily'\n"
        ))
    };
    for id in [
        "12345678901234567890123",
        "-12345678901234567890123",
        "18446744073709551616",
        "007",
        "7",
    ] {
        assert_eq!(job(id).name, id);
    }
    // What a float was written as is not known any more.
    for id in [
        "1.10",
        "1e3",
        ".inf",
        ".nan",
        "1234567890123456789012345678901234567890123.0",
    ] {
        let text = refusal(&format!(
            "id: {id}\nname: x\ncommand: a\nschedule: '@daily'\n"
        ));
        assert!(text.contains("quotation marks"), "{id}: {text}");
    }
}

#[test]
fn should_not_take_a_number_for_another() {
    for (value, expected) in [
        ("010", None),
        ("0o10", Some(8)),
        ("0x10", Some(16)),
        ("10", Some(10)),
        ("1_0", None),
        ("1:30", None),
        (".inf", None),
    ] {
        let text = format!("{JOB}max_retries: {value}\n");
        match expected {
            Some(expected) => {
                assert_eq!(
                    request(&text).retry.unwrap().max_retries,
                    expected,
                    "{value}"
                );
            }
            None => assert!(refusal(&text).contains("max_retries"), "{value}"),
        }
    }
    assert!(refusal(&format!("{JOB}timeout_seconds: 0600\n")).contains("timeout_seconds"));
    assert!(refusal("tasks:\n- {key: a, note: x, every: 0600}\n").contains("every"));
}

#[test]
fn should_take_the_words_of_both_versions_of_yaml() {
    for (word, is_on) in [
        ("yes", true),
        ("No", false),
        ("on", true),
        ("OFF", false),
        ("True", true),
    ] {
        let expected = (!is_on).then_some(true);
        assert_eq!(
            request(&format!("{JOB}enabled: {word}\n")).disabled,
            expected,
            "{word}"
        );
    }
    // In one program they are words, in another text, and any text counts as true there.
    for word in ["y", "n", "N"] {
        assert!(
            refusal(&format!("{JOB}enabled: {word}\n")).contains("enabled"),
            "{word}"
        );
    }
}

#[test]
fn should_refuse_tags_that_change_a_value() {
    for value in [
        "!!binary aGVsbG8=",
        "!!set {a, b}",
        "!!timestamp 2026-01-01",
        "!!python/name:os x",
        "!secret x",
        "!<tag:yaml.org,2002:binary> aGVsbG8=",
    ] {
        for text in [
            format!("id: a\nname: {value}\ncommand: a\nschedule: '@daily'\n"),
            format!("tasks:\n- {{key: a, note: x, every: 60, name: {value}}}\n"),
            format!("tasks:\n- key: a\n  every: 60\n  steps:\n  - {value}\n"),
        ] {
            assert!(refusal(&text).contains("tag"), "{text}: {}", refusal(&text));
        }
    }
    // Those of plain values change nothing.
    assert_eq!(
        request("id: a\nname: !!str 7\ncommand: a\nschedule: '@daily'\n").name,
        "7"
    );
    // Text is text, whatever it looks like.
    let command = "id: a\nname: a\nschedule: '@daily'\ncommand: |\n  x: !!binary a\n  - !!set\ndescription: 'no !!binary here'\n";
    assert!(request(command).description.is_some());
    let folded = "tasks:\n- key: a\n  every: 60\n  command: >-\n    echo: !!binary\n  name: b # : !!binary\n";
    assert_eq!(request(folded).name, "b");
}

#[test]
fn should_ask_for_quotation_marks_where_they_are_missing() {
    for schedule in ["*/5 * * * *", "@daily", "* * * * *", "@every 5m", "%H"] {
        let text = refusal(&format!(
            "id: a\nname: a\ncommand: a\nschedule: {schedule}\n"
        ));
        assert!(
            text.contains(&format!("schedule: \"{schedule}\"")),
            "{schedule}: {text}"
        );
    }
    let text = refusal("tasks:\n- key: a\n  note: `date`\n  every: 60\n");
    assert!(text.contains("note: \"`date`\""), "{text}");
    let text = refusal("tasks:\n- {key: a, note: x, cron: @daily}\n");
    assert!(text.contains("quotation marks"), "{text}");
}
