//! Merge keys of YAML: `<<` takes over what other mappings say.
//!
//! As YAML 1.1 has it, and the programs whose files are read here: what a mapping says itself wins,
//! and of several mappings that are merged the earlier one. JSON has no merge keys.

use serde_json::{Map, Value};

use super::Refusal;

const MERGE: &str = "<<";

/// The value with every merge carried out.
pub(super) fn merged(value: Value) -> Result<Value, Refusal> {
    match value {
        Value::Array(items) => {
            let items = items.into_iter().map(merged);
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        Value::Object(map) => {
            let mut own = Map::new();
            let mut others = None;
            for (key, value) in map {
                let value = merged(value)?;
                match key.as_str() {
                    MERGE => others = Some(value),
                    _ => {
                        own.insert(key, value);
                    }
                }
            }
            match others {
                None => {}
                Some(Value::Array(items)) => {
                    items
                        .into_iter()
                        .try_for_each(|item| take_over(&mut own, item))?;
                }
                Some(other) => take_over(&mut own, other)?,
            }
            Ok(Value::Object(own))
        }
        other => Ok(other),
    }
}

fn take_over(own: &mut Map<String, Value>, other: Value) -> Result<(), Refusal> {
    let Value::Object(other) = other else {
        return Err(Refusal::of(
            MERGE,
            "`<<` merges a mapping, or a list of mappings, and this is something else",
            "Give an alias such as `<<: *base`, or leave it out.",
        ));
    };
    for (key, value) in other {
        own.entry(key).or_insert(value);
    }
    Ok(())
}

/// Refuses merge keys in JSON, where nobody merges them: what they say would be lost.
pub(super) fn refuse(value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Array(items) => items.iter().try_for_each(refuse),
        Value::Object(map) if map.contains_key(MERGE) => Err(Refusal::of(
            MERGE,
            "`<<` merges mappings in YAML, and this is JSON",
            "Write the values out, or write the file in YAML.",
        )),
        Value::Object(map) => map.values().try_for_each(refuse),
        _ => Ok(()),
    }
}
