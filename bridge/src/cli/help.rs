//! The help as people read it: the commands in groups, and the global options once, in the help of the
//! program, instead of below each command.

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::Cli;
use crate::error::Kind;

/// The commands in the order in which somebody needs them.
const GROUPS: [(&str, &[&str]); 4] = [
    (
        "Everyday",
        &[
            "up",
            "run",
            "ps",
            "task",
            "schedule",
            "execution",
            "apply",
            "preview",
            "worker",
            "serve",
            "open",
        ],
    ),
    ("Look", &["top", "events", "stats", "inbox", "doctor"]),
    (
        "Administer",
        &[
            "alert",
            "secret",
            "action",
            "codex",
            "backup",
            "user",
            "scheduler",
            "token",
            "mcp",
        ],
    ),
    (
        "Set up",
        &["config", "identity", "deploy", "completions", "man", "help"],
    ),
];

/// Ends the help of every command.
const GLOBAL: &str =
    "Global options, such as --state, --network, --identity and --output: chime --help";

/// The command line with its help.
pub(super) fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    let globals: Vec<clap::Id> = command
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .map(|argument| argument.get_id().clone())
        .collect();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}\n{{options}}{{after-help}}",
        groups(&command)
    );
    for subcommand in command.get_subcommands_mut() {
        shorten(subcommand, &globals);
    }
    command.help_template(template)
}

/// The groups as they stand in the help.
fn groups(command: &Command) -> String {
    let mut text = String::new();
    for (title, names) in GROUPS {
        text.push_str(&format!("{title}:\n"));
        for name in names {
            let about = command
                .find_subcommand(name)
                .and_then(|command| command.get_about())
                .map(ToString::to_string)
                .unwrap_or_default();
            text.push_str(&format!("  {name:<13}{about}\n"));
        }
        text.push('\n');
    }
    text
}

/// Words that people try, and the command that does it.
const MEANT: [(&str, &str); 12] = [
    ("stop", "chime ps kill"),
    ("kill", "chime ps kill"),
    ("start", "chime ps start"),
    ("resume", "chime task resume"),
    ("pause", "chime task pause"),
    ("logs", "chime ps logs"),
    ("log", "chime ps logs"),
    ("list", "chime ps ls"),
    ("ls", "chime ps ls"),
    ("version", "chime --version"),
    ("create", "chime run"),
    ("add", "chime run"),
];

/// What is wrong with a command line, and the next step, as every other error has it. Help and version
/// come this way too, and are no errors.
pub(super) fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Nobody can be told that nobody reads.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let rendered = error.render().to_string();
    let end = match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        // What resembles the word is rarely what is meant by it.
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(given)))
            if meant(given).is_some() =>
        {
            "\n\n"
        }
        _ => "\n\nFor more information",
    };
    let said = rendered.split(end).next();
    let fix = match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(given))) => meant(given),
        _ => None,
    };
    let fix = fix.map_or_else(
        || "The same command with --help shows what it takes.".to_string(),
        |command| format!("Use `{command}`."),
    );
    let said = said.unwrap_or(&rendered).trim_end();
    // Nobody can be told that the standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{said}\n  fix: {fix}");
    ExitCode::from(Kind::Usage.exit_code())
}

fn meant(given: &str) -> Option<&'static str> {
    let found = MEANT.iter().find(|(word, _)| *word == given);
    found.map(|(_, command)| *command)
}

fn shorten(command: &mut Command, globals: &[clap::Id]) {
    let mut short = std::mem::take(command).mut_args(|argument| {
        let is_global = globals.contains(argument.get_id());
        let is_flag = argument.get_long().is_some() && argument.get_action().takes_values();
        // `--retries -1` is a number that is too small, and no other flag.
        argument.hide(is_global).allow_negative_numbers(is_flag)
    });
    if short.get_name() != "help" {
        let own = short.get_after_help().map(ToString::to_string);
        let after = own.map_or_else(
            || GLOBAL.into(),
            |own| format!("{}\n\n{GLOBAL}", unwrapped(&own)),
        );
        short = short.after_help(after);
    }
    for subcommand in short.get_subcommands_mut() {
        shorten(subcommand, globals);
    }
    *command = short;
}

/// The text with each paragraph on one line, for the width of the terminal to break. Lines that are
/// indented hold examples and tables, and stay as they are.
fn unwrapped(text: &str) -> String {
    let mut unwrapped = String::new();
    let mut before = "";
    for line in text.lines() {
        let is_text = |line: &str| !line.is_empty() && !line.starts_with(' ');
        match is_text(before) && is_text(line) && !before.ends_with(':') {
            true => unwrapped.push(' '),
            false if unwrapped.is_empty() => {}
            false => unwrapped.push('\n'),
        }
        unwrapped.push_str(line);
        before = line;
    }
    unwrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_list_every_command_in_one_group() {
        let mut listed: Vec<_> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.to_vec())
            .collect();
        let mut command = Cli::command();
        command.build();
        let mut all: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        listed.sort_unstable();
        all.sort_unstable();
        assert_eq!(listed, all);
    }

    #[test]
    fn should_know_what_was_meant_and_no_word_that_is_a_command() {
        for (word, command) in MEANT {
            let tried = super::command().try_get_matches_from(["chime", word]);
            assert_eq!(tried.unwrap_err().kind(), ErrorKind::InvalidSubcommand);
            let words: Vec<_> = command.split(' ').collect();
            let known = super::command().try_get_matches_from([&words[..], &["--help"]].concat());
            assert!(!known.unwrap_err().use_stderr(), "{command}");
        }
        let negative = command().try_get_matches_from(["chime", "run", "--retries", "-1"]);
        let said = negative.unwrap_err().to_string();
        assert!(said.contains("0..=1000"), "{said}");
    }

    #[test]
    fn should_leave_the_breaking_of_paragraphs_to_the_terminal() {
        let written =
            "A sentence that\ngoes on.\n\nExamples:\n  chime up  \\\n      --watch\nIts end.";
        assert_eq!(
            unwrapped(written),
            "A sentence that goes on.\n\nExamples:\n  chime up  \\\n      --watch\nIts end."
        );
        let mut waiting = vec![command()];
        while let Some(command) = waiting.pop() {
            let after = command.get_after_help().map(ToString::to_string);
            for line in after.iter().flat_map(|text| text.lines()) {
                let fits = !line.starts_with(' ') || line.chars().count() <= 100;
                assert!(fits, "{}: {line}", command.get_name());
            }
            waiting.extend(command.get_subcommands().cloned());
        }
    }

    #[test]
    fn should_describe_the_global_options_once() {
        let mut command = command();
        assert!(
            command
                .render_long_help()
                .to_string()
                .contains("--password-file")
        );
        let mut all = vec![command.find_subcommand_mut("task").unwrap()];
        while let Some(command) = all.pop() {
            let help = command.render_long_help().to_string();
            assert!(!help.contains("--password-file"), "{help}");
            all.extend(command.get_subcommands_mut());
        }
    }
}
