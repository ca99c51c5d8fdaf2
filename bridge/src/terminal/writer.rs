//! The one place that writes to the standard output.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::error::{Error, Kind, Result};
use crate::words::Clock;

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
    file: Option<File>,
}

/// Writes a message, for whoever has no writer at hand.
pub fn message(text: &str) {
    // Nobody can be told that the standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

impl Writer {
    /// A writer to the standard streams.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            clock: Clock::system(),
            file: None,
        }
    }

    /// A writer whose answers go into a file, which is emptied first.
    ///
    /// # Errors
    /// `LocalFile` if the file cannot be written.
    pub fn to_file(format: Format, path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|error| {
            let rule = format!("cannot write {}", path.display());
            Error::new(
                Kind::LocalFile,
                rule,
                "Name a file in a directory that can be written.",
            )
            .because(error)
        })?;
        Ok(Self {
            file: Some(file),
            ..Self::new(format)
        })
    }

    /// Whether answers appear on a terminal.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set.
    #[must_use]
    pub fn is_coloured(&self) -> bool {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.is_terminal() && !plain
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
        unless_unread(self.put(text.trim_end()))
    }

    /// Writes an answer that is written again and again: on a terminal in the place of the one
    /// before, else below it.
    ///
    /// # Errors
    /// If the standard output cannot be written to; `Interrupted` if its reader went away.
    pub fn frame(&self, answer: &impl Answer) -> Result<()> {
        if self.is_text() && self.is_terminal() {
            let text = answer.text(&self.page(&self.clock()));
            // To the upper left corner, and nothing below it.
            let frame = format!("\u{1b}[H\u{1b}[2J{}", text.trim_end());
            return self.put(&frame).map_err(unwritten);
        }
        self.item(answer, |page| format!("{}\n", answer.text(page).trim_end()))
    }

    /// Writes a text as it is, in every form: the contents of a file.
    ///
    /// # Errors
    /// If the standard output cannot be written to. A reader that went away is none.
    pub fn text(&self, text: &str) -> Result<()> {
        unless_unread(self.put(text.trim_end()))
    }

    /// Writes one item of a stream: a line of text, or one line of JSON.
    ///
    /// # Errors
    /// If the standard output cannot be written to; `Interrupted` if its reader went away: nobody
    /// waits for the next item.
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
        self.put(line.trim_end()).map_err(unwritten)
    }

    /// Writes a message, which is never part of the answer.
    pub fn message(&self, text: impl AsRef<str>) {
        message(text.as_ref());
    }

    fn put(&self, text: &str) -> io::Result<()> {
        let Some(mut file) = self.file.as_ref() else {
            let mut stream = io::stdout().lock();
            return writeln!(stream, "{text}").and_then(|()| stream.flush());
        };
        writeln!(file, "{text}").and_then(|()| file.flush())
    }

    fn page<'a>(&self, clock: &'a Clock) -> Page<'a> {
        let terminal = self.is_terminal();
        Page {
            width: terminal.then(terminal_width).flatten(),
            colour: self.is_coloured(),
            clock,
        }
    }
}

/// One answer that nobody reads to its end is no fault: `chime ps ls | head`.
fn unless_unread(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(unwritable),
    }
}

fn unwritten(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::new(
            Kind::Interrupted,
            "nobody reads the answer any longer",
            "Run the command again to read on.",
        ),
        _ => unwritable(error),
    }
}

/// Resolves when the reader of the standard output has gone away; never where there is none that
/// could, such as a file.
#[cfg(unix)]
pub async fn reader_gone() {
    use std::os::fd::AsFd;
    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;
    // A copy of the descriptor is watched and never written to, so it need not be a pipe: what cannot
    // be watched is refused here.
    let copy = io::stdout().as_fd().try_clone_to_owned();
    let Ok(Ok(stream)) = copy.map(Sender::from_owned_fd_unchecked) else {
        return std::future::pending().await;
    };
    if stream.ready(Interest::ERROR).await.is_err() {
        std::future::pending().await
    }
}

/// Resolves when the reader of the standard output has gone away: here that is seen when the next item
/// is written.
#[cfg(not(unix))]
pub async fn reader_gone() {
    std::future::pending().await
}

fn unwritable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        Kind::LocalFile,
        "cannot write the answer",
        "Check where the standard output or the file goes.",
    )
    .because(cause)
}

fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().width()
}
