//! What the command line takes.

use clap::{CommandFactory, Parser};

use crate::cli::{Cli, positive_seconds, seconds};

#[test]
fn should_be_a_consistent_command_line() {
    Cli::command().debug_assert();
}

#[test]
fn should_read_durations_in_seconds_and_with_units() {
    assert_eq!(seconds("0"), Ok(0));
    assert_eq!(seconds("90"), Ok(90));
    assert_eq!(seconds("1h30m"), Ok(5_400));
    assert!(positive_seconds("0").is_err());
    assert!(seconds("soon").is_err());
    assert!(seconds("").is_err());
}

#[test]
fn should_take_two_or_three_values_for_a_call() {
    let parse = |arguments: &[&str]| Cli::try_parse_from([&["chime", "run"], arguments].concat());
    assert!(parse(&["--call", "aaaaa-aa", "raw_rand"]).is_ok());
    assert!(parse(&["--call", "aaaaa-aa", "raw_rand", "()", "--every", "30"]).is_ok());
    assert!(parse(&["--call", "aaaaa-aa"]).is_err());
    assert!(parse(&[]).is_err(), "a task must do something");
    assert!(parse(&["--note", "x", "--every", "3", "--cron", "@daily"]).is_err());
}

/// The commands without subcommands, each with the words that name it.
fn leaves() -> Vec<(Vec<String>, clap::Command)> {
    let mut all = crate::cli::help::command();
    all.build();
    let mut waiting = vec![(vec!["chime".to_string()], all)];
    let mut leaves = Vec::new();
    while let Some((path, command)) = waiting.pop() {
        for below in command.get_subcommands() {
            let name = below.get_name().to_string();
            waiting.push(([&path[..], &[name]].concat(), below.clone()));
        }
        if !command.has_subcommands() && !path.contains(&"help".to_string()) {
            leaves.push((path, command));
        }
    }
    leaves
}

#[test]
fn should_take_the_global_options_with_every_command() {
    let globals = Cli::command();
    let globals: Vec<_> = globals
        .get_arguments()
        .filter(|argument| argument.is_global_set())
        .filter_map(clap::Arg::get_long)
        .collect();
    assert!(
        globals.contains(&"identity") && globals.contains(&"output"),
        "{globals:?}"
    );
    let leaves = leaves();
    assert!(leaves.len() > 50, "{}", leaves.len());
    for (path, command) in leaves {
        let taken: Vec<_> = command
            .get_arguments()
            .filter_map(clap::Arg::get_long)
            .collect();
        for global in &globals {
            assert!(taken.contains(global), "{path:?} takes no --{global}");
        }
    }
}

#[test]
fn should_show_what_a_command_is_given_in_its_help() {
    for (path, mut command) in leaves() {
        let help = command.render_long_help().to_string();
        for argument in command.get_positionals() {
            let name = argument.get_value_names().unwrap_or_default()[0].to_string();
            let section = help.split("Arguments:").nth(1);
            assert!(
                section.is_some_and(|section| section.contains(&name)),
                "{path:?} does not show {name}: {help}"
            );
        }
    }
}

#[test]
fn should_refuse_numbers_of_a_worker_by_the_name_of_the_flag() {
    for (flag, refused, taken) in [
        ("--lease", ["4s", "3601"], ["5s", "1h"]),
        ("--concurrency", ["0", "201"], ["1", "200"]),
    ] {
        for value in refused {
            let error = Cli::try_parse_from(["chime", "worker", flag, value]).unwrap_err();
            assert!(error.to_string().contains(flag), "{error}");
        }
        for value in taken {
            assert!(
                Cli::try_parse_from(["chime", "worker", flag, value]).is_ok(),
                "{flag} {value}"
            );
        }
    }
}

/// Whoever reads `DURATION` has to know what a bare number is, or how to write a unit.
#[test]
fn should_name_the_unit_of_every_duration() {
    let has_unit = |help: &str| {
        let words = help.split(|letter: char| !letter.is_ascii_alphanumeric());
        let mut numbers = words.filter(|word| word.starts_with(|it: char| it.is_ascii_digit()));
        help.contains("seconds") || numbers.any(|word| word.ends_with(['s', 'm', 'h', 'd']))
    };
    let mut seen = 0;
    for (path, command) in leaves() {
        for argument in command.get_arguments() {
            let names = argument.get_value_names().unwrap_or_default();
            let help = argument
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            if names.iter().any(|name| name.as_str() == "DURATION") {
                seen += 1;
                assert!(has_unit(&help), "{path:?} {}: {help}", argument.get_id());
            }
        }
    }
    assert!(seen > 30, "{seen}");
}
