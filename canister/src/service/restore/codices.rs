//! Codices and what they keep: those of the caller, or of all owners for admins. What is there already is
//! replaced only on request.

use candid::Principal;
use chime_types::{Error, limits};

use super::Restore;
use crate::engine::program;
use crate::service::access::limit_exceeded;
use crate::service::{room, validate};
use crate::state::keys::NameKey;
use crate::state::{CodexRecord, EntitiesRecord, State};

/// Whether something of this owner is restored: a backup of all owners is for admins.
fn is_restored(restore: Restore, owner: Principal) -> bool {
    if restore.all_owners {
        return restore.caller.is_admin();
    }
    owner == restore.caller.principal
}

/// Restores a codex with all its versions.
pub fn codex(
    state: &mut State,
    restore: Restore,
    key: NameKey,
    (record, codes): (CodexRecord, Vec<String>),
) -> Result<(), Error> {
    let exists = state.has_codex(&key);
    if !is_restored(restore, key.owner) || (exists && !restore.overwrite) {
        return Ok(());
    }
    check(&key, &record, &codes)
        .map_err(|error| error.within(&format!("codices[{}]", key.name)))?;
    let count = state.codices_of(key.owner, "").count();
    if !exists && count >= limits::MAXIMUM_CODICES {
        return Err(limit_exceeded(
            format!("at most {} codices", limits::MAXIMUM_CODICES),
            "remove some with delete_codex",
        ));
    }
    if key.owner != Principal::management_canister() {
        room::for_bytes(state, key.owner)?;
    }
    state.remove_codex(&key);
    let mut kept = CodexRecord {
        versions: Vec::new(),
        ..record
    };
    for (version, code) in record.versions.into_iter().zip(codes) {
        kept.versions.push(version);
        state.put_codex(&key, kept.clone(), code);
    }
    Ok(())
}

/// What the scheduler itself could have written.
fn check(key: &NameKey, record: &CodexRecord, codes: &[String]) -> Result<(), Error> {
    let versions = &record.versions;
    if versions.is_empty() || versions.len() > limits::MAXIMUM_CODEX_VERSIONS {
        let rule = format!("1 to {} versions", limits::MAXIMUM_CODEX_VERSIONS);
        return Err(damaged("versions", &rule));
    }
    let is_ordered = versions.is_sorted_by(|a, b| a.number < b.number);
    if !is_ordered || versions[0].number == 0 || codes.len() != versions.len() {
        return Err(damaged(
            "versions",
            "versions in their order, each with its code",
        ));
    }
    validate::codex_name(&key.name)?;
    validate::description(&record.description)?;
    for (version, code) in versions.iter().zip(codes) {
        validate::bytes("code", code.len(), 1, limits::MAXIMUM_CODEX_BYTES)?;
        // Whether it is what its checksum says is seen when it runs: to hash all of it here is dear.
        validate::checksum(&version.checksum)?;
        version.url.as_deref().map_or(Ok(()), validate::address)?;
        if version.bytes != code.len() as u64 {
            return Err(damaged("versions.bytes", "the length of the code"));
        }
    }
    let highest = versions.last().map_or(0, |last| last.number);
    if highest > limits::MAXIMUM_RESTORED_NUMBER {
        return Err(damaged(
            "versions.number",
            "a number that is given in a life",
        ));
    }
    Ok(())
}

/// Restores what the codices of an owner keep together.
pub fn entities(
    state: &mut State,
    restore: Restore,
    owner: Principal,
    record: EntitiesRecord,
) -> Result<(), Error> {
    let exists = !state.owner_entities(owner).json.is_empty();
    if !is_restored(restore, owner) || (exists && !restore.overwrite) {
        return Ok(());
    }
    check_entities("entities", &record)?;
    room::for_bytes(state, owner)?;
    state.put_owner_entities(owner, &record);
    Ok(())
}

/// Entities that programs could have left.
pub fn check_entities(field: &str, record: &EntitiesRecord) -> Result<(), Error> {
    if record.json.len() > limits::MAXIMUM_ENTITIES_BYTES {
        let rule = format!("at most {} bytes", limits::MAXIMUM_ENTITIES_BYTES);
        return Err(damaged(field, &rule));
    }
    if record.version > limits::MAXIMUM_RESTORED_NUMBER {
        return Err(damaged(field, "a version that is reached in a life"));
    }
    if !program::are_entities(&record.json) {
        return Err(damaged(field, "classes with their rows, as JSON"));
    }
    Ok(())
}

fn damaged(field: &str, rule: &str) -> Error {
    Error::invalid(
        field,
        rule,
        "this is not as a backup has it: take another backup",
    )
}
