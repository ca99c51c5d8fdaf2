//! The certified state: a hash tree that is kept up to date, and certificates cut out of it.
//!
//! ```text
//! /time                                         when it was certified, LEB128 nanoseconds
//! /subnet/<subnet>/public_key, type, canister_ranges
//! /subnet/<subnet>/node/<node>/public_key
//! /canister_ranges/<subnet>/<first id>          CBOR [[first, last]]
//! /canister/<id>/controllers, module_hash, certified_data, metadata/<name>,
//!                canister_creation_timestamp, last_install_timestamp
//! /request_status/<id>/status, reply | reject_code, reject_message, error_code
//! ```
//!
//! The tree is the whole state, as the interface specification defines it, not one made up for a
//! request: what a certificate shows and what it proves to be absent is so for everyone. One
//! signature serves all certificates until something changes or the time has to be renewed.
//!
//! Who may read which path is not decided here.

use std::sync::Arc;

use candid::Principal;
use ic_certification::{AsHashTree, Certificate, HashTree, NestedTree, merge_hash_trees};

use super::cbor;
use super::envelope::Path;
use super::keys::Keys;
use super::limits::CERTIFICATE_AGE;
use crate::{CanisterView, IngressStatus, MessageId, canister_id_range};

/// A part of the state with the subnet's signature.
pub(super) struct StateTree {
    keys: Arc<Keys>,
    tree: NestedTree<Vec<u8>, Vec<u8>>,
    time_ns: u64,
    signature: Option<Vec<u8>>,
}

impl StateTree {
    /// The state of a subnet without canisters.
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        let mut tree = Self {
            tree: NestedTree::default(),
            time_ns: 0,
            signature: None,
            keys,
        };
        tree.put_subnet();
        tree
    }

    fn put_subnet(&mut self) {
        let keys = Arc::clone(&self.keys);
        let (subnet, node) = (keys.subnet_id.as_slice(), keys.node_id.as_slice());
        let range = canister_id_range();
        let first = range.first.as_slice();
        let ranges = cbor::encode(&[(range.first, range.last)]);
        self.put(&[b"subnet", subnet, b"public_key"], keys.root_key.clone());
        self.put(&[b"subnet", subnet, b"type"], b"application".to_vec());
        self.put(&[b"subnet", subnet, b"canister_ranges"], ranges.clone());
        let node_key = [b"subnet".as_slice(), subnet, b"node", node, b"public_key"];
        self.put(&node_key, keys.node_key.clone());
        self.put(&[b"canister_ranges", subnet, first], ranges);
    }

    /// Shows a canister as it is now.
    pub(super) fn put_canister(&mut self, canister: &CanisterView) {
        let id = canister.id.as_slice();
        let module_hash = canister.module_hash.map(|hash| hash.to_vec());
        if self.get(&[b"canister", id, b"module_hash"]) != module_hash.as_ref() {
            self.replace_module(canister, module_hash);
        }
        let controllers = cbor::encode(&canister.controllers);
        self.put(&[b"canister", id, b"controllers"], controllers);
        for (name, time_ns) in [
            (
                b"canister_creation_timestamp".as_slice(),
                canister.created_ns,
            ),
            (b"last_install_timestamp", canister.installed_ns),
        ] {
            if let Some(time_ns) = time_ns {
                self.put(&[b"canister", id, name], leb128(time_ns));
            }
        }
        if canister.module_hash.is_some() {
            let certified = canister.certified_data.clone();
            self.put(&[b"canister", id, b"certified_data"], certified);
        }
    }

    fn replace_module(&mut self, canister: &CanisterView, module_hash: Option<Vec<u8>>) {
        let id = canister.id.as_slice();
        self.delete(&[b"canister", id]);
        let Some(module_hash) = module_hash else {
            return;
        };
        self.put(&[b"canister", id, b"module_hash"], module_hash);
        for section in canister.metadata.iter() {
            let path = [
                b"canister".as_slice(),
                id,
                b"metadata",
                section.name.as_bytes(),
            ];
            self.put(&path, section.content.to_vec());
        }
    }

    /// Forgets a canister.
    pub(super) fn delete_canister(&mut self, id: &Principal) {
        self.delete(&[b"canister", id.as_slice()]);
    }

    /// Shows what became of a request.
    pub(super) fn put_request(&mut self, id: &MessageId, status: &IngressStatus) {
        let mut put = |name: &[u8], value: Vec<u8>| {
            self.put(&[b"request_status", &id.0, name], value);
        };
        match status {
            IngressStatus::Received => put(b"status", b"received".to_vec()),
            IngressStatus::Processing => put(b"status", b"processing".to_vec()),
            IngressStatus::Replied(reply) => {
                put(b"status", b"replied".to_vec());
                put(b"reply", reply.clone());
            }
            IngressStatus::Rejected(rejection) => {
                put(b"status", b"rejected".to_vec());
                put(b"reject_code", leb128(rejection.code as u64));
                put(b"reject_message", rejection.message.clone().into_bytes());
                put(b"error_code", rejection.error_code.to_string().into_bytes());
            }
            IngressStatus::Done => {
                self.delete_request(id);
                self.put(&[b"request_status", &id.0, b"status"], b"done".to_vec());
            }
        }
    }

    /// Forgets a request.
    pub(super) fn delete_request(&mut self, id: &MessageId) {
        self.delete(&[b"request_status", &id.0]);
    }

    /// Signs the state as of now, unless what was signed last still holds and is fresh.
    pub(super) fn certify(&mut self, now_ns: u64) {
        let age = now_ns.abs_diff(self.time_ns);
        if self.signature.is_some() && u128::from(age) < CERTIFICATE_AGE.as_nanos() {
            return;
        }
        self.time_ns = now_ns;
        self.put(&[b"time"], leb128(now_ns));
        self.signature = Some(self.keys.sign_state(&self.tree.root_hash()));
    }

    /// The certificate, in CBOR, that shows the given paths or their absence, and the time.
    ///
    /// The state has to be certified.
    pub(super) fn certificate(&self, paths: &[Path]) -> Vec<u8> {
        let signature = self.signature.clone();
        let time = self.tree.witness(&[b"time".to_vec()]);
        let witnesses = paths.iter().map(|path| self.tree.witness(path));
        let tree: HashTree = witnesses.fold(time, merge_hash_trees);
        cbor::encode(&Certificate {
            tree,
            signature: signature.expect("BUG: the state is not certified"),
            delegation: None,
        })
    }

    fn get(&self, path: &[&[u8]]) -> Option<&Vec<u8>> {
        self.tree.get(&owned(path))
    }

    fn put(&mut self, path: &[&[u8]], value: Vec<u8>) {
        let path = owned(path);
        if self.tree.get(&path) != Some(&value) {
            self.tree.insert(&path, value);
            self.signature = None;
        }
    }

    fn delete(&mut self, path: &[&[u8]]) {
        let path = owned(path);
        if self.tree.contains_path(&path) {
            self.tree.delete(&path);
            self.signature = None;
        }
    }
}

fn owned(path: &[&[u8]]) -> Path {
    path.iter().map(|label| label.to_vec()).collect()
}

/// Unsigned LEB128, in which the state tree has its numbers.
fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests;
