//! Environment variables that are there but empty: they count as not there.
//!
//! Desktop clients and service managers set every variable of a form, those left blank too.

use std::env;

use clap::Command;

/// The command line without the variables that are empty.
pub(super) fn without_empty_variables(command: Command) -> Command {
    let command = command.mut_args(|argument| {
        let is_empty = argument
            .get_env()
            .and_then(env::var_os)
            .is_some_and(|value| value.is_empty());
        if is_empty {
            argument.env(None)
        } else {
            argument
        }
    });
    command.mut_subcommands(without_empty_variables)
}
