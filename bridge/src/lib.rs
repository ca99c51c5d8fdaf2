//! The program `chime` as a library: everything but the command line.
//!
//! * [`network`] reaches a network and puts the scheduler on it,
//! * [`operations`] is each use case once, with types,
//! * [`apply`] reads job files, and says what they would change,
//! * [`cli`], [`commands`] and [`output`] are the command line,
//! * [`candid_json`] translates between Candid and JSON,
//! * [`mcp`] offers the scheduler's methods as tools to MCP clients,
//! * [`error`] is the one table from what went wrong to exit codes and MCP results.
//!
//! Command line and MCP are skins over the operations; they hold no rule of their own.

pub mod apply;
pub mod candid_json;
pub mod cli;
pub mod commands;
pub mod error;
pub mod mcp;
pub mod network;
pub mod operations;
pub mod output;
