//! Export and restore of the whole replica.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Replica;
use crate::canister::Canister;
use crate::persist::{Delta, RestoreError, Snapshot, decode, encode};
use crate::state::{IngressHistory, ReplicaMeta};
use crate::{MessageId, ReplicaConfig};

impl Replica {
    /// What changed since the last export (or since the start). Clears the record of changes, so
    /// a delta that is lost cannot be had again: restart from the store instead.
    pub fn export_delta(&mut self) -> Delta {
        let blob = encode(&self.meta);
        let hash = Sha256::digest(&blob).into();
        let replica = (self.exported_meta != Some(hash)).then_some(blob);
        self.exported_meta = Some(hash);
        let ingress = self
            .history
            .take_changes()
            .into_iter()
            .map(|(id, entry)| (id, entry.map(encode)))
            .collect();
        let canisters = self
            .canisters
            .values_mut()
            .filter_map(Canister::take_delta)
            .collect();
        Delta {
            replica,
            ingress,
            canisters,
            deleted: std::mem::take(&mut self.deleted).into_iter().collect(),
        }
    }

    /// Continues from a stored state, exactly where its last delta was taken, but for HTTPS
    /// outcalls: those that wait are rejected with `SysTransient`. The seed and the
    /// start time of `config` are ignored. Modules are compiled here, unless this process did so
    /// before.
    pub fn restore(config: ReplicaConfig, snapshot: Snapshot) -> Result<Self, RestoreError> {
        let meta: ReplicaMeta = decode("replica", &snapshot.replica)?;
        let entries: BTreeMap<MessageId, _> = snapshot
            .ingress
            .iter()
            .map(|(id, row)| Ok((*id, decode("ingress", row)?)))
            .collect::<Result<_, _>>()?;
        let canisters = snapshot
            .canisters
            .into_iter()
            .map(|canister| Ok((canister.id, Canister::restore(canister)?)))
            .collect::<Result<_, _>>()?;
        let mut replica = Self {
            root_key: Arc::from(config.root_key.as_slice()),
            config,
            meta,
            history: IngressHistory::restore(entries),
            canisters,
            deleted: BTreeSet::new(),
            exported_meta: Some(Sha256::digest(&snapshot.replica).into()),
        };
        replica.abandon_outcalls();
        Ok(replica)
    }
}
