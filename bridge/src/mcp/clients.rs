//! The configuration files of MCP clients: where they are, and how a server is written into them.
//!
//! What else a file holds stays as it is. The file is replaced in one step, and what it was before
//! is kept beside it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::disk;
use crate::error::{Error, Kind, Result};

/// Copies of old files that are kept beside one.
const MAXIMUM_BACKUPS: u32 = 100;

/// Where all clients that are known here keep their servers.
const SERVERS: &str = "mcpServers";

/// A client whose configuration is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// Claude Desktop.
    ClaudeDesktop,
    /// Claude Code, for all projects of the user.
    ClaudeCode,
    /// Cursor, for all projects of the user.
    Cursor,
}

/// How a client starts a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the client.
    pub name: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It said so already.
    Unchanged,
    /// It was not there.
    Made,
    /// It was changed; this is what it was before.
    Changed {
        /// The file as it was.
        backup: PathBuf,
    },
}

impl Client {
    /// Where the client keeps its servers on this system; `None` if the environment does not say
    /// where its user is at home.
    #[must_use]
    pub fn file(
        self,
        system: &str,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Option<PathBuf> {
        let directory = |name: &str| variable(name).map(PathBuf::from);
        let home = || {
            directory(if system == "windows" {
                "USERPROFILE"
            } else {
                "HOME"
            })
        };
        match self {
            Self::ClaudeDesktop => {
                let settings = match system {
                    "windows" => directory("APPDATA")?,
                    "macos" => home()?.join("Library").join("Application Support"),
                    _ => directory("XDG_CONFIG_HOME")
                        .filter(|path| path.is_absolute())
                        .or_else(|| Some(home()?.join(".config")))?,
                };
                Some(settings.join("Claude").join("claude_desktop_config.json"))
            }
            Self::ClaudeCode => Some(home()?.join(".claude.json")),
            Self::Cursor => Some(home()?.join(".cursor").join("mcp.json")),
        }
    }

    /// The name that people know it by.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Claude Desktop",
            Self::ClaudeCode => "Claude Code",
            Self::Cursor => "Cursor",
        }
    }

    /// The entry in the client's form.
    fn entry(self, entry: &Entry) -> Value {
        match self {
            Self::ClaudeCode => json!({
                "type": "stdio",
                "command": entry.command,
                "args": entry.arguments,
                "env": {},
            }),
            Self::ClaudeDesktop | Self::Cursor => json!({
                "command": entry.command,
                "args": entry.arguments,
            }),
        }
    }

    /// The text of a file with the server in it; `None` if it is there already. What the user has
    /// added to an earlier entry, such as variables of the environment, stays.
    ///
    /// # Errors
    /// `LocalFile` if the text is not a configuration.
    pub fn merged(self, text: &str, entry: &Entry) -> Result<Option<String>> {
        let mut whole = parse(text)?;
        let servers = whole
            .entry(SERVERS)
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut()
            .ok_or_else(|| malformed(&format!("{SERVERS} is not an object")))?;
        let wanted = self.entry(entry);
        let mut placed = match servers.get(&entry.name) {
            Some(Value::Object(old)) => old.clone(),
            _ => Map::new(),
        };
        for (key, value) in wanted.as_object().into_iter().flatten() {
            let is_the_user_s = key == "env" && placed.contains_key(key);
            if !is_the_user_s {
                placed.insert(key.clone(), value.clone());
            }
        }
        let placed = Value::Object(placed);
        if servers.get(&entry.name) == Some(&placed) {
            return Ok(None);
        }
        servers.insert(entry.name.clone(), placed);
        let mut text = serde_json::to_string_pretty(&whole).map_err(|error| {
            Error::new(
                Kind::Internal,
                "the configuration is no JSON",
                "report this",
            )
            .because(error)
        })?;
        text.push('\n');
        Ok(Some(text))
    }
}

/// What a file holds; one that is not there or empty holds an empty object.
fn parse(text: &str) -> Result<Map<String, Value>> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(whole)) => Ok(whole),
        Ok(_) => Err(malformed("it is not an object")),
        Err(error) => Err(malformed("it is not JSON").because(error)),
    }
}

fn malformed(why: &str) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("the configuration cannot be read: {why}"),
        "fix it by hand, or let `chime mcp install --print --file /dev/null` show what belongs in \
         it",
    )
}

/// The text of a file; nothing if it is not there.
///
/// # Errors
/// `LocalFile` if it is there and cannot be read.
pub fn read(file: &Path) -> Result<String> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(failed("cannot read", file, error)),
    }
}

/// Writes a server into the file of a client.
///
/// # Errors
/// `LocalFile` if the file is not a configuration, or cannot be read or replaced. Then it is as it
/// was.
pub fn write(client: Client, file: &Path, entry: &Entry) -> Result<Written> {
    // A link stays a link: what it leads to is replaced.
    let file = &fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let is_there = file.exists();
    let Some(text) = client.merged(&read(file)?, entry)? else {
        return Ok(Written::Unchanged);
    };
    let replaced = if is_there {
        let backup = keep(file)?;
        disk::write_whole(file, text.as_bytes()).map(|()| Written::Changed { backup })
    } else {
        disk::write_whole(file, text.as_bytes()).map(|()| Written::Made)
    };
    replaced.map_err(|error| failed("cannot write", file, error))
}

/// Copies a file beside itself, under the first name that is free.
fn keep(file: &Path) -> Result<PathBuf> {
    for number in 0..MAXIMUM_BACKUPS {
        let mut name = file.as_os_str().to_owned();
        name.push(match number {
            0 => ".bak".to_string(),
            number => format!(".bak.{number}"),
        });
        let backup = PathBuf::from(name);
        match fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&backup)
        {
            // The copy takes on the permissions of the file.
            Ok(_) => {
                fs::copy(file, &backup).map_err(|error| failed("cannot copy", file, error))?;
                return Ok(backup);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("cannot write", &backup, error)),
        }
    }
    Err(Error::new(
        Kind::LocalFile,
        format!("{MAXIMUM_BACKUPS} copies of {} are there", file.display()),
        "remove those that you do not need",
    ))
}

fn failed(what: &str, file: &Path, error: io::Error) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("{what} {}", file.display()),
        "check the path and its permissions, or name another file with --file",
    )
    .because(error)
}

#[cfg(test)]
mod tests;
