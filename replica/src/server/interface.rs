//! What the public interface shows of a replica, and what it remembers for it: the certified state,
//! who sent which request, and who still waits for an answer.
//!
//! It executes nothing and stores nothing: whoever owns the replica does, and then says what has
//! changed. The time is given: certificates carry it.

use std::collections::HashMap;
use std::sync::Arc;

use candid::Principal;
use tokio::sync::oneshot;

use super::commands::{Accepted, Query};
use super::keys::Keys;
use super::read_state::{Knowledge, ReadState};
use super::refusal::Refusal;
use super::state_tree::StateTree;
use crate::store::RequestRecord;
use crate::{CanisterView, Delta, Ingress, MessageId, Rejection, Replica};

/// The state as clients see it.
pub(crate) struct Interface {
    tree: StateTree,
    requests: HashMap<MessageId, RequestRecord>,
    waiting: HashMap<MessageId, Vec<oneshot::Sender<Vec<u8>>>>,
}

/// What permissions to read depend on.
struct Known<'a> {
    requests: &'a HashMap<MessageId, RequestRecord>,
    replica: &'a Replica,
}

impl Interface {
    /// Shows all of a replica.
    pub(crate) fn new(
        keys: Arc<Keys>,
        requests: HashMap<MessageId, RequestRecord>,
        replica: &Replica,
    ) -> Self {
        let mut tree = StateTree::new(keys);
        for id in replica.canister_ids() {
            if let Some(view) = replica.canister_view(&id) {
                tree.put_canister(&view);
            }
        }
        for (id, status) in replica.ingress_statuses() {
            tree.put_request(id, status);
        }
        Self {
            tree,
            requests,
            waiting: HashMap::new(),
        }
    }

    /// Shows what has changed.
    pub(crate) fn show(&mut self, replica: &Replica, delta: &Delta) {
        for id in &delta.deleted {
            self.tree.delete_canister(id);
        }
        for canister in &delta.canisters {
            if let Some(view) = replica.canister_view(&canister.id) {
                self.tree.put_canister(&view);
            }
        }
        for (id, _) in &delta.ingress {
            match replica.ingress_status(id) {
                Some(status) => self.tree.put_request(id, &status),
                None => {
                    self.tree.delete_request(id);
                    self.requests.remove(id);
                }
            }
        }
    }

    /// Who sent a request, if that is known.
    pub(crate) fn request(&self, id: &MessageId) -> Option<&RequestRecord> {
        self.requests.get(id)
    }

    /// Remembers who sent a request.
    pub(crate) fn remember(&mut self, id: MessageId, record: RequestRecord) {
        self.requests.insert(id, record);
    }

    /// Submits a call; gives what is to be remembered of it, unless it came before: such a one has
    /// the same answer and is not executed again.
    pub(crate) fn submit(
        &mut self,
        replica: &mut Replica,
        ingress: Ingress,
    ) -> Result<Option<(MessageId, RequestRecord)>, Rejection> {
        let id = ingress.message_id;
        if self.requests.contains_key(&id) {
            return Ok(None);
        }
        let record = RequestRecord {
            sender: ingress.sender,
            canister_id: ingress.canister_id,
        };
        replica.submit_ingress(ingress)?;
        self.remember(id, record.clone());
        Ok(Some((id, record)))
    }

    /// Runs a query, with a certificate of the canister's certified data.
    pub(crate) fn query(
        &mut self,
        replica: &mut Replica,
        query: Query,
        now_ns: u64,
    ) -> Result<Vec<u8>, Rejection> {
        self.tree.certify(now_ns);
        let canister = query.canister_id.as_slice().to_vec();
        let path = vec![b"canister".to_vec(), canister, b"certified_data".to_vec()];
        let certificate = self.tree.certificate(&[path]);
        let Query {
            sender,
            canister_id,
            method,
            arg,
        } = query;
        replica.query_with_certificate(sender, canister_id, &method, arg, certificate)
    }

    /// Reads what the sender may read.
    pub(crate) fn read_state(
        &mut self,
        replica: &Replica,
        read: &ReadState,
        now_ns: u64,
    ) -> Result<Vec<u8>, Refusal> {
        read.check(&Known {
            requests: &self.requests,
            replica,
        })?;
        self.tree.certify(now_ns);
        Ok(self.tree.certificate(&read.paths))
    }

    /// What is known of a call that was submitted: its answer, or a promise of it.
    pub(crate) fn accepted(&mut self, replica: &Replica, id: MessageId, now_ns: u64) -> Accepted {
        if let Some(certificate) = self.certificate_of_answer(replica, &id, now_ns) {
            return Accepted::Answered(certificate);
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.entry(id).or_default().push(sender);
        Accepted::Waiting(receiver)
    }

    /// Whether anybody waits for the answer of a call.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Gives those that wait their answers, as far as there are any by now.
    pub(crate) fn answer_waiting(&mut self, replica: &Replica, now_ns: u64) {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|id, places| {
            places.retain(|place| !place.is_closed());
            let Some(certificate) = self.certificate_of_answer(replica, id, now_ns) else {
                return !places.is_empty();
            };
            for place in places.drain(..) {
                // An answer that nobody waits for any more is no failure.
                let _ = place.send(certificate.clone());
            }
            false
        });
        self.waiting = waiting;
    }

    /// The certificate of a request's status, if that is final.
    fn certificate_of_answer(
        &mut self,
        replica: &Replica,
        id: &MessageId,
        now_ns: u64,
    ) -> Option<Vec<u8>> {
        let status = replica.ingress_status(id);
        if !status.is_none_or(|status| status.is_answered()) {
            return None;
        }
        self.tree.certify(now_ns);
        let path = vec![b"request_status".to_vec(), id.0.to_vec()];
        Some(self.tree.certificate(&[path]))
    }
}

impl Knowledge for Known<'_> {
    fn request(&self, id: &MessageId) -> Option<&RequestRecord> {
        self.requests.get(id)
    }

    fn canister(&self, id: &Principal) -> Option<CanisterView> {
        self.replica.canister_view(id)
    }
}
