//! Private keys in PEM: ed25519, secp256k1 and prime256v1, in PKCS#8, SEC1 and encrypted PKCS#8.

use std::fmt;
use std::sync::Arc;

use ic_agent::Identity;
use ic_agent::identity::{BasicIdentity, Prime256v1Identity, Secp256k1Identity};
use pkcs8::der::Decode;
use pkcs8::{EncryptedPrivateKeyInfo, LineEnding, SecretDocument};
use zeroize::Zeroizing;

use super::Password;
use crate::error::{Error, Kind, Result};

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Edwards curve 25519.
    Ed25519,
    /// The curve of Bitcoin.
    Secp256k1,
    /// NIST P-256.
    Prime256v1,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ed25519 => "ed25519",
            Self::Secp256k1 => "secp256k1",
            Self::Prime256v1 => "prime256v1",
        })
    }
}

/// A key that can sign.
pub struct Key {
    /// Who signs.
    pub identity: Arc<dyn Identity>,
    /// With what.
    pub algorithm: Algorithm,
    /// Whether it was encrypted.
    pub encrypted: bool,
    /// Its PEM text, not encrypted.
    pub plain: Zeroizing<Vec<u8>>,
}

const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN: &str = "PRIVATE KEY";

/// Reads a key. The password is asked for only if the key is encrypted. `place` names it in errors.
pub fn read(pem: &[u8], place: &str, password: &Password) -> Result<Key> {
    let text = std::str::from_utf8(pem).map_err(|_| unreadable(place, NO_PEM))?;
    let labels = labels(text);
    if labels.contains(&ENCRYPTED) {
        let plain = decrypt(text, place, password)?;
        let key = parse(plain.as_bytes()).ok_or_else(|| unreadable(place, NO_KEY))?;
        return Ok(Key {
            encrypted: true,
            ..key
        });
    }
    if let Some(refusal) = refusal(text, &labels) {
        return Err(unreadable(place, refusal));
    }
    parse(pem).ok_or_else(|| unreadable(place, NO_KEY))
}

/// The labels of the blocks in a PEM file.
fn labels(text: &str) -> Vec<&str> {
    text.lines().filter_map(label).collect()
}

fn label(line: &str) -> Option<&str> {
    let line = line.trim();
    line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")
}

/// What is wrong with a file, and the way out.
type Refusal = (&'static str, &'static str);

const NO_PEM: Refusal = (
    "is not a PEM file",
    "use a file that begins with -----BEGIN PRIVATE KEY-----",
);
const NO_KEY: Refusal = (
    "holds no private key that is understood",
    "use an ed25519, secp256k1 or prime256v1 key in PKCS#8 or SEC1",
);

/// Kinds of files that people take for a key of this kind.
fn refusal(text: &str, labels: &[&str]) -> Option<Refusal> {
    if labels.is_empty() {
        return Some(NO_PEM);
    }
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Some((
            "is encrypted in the old way of OpenSSL",
            "convert it with `openssl pkcs8 -topk8 -v2 aes256 -in OLD -out NEW`",
        ));
    }
    if labels.contains(&"OPENSSH PRIVATE KEY") {
        return Some((
            "holds a key in the form of OpenSSH",
            "convert a copy of it with `ssh-keygen -p -m PKCS8 -f COPY`",
        ));
    }
    if labels.contains(&"RSA PRIVATE KEY") {
        return Some((
            "holds an RSA key, which the Internet Computer does not know",
            NO_KEY.1,
        ));
    }
    if labels
        .iter()
        .all(|label| label.contains("PUBLIC KEY") || label.contains("CERTIFICATE"))
    {
        return Some(("holds no private key, only a public one", NO_KEY.1));
    }
    None
}

fn unreadable(place: &str, (rule, fix): Refusal) -> Error {
    Error::new(Kind::Identity, format!("{place} {rule}"), fix)
}

fn decrypt(text: &str, place: &str, password: &Password) -> Result<Zeroizing<String>> {
    let damaged = || {
        unreadable(
            place,
            (
                "holds an encrypted key that is damaged, or encrypted in an unknown way",
                "use PBES2 with AES: `openssl pkcs8 -topk8 -v2 aes256`",
            ),
        )
    };
    let (_, document) = SecretDocument::from_pem(text.trim_start()).map_err(|_| damaged())?;
    let encrypted =
        EncryptedPrivateKeyInfo::from_der(document.as_bytes()).map_err(|_| damaged())?;
    let secret = password.get(place)?;
    // Padding is all that tells a wrong password, so what comes out is checked as well.
    let wrong = || {
        Error::new(
            Kind::Identity,
            format!("wrong password for the key {place}"),
            format!("check {}", password.origin()),
        )
    };
    let plain = encrypted
        .decrypt(secret.as_bytes())
        .map_err(|error| match error {
            pkcs8::Error::ParametersMalformed => damaged(),
            _ => wrong(),
        })?;
    plain.to_pem(PLAIN, LineEnding::LF).map_err(|_| wrong())
}

/// The first kind of key that fits. The curves name themselves in the file, ed25519 is what is
/// left.
fn parse(pem: &[u8]) -> Option<Key> {
    let key = |identity: Arc<dyn Identity>, algorithm| Key {
        identity,
        algorithm,
        encrypted: false,
        plain: Zeroizing::new(pem.to_vec()),
    };
    if let Ok(identity) = Secp256k1Identity::from_pem(pem) {
        return Some(key(Arc::new(identity), Algorithm::Secp256k1));
    }
    if let Ok(identity) = Prime256v1Identity::from_pem(pem) {
        return Some(key(Arc::new(identity), Algorithm::Prime256v1));
    }
    if !is_safe_ed25519(pem) {
        return None;
    }
    match BasicIdentity::from_pem(pem) {
        Ok(identity) => Some(key(Arc::new(identity), Algorithm::Ed25519)),
        Err(_) => None,
    }
}

/// Whether a block is long enough for the agent's reader of ed25519 keys, which looks at bytes 48 to
/// 52 of every key that is not in the plain form of exactly 48 bytes.
fn is_safe_ed25519(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    let is_body = |line: &&str| !line.contains(['-', ':']);
    let letters = |line: &str| line.trim().trim_end_matches('=').len();
    let count: usize = text.lines().filter(is_body).map(letters).sum();
    let bytes = count * 3 / 4;
    bytes == 48 || bytes >= 52
}

#[cfg(test)]
mod tests;
