//! Serving one client over the standard streams, until it hangs up or a signal comes.
//!
//! Standard input is read by a thread of its own: a read of it cannot be broken off, and the
//! runtime would wait for one of its own threads at the end, while nobody waits for this one.

use std::io::{self, Read};
use std::thread;

use rmcp::ServiceExt;
use rmcp::service::{QuitReason, ServerInitializeError};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};

use super::published_interface;
use super::server::{Canister, Server};
use crate::error::{Error, Kind, Result};
use crate::operations::Scheduler;

/// Bytes read ahead of the server.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves the scheduler's methods as tools to the client at the other end of stdin and stdout.
/// Returns when the client hangs up, or at SIGINT or SIGTERM, with nothing wrong.
///
/// `scheduler` finds the scheduler, which may take a while on a network that starts first; signals
/// are heeded meanwhile, and it is dropped at one.
///
/// # Errors
/// What kept the scheduler from being found or its interface from being read, or `Internal` if the
/// protocol broke down.
pub async fn serve_stdio(scheduler: impl Future<Output = Result<Scheduler>>) -> Result<()> {
    let signal = stop_signal()?;
    let serving = async {
        let scheduler = scheduler.await?;
        let interface = published_interface(&scheduler).await?;
        let input = read_stdin().map_err(|error| failed("cannot read stdin", error))?;
        serve(
            Server::new(scheduler, interface),
            input,
            tokio::io::stdout(),
        )
        .await
    };
    tokio::select! {
        served = serving => served,
        () = signal => {
            tracing::info!("stopped by a signal");
            Ok(())
        }
    }
}

/// Serves one client until it hangs up.
pub(super) async fn serve<C, I, O>(server: Server<C>, input: I, output: O) -> Result<()>
where
    C: Canister,
    I: AsyncRead + Send + Unpin + 'static,
    O: AsyncWrite + Send + Unpin + 'static,
{
    let service = match server.serve((input, output)).await {
        Ok(service) => service,
        // A client that only looks and hangs up has done nothing wrong.
        Err(
            ServerInitializeError::ConnectionClosed(_)
            | ServerInitializeError::ExpectedInitializeRequest(None)
            | ServerInitializeError::Cancelled,
        ) => return Ok(()),
        Err(error) => return Err(failed("the client does not speak the protocol", error)),
    };
    match service.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => {
            Err(failed("the server broke down", error))
        }
        Ok(_) => Ok(()),
    }
}

/// What is read from stdin, from now on.
fn read_stdin() -> io::Result<DuplexStream> {
    let (server_end, client_end) = tokio::io::duplex(BUFFER_BYTES);
    thread::Builder::new()
        .name("stdin".to_string())
        .spawn(move || copy(io::stdin(), client_end))?;
    Ok(server_end)
}

/// Copies until either end closes; dropping the pipe tells the server.
fn copy(mut from: impl Read, mut to: DuplexStream) {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                tracing::warn!(%error, "stdin cannot be read any more");
                return;
            }
        };
        let written = futures::executor::block_on(to.write_all(&buffer[..count]));
        if written.is_err() {
            return;
        }
    }
}

/// Resolves at SIGINT or SIGTERM. The signals are caught from the call on.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let catch = |kind| signal(kind).map_err(|error| failed("cannot catch signals", error));
    let mut interrupt = catch(SignalKind::interrupt())?;
    let mut terminate = catch(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn failed(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(
        Kind::Internal,
        what,
        "start the server again from a client that speaks MCP over stdio",
    )
    .because(error)
}
