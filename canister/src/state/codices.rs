//! Stored Python: the codices of owners with the code of their versions, what programs keep between
//! their runs, and the journals of those that were suspended.

use std::ops::Bound::{Excluded, Unbounded};

use candid::Principal;
use chime_types::codex::{JournalEntry, Request};
use chime_types::{CodexVersion, Divergence};
use serde::{Deserialize, Serialize};

use super::State;
use super::held::Encoded;
use super::keys::{CodeKey, ExecutionId, NameKey, TaskId};

/// A codex without its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodexRecord {
    pub description: String,
    /// Those that are kept, the oldest first; the last is the present one.
    pub versions: Vec<CodexVersion>,
    pub created_at: u64,
}

impl CodexRecord {
    /// The present version.
    pub fn present(&self) -> &CodexVersion {
        self.versions
            .last()
            .expect("BUG: a codex has at least one version")
    }

    /// A version that is kept.
    pub fn version(&self, number: u64) -> Option<&CodexVersion> {
        self.versions.iter().find(|kept| kept.number == number)
    }
}

/// What programs keep: of a task, or of an owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitiesRecord {
    /// Rises whenever a run changes them.
    pub version: u64,
    /// By class, as JSON; empty if there never were any.
    pub json: String,
}

/// The run of a program that was suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRecord {
    pub step: u32,
    pub attempt: u32,
    pub codex: String,
    /// What it began with; none until its first slice was run.
    pub began: Option<Began>,
    /// It goes on under the versions with which it began, whatever the present ones are.
    pub is_pinned: bool,
    /// What it asked for and was answered, the oldest first.
    pub entries: Vec<JournalEntry>,
    /// What it asks for now.
    pub pending: Option<Request>,
    /// Bytes of its output that are in the log already.
    pub logged: u64,
    /// How often the slice under way was begun in vain.
    pub tries: u32,
    /// How often its runner broke off at it.
    #[serde(default)]
    pub traps: u32,
    /// Cycles charged so far.
    pub cycles: u64,
    pub divergence: Option<Divergence>,
}

/// What a program began with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// The version of its codex; none if its code came along.
    pub version: Option<u64>,
    /// All codices that it is made of, its own first if it is stored.
    pub modules: Vec<Module>,
    /// The entities as they were.
    pub base: Base,
}

/// A version of a codex that a program is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    pub name: String,
    /// It is one for all owners.
    pub shared: bool,
    pub version: u64,
}

impl Module {
    /// Where its codex is, for an owner.
    pub fn key(&self, owner: Principal) -> NameKey {
        let owner = if self.shared {
            Principal::management_canister()
        } else {
            owner
        };
        let name = self.name.clone();
        NameKey { owner, name }
    }
}

/// Entities as a program saw them when it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    pub task: EntitiesRecord,
    pub owner: EntitiesRecord,
}

/// Stands for the owner itself among its tasks.
const WHOLE_OWNER: TaskId = TaskId(0);

impl State {
    /// A codex.
    pub fn codex(&self, key: &NameKey) -> Option<CodexRecord> {
        self.codices.get(key)
    }

    /// Whether there is a codex.
    pub fn has_codex(&self, key: &NameKey) -> bool {
        self.codices.contains_key(key)
    }

    /// The code of a version of a codex.
    pub fn code(&self, codex: &NameKey, version: u64) -> Option<String> {
        self.code.get(&CodeKey::new(codex, version))
    }

    /// Writes a codex, and the code of its present version.
    pub fn put_codex(&mut self, key: &NameKey, record: CodexRecord, code: String) {
        let version = record.present().number;
        let after = code.len();
        let before = self.code.insert(CodeKey::new(key, version), code);
        self.count_bytes(key.owner, before.map_or(0, |old| old.len()), after);
        self.codices.insert(key.clone(), record);
    }

    /// Removes the code of a version of a codex.
    pub fn remove_code(&mut self, key: &NameKey, version: u64) {
        if let Some(removed) = self.code.remove(&CodeKey::new(key, version)) {
            self.count_bytes(key.owner, removed.len(), 0);
        }
    }

    /// Removes a codex with all its versions. False if there was none.
    pub fn remove_codex(&mut self, key: &NameKey) -> bool {
        let Some(record) = self.codices.remove(key) else {
            return false;
        };
        for version in record.versions {
            self.remove_code(key, version.number);
        }
        true
    }

