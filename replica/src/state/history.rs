//! What became of the ingress messages, with the record of what changed since the last export.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Payload;
use crate::limits::{INGRESS_HISTORY, INGRESS_HISTORY_BYTES};
use crate::{IngressStatus, MessageId};

/// One ingress message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub status: IngressStatus,
    pub expiry_ns: u64,
    /// 0 while it is not answered.
    pub answered_ns: u64,
}

/// The ingress messages of the last minutes.
#[derive(Default)]
pub(crate) struct IngressHistory {
    entries: BTreeMap<MessageId, Entry>,
    /// Answered messages by time, the oldest first.
    answered: BTreeSet<(u64, MessageId)>,
    answer_bytes: usize,
    changed: BTreeSet<MessageId>,
}

fn answer_bytes(status: &IngressStatus) -> usize {
    match status {
        IngressStatus::Replied(bytes) => bytes.len(),
        IngressStatus::Rejected(rejection) => rejection.message.len(),
        IngressStatus::Received | IngressStatus::Processing | IngressStatus::Done => 0,
    }
}

impl IngressHistory {
    pub(crate) fn restore(entries: BTreeMap<MessageId, Entry>) -> Self {
        let mut history = Self::default();
        for (id, entry) in entries {
            if entry.status.is_answered() {
                history.answered.insert((entry.answered_ns, id));
                history.answer_bytes += answer_bytes(&entry.status);
            }
            history.entries.insert(id, entry);
        }
        history
    }

    pub(crate) fn status(&self, id: &MessageId) -> Option<&IngressStatus> {
        self.entries.get(id).map(|entry| &entry.status)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&MessageId, &IngressStatus)> {
        self.entries.iter().map(|(id, entry)| (id, &entry.status))
    }

    pub(crate) fn receive(&mut self, id: MessageId, expiry_ns: u64) {
        let entry = Entry {
            status: IngressStatus::Received,
            expiry_ns,
            answered_ns: 0,
        };
        self.entries.insert(id, entry);
        self.changed.insert(id);
    }

    /// Marks a message as being executed, unless it is answered already.
    pub(crate) fn start(&mut self, id: &MessageId) {
        match self.entries.get_mut(id) {
            Some(entry) if !entry.status.is_answered() => {
                entry.status = IngressStatus::Processing;
                self.changed.insert(*id);
            }
            _ => {}
        }
    }

    pub(crate) fn answer(&mut self, id: &MessageId, payload: Payload, now_ns: u64) {
        let Some(entry) = self.entries.get_mut(id) else {
            return;
        };
        entry.status = match payload {
            Payload::Reply(bytes) => IngressStatus::Replied(bytes),
            Payload::Reject(rejection) => IngressStatus::Rejected(rejection),
        };
        entry.answered_ns = now_ns;
        self.answer_bytes += answer_bytes(&entry.status);
        self.answered.insert((now_ns, *id));
        self.changed.insert(*id);
        self.forget_oldest_answers();
    }

    fn forget_oldest_answers(&mut self) {
        if self.answer_bytes <= INGRESS_HISTORY_BYTES {
            return;
        }
        for (_, id) in &self.answered {
            let entry = self
                .entries
                .get_mut(id)
                .expect("BUG: an answered message without an entry");
            self.answer_bytes -= answer_bytes(&entry.status);
            entry.status = IngressStatus::Done;
            self.changed.insert(*id);
            if self.answer_bytes <= INGRESS_HISTORY_BYTES {
                break;
            }
        }
    }

    /// Forgets the messages answered long ago that could not be submitted again either.
    pub(crate) fn prune(&mut self, now_ns: u64) {
        let keep_ns = u64::try_from(INGRESS_HISTORY.as_nanos()).unwrap_or(u64::MAX);
        while let Some((answered_ns, id)) = self.answered.first().copied() {
            if answered_ns.saturating_add(keep_ns) > now_ns {
                break;
            }
            self.answered.pop_first();
            let entry = &self.entries[&id];
            if entry.expiry_ns >= now_ns {
                // It could be submitted again: look at it anew once that is over.
                self.answered.insert((entry.expiry_ns, id));
                continue;
            }
            self.answer_bytes -= answer_bytes(&entry.status);
            self.entries.remove(&id);
            self.changed.insert(id);
        }
    }

    /// The messages that changed since the last call; `None` for those forgotten.
    pub(crate) fn take_changes(&mut self) -> Vec<(MessageId, Option<&Entry>)> {
        std::mem::take(&mut self.changed)
            .into_iter()
            .map(|id| (id, self.entries.get(&id)))
            .collect()
    }
}
