//! What a run changed of the entities, put together with what others changed meanwhile: row by row, all or
//! nothing. Pure.
//!
//! Rows stay the texts that the program wrote: a number of fifty digits is none for `serde_json`.

use std::collections::BTreeMap;

use chime_types::{Cause, limits};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::engine::failure::Failure;
use crate::state::{Base, EntitiesRecord};

type Rows = BTreeMap<String, Box<RawValue>>;

/// The instances of a class.
#[derive(Default, Serialize, Deserialize)]
struct Table {
    /// The number that the next one gets.
    next: u64,
    rows: Rows,
}

type Tables = BTreeMap<String, Table>;

/// Both scopes, as a program gets and gives them.
#[derive(Default, Deserialize)]
struct Scopes<'a> {
    #[serde(borrow, default)]
    task: Option<&'a RawValue>,
    #[serde(borrow, default)]
    owner: Option<&'a RawValue>,
}

/// The entities as a program gets them; empty if there are none.
pub(super) fn given(base: &Base) -> String {
    let scopes = [("owner", &base.owner), ("task", &base.task)];
    let parts = scopes
        .iter()
        .filter(|(_, record)| !record.json.is_empty())
        .map(|(name, record)| format!("\"{name}\":{}", record.json));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("{{{}}}", parts.join(","))
}

/// What is to be stored after a run that began with `base` and ended with `text`, where `now` is stored.
pub(super) fn merged(base: &Base, now: &Base, text: &str) -> Result<Base, Failure> {
    let scopes: Scopes<'_> = serde_json::from_str(text).map_err(unreadable)?;
    let merged = Base {
        task: scope(&base.task, &now.task, scopes.task)?,
        owner: scope(&base.owner, &now.owner, scopes.owner)?,
    };
    let bytes = merged.task.json.len() + merged.owner.json.len();
    if bytes > limits::MAXIMUM_ENTITIES_BYTES {
        let text = format!(
            "the entities of the task and of its owner would be {bytes} bytes, at most {} are kept",
            limits::MAXIMUM_ENTITIES_BYTES
        );
        return Err(Failure::new(Cause::ProgramLimit, text));
    }
    Ok(merged)
}

fn scope(
    base: &EntitiesRecord,
    now: &EntitiesRecord,
    after: Option<&RawValue>,
) -> Result<EntitiesRecord, Failure> {
    let after = after.map_or("", RawValue::get);
    if after == base.json {
        return Ok(now.clone());
    }
    let json = if now.version == base.version {
        after.to_string()
    } else {
        let tables = [base.json.as_str(), now.json.as_str(), after].map(tables);
        let [base, now, after] = tables;
        serde_json::to_string(&all_tables(base?, now?, after?)?).map_err(unreadable)?
    };
    Ok(EntitiesRecord {
        version: now.version.saturating_add(1),
        json,
    })
}

/// Whether a text is what programs leave of the entities of a scope.
pub fn are_entities(json: &str) -> bool {
    tables(json).is_ok()
}

fn tables(json: &str) -> Result<Tables, Failure> {
    if json.is_empty() {
        return Ok(Tables::new());
    }
    serde_json::from_str(json).map_err(unreadable)
}

fn all_tables(mut base: Tables, mut now: Tables, after: Tables) -> Result<Tables, Failure> {
    for (class, after) in after {
        let before = base.remove(&class).unwrap_or_default();
        let present = now.entry(class.clone()).or_default();
        present.next = present.next.max(after.next);
        rows(&class, before.rows, &mut present.rows, after.rows)?;
    }
    Ok(now)
}

/// Writes into `now` what differs between `base` and `after`, unless somebody else wrote there too.
fn rows(class: &str, base: Rows, now: &mut Rows, mut after: Rows) -> Result<(), Failure> {
    let mut keys: Vec<String> = base.keys().chain(after.keys()).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let text = |rows: &Rows| rows.get(&key).map(|row| row.get().to_string());
        let (before, present, wanted) = (text(&base), text(now), text(&after));
        if before == wanted || present == wanted {
            continue;
        }
        if present != before {
            let text = format!(
                "another run changed {class} {key} meanwhile: nothing of this one was kept"
            );
            return Err(Failure::new(Cause::StateConflict, text));
        }
        match after.remove(&key) {
            Some(row) => now.insert(key, row),
            None => now.remove(&key),
        };
    }
    Ok(())
}

