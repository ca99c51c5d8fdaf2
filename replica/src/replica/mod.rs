//! The public face of the replica, in the words of PocketIC.
//!
//! The state is here; `ingress`, `round`, `routing`, `query`, `outcalls` and `persist` hold what
//! happens to it, and `management` (a module of the crate) the management canister.

mod convenience;
mod ingress;
mod outcalls;
mod persist;
mod query;
mod round;
mod routing;

pub use convenience::InstallMode;
pub(crate) use outcalls::check_size;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use candid::Principal;

use crate::canister::{Canister, Subnet};
use crate::engine::CompiledModule;
use crate::faults::Faults;
use crate::state::{IngressHistory, ReplicaMeta};
use crate::{CanisterView, ImageId, IngressStatus, MessageId, ReplicaConfig, Work};

/// An Internet Computer of one subnet, in this process.
pub struct Replica {
    pub(crate) config: ReplicaConfig,
    pub(crate) root_key: Arc<[u8]>,
    pub(crate) meta: ReplicaMeta,
    pub(crate) history: IngressHistory,
    pub(crate) canisters: BTreeMap<Principal, Canister>,
    pub(crate) deleted: BTreeSet<Principal>,
    pub(crate) faults: Faults,
    /// Snapshots of deleted canisters.
    pub(crate) deleted_images: Vec<ImageId>,
    exported_meta: Option<[u8; 32]>,
}

impl Replica {
    /// A fresh replica without canisters.
    pub fn new(config: ReplicaConfig) -> Self {
        Self {
            meta: ReplicaMeta::new(config.seed, config.start_time_ns),
            root_key: Arc::from(config.root_key.as_slice()),
            config,
            history: IngressHistory::default(),
            canisters: BTreeMap::new(),
            deleted: BTreeSet::new(),
            faults: Faults::default(),
            deleted_images: Vec::new(),
            exported_meta: None,
        }
    }

    /// What the replica was started with.
    pub fn config(&self) -> &ReplicaConfig {
        &self.config
    }

    /// Virtual time in nanoseconds since 1970.
    pub fn time_ns(&self) -> u64 {
        self.meta.time_ns
    }

    /// Sets the time. It never goes backwards: an earlier time changes nothing, and neither does any
    /// while the time is [frozen](Self::freeze_time).
    pub fn set_time_ns(&mut self, time_ns: u64) {
        if !self.faults.is_time_frozen {
            self.meta.time_ns = self.meta.time_ns.max(time_ns);
        }
    }

    /// Moves the time forward; see [`Self::set_time_ns`].
    pub fn advance_time(&mut self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.set_time_ns(self.meta.time_ns.saturating_add(nanoseconds));
    }

    /// What became of an ingress message; `None` when it is unknown or forgotten.
    pub fn ingress_status(&self, id: &MessageId) -> Option<IngressStatus> {
        self.history.status(id).cloned()
    }

    /// Every known ingress message, by id, for certificates.
    pub fn ingress_statuses(&self) -> impl Iterator<Item = (&MessageId, &IngressStatus)> {
        self.history.iter()
    }

    /// The ids of all canisters, in ascending order.
    pub fn canister_ids(&self) -> Vec<Principal> {
        self.canisters.keys().copied().collect()
    }

    /// A canister as seen from outside.
    pub fn canister_view(&self, id: &Principal) -> Option<CanisterView> {
        self.canisters.get(id).map(Canister::view)
    }

    /// The latest lines that a canister printed by `debug_print`: those of its log, then those of
    /// queries and inspections, which no log keeps and which do not survive a restart.
    pub fn debug_log(&self, id: &Principal) -> Vec<String> {
        let Some(canister) = self.canisters.get(id) else {
            return Vec::new();
        };
        let logged = canister.log.iter().map(|(_, line)| line.content.as_slice());
        let lines = logged.chain(canister.unlogged.iter().map(Vec::as_slice));
        lines
            .map(|content| String::from_utf8_lossy(content).into_owned())
            .collect()
    }

    /// What a canister has done since the last time this was asked, for measurements.
    pub fn take_work(&mut self, id: &Principal) -> Option<Work> {
        let canister = self.canisters.get_mut(id)?;
        Some(std::mem::take(&mut canister.work))
    }

    /// The module of a canister as it was installed, compressed or not.
    pub fn canister_module(&self, id: &Principal) -> Option<Arc<[u8]>> {
        self.canisters.get(id)?.module().cloned()
    }

    /// The code of a canister.
    pub(crate) fn compiled_module(&self, id: &Principal) -> Option<Arc<CompiledModule>> {
        self.canisters.get(id)?.code.clone()
    }

    /// Reads the stable memory of a canister; `None` when there is no such part of it.
    pub fn stable_memory(&self, id: &Principal, offset: u64, bytes: usize) -> Option<Vec<u8>> {
        self.canisters.get(id)?.read_stable(offset, bytes)
    }

    /// Replaces the stable memory of a canister, as a test does before an upgrade; what is left of
    /// the last 64 KiB is zero. False when there is no such canister or the bytes are too many.
    #[must_use]
    pub fn set_stable_memory(&mut self, id: &Principal, bytes: &[u8]) -> bool {
        let canister = self.canisters.get_mut(id);
        canister.is_some_and(|canister| canister.replace_stable(bytes))
    }

    pub(crate) fn subnet(&self) -> Subnet {
        Subnet {
            time_ns: self.meta.time_ns,
            root_key: Arc::clone(&self.root_key),
            update_instructions: self.config.update_instructions,
            query_instructions: self.config.query_instructions,
            fees: self.config.fees,
        }
    }
}
