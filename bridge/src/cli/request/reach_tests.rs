//! Nothing of the interface is out of reach: every flag does something, every field has a flag, and every
//! case of a policy has its word.

use std::collections::BTreeSet;

use chime_types::RetryPolicy;
use clap::{Arg, Args, Command, Parser};
use serde_json::Value;

use crate::cli::record::request_json;
use crate::cli::{ACTIONS, Cli, SettingArguments, TaskCommand};
use crate::fixtures::task;
use crate::scheduler::SCHEDULER_INTERFACE;
use crate::words::span;

/// Fields of a change that are no setting: what is changed, and the guard against a change between.
const NO_FLAG: [&str; 2] = ["task_id", "expected_version"];

/// The flags of settings, which `run` and `task edit` share.
fn flags() -> Vec<Arg> {
    let command = SettingArguments::augment_args(Command::new("settings"));
    command.get_arguments().cloned().collect()
}

/// Values that a flag takes.
fn values(flag: &Arg) -> Vec<String> {
    let possible = flag.get_possible_values();
    if let Some(last) = possible.last() {
        return vec![last.get_name().to_string()];
    }
    let names = flag.get_value_names().unwrap_or_default();
    let value = |name: &str| match name {
        "N" => "7",
        "PERCENT" => "100",
        "DURATION" => "61",
        "PRINCIPAL" | "CANISTER" => "rrkah-fqaaa-aaaaa-aaaaq-cai",
        _ => "word",
    };
    names.iter().map(|name| value(name).to_string()).collect()
}

fn line(begin: &[&str], flag: &Arg) -> Cli {
    let mut line: Vec<String> = begin.iter().map(|word| (*word).to_string()).collect();
    line.push(format!("--{}", flag.get_long().unwrap()));
    line.extend(values(flag));
    Cli::try_parse_from(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

/// The fields that are not null.
fn given(request: &Value) -> BTreeSet<String> {
    let fields = request.as_object().unwrap().iter();
    let given = fields.filter(|(_, value)| !value.is_null());
    given.map(|(name, _)| name.clone()).collect()
}

fn edited(cli: Cli) -> Value {
    match cli.command {
        crate::cli::Command::Task(TaskCommand::Edit(arguments)) => {
            let request = super::edit(&arguments, &task(1, "a")).unwrap();
            request_json("update_task", &request)
        }
        other => panic!("{other:?}"),
    }
}

fn made(cli: Cli) -> Value {
    match cli.command {
        crate::cli::Command::Run(arguments) => {
            let (request, _) = super::create(&arguments).unwrap();
            request_json("create_task", &request)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn should_change_something_with_every_flag() {
    let plain = Cli::try_parse_from(["chime", "run", "--note", "x"]).unwrap();
    let plain = made(plain);
    for flag in flags() {
        let change = given(&edited(line(&["chime", "task", "edit", "1"], &flag)));
        let count = change
            .iter()
            .filter(|name| !NO_FLAG.contains(&name.as_str()));
        assert_eq!(
            count.count(),
            1,
            "task edit {:?}: {change:?}",
            flag.get_long()
        );
        let new = made(line(&["chime", "run", "--note", "x"], &flag));
        assert_ne!(new, plain, "run {:?}", flag.get_long());
    }
}

#[test]
fn should_reach_every_field_of_a_change() {
    let mut reached: BTreeSet<_> = NO_FLAG.iter().map(|name| (*name).to_string()).collect();
    for flag in flags() {
        reached.extend(given(&edited(line(&["chime", "task", "edit", "1"], &flag))));
    }
    for words in [["--note", "y"], ["--every", "30"]] {
        let line = ["chime", "task", "edit", "1", words[0], words[1]];
        reached.extend(given(&edited(Cli::try_parse_from(line).unwrap())));
    }
    let every = request_json("update_task", &chime_types::UpdateTaskRequest::default());
    let every: BTreeSet<_> = every.as_object().unwrap().keys().cloned().collect();
    assert_eq!(reached, every);
}

#[test]
fn should_begin_a_step_with_every_action() {
    let file = tempfile::Builder::new().suffix(".py").tempfile().unwrap();
    std::fs::write(file.path(), "result = 1").unwrap();
    let file = file.path().display().to_string();
    let mut reached = BTreeSet::new();
    for flag in ACTIONS {
        let values = match flag {
            "call" => vec!["aaaaa-aa", "raw_rand"],
            "http" => vec!["https://example.com"],
            "file" => vec![file.as_str()],
            "cleanup" | "analytics" => vec!["7d"],
            "backup" => vec!["3"],
            "maintenance" => vec!["check"],
            _ => vec!["word"],
        };
        let flag = format!("--{flag}");
        let line = [vec!["chime", "run", flag.as_str()], values].concat();
        let request = made(Cli::try_parse_from(&line).unwrap());
        let action = request["steps"][0]["action"].as_object().unwrap();
        reached.extend(action.keys().cloned());
    }
    assert_eq!(reached, cases("Action"));
}

/// The cases of a variant of the interface.
fn cases(variant: &str) -> BTreeSet<String> {
    let begin = format!("type {variant} = variant {{");
    let (_, rest) = SCHEDULER_INTERFACE.split_once(&begin).unwrap();
    let body = rest.split_once("\n};").unwrap().0;
    // Cases stand at the first level; what they hold is further in.
    let cases = body.lines().filter_map(|line| line.strip_prefix("  "));
    let names = cases.filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()));
    names
        .map(|line| line.split([' ', ';']).next().unwrap().to_string())
        .collect()
}

/// A text of the repository.
fn text(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// What nobody can leave out of a text that is written by hand.
#[test]
fn should_tell_of_every_case_in_the_guide() {
    let guide = text("canister/src/service/guide.md");
    for variant in ["Action", "OverlapPolicy", "MissedRuns", "Rule"] {
        for case in cases(variant) {
            assert!(guide.contains(&format!("`{case}`")), "{variant}: {case}");
        }
    }
}

#[test]
fn should_name_the_defaults_of_retries_as_they_are() {
    let defaults = RetryPolicy::default();
    for flag in flags() {
        let expected = match flag.get_long() {
            Some("retries") => defaults.max_retries.to_string(),
            Some("retry-delay") => span(Some(defaults.initial_delay_seconds)),
            Some("retry-maximum-delay") => span(Some(defaults.maximum_delay_seconds)),
            _ => continue,
        };
        let help = flag.get_help().unwrap().to_string();
        let (_, default) = help.split_once("default: ").unwrap();
        assert_eq!(default.trim_end_matches('.'), expected, "{help}");
    }
    let numbers = ["no", "one", "two", "three", "four", "five"];
    let number = numbers[defaults.max_retries as usize];
    let said = format!("null is {number} retries after 5, 10 and 20");
    assert!(SCHEDULER_INTERFACE.contains(&said), "{said}");
}

#[test]
fn should_have_a_word_for_every_case_of_a_policy() {
    let command = <Cli as clap::CommandFactory>::command();
    let run = command.find_subcommand("run").unwrap();
    for (flag, variant) in [
        ("overlap", "OverlapPolicy"),
        ("missed_runs", "MissedRuns"),
        ("gap", "GapPolicy"),
        ("priority", "Priority"),
        ("on_unknown", "OnUnknown"),
    ] {
        let arguments: Vec<_> = run.get_arguments().collect();
        let found = arguments.iter().find(|argument| argument.get_id() == flag);
        let words = found.unwrap().get_possible_values();
        let words: BTreeSet<_> = words
            .iter()
            .map(|word| word.get_name().to_string())
            .collect();
        assert_eq!(words, cases(variant), "--{flag}");
    }
}
