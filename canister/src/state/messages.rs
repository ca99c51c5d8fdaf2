//! Alerts and inboxes.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use chime_types::Message;

use super::State;
use super::held::Encoded;
use super::keys::{AlertId, MessageId, ReportId, Subject};
use super::records::{AlertRecord, MessageRecord};
use super::texts;

impl State {
    /// An alert.
    pub fn alert(&self, id: AlertId) -> Option<AlertRecord> {
        self.alerts.get(&id)
    }

    /// Writes an alert, new or changed.
    pub fn put_alert(&mut self, alert: &AlertRecord) {
        if self.alerts.insert(alert.id, alert.clone()).is_none() {
            self.alerts_by_owner.insert((alert.owner, alert.id), ());
        }
        if alert.watches_cycles() {
            self.cycles_alerts.insert(alert.id, ());
        } else {
            self.cycles_alerts.remove(&alert.id);
        }
    }

    /// Removes an alert and its place in the agenda.
    pub fn remove_alert(&mut self, alert: &AlertRecord) {
        self.remove_sent(Subject::Alert(alert.id));
        self.cancel_wake(alert.wake);
        self.alerts.remove(&alert.id);
        self.cycles_alerts.remove(&alert.id);
        self.alerts_by_owner.remove(&(alert.owner, alert.id));
    }

    /// The alerts of an owner after `cursor`, the oldest first.
    pub fn alerts_of(
        &self,
        owner: Principal,
        cursor: AlertId,
    ) -> impl Iterator<Item = AlertRecord> {
        self.alerts_by_owner
            .range((Excluded((owner, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(principal, _)| *principal == owner)
            .map(|(_, id)| self.alerts.get(&id).expect("BUG: a listed alert exists"))
    }

    /// Whether an alert is in the list of those on the balance of cycles.
    pub fn is_cycles_alert(&self, id: AlertId) -> bool {
        self.cycles_alerts.contains_key(&id)
    }

    /// The alerts of all owners on the balance of cycles that are on.
    pub fn cycles_alerts(&self) -> Vec<AlertRecord> {
        self.cycles_alerts
            .iter()
            .map(|entry| self.alerts.get(entry.key()))
            .map(|found| found.expect("BUG: a listed alert exists"))
            .collect()
    }

    /// Puts a message into an inbox and removes the oldest above `maximum`.
    pub fn add_message(&mut self, owner: Principal, mut message: Message, maximum: u64) {
        texts::bound_message(&mut message);
        let key = (owner, MessageId(message.id));
        let encoded = Encoded::of(&MessageRecord(message));
        self.count_bytes(owner, 0, encoded.size());
        self.inbox.insert(key, encoded);
        let ids: Vec<MessageId> = self
            .inbox_range(owner, MessageId(u64::MAX))
            .take(
                usize::try_from(maximum)
                    .unwrap_or(usize::MAX)
                    .saturating_add(1),
            )
            .collect();
        if ids.len() as u64 > maximum {
            self.remove_message(owner, ids[0]);
        }
    }

    fn remove_message(&mut self, owner: Principal, id: MessageId) {
        if let Some(removed) = self.inbox.remove(&(owner, id)) {
            self.count_bytes(owner, removed.size(), 0);
        }
    }

    /// The bytes of the messages and the reports of an owner.
    pub(super) fn bytes_of_messages(&self, owner: Principal) -> usize {
        let messages = self
            .inbox
            .range((owner, MessageId(0))..=(owner, MessageId(u64::MAX)))
            .map(|entry| entry.value().size());
        let reports = self
            .reports
            .range((owner, ReportId(0))..=(owner, ReportId(u64::MAX)))
            .map(|entry| entry.value().size());
        messages.sum::<usize>() + reports.sum::<usize>()
    }

    fn inbox_range(&self, owner: Principal, through: MessageId) -> impl Iterator<Item = MessageId> {
        self.inbox
            .keys_range((owner, MessageId(0))..=(owner, through))
            .map(|(_, id)| id)
    }

    /// The messages of an inbox before `cursor`, the newest first.
    pub fn messages_of(
        &self,
        owner: Principal,
        cursor: MessageId,
    ) -> impl Iterator<Item = Message> {
        self.inbox
            .range((owner, MessageId(0))..(owner, cursor))
            .rev()
            .map(|entry| entry.value().decode().0)
    }

    /// Removes a message and all older ones of an inbox. Answers how many.
    pub fn remove_messages(&mut self, owner: Principal, through: MessageId) -> u64 {
        let ids: Vec<MessageId> = self.inbox_range(owner, through).collect();
        for id in &ids {
            self.remove_message(owner, *id);
        }
        ids.len() as u64
    }
}
