//! Each use case once, with types: the scheduler's methods, and what people and programs need
//! around them.
//!
//! Nothing here reads arguments or writes output: the command line and the MCP server are skins
//! over it.

mod agent_error;
mod find;
mod pages;
mod scheduler;
mod wait;

#[cfg(test)]
pub(crate) mod fixtures;

pub use agent_error::{agent_error, query_error};
pub use scheduler::Scheduler;
pub use wait::{Patience, require_completed};
