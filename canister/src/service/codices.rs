//! Codices: stored, shown, listed, rolled back and removed; what their programs keep, and journals.
//!
//! Storing one is in two parts, since a runner is asked in between whether it compiles: [`draft`] checks the
//! request and says what would be stored, [`store`] checks what may have changed meanwhile and stores it.

use candid::Principal;
use chime_types::codex::Source;
use chime_types::{
    Action, Codex, CodexPage, CodexRequest, CodexVersion, DeleteCodexRequest, Entities, Error,
    ErrorKind, EventKind, GetEntitiesRequest, Journal, NamesPageRequest, PutCodexRequest, Removed,
    RollbackCodexRequest, limits,
};

use super::access::{Need, conflict, execution_for, limit_exceeded, task_for};
use super::{Caller, room, take_page, validate};
use crate::engine::program::{self, codex_name};
use crate::engine::timeline::Note;
use crate::state::keys::{NameKey, TaskId};
use crate::state::{CodexRecord, EntitiesRecord, State};

/// Whom codices for all owners belong to in the store.
const EVERYBODY: Principal = Principal::management_canister();

/// What would be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub key: NameKey,
    pub code: String,
    request: PutCodexRequest,
}

/// What is to be done to store a codex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is stored already.
    Stored(Box<Codex>),
    /// Its code is to be compiled.
    Compile(Draft),
    /// Its code is to be downloaded.
    Download {
        url: String,
        request: Box<PutCodexRequest>,
    },
}

fn owner_of(caller: Caller, shared: Option<bool>) -> Result<Principal, Error> {
    if shared == Some(true) {
        caller.need_admin()?;
        return Ok(EVERYBODY);
    }
    caller.need_owner()?;
    Ok(caller.principal)
}

fn key_of(caller: Caller, name: &str, shared: Option<bool>) -> Result<NameKey, Error> {
    let owner = owner_of(caller, shared)?;
    let name = codex_name(name).to_string();
    Ok(NameKey { owner, name })
}

/// `put_codex`, before a runner is asked.
pub fn draft(state: &mut State, caller: Caller, request: PutCodexRequest) -> Result<Next, Error> {
    let key = key_of(caller, &request.name, request.shared)?;
    validate::codex(&request)?;
    let Some(code) = request.code.clone() else {
        check_version(state.codex(&key).as_ref(), request.expected_version)?;
        let url = request.url.clone().unwrap_or_default();
        let request = Box::new(request);
        return Ok(Next::Download { url, request });
    };
    let old = state.codex(&key);
    check_version(old.as_ref(), request.expected_version)?;
    let draft = Draft { key, code, request };
    if let Some(old) = old.filter(|old| draft.is_stored_as(state, old)) {
        let shown = show(draft.key.owner, draft.key.name, &old, old.present());
        return Ok(Next::Stored(Box::new(shown)));
    }
    check_room(state, &draft)?;
    Ok(Next::Compile(draft))
}

impl Draft {
    /// What is to be compiled.
    pub fn source(&self) -> Source {
        Source {
            name: self.key.name.clone(),
            code: self.code.clone(),
        }
    }

    /// What was downloaded.
    pub fn downloaded(
        caller: Caller,
        request: PutCodexRequest,
        body: Vec<u8>,
    ) -> Result<Self, Error> {
        let key = key_of(caller, &request.name, request.shared)?;
        let code = String::from_utf8(body).map_err(|_| {
            Error::invalid(
                "url",
                "what is there has to be text in UTF-8",
                "give the address of the Python source itself",
            )
        })?;
        let mut request = request;
        request.code = Some(code.clone());
        validate::codex(&request)?;
        Ok(Self { key, code, request })
    }

    /// Whether it would change nothing.
    fn is_stored_as(&self, state: &State, old: &CodexRecord) -> bool {
        let present = old.present();
        let description = self.request.description.as_ref();
        present.checksum == program::checksum(&self.code)
            && present.is_checked
            && self
                .request
                .url
                .as_ref()
                .is_none_or(|url| present.url.as_ref() == Some(url))
            && description.is_none_or(|text| *text == old.description)
            && state.code(&self.key, present.number).as_ref() == Some(&self.code)
    }
}

fn check_version(old: Option<&CodexRecord>, expected: Option<u64>) -> Result<(), Error> {
    let present = old.map_or(0, |old| old.present().number);
    match expected {
        Some(expected) if expected != present => Err(conflict(
            "expected_version",
            format!("the codex is at version {present}, not at {expected}"),
            "look at it with get_codex, and store it again",
        )),
        _ => Ok(()),
    }
}

