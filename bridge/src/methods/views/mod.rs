//! How tasks and executions are shown: what people ask about, in few words.
//!
//! A concise view has the names of the canister's fields, without those that are empty or say the
//! usual. Every view of a task tells of each schedule its zone, what it means, what becomes of
//! missed runs, and its next times.

mod execution;
mod journal;
mod task;
mod times;

use serde_json::{Map, Value};

pub(super) use execution::{attempts, execution};
pub(super) use journal::{entities, journal};
pub(super) use task::{add_next_runs, task};
pub(super) use times::{moment, runs};

/// How much room a view has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Next times of each schedule.
    pub(super) next_runs: usize,
    /// Longest description, and longest step.
    characters: usize,
    /// Whether a policy is explained, or only named.
    explains: bool,
}

/// The answer is about one task.
pub(super) const ONE: Room = Room {
    next_runs: 3,
    characters: 200,
    explains: true,
};

/// The task is looked at as a whole.
pub(super) const OVERVIEW: Room = Room {
    next_runs: 5,
    ..ONE
};

/// The task stands among many.
pub(super) const IN_LIST: Room = Room {
    next_runs: 1,
    characters: 80,
    explains: false,
};

/// The fields of an object with these names, in this order, without those that are empty.
fn pick(object: &Value, names: &[&str]) -> Map<String, Value> {
    names
        .iter()
        .filter_map(|name| Some(((*name).to_string(), object.get(name)?.clone())))
        .filter(|(_, value)| !is_empty(value))
        .map(|(name, value)| match &value {
            Value::String(text) if name.ends_with("_at") => {
                let seconds = whole_seconds(text);
                (name, Value::String(seconds))
            }
            _ => (name, value),
        })
        .collect()
}

/// An instant without the fraction of its second.
fn whole_seconds(instant: &str) -> String {
    match instant.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => instant.to_string(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Takes a field out if it says the usual.
fn without(object: &mut Map<String, Value>, name: &str, usual: &Value) {
    if object.get(name) == Some(usual) {
        object.shift_remove(name);
    }
}

/// Longest result or error in a concise view.
const LONGEST_TEXT: usize = 400;

/// The end of an error that may be long: the cause stands there.
pub(super) fn ending(text: &str) -> String {
    let count = text.chars().count();
    let before = count.saturating_sub(LONGEST_TEXT);
    match text.char_indices().nth(before) {
        Some((start, _)) if before > 0 => {
            format!("({before} more characters) …{}", &text[start..])
        }
        _ => text.to_string(),
    }
}

/// The beginning of a text that may be long.
fn beginning(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!(
            "{}… ({} more characters)",
            &text[..end],
            text.chars().count() - characters
        ),
        None => text.to_string(),
    }
}
