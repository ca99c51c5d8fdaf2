//! `chime completions`: what a shell needs to complete the command line.

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArguments};
use crate::error::Result;
use crate::terminal::Writer;

/// Writes it.
pub(in crate::cli) fn run(arguments: &CompletionsArguments, writer: &Writer) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "chime", &mut script);
    writer.text(&String::from_utf8_lossy(&script))
}