fn check_room(state: &mut State, draft: &Draft) -> Result<(), Error> {
    let owner = draft.key.owner;
    let is_new = !state.has_codex(&draft.key);
    if is_new && state.codices_of(owner, "").count() >= limits::MAXIMUM_CODICES {
        return Err(limit_exceeded(
            format!("at most {} codices", limits::MAXIMUM_CODICES),
            "remove some with delete_codex",
        ));
    }
    if owner == EVERYBODY {
        return Ok(());
    }
    room::for_bytes(state, owner)
}

/// `put_codex`, after a runner was asked, or with none to ask.
pub fn store(
    state: &mut State,
    caller: Caller,
    now: u64,
    draft: Draft,
    is_checked: bool,
) -> Result<Codex, Error> {
    // Its role and the room that it has may have changed since it was checked.
    owner_of(caller, draft.request.shared)?;
    check_room(state, &draft)?;
    let Draft { key, code, request } = draft;
    let old = state.codex(&key);
    check_version(old.as_ref(), request.expected_version)?;
    let mut record = old.unwrap_or_else(|| CodexRecord {
        description: String::new(),
        versions: Vec::new(),
        created_at: now,
    });
    if let Some(description) = request.description {
        record.description = description;
    }
    let number = record.versions.last().map_or(1, |last| last.number + 1);
    let version = CodexVersion {
        number,
        checksum: program::checksum(&code),
        bytes: code.len() as u64,
        url: request.url,
        rolled_back_to: None,
        is_checked,
        stored_by: caller.principal,
        stored_at: now,
    };
    Ok(add_version(state, caller, now, key, record, version, code))
}

fn add_version(
    state: &mut State,
    caller: Caller,
    now: u64,
    key: NameKey,
    mut record: CodexRecord,
    version: CodexVersion,
    code: String,
) -> Codex {
    record.versions.push(version);
    if record.versions.len() > limits::MAXIMUM_CODEX_VERSIONS {
        let oldest = record.versions.remove(0);
        state.remove_code(&key, oldest.number);
    }
    let shown = show(key.owner, key.name.clone(), &record, record.present());
    state.put_codex(&key, record, code);
    note(state, caller, now, &key.name);
    shown
}

fn note(state: &mut State, caller: Caller, now: u64, name: &str) {
    Note::new(EventKind::CodexChanged, caller.principal)
        .by(caller.principal)
        .detail(name)
        .write(state, now);
}

/// A codex without its code, its versions and its uses.
fn show(owner: Principal, name: String, record: &CodexRecord, version: &CodexVersion) -> Codex {
    Codex {
        name,
        description: record.description.clone(),
        code: None,
        version: version.clone(),
        shared: owner == EVERYBODY,
        present_version: record.present().number,
        versions: Vec::new(),
        used_by: Vec::new(),
        created_at: record.created_at,
    }
}

fn unknown(name: &str) -> Error {
    Error {
        field: Some("name".to_string()),
        ..Error::new(
            ErrorKind::NotFound,
            format!("there is no codex `{name}`"),
            "list_codices shows what there is",
        )
    }
}

fn unknown_version(field: &str, number: u64, record: &CodexRecord) -> Error {
    let kept: Vec<String> = record
        .versions
        .iter()
        .map(|kept| kept.number.to_string())
        .collect();
    Error {
        field: Some(field.to_string()),
        ..Error::new(
            ErrorKind::NotFound,
            format!("version {number} is not kept; kept are {}", kept.join(", ")),
            "name one of those",
        )
    }
}

/// `get_codex`
pub fn get_codex(state: &State, caller: Caller, request: &CodexRequest) -> Result<Codex, Error> {
    let viewer = caller.need_sight_of(None)?;
    let name = codex_name(&request.name);
    let owners: &[Principal] = match request.shared {
        Some(true) => &[EVERYBODY],
        Some(false) => &[viewer],
        None => &[viewer, EVERYBODY],
    };
    let found = owners.iter().find_map(|owner| {
        let (owner, name) = (*owner, name.to_string());
        let key = NameKey { owner, name };
        Some((state.codex(&key)?, key))
    });
    let (record, key) = found.ok_or_else(|| unknown(name))?;
    let number = request.version.unwrap_or(record.present().number);
    let version = record
        .version(number)
        .ok_or_else(|| unknown_version("version", number, &record))?;
    let mut shown = show(key.owner, key.name.clone(), &record, version);
    shown.code = state.code(&key, number);
    shown.versions = record.versions.iter().rev().cloned().collect();
    shown.used_by = uses(state, viewer, &key.name);
    Ok(shown)
}

