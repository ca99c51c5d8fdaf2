//! What the stores of other tools have in common.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use candid::Principal;
use zeroize::Zeroizing;

use crate::error::{Error, Kind, Result};

/// The environment that says where stores are.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The operating system, as in [`std::env::consts::OS`].
    pub os: &'a str,
    /// The value of a variable that is set and not empty.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

/// A variable of this process that is set and not empty.
pub fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

impl Environment<'static> {
    /// That of this process.
    pub const fn of_process() -> Self {
        Self {
            os: env::consts::OS,
            variable: &variable,
        }
    }
}

/// An identity of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the store.
    pub name: String,
    /// How it is kept: `plaintext`, `password`, `keyring`, or a kind that cannot be used.
    pub storage: String,
    /// Its file.
    pub place: Option<PathBuf>,
    /// Its principal, if the store says so.
    pub principal: Option<Principal>,
}

/// The bytes of a key, wiped from memory when they are dropped.
pub struct Material {
    /// The PEM text.
    pub pem: Zeroizing<Vec<u8>>,
    /// The file it was read from.
    pub path: Option<PathBuf>,
}

/// The largest key file that is read: far above any key.
const MAXIMUM_BYTES: u64 = 64 * 1024;

impl Material {
    /// Reads a file.
    pub fn file(path: PathBuf) -> Result<Self> {
        let pem = read(&path)?;
        Ok(Self {
            pem,
            path: Some(path),
        })
    }

    /// A text of the keyring.
    pub fn secret(secret: Zeroizing<String>) -> Self {
        Self {
            pem: Zeroizing::new(secret.as_bytes().to_vec()),
            path: None,
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |why: &str| {
        Error::new(
            Kind::Identity,
            format!("cannot read the private key {}{why}", path.display()),
            "check the path given with --identity, and the permissions of the file",
        )
    };
    let metadata = fs::metadata(path).map_err(|error| failed("").because(error))?;
    if !metadata.is_file() {
        return Err(failed(": it is not a file"));
    }
    if metadata.len() > MAXIMUM_BYTES {
        return Err(failed(": it is too large to be a key"));
    }
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| failed("").because(error))
}

/// An identity that cannot be used, and the way out.
pub fn refused(tool: &str, name: &str, why: &str) -> Error {
    Error::new(
        Kind::Identity,
        format!("{tool}:{name} {why}"),
        "use a key that this program can read: `chime identity new NAME` makes one, and \
         `chime identity ls` lists those of this machine",
    )
}

/// A name that the store does not know.
pub fn absent(tool: &str, name: &str, names: &[String]) -> Error {
    let fix = match names {
        [] => format!("make one with `{tool} identity new NAME`, or use another key"),
        names => format!("use {}", names.join(", ")),
    };
    Error::new(
        Kind::Identity,
        format!("{tool} has no identity {name:?}"),
        fix,
    )
}
