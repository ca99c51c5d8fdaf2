//! Who the program is: private keys in PEM files, in the stores of `dfx` and `icp`, and in the
//! keyring of the user.
//!
//! A key is read when it is needed, kept in memory that is wiped, and never logged. Hardware keys and
//! delegations are refused; so is the anonymous identity, because tasks have owners. What `--identity`
//! means is [`IdentityChoice`]; which one is used is decided in [`crate::config`].

mod dfx;
mod icp;
mod keyring;
mod make;
mod password;
mod pem;
mod permissions;
mod source;
mod stores;

pub(crate) use make::write_new;
pub use make::{Storage, Unkept, directory, generate, import, store};
pub use password::Password;
pub use pem::Algorithm;
pub use source::{IdentityChoice, IdentitySource};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candid::Principal;
use ic_agent::Identity;

use crate::error::Result;
use dfx::Dfx;
use icp::Icp;
use stores::{Environment, Material};

/// A key that was read.
pub struct Loaded {
    /// Signs messages.
    pub identity: Arc<dyn Identity>,
    /// The kind of key.
    pub algorithm: Algorithm,
    /// What its owner should mend, such as permissions.
    pub warnings: Vec<String>,
}

impl Loaded {
    /// Who it is.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.identity
            .sender()
            .expect("BUG: private keys know their principal")
    }
}

/// Reads a key.
///
/// # Errors
/// `Identity` if it is not there, is damaged, is of a kind that cannot be used, or its password does
/// not fit.
pub fn load(choice: &IdentityChoice) -> Result<Loaded> {
    let password = Password::from_file(choice.password_file.as_deref());
    load_with(choice, &password)
}

/// The same, where nobody is to be asked for anything.
///
/// # Errors
/// As [`load`]; and if the key needs a password that no file holds, or is in a keyring, which may ask for
/// one.
pub fn load_silently(choice: &IdentityChoice) -> Result<Loaded> {
    if let IdentitySource::Keyring(name) = &choice.source {
        return Err(password::missing(&format!("keyring:{name}")));
    }
    let password = match &choice.password_file {
        Some(path) => Password::File(path.clone()),
        None => Password::Nobody,
    };
    load_with(choice, &password)
}

fn load_with(choice: &IdentityChoice, password: &Password) -> Result<Loaded> {
    let (key, warning) = read_key(&choice.source, password)?;
    let read_password = key.encrypted.then(|| password.warning()).flatten();
    Ok(Loaded {
        identity: key.identity,
        algorithm: key.algorithm,
        warnings: warning.into_iter().chain(read_password).collect(),
    })
}

/// The key, and a warning about its file.
fn read_key(source: &IdentitySource, password: &Password) -> Result<(pem::Key, Option<String>)> {
    let environment = Environment::of_process();
    match source {
        IdentitySource::File(path) => of_file(path.clone(), password),
        IdentitySource::Dfx(name) => match Dfx::find(&environment) {
            Some(store) => store.load(name, password),
            None => Err(stores::absent("dfx", name, &[])),
        },
        IdentitySource::Icp(name) => match Icp::find(&environment) {
            Some(store) => store.load(name, password),
            None => Err(stores::absent("icp", name, &[])),
        },
        IdentitySource::Keyring(name) => {
            let material = Material::secret(keyring::get(keyring::SERVICE, name)?);
            let key = pem::read(&material.pem, &format!("keyring:{name}"), password)?;
            Ok((key, None))
        }
    }
}

fn of_file(path: PathBuf, password: &Password) -> Result<(pem::Key, Option<String>)> {
    let material = Material::file(path.clone())?;
    let key = pem::read(&material.pem, &path.display().to_string(), password)?;
    let warning = match key.encrypted {
        true => None,
        false => permissions::warning(&path),
    };
    Ok((key, warning))
}

/// Whether a file can hold a key that needs no password.
#[must_use]
pub fn is_plain(path: &Path) -> bool {
    match Material::file(path.to_path_buf()) {
        Ok(material) => !String::from_utf8_lossy(&material.pem).contains("ENCRYPTED"),
        Err(_) => false,
    }
}

/// An identity of this machine, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What `--identity` takes.
    pub name: String,
    /// How the key is kept: `plaintext`, `password`, `keyring`, or a kind that cannot be used.
    pub storage: String,
    /// Its principal, where it can be told without a password.
    pub principal: Option<Principal>,
    /// Its file.
    pub place: Option<PathBuf>,
}

/// The identities of `dfx` and `icp` on this machine. A store that cannot be read gives its error.
pub fn of_other_tools() -> Vec<Result<Listed>> {
    let environment = Environment::of_process();
    let dfx = Dfx::find(&environment).map(|store| ("dfx", store.entries()));
    let icp = Icp::find(&environment).map(|store| ("icp", store.entries()));
    let mut listed = Vec::new();
    for (tool, entries) in [dfx, icp].into_iter().flatten() {
        match entries {
            Ok(entries) => listed.extend(entries.into_iter().map(|entry| Ok(list(tool, entry)))),
            Err(error) => listed.push(Err(error)),
        }
    }
    listed
}

fn list(tool: &str, entry: stores::Entry) -> Listed {
    let name = format!("{tool}:{}", entry.name);
    // Reading a plain key asks nobody anything.
    let readable = entry.storage == "plaintext";
    let principal = || match (readable, name.parse()) {
        (true, Ok(source)) => load(&IdentityChoice::of(source))
            .ok()
            .map(|key| key.principal()),
        _ => None,
    };
    Listed {
        principal: entry.principal.or_else(principal),
        storage: entry.storage,
        place: entry.place,
        name,
    }
}
