//! Who the program is on a network.
//!
//! It is never anonymous: tasks have owners. The embedded network makes a key of its own on first
//! use; everywhere else a key has to be named, because whoever holds it owns the tasks.

use ic_ed25519::{PrivateKey, PrivateKeyFormat};
use zeroize::Zeroizing;

use super::{NetworkName, Settings, StateDirectory};
use crate::error::{Error, Kind, Result};
use crate::identity::{IdentityChoice, IdentitySource, Loaded, load, load_silently, write_new};

/// The identity that the settings ask for.
///
/// # Errors
/// `Identity` if none is named where that is needed, or the key cannot be read.
pub fn choose(settings: &Settings) -> Result<Loaded> {
    match (&settings.identity, &settings.network) {
        (Some(choice), _) => load(choice),
        (None, NetworkName::Embedded) => of_state_directory(&settings.state),
        (None, network) => Err(Error::new(
            Kind::Identity,
            format!("--identity is missing: on the network {network} tasks belong to a key"),
            "name one with --identity: a PEM file, icp:NAME, dfx:NAME or keyring:NAME; `chime \
             identity ls` lists those of this machine, `chime identity new NAME` makes one",
        )),
    }
}

/// The same, where nobody is to be asked for a password and no key is to be made.
///
/// # Errors
/// As [`choose`]; and if the key needs a password that no file holds, or is in a keyring.
pub fn choose_silently(settings: &Settings) -> Result<Loaded> {
    let choice = match (&settings.identity, &settings.network) {
        (Some(choice), _) => choice.clone(),
        (None, NetworkName::Embedded) => {
            IdentityChoice::of(IdentitySource::File(settings.state.identity_file()))
        }
        (None, _) => return choose(settings),
    };
    load_silently(&choice)
}

fn of_state_directory(state: &StateDirectory) -> Result<Loaded> {
    let path = state.identity_file();
    if !path.exists() {
        state.create()?;
        let pem = PrivateKey::generate().serialize_pkcs8_pem(PrivateKeyFormat::Pkcs8v1);
        // If another process makes one at the same time, both go on with the one that was first.
        write_new(&path, Zeroizing::new(pem).as_bytes())
            .map_err(|error| state.failed("cannot make a private key in", error))?;
    }
    load(&IdentityChoice::of(IdentitySource::File(path)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn settings(network: NetworkName, directory: &Path) -> Settings {
        Settings {
            network,
            ..Settings::embedded(StateDirectory::new(directory.join("state")))
        }
    }

    #[test]
    fn should_make_one_key_for_the_embedded_network_and_keep_it() {
        let temporary = tempfile::tempdir().unwrap();
        let settings = settings(NetworkName::Embedded, temporary.path());
        let first = choose(&settings).unwrap().principal();
        let second = choose(&settings).unwrap().principal();
        assert_eq!(first, second);
        assert_ne!(first, candid::Principal::anonymous());
    }

    #[cfg(unix)]
    #[test]
    fn should_let_nobody_else_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let temporary = tempfile::tempdir().unwrap();
        let settings = settings(NetworkName::Embedded, temporary.path());
        assert_eq!(choose(&settings).unwrap().warnings, Vec::<String>::new());
        let metadata = std::fs::metadata(settings.state.identity_file()).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn should_not_be_anonymous_elsewhere() {
        let temporary = tempfile::tempdir().unwrap();
        let error = choose(&settings(NetworkName::Local, temporary.path()))
            .err()
            .unwrap();
        assert_eq!(error.kind(), Kind::Identity);
        assert!(error.rule().contains("--identity is missing"));
    }
}
