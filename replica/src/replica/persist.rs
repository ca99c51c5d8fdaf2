//! Export and restore of the whole replica.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use candid::Principal;
use sha2::{Digest, Sha256};

use super::Replica;
use crate::canister::{Canister, Compile};
use crate::engine::CompiledModule;
use crate::faults::Faults;
use crate::persist::{Delta, ImageRows, RestoreError, Snapshot, decode, encode};
use crate::state::{IngressHistory, ReplicaMeta, split_image_id};
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
        let logs = self
            .canisters
            .values_mut()
            .filter_map(Canister::take_log_delta)
            .collect();
        let mut images = Vec::new();
        let mut deleted_images = std::mem::take(&mut self.deleted_images);
        for canister in self.canisters.values_mut() {
            let (changed, removed) = canister.take_image_deltas();
            images.extend(changed);
            deleted_images.extend(removed);
        }
        Delta {
            replica,
            ingress,
            canisters,
            logs,
            images,
            deleted_images,
            deleted: std::mem::take(&mut self.deleted).into_iter().collect(),
        }
    }

    /// Continues from a stored state, exactly where its last delta was taken, but for HTTPS
    /// outcalls: those that wait are rejected with `SysTransient`. The seed and the
    /// start time of `config` are ignored. Modules are compiled here, unless this process did so
    /// before.
    pub fn restore(config: ReplicaConfig, snapshot: Snapshot) -> Result<Self, RestoreError> {
        Self::restore_with(config, snapshot, &CompiledModule::compile)
    }

    /// Like [`Self::restore`], with another way to come to the code of modules.
    pub(crate) fn restore_with(
        config: ReplicaConfig,
        snapshot: Snapshot,
        compile: &Compile<'_>,
    ) -> Result<Self, RestoreError> {
        let meta: ReplicaMeta = decode("replica", &snapshot.replica)?;
        let entries: BTreeMap<MessageId, _> = snapshot
            .ingress
            .iter()
            .map(|(id, row)| Ok((*id, decode("ingress", row)?)))
            .collect::<Result<_, _>>()?;
        let mut logs: BTreeMap<_, _> = snapshot.logs.into_iter().collect();
        let mut canisters = snapshot
            .canisters
            .into_iter()
            .map(|canister| {
                let mut canister = Canister::restore(canister, compile)?;
                canister.restore_log(logs.remove(&canister.id).unwrap_or_default())?;
                Ok((canister.id, canister))
            })
            .collect::<Result<_, _>>()?;
        restore_images(&mut canisters, snapshot.images)?;
        let mut replica = Self {
            root_key: Arc::from(config.root_key.as_slice()),
            config,
            meta,
            history: IngressHistory::restore(entries),
            canisters,
            deleted: BTreeSet::new(),
            faults: Faults::default(),
            deleted_images: Vec::new(),
            exported_meta: Some(Sha256::digest(&snapshot.replica).into()),
        };
        replica.abandon_outcalls();
        Ok(replica)
    }
}

fn restore_images(
    canisters: &mut BTreeMap<Principal, Canister>,
    images: Vec<ImageRows>,
) -> Result<(), RestoreError> {
    for image in images {
        let found = split_image_id(&image.id)
            .and_then(|(id, number)| Some((canisters.get_mut(&id)?, number)));
        let (canister, number) =
            found.ok_or_else(|| RestoreError::new("a snapshot", "its canister is missing"))?;
        canister.restore_image(number, image)?;
    }
    Ok(())
}
