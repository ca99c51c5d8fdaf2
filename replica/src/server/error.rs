//! Why a server cannot start or has ended.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::RestoreError;
use crate::store::StoreError;

/// Why a server cannot start or has ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The state directory cannot be opened, read or written. Nothing that could not be stored
    /// was ever acknowledged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored state cannot be read by this version of the replica, or it is damaged.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The address cannot be listened on. Choose another one, or port 0.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file that tells others about the server cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Announce {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system gave no thread.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// The server stopped by itself; the text says why. What it had acknowledged is stored.
    #[error("the replica has failed: {reason}")]
    Failed {
        /// Why.
        reason: String,
    },
}
