//! Starting and stopping: the listener, the driver's thread and what holds them together.

use std::any::Any;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::body::Room;
use super::commands::{Command, Orders};
use super::connections::Connections;
use super::driver::Driver;
use super::http::{Context, router};
use super::keys::Keys;
use super::limits::{COMMANDS, SHUTDOWN_WAIT};
use super::running::{Announcement, RunningNetwork};
use super::{ServerConfig, ServerError, gateway, outcalls};
use crate::on_guest_stack;
use crate::store::Store;

/// The local replica as a server. See [`Server::start`].
#[derive(Debug)]
pub struct Server;

/// How the driver ended: `None` while it runs.
type Ending = Option<Result<(), String>>;

impl Server {
    /// Opens the state directory and serves it. Needs a tokio runtime, which serves the requests.
    ///
    /// When this returns, requests are answered and other processes find the server with
    /// [`super::running`].
    ///
    /// # Errors
    /// Those of [`ServerError`]; the most usual are [`crate::store::StoreError::Locked`], when a
    /// server is running on the directory, and [`ServerError::Bind`].
    pub async fn start(config: ServerConfig) -> Result<ServerHandle, ServerError> {
        let (commands, receiver) = mpsc::sync_channel(COMMANDS);
        let (ending_sender, mut ending) = watch::channel(None);
        let stopping = Arc::new(AtomicBool::new(false));
        let (outcalls, requests) = unbounded_channel();
        let orders = Orders {
            commands: receiver,
            stopping: Arc::clone(&stopping),
            outcalls,
        };
        let keys = start_driver(config.clone(), orders, ending_sender).await?;
        let (listener, local_addr) = match bind(config.bind).await {
            Ok(bound) => bound,
            Err(error) => {
                // The directory is free again when the caller hears of the failure.
                drop(commands);
                let _ = ended(&mut ending).await;
                return Err(error);
            }
        };
        let network = RunningNetwork {
            url: format!("http://{local_addr}"),
            pid: std::process::id(),
            root_key: keys.root_key.clone(),
        };
        let (stop_listening, stopped) = oneshot::channel();
        let context = Context {
            keys,
            call_delay: config.call_delay,
            desk: Arc::new(commands.clone()),
            room: Room::new(),
        };
        let policy = config.outcalls.clone();
        let desk = Arc::new(commands.clone());
        tokio::spawn(outcalls::perform(policy, requests, desk));
        let listening = tokio::spawn(listen(listener, context, stopped, ending.clone()));
        // From here on the handle stops everything that runs, also when the announcement fails.
        let mut handle = ServerHandle {
            network,
            local_addr,
            commands,
            stopping,
            stop_listening: Some(stop_listening),
            listening: Some(listening),
            ending,
            announcement: None,
        };
        let announcement = Announcement::publish(&config.state_dir, &handle.network);
        handle.announcement =
            Some(announcement.map_err(|(path, source)| ServerError::Announce { path, source })?);
        Ok(handle)
    }
}

/// A server that is running. Dropping it stops the server without waiting for the end.
#[derive(Debug)]
pub struct ServerHandle {
    network: RunningNetwork,
    local_addr: SocketAddr,
    commands: SyncSender<Command>,
    stopping: Arc<AtomicBool>,
    stop_listening: Option<oneshot::Sender<()>>,
    listening: Option<JoinHandle<()>>,
    ending: watch::Receiver<Ending>,
    announcement: Option<Announcement>,
}

impl ServerHandle {
    /// Where agents find it, such as `http://127.0.0.1:4943`.
    pub fn url(&self) -> &str {
        &self.network.url
    }

    /// The root key in DER, with which agents verify certificates. It belongs to the state
    /// directory and does not change.
    pub fn root_key(&self) -> &[u8] {
        &self.network.root_key
    }

    /// The address it listens on, with the port that was taken.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Resolves when the server has failed, and says why; does not resolve while it serves.
    pub async fn wait(&mut self) -> ServerError {
        let reason = match ended(&mut self.ending).await {
            Ok(()) => "it has been stopped".to_string(),
            Err(reason) => reason,
        };
        ServerError::Failed { reason }
    }

    /// Lets time pass for the canisters, and everything that becomes due on the way happen, before
    /// it returns. For tests. Agents notice nothing,
    /// since certificates and the expiry of requests stay on the wall clock.
    ///
    /// # Errors
    /// [`ServerError::Failed`] when the server has ended or is overloaded.
    pub async fn advance_time(&self, duration: Duration) -> Result<(), ServerError> {
        let failed = |reason: &str| ServerError::Failed {
            reason: reason.to_string(),
        };
        let (answer, advanced) = oneshot::channel();
        self.commands
            .try_send(Command::Advance(duration, answer))
            .map_err(|_| failed("it takes no orders now"))?;
        advanced.await.map_err(|_| failed("it has ended"))
    }

