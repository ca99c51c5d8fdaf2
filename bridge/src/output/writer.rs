//! The one place that writes to the standard output.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use serde::Serialize;

use super::Clock;
use crate::error::{Error, Kind, Result};

/// The form in which an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and sentences, for people.
    Table,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
}

/// An answer that can be written in every form.
pub trait Answer: Serialize {
    /// The text for people.
    fn text(&self, page: &Page<'_>) -> String;
}

/// What a text may use: the width of the terminal, colours, the reader's clock.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Columns of the terminal; `None` if the text is not for a terminal.
    pub width: Option<u16>,
    /// Whether colours are wanted.
    pub colour: bool,
    /// The time and zone of the reader.
    pub clock: &'a Clock,
}

/// Writes answers and messages.
#[derive(Debug)]
pub struct Writer {
    format: Format,
    clock: Clock,
}

impl Writer {
    /// A writer to the standard streams.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            clock: Clock::system(),
        }
    }

    /// Whether people read the answer, and not a program.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.format == Format::Table
    }

    /// The time and zone of the reader, at this moment.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.refreshed()
    }

    /// Writes the answer of a command.
    ///
    /// # Errors
    /// If the standard output cannot be written to. A reader that went away is none.
    pub fn answer(&self, answer: &impl Answer) -> Result<()> {
        let text = match self.format {
            Format::Table => answer.text(&self.page(&self.clock())),
            Format::Json => serde_json::to_string_pretty(answer).map_err(unwritable)?,
            Format::Yaml => serde_norway::to_string(answer).map_err(unwritable)?,
        };
        put(text.trim_end()).map_err(unwritable)
    }

    /// Writes one item of a stream: a line of text, or one line of JSON.
    ///
    /// # Errors
    /// If the standard output cannot be written to. A reader that went away is none.
    pub fn item(
        &self,
        item: &impl Serialize,
        text: impl FnOnce(&Page<'_>) -> String,
    ) -> Result<()> {
        let line = match self.format {
            Format::Table => text(&self.page(&self.clock())),
            Format::Json => serde_json::to_string(item).map_err(unwritable)?,
            Format::Yaml => format!(
                "---\n{}",
                serde_norway::to_string(item).map_err(unwritable)?
            ),
        };
        put(line.trim_end()).map_err(unwritable)
    }

    /// Writes a message, which is never part of the answer.
    pub fn message(&self, text: impl AsRef<str>) {
        // Nobody can be told that the standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
    }

    fn page<'a>(&self, clock: &'a Clock) -> Page<'a> {
        let terminal = io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Page {
            width: terminal.then(terminal_width).flatten(),
            colour: terminal && !plain,
            clock,
        }
    }
}

fn unwritable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        Kind::LocalFile,
        "cannot write to the standard output",
        "Check where it is redirected to.",
    )
    .because(cause)
}

fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().width()
}

fn put(text: &str) -> io::Result<()> {
    let mut stream = io::stdout().lock();
    match writeln!(stream, "{text}").and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
