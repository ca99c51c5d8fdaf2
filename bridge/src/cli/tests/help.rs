//! The help of every command that works on the scheduler's things, as people read it.

use std::collections::BTreeSet;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::error::Kind;
use crate::methods::Selection;

/// The commands with subcommands, and those without.
const NOUNS: [&str; 8] = [
    "task",
    "schedule",
    "execution",
    "action",
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

/// Every example in a help text must at least be understood.
#[test]
fn should_give_examples_that_the_command_line_takes() {
    let mut examples = Vec::new();
    collect(&Cli::command(), &mut examples);
    assert!(examples.len() > 40, "{examples:?}");
    for example in examples {
        let words = words(&example);
        let parsed = Cli::command().try_get_matches_from(&words);
        assert!(
            parsed.is_ok(),
            "{example}\n{words:?}\n{}",
            parsed.unwrap_err()
        );
    }
}

/// The lines of the help texts that begin with `chime`, continued over `\`, without the remarks
/// that two spaces set off.
fn collect(command: &clap::Command, examples: &mut Vec<String>) {
    let text = command
        .get_after_help()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut joined = String::new();
    for line in text.lines() {
        match line.trim().strip_suffix('\\') {
            Some(begun) => joined.push_str(&format!("{} ", begun.trim())),
            None => joined.push_str(&format!("{}\n", line.trim())),
        }
    }
    for line in joined.lines() {
        let example = line.split(" | ").last().unwrap_or_default();
        if example.starts_with("chime ") {
            // Where the shell sends the answer is not its argument.
            let end = example.find("  ").into_iter().chain(example.find(" >"));
            let end = end.min().unwrap_or(example.len());
            examples.push(example[..end].to_string());
        }
    }
    for subcommand in command.get_subcommands() {
        collect(subcommand, examples);
    }
}

/// A line as a shell would take it apart, as far as the examples need it.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                begun = true;
            }
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            letter => {
                word.push(letter);
                begun = true;
            }
        }
    }
    words.extend(begun.then_some(word));
    words
}

#[test]
fn should_name_every_set_of_tools_in_the_help() {
    let help = help(&["mcp"]);
    for set in Selection::set_names() {
        assert!(help.contains(set), "{set}");
    }
}
