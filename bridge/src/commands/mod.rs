//! The commands, one file each: they call the operations and write the answer.
//!
//! A command holds no rule of the scheduler. What it needs of arguments is in [`crate::cli`], what
//! it shows in [`crate::output`].

mod apply;
mod follow;
mod mcp;
mod preview;
mod ps;
mod run;
mod session;
mod up;

use crate::cli::{Cli, Command, PsCommand};
use crate::error::{Error, Result};
use crate::output::Writer;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from being done; the table of [`crate::error`] gives the exit code.
pub async fn run(cli: Cli) -> Result<()> {
    let writer = Writer::new(cli.global.output);
    let global = &cli.global;
    match cli.command {
        Command::Up(arguments) => up::run(global, &arguments, &writer).await,
        Command::Mcp => mcp::run(global, &writer).await,
        Command::Run(arguments) => run::run(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Ls(arguments)) => ps::list(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Start(arguments)) => ps::start(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Kill(arguments)) => ps::kill(global, &arguments, &writer).await,
        Command::Ps(PsCommand::Logs(arguments)) => ps::logs(global, &arguments, &writer).await,
        Command::Apply(arguments) => apply::run(global, &arguments, &writer).await,
        Command::Preview(arguments) => preview::run(&arguments, &writer),
    }
}

/// Writes an error to the standard error: its cause, and the next step.
pub fn report(error: &Error) {
    use std::io::Write;
    let text = format!(
        "error: {}\n  fix: {}",
        error.explanation(),
        sentence(error.fix())
    );
    // Nobody can be told that the standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The text with a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
