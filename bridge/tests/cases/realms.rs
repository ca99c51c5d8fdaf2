//! Realms: task configurations in two dialects, and files of its project that are no jobs.

use chime::apply;
use chime_types::{Action, Rule};
use serde_json::Value;

use super::Expected::{Refused, Tasks};
use super::{Case, check, declared, path, read};

const NO_JOB: &str = "this is not a job file of a known form";

fn every(repeat_every_seconds: u64) -> Rule {
    Rule::Interval {
        repeat_every_seconds,
        phase_seconds: None,
    }
}

#[test]
fn should_read_every_file_as_its_user_expects() {
    check(
        "realms",
        &[
            Case {
                file: "checksum_case_canister_ids.json",
                expected: Refused(&[NO_JOB]),
                why: "ids of canisters",
            },
            Case {
                file: "doc_multistep_1.json",
                expected: Tasks(vec![("My Pipeline", Rule::Once { run_at: None })]),
                why: "without `every` it runs once",
            },
            Case {
                file: "doc_multistep_2.json",
                expected: Tasks(vec![("Data Processing Pipeline", every(3_600))]),
                why: "every hour, first after ten seconds",
            },
            Case {
                file: "multi_step_task_config.json",
                expected: Tasks(vec![("Data Processing Pipeline", every(30))]),
                why: "every half minute, first after ten seconds",
            },
            Case {
                file: "ps_tables.json",
                expected: Refused(&[NO_JOB]),
                why: "tables of a test",
            },
            Case {
                file: "seed_complex_workflow.json",
                expected: Tasks(vec![("complex_workflow", every(3_600))]),
                why: "the dialect with `codex`, `delay` and `schedule`",
            },
        ],
    );
}

fn pauses(file: &str) -> (Option<u64>, Vec<Option<u64>>) {
    let findings = read("realms", file);
    let request = &declared(&findings[0]).request;
    let pauses = request
        .steps
        .iter()
        .map(|step| step.run_next_after_seconds)
        .collect();
    (request.schedules[0].start_after_seconds, pauses)
}

#[test]
fn should_wait_before_the_first_run_and_between_the_steps() {
    assert_eq!(pauses("doc_multistep_1.json"), (None, vec![None, None]));
    assert_eq!(
        pauses("doc_multistep_2.json"),
        (Some(10), vec![None, Some(5), Some(2)])
    );
    // `delay` is the pause before its own step: on the last step it could mean nothing else.
    assert_eq!(
        pauses("seed_complex_workflow.json"),
        (None, vec![None, Some(5), None])
    );
}

fn codices(paths: &[std::path::PathBuf]) -> Vec<(String, Option<String>)> {
    let findings = apply::read(paths);
    let steps = declared(&findings[0]).request.steps.iter();
    steps
        .map(|step| match &step.action {
            Action::Codex { name, code, .. } => (name.clone(), code.clone()),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn should_read_code_beside_the_configuration_and_else_keep_its_name() {
    let config = path("realms", "doc_multistep_1.json");
    assert_eq!(
        codices(std::slice::from_ref(&config)),
        [("step1.py".into(), None), ("step2.py".into(), None)]
    );
    let directory = tempfile::tempdir().expect("a directory");
    let copy = directory.path().join("config.json");
    std::fs::copy(config, &copy).expect("a copy");
    std::fs::write(directory.path().join("step2.py"), "result = 'ok'\n").expect("a file");
    let expected = [("step1.py".into(), None), ("step2".into(), None)];
    assert_eq!(codices(std::slice::from_ref(&copy)), expected);
    let findings = apply::read(&[copy]);
    let [stored] = findings[0].codices.as_slice() else {
        panic!("{:?}", findings[0].codices);
    };
    assert_eq!(
        (stored.name.as_str(), stored.code.as_str()),
        ("step2", "result = 'ok'\n")
    );
}

#[test]
fn should_print_intervals_as_realms_does() {
    let text = std::fs::read_to_string(path("realms", "ps_tables.json")).expect("the tables");
    let tables: Value = serde_json::from_str(&text).expect("the tables are JSON");
    for row in tables["format_interval"].as_array().expect("a list") {
        let seconds = row[0].as_u64().expect("seconds");
        assert_eq!(
            chime_schedule::format_interval(seconds),
            row[1].as_str().expect("text")
        );
    }
}
