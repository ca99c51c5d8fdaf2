//! A connection for the length of one command, which always ends in order: on an error and on a
//! signal too, so that an embedded network of this process stores its state.

use std::sync::Arc;

use candid::Principal;
use ic_agent::Agent;

use crate::apply::{CodexFile, Standing};
use crate::cli::{Flags, GlobalArguments};
use crate::config::{Choice, Choices, Config, Given, Origin};
use crate::error::{Error, Kind, Result};
use crate::network::{Connection, Settings, connect};
use crate::scheduler::{NamesCallees, Scheduler};
use crate::terminal::{Writer, message, reader_gone};
use crate::words::NETWORK_ENDS;

/// The scheduler, and whether its network ends with this command.
pub(in crate::cli) struct Session {
    pub scheduler: Scheduler,
    pub hosted_here: bool,
}

/// The choice of network and identity in file, environment and arguments.
pub(in crate::cli) fn settings(global: &GlobalArguments) -> Result<Settings> {
    choices(global).map(|choices| settings_of(&choices))
}

/// The choices without their origins.
pub(in crate::cli) fn settings_of(choices: &Choices) -> Settings {
    Settings {
        network: choices.address.value.clone(),
        state: choices.state.value.clone(),
        canister: choices.canister.as_ref().map(|choice| choice.value),
        identity: choices.identity.as_ref().map(|choice| choice.value.clone()),
        root_key: choices.root_key.value.clone(),
    }
}

/// The same, each value with its origin.
pub(in crate::cli) fn choices(global: &GlobalArguments) -> Result<Choices> {
    let config = Config::load(global.config_file.as_deref())?;
    Choices::new(&config, &given(global))
}

/// What flags and variables say, each with its origin.
fn given(global: &GlobalArguments) -> Given {
    let flags = &global.flags;
    Given {
        network: origin(
            flags,
            &global.network,
            "network",
            "--network",
            "CHIME_NETWORK",
        ),
        canister: origin(
            flags,
            &global.canister,
            "canister",
            "--canister",
            "CHIME_CANISTER",
        ),
        identity: origin(
            flags,
            &global.identity,
            "identity",
            "--identity",
            "CHIME_IDENTITY",
        ),
        state: origin(flags, &global.state, "state", "--state", "CHIME_STATE"),
        password_file: origin(
            flags,
            &global.password_file,
            "password_file",
            "--password-file",
            "CHIME_PASSWORD_FILE",
        ),
    }
}

fn origin<T: Clone>(
    flags: &Flags,
    value: &Option<T>,
    id: &str,
    flag: &'static str,
    variable: &'static str,
) -> Option<Choice<T>> {
    let origin = match flags.has(id) {
        true => Origin::Flag(flag),
        false => Origin::Variable(variable),
    };
    value.clone().map(|value| Choice::new(value, origin))
}

/// Connects, does the work, and disconnects.
pub(in crate::cli) async fn with_scheduler<T>(
    global: &GlobalArguments,
    writer: &Writer,
    work: impl AsyncFnOnce(&Session) -> Result<T>,
) -> Result<T> {
    until(global, writer, work, interrupted()).await
}

/// Does work with the runner of the embedded network, whatever network is chosen otherwise: what is tried
/// out is tried out here.
pub(in crate::cli) async fn with_python<T>(
    global: &GlobalArguments,
    writer: &Writer,
    work: impl AsyncFnOnce(&Agent, Principal) -> Result<T>,
) -> Result<T> {
    let progress = |text: &str| writer.message(text);
    let here = Settings::embedded(settings(global)?.state);
    let connection = connect(here, &progress).await?;
    let work = async {
        let runner = connection.runner(&progress, Arc::new(message)).await?;
        work(&connection.agent, runner).await
    };
    let result = tokio::select! {
        result = work => result,
        name = interrupted() => Err(interruption(name)),
    };
    let ended = connection.shutdown().await;
    let value = result?;
    ended?;
    Ok(value)
}

/// Like [`with_scheduler`], for work that writes on and on. To be interrupted is how it ends, or that
/// nobody reads any more, whether or not there is something to write.
pub(in crate::cli) async fn streaming(
    global: &GlobalArguments,
    writer: &Writer,
    work: impl AsyncFnOnce(&Session) -> Result<()>,
) -> Result<()> {
    let stop = async {
        tokio::select! {
            name = interrupted() => name,
            () = reader_gone() => "the end of its reader",
        }
    };
    until_interrupted(until(global, writer, work, stop).await)
}

/// To be interrupted is how work ends that goes on for ever.
pub(in crate::cli) fn until_interrupted(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() == Kind::Interrupted => Ok(()),
        other => other,
    }
}

/// Like [`with_scheduler`], for work that ends by itself, and with nothing wrong, at a signal.
pub(in crate::cli) async fn serving<T>(
    global: &GlobalArguments,
    writer: &Writer,
    work: impl AsyncFnOnce(&Session) -> Result<T>,
) -> Result<T> {
    until(global, writer, work, std::future::pending()).await
}

async fn until<T>(
    global: &GlobalArguments,
    writer: &Writer,
    work: impl AsyncFnOnce(&Session) -> Result<T>,
    stop: impl Future<Output = &'static str>,
) -> Result<T> {
    let progress = |text: &str| writer.message(text);
    let connection = connect(settings(global)?, &progress).await?;
    let result = tokio::select! {
        // A question that is interrupted says so itself.
        biased;
        result = begin(&connection, &progress, work) => result,
        name = stop => Err(interruption(name)),
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
        scheduler: connection
            .scheduler_saying(progress, Arc::new(message))
            .await?,
        hosted_here: connection.is_hosted_here(),
    };
    work(&session).await
}

pub(in crate::cli) fn interruption(signal: &str) -> Error {
    Error::new(
        Kind::Interrupted,
        format!("stopped by {signal}"),
        "what was acknowledged before is kept; `chime events` shows what was changed",
    )
}

/// A hint for a command that leaves schedules behind on a network that ends with it.
pub(in crate::cli) fn hint_to_keep_running(session: &Session, writer: &Writer) {
    if session.hosted_here {
        writer.message(NETWORK_ENDS);
    }
}

/// Resolves with the name of the signal when this process is asked to stop.
#[cfg(unix)]
pub(in crate::cli) async fn interrupted() -> &'static str {
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
pub(in crate::cli) async fn interrupted() -> &'static str {
    match tokio::signal::ctrl_c().await {
        Ok(()) => "Ctrl+C",
        Err(_) => std::future::pending().await,
    }
}

/// Stores files of Python, and says what is new.
pub(super) async fn store(session: &Session, codices: &[CodexFile], writer: &Writer) -> Result<()> {
    for codex in codices {
        let said = match session.scheduler.store(codex).await? {
            Standing::New => "is stored",
            Standing::Changed => "is stored as a new version",
            Standing::Same => continue,
        };
        writer.message(format!("The codex {} {said}.", codex.name));
    }
    Ok(())
}

/// Checks the methods that a request names by the interfaces of their canisters, and says what could
/// not be checked.
pub(super) async fn know_callees(
    session: &Session,
    request: &mut impl NamesCallees,
    writer: &Writer,
) -> Result<()> {
    for note in session.scheduler.know_callees(request).await? {
        writer.message(note);
    }
    Ok(())
}
