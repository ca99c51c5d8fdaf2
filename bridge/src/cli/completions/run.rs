//! `chime completions`: what a shell needs to complete the command line.

use std::env::{args_os, current_dir};
use std::path::PathBuf;

use clap_complete::env::Shells;

use crate::cli::CompletionsArguments;
use crate::cli::completions::VARIABLE;
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Writes it: a script that asks this program for each completion.
pub(in crate::cli) fn run(arguments: &CompletionsArguments, writer: &Writer) -> Result<()> {
    let shell = arguments.shell.to_string();
    let registered = Shells::builtins().completer(&shell).map(|completer| {
        let mut script = Vec::new();
        let written =
            completer.write_registration(VARIABLE, "chime", "chime", &program(), &mut script);
        written.map(|()| script)
    });
    let script = match registered {
        Some(Ok(script)) => script,
        Some(Err(_)) | None => {
            return Err(Error::new(
                Kind::Internal,
                format!("there are no completions for {shell}"),
                "use bash, zsh, fish, powershell or elvish",
            ));
        }
    };
    writer.text(&String::from_utf8_lossy(&script))
}

/// How this program was called: by its name if the shell finds it by that, else where it is.
fn program() -> String {
    let called = args_os().next().map_or("chime".into(), PathBuf::from);
    let whole = match (called.components().count(), current_dir()) {
        (2.., Ok(directory)) => directory.join(called),
        _ => called,
    };
    whole.to_string_lossy().into_owned()
}
