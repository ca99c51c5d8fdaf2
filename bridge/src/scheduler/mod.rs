//! The client of the scheduler: its methods with their types, and what stands on several of them:
//! whole lists, finding, waiting, archives,
//! and what the canisters that tasks call publish about themselves.
//!
//! It knows an agent and the canister's interface. Who asks, and what is done with the answers, it
//! does not know.

mod agent_error;
mod archive;
mod callees;
mod canister;
mod client;
mod dry_run;
mod failures;
mod find;
mod interface;
mod journal;
mod latest;
mod lists;
mod module;
mod oversized;
mod owners;
mod pages;
mod provision;

mod wait;

pub use agent_error::{agent_error, query_error};
pub use archive::{Transfer, download, file_digest, upload};
pub(crate) use callees::{Arguments, Call, Place, Sent, unchecked};
pub use callees::{Checked, NamesCallees};
pub use canister::{Canister, Manner, Remote};
pub use client::Scheduler;
pub use dry_run::Tried;
pub use find::find_schedule;

pub use interface::{SCHEDULER_INTERFACE, interface_of};
pub use journal::{answer_text, request_text};
pub use latest::Latest;
pub use module::Module;
pub use owners::HOW_OWNERS_ARE_FOUND;
pub use provision::Provision;

pub use wait::{Patience, not_known_yet, require_completed, wait};
