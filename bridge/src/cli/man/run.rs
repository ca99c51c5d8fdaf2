//! `chime man`: a manual page for the program and for each of its commands.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::man::show::Pages;
use crate::cli::{Cli, ManArguments};
use crate::error::{Error, Kind, Result};
use crate::terminal::Writer;

/// Writes the pages.
pub(in crate::cli) fn run(arguments: &ManArguments, writer: &Writer) -> Result<()> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let written = pages(&command, &arguments.directory).map_err(|error| {
        Error::new(
            Kind::LocalFile,
            format!("cannot write to {}", arguments.directory.display()),
            "name a directory that you may write to",
        )
        .because(error)
    })?;
    writer.answer(&Pages::new(&arguments.directory, written))
}

/// Writes the page of a command and those of the commands below it; their names.
fn pages(command: &Command, directory: &Path) -> io::Result<Vec<String>> {
    fs::create_dir_all(directory)?;
    let mut names = Vec::new();
    let mut waiting = vec![command.clone()];
    while let Some(command) = waiting.pop() {
        let name = command
            .get_display_name()
            .unwrap_or(command.get_name())
            .to_string();
        let mut text = Vec::new();
        page(&command, &name, &mut text)?;
        let file = format!("{name}.1");
        fs::write(directory.join(&file), text)?;
        names.push(file);
        waiting.extend(
            command
                .get_subcommands()
                .filter(|below| !below.is_hide_set())
                .cloned(),
        );
    }
    names.sort_unstable();
    Ok(names)
}

/// One page. The notes below the help keep their lines: they hold examples.
fn page(command: &Command, name: &str, text: &mut Vec<u8>) -> io::Result<()> {
    let source = concat!("chime ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone())
        .title(name)
        .source(source)
        .manual("Chime");
    man.render_title(text)?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(text)?;
    }
    if let Some(notes) = command.get_after_help() {
        text.extend(verbatim("NOTES", &notes.to_string()).into_bytes());
    }
    Ok(())
}

/// A section whose lines stay as they are.
fn verbatim(title: &str, notes: &str) -> String {
    let line = |line: &str| {
        let escaped = line.replace('\\', "\\e").replace('-', "\\-");
        match escaped.starts_with(['.', '\'']) {
            true => format!("\\&{escaped}\n"),
            false => format!("{escaped}\n"),
        }
    };
    let lines: String = notes.lines().map(line).collect();
    format!(".SH {title}\n.nf\n{lines}.fi\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_keep_lines_that_look_like_requests() {
        assert_eq!(
            verbatim("NOTES", ".x\n'y\na\\b --c"),
            ".SH NOTES\n.nf\n\\&.x\n\\&'y\na\\eb \\-\\-c\n.fi\n"
        );
    }

    #[test]
    fn should_write_a_page_for_every_command() {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let names = pages(&command, directory.path()).unwrap();
        for name in [
            "chime.1",
            "chime-deploy.1",
            "chime-ps-logs.1",
            "chime-config-set.1",
        ] {
            assert!(names.contains(&name.to_string()), "{name}");
            assert!(directory.path().join(name).exists(), "{name}");
        }
    }
}
