//! A connection for the length of one command, which always ends in order: on an error and on a
//! signal too, so that an embedded network of this process stores its state.

use candid::Principal;

use crate::cli::GlobalArguments;
use crate::error::{Error, Kind, Result};
use crate::network::{Connection, Settings, StateDirectory, connect};
use crate::operations::Scheduler;
use crate::output::Writer;

/// The scheduler, and whether its network ends with this command.
pub(super) struct Session {
    pub scheduler: Scheduler,
    pub hosted_here: bool,
}

/// The choice of network and identity in the arguments.
pub(super) fn settings(global: &GlobalArguments) -> Result<Settings> {
    let canister = global.canister.as_deref().map(canister_id).transpose()?;
    let state = match &global.state {
        Some(path) => StateDirectory::new(path.clone()),
        None => StateDirectory::of_user()?,
    };
    Ok(Settings {
        network: global.network.parse()?,
        state,
        canister,
        identity: global.identity.clone(),
    })
}

fn canister_id(text: &str) -> Result<Principal> {
    Principal::from_text(text).map_err(|error| {
        Error::new(
            Kind::Usage,
            format!("--canister {text} is no canister id"),
            "Give an id such as ryjl3-tyaaa-aaaaa-aaaba-cai.",
        )
        .because(error)
    })
}

/// Connects, does the work, and disconnects.
pub(super) async fn with_scheduler<T>(
    global: &GlobalArguments,
    writer: &Writer,
    work: impl AsyncFnOnce(&Session) -> Result<T>,
) -> Result<T> {
    let progress = |text: &str| writer.message(text);
    let connection = connect(settings(global)?, &progress).await?;
    let result = tokio::select! {
        result = begin(&connection, &progress, work) => result,
        name = interrupted() => Err(interruption(name)),
    };
    let ended = connection.shutdown().await;
    let value = result?;
    ended?;
    Ok(value)
}

async fn begin<T>(
    connection: &Connection,
    progress: &(dyn Fn(&str) + Send + Sync),
    work: impl AsyncFnOnce(&Session) -> Result<T>,
) -> Result<T> {
    let session = Session {
        scheduler: connection.scheduler(progress).await?,
        hosted_here: connection.is_hosted_here(),
    };
    work(&session).await
}

fn interruption(signal: &str) -> Error {
    Error::new(
        Kind::Interrupted,
        format!("stopped by {signal}"),
        "Whatever was acknowledged before is kept; run the command again if need be.",
    )
}

/// A hint for a command that leaves schedules behind on a network that ends with it.
pub(super) fn hint_to_keep_running(session: &Session, writer: &Writer) {
    if session.hosted_here {
        writer.message(
            "The embedded network ran for this command only: schedules fire while `chime up` runs.",
        );
    }
}

/// Resolves with the name of the signal when this process is asked to stop.
#[cfg(unix)]
pub(super) async fn interrupted() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let streams = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = streams else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}

/// Resolves with the name of the signal when this process is asked to stop.
#[cfg(not(unix))]
pub(super) async fn interrupted() -> &'static str {
    match tokio::signal::ctrl_c().await {
        Ok(()) => "Ctrl+C",
        Err(_) => std::future::pending().await,
    }
}
