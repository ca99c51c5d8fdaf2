//! The program `chime` as a library: everything but the command line.
//!
//! * [`network`] reaches a network and puts the scheduler on it,
//! * [`scheduler`] is the client of the scheduler, [`diagnosis`] judges what it says, [`doctor`]
//!   looks whether everything is in order,
//! * [`apply`] reads job files, and says what they would change,
//! * [`cli`] is the command line, [`terminal`] is what it writes to,
//! * [`words`] are for people, wherever they read,
//! * [`access`] says who may speak with a server, [`feed`] tells what happens,
//! * [`config`] is the configuration file, and what wins over it,
//! * [`deployment`] installs and upgrades the canisters on any network,
//! * [`identity`] reads private keys, wherever they are kept,
//! * [`candid_json`] translates between Candid and JSON,
//! * [`methods`] are a canister's methods with JSON for people and models, [`mcp`] offers them as
//!   tools to MCP clients,
//! * [`worker`] runs the commands of tasks on this machine,
//! * [`error`] is the one table from what went wrong to exit codes, HTTP statuses and MCP results.
//!
//! Command line and MCP hold no rule of their own.

pub mod access;
pub mod apply;
pub mod candid_json;
pub mod cli;
pub mod config;
pub mod deployment;
pub mod diagnosis;
mod disk;
pub mod doctor;
pub mod error;
pub mod feed;
#[cfg(test)]
mod fixtures;
pub mod identity;
pub mod mcp;
pub mod methods;
pub mod network;
pub mod page;
pub mod rehearsal;
pub mod rest;
#[cfg(test)]
mod rooms;
pub mod scheduler;
pub mod terminal;
pub mod words;
#[cfg(unix)]
pub mod worker;
