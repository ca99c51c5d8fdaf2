//! Each use case once, with types: the scheduler's methods, and what people and programs need
//! around them.
//!
//! Nothing here reads arguments or writes output: the command line and the MCP server are skins
//! over it.

mod agent_error;
mod archive;
mod carry_out;
pub mod doctor;
mod explain;
mod find;
mod forecast;
mod health;
mod lists;
mod pages;
mod scheduler;
mod wait;

#[cfg(test)]
pub(crate) mod fixtures;

pub use agent_error::{agent_error, query_error};
pub use archive::{Transfer, download, file_digest, upload};
pub use explain::{Cause, Explanation, Remedy, explain};
pub use find::{choose_task, find_schedule};
pub use forecast::next_runs;
pub use health::{Finding, findings, message_trouble};
pub use scheduler::Scheduler;
pub use wait::{Patience, require_completed, wait};
