//! Registered actions and secrets.

use candid::{CandidType, Deserialize, Principal};
use serde::Serialize;

use crate::task::Action;

/// An action to be registered, or registered again under its name.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct DefineActionRequest {
    /// Its name, 1 to 128 characters.
    pub name: String,
    /// What it does, at most 4,096 characters.
    pub description: Option<String>,
    /// The kind of thing it works on: a step must name the same; null is any.
    pub entity_name: Option<String>,
    /// What is done. Its texts may hold `{{attributes.x}}` and `{{entity_name}}`. Not `named`.
    pub action: Action,
    /// For all owners; only for admins. Null is false: for the caller's tasks only. An owner's own
    /// definition goes before one for all.
    pub shared: Option<bool>,
}

/// A registered action.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ActionDefinition {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The kind of thing it works on; null is any.
    pub entity_name: Option<String>,
    /// What is done.
    pub action: Action,
    /// For all owners.
    pub shared: bool,
    /// Who defined it.
    pub defined_by: Principal,
    /// When it was defined last.
    pub updated_at: u64,
}

/// Which action to remove.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct DeleteActionRequest {
    /// Its name.
    pub name: String,
    /// The one for all owners; null is false.
    pub shared: Option<bool>,
}

/// Actions, by name.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct ActionPage {
    /// The actions: the caller's own, then those for all owners, each by name.
    pub actions: Vec<ActionDefinition>,
    /// Give it as `cursor` to see the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A page of a list that is ordered by names.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Default)]
pub struct NamesPageRequest {
    /// Go on after this: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Most items on the page, 1 to 500; null is 50.
    pub limit: Option<u32>,
}

/// A secret to be kept for HTTP actions. Nothing shows it again: neither the history nor a backup.
/// The nodes of the network hold the memory of the canister, so do not keep here what their
/// operators must not know.
#[derive(CandidType, Serialize, Deserialize, Clone, PartialEq, Eq)]
pub struct PutSecretRequest {
    /// Its name, 1 to 64 letters, digits and `_`.
    pub name: String,
    /// The secret, 1 to 4,096 bytes. It replaces an older one.
    pub secret: String,
}

impl std::fmt::Debug for PutSecretRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PutSecretRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Which secret to remove.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct DeleteSecretRequest {
    /// Its name.
    pub name: String,
}

/// The names of the caller's secrets.
#[derive(CandidType, Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct SecretNames {
    /// The names, in order.
    pub names: Vec<String>,
}
