//! Files that are damaged, huge or mean: each is refused or read, none ends the program.

use std::fs;

use super::{Finding, Outcome, read};

fn findings(name: &str, content: &[u8]) -> Vec<Finding> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    read(&[path])
}

fn refusals(content: &str) -> Vec<String> {
    let refused = findings("job.yaml", content.as_bytes())
        .into_iter()
        .map(|finding| match finding.outcome {
            Outcome::Refused(refusal) => refusal.to_string(),
            other => panic!("{content}: {other:?}"),
        });
    refused.collect()
}

#[test]
fn should_name_the_fault_of_damaged_files() {
    let table = [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("---\n---\n", "the file is empty"),
        ("a: [1, 2", "not valid YAML"),
        ("{\"a\": [1, 2}", "not valid JSON"),
        ("\tname: x", "not valid YAML"),
        ("just text", "must be a mapping"),
        ("42", "must be a mapping"),
        ("[]", "must be a mapping"),
        ("a: 1\nb: 2\n", "not a job file of a known form"),
        ("id: x\nid: y\n", "`id` occurs twice"),
        ("? [a, b]\n: 1\n", "a key must be plain text"),
        ("Tasks: []", "the list is empty"),
        ("Tasks: {Name: x}", "must be a list, not a mapping"),
        ("Tasks: [text]", "Tasks[0]: must be a mapping"),
        ("&a [*a]", "not valid YAML"),
        ("!secret x", "not valid YAML"),
    ];
    for (content, words) in table {
        let refused = refusals(content);
        assert_eq!(refused.len(), 1, "{content}: {refused:?}");
        assert!(refused[0].contains(words), "{content}: {refused:?}");
    }
}

fn check(table: &[(String, &str)]) {
    for (content, words) in table {
        let refused = refusals(content);
        assert!(refused[0].contains(words), "{content}: {refused:?}");
    }
}

#[test]
fn should_name_the_wrong_field_of_a_job() {
    let job = |field: &str| format!("id: a\nname: a\ncommand: a\nschedule: '@daily'\n{field}\n");
    check(&[
        (
            job("max_retries: -1"),
            "max_retries: must be a whole number",
        ),
        (
            job("max_retries: many"),
            "max_retries: must be a whole number",
        ),
        (
            job("max_retries: 1001"),
            "max_retries: 1001 retries are more than 1000",
        ),
        (job("timeout_seconds: 0"), "a timeout of 0 s is not allowed"),
        (
            job("timeout_seconds: 86401"),
            "a timeout of 86401 s is not allowed",
        ),
        (job("enabled: perhaps"), "enabled: must be true or false"),
        (
            job("description: [a]"),
            "description: must be text, not a list",
        ),
        (
            "id: a\nname: a\ncommand: a\nschedule: '61 * * * *'\n".into(),
            "schedule: ",
        ),
        (
            "id: a\nname: a\ncommand: a\nschedule: ''\n".into(),
            "Missing required fields: schedule",
        ),
    ]);
}

#[test]
fn should_name_the_path_in_a_list_of_our_own() {
    let entry = |field: &str| format!("tasks:\n- key: a\n  note: x\n  {field}\n");
    check(&[
        (entry("every: soon"), "tasks[0].every: must be a duration"),
        (entry("evry: 30"), "tasks[0].evry: the field is not known"),
        (
            entry("every: 30\n  cron: '@daily'"),
            "tasks[0].cron: a second rule is given",
        ),
        (
            entry("daily: '25:00'"),
            "tasks[0].daily: must be a time of day",
        ),
        (
            entry("weekly: someday 1:00"),
            "tasks[0].weekly: must be a weekday",
        ),
        (entry("monthly: 32 1:00"), "tasks[0].monthly"),
        (entry("at: tomorrow"), "tasks[0].at: must be an instant"),
        (
            entry("timezone: Mars/Base\n  daily: '1:00'"),
            "tasks[0].timezone",
        ),
        (
            entry("priority: top"),
            "Invalid priority 'top'. Valid options: urgent, high, medium, low",
        ),
        (
            entry("call: {canister: nobody, method: x}"),
            "more than one action",
        ),
        (
            "tasks:\n- key: a\n  call: {canister: nobody, method: x}\n".into(),
            "tasks[0].call.canister: `nobody` is not a canister id",
        ),
        (
            "tasks:\n- key: a\n  call: {canister: aaaaa-aa}\n".into(),
            "tasks[0].call: Missing required fields",
        ),
        (
            "tasks:\n- key: a\n  call: {canister: aaaaa-aa, method: x, arguments: '(('}\n".into(),
            "tasks[0].call.arguments: not Candid",
        ),
        ("tasks:\n- key: a\n".into(), "the entry does nothing"),
        (
            "tasks:\n- note: a\n".into(),
            "tasks[0]: Missing required fields: key",
        ),
    ]);
}

