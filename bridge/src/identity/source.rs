//! Which key is meant: a file, or an entry of a store.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Kind, Result};

/// Where a private key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentitySource {
    /// A PEM file.
    File(PathBuf),
    /// An identity of `dfx`.
    Dfx(String),
    /// An identity of `icp`.
    Icp(String),
    /// An entry that this program made in the keyring of the user.
    Keyring(String),
}

/// A key, and what it takes to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityChoice {
    /// Its name in the configuration file.
    pub name: Option<String>,
    /// Where it is.
    pub source: IdentitySource,
    /// Where its password is, if it needs one.
    pub password_file: Option<PathBuf>,
}

impl IdentityChoice {
    /// A key without a name.
    #[must_use]
    pub const fn of(source: IdentitySource) -> Self {
        Self {
            name: None,
            source,
            password_file: None,
        }
    }

    /// What `--identity` may say, where `names` are those of the configuration, and `text` is none
    /// of them.
    ///
    /// # Errors
    /// `Usage` if it is the anonymous identity, no file and no entry of a store.
    pub fn from_text(text: &str, names: &[&str]) -> Result<Self> {
        if text == "anonymous" {
            return Err(anonymous());
        }
        let source: IdentitySource = text.parse()?;
        match &source {
            IdentitySource::File(path) if !looks_like_a_path(text) && !path.exists() => {
                Err(unknown(text, names))
            }
            _ => Ok(Self::of(source)),
        }
    }
}

/// The refusal of the anonymous identity.
pub(super) fn anonymous() -> Error {
    Error::new(
        Kind::Usage,
        "the scheduler accepts nothing from the anonymous identity: tasks belong to a key",
        "name a key with --identity, or make one with `chime identity new NAME`",
    )
}

fn looks_like_a_path(text: &str) -> bool {
    text.contains(['/', '\\'])
        || Path::new(text)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("pem"))
}

fn unknown(text: &str, names: &[&str]) -> Error {
    let own = match names {
        [] => String::new(),
        names => format!("{} of the configuration, ", names.join(", ")),
    };
    Error::new(
        Kind::Usage,
        format!("there is no identity {text:?}"),
        format!(
            "use {own}dfx:NAME, icp:NAME, keyring:NAME, or a PEM file; `chime identity ls` lists \
             those of this machine"
        ),
    )
}

impl FromStr for IdentitySource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let stored = match text.split_once(':') {
            Some(("dfx", name)) => Some((name, Self::Dfx as fn(String) -> Self)),
            Some(("icp", name)) => Some((name, Self::Icp as fn(String) -> Self)),
            Some(("keyring", name)) => Some((name, Self::Keyring as fn(String) -> Self)),
            _ => None,
        };
        match stored {
            Some(("anonymous", _)) => Err(anonymous()),
            Some((name, make)) if is_entry(name) => Ok(make(name.to_string())),
            None if !text.is_empty() => Ok(Self::File(PathBuf::from(text))),
            _ => Err(Error::new(
                Kind::Usage,
                format!("{text:?} names no identity"),
                "use dfx:NAME, icp:NAME, keyring:NAME, or a PEM file",
            )),
        }
    }
}

/// A name that cannot lead out of the directory of a store.
fn is_entry(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

impl fmt::Display for IdentitySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Dfx(name) => write!(formatter, "dfx:{name}"),
            Self::Icp(name) => write!(formatter, "icp:{name}"),
            Self::Keyring(name) => write!(formatter, "keyring:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_what_it_writes() {
        for text in [
            "dfx:default",
            "icp:me",
            "keyring:a b",
            "/keys/me.pem",
            "me.pem",
        ] {
            let source: IdentitySource = text.parse().unwrap();
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn should_stay_in_the_store() {
        for text in ["", "dfx:", "icp:../x", "icp:a/b", "keyring:.x", "icp:a\\b"] {
            assert!(text.parse::<IdentitySource>().is_err(), "{text}");
        }
    }

    #[test]
    fn should_refuse_to_be_anonymous_and_say_why() {
        for text in ["anonymous", "icp:anonymous", "dfx:anonymous"] {
            let error = IdentityChoice::from_text(text, &[]).unwrap_err();
            assert!(error.rule().contains("tasks belong to a key"), "{text}");
        }
    }

    #[test]
    fn should_tell_a_missing_name_from_a_missing_file() {
        let error = IdentityChoice::from_text("yuo", &["you"]).unwrap_err();
        assert!(error.fix().starts_with("use you of the configuration"));
        // A path is looked for when the key is read: the error then names the file.
        assert!(IdentityChoice::from_text("keys/none.pem", &[]).is_ok());
    }
}
