//! The configuration file: named networks, named identities, and what is used when neither a flag
//! nor an environment variable says otherwise.
//!
//! [`Config`] is the file: read once, checked whole, changed atomically with its comments kept.
//! [`Choices`] is what follows from file, environment and flags, each with its origin, so that
//! `chime doctor` can show it. Nothing here reaches a network or reads a key.

mod choices;
mod document;
mod keys;
mod location;

pub use choices::{Choice, Choices, Given, Origin};
pub use document::Setting;
pub use keys::{Key, MAXIMUM_NAME_LETTERS, documented, is_name};
pub use location::of_user;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk;
use crate::error::{Error, Kind, Result};

/// The largest file that is read: far above what people write by hand.
const MAXIMUM_BYTES: u64 = 1024 * 1024;

/// A configuration file and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    path: PathBuf,
    text: String,
    settings: Vec<Setting>,
}

impl Config {
    /// Reads `path`, which the user named and which therefore has to be there, or else the file of
    /// this user, which may be missing.
    ///
    /// # Errors
    /// `Usage` with file, line and key at a fault; `LocalFile` if it cannot be read.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let config = Self::load_or_empty(path)?;
        match path {
            Some(path) if !path.exists() => Err(Error::new(
                Kind::Usage,
                format!("there is no configuration file {}", path.display()),
                "check the path in --config-file or CHIME_CONFIG_FILE; `chime config set` makes it",
            )),
            _ => Ok(config),
        }
    }

    /// The same, but a file that is not there is empty: it is about to be made.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_or_empty(path: Option<&Path>) -> Result<Self> {
        let path = match path {
            Some(path) => path.to_path_buf(),
            None => of_user()?,
        };
        let text = read(&path)?;
        Self::parse(path, text)
    }

    fn parse(path: PathBuf, text: String) -> Result<Self> {
        let settings = document::read(&path, &text)?;
        Ok(Self {
            path,
            text,
            settings,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that it is in.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Everything in it, in its order.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// One setting.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == *key)
    }

    /// The names of networks, in their order.
    #[must_use]
    pub fn networks(&self) -> Vec<&str> {
        self.names("networks")
    }

    /// The names of identities, in their order.
    #[must_use]
    pub fn identities(&self) -> Vec<&str> {
        self.names("identities")
    }

    fn names(&self, table: &str) -> Vec<&str> {
        let mut names = Vec::new();
        for setting in &self.settings {
            if let [first, name, _] = setting.key.parts()[..]
                && first == table
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// Makes or changes settings, all of them or none.
    ///
    /// # Errors
    /// `Usage` if a value breaks its rule, `LocalFile` if the file cannot be written.
    pub fn set(&mut self, changes: &[(Key, String)]) -> Result<()> {
        let mut text = self.text.clone();
        for (key, value) in changes {
            if let Some((rule, fix)) = key.fault_of(value) {
                return Err(Error::new(Kind::Usage, rule, fix).at(key.as_str()));
            }
            text = document::with(&text, key, value)?;
        }
        self.replace(text)
    }

    /// Removes settings, or all settings of a name; whether there was one.
    ///
    /// # Errors
    /// `LocalFile` if the file cannot be written.
    pub fn unset(&mut self, keys: &[Key]) -> Result<bool> {
        let mut text = self.text.clone();
        for key in keys {
            if let Some(without) = document::without(&text, key)? {
                text = without;
            }
        }
        let changed = text != self.text;
        if changed {
            self.replace(text)?;
        }
        Ok(changed)
    }

    /// Every setting that is this key or below it.
    #[must_use]
    pub fn covered(&self, key: &Key) -> Vec<&Setting> {
        let covered = |setting: &&Setting| key.covers(&setting.key);
        self.settings.iter().filter(covered).collect()
    }

    fn replace(&mut self, text: String) -> Result<()> {
        let made = Self::parse(self.path.clone(), text)?;
        // What was wrong before may stay; nothing may become wrong.
        let before = choices::dangling(self);
        let was = |key: &Key, value: &str| {
            let same = |(old, said, _): &(Key, String, Error)| old == key && said == value;
            before.iter().any(same)
        };
        let mut new = choices::dangling(&made).into_iter();
        if let Some((key, _, error)) = new.find(|(key, value, _)| !was(key, value)) {
            return Err(error.at(key.as_str()));
        }
        disk::write_whole(&self.path, made.text.as_bytes()).map_err(|error| {
            failed("cannot write the configuration file", &self.path).because(error)
        })?;
        *self = made;
        Ok(())
    }
}

fn read(path: &Path) -> Result<String> {
    let too_large = || {
        Error::new(
            Kind::Usage,
            format!("{} has more than {MAXIMUM_BYTES} bytes", path.display()),
            "name the right file with --config-file FILE",
        )
    };
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > MAXIMUM_BYTES => return Err(too_large()),
        _ => {}
    }
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(failed("cannot read the configuration file", path).because(error)),
    }
}

fn failed(what: &str, path: &Path) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("{what} {}", path.display()),
        "check its permissions, or name another one with --config-file FILE",
    )
}

#[cfg(test)]
mod tests;
