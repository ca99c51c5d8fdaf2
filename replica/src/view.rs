//! What the outside may see of a canister, for certificates and tests. Read-only copies.

use std::sync::Arc;

use candid::Principal;
use serde::{Deserialize, Serialize};

/// Whether a canister takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CanisterStatus {
    /// Takes calls.
    Running,
    /// Takes no new calls and finishes those that are open.
    Stopping,
    /// Takes no calls and has none open.
    Stopped,
}

/// Who may read a metadata section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everyone (`icp:public`).
    Public,
    /// The controllers (`icp:private`).
    Private,
}

/// A custom section `icp:public <name>` or `icp:private <name>` of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataSection {
    /// Who may read it.
    pub visibility: Visibility,
    /// The name without the prefix.
    pub name: String,
    /// The content.
    pub content: Arc<[u8]>,
}

/// What a canister has done: messages and queries, those that trapped included, and installations
/// that succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Messages that were executed. An installation counts as one.
    pub messages: u64,
    /// Instructions of all of them.
    pub instructions: u64,
    /// Instructions of the dearest one.
    pub largest_message: u64,
    /// Pages of stable memory, of [`crate::PAGE_BYTES`] bytes, that they wrote and committed: one
    /// that two messages wrote counts twice.
    pub stable_pages_written: u64,
}

impl Work {
    /// Counts a message. One that was refused before it began took no instructions.
    pub(crate) fn add_message(&mut self, instructions: u64) {
        if instructions == 0 {
            return;
        }
        self.messages += 1;
        self.instructions += instructions;
        self.largest_message = self.largest_message.max(instructions);
    }
}

/// A canister as seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterView {
    /// Its id.
    pub id: Principal,
    /// SHA-256 of the module as it was given, compressed or not; none without a module.
    pub module_hash: Option<[u8; 32]>,
    /// Its controllers, in ascending order.
    pub controllers: Vec<Principal>,
    /// Whether it takes calls.
    pub status: CanisterStatus,
    /// The custom sections of its module.
    pub metadata: Arc<[MetadataSection]>,
    /// What it set by `certified_data_set`; empty when it never did.
    pub certified_data: Vec<u8>,
    /// When it was created, in nanoseconds since 1970; none when that was not kept.
    pub created_ns: Option<u64>,
    /// When its code was deployed or a snapshot was loaded; none without code.
    pub installed_ns: Option<u64>,
    /// Its cycles.
    pub cycles: u128,
    /// Its version: counts changes of code, settings and state.
    pub version: u64,
    /// Size of its heap, in bytes.
    pub heap_bytes: u64,
    /// Size of its stable memory, in bytes.
    pub stable_bytes: u64,
    /// Its global timer in nanoseconds since 1970; 0 when it is not set.
    pub global_timer_ns: u64,
    /// Calls that it has not answered yet, and answered ones that still await calls.
    pub open_call_contexts: usize,
}
