//! `chime up`: the embedded network in the foreground, until a signal or until its time is over.

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chime_replica::server::{
    Outcalls, RunningNetwork, Server, ServerConfig, ServerError, ServerHandle, running,
};
use chime_replica::store::StoreError;
use tokio::time::sleep;

use crate::cli::follow::{Followed, follow};
use crate::cli::log::start_log;
use crate::cli::serve::run::begin;
use crate::cli::session::{interrupted, settings, until_interrupted};
use crate::cli::up::show::Listening;
use crate::cli::{GlobalArguments, ServeArguments, UpArguments};
use crate::error::{Error, Kind, Result};
use crate::network::{Connection, NetworkName, StateDirectory, connect};
use crate::scheduler::Scheduler;
use crate::terminal::Writer;

/// Runs the network.
pub(in crate::cli) async fn run(
    global: &GlobalArguments,
    arguments: &UpArguments,
    writer: &Writer,
) -> Result<()> {
    let usual = settings(global)?.network;
    let global = &here(global);
    let settings = settings(global)?;
    if settings.network != NetworkName::Embedded {
        let rule = format!(
            "`chime up` runs the embedded network, not {}",
            settings.network
        );
        return Err(Error::new(Kind::Usage, rule, "Leave --network out."));
    }
    let mut handle = start(&settings.state, arguments, writer).await?;
    let ended = tokio::select! {
        ended = serve(global, arguments, &usual, writer) => ended,
        error = handle.wait() => Err(failed(error)),
        signal = interrupted() => {
            writer.message(format!("Stopping on {signal}."));
            Ok(())
        }
    };
    let stopped = handle.shutdown().await.map_err(failed);
    ended.and(stopped)?;
    writer.message("Stopped; the state is saved.");
    Ok(())
}

/// This command means the embedded network, whatever the configuration file says.
fn here(global: &GlobalArguments) -> GlobalArguments {
    let mut global = global.clone();
    global.network.get_or_insert_with(|| "embedded".to_string());
    global
}

async fn start(
    state: &StateDirectory,
    arguments: &UpArguments,
    writer: &Writer,
) -> Result<ServerHandle> {
    state.create()?;
    if let Some(network) = find(state).await? {
        return Err(taken(state, &network));
    }
    writer.message(format!(
        "Starting the network on {}.",
        state.path().display()
    ));
    let config = ServerConfig {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port)),
        outcalls: outcalls(arguments),
        ..ServerConfig::new(state.path())
    };
    match Server::start(config).await {
        Ok(handle) => Ok(handle),
        Err(error) => Err(not_started(state, arguments.port, error).await),
    }
}

fn outcalls(arguments: &UpArguments) -> Outcalls {
    match arguments.outcalls {
        true => Outcalls::to(arguments.outcall_host.clone()),
        false => Outcalls::default(),
    }
}

/// Asking a network blocks, so that is left to another thread.
async fn find(state: &StateDirectory) -> Result<Option<RunningNetwork>> {
    let path = state.path().to_path_buf();
    tokio::task::spawn_blocking(move || running(&path))
        .await
        .map_err(|error| {
            Error::new(
                Kind::Internal,
                "cannot look for a running network",
                "Try again.",
            )
            .because(error)
        })
}

fn taken(state: &StateDirectory, network: &RunningNetwork) -> Error {
    Error::new(
        Kind::LocalFile,
        format!(
            "process {} already runs the network on {}, at {}",
            network.pid,
            state.path().display(),
            network.url
        ),
        format!(
            "Use that one: other commands find it by themselves. Or stop it with `kill {}`, or \
             name another directory with --state DIR.",
            network.pid
        ),
    )
}

async fn not_started(state: &StateDirectory, port: u16, error: ServerError) -> Error {
    if let ServerError::Store(StoreError::Locked { pid, .. }) = &error {
        if let Ok(Some(network)) = find(state).await {
            return taken(state, &network);
        }
        let holder = pid.map_or("another process".to_string(), |pid| {
            format!("process {pid}")
        });
        let rule = format!(
            "{holder} holds the state directory {}",
            state.path().display()
        );
        return Error::new(
            Kind::LocalFile,
            rule,
            "Wait until it has ended, or name another directory with --state DIR.",
        )
        .because(error);
    }
    Error::new(
        Kind::LocalFile,
        format!(
            "the network on {} does not start on port {port}",
            state.path().display()
        ),
        "If the port is taken, choose another with --port (0 is any that is free); else check \
         the directory.",
    )
    .because(error)
}

fn failed(error: ServerError) -> Error {
    let fix = "Check the disk, then run the command again: what was acknowledged is stored.";
    Error::new(Kind::Internal, "the embedded network has failed", fix).because(error)
}

/// Puts the scheduler there, says where it is, and stays until its time is over.
async fn serve(
    global: &GlobalArguments,
    arguments: &UpArguments,
    usual: &NetworkName,
    writer: &Writer,
) -> Result<()> {
    let progress = |text: &str| writer.message(text);
    // The network of this process is found like that of any other.
    let connection = connect(settings(global)?, &progress).await?;
    let scheduler = connection.scheduler(&progress).await?;
    let begun = match arguments.serve {
        None => None,
        Some(listen) => {
            start_log();
            Some(begin(&scheduler, global, &ServeArguments::at(listen)).await?)
        }
    };
    let mut ready = listening(global, &connection, &scheduler);
    ready.pages = begun.as_ref().map(|begun| begun.place.url.clone());
    ready.named_network = *usual != NetworkName::Embedded;
    // A network goes on although nobody reads where it is: others use it.
    until_interrupted(writer.item(&ready, |page| ready.text(page)))?;
    if let Some(begun) = &begun {
        begun.tell(writer)?;
    }
    let over = async {
        match arguments.for_seconds {
            Some(seconds) => sleep(Duration::from_secs(seconds)).await,
            None => pending().await,
        }
    };
    let watching = async {
        match arguments.watch {
            true => match follow(&scheduler, writer, Followed::All).await {
                Err(error) if error.kind() == Kind::Interrupted => pending().await,
                ended => ended,
            },
            false => pending().await,
        }
    };
    tokio::select! {
        () = over => Ok(()),
        watched = watching => watched,
    }
}

fn listening(
    global: &GlobalArguments,
    connection: &Connection,
    scheduler: &Scheduler,
) -> Listening {
    Listening {
        url: connection.url().to_string(),
        canister_id: scheduler.canister_id().to_text(),
        principal: connection.principal().to_text(),
        state: connection.settings().state.path().display().to_string(),
        pid: std::process::id(),
        named_state: global.state.is_some(),
        named_network: false,
        pages: None,
    }
}
