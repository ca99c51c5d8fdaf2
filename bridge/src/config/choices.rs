//! What is used: flags win over environment variables, those over the file, that over defaults.
//!
//! In the file a network's own identity wins over the identity for all networks.

use std::fmt;
use std::path::PathBuf;

use candid::Principal;

use super::{Config, Key, Setting};
use crate::error::{Error, Kind, Result};
use crate::identity::IdentityChoice;
use crate::network::{NetworkName, RootKey, StateDirectory};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag, such as `--network`.
    Flag(&'static str),
    /// An environment variable, such as `CHIME_NETWORK`.
    Variable(&'static str),
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// Nobody chose it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => formatter.write_str(name),
            Self::Variable(name) => formatter.write_str(name),
            Self::File { path, line } => write!(formatter, "{}:{line}", path.display()),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// A value and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Choice<T> {
    /// A value of this origin.
    #[must_use]
    pub const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// What flags and environment variables say.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--network`.
    pub network: Option<Choice<String>>,
    /// `--canister`.
    pub canister: Option<Choice<String>>,
    /// `--identity`.
    pub identity: Option<Choice<String>>,
    /// `--state`.
    pub state: Option<Choice<PathBuf>>,
    /// `--password-file`.
    pub password_file: Option<Choice<PathBuf>>,
}

/// What is used.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The network as it was named.
    pub network: Choice<String>,
    /// The network that the name stands for.
    pub address: Choice<NetworkName>,
    /// By which key its answers are verified. The mainnet's is part of the program.
    pub root_key: Choice<RootKey>,
    /// The scheduler's canister.
    pub canister: Option<Choice<Principal>>,
    /// The canister that runs Python for it.
    pub runner: Option<Principal>,
    /// Who calls.
    pub identity: Option<Choice<IdentityChoice>>,
    /// The directory of the embedded network.
    pub state: Choice<StateDirectory>,
}

impl Choices {
    /// Decides.
    ///
    /// # Errors
    /// `Usage` if the network or the identity has no such name, or a value breaks its rule.
    pub fn new(config: &Config, given: &Given) -> Result<Self> {
        let file = File(config);
        let network = given
            .network
            .clone()
            .or_else(|| file.text(&Key::plain("network")))
            .unwrap_or_else(|| Choice::new("embedded".to_string(), Origin::Default));
        Ok(Self {
            address: file.address(&network)?,
            root_key: file.root_key(&network.value)?,
            canister: file.canister(&network.value, given)?,
            runner: file.runner(&network.value),
            identity: file.identity(&network.value, given)?,
            state: file.state(given)?,
            network,
        })
    }
}

/// The settings that name a network or an identity which there is not, each with what is wrong.
pub(super) fn dangling(config: &Config) -> Vec<(Key, String, Error)> {
    let file = File(config);
    let wrong = |setting: &Setting| {
        let choice = Choice::new(setting.value.clone(), file.origin(setting));
        let found = match setting.key.parts().as_slice() {
            ["network"] => file.address(&choice).map(drop),
            ["identity"] | ["networks", _, "identity"] => file
                .identity_of(&choice.value)
                .map(drop)
                .map_err(|error| error.at(choice.origin.to_string())),
            _ => Ok(()),
        };
        found
            .err()
            .map(|error| (setting.key.clone(), setting.value.clone(), error))
    };
    config.settings().iter().filter_map(wrong).collect()
}

/// The file as the last but one to be asked.
struct File<'a>(&'a Config);

