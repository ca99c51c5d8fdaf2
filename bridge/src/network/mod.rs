//! How to reach a network, who to be there, and the scheduler on it.
//!
//! [`connect`] answers with an agent that verifies every answer. For the embedded network it joins
//! the one that runs on the same state directory, or starts one in this process for the life of
//! the command. [`Connection::scheduler`] puts the scheduler there if it is missing or old; on
//! other networks nothing is ever installed: the canister has to be named.
//!
//! It knows no method of the scheduler: those are in [`crate::scheduler`].

mod deploy;
mod embedded;
mod host;
mod identity;
pub(crate) mod management;
mod name;
mod python;
mod root_key;
mod state_directory;

pub use deploy::deploy_scheduler;
pub(crate) use deploy::is_absent;
pub use host::{bare_host, host, is_this_machine};
pub use identity::choose as choose_identity;
pub use name::NetworkName;
pub use python::Say;
pub(crate) use python::{engage, not_built};
pub use root_key::RootKey;
pub use state_directory::StateDirectory;

use std::sync::Arc;

use candid::Principal;
use chime_types::EmptyRequest;
use ic_agent::{Agent, Identity};
use tokio::sync::OnceCell;

use crate::error::{Error, Kind, Result};
use crate::identity::{IdentityChoice, Loaded};
use crate::scheduler::{Module, Provision, Scheduler, agent_error};
use embedded::Embedded;
use python::Embedding;

/// Where messages about progress go: a line of text for people. Commands write it to stderr.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// What the user chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which network.
    pub network: NetworkName,
    /// Where the embedded network, its key and the ids of its canisters are kept.
    pub state: StateDirectory,
    /// The scheduler's canister. Needed everywhere but on the embedded network.
    pub canister: Option<Principal>,
    /// Whose key is used. Needed everywhere but on the embedded network, which has its own.
    pub identity: Option<IdentityChoice>,
    /// By which key answers are verified. The mainnet's is part of the agent.
    pub root_key: RootKey,
}

impl Settings {
    /// The embedded network in this directory, with its own key and scheduler.
    #[must_use]
    pub const fn embedded(state: StateDirectory) -> Self {
        Self {
            network: NetworkName::Embedded,
            state,
            canister: None,
            identity: None,
            root_key: RootKey::Fetched,
        }
    }
}

/// A network that can be reached.
pub struct Connection {
    /// Sends and verifies messages, in the name of the chosen identity.
    pub agent: Agent,
    settings: Settings,
    url: String,
    embedded: Option<Embedded>,
}

/// Reaches the network.
///
/// # Errors
/// `Identity` if no key can be read, `Unreachable` if nothing answers, `LocalFile` if the state
/// directory cannot be used.
pub async fn connect(settings: Settings, progress: Progress<'_>) -> Result<Connection> {
    let Loaded {
        identity, warnings, ..
    } = choose_identity(&settings)?;
    for warning in &warnings {
        progress(&format!("warning: {warning}"));
    }
    reach(settings, identity, progress).await
}

/// Reaches the network in the name of an identity that was read already.
///
/// # Errors
/// As [`connect`], but for the identity.
pub async fn reach(
    settings: Settings,
    identity: Arc<dyn Identity>,
    progress: Progress<'_>,
) -> Result<Connection> {
    let embedded = match settings.network {
        NetworkName::Embedded => Some(Embedded::join_or_start(&settings.state, progress).await?),
        NetworkName::Local | NetworkName::Mainnet | NetworkName::Url(_) => None,
    };
    connection(settings, embedded, identity).await
}

/// Reaches a network that runs already, to look at it only: nothing is started, made, installed or asked
/// for. `None` if it does not run.
///
/// # Errors
/// As [`connect`].
pub async fn look(settings: Settings) -> Result<Option<Connection>> {
    let embedded = match settings.network {
        NetworkName::Embedded => match Embedded::join(&settings.state).await? {
            Some(joined) => Some(joined),
            None => return Ok(None),
        },
        NetworkName::Local | NetworkName::Mainnet | NetworkName::Url(_) => None,
    };
    let identity = identity::choose_silently(&settings)?.identity;
    connection(settings, embedded, identity).await.map(Some)
}

async fn connection(
    settings: Settings,
    embedded: Option<Embedded>,
    identity: Arc<dyn Identity>,
) -> Result<Connection> {
    let url = match &embedded {
        Some(network) => network.url().to_string(),
        None => settings.network.url().to_string(),
    };
    match agent(&settings, &url, identity).await {
        Ok(agent) => Ok(Connection {
            agent,
            settings,
            url,
            embedded,
        }),
        Err(error) => {
            if let Some(network) = embedded {
                network.shutdown().await?;
            }
            Err(error)
        }
    }
}

async fn agent(settings: &Settings, url: &str, identity: Arc<dyn Identity>) -> Result<Agent> {
    let network = &settings.network;
    let agent = Agent::builder()
        .with_url(url)
        .with_arc_identity(identity)
        .with_verify_query_signatures(true)
        .build()
        .map_err(|error| agent_error(error, &format!("use {url}")))?;
    match &settings.root_key {
        // The mainnet's key is part of the agent: asking the mainnet for it would trust the answer.
        _ if network.is_mainnet() => {}
        RootKey::Pinned(key) => agent.set_root_key(key.clone()),
        RootKey::Fetched => agent
            .fetch_root_key()
            .await
            .map_err(|error| unreachable(network, url, error))?,
    }
    Ok(agent)
}

