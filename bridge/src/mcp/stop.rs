//! Being asked to stop.

use crate::error::{Error, Kind, Result};

/// Resolves at SIGINT or SIGTERM. The signals are caught from the call on.
///
/// # Errors
/// `Internal` if the system does not let them be caught.
#[cfg(unix)]
pub fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let catch = |kind| {
        signal(kind).map_err(|error| {
            Error::new(Kind::Internal, "cannot catch signals", "start it again").because(error)
        })
    };
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
///
/// # Errors
/// None here.
#[cfg(not(unix))]
pub fn stop_signal() -> Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
