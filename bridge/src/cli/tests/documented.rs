//! Each command that a document or a help text says to type is one that the command line takes. That
//! those which need no other network do what they should is for `tests/tests/verbs/documented.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser};

use super::typed::{commands, examples, prompted};
use crate::cli::Cli;

/// Programs of documented lines that are not this one, and who shows that those lines work.
const OTHERS: [(&str, &str); 8] = [
    (
        "start",
        "scripts/start, whose commands are chime apply and chime up",
    ),
    ("test", "scripts/test, which runs everything else"),
    ("build", "scripts/build, with which everything begins"),
    ("cat", "writes a file for the line after it"),
    ("mkdir", "makes a directory for the line after it"),
    ("export", "sets a variable for the lines after it"),
    (
        "icp",
        "scripts/conformance runs these lines with icp itself",
    ),
    ("printf", "writes what the command after it reads"),
];

/// The documents for people, with their paths below the root of the repository.
pub(super) fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let below = |directory: &str| {
        let entries = fs::read_dir(root.join(directory)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let mut paths = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    paths.extend(below("docs"));
    paths.extend(
        below("examples")
            .iter()
            .map(|example| example.join("README.md")),
    );
    let is_page = |path: &PathBuf| path.extension().is_some_and(|it| it == "md") && path.is_file();
    let named = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().filter(is_page).map(named).collect()
}

/// The examples in the help of a command and of all below it.
fn all_examples(command: &clap::Command) -> Vec<(String, String)> {
    let after = command.get_after_help().map(ToString::to_string);
    let name = format!("the help of {}", command.get_name());
    let own = examples(&after.unwrap_or_default());
    let mut found: Vec<_> = own.into_iter().map(|line| (name.clone(), line)).collect();
    found.extend(command.get_subcommands().flat_map(all_examples));
    found
}

/// What is wrong with a line; `others` are the other programs that were seen.
fn judge(line: &str, others: &mut BTreeSet<&'static str>) -> Option<String> {
    for words in commands(line) {
        let program = words[0].rsplit('/').next().unwrap_or_default();
        if program == "chime" {
            if let Err(error) = Cli::try_parse_from(&words) {
                return Some(error.to_string());
            }
        } else if let Some((other, _)) = OTHERS.iter().find(|(other, _)| *other == program) {
            others.insert(*other);
        } else {
            return Some(format!(
                "{program} is none of the programs that are known here"
            ));
        }
    }
    None
}

#[test]
fn should_take_every_line_that_is_documented() {
    let mut lines = all_examples(&Cli::command());
    assert!(lines.len() > 90, "examples are not found: {lines:?}");
    let examples = lines.len();
    for (page, text) in documents() {
        lines.extend(prompted(&text).into_iter().map(|line| (page.clone(), line)));
    }
    assert!(
        lines.len() > examples + 40,
        "lines are not found: {lines:?}"
    );
    let mut others = BTreeSet::new();
    let mut wrong = Vec::new();
    for (place, line) in &lines {
        if let Some(error) = judge(line, &mut others) {
            wrong.push(format!("{place}: {line}\n{error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<_> = OTHERS.iter().map(|(other, _)| *other).collect();
    assert_eq!(others, known, "a program of OTHERS stands in no line");
}

#[test]
fn should_see_a_line_that_is_wrong() {
    let mut others = BTreeSet::new();
    for (line, error) in [
        ("chime ps lss", "unrecognized subcommand"),
        ("mkdir x; chime run --noet x", "unexpected argument"),
        ("chime run --every 30", "required"),
        ("printf x | chime secret putt X", "unrecognized subcommand"),
        ("chimes up", "chimes is none of the programs"),
    ] {
        let found = judge(line, &mut others).unwrap_or_default();
        assert!(found.contains(error), "{line}: {found}");
    }
    assert_eq!(
        judge("scripts/build && target/release/chime up", &mut others),
        None
    );
}
