//! The scheduler's methods as tools for MCP clients, over stdio.
//!
//! The tools are made when the server starts, from the interface that the canister itself serves:
//! one tool for each method, described by the interface's documentation. So there is nothing here
//! to fall behind the canister.
//!
//! It knows no rule of the scheduler, asks nobody anything, and writes nothing but the protocol to
//! stdout.

mod interface;
mod server;
mod stdio;
mod tools;

pub use interface::{SCHEDULER_INTERFACE, published_interface};
pub use server::{Canister, Server};
pub use stdio::serve_stdio;
pub use tools::tools;
