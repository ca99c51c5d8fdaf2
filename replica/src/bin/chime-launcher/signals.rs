//! The signals that stop the launcher.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on; resolves with the name of the first signal that comes.
pub(crate) fn stop() -> io::Result<impl Future<Output = &'static str>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
        }
    })
}
