//! `chime completions`, and what it makes shells ask.

pub(super) mod arguments;
mod names;
pub(super) mod run;

use std::env::{args_os, current_dir};
use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};
use clap_complete::CompleteEnv;

use crate::cli::{Cli, GlobalArguments, variables};

/// By which a shell says that it asks. Not `COMPLETE`, which may stand for other things in an environment.
const VARIABLE: &str = "CHIME_COMPLETE";

/// Answers a shell that asks how its command line may go on. `false` if it is no shell that asks.
///
/// It has to come first: a word that is being typed is no command line.
///
/// # Errors
/// What kept the answer from being written.
pub fn complete() -> Result<bool, clap::Error> {
    let words: Vec<OsString> = args_os().skip_while(|word| word != "--").skip(1).collect();
    let command = || names::offer(Cli::command(), globals(&words).as_ref());
    CompleteEnv::with_factory(command)
        .var(VARIABLE)
        .bin("chime")
        .try_complete(args_os(), current_dir().ok().as_deref())
}

/// The global options among words that are no command line yet.
fn globals(words: &[OsString]) -> Option<GlobalArguments> {
    let command = variables::without_empty_variables(Cli::command()).ignore_errors(true);
    let matches = command.try_get_matches_from(words).ok()?;
    GlobalArguments::from_arg_matches(&matches).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_find_the_global_options_wherever_they_stand() {
        for line in [
            "chime --state there task show",
            "chime task show --state there --network",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let found = globals(&words).and_then(|found| found.state);
            assert_eq!(found, Some("there".into()), "{line}");
        }
    }
}