/// The tasks of an owner with a step that runs a codex.
fn uses(state: &State, owner: Principal, name: &str) -> Vec<u64> {
    let tasks = state
        .tasks_of(owner, TaskId(0))
        .take(limits::MAXIMUM_TASKS_LOOKED_AT);
    let users = tasks.filter(|task| {
        let steps = state.plan(task.id, task.plan).steps;
        steps.iter().any(|step| {
            matches!(&step.action, Action::Codex { name: used, code: None, .. } if codex_name(used) == name)
        })
    });
    users
        .take(limits::MAXIMUM_USES_SHOWN)
        .map(|task| task.id.0)
        .collect()
}

/// A cursor says in its first letter which part of the list it is in.
const OWN: char = '0';
const SHARED: char = '1';

/// `list_codices`
pub fn list_codices(
    state: &State,
    caller: Caller,
    request: &NamesPageRequest,
) -> Result<CodexPage, Error> {
    let limit = validate::page(request.limit)?;
    let owner = caller.need_sight_of(None)?;
    let cursor = request.cursor.as_deref().unwrap_or("");
    let (own_after, shared_after) = match cursor.strip_prefix(SHARED) {
        Some(name) => (None, name),
        None => (Some(cursor.strip_prefix(OWN).unwrap_or("")), ""),
    };
    let listed = |owner| {
        move |(name, record): (String, CodexRecord)| show(owner, name, &record, record.present())
    };
    let own = own_after.into_iter();
    let own = own.flat_map(|after| state.codices_of(owner, after).map(listed(owner)));
    let shared = state
        .codices_of(EVERYBODY, shared_after)
        .map(listed(EVERYBODY));
    let (codices, more) = take_page(own.chain(shared), limit);
    let next_cursor = codices.last().filter(|_| more).map(|last| {
        let part = if last.shared { SHARED } else { OWN };
        format!("{part}{}", last.name)
    });
    Ok(CodexPage {
        codices,
        next_cursor,
    })
}

/// `delete_codex`
pub fn delete_codex(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: DeleteCodexRequest,
) -> Result<Removed, Error> {
    let key = key_of(caller, &request.name, request.shared)?;
    if !state.remove_codex(&key) {
        return Err(unknown(&key.name));
    }
    note(state, caller, now, &key.name);
    Ok(Removed { removed: 1 })
}

/// `rollback_codex`
pub fn rollback_codex(
    state: &mut State,
    caller: Caller,
    now: u64,
    request: RollbackCodexRequest,
) -> Result<Codex, Error> {
    let key = key_of(caller, &request.name, request.shared)?;
    let record = state.codex(&key).ok_or_else(|| unknown(&key.name))?;
    let kept = record.versions.len();
    let number = match request.to_version {
        Some(number) => number,
        None if kept < 2 => {
            return Err(conflict(
                "to_version",
                "no version before the present one is kept",
                "get_codex lists those that are",
            ));
        }
        None => record.versions[kept - 2].number,
    };
    let old = record
        .version(number)
        .ok_or_else(|| unknown_version("to_version", number, &record))?;
    let code = state
        .code(&key, number)
        .expect("BUG: the code of a version is kept with it");
    let version = CodexVersion {
        number: record.present().number + 1,
        rolled_back_to: Some(number),
        stored_by: caller.principal,
        stored_at: now,
        ..old.clone()
    };
    Ok(add_version(state, caller, now, key, record, version, code))
}

/// `get_entities`
pub fn get_entities(
    state: &State,
    caller: Caller,
    request: &GetEntitiesRequest,
) -> Result<Entities, Error> {
    let record = match request.task_id {
        Some(id) => {
            let task = task_for(state, caller, Need::See, id)?;
            state.task_entities(task.owner, task.id)
        }
        None => state.owner_entities(caller.need_sight_of(None)?),
    };
    let EntitiesRecord { version, json } = record;
    Ok(Entities {
        bytes: json.len() as u64,
        json: if json.is_empty() {
            "{}".to_string()
        } else {
            json
        },
        version,
        maximum_bytes: limits::MAXIMUM_ENTITIES_BYTES as u64,
    })
}

/// `get_journal`
pub fn get_journal(state: &State, caller: Caller, id: u64) -> Result<Journal, Error> {
    let (execution, _) = execution_for(state, caller, Need::See, id)?;
    let journal = state.journal(execution.id).ok_or_else(|| {
        conflict(
            "execution_id",
            "no program of this execution has asked for anything",
            "get_execution shows its attempts and its log",
        )
    })?;
    Ok(Journal {
        bytes: program::size(&journal),
        codex: journal.codex,
        version: journal.began.and_then(|began| began.version),
        step: journal.step,
        attempt: journal.attempt,
        entries: journal.entries,
        is_waiting: journal.pending.is_some() && !execution.status.is_final(),
        cycles: journal.cycles.into(),
        maximum_bytes: limits::MAXIMUM_JOURNAL_BYTES as u64,
        divergence: journal.divergence,
    })
}
