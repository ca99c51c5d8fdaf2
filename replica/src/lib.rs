//! An embedded local Internet Computer replica, as a library.
//!
//! It runs canister modules with wasmtime under the IC's `ic0` system interface, in this process,
//! in virtual time and deterministically: the same seed and the same calls give the same states,
//! byte by byte. It exists so that canisters run where no IC tooling is installed and so that
//! tests run on the real wasm.
//!
//! It does not do consensus, several subnets, threshold signatures or deterministic time slicing.
//! Canisters pay for execution only when [`Fees`] are on. [`Replica`] opens no socket and no file;
//! [`server`] and [`store`] do, around it.
//!
//! ```
//! use chime_replica::{Replica, ReplicaConfig};
//!
//! let mut replica = Replica::new(ReplicaConfig::default());
//! assert!(!replica.execute_round());
//! assert_eq!(replica.next_wake_at(), None);
//! ```
#![deny(missing_docs)]

#[doc(hidden)]
pub mod fuzzing;
pub mod limits;
pub mod pocket;
pub mod server;
pub mod store;

mod canister;
mod config;
mod decoding;
mod engine;
mod faults;
mod fees;
mod ids;
mod ingress;
mod management;
mod memory;
mod outcall;
mod persist;
mod rejection;
mod replica;
mod state;
mod sys;
mod view;

pub use config::ReplicaConfig;
pub use engine::on_guest_stack;
pub use faults::{CallFault, Fault, FaultCounts, FaultRates, LAST_TRAP, SPARED_OF_TASKS};
pub use fees::Fees;
pub use ids::{CanisterIdRange, canister_id_from_counter, canister_id_range, subnet_id};
pub use ingress::{Ingress, IngressStatus, MessageId};
pub use outcall::{
    CanisterHttpHeader, CanisterHttpMethod, CanisterHttpReject, CanisterHttpReply,
    CanisterHttpRequest, CanisterHttpResponse, MockCanisterHttpResponse,
    UnknownCanisterHttpRequest,
};
pub use persist::{
    CanisterDelta, CanisterSnapshot, ChunkHash, Delta, ImageDelta, ImageId, ImageRows, LogDelta,
    LogLines, MemoryDelta, MemoryPages, PAGE_BYTES, RestoreError, Snapshot,
};
pub use rejection::Rejection;
pub use replica::{InstallMode, Replica};
pub use view::{CanisterStatus, CanisterView, MetadataSection, Visibility, Work};

pub use candid::Principal;
pub use ic_error_types::{ErrorCode, RejectCode};
