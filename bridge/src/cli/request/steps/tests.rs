use chime_types::{Action, HttpMethod};
use clap::Parser;

use super::*;
use crate::cli::{Cli, Command};

fn read(arguments: &[&str]) -> Result<Vec<NewStep>> {
    let cli = Cli::try_parse_from([&["chime", "run"], arguments].concat()).unwrap();
    let Command::Run(run) = cli.command else {
        panic!("it is `run`");
    };
    steps(&run.steps)
}

#[test]
fn should_keep_the_order_of_the_command_line() {
    let steps = read(&[
        "--note",
        "begin",
        "--call",
        "aaaaa-aa",
        "raw_rand",
        "--with-context",
        "--step-name",
        "draw",
        "--every",
        "30",
        "--command",
        "date",
        "--queue",
        "night",
        "--pause",
        "1m",
        "--note",
        "end",
    ])
    .unwrap();
    assert_eq!(steps.len(), 4);
    assert!(matches!(&steps[0].action, Action::Note { text } if text == "begin"));
    assert!(
        matches!(&steps[1].action, Action::Call { method, with_context: Some(true), .. } if method == "raw_rand")
    );
    assert_eq!(steps[1].name.as_deref(), Some("draw"));
    assert!(
        matches!(&steps[2].action, Action::Command { queue: Some(queue), .. } if queue == "night")
    );
    assert_eq!(steps[2].run_next_after_seconds, Some(60));
    assert!(matches!(&steps[3].action, Action::Note { text } if text == "end"));
}

#[test]
fn should_read_which_answers_are_failures() {
    let call = ["--call", "aaaaa-aa", "m"];
    let cases = |flags: &[&str]| {
        let steps = read(&[&call[..], flags].concat()).unwrap();
        let Action::Call { error_cases, .. } = &steps[0].action else {
            panic!("{steps:?}");
        };
        error_cases.clone()
    };
    assert_eq!(cases(&[]), None);
    assert_eq!(cases(&["--any-answer"]), Some(vec![]));
    assert_eq!(cases(&["--any-answer=false"]), None);
    let named = cases(&["--error-case", "Rejected", "--error-case", "Err"]);
    assert_eq!(named, Some(vec!["Rejected".to_string(), "Err".to_string()]));
}

#[test]
fn should_read_requests_and_registered_actions() {
    let steps = read(&[
        "--http",
        "https://example.com",
        "--header",
        "x: {{secrets.X}}",
        "--body",
        "{}",
        "--expect-status",
        "204",
        "--named",
        "clean",
        "--attributes",
        "{\"days\": 3}",
        "--entity",
        "log",
    ])
    .unwrap();
    let Action::Http { request } = &steps[0].action else {
        panic!("{steps:?}");
    };
    assert_eq!(request.method, Some(HttpMethod::Post));
    assert_eq!(request.expected_status.as_deref(), Some([204].as_slice()));
    assert_eq!(request.headers.as_ref().map(Vec::len), Some(1));
    let Action::Named {
        attributes,
        entity_name,
        ..
    } = &steps[1].action
    else {
        panic!("{steps:?}");
    };
    assert_eq!(
        (attributes.as_str(), entity_name.as_deref()),
        ("{\"days\":3}", Some("log"))
    );
}

#[test]
fn should_say_where_a_message_goes() {
    let channel_of = |flags: &[&str]| {
        let steps = read(&[&["--notify", "it is done"][..], flags].concat()).unwrap();
        match &steps[0].action {
            Action::Notification {
                channel,
                subject,
                message,
            } => {
                assert_eq!(message, "it is done");
                (channel.clone(), subject.clone())
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        channel_of(&[]),
        (Channel::Inbox {}, "{{task_name}}".to_string())
    );
    let given = [
        "--to",
        "https://example.com/x",
        "--header",
        "a: b",
        "--subject",
        "s",
    ];
    let (channel, subject) = channel_of(&given);
    assert_eq!(subject, "s");
    let Channel::Webhook { url, headers } = channel else {
        panic!("{channel:?}");
    };
    assert_eq!(url, "https://example.com/x");
    assert_eq!(headers.map(|headers| headers.len()), Some(1));
    assert!(matches!(
        channel_of(&["--to", "rrkah-fqaaa-aaaaa-aaaaq-cai/hear"]).0,
        Channel::Canister { method, .. } if method == "hear"
    ));
}

#[test]
fn should_make_files_of_python_codices() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("report.py");
    std::fs::write(&file, "result = 1").unwrap();
    let file = file.display().to_string();
    let words = ["--file", file.as_str(), "--attributes", "{\"days\": 3}"];
    let steps = read(&words).unwrap();
    let Action::Codex { name, code, input } = &steps[0].action else {
        panic!("{steps:?}");
    };
    assert_eq!((name.as_str(), code), ("report", &None));
    assert_eq!(input.as_deref(), Some("{\"days\":3}"));
    let word = |file: &str| StepArguments {
        words: vec![StepWord {
            flag: "file",
            values: vec![file.to_string()],
        }],
    };
    assert_eq!(codices(&word(&file)).unwrap().len(), 1);
    let error = codices(&word("no_such.py")).unwrap_err();
    assert_eq!((error.field(), error.exit_code()), (Some("--file"), 2));
    let error = read(&["--file", &file, "--queue", "x"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn should_refuse_flags_that_are_about_no_step() {
    for (arguments, field) in [
        (&["--queue", "x", "--command", "date"][..], "--queue"),
        (&["--note", "x", "--error-case", "Err"], "--error-case"),
        (&["--note", "x", "--any-answer"], "--any-answer"),
        (
            &[
                "--call",
                "aaaaa-aa",
                "m",
                "--any-answer",
                "--error-case",
                "x",
            ],
            "--error-case",
        ),
        (
            &[
                "--call",
                "aaaaa-aa",
                "m",
                "--error-case",
                "x",
                "--any-answer",
            ],
            "--any-answer",
        ),
        (&["--note", "x", "--header", "a: b"], "--header"),
        (&["--call", "aaaaa-aa", "m", "--body", "x"], "--body"),
        (&["--http", "http://example.com"], "--http"),
        (&["--call", "aaaaa-aa", "m", "(7"], "--call"),
        (&["--call", "nobody", "m"], "--call"),
        (&["--named", "x", "--attributes", "[]"], "--attributes"),
        (&["--file", "no_such.sh"], "--file"),
        (&["--notify", "x", "--to", "nowhere"], "--to"),
        (&["--note", "x", "--to", "inbox"], "--to"),
        (&["--note", "x", "--subject", "y"], "--subject"),
        (&["--notify", "x", "--header", "a: b"], "--header"),
        (&["--cleanup", "soon"], "--cleanup"),
        (&["--backup", "many"], "--backup"),
        (&["--analytics", "lately"], "--analytics"),
        (&["--maintenance", "now"], "--maintenance"),
    ] {
        let error = read(arguments).unwrap_err();
        assert_eq!(error.field(), Some(field), "{arguments:?}: {error}");
        assert_eq!(error.exit_code(), 2);
    }
}
