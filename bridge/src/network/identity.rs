//! Who the program is on a network: a private key from a PEM file.
//!
//! It is never anonymous: tasks have owners. The embedded network makes a key of its own on first
//! use; everywhere else a key has to be named, because whoever holds it owns the tasks.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use ic_agent::Identity;
use ic_agent::identity::{BasicIdentity, Prime256v1Identity, Secp256k1Identity};
use ic_ed25519::{PrivateKey, PrivateKeyFormat};

use super::{NetworkName, Settings, StateDirectory};
use crate::error::{Error, Kind, Result};

/// The identity that the settings ask for.
pub(super) fn choose(settings: &Settings) -> Result<Arc<dyn Identity>> {
    match (&settings.identity, &settings.network) {
        (Some(path), _) => read(path),
        (None, NetworkName::Embedded) => of_state_directory(&settings.state),
        (None, network) => Err(Error::new(
            Kind::Identity,
            format!("--identity is missing: on the network {network} tasks belong to a key"),
            "give a private key with --identity FILE.pem; `icp identity export NAME` and \
             `dfx identity export NAME` print one",
        )),
    }
}

fn read(path: &Path) -> Result<Arc<dyn Identity>> {
    let pem = fs::read(path).map_err(|error| {
        Error::new(
            Kind::Identity,
            format!("cannot read the private key {}", path.display()),
            "check the path given with --identity, and the permissions of the file",
        )
        .because(error)
    })?;
    parse(&pem).ok_or_else(|| {
        Error::new(
            Kind::Identity,
            format!("{} holds no private key that is understood", path.display()),
            "use an unencrypted PEM file with an ed25519, secp256k1 or prime256v1 key",
        )
    })
}

/// The first kind of key that fits. The curves name themselves in the file, ed25519 is what is
/// left.
fn parse(pem: &[u8]) -> Option<Arc<dyn Identity>> {
    if let Ok(identity) = Secp256k1Identity::from_pem(pem) {
        return Some(Arc::new(identity));
    }
    if let Ok(identity) = Prime256v1Identity::from_pem(pem) {
        return Some(Arc::new(identity));
    }
    match BasicIdentity::from_pem(pem) {
        Ok(identity) => Some(Arc::new(identity)),
        Err(_) => None,
    }
}

fn of_state_directory(state: &StateDirectory) -> Result<Arc<dyn Identity>> {
    let path = state.identity_file();
    if !path.exists() {
        state.create()?;
        make_key(state.path(), &path)
            .map_err(|error| state.failed("cannot make a private key in", error))?;
    }
    read(&path)
}

/// Writes a new key beside `path` and moves it there. Of two processes that do so at the same
/// time one wins, and both go on with its key.
fn make_key(directory: &Path, path: &Path) -> io::Result<()> {
    let pem = PrivateKey::generate().serialize_pkcs8_pem(PrivateKeyFormat::Pkcs8v1);
    // The file is made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(pem.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(refused) => Err(refused.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECP256K1: &str = "-----BEGIN EC PRIVATE KEY-----
MHQCAQEEIPgf5DUXqQCP2V2Nu2rirVRnxtVujj8maM2OLHsSncJAoAcGBSuBBAAK
oUQDQgAE7+yD2H9sUTlPVf3Nk1sdfQx6TRIBTr16eqU5a9CFZ2gb5YyJPKGlKp4E
V5qLNuAh57mhtlWCZ1JKnS0EorhgLQ==
-----END EC PRIVATE KEY-----
";
    const PRIME256V1: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIJOqm5BO3Y/MX7pPGgQKglicnmCAuDMpVpiXFj7RCHIZoAoGCCqGSM49
AwEHoUQDQgAEqXQjzQitT6P0JpHc6FrXsYz42PoZ0kZ6xOhs7TWu1IRQ7nHEYY1U
OaaomnXBsl4OlaPe64byaFSBGUpXCQuzXw==
-----END EC PRIVATE KEY-----
";
    const PRIME256V1_PKCS8: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2p+EesTdT8EAaVNn
lQj5LGefBqGXm7ezKayFdZnDT56hRANCAARu0slyAwQqqipatKaII/Eqko5FcV80
CMmdRgja+zmRy5Koee1BluSyhpiIZqg2xmYapMNm67TOr8BbYmHtiyTE
-----END PRIVATE KEY-----
";

    fn settings(network: NetworkName, directory: &Path) -> Settings {
        Settings {
            network,
            state: StateDirectory::new(directory.join("state")),
            canister: None,
            identity: None,
        }
    }

    #[test]
    fn should_make_one_key_for_the_embedded_network_and_keep_it() {
        let temporary = tempfile::tempdir().unwrap();
        let settings = settings(NetworkName::Embedded, temporary.path());
        let first = choose(&settings).unwrap().sender().unwrap();
        let second = choose(&settings).unwrap().sender().unwrap();
        assert_eq!(first, second);
        assert_ne!(first, candid::Principal::anonymous());
    }

    #[cfg(unix)]
    #[test]
    fn should_let_nobody_else_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let temporary = tempfile::tempdir().unwrap();
        let settings = settings(NetworkName::Embedded, temporary.path());
        choose(&settings).unwrap();
        let metadata = fs::metadata(settings.state.identity_file()).unwrap();
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

    #[test]
    fn should_read_every_kind_of_key_and_refuse_the_rest() {
        let ed25519 = PrivateKey::generate().serialize_pkcs8_pem(PrivateKeyFormat::Pkcs8v1);
        for pem in [SECP256K1, PRIME256V1, PRIME256V1_PKCS8, &ed25519] {
            assert!(parse(pem.as_bytes()).is_some(), "{pem}");
        }
        for pem in [
            "",
            "no key",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            assert!(parse(pem.as_bytes()).is_none(), "{pem}");
        }
    }
}