fn unreadable(error: serde_json::Error) -> Failure {
    let text = format!("the entities cannot be read: {error}");
    Failure::new(Cause::ProgramInvalid, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(version: u64, json: &str) -> EntitiesRecord {
        let json = json.to_string();
        EntitiesRecord { version, json }
    }

    fn owner(version: u64, json: &str) -> Base {
        Base {
            owner: record(version, json),
            ..Base::default()
        }
    }

    fn users(next: u64, rows: &str) -> String {
        format!("{{\"User\":{{\"next\":{next},\"rows\":{{{rows}}}}}}}")
    }

    fn after(owner: &str) -> String {
        format!("{{\"owner\":{owner}}}")
    }

    #[test]
    fn should_keep_the_texts_that_a_program_wrote() {
        let base = owner(3, &users(1, ""));
        let wanted = users(
            2,
            "\"1\":{\"n\":123456789012345678901234567890,\"x\":1e400}",
        );
        let merged = merged(&base, &base, &after(&wanted)).unwrap();
        assert_eq!(merged.owner, record(4, &wanted));
        assert_eq!(merged.task, EntitiesRecord::default());
    }

    #[test]
    fn should_put_changes_of_different_rows_together() {
        let base = owner(1, &users(3, "\"1\":{\"n\":1},\"2\":{\"n\":2}"));
        let now = owner(2, &users(4, "\"1\":{\"n\":7},\"2\":{\"n\":2},\"3\":{}"));
        let wanted = after(&users(3, "\"1\":{\"n\":1}"));
        let merged = merged(&base, &now, &wanted).unwrap();
        assert_eq!(
            merged.owner,
            record(3, &users(4, "\"1\":{\"n\":7},\"3\":{}"))
        );
    }

    #[test]
    fn should_keep_nothing_if_somebody_else_changed_the_same_row() {
        let base = owner(1, &users(2, "\"1\":{\"n\":1}"));
        for (now, wanted) in [
            // Both changed it, both made one, one removed what the other changed.
            (users(2, "\"1\":{\"n\":2}"), users(2, "\"1\":{\"n\":3}")),
            (
                users(3, "\"1\":{\"n\":1},\"2\":{\"n\":2}"),
                users(3, "\"1\":{\"n\":1},\"2\":{\"n\":3}"),
            ),
            (users(2, ""), users(2, "\"1\":{\"n\":3}")),
            (users(2, "\"1\":{\"n\":2}"), users(2, "")),
        ] {
            let failure = merged(&base, &owner(2, &now), &after(&wanted)).unwrap_err();
            assert_eq!(failure.cause, Cause::StateConflict, "{now} {wanted}");
        }
    }

    #[test]
    fn should_agree_with_whoever_made_the_same_change() {
        let base = owner(1, &users(2, "\"1\":{\"n\":1}"));
        let wanted = users(2, "\"1\":{\"n\":2}");
        let merged = merged(&base, &owner(2, &wanted), &after(&wanted)).unwrap();
        assert_eq!(merged.owner, record(3, &wanted));
    }

    #[test]
    fn should_refuse_more_than_is_kept() {
        let most = limits::MAXIMUM_ENTITIES_BYTES;
        let filled = |length: usize| {
            let frame = users(2, "\"1\":{\"t\":\"\"}").len();
            users(
                2,
                &format!("\"1\":{{\"t\":\"{}\"}}", "x".repeat(length - frame)),
            )
        };
        let base = Base::default();
        let kept = merged(&base, &base, &after(&filled(most))).unwrap();
        assert_eq!(kept.owner.json.len(), most);
        let failure = merged(&base, &base, &after(&filled(most + 1))).unwrap_err();
        assert_eq!(failure.cause, Cause::ProgramLimit);
    }

    #[test]
    fn should_give_a_program_both_scopes() {
        assert_eq!(given(&Base::default()), "");
        let base = Base {
            task: record(1, "{\"A\":1}"),
            owner: record(1, "{\"B\":2}"),
        };
        assert_eq!(given(&base), "{\"owner\":{\"B\":2},\"task\":{\"A\":1}}");
    }
}
