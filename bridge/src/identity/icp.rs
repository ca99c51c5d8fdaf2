//! The identities of `icp`: `identity_list.json`, and a key in `keys/NAME.pem` or in the keyring.
//!
//! Source: icp-cli 1.5.0, the sources in `crates/icp/src/identity` and what it writes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use candid::Principal;
use serde::Deserialize;

use super::keyring;
use super::password::missing;
use super::pem::{self, Key};
use super::stores::{Entry, Environment, Material, refused};
use super::{Password, permissions};
use crate::error::{Error, Kind, Result};

/// The service of its entries in the keyring; the user is the name of the identity.
const KEYRING_SERVICE: &str = "icp-cli";
/// The version of its list that is understood.
const VERSION: u32 = 1;

#[derive(Deserialize)]
struct List {
    v: u32,
    identities: BTreeMap<String, Spec>,
}

#[derive(Deserialize)]
struct Spec {
    kind: String,
    format: Option<String>,
    principal: Option<Principal>,
}

/// The store of `icp`.
pub struct Icp {
    directory: PathBuf,
}

impl Icp {
    /// The store that the environment names, if there can be one.
    pub fn find(environment: &Environment<'_>) -> Option<Self> {
        let variable = environment.variable;
        let home = || variable("HOME").map(PathBuf::from);
        let data = match (variable("ICP_HOME"), environment.os) {
            (Some(own), _) => Some(PathBuf::from(own)),
            (None, "macos") => {
                home().map(|home| home.join("Library/Application Support/org.dfinity.icp-cli"))
            }
            (None, "windows") => {
                variable("APPDATA").map(|data| Path::new(&data).join("icp-cli").join("data"))
            }
            (None, _) => variable("XDG_DATA_HOME")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .or_else(|| home().map(|home| home.join(".local/share")))
                .map(|data| data.join("icp-cli")),
        };
        data.map(|data| Self {
            directory: data.join("identity"),
        })
    }

    fn list(&self) -> Result<BTreeMap<String, Spec>> {
        let path = self.directory.join("identity_list.json");
        let unreadable = |why: &str| {
            Error::new(
                Kind::Identity,
                format!("{} {why}", path.display()),
                "export the key with `icp identity export NAME` and name the file with --identity",
            )
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(unreadable("cannot be read").because(error)),
        };
        let list: List = serde_json::from_slice(&bytes)
            .map_err(|error| unreadable("is not in a known format").because(error))?;
        match list.v {
            VERSION => Ok(list.identities),
            _ => Err(unreadable("is of a later version of icp")),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.join("keys").join(format!("{name}.pem"))
    }

    /// Its identities but the anonymous one.
    pub fn entries(&self) -> Result<Vec<Entry>> {
        let entry = |(name, spec): (String, Spec)| Entry {
            storage: match (spec.kind.as_str(), spec.format.as_deref()) {
                ("pem", Some("pbes2")) => "password".to_string(),
                ("pem", _) => "plaintext".to_string(),
                (kind, _) => kind.to_string(),
            },
            place: match spec.kind.as_str() {
                "pem" => Some(self.file(&name)),
                _ => None,
            },
            principal: spec.principal,
            name,
        };
        let named = self.list()?.into_iter();
        Ok(named
            .filter(|(_, spec)| spec.kind != "anonymous")
            .map(entry)
            .collect())
    }

    /// The key of an identity.
    pub fn load(&self, name: &str, password: &Password) -> Result<(Key, Option<String>)> {
        let mut list = self.list()?;
        let Some(spec) = list.remove(name) else {
            let names: Vec<_> = list
                .into_keys()
                .filter(|name| name != "anonymous")
                .collect();
            return Err(super::stores::absent("icp", name, &names));
        };
        let material = match spec.kind.as_str() {
            "pem" => Material::file(self.file(name))?,
            // It may ask for the password of the keyring.
            "keyring" if *password == Password::Nobody => {
                return Err(missing(&format!("icp:{name}")));
            }
            "keyring" => Material::secret(keyring::get(KEYRING_SERVICE, name)?),
            "hsm" => return Err(refused("icp", name, "is a hardware key")),
            "web-auth" | "internet-identity" | "delegation" | "pending-delegation" => {
                return Err(refused("icp", name, "is a delegation of another key"));
            }
            kind => {
                return Err(refused(
                    "icp",
                    name,
                    &format!("is of the unknown kind {kind}"),
                ));
            }
        };
        let key = pem::read(&material.pem, &format!("icp:{name}"), password)?;
        let principal = key.identity.sender().ok();
        if spec.principal.is_some() && spec.principal != principal {
            let rule = "has a key that does not belong to the principal in identity_list.json";
            return Err(refused("icp", name, rule));
        }
        let warning = match key.encrypted {
            true => None,
            false => material.path.as_deref().and_then(permissions::warning),
        };
        Ok((key, warning))
    }
}
