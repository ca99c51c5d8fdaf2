//! The help of every command that works on the scheduler's things, as people read it.

use std::collections::BTreeSet;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::error::Kind;
use crate::methods::Selection;

/// The commands with subcommands, and those without.
const NOUNS: [&str; 9] = [
    "task",
    "schedule",
    "execution",
    "action",
    "codex",
    "secret",
    "alert",
    "backup",
    "user",
];
const VERBS: [&str; 4] = ["inbox", "stats", "events", "top"];

/// The name of the file that keeps a help text.
fn snapshot(path: &[&str]) -> String {
    match path.join("_") {
        name if name.is_empty() => "chime".into(),
        name => name,
    }
}

fn help(path: &[&str]) -> String {
    let mut command = crate::cli::help::command().term_width(100);
    let mut command = &mut command;
    for name in path.iter().filter(|name| !name.is_empty()) {
        command = command
            .find_subcommand_mut(name)
            .unwrap_or_else(|| panic!("{path:?}"));
    }
    command.render_long_help().to_string()
}

fn subcommands(noun: &str) -> Vec<String> {
    let command = Cli::command();
    let noun = command.find_subcommand(noun).unwrap();
    let names = noun.get_subcommands().map(|command| command.get_name());
    names
        .filter(|name| *name != "help")
        .map(str::to_string)
        .collect()
}

#[test]
fn should_keep_its_help() {
    for name in [
        "",
        "up",
        "mcp",
        "run",
        "ps",
        "apply",
        "preview",
        "worker",
        "config",
        "deploy",
        "doctor",
        "identity",
        "completions",
        "man",
    ] {
        insta::assert_snapshot!(snapshot(&[name]), help(&[name]));
    }
    for name in ["ls", "start", "kill", "logs"] {
        insta::assert_snapshot!(snapshot(&["ps", name]), help(&["ps", name]));
    }
    for name in ["path", "show", "get", "set", "unset"] {
        insta::assert_snapshot!(snapshot(&["config", name]), help(&["config", name]));
    }
    for name in ["ls", "new", "import", "principal"] {
        insta::assert_snapshot!(snapshot(&["identity", name]), help(&["identity", name]));
    }
    insta::assert_snapshot!(snapshot(&["mcp", "install"]), help(&["mcp", "install"]));
}

#[test]
fn should_keep_the_help_of_the_nouns() {
    for noun in NOUNS.into_iter().chain(["scheduler"]) {
        insta::assert_snapshot!(snapshot(&[noun]), help(&[noun]));
        for verb in subcommands(noun) {
            // They are `ps ls` and `run` under another name.
            if noun == "task" && matches!(verb.as_str(), "ls" | "create") {
                continue;
            }
            insta::assert_snapshot!(snapshot(&[noun, &verb]), help(&[noun, &verb]));
        }
    }
    for verb in VERBS {
        insta::assert_snapshot!(snapshot(&[verb]), help(&[verb]));
    }
}

/// The table of exit codes in the help is the one of the errors.
#[test]
fn should_list_every_exit_code() {
    let help = help(&[]);
    let table = help.split("Exit codes:").nth(1).unwrap();
    let listed = table
        .lines()
        .filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let listed: BTreeSet<u8> = listed.collect();
    let used = Kind::ALL.iter().map(|kind| kind.exit_code()).chain([0]);
    assert_eq!(listed, used.collect());
}

#[test]
fn should_name_every_set_of_tools_in_the_help() {
    let help = help(&["mcp"]);
    for set in Selection::set_names() {
        assert!(help.contains(set), "{set}");
    }
}