#[test]
fn should_name_the_path_in_documents_of_others() {
    check(&[
        (
            "Tasks:\n- {Name: a, Schedule: '* *', ActionName: a}\n".into(),
            "Tasks[0].Schedule",
        ),
        (
            "Tasks:\n- {Name: a, name: b, Schedule: '@daily', ActionName: a}\n".into(),
            "given twice, in two spellings",
        ),
        (
            "Tasks:\n- {Name: a, Schedule: '@daily', ActionName: a, Attributes: '['}\n".into(),
            "Tasks[0].Attributes: the text is not a JSON object",
        ),
        (
            r#"{"data": {"type": "user", "attributes": {}}}"#.into(),
            "data.type: must be `task`",
        ),
        (
            r#"{"data": {"type": "task"}}"#.into(),
            "data: Missing required fields: attributes",
        ),
        (r#"{"data": []}"#.into(), "data: must be a mapping"),
        (
            r#"{"steps": [{"file": "a"}]}"#.into(),
            "Missing required fields: name",
        ),
        (
            r#"{"name": "a", "steps": []}"#.into(),
            "the list of steps is empty",
        ),
        (
            r#"{"name": "a", "steps": [{}]}"#.into(),
            "steps[0]: Missing required fields: file",
        ),
        (
            r#"{"name": "a", "every": -5, "steps": [{"file": "a"}]}"#.into(),
            "every: must be a duration",
        ),
        (
            r#"{"name": "a", "every": 5, "schedule": {"every": 6}, "steps": [{"file": "a"}]}"#
                .into(),
            "every: is 5 here and 6 in schedule.every",
        ),
    ]);
}

#[test]
fn should_survive_binary_and_huge_files() {
    assert!(matches!(
        findings("a.yaml", &[0xff, 0xfe, 0, 1])[0].outcome,
        Outcome::Refused(_)
    ));
    assert!(matches!(
        findings("a.yaml", b"a\0b")[0].outcome,
        Outcome::Refused(_)
    ));
    let long = format!(
        "id: a\nname: a\nschedule: '@daily'\ncommand: {}\n",
        "x".repeat(1 << 20)
    );
    assert!(refusals(&long)[0].contains("more than 65536"));
    assert!(refusals(&"[".repeat(1 << 20))[0].contains("not valid"));
    let nested = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    assert!(refusals(&nested)[0].contains("not valid JSON"));
    let large = vec![b' '; usize::try_from(super::MAXIMUM_FILE_BYTES).unwrap() + 1];
    assert!(matches!(
        findings("a.yaml", &large)[0].outcome,
        Outcome::Refused(_)
    ));
}

#[test]
fn should_read_many_jobs_of_one_file() {
    let entry =
        "- {key: KEY, note: 'a line that is rather long, so that the file is large', every: 1h}\n";
    let entries: String = (0..12_000)
        .map(|index| entry.replace("KEY", &format!("job-{index}")))
        .collect();
    let text = format!("tasks:\n{entries}");
    assert!(text.len() > 1_000_000);
    let findings = findings("a.yaml", text.as_bytes());
    assert_eq!(findings.len(), 12_000);
    assert!(
        findings
            .iter()
            .all(|finding| matches!(finding.outcome, Outcome::Task(_)))
    );
}

#[test]
fn should_refuse_paths_that_hold_nothing() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("notes.txt"), "x").unwrap();
    let found = read(&[
        directory.path().join("none.yaml"),
        directory.path().to_path_buf(),
    ]);
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|finding| matches!(finding.outcome, Outcome::Refused(_)))
    );
}

#[test]
fn should_note_unknown_fields_of_other_systems() {
    let text = "id: a\nname: a\ncommand: a\nschedule: '@daily'\npriorty: high\n";
    let found = findings("a.yaml", text.as_bytes());
    assert!(matches!(found[0].outcome, Outcome::Task(_)));
    assert_eq!(found[0].notes, ["the unknown field `priorty` is ignored"]);
}

#[test]
fn should_say_once_what_a_list_without_its_head_resembles() {
    for (content, words) in [
        (
            "- {Name: a, Schedule: '@daily', ActionName: x}\n- {Name: b, Schedule: '@daily', ActionName: x}\n",
            "`Tasks:`",
        ),
        ("Name: a\nSchedule: '@daily'\nActionName: x\n", "`Tasks:`"),
        ("- {key: a, note: x}\n- {key: b, note: x}\n", "`tasks:`"),
        ("key: a\nnote: x\n", "`tasks:`"),
    ] {
        let refused = refusals(content);
        assert_eq!(refused.len(), 1, "{content}: {refused:?}");
        assert!(refused[0].contains(words), "{content}: {refused:?}");
    }
}

#[test]
fn should_say_that_an_entry_begins_with_one_dash() {
    let refused = refusals("Tasks:\n- Name: a\n- Schedule: '@daily'\n- ActionName: x\n");
    assert_eq!(refused.len(), 3);
    for text in refused {
        assert!(text.contains("begins with one `- `"), "{text}");
    }
    let refused = refusals("Tasks:\n  Name: a\n  Schedule: '@daily'\n");
    assert!(
        refused[0].contains("Begin each entry with `- `"),
        "{refused:?}"
    );
}

#[test]
fn should_note_that_a_user_of_another_system_has_no_rights_here() {
    let entry = "Tasks:\n- {Name: a, Schedule: '@daily', ActionName: x, AsUserEmail: a@b.c}\n";
    let api = "data:\n  type: task\n  attributes: {name: a, schedule: '@daily', action_name: x}\n  \
               relationships: {as_user_id: {data: {type: user, id: u7}}}\n";
    for (content, user) in [(entry, "a@b.c"), (api, "u7")] {
        let found = findings("job.yaml", content.as_bytes());
        let notes = &found[0].notes;
        assert!(
            notes.iter().any(|note| note.contains(user)),
            "{content}: {notes:?}"
        );
    }
}
