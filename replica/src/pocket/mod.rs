//! The replica behind the REST protocol of the PocketIC server, so that tests written for the
//! crate `pocket-ic`, unmodified, run on it. The program is `chime-pocket-ic`.
//!
//! ```text
//! /instances               create, list, delete            instances
//! /instances/N/read/..     what an instance shows          reads     ┐ operations on a Machine,
//! /instances/N/update/..   what changes it                 updates   ┘ one after the other
//! /instances/N/api/..      the public interface            server::http
//! /instances/N/auto_progress, stop_progress                progress
//! /http_gateway            that interface on its own port  gateways
//! /blobstore, /read_graph, /prune_graph                    blobstore, graph
//! ```
//!
//! Every instance is a [`crate::Replica`] on a thread of its own, in virtual time: it begins on
//! 6 May 2021, as PocketIC's does, and stands still but for `set_time`, one nanosecond per round, and
//! automatic progress, which follows the wall clock and makes HTTPS outcalls for real (to the
//! public internet and to this machine). An operation that takes longer than
//! [`limits::SYNCHRONOUS_WAIT`] is answered 202 with the name under which its end is polled.
//!
//! An instance has ONE subnet, an application subnet. What needs another one (NNS, system subnets,
//! ICP features, bitcoin), TLS, sender info, the blockmakers of a round, flexible outcalls, copies
//! of canister snapshots in files, canister signatures and unvalidated ingress is refused with a
//! text that says so. State directories are those of [`crate::store`], not of the other server.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use chime_replica::pocket::{PocketServer, PocketServerConfig};
//!
//! let server = PocketServer::bind(PocketServerConfig::default()).await?;
//! assert_ne!(server.port(), 0);
//! # Ok(()) }
//! ```

pub mod limits;

mod blobstore;
mod config;
mod creation;
mod gateways;
mod graph;
mod instance;
mod instances;
mod lifetime;
mod machine;
mod operations;
mod outcalls;
mod problem;
mod progress;
mod reads;
mod routes;
mod server;
mod topology;
mod updates;
mod wire;

pub use server::{PocketServer, PocketServerConfig};

/// The version of the protocol: that of the PocketIC server which speaks the same.
pub const PROTOCOL_VERSION: &str = "16.1.0";
