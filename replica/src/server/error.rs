//! Why a server cannot start or has ended.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use candid::Principal;

use crate::RestoreError;
use crate::store::StoreError;

/// Why a server cannot start or has ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The state directory cannot be opened, read or written. Nothing that could not be stored
    /// was ever acknowledged.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored state cannot be read by this version of the replica, or it is damaged. Use the
    /// version that wrote it, put it back from a copy, or use another state directory.
    #[error(
        "{}: {source}. Use the version that wrote it, put the state directory back from a copy, \
         or use another one",
        path.display()
    )]
    Restore {
        /// The file.
        path: PathBuf,
        /// What was found.
        source: RestoreError,
    },
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
    /// A canister that the network should have from its start cannot be installed.
    #[error("cannot install canister {canister}: {reason}")]
    Preinstall {
        /// The canister.
        canister: Principal,
        /// What the replica said.
        reason: String,
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