impl File<'_> {
    fn text(&self, key: &Key) -> Option<Choice<String>> {
        let setting = self.0.get(key)?;
        Some(Choice::new(setting.value.clone(), self.origin(setting)))
    }

    fn origin(&self, setting: &Setting) -> Origin {
        Origin::File {
            path: self.0.path().to_path_buf(),
            line: setting.line,
        }
    }

    fn address(&self, network: &Choice<String>) -> Result<Choice<NetworkName>> {
        let name = network.value.as_str();
        if let Some(url) = self.text(&Key::of_network(name, "url")) {
            return Ok(Choice::new(url.value.parse()?, url.origin));
        }
        match name.parse() {
            Ok(address) => Ok(Choice::new(address, network.origin.clone())),
            Err(_) if self.0.networks().contains(&name) => Err(Error::new(
                Kind::Usage,
                format!("the network {name} has no address"),
                format!("give it one with `chime config set networks.{name}.url=URL`"),
            )
            .at(network.origin.to_string())),
            Err(error) => {
                let unknown = self.unknown_network(name, error);
                Err(unknown.at(network.origin.to_string()))
            }
        }
    }

    fn unknown_network(&self, name: &str, error: Error) -> Error {
        let named = self.0.networks();
        if named.is_empty() {
            return error;
        }
        Error::new(
            Kind::Usage,
            format!("there is no network {name:?}"),
            format!(
                "use {} of {}, or embedded, local, ic, or an address such as \
                 http://127.0.0.1:8000",
                named.join(", "),
                self.0.path().display()
            ),
        )
    }

    fn root_key(&self, network: &str) -> Result<Choice<RootKey>> {
        match self.text(&Key::of_network(network, "root_key")) {
            Some(key) => Ok(Choice::new(key.value.parse()?, key.origin)),
            None => Ok(Choice::new(RootKey::Fetched, Origin::Default)),
        }
    }

    fn canister(&self, network: &str, given: &Given) -> Result<Option<Choice<Principal>>> {
        let chosen = given
            .canister
            .clone()
            .or_else(|| self.text(&Key::of_network(network, "canister")));
        let Some(chosen) = chosen else {
            return Ok(None);
        };
        let canister_id = Principal::from_text(&chosen.value).map_err(|error| {
            Error::new(
                Kind::Usage,
                format!("{:?} is not a canister id", chosen.value),
                "give an id such as ryjl3-tyaaa-aaaaa-aaaba-cai",
            )
            .at(chosen.origin.to_string())
            .because(error)
        })?;
        Ok(Some(Choice::new(canister_id, chosen.origin)))
    }

    /// What is no id is refused when the file is read.
    fn runner(&self, network: &str) -> Option<Principal> {
        let text = self.text(&Key::of_network(network, "runner"))?;
        Principal::from_text(text.value).ok()
    }

    fn identity(&self, network: &str, given: &Given) -> Result<Option<Choice<IdentityChoice>>> {
        let chosen = given
            .identity
            .clone()
            .or_else(|| self.text(&Key::of_network(network, "identity")))
            .or_else(|| self.text(&Key::plain("identity")));
        let Some(chosen) = chosen else {
            return Ok(None);
        };
        let mut identity = self.identity_of(&chosen.value)?;
        let password_file = given.password_file.clone().map(|choice| choice.value);
        let general = || {
            let setting = self.text(&Key::plain("password_file"));
            setting.map(|choice| PathBuf::from(choice.value))
        };
        identity.password_file = password_file.or(identity.password_file).or_else(general);
        Ok(Some(Choice::new(identity, chosen.origin)))
    }

    /// A name of the file, or what says by itself where the key is.
    fn identity_of(&self, text: &str) -> Result<IdentityChoice> {
        if let Some(source) = self.text(&Key::of_identity(text, "source")) {
            let password_file = self.text(&Key::of_identity(text, "password_file"));
            return Ok(IdentityChoice {
                name: Some(text.to_string()),
                source: source.value.parse()?,
                password_file: password_file.map(|choice| PathBuf::from(choice.value)),
            });
        }
        IdentityChoice::from_text(text, &self.0.identities())
    }

    fn state(&self, given: &Given) -> Result<Choice<StateDirectory>> {
        if let Some(state) = &given.state {
            let directory = StateDirectory::new(state.value.clone());
            return Ok(Choice::new(directory, state.origin.clone()));
        }
        match self.text(&Key::plain("state")) {
            Some(state) => Ok(Choice::new(
                StateDirectory::new(PathBuf::from(state.value)),
                state.origin,
            )),
            None => Ok(Choice::new(StateDirectory::of_user()?, Origin::Default)),
        }
    }
}
