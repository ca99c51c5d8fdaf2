//! The keyring of the user: Secret Service, Keychain, or the Credential Manager.
//!
//! Its library blocks, and on Linux brings a runtime of its own, so it is asked on a thread that
//! belongs to nobody else. A keyring that waits for somebody to unlock it is waited for, but not
//! for ever.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use keyring::Entry;
use zeroize::Zeroizing;

use crate::error::{Error, Kind, Result};

/// The entries of this program are under this name.
pub const SERVICE: &str = "chime";

/// How long somebody may take to unlock the keyring.
const PATIENCE: Duration = Duration::from_secs(60);

/// A secret of the keyring.
pub fn get(service: &'static str, user: &str) -> Result<Zeroizing<String>> {
    let place = user.to_string();
    ask(user, move || {
        let entry = Entry::new(service, &place)?;
        entry.get_password().map(Zeroizing::new)
    })
}

/// Keeps a secret in the keyring, unless there is one already.
pub fn add(service: &'static str, user: &str, secret: Zeroizing<String>) -> Result<()> {
    let place = user.to_string();
    let added = ask(user, move || {
        let entry = Entry::new(service, &place)?;
        match entry.get_password() {
            Err(keyring::Error::NoEntry) => entry.set_password(&secret).map(|()| true),
            Ok(present) => {
                drop(Zeroizing::new(present));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    })?;
    match added {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Usage,
            format!("the keyring holds an entry {user} already"),
            "choose another name: keys are never overwritten",
        )),
    }
}

fn ask<T: Send + 'static>(
    user: &str,
    question: impl FnOnce() -> keyring::Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = mpsc::channel();
    let spawned = thread::Builder::new()
        .name("keyring".to_string())
        // If nobody waits for the answer any more, it is not needed.
        .spawn(move || drop(answer.send(question())));
    if let Err(error) = spawned {
        return Err(unavailable(user, "no thread can be started").because(error));
    }
    match answered.recv_timeout(PATIENCE) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failed(user, error)),
        Err(_) => Err(unavailable(
            user,
            &format!("it does not answer within {} seconds", PATIENCE.as_secs()),
        )),
    }
}

fn failed(user: &str, error: keyring::Error) -> Error {
    match error {
        keyring::Error::NoEntry => Error::new(
            Kind::Identity,
            format!("the keyring holds no entry {user}"),
            "`chime identity ls` lists the identities of this machine",
        ),
        error => {
            // Errors of the library can carry the secret; only those that cannot are repeated.
            let why = match &error {
                keyring::Error::PlatformFailure(cause) | keyring::Error::NoStorageAccess(cause) => {
                    cause.to_string()
                }
                keyring::Error::NoDefaultStore => "this session has none".to_string(),
                keyring::Error::Ambiguous(_) => "several entries have this name".to_string(),
                _ => "its entry cannot be read".to_string(),
            };
            unavailable(user, &why)
        }
    }
}

fn unavailable(user: &str, why: &str) -> Error {
    Error::new(
        Kind::Identity,
        format!("the keyring does not give {user}: {why}"),
        "unlock the keyring of this session, or use a PEM file with --identity FILE; `icp identity \
         export` and `dfx identity export` print one",
    )
}
