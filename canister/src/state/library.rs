//! Registered actions, secrets, backups and reports.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use chime_types::{Backup, Report};

use super::State;
use super::held::Encoded;
use super::keys::{BackupId, NameKey, ReportId};
use super::records::{ActionRecord, BackupRecord, ReportRecord};

impl State {
    /// A registered action.
    pub fn action(&self, key: &NameKey) -> Option<ActionRecord> {
        self.actions.get(key)
    }

    /// Writes an action.
    pub fn put_action(&mut self, key: NameKey, action: ActionRecord) {
        self.actions.insert(key, action);
    }

    /// Removes an action. True if there was one.
    pub fn remove_action(&mut self, key: &NameKey) -> bool {
        self.actions.remove(key).is_some()
    }

    /// The actions of an owner after the name, by name.
    pub fn actions_of(
        &self,
        owner: Principal,
        after: &str,
    ) -> impl Iterator<Item = (String, ActionRecord)> + use<'_> {
        let from = NameKey {
            owner,
            name: after.to_string(),
        };
        self.actions
            .range((Excluded(from), Unbounded))
            .take_while(move |entry| entry.key().owner == owner)
            .map(|entry| (entry.key().name.clone(), entry.value()))
    }

    /// The actions of all owners after one of them.
    pub fn actions_after(
        &self,
        after: Option<NameKey>,
    ) -> impl Iterator<Item = (NameKey, ActionRecord)> {
        let from = after.map_or(Unbounded, Excluded);
        self.actions
            .range((from, Unbounded))
            .map(|entry| (entry.key().clone(), entry.value()))
    }

    /// A secret.
    pub fn secret(&self, key: &NameKey) -> Option<String> {
        self.secrets.get(key)
    }

    /// Writes a secret.
    pub fn put_secret(&mut self, key: NameKey, secret: String) {
        self.secrets.insert(key, secret);
    }

    /// Removes a secret. True if there was one.
    pub fn remove_secret(&mut self, key: &NameKey) -> bool {
        self.secrets.remove(key).is_some()
    }

    /// The secrets of an owner, by name.
    pub fn secrets_of(&self, owner: Principal) -> impl Iterator<Item = (String, String)> {
        let from = NameKey {
            owner,
            name: String::new(),
        };
        self.secrets
            .range(from..)
            .take_while(move |entry| entry.key().owner == owner)
            .map(|entry| (entry.key().name.clone(), entry.value()))
    }

    /// A backup.
    pub fn backup(&self, id: BackupId) -> Option<Backup> {
        self.backup_record(id).map(|record| record.backup)
    }

    /// A backup, and how far it is written or read.
    pub fn backup_record(&self, id: BackupId) -> Option<BackupRecord> {
        self.backups.get(&id)
    }

    /// Writes a backup.
    pub fn put_backup(&mut self, record: &BackupRecord) {
        let id = BackupId(record.backup.id);
        self.backups.insert(id, record.clone());
        self.backups_by_owner.insert((record.backup.owner, id), ());
    }

    /// Removes a backup and its chunks, also the one that is being filled.
    pub fn remove_backup(&mut self, backup: &Backup) {
        let id = BackupId(backup.id);
        self.backups.remove(&id);
        self.backups_by_owner.remove(&(backup.owner, id));
        for index in 0..=backup.chunks {
            self.remove_backup_chunk(backup.owner, (id, index));
        }
    }

    /// The backups of an owner after `cursor`, the oldest first.
    pub fn backups_of(&self, owner: Principal, cursor: BackupId) -> impl Iterator<Item = Backup> {
        self.backups_by_owner
            .range((Excluded((owner, cursor)), Unbounded))
            .map(|entry| *entry.key())
            .take_while(move |(principal, _)| *principal == owner)
            .map(|(_, id)| self.backup(id).expect("BUG: a listed backup exists"))
    }

    /// A chunk of a backup.
    pub fn backup_chunk(&self, id: BackupId, index: u32) -> Option<Vec<u8>> {
        self.backup_chunks.get(&(id, index))
    }

    /// Writes a chunk of a backup of an owner.
    pub fn put_backup_chunk(&mut self, owner: Principal, at: (BackupId, u32), data: Vec<u8>) {
        let after = data.len();
        let old = self.backup_chunks.insert(at, data);
        self.count_bytes(owner, old.map_or(0, |old| old.len()), after);
    }

    /// Removes a chunk of a backup of an owner.
    pub fn remove_backup_chunk(&mut self, owner: Principal, at: (BackupId, u32)) {
        if let Some(removed) = self.backup_chunks.remove(&at) {
            self.count_bytes(owner, removed.len(), 0);
        }
    }

    /// The bytes of the backups of an owner.
    pub(super) fn bytes_of_backups(&self, owner: Principal) -> usize {
        let backups = self.backups_of(owner, BackupId(0));
        let ids = backups.map(|backup| BackupId(backup.id));
        ids.flat_map(|id| self.backup_chunks.range((id, 0)..=(id, u32::MAX)))
            .map(|entry| entry.value().len())
            .sum()
    }

    /// Writes a report and removes the oldest of the owner above `maximum`.
    pub fn add_report(&mut self, owner: Principal, report: Report, maximum: u64) {
        let key = (owner, ReportId(report.id));
        let encoded = Encoded::of(&ReportRecord(report));
        self.count_bytes(owner, 0, encoded.size());
        self.reports.insert(key, encoded);
        let ids: Vec<ReportId> = self
            .reports
            .range((owner, ReportId(0))..=(owner, ReportId(u64::MAX)))
            .map(|entry| entry.key().1)
            .collect();
        let excess = ids
            .len()
            .saturating_sub(usize::try_from(maximum).unwrap_or(usize::MAX));
        for id in &ids[..excess] {
            if let Some(removed) = self.reports.remove(&(owner, *id)) {
                self.count_bytes(owner, removed.size(), 0);
            }
        }
    }

    /// The reports of an owner before `cursor`, the newest first.
    pub fn reports_of(&self, owner: Principal, cursor: ReportId) -> impl Iterator<Item = Report> {
        self.reports
            .range((owner, ReportId(0))..(owner, cursor))
            .rev()
            .map(|entry| entry.value().decode().0)
    }
}
