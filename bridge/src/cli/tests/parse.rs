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