    /// The codices of an owner after the name, by name.
    pub fn codices_of(
        &self,
        owner: Principal,
        after: &str,
    ) -> impl Iterator<Item = (String, CodexRecord)> + use<'_> {
        let from = NameKey {
            owner,
            name: after.to_string(),
        };
        self.codices
            .range((Excluded(from), Unbounded))
            .take_while(move |entry| entry.key().owner == owner)
            .map(|entry| (entry.key().name.clone(), entry.value()))
    }

    /// The codex after one of them, of whoever it is.
    pub fn codex_after(&self, after: NameKey) -> Option<(NameKey, CodexRecord)> {
        let mut after = self.codices.range((Excluded(after), Unbounded));
        let entry = after.next()?;
        Some((entry.key().clone(), entry.value()))
    }

    /// The code of all codices of an owner, in bytes.
    pub(super) fn bytes_of_codices(&self, owner: Principal) -> usize {
        let codices = self.codices_of(owner, "");
        let bytes = codices.flat_map(|(_, record)| record.versions);
        let bytes = bytes.map(|version| usize::try_from(version.bytes).unwrap_or(usize::MAX));
        bytes.sum()
    }

    /// What the programs of a task keep.
    pub fn task_entities(&self, owner: Principal, task: TaskId) -> EntitiesRecord {
        let found = self.entities.get(&(owner, task));
        found.map_or_else(EntitiesRecord::default, Encoded::decode)
    }

    /// What all programs of an owner keep together.
    pub fn owner_entities(&self, owner: Principal) -> EntitiesRecord {
        self.task_entities(owner, WHOLE_OWNER)
    }

    /// Writes what the programs of a task keep.
    pub fn put_task_entities(&mut self, owner: Principal, task: TaskId, record: &EntitiesRecord) {
        let encoded = Encoded::of(record);
        let after = encoded.size();
        let before = self.entities.insert((owner, task), encoded);
        self.count_bytes(owner, before.map_or(0, |old| old.size()), after);
    }

    /// Writes what all programs of an owner keep together.
    pub fn put_owner_entities(&mut self, owner: Principal, record: &EntitiesRecord) {
        self.put_task_entities(owner, WHOLE_OWNER, record);
    }

    /// The next owner of whom programs keep anything.
    pub fn owner_of_entities_after(&self, last: Option<Principal>) -> Option<Principal> {
        let from = match last {
            Some(last) => Excluded((last, TaskId(u64::MAX))),
            None => Unbounded,
        };
        let (owner, _) = self.entities.keys_range((from, Unbounded)).next()?;
        Some(owner)
    }

    /// Removes what the programs of a task keep.
    pub fn remove_task_entities(&mut self, owner: Principal, task: TaskId) {
        if let Some(removed) = self.entities.remove(&(owner, task)) {
            self.count_bytes(owner, removed.size(), 0);
        }
    }

    pub(super) fn bytes_of_entities(&self, owner: Principal) -> usize {
        self.entities
            .range((owner, WHOLE_OWNER)..=(owner, TaskId(u64::MAX)))
            .map(|entry| entry.value().size())
            .sum()
    }

    /// The journal of the program that an execution ran last.
    pub fn journal(&self, execution: ExecutionId) -> Option<JournalRecord> {
        self.journals.get(&execution).map(Encoded::decode)
    }

    /// Writes the journal of an execution of an owner.
    pub fn put_journal(
        &mut self,
        owner: Principal,
        execution: ExecutionId,
        record: &JournalRecord,
    ) {
        let encoded = Encoded::of(record);
        let after = encoded.size();
        let before = self.journals.insert(execution, encoded);
        self.count_bytes(owner, before.map_or(0, |old| old.size()), after);
    }

    /// Removes the journal of an execution of an owner.
    pub fn remove_journal(&mut self, owner: Principal, execution: ExecutionId) {
        if let Some(removed) = self.journals.remove(&execution) {
            self.count_bytes(owner, removed.size(), 0);
        }
    }

    pub(super) fn bytes_of_journals(&self, owner: Principal) -> usize {
        self.oldest_ids_of_owner(owner)
            .filter_map(|id| self.journals.get(&id))
            .map(|journal| journal.size())
            .sum()
    }
}
