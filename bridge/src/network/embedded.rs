//! The network inside this program: joined when a process already runs it on the same state
//! directory, else started here for the life of the command.

use std::time::Duration;

use chime_replica::server::{
    RunningNetwork, Server, ServerConfig, ServerError, ServerHandle, running,
};

use super::{Progress, StateDirectory};
use crate::error::{Error, Kind, Result};

/// How often a network that another process is just starting or stopping is looked for again.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// An embedded network that can be used.
pub(super) enum Embedded {
    /// Another process runs it.
    Joined(RunningNetwork),
    /// It runs here.
    Hosted(Box<ServerHandle>),
}

impl Embedded {
    /// Joins or starts it. Only one process at a time can hold the state directory, so when two
    /// start together the loser joins the winner, and when one is just ending the other waits.
    pub(super) async fn join_or_start(
        state: &StateDirectory,
        progress: Progress<'_>,
    ) -> Result<Self> {
        state.create()?;
        let mut failure = None;
        for attempt in 0..ATTEMPTS {
            if let Some(network) = find(state).await? {
                return Ok(Self::Joined(network));
            }
            match Server::start(ServerConfig::new(state.path())).await {
                Ok(handle) => return Ok(Self::Hosted(Box::new(handle))),
                Err(error) if attempt + 1 < ATTEMPTS && is_locked(&error) => {
                    if attempt == 0 {
                        progress("another process holds the state directory, waiting for it");
                    }
                    failure = Some(error);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        let made = Error::new(
            Kind::LocalFile,
            format!(
                "the embedded network on {} does not start",
                state.path().display()
            ),
            "stop the process that uses the directory, or name another one with --state DIR",
        );
        Err(match failure {
            Some(cause) => made.because(cause),
            None => made,
        })
    }

    /// Joins it if another process runs it; nothing is started or made.
    pub(super) async fn join(state: &StateDirectory) -> Result<Option<Self>> {
        Ok(find(state).await?.map(Self::Joined))
    }

    pub(super) fn url(&self) -> &str {
        match self {
            Self::Joined(network) => &network.url,
            Self::Hosted(handle) => handle.url(),
        }
    }

    pub(super) const fn is_hosted_here(&self) -> bool {
        matches!(self, Self::Hosted(_))
    }

    /// Resolves with the reason when a network that runs here has failed; else never.
    pub(super) async fn wait(&mut self) -> Error {
        match self {
            Self::Joined(_) => std::future::pending().await,
            Self::Hosted(handle) => failed(handle.wait().await),
        }
    }

    /// Stops a network that runs here and stores its state. A joined one goes on.
    pub(super) async fn shutdown(self) -> Result<()> {
        match self {
            Self::Joined(_) => Ok(()),
            Self::Hosted(handle) => handle.shutdown().await.map_err(failed),
        }
    }
}

/// The network that runs on the directory. Asking it blocks, so that is left to another thread.
async fn find(state: &StateDirectory) -> Result<Option<RunningNetwork>> {
    let path = state.path().to_path_buf();
    tokio::task::spawn_blocking(move || running(&path))
        .await
        .map_err(|error| state.failed("cannot look for a running network in", error))
}

fn is_locked(error: &ServerError) -> bool {
    matches!(
        error,
        ServerError::Store(chime_replica::store::StoreError::Locked { .. })
    )
}

fn failed(error: ServerError) -> Error {
    Error::new(
        Kind::Internal,
        "the embedded network has failed",
        "check the disk, then run the command again: what was acknowledged is stored",
    )
    .because(error)
}
