//! Serving one client over the standard streams, until it hangs up or a signal comes.
//!
//! Standard input is read by a thread of its own: a read of it cannot be broken off, and the
//! runtime would wait for one of its own threads at the end, while nobody waits for this one.

use std::io::{self, Read};
use std::sync::Arc;
use std::thread;

use rmcp::ServiceExt;
use rmcp::service::{QuitReason, ServerInitializeError};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};

use super::lines::{Lines, lines};
use super::offer::Offer;
use super::server::Server;
use super::stop::stop_signal;
use crate::error::{Error, Kind, Result};

/// Bytes read ahead of the server.
const BUFFER_BYTES: usize = 64 * 1024;

/// Serves what is offered to the client at the other end of stdin and stdout. `make` makes the
/// offer; it is broken off by a signal too. Returns when the client hangs up, or at SIGINT or
/// SIGTERM, with nothing wrong.
///
/// # Errors
/// What kept the offer from being made, or `Internal` if the protocol broke down.
pub async fn serve_stdio<O: Offer>(make: impl Future<Output = Result<O>>) -> Result<()> {
    let signal = stop_signal()?;
    let serving = async {
        let offer = make.await?;
        let input = read_stdin().map_err(|error| failed("cannot read stdin", error))?;
        serve(Server::new(Arc::new(offer)), input, tokio::io::stdout()).await
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
pub(super) async fn serve<T, I, O>(server: Server<T>, input: I, output: O) -> Result<()>
where
    T: Offer,
    I: AsyncRead + Send + Unpin + 'static,
    O: AsyncWrite + Send + Unpin + 'static,
{
    let (lines, writing) = lines(input, output);
    // On the heap: the future is large, and the futures around it hold it whole.
    let served = Box::pin(converse(server, lines)).await;
    // What was answered last is written before the program ends. If it cannot be, the client has gone.
    if let Ok(Err(error)) = writing.await {
        tracing::debug!(%error, "the client no longer takes answers");
    }
    served
}

async fn converse<T, I>(server: Server<T>, lines: Lines<I>) -> Result<()>
where
    T: Offer,
    I: AsyncRead + Send + Unpin + 'static,
{
    let service = match server.serve(lines).await {
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
                tracing::warn!(%error, "reading from the standard input failed");
                return;
            }
        };
        let written = futures::executor::block_on(to.write_all(&buffer[..count]));
        if written.is_err() {
            return;
        }
    }
}

fn failed(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(
        Kind::Internal,
        what,
        "start the server again from a client that speaks MCP over stdio",
    )
    .because(error)
}
