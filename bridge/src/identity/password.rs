//! The password of an encrypted key: from a file, or from the person at the terminal.
//!
//! It is asked for only when a key needs it, once in the life of the program, and never where nobody can
//! answer: under a desktop client or a service there is no terminal.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ratatui::crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use zeroize::Zeroizing;

use super::permissions;
use crate::error::{Error, Kind, Result};

/// The longest password file that is read.
const MAXIMUM_BYTES: u64 = 64 * 1024;

/// What was typed, by the key that it belongs to: whoever connects again is not asked again.
static TYPED: Mutex<BTreeMap<String, Zeroizing<String>>> = Mutex::new(BTreeMap::new());

/// Where a password comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// The first line of a file.
    File(PathBuf),
    /// The terminal, if there is one.
    Terminal,
    /// Nobody is asked.
    Nobody,
}

impl Password {
    /// The file, or else the terminal.
    #[must_use]
    pub fn from_file(path: Option<&Path>) -> Self {
        path.map_or(Self::Terminal, |path| Self::File(path.to_path_buf()))
    }

    /// What is to be checked when it does not fit.
    pub(super) fn origin(&self) -> String {
        match self {
            Self::File(path) => format!("the password file {}", path.display()),
            Self::Terminal | Self::Nobody => "what was typed".to_string(),
        }
    }

    /// The password of the key at `place`.
    pub(super) fn get(&self, place: &str) -> Result<Zeroizing<String>> {
        match self {
            Self::File(path) => read_file(path),
            Self::Terminal if io::stdin().is_terminal() && io::stderr().is_terminal() => {
                typed(place)
            }
            Self::Terminal | Self::Nobody => Err(missing(place)),
        }
    }

    /// A remark about a file that others can read.
    pub(super) fn warning(&self) -> Option<String> {
        match self {
            Self::File(path) => permissions::warning(path),
            Self::Terminal | Self::Nobody => None,
        }
    }
}

/// The password that is or was typed.
fn typed(place: &str) -> Result<Zeroizing<String>> {
    let mut all = TYPED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(typed) = all.get(place) {
        return Ok(typed.clone());
    }
    let answer = prompt(place).map_err(|error| missing(place).because(error))?;
    let typed = answer.ok_or_else(|| {
        Error::new(
            Kind::Interrupted,
            "no password was given",
            "run the command again",
        )
    })?;
    all.insert(place.to_string(), typed.clone());
    Ok(typed)
}

pub(super) fn missing(place: &str) -> Error {
    Error::new(
        Kind::Identity,
        format!("the key {place} is encrypted, and there is no terminal to ask for its password"),
        "name a file that holds it with --password-file FILE or CHIME_PASSWORD_FILE",
    )
}

fn read_file(path: &Path) -> Result<Zeroizing<String>> {
    let failed = |rule: &str| {
        Error::new(
            Kind::Identity,
            format!("{rule} the password file {}", path.display()),
            "name a file whose first line is the password with --password-file FILE",
        )
    };
    let metadata = fs::metadata(path).map_err(|error| failed("cannot read").because(error))?;
    if metadata.len() > MAXIMUM_BYTES {
        return Err(failed("too many bytes are in"));
    }
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|error| failed("cannot read").because(error))?;
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    match line.is_empty() {
        true => Err(failed("no password is in the first line of")),
        false => Ok(Zeroizing::new(line.to_string())),
    }
}

/// Asks on the standard error and shows nothing of what is typed; `None` if it is broken off.
fn prompt(place: &str) -> io::Result<Option<Zeroizing<String>>> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "Password of {place}: ")?;
    stderr.flush()?;
    let raw = RawMode::enter()?;
    let typed = type_in();
    drop(raw);
    writeln!(stderr)?;
    typed
}

fn type_in() -> io::Result<Option<Zeroizing<String>>> {
    let mut typed = Zeroizing::new(String::new());
    loop {
        let Event::Key(key) = read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match key.code {
            KeyCode::Enter => return Ok(Some(typed)),
            KeyCode::Esc => return Ok(None),
            KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return Ok(None);
            }
            KeyCode::Backspace => {
                typed.pop();
            }
            KeyCode::Char(letter) => typed.push(letter),
            _ => {}
        }
    }
}

/// The terminal gives letters as they are typed, until this is dropped.
struct RawMode;

impl RawMode {
    fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that is gone.
        let _ = disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        fs::write(&path, text).unwrap();
        Password::File(path).get("k").map(|text| text.to_string())
    }

    #[test]
    fn should_take_the_first_line() {
        for text in ["se cret", "se cret\n", "se cret\r\n", "se cret\nmore"] {
            assert_eq!(written(text).unwrap(), "se cret", "{text:?}");
        }
    }

    #[test]
    fn should_refuse_a_file_without_a_password() {
        for text in ["", "\n", "\nsecret"] {
            let error = written(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Identity);
            assert!(!error.explanation().contains("secret"), "{text:?}");
        }
        let long = "x".repeat(usize::try_from(MAXIMUM_BYTES).unwrap());
        assert!(written(&long).is_ok());
        assert!(written(&format!("{long}x")).is_err());
        let missing = Password::File("/none/password".into());
        assert!(missing.get("k").is_err());
    }
}
