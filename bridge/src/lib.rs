//! The program `chime` as a library: everything but the command line.
//!
//! * [`network`] reaches a network and puts the scheduler on it,
//! * [`operations`] is each use case once, with types,
//! * [`error`] is the one table from what went wrong to exit codes and MCP results.
//!
//! Command line and MCP are skins over the operations; they hold no rule of their own.

pub mod error;
pub mod network;
pub mod operations;
