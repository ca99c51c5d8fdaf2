//! Advice is fed back: every command that a text of the program names is one that the command line
//! takes, and every flag is one that there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::documented::documents;
use super::typed::commands as taken_apart;
use crate::cli::Cli;

/// Rooms of the workspace whose texts reach people at a terminal.
const ROOMS: [&str; 6] = [
    "bridge/src",
    "canister/src",
    "client/src",
    "replica/src",
    "schedule/src",
    "types/src",
];

/// Verbs that are named without what they need, as one says `git commit`: what they are given follows
/// from the sentence. Whatever is not here is complete.
const NAMED_AS_VERBS: [&str; 30] = [
    "chime --identity icp:NAME",
    "chime action define",
    "chime alert test",
    "chime alert update --to",
    "chime apply",
    "chime apply --dry-run",
    "chime apply -f",
    "chime backup download",
    "chime backup restore",
    "chime config get",
    "chime config set",
    "chime config unset",
    "chime execution replay",
    "chime execution resume",
    "chime execution show",
    "chime identity import",
    "chime identity new",
    "chime preview",
    "chime ps kill",
    "chime ps logs",
    "chime run",
    "chime scheduler set",
    "chime secret put",
    "chime task edit",
    "chime task pause --cancel-running",
    "chime task resume",
    "chime task run",
    "chime task show",
    "chime user put",
    "chime worker --config",
];

/// Flags of programs of others.
const OF_OTHERS: [&str; 2] = ["add-controller", "amount"];

/// The files of Rust below `directory`, but for tests and for other programs, which have command lines of
/// their own.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        if name == "bin" || name == "tests" || name.ends_with("tests.rs") {
            continue;
        }
        match path.is_dir() {
            true => found.extend(sources(&path)),
            false if name.ends_with(".rs") => found.push(path),
            false => {}
        }
    }
    found
}

/// What is said to people, and where: the code of the rooms without comments and tests, and the help.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    for path in ROOMS.iter().flat_map(|room| sources(&root.join(room))) {
        let all = fs::read_to_string(&path).unwrap();
        let code = all.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let mut text = String::new();
        for line in code.lines().map(str::trim) {
            match line.strip_suffix('\\') {
                _ if line.starts_with("//") => {}
                // The sentence goes on.
                Some(begun) => text.push_str(begun),
                None => text.push_str(&format!("{line}\n")),
            }
        }
        texts.push((path.display().to_string(), text));
    }
    add_help(&Cli::command(), &mut texts);
    texts.extend(
        documents()
            .into_iter()
            .map(|(name, page)| (name, spoken(&page))),
    );
    texts
}

/// A page without the lines that begin with a prompt, on one line: what stands in backquotes may be
/// broken between two.
fn spoken(page: &str) -> String {
    let lines = page.lines().filter(|line| !line.starts_with("$ "));
    lines.map(|line| format!("{line} ")).collect()
}

/// The help of a command and of all below it.
fn add_help(command: &clap::Command, texts: &mut Vec<(String, String)>) {
    let abouts = [
        command.get_about(),
        command.get_long_about(),
        command.get_after_help(),
    ];
    let mut said: Vec<String> = abouts
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    for argument in command.get_arguments() {
        let help = argument
            .get_help()
            .into_iter()
            .chain(argument.get_long_help());
        said.extend(help.map(ToString::to_string));
    }
    texts.push((
        format!("the help of {}", command.get_name()),
        said.join("\n"),
    ));
    for below in command.get_subcommands() {
        add_help(below, texts);
    }
}

/// Commands in backquotes, each with a file that names it.
fn commands() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (path, text) in texts() {
        for part in text.split('`').skip(1) {
            if part.starts_with("chime ") && !part.contains('\n') {
                found.insert(part.to_string(), path.clone());
            }
        }
    }
    found
}

/// The command as somebody would type it: with values in place of the words for them.
fn typed(command: &str) -> Vec<String> {
    let value = |word: String| {
        let is_placeholder = |part: &str| {
            let capitals =
                part.len() > 1 && part.chars().all(|it| it.is_ascii_uppercase() || it == '_');
            capitals || part.starts_with('{')
        };
        match word.split_once('=') {
            _ if matches!(word.as_str(), "PRINCIPAL" | "CANISTER") => "aaaaa-aa".to_string(),
            _ if is_placeholder(&word) => "1".into(),
            Some((name, part)) if is_placeholder(part) => format!("{name}=1"),
            _ => word,
        }
    };
    let words = taken_apart(command).into_iter().next();
    words.into_iter().flatten().map(value).collect()
}

#[test]
fn should_name_only_commands_that_can_be_typed() {
    let commands = commands();
    assert!(commands.len() > 100, "{}", commands.len());
    let mut wrong = Vec::new();
    for (command, path) in &commands {
        let is_named = NAMED_AS_VERBS.contains(&command.as_str());
        if let Err(error) = Cli::command().try_get_matches_from(typed(command))
            && !is_complete(command, &error)
            && !(is_named && lacks_something(&error))
        {
            wrong.push(format!("`{command}` in {path}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for verb in NAMED_AS_VERBS {
        let refused = Cli::command().try_get_matches_from(typed(verb));
        assert!(
            refused.is_err_and(|error| lacks_something(&error)),
            "{verb}"
        );
    }
}

/// Whether a command that was not carried out says all the same what is meant: it asks for help, or a
/// noun stands for all of its verbs.
fn is_complete(command: &str, error: &clap::Error) -> bool {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            is_noun(command)
        }
        _ => false,
    }
}

/// Whether something that has to follow is missing, and nothing else is wrong.
fn lacks_something(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::InvalidValue
            | ErrorKind::TooFewValues
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Whether the words are the path of a command with subcommands.
fn is_noun(command: &str) -> bool {
    let all = Cli::command();
    let mut below = &all;
    for name in command.split(' ').skip(1) {
        let Some(found) = below.find_subcommand(name) else {
            return false;
        };
        below = found;
    }
    below.has_subcommands()
}

#[test]
fn should_name_only_flags_that_there_are() {
    let mut known = BTreeSet::from(["help".to_string(), "version".into()]);
    let all = Cli::command();
    let mut below = vec![&all];
    while let Some(command) = below.pop() {
        for argument in command.get_arguments() {
            known.extend(argument.get_long().map(str::to_string));
            let aliases = argument.get_all_aliases().unwrap_or_default();
            known.extend(aliases.into_iter().map(str::to_string));
        }
        below.extend(command.get_subcommands());
    }
    let mut unknown = BTreeSet::new();
    // The documents name those of other programs, too.
    let said = texts().into_iter();
    for (path, text) in said.filter(|(path, _)| !path.ends_with(".md")) {
        for part in text.split("--").skip(1) {
            let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            let end = part.find(|letter| !is_part(letter)).unwrap_or(part.len());
            let flag = part[..end].trim_end_matches('-');
            // `--exclude-...` stands for all that begin so.
            let stands_for =
                part[..end].ends_with('-') && known.iter().any(|it| it.starts_with(flag));
            if flag.len() > 1 && !known.contains(flag) && !stands_for {
                unknown.insert((flag.to_string(), path.clone()));
            }
        }
    }
    unknown.retain(|(flag, _)| !OF_OTHERS.contains(&flag.as_str()));
    assert!(unknown.is_empty(), "{unknown:#?}");
}
