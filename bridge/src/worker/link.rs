//! The way to the scheduler, which is made anew whenever it is lost.
//!
//! A task of its own reaches the network, so that whoever gives up waiting for an answer does not
//! break off a connection that is just being made. On the embedded network it joins the process
//! that runs it, or runs it itself; if that process goes away it has some time to come back first,
//! so that a worker does not take the place of a `chime up` that is only being restarted.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use candid::Principal;
use chime_replica::server::running;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::limits::{LONGEST_PAUSE, SHORTEST_PAUSE, TAKE_OVER_AFTER};
use super::moment::Moment;
use super::report::passes;
use crate::error::{Error, Kind, Result};
use crate::network::{Connection, NetworkName, Settings, connect};
use crate::scheduler::Scheduler;

/// A scheduler that was reached, and the number of the connection.
#[derive(Clone)]
struct Live {
    scheduler: Scheduler,
    number: u64,
}

/// What the keeper of the connection is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    /// Nobody answers on the connection of this number.
    Lost(u64),
    /// No call will be made any more.
    Close,
}

/// The way to the scheduler.
pub(super) struct Link {
    live: watch::Receiver<Option<Live>>,
    tell: mpsc::UnboundedSender<Message>,
    keeper: Mutex<Option<JoinHandle<Result<()>>>>,
    /// The scheduler's canister.
    pub canister_id: Principal,
    /// Whether the network ran in this process at first.
    pub hosted_here: bool,
    /// Where outcomes are kept that are not reported yet.
    pub journal_directory: PathBuf,
}

impl Link {
    /// Reaches the scheduler for the first time.
    ///
    /// # Errors
    /// Those of [`connect`]; with `persistent` it goes on while the network cannot be reached.
    pub async fn open(settings: Settings, persistent: bool) -> Result<Self> {
        let (connection, scheduler) = match persistent {
            true => reach_at_last(&settings).await?,
            false => reach(&settings).await?,
        };
        let principal = connection.principal();
        let canister_id = scheduler.canister_id();
        let hosted_here = connection.is_hosted_here();
        let (showing, live) = watch::channel(Some(Live {
            scheduler,
            number: 0,
        }));
        let (tell, messages) = mpsc::unbounded_channel();
        let keeper = Keeper {
            settings: settings.clone(),
            showing,
            messages,
        };
        Ok(Self {
            live,
            tell,
            keeper: Mutex::new(Some(tokio::spawn(keeper.run(connection)))),
            canister_id,
            hosted_here,
            journal_directory: settings
                .state
                .path()
                .join("worker")
                .join(canister_id.to_text())
                .join(principal.to_text()),
        })
    }

    /// Calls the scheduler, as soon as there is a way to it, and says when the call left. A call
    /// that certainly did not arrive is made again.
    ///
    /// # Errors
    /// Whatever the call answers, but that the network cannot be reached. It may wait for ever:
    /// bound it where that matters.
    pub async fn call<T, F: Future<Output = Result<T>>>(
        &self,
        call: impl Fn(Scheduler) -> F,
    ) -> Result<(T, Moment)> {
        loop {
            let live = self.live().await?;
            let sent = Moment::now();
            match call(live.scheduler).await {
                Err(error) if error.kind() == Kind::Unreachable => {
                    // If nobody listens the next look says so.
                    let _ = self.tell.send(Message::Lost(live.number));
                    sleep(SHORTEST_PAUSE).await;
                }
                answer => return answer.map(|value| (value, sent)),
            }
        }
    }

    async fn live(&self) -> Result<Live> {
        let mut receiver = self.live.clone();
        let found = receiver.wait_for(Option::is_some).await;
        found.ok().and_then(|live| live.clone()).ok_or_else(closed)
    }

    /// Ends the connection; a network that runs in this process is stopped and its state stored.
    ///
    /// # Errors
    /// Those of [`Connection::shutdown`], and what ended the link before.
    pub async fn close(&self) -> Result<()> {
        // If nobody listens it is closed already, and the keeper says why.
        let _ = self.tell.send(Message::Close);
        match self.keeper.lock().await.take() {
            Some(keeper) => keeper.await.map_err(|error| closed().because(error))?,
            None => Ok(()),
        }
    }
}

