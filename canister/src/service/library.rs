//! Registered actions and secrets.

use candid::Principal;
use chime_types::{
    ActionDefinition, ActionPage, DefineActionRequest, DeleteActionRequest, DeleteSecretRequest,
    Error, ErrorKind, EventKind, NamesPageRequest, PutSecretRequest, Removed, SecretNames, limits,
};

use super::access::limit_exceeded;
use super::{Caller, take_page, validate};
use crate::engine::error_cases;
use crate::engine::template::Scope;
use crate::engine::timeline::Note;
use crate::state::State;
use crate::state::keys::NameKey;
use crate::state::records::ActionRecord;

/// Whom actions for all owners belong to in the store.
const EVERYBODY: Principal = Principal::management_canister();

fn view(owner: Principal, name: String, record: ActionRecord) -> ActionDefinition {
    ActionDefinition {
        name,
        description: record.description,
        entity_name: record.entity_name,
        action: error_cases::show_action(record.action),
        shared: owner == EVERYBODY,
        defined_by: record.defined_by,
        updated_at: record.updated_at,
    }
}

fn owner_of(caller: Caller, shared: Option<bool>) -> Result<Principal, Error> {
    if shared == Some(true) {
        caller.need_admin()?;
        return Ok(EVERYBODY);
    }
    caller.need_owner()?;
    Ok(caller.principal)
}

/// `define_action`
pub fn define_action(
    state: &mut State,
    caller: Caller,
    now: u64,
    mut request: DefineActionRequest,
) -> Result<ActionDefinition, Error> {
    let owner = owner_of(caller, request.shared)?;
    let maximum = limits::MAXIMUM_NAME_CHARACTERS;
    validate::characters("name", &request.name, 1, maximum)?;
    let description = request.description.unwrap_or_default();
    validate::description(&description)?;
    let entity_name = request.entity_name.as_deref().unwrap_or("");
    validate::characters("entity_name", entity_name, 0, maximum)?;
    validate::action(&request.action, Scope::DEFINITION, &caller)
        .map_err(|error| error.within("action"))?;
    error_cases::settle_action(&mut request.action);
    let key = NameKey {
        owner,
        name: request.name.clone(),
    };
    let old = state.action(&key);
    if old.is_none() && state.actions_of(owner, "").count() >= limits::MAXIMUM_ACTIONS {
        return Err(limit_exceeded(
            format!("at most {} actions", limits::MAXIMUM_ACTIONS),
            "remove some with delete_action",
        ));
    }
    let record = ActionRecord {
        description,
        entity_name: request.entity_name.filter(|name| !name.is_empty()),
        action: request.action,
        defined_by: caller.principal,
        updated_at: now,
    };
    let is_same = |old: &ActionRecord| {
        let updated_at = old.updated_at;
        *old == ActionRecord {
            updated_at,
            ..record.clone()
        }
    };
    if let Some(old) = old.filter(is_same) {
        return Ok(view(owner, request.name, old));
    }
    state.put_action(key, record.clone());
    note(state, EventKind::ActionChanged, caller, now, &request.name);
    Ok(view(owner, request.name, record))
}

fn note(state: &mut State, kind: EventKind, caller: Caller, now: u64, detail: &str) {
    Note::new(kind, caller.principal)
        .by(caller.principal)
        .detail(detail)
        .write(state, now);
}

/// `delete_action`
pub fn delete_action(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: DeleteActionRequest,
) -> Result<Removed, Error> {
    let owner = owner_of(caller, request.shared)?;
    let name = request.name.clone();
    if !state.remove_action(&NameKey { owner, name }) {
        return Err(unknown(
            "action",
            &request.name,
            "list_actions shows what there is",
        ));
    }
    note(state, EventKind::ActionChanged, caller, now, &request.name);
    Ok(Removed { removed: 1 })
}

fn unknown(what: &str, name: &str, fix: &str) -> Error {
    Error {
        field: Some("name".to_string()),
        ..Error::new(
            ErrorKind::NotFound,
            format!("there is no {what} `{name}`"),
            fix,
        )
    }
}

/// A cursor says in its first letter which part of the list it is in.
const OWN: char = '0';
const SHARED: char = '1';

/// `list_actions`
pub fn list_actions(
    state: &State,
    caller: Caller,
    request: &NamesPageRequest,
) -> Result<ActionPage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(None)?;
    let cursor = request.cursor.as_deref().unwrap_or("");
    let (own_after, shared_after) = match cursor.strip_prefix(SHARED) {
        Some(name) => (None, name),
        None => (Some(cursor.strip_prefix(OWN).unwrap_or("")), ""),
    };
    let own = own_after.into_iter().flat_map(|after| {
        let actions = state.actions_of(owner, after);
        actions.map(move |(name, record)| view(owner, name, record))
    });
    let shared = state
        .actions_of(EVERYBODY, shared_after)
        .map(|(name, record)| view(EVERYBODY, name, record));
    let (actions, more) = take_page(own.chain(shared), limit);
    let next_cursor = actions.last().filter(|_| more).map(|last| {
        let part = if last.shared { SHARED } else { OWN };
        format!("{part}{}", last.name)
    });
    Ok(ActionPage {
        actions,
        next_cursor,
    })
}

/// `put_secret`
pub fn put_secret(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: PutSecretRequest,
) -> Result<SecretNames, Error> {
    caller.need_owner()?;
    let maximum = limits::MAXIMUM_SECRET_NAME_CHARACTERS;
    validate::characters("name", &request.name, 1, maximum)?;
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if !request.name.chars().all(is_word) {
        return Err(Error::invalid(
            "name",
            "letters, digits and `_`",
            "write it as API_KEY",
        ));
    }
    let length = request.secret.len();
    validate::bytes("secret", length, 1, limits::MAXIMUM_SECRET_BYTES)?;
    let names = names_of(state, caller.principal);
    if names.len() >= limits::MAXIMUM_SECRETS && !names.contains(&request.name) {
        return Err(limit_exceeded(
            format!("at most {} secrets", limits::MAXIMUM_SECRETS),
            "remove some with delete_secret",
        ));
    }
    let key = NameKey {
        owner: caller.principal,
        name: request.name.clone(),
    };
    if state.secret(&key).as_ref() != Some(&request.secret) {
        state.put_secret(key, request.secret);
        note(state, EventKind::SecretChanged, caller, now, &request.name);
    }
    list_secrets(state, caller)
}

fn names_of(state: &State, owner: Principal) -> Vec<String> {
    state.secrets_of(owner).map(|(name, _)| name).collect()
}

/// `list_secrets`
pub fn list_secrets(state: &State, caller: Caller) -> Result<SecretNames, Error> {
    let owner = caller.need_sight_of(None)?;
    Ok(SecretNames {
        names: names_of(state, owner),
    })
}

/// `delete_secret`
pub fn delete_secret(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: DeleteSecretRequest,
) -> Result<SecretNames, Error> {
    caller.need_owner()?;
    let key = NameKey {
        owner: caller.principal,
        name: request.name.clone(),
    };
    if !state.remove_secret(&key) {
        return Err(unknown(
            "secret",
            &request.name,
            "list_secrets shows what there is",
        ));
    }
    note(state, EventKind::SecretChanged, caller, now, &request.name);
    list_secrets(state, caller)
}
