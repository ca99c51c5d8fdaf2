//! New keys, and keys that come from elsewhere: made, encrypted, and put where they stay.
//!
//! Nothing is ever overwritten: a key that is lost is lost.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use ic_ed25519::{PrivateKey, PrivateKeyFormat};
use pkcs8::der::Decode;
use pkcs8::der::asn1::AnyRef;
use pkcs8::pkcs5::pbes2::Parameters;
use pkcs8::pkcs5::scrypt::Params;
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{LineEnding, ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::pem::{Algorithm, Key};
use super::{IdentityChoice, IdentitySource, Loaded, Password, keyring, read_key};
use crate::disk;
use crate::error::{Error, Kind, Result};

/// How a key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Storage {
    /// In a PEM file that only this user can read.
    Plaintext,
    /// In a PEM file, encrypted with the password of --password-file, or one that is typed.
    Password,
    /// In the keyring of the user.
    Keyring,
}

/// A key that is not kept anywhere yet.
pub struct Unkept(Key);

impl Unkept {
    /// What it signs with.
    #[must_use]
    pub fn loaded(&self) -> Loaded {
        Loaded {
            identity: self.0.identity.clone(),
            algorithm: self.0.algorithm,
            warnings: Vec::new(),
        }
    }
}

/// A new ed25519 key.
#[must_use]
pub fn generate() -> Unkept {
    let text = PrivateKey::generate().serialize_pkcs8_pem(PrivateKeyFormat::Pkcs8v1);
    let text = Zeroizing::new(text);
    let none = Password::Terminal;
    let key = super::pem::read(text.as_bytes(), "the new key", &none);
    Unkept(key.unwrap_or_else(|error| panic!("BUG: a new key cannot be read: {error}")))
}

/// A key that is somewhere else.
///
/// # Errors
/// As [`super::load`].
pub fn import(choice: &IdentityChoice) -> Result<Unkept> {
    let password = Password::from_file(choice.password_file.as_deref());
    read_key(&choice.source, &password).map(|(key, _)| Unkept(key))
}

/// Keeps a key under a name, in `directory` or in the keyring.
///
/// # Errors
/// `Usage` if there is one of that name already; `Identity` or `LocalFile` if it cannot be kept.
pub fn store(
    name: &str,
    key: &Unkept,
    storage: Storage,
    directory: &Path,
    password: &Password,
) -> Result<IdentitySource> {
    let path = directory.join(format!("{name}.pem"));
    match storage {
        Storage::Keyring => {
            let text = String::from_utf8_lossy(&key.0.plain).into_owned();
            keyring::add(keyring::SERVICE, name, Zeroizing::new(text))?;
            return Ok(IdentitySource::Keyring(name.to_string()));
        }
        Storage::Plaintext => keep(&path, &key.0.plain)?,
        Storage::Password => {
            let secret = password.get(name)?;
            keep(&path, encrypt(&key.0, &secret)?.as_bytes())?;
        }
    }
    Ok(IdentitySource::File(path))
}

fn keep(path: &Path, text: &[u8]) -> Result<()> {
    let failed = |error: io::Error| {
        Error::new(
            Kind::LocalFile,
            format!("cannot write the key {}", path.display()),
            "check the permissions of its directory",
        )
        .because(error)
    };
    match write_new(path, text).map_err(failed)? {
        true => Ok(()),
        false => Err(Error::new(
            Kind::Usage,
            format!("there is a key {} already", path.display()),
            "choose another name: keys are never overwritten",
        )),
    }
}

/// Writes a file that only this user can read; false if there is one already. Of two processes that
/// do so at the same time one wins.
pub fn write_new(path: &Path, text: &[u8]) -> io::Result<bool> {
    let directory = path.parent().unwrap_or(Path::new("."));
    private_directory(directory)?;
    disk::write_new(path, text)
}

#[cfg(unix)]
fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Where keys are kept beside a configuration file.
#[must_use]
pub fn directory(configuration: &Path) -> PathBuf {
    configuration.join("identities")
}

/// Cost of scrypt: 2 to this power, 128 MiB of memory. The same as `icp` uses.
const SCRYPT_LOG_N: u8 = 17;
const SCRYPT: (u32, u32, usize) = (8, 1, 32);

/// PKCS#8 encrypted by scrypt and AES-256-CBC (PBES2).
fn encrypt(key: &Key, password: &str) -> Result<Zeroizing<String>> {
    let failed = || {
        Error::new(
            Kind::Internal,
            "the key cannot be encrypted",
            "keep it in the keyring",
        )
    };
    let (mut salt, mut vector) = ([0; 16], [0; 16]);
    let random = SystemRandom::new();
    random.fill(&mut salt).map_err(|_| failed())?;
    random.fill(&mut vector).map_err(|_| failed())?;
    let (block, parallel, bytes) = SCRYPT;
    let cost = Params::new(SCRYPT_LOG_N, block, parallel, bytes).map_err(|_| failed())?;
    let parameters = Parameters::scrypt_aes256cbc(cost, &salt, &vector).map_err(|_| failed())?;
    let plain = pkcs8_of(key).ok_or_else(failed)?;
    let information = PrivateKeyInfo::from_der(plain.as_bytes()).map_err(|_| failed())?;
    let encrypted = information
        .encrypt_with_params(parameters, password)
        .map_err(|_| failed())?;
    encrypted
        .to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF)
        .map_err(|_| failed())
}

/// The key in PKCS#8; one in SEC1 is wrapped, with its curve named.
fn pkcs8_of(key: &Key) -> Option<SecretDocument> {
    /// A key on an elliptic curve. Source: RFC 5480.
    const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
    const PRIME256V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
    let text = std::str::from_utf8(&key.plain).ok()?;
    let start = text.find("-----BEGIN EC PRIVATE KEY-----");
    let (label, document) = SecretDocument::from_pem(&text[start.unwrap_or(0)..]).ok()?;
    if label != "EC PRIVATE KEY" {
        return Some(document);
    }
    let curve = match key.algorithm {
        Algorithm::Secp256k1 => SECP256K1,
        Algorithm::Prime256v1 => PRIME256V1,
        Algorithm::Ed25519 => return None,
    };
    let algorithm = AlgorithmIdentifierRef {
        oid: ELLIPTIC,
        parameters: Some(AnyRef::from(&curve)),
    };
    let information = PrivateKeyInfo::new(algorithm, document.as_bytes());
    SecretDocument::try_from(information).ok()
}

#[cfg(test)]
mod tests;