fn closed() -> Error {
    Error::new(
        Kind::Internal,
        "the connection of the worker has ended",
        "look at the worker's log for the reason, and start it again",
    )
}

/// Keeps the connection: makes a new one when it is lost.
struct Keeper {
    settings: Settings,
    showing: watch::Sender<Option<Live>>,
    messages: mpsc::UnboundedReceiver<Message>,
}

impl Keeper {
    async fn run(mut self, mut connection: Connection) -> Result<()> {
        for number in 0.. {
            if !self.loses(&mut connection, number).await {
                return connection.shutdown().await;
            }
            self.showing.send_replace(None);
            tracing::warn!(
                "the network at {} does not answer; looking for it",
                connection.url()
            );
            let joined = !connection.is_hosted_here();
            if let Err(error) = connection.shutdown().await {
                tracing::error!("{}", error.explanation());
            }
            let Some(reached) = self.again(joined).await else {
                return Ok(());
            };
            let scheduler;
            (connection, scheduler) = reached?;
            tracing::info!("the network at {} answers", connection.url());
            self.showing.send_replace(Some(Live {
                scheduler,
                number: number + 1,
            }));
        }
        unreachable!("BUG: there are not so many connections")
    }

    /// Waits until this connection is lost; false when the link is closed instead.
    async fn loses(&mut self, connection: &mut Connection, number: u64) -> bool {
        loop {
            tokio::select! {
                message = self.messages.recv() => match message {
                    Some(Message::Lost(lost)) if lost == number => return true,
                    Some(Message::Lost(_)) => {}
                    Some(Message::Close) | None => return false,
                },
                error = connection.failed() => {
                    tracing::error!("{}", error.explanation());
                    return true;
                }
            }
        }
    }

    /// Makes another connection; `None` when the link is closed meanwhile.
    async fn again(&mut self, joined: bool) -> Option<Result<(Connection, Scheduler)>> {
        let settings = self.settings.clone();
        let reaching = async move {
            if joined && settings.network == NetworkName::Embedded {
                wait_for_host(settings.state.path().to_path_buf()).await;
            }
            reach_at_last(&settings).await
        };
        let messages = &mut self.messages;
        let closing = async { while matches!(messages.recv().await, Some(Message::Lost(_))) {} };
        tokio::select! {
            reached = reaching => Some(reached),
            () = closing => None,
        }
    }
}

/// Waits until a process runs the embedded network, but not for ever.
async fn wait_for_host(state: PathBuf) {
    let state = Arc::new(state);
    let comes = async {
        loop {
            let state = Arc::clone(&state);
            let found = tokio::task::spawn_blocking(move || running(&state)).await;
            if matches!(found, Ok(Some(_))) {
                return;
            }
            sleep(SHORTEST_PAUSE).await;
        }
    };
    if timeout(TAKE_OVER_AFTER, comes).await.is_err() {
        tracing::info!("no other process runs the embedded network: this one does from now on");
    }
}

async fn reach(settings: &Settings) -> Result<(Connection, Scheduler)> {
    let progress = |line: &str| tracing::info!("{line}");
    let connection = connect(settings.clone(), &progress).await?;
    match connection.scheduler(&progress).await {
        Ok(scheduler) => Ok((connection, scheduler)),
        Err(error) => {
            connection.shutdown().await?;
            Err(error)
        }
    }
}

/// Reaches the scheduler, however long it takes; faults that do not pass are errors.
async fn reach_at_last(settings: &Settings) -> Result<(Connection, Scheduler)> {
    let mut pause: Duration = SHORTEST_PAUSE;
    loop {
        match reach(settings).await {
            Err(error) if passes(&error) => {
                tracing::warn!("{}; trying again", error.explanation());
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            other => return other,
        }
    }
}
