//! The server in a process of its own: this program again.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chime_replica::server::{RunningNetwork, Server, ServerConfig, running};

use super::load::Client;
use super::state::State;
use crate::processes;

/// How often it is looked whether the server is there.
const PAUSE: Duration = Duration::from_millis(2);
/// After this a server that does not come up is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Serves a directory until the process is told to stop or is killed.
pub fn serve(directory: &str) -> Result<()> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    threads.block_on(async {
        let handle = Server::start(ServerConfig::new(directory)).await?;
        tokio::signal::ctrl_c().await?;
        Ok(handle.shutdown().await?)
    })
}

/// A server that runs.
pub struct Process {
    child: Child,
    directory: PathBuf,
    started: Instant,
}

/// The first answer of a server.
pub struct FirstAnswer {
    pub url: String,
    /// How long it took, from the start of the process.
    pub after: Duration,
}

impl Process {
    /// Starts it.
    pub fn spawn(directory: &Path) -> Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg(directory)
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self {
            child,
            directory: directory.into(),
            started: Instant::now(),
        })
    }

    /// Waits until it answers a query of the scheduler.
    pub async fn first_answer(&mut self, state: &State) -> Result<FirstAnswer> {
        let url = self.found().await?.url;
        Client::new(&url, state, 0).await?.read_task(0).await?;
        let after = self.started.elapsed();
        Ok(FirstAnswer { url, after })
    }

    async fn found(&mut self) -> Result<RunningNetwork> {
        while self.started.elapsed() < PATIENCE {
            let directory = self.directory.clone();
            let found = tokio::task::spawn_blocking(move || running(&directory)).await?;
            if let Some(network) = found.filter(|network| network.pid == self.child.id()) {
                return Ok(network);
            }
            ensure!(self.child.try_wait()?.is_none(), "the server has ended");
            tokio::time::sleep(PAUSE).await;
        }
        anyhow::bail!("no server came up")
    }

    /// Kills it, as a crash does.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Stops it in good order.
    pub async fn stop(mut self) -> Result<()> {
        let pid = self.child.id().to_string();
        ensure!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()?
                .success()
        );
        let status = tokio::task::spawn_blocking(move || self.child.wait()).await??;
        ensure!(status.success(), "the server did not stop well: {status}");
        Ok(())
    }

    /// User and system time so far.
    pub fn processor_time(&self) -> Result<Duration> {
        processes::processor_time(self.child.id())
    }

    /// Bytes of memory that it holds now.
    pub fn memory(&self) -> Result<u64> {
        processes::memory(self.child.id())
    }
}
