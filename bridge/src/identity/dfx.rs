//! The identities of `dfx`: a directory each, with `identity.pem`, `identity.pem.encrypted`, or an
//! entry in the keyring, as `identity.json` beside it says.
//!
//! Source: dfx 0.32, `src/dfx-core/src/identity`. Its encryption is its own: a key from the password
//! by Argon2id, then AES-256-GCM over the whole PEM file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::keyring;
use super::pem::{self, Key};
use super::stores::{Entry, Environment, Material, refused};
use super::{Password, permissions};
use crate::error::{Error, Kind, Result};

const KEYRING_SERVICE: &str = "internet_computer_identities";
/// Its user names are this and the name of the identity.
const KEYRING_PREFIX: &str = "internet_computer_identity_";
/// Memory in KiB, passes and lanes of Argon2id, and bytes of the key.
const ARGON2: (u32, u32, u32, usize) = (64_000, 3, 1, 32);

#[derive(Default, Deserialize)]
struct Configuration {
    hsm: Option<serde_json::Value>,
    encryption: Option<Encryption>,
    keyring_identity_suffix: Option<String>,
}

#[derive(Deserialize)]
struct Encryption {
    /// The salt in base 64.
    pw_salt: String,
    file_nonce: Vec<u8>,
}

/// The store of `dfx`.
pub struct Dfx {
    directory: PathBuf,
}

impl Dfx {
    /// The store that the environment names, if there can be one.
    pub fn find(environment: &Environment<'_>) -> Option<Self> {
        let variable = environment.variable;
        let root = variable("DFX_CONFIG_ROOT").or_else(|| variable("HOME"))?;
        Some(Self {
            directory: Path::new(&root).join(".config/dfx/identity"),
        })
    }

    fn configuration(&self, name: &str) -> Result<Configuration> {
        let path = self.directory.join(name).join("identity.json");
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(
                Kind::Identity,
                format!("{} is not in a known format", path.display()),
                "export the key with `dfx identity export NAME` and name the file with --identity",
            )
            .because(error)
        };
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Configuration::default()),
            Err(error) => Err(failed(error.into())),
        }
    }

    fn file(&self, name: &str, configuration: &Configuration) -> PathBuf {
        self.directory
            .join(name)
            .join(match configuration.encryption {
                Some(_) => "identity.pem.encrypted",
                None => "identity.pem",
            })
    }

    fn names(&self) -> Vec<String> {
        let Ok(directory) = fs::read_dir(&self.directory) else {
            return Vec::new();
        };
        let mut names: Vec<String> = directory
            .filter_map(std::result::Result::ok)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.') && !name.starts_with("___temp"))
            .collect();
        names.sort_unstable();
        names
    }

    /// Its identities but the anonymous one, which has no directory.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let entry = |name: String| {
            let configuration = self.configuration(&name)?;
            let (storage, place) = match &configuration {
                Configuration { hsm: Some(_), .. } => ("hsm", None),
                Configuration {
                    keyring_identity_suffix: Some(_),
                    ..
                } => ("keyring", None),
                Configuration {
                    encryption: Some(_),
                    ..
                } => ("password", Some(self.file(&name, &configuration))),
                _ => ("plaintext", Some(self.file(&name, &configuration))),
            };
            Ok(Entry {
                storage: storage.to_string(),
                place,
                principal: None,
                name,
            })
        };
        self.names().into_iter().map(entry).collect()
    }

    /// The key of an identity.
    pub fn load(&self, name: &str, password: &Password) -> Result<(Key, Option<String>)> {
        if !self.directory.join(name).is_dir() {
            return Err(super::stores::absent("dfx", name, &self.names()));
        }
        let configuration = self.configuration(name)?;
        if configuration.hsm.is_some() {
            return Err(refused("dfx", name, "is a hardware key"));
        }
        let place = format!("dfx:{name}");
        if let Some(suffix) = &configuration.keyring_identity_suffix {
            let user = format!("{KEYRING_PREFIX}{suffix}");
            let digits = keyring::get(KEYRING_SERVICE, &user)?;
            let pem = hex::decode(digits.as_str()).map(Zeroizing::new);
            let pem = pem.map_err(|_| refused("dfx", name, "has an entry that is damaged"))?;
            return Ok((pem::read(&pem, &place, password)?, None));
        }
        let path = self.file(name, &configuration);
        let material = Material::file(path.clone())?;
        match &configuration.encryption {
            Some(encryption) => {
                let plain = decrypt(name, &material.pem, encryption, password)?;
                let key = pem::read(&plain, &place, password)?;
                let encrypted = true;
                Ok((Key { encrypted, ..key }, None))
            }
            None => {
                let key = pem::read(&material.pem, &place, password)?;
                Ok((key, permissions::warning(&path)))
            }
        }
    }
}

fn decrypt(
    name: &str,
    file: &[u8],
    encryption: &Encryption,
    password: &Password,
) -> Result<Zeroizing<Vec<u8>>> {
    let damaged = || refused("dfx", name, "is encrypted in an unknown way");
    let place = format!("dfx:{name}");
    let typed = password.get(&place)?;
    let salt = STANDARD_NO_PAD
        .decode(&encryption.pw_salt)
        .map_err(|_| damaged())?;
    let nonce: [u8; NONCE_LEN] = encryption
        .file_nonce
        .as_slice()
        .try_into()
        .map_err(|_| damaged())?;
    let (memory, passes, lanes, bytes) = ARGON2;
    let parameters = Params::new(memory, passes, lanes, Some(bytes)).map_err(|_| damaged())?;
    let mut key = Zeroizing::new(vec![0; bytes]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(typed.as_bytes(), &salt, &mut key)
        .map_err(|_| damaged())?;
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).map_err(|_| damaged())?);
    let mut text = Zeroizing::new(file.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let plain = cipher.open_in_place(nonce, Aad::empty(), &mut text);
    let length = plain.map(|plain| plain.len()).map_err(|_| {
        Error::new(
            Kind::Identity,
            format!("wrong password for the key {place}"),
            format!("check {}", password.origin()),
        )
    })?;
    text.truncate(length);
    Ok(text)
}

#[cfg(test)]
mod tests;
