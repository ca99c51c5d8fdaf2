//! The replica as a server: the public HTTP interface of the Internet Computer on one address.
//!
//! Agents work with it as with the real network, verification included: requests are
//! authenticated, answers to queries are signed by a node key, and everything else comes with a
//! certificate under the root key that `/api/v2/status` gives. The state is kept in a directory
//! and survives a crash at any moment: no update is acknowledged before it is stored.
//!
//! ```text
//! http ── envelope, authentication ──> driver (one thread, owns the replica)
//!   ^                                    │ rounds -> store.commit -> state tree -> certificate
//!   └────────────── answers <────────────┘
//! ```
//!
//! HTTPS outcalls of canisters are made beside that, where [`Outcalls`] allows them. What is not
//! for the interface is for a canister: `gateway` serves `http://<canister id>.localhost:PORT/`
//! and `?canisterId=<canister id>` from its `http_request`.
//!
//! It is one node of one subnet. It has no boundary nodes in front, gives no permission to web pages
//! of other origins, and does not stay up when its disk fails: it stops and says so.
//!
//! ```
//! use chime_replica::server::{Server, ServerConfig, running};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let directory = tempfile::tempdir()?;
//! let server = Server::start(ServerConfig::new(directory.path())).await?;
//! println!("an agent may use {}", server.url());
//! server.shutdown().await?;
//! # Ok(()) }
//! ```

pub mod limits;

mod answers;
mod authentication;
pub(crate) mod body;
mod cbor;
pub(crate) mod clock;
pub(crate) mod commands;
mod compiled;
mod connections;
mod driver;
mod envelope;
mod error;
pub(crate) mod fuzzing;
pub(crate) mod gateway;
mod handle;
pub(crate) mod http;
pub(crate) mod interface;
pub(crate) mod keys;
pub(crate) mod outcalls;
mod preinstall;
mod read_state;
mod refusal;
mod routing;
mod running;
mod state_tree;
mod travel;

pub use error::ServerError;
pub use handle::{Server, ServerHandle};
pub use outcalls::Outcalls;
pub use preinstall::Preinstalled;
pub use running::{RunningNetwork, running};

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// What a server is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Where the state is kept; created when missing. One server at a time may use it.
    pub state_dir: PathBuf,
    /// Where to listen; port 0 takes any free one.
    pub bind: SocketAddr,
    /// Which HTTPS outcalls of canisters are made.
    pub outcalls: Outcalls,
    /// Canisters that it has from its start.
    pub preinstalled: Vec<Preinstalled>,
    /// How long every update is held back before it is taken, as if the network were far away.
    pub call_delay: Duration,
}

impl ServerConfig {
    /// A server for this machine only, on any free port, that makes no HTTPS outcalls.
    pub fn new(state_dir: impl Into<PathBuf>) -> Self {
        Self {
            state_dir: state_dir.into(),
            bind: (Ipv4Addr::LOCALHOST, 0).into(),
            outcalls: Outcalls::default(),
            preinstalled: Vec::new(),
            call_delay: Duration::ZERO,
        }
    }
}
