//! The job files of the systems that Chime succeeds, read as they are: for each file what a user
//! expects, and why.
//!
//! The files lie beside the checkout, or where `CHIME_CASES` says. A file that no table names makes
//! the test fail, so that none is forgotten.

mod daptin;
mod realms;
mod tasks_loop;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chime::apply::{self, Declaration, Finding, Outcome, Patch};
use chime_types::{NewSchedule, Rule};

/// What a user expects of a file, and why.
struct Case {
    file: &'static str,
    expected: Expected,
    why: &'static str,
}

enum Expected {
    /// These tasks, each with the schedule's rule.
    Tasks(Vec<(&'static str, Rule)>),
    /// Refused, one document after the other, with these words in field, rule or fix.
    Refused(&'static [&'static str]),
    /// Nothing to schedule.
    Configuration,
    /// A change to the task that is called so.
    Patch(&'static str),
}

fn cases() -> PathBuf {
    let directory = match std::env::var_os("CHIME_CASES") {
        Some(directory) => PathBuf::from(directory),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"),
    };
    assert!(
        directory.is_dir(),
        "the case files are not in {}: put them there, or set CHIME_CASES to their directory",
        directory.display()
    );
    directory
}

fn path(directory: &str, file: &str) -> PathBuf {
    cases().join(directory).join(file)
}

fn read(directory: &str, file: &str) -> Vec<Finding> {
    apply::read(&[path(directory, file)])
}

fn declared(finding: &Finding) -> &Declaration {
    match &finding.outcome {
        Outcome::Task(declaration) => declaration,
        other => panic!("{} is no task but {other:?}", finding.file),
    }
}

fn patched(finding: &Finding) -> &Patch {
    match &finding.outcome {
        Outcome::Patch(patch) => patch,
        other => panic!("{} is no patch but {other:?}", finding.file),
    }
}

fn refusal(finding: &Finding) -> String {
    match &finding.outcome {
        Outcome::Refused(refusal) => refusal.to_string(),
        other => panic!("{} is not refused but {other:?}", finding.file),
    }
}

fn cron(expression: &str) -> Rule {
    Rule::Cron {
        expression: expression.into(),
    }
}

fn check(directory: &str, table: &[Case]) {
    for case in table {
        let findings = read(directory, case.file);
        let context = format!("{}: {}", case.file, case.why);
        match &case.expected {
            Expected::Tasks(tasks) => check_tasks(&findings, tasks, &context),
            Expected::Configuration => {
                assert!(
                    matches!(findings[0].outcome, Outcome::Configuration),
                    "{context}: {findings:?}"
                );
                assert_eq!(findings.len(), 1, "{context}");
            }
            Expected::Patch(target) => {
                assert_eq!(findings.len(), 1, "{context}");
                assert_eq!(patched(&findings[0]).target, *target, "{context}");
            }
            Expected::Refused(words) => {
                let texts: Vec<_> = findings.iter().map(refusal).collect();
                assert_eq!(texts.len(), words.len(), "{context}: {texts:?}");
                for (text, words) in texts.iter().zip(*words) {
                    assert!(text.contains(words), "{context}: {text}");
                }
            }
        }
    }
    complete(directory, table);
}

fn check_tasks(findings: &[Finding], tasks: &[(&str, Rule)], context: &str) {
    assert_eq!(findings.len(), tasks.len(), "{context}: {findings:?}");
    for (finding, (name, rule)) in findings.iter().zip(tasks) {
        let request = &declared(finding).request;
        assert_eq!(request.name, *name, "{context}");
        let [
            NewSchedule {
                rule: given,
                timezone: None,
                ..
            },
        ] = request.schedules.as_slice()
        else {
            panic!("{context}: {:?}", request.schedules);
        };
        assert_eq!(given, rule, "{context}");
    }
}

/// Every file of the directory is in the table.
fn complete(directory: &str, table: &[Case]) {
    let entries = std::fs::read_dir(cases().join(directory)).expect("the directory can be read");
    let there: BTreeSet<String> = entries
        .map(|entry| {
            entry
                .expect("the entry can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let named: BTreeSet<String> = table.iter().map(|case| case.file.to_string()).collect();
    assert_eq!(
        there, named,
        "files of {directory} that are there, and that the table names"
    );
}

#[test]
fn should_load_the_others_beside_refused_files_of_a_directory() {
    let findings = apply::read(&[cases().join("tasks_loop")]);
    let count = |wanted: fn(&Outcome) -> bool| {
        findings
            .iter()
            .filter(|finding| wanted(&finding.outcome))
            .count()
    };
    assert_eq!(count(|outcome| matches!(outcome, Outcome::Task(_))), 6);
    assert_eq!(
        count(|outcome| matches!(outcome, Outcome::Configuration)),
        2
    );
    assert_eq!(count(|outcome| matches!(outcome, Outcome::Refused(_))), 4);
}
