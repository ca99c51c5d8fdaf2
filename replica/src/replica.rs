//! The public face of the replica, in the words of PocketIC. Signatures first; the bodies follow.

use std::time::Duration;

use candid::Principal;

use crate::{
    CanisterView, Delta, Ingress, IngressStatus, MessageId, Rejection, ReplicaConfig, RestoreError,
    Snapshot,
};

/// How code is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallMode {
    /// Into an empty canister.
    Install,
    /// Over existing code; heap and stable memory are wiped.
    Reinstall,
    /// Over existing code; stable memory is kept.
    Upgrade,
}

/// An Internet Computer of one subnet, in this process.
pub struct Replica {
    config: ReplicaConfig,
}

impl Replica {
    /// A fresh replica without canisters.
    pub fn new(config: ReplicaConfig) -> Self {
        Self { config }
    }

    /// Continues from a stored state. The seed and the start time of `config` are ignored.
    pub fn restore(_config: ReplicaConfig, _snapshot: Snapshot) -> Result<Self, RestoreError> {
        todo!()
    }

    /// What changed since the last export (or since the start). Clears the record of changes.
    pub fn export_delta(&mut self) -> Delta {
        todo!()
    }

    /// What the replica was started with.
    pub fn config(&self) -> &ReplicaConfig {
        &self.config
    }

    /// Virtual time in nanoseconds since 1970.
    pub fn time_ns(&self) -> u64 {
        todo!()
    }

    /// Sets the time. It never goes backwards: an earlier time changes nothing.
    pub fn set_time_ns(&mut self, _time_ns: u64) {
        todo!()
    }

    /// Moves the time forward.
    pub fn advance_time(&mut self, _duration: Duration) {
        todo!()
    }

    /// Accepts an authenticated ingress message, or says why not. A known id is accepted again and
    /// changes nothing.
    pub fn submit_ingress(&mut self, _ingress: Ingress) -> Result<(), Rejection> {
        todo!()
    }

    /// What became of an ingress message; `None` when it is unknown or forgotten.
    pub fn ingress_status(&self, _id: &MessageId) -> Option<IngressStatus> {
        todo!()
    }

    /// Every known ingress message, by id, for certificates.
    pub fn ingress_statuses(&self) -> impl Iterator<Item = (&MessageId, &IngressStatus)> {
        std::iter::empty()
    }

    /// Runs a query method (composite ones too). Changes nothing.
    pub fn query(
        &mut self,
        _sender: Principal,
        _canister_id: Principal,
        _method: &str,
        _arg: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        todo!()
    }

    /// Like [`Self::query`], with the certificate that `ic0.data_certificate_copy` shall give.
    pub fn query_with_certificate(
        &mut self,
        _sender: Principal,
        _canister_id: Principal,
        _method: &str,
        _arg: Vec<u8>,
        _certificate: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        todo!()
    }

    /// Executes one round at the current time; true when anything was executed.
    pub fn execute_round(&mut self) -> bool {
        todo!()
    }

    /// Moves the time by one nanosecond and executes a round.
    pub fn tick(&mut self) -> bool {
        todo!()
    }

    /// Executes rounds until nothing is left to do at this time, at most `limit`; returns how many
    /// executed something.
    pub fn run_until_idle(&mut self, _limit: usize) -> usize {
        todo!()
    }

    /// When the next round has something to do: now when messages wait, else the earliest global
    /// timer or deadline; `None` when nothing will happen without a message from outside.
    pub fn next_wake_at(&self) -> Option<u64> {
        todo!()
    }

    /// Submits an update call and executes rounds until it is answered.
    pub fn update_call(
        &mut self,
        _sender: Principal,
        _canister_id: Principal,
        _method: &str,
        _arg: Vec<u8>,
    ) -> Result<Vec<u8>, Rejection> {
        todo!()
    }

    /// The ids of all canisters, in ascending order.
    pub fn canister_ids(&self) -> Vec<Principal> {
        todo!()
    }

    /// A canister as seen from outside.
    pub fn canister_view(&self, _id: &Principal) -> Option<CanisterView> {
        todo!()
    }

    /// Creates an empty canister controlled by `controller`, with the default cycles.
    pub fn create_canister(&mut self, _controller: Principal) -> Principal {
        todo!()
    }

    /// Installs code as the given sender, who must be a controller.
    pub fn install_code(
        &mut self,
        _sender: Principal,
        _canister_id: Principal,
        _mode: InstallMode,
        _module: Vec<u8>,
        _arg: Vec<u8>,
    ) -> Result<(), Rejection> {
        todo!()
    }

    /// Adds cycles from nowhere and returns the new balance.
    pub fn add_cycles(&mut self, _id: &Principal, _cycles: u128) -> Option<u128> {
        todo!()
    }
}