    /// Stops: takes no more requests, finishes and stores the round that runs, answers what waits
    /// for it and releases the state directory.
    ///
    /// # Errors
    /// [`ServerError::Failed`] when the last state could not be stored, or had failed before.
    pub async fn shutdown(mut self) -> Result<(), ServerError> {
        self.announcement = None;
        self.begin_to_stop();
        let ended = ended(&mut self.ending).await;
        if let Some(mut listening) = self.listening.take() {
            // Clients that keep their connections open do not hold up the end.
            if tokio::time::timeout(SHUTDOWN_WAIT, &mut listening)
                .await
                .is_err()
            {
                listening.abort();
            }
        }
        ended.map_err(|reason| ServerError::Failed { reason })
    }

    fn begin_to_stop(&mut self) {
        if let Some(stop) = self.stop_listening.take() {
            // A listener or a driver that has ended by itself needs no telling.
            let _ = stop.send(());
        }
        // A driver whose queue is full does not sleep and sees the flag without being woken.
        self.stopping.store(true, Ordering::Release);
        let _ = self.commands.try_send(Command::Wake);
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.begin_to_stop();
    }
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let failed = |source| ServerError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let local_addr = listener.local_addr().map_err(failed)?;
    Ok((listener, local_addr))
}

/// Waits for the driver's end.
async fn ended(ending: &mut watch::Receiver<Ending>) -> Result<(), String> {
    let ended = ending.wait_for(Option::is_some).await;
    match ended.as_deref() {
        Ok(Some(ended)) => ended.clone(),
        Ok(None) | Err(_) => Err("its thread ended without a word".to_string()),
    }
}

/// Serves requests until told to stop or until the driver has ended.
async fn listen(
    listener: TcpListener,
    context: Context,
    stopped: oneshot::Receiver<()>,
    mut ending: watch::Receiver<Ending>,
) {
    let end = async move {
        tokio::select! {
            _ = stopped => {}
            _ = ended(&mut ending) => {}
        }
    };
    let domains = vec![gateway::DOMAIN.to_string()];
    let router = gateway::behind(router(context.clone()), context, domains);
    let served = axum::serve(Connections::new(listener), router).with_graceful_shutdown(end);
    if let Err(error) = served.await {
        tracing::error!(%error, "the listener has failed");
    }
}

/// Opens the state and starts the thread that owns it; gives the keys once it is ready.
async fn start_driver(
    config: ServerConfig,
    orders: Orders,
    ending: watch::Sender<Ending>,
) -> Result<Arc<Keys>, ServerError> {
    let (ready_sender, ready) = oneshot::channel();
    thread::Builder::new()
        .name("replica".to_string())
        .spawn(move || {
            // Messages run on the driver's own stack: none needs a thread made for it.
            on_guest_stack(|| run_driver(&config, orders, ready_sender, &ending));
        })
        .map_err(ServerError::Thread)?;
    ready.await.unwrap_or_else(|_| {
        Err(ServerError::Failed {
            reason: "it panicked while it started".to_string(),
        })
    })
}

fn run_driver(
    config: &ServerConfig,
    orders: Orders,
    ready: oneshot::Sender<Result<Arc<Keys>, ServerError>>,
    ending: &watch::Sender<Ending>,
) {
    let driver = match open(config, orders) {
        Ok((keys, driver)) => {
            // Nobody waits any more when the start was cancelled; the channel then ends the run.
            let _ = ready.send(Ok(keys));
            driver
        }
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    // What a panic leaves behind in memory is not looked at again; the store is as committed.
    let ended = catch_unwind(AssertUnwindSafe(|| driver.run()));
    let ended = match ended {
        Ok(ended) => ended.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("it panicked: {}", panic_text(&*panic))),
    };
    if let Err(reason) = &ended {
        tracing::error!(%reason, "the replica has failed");
    }
    ending.send_replace(Some(ended));
}

fn open(config: &ServerConfig, orders: Orders) -> Result<(Arc<Keys>, Driver), ServerError> {
    let store = Store::open(&config.state_dir)?;
    let keys = Arc::new(Keys::of_store(&store)?);
    let driver = Driver::start(store, Arc::clone(&keys), orders, config)?;
    Ok((keys, driver))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a text")
}