fn unreachable(network: &NetworkName, url: &str, error: ic_agent::AgentError) -> Error {
    let fix = match network {
        NetworkName::Local => {
            "start it with `icp network start`, name another address with --network URL, or use \
             --network embedded, which needs nothing else"
        }
        NetworkName::Embedded => {
            "stop the process that holds the state directory, or name another one with --state"
        }
        NetworkName::Mainnet | NetworkName::Url(_) => {
            "check the address and that the network runs, or use --network embedded, which needs \
             nothing else"
        }
    };
    Error::new(
        Kind::Unreachable,
        format!("no network answers at {url}"),
        fix,
    )
    .because(error)
}

impl Connection {
    /// The address of the network.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The choice that led here.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether the network lives in this process, and so ends with it.
    #[must_use]
    pub fn is_hosted_here(&self) -> bool {
        self.embedded.as_ref().is_some_and(Embedded::is_hosted_here)
    }

    /// Who the agent is.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.agent
            .get_principal()
            .expect("BUG: identities from PEM files know their principal")
    }

    /// The scheduler that was named, or the embedded network's own, as it is; `None` if there is none.
    ///
    /// # Errors
    /// `LocalFile` if the state directory cannot be read.
    pub fn present_scheduler(&self) -> Result<Option<Scheduler>> {
        let canister_id = match (self.settings.canister, &self.settings.network) {
            (None, NetworkName::Embedded) => self.settings.state.scheduler_id()?,
            (named, _) => named,
        };
        Ok(canister_id.map(|canister_id| Scheduler::new(self.agent.clone(), canister_id)))
    }

    /// The scheduler that was named, or the embedded network's own, which is installed or
    /// upgraded first if need be.
    ///
    /// # Errors
    /// `Usage` if no canister is named on another network; else what the installation says.
    pub async fn scheduler(&self, progress: Progress<'_>) -> Result<Scheduler> {
        self.scheduler_saying(progress, Arc::new(|text| tracing::info!("{text}")))
            .await
    }

    /// The same. `say` is told what is done later, when Python is asked for the first time.
    ///
    /// # Errors
    /// As [`Self::scheduler`].
    pub async fn scheduler_saying(&self, progress: Progress<'_>, say: Say) -> Result<Scheduler> {
        let canister_id = match (self.settings.canister, &self.settings.network) {
            (Some(canister_id), _) => canister_id,
            (None, NetworkName::Embedded) => {
                deploy_scheduler(
                    &self.agent,
                    &self.settings.state,
                    Module::scheduler(),
                    progress,
                )
                .await?
            }
            (None, network) => {
                return Err(Error::new(
                    Kind::Usage,
                    format!("--canister is missing: on the network {network} nothing is installed"),
                    "give the id of the scheduler's canister with --canister ID, or use \
                     --network embedded",
                ));
            }
        };
        let scheduler = Scheduler::new(self.agent.clone(), canister_id);
        if self.settings.network != NetworkName::Embedded || self.settings.canister.is_some() {
            return Ok(scheduler);
        }
        let embedding = Embedding {
            agent: self.agent.clone(),
            owner: self.owner().await?,
            state: self.settings.state.clone(),
            scheduler_id: canister_id,
            say,
            done: OnceCell::new(),
        };
        if embedding.is_old().await? {
            embedding.python().await?;
        }
        Ok(scheduler.provided_by(Arc::new(embedding)))
    }

    /// Whoever made the embedded network: the key of its directory, as far as it can be read.
    async fn owner(&self) -> Result<Agent> {
        let own = Settings {
            identity: None,
            ..self.settings.clone()
        };
        match identity::choose_silently(&own) {
            Ok(loaded) if self.settings.identity.is_some() => {
                agent(&own, &self.url, loaded.identity).await
            }
            _ => Ok(self.agent.clone()),
        }
    }

    /// The runner of Python of the embedded network, which is installed first if need be.
    ///
    /// # Errors
    /// As [`Self::scheduler`]; `Incompatible` if this program has no runner.
    pub async fn runner(&self, progress: Progress<'_>, say: Say) -> Result<Principal> {
        let scheduler = self.scheduler_saying(progress, say).await?;
        scheduler.provide_python().await?;
        let config = scheduler.get_config(&EmptyRequest {}).await?;
        let mut runners = config.runners.into_iter();
        runners.next().ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                "the scheduler names no runner of Python",
                "install one with `chime deploy --python`",
            )
        })
    }

    /// Resolves with the reason when a network that lives in this process has failed; else never.
    pub async fn failed(&mut self) -> Error {
        match &mut self.embedded {
            Some(network) => network.wait().await,
            None => std::future::pending().await,
        }
    }

    /// Ends the connection: a network that lives in this process is stopped and its state stored.
    ///
    /// # Errors
    /// `Internal` if the last state could not be stored.
    pub async fn shutdown(self) -> Result<()> {
        match self.embedded {
            Some(network) => network.shutdown().await,
            None => Ok(()),
        }
    }
}
