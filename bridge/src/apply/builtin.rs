//! Steps that only the scheduler itself carries out, in the words of its interface:
//!
//! ```yaml
//! - cleanup: {retention: [{status: completed, maximum_age_seconds: 30d}]}
//! - backup: {keep: 7}
//! - notification: {channel: {inbox: {}}, subject: Done, message: "{{task_name}}"}
//! - analytics: {window_seconds: 7d}
//! - maintenance: {dry_run: true}
//! - codex: {name: daily.py}
//! ```
//! The scheduler's own types read them, so that no field is missing here; a field that they do not
//! know is refused. Durations may be written as everywhere in job files.

use chime_types::Action;
use serde_json::{Map, Value, json};

use super::Refusal;
use super::fields::Fields;
use super::schedule::duration;

/// The names of these steps.
pub(super) const NAMES: [&str; 6] = [
    "cleanup",
    "backup",
    "notification",
    "analytics",
    "maintenance",
    "codex",
];

/// The action of one of these names, if the mapping has it.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Option<Action>, Refusal> {
    let mut found = None;
    for name in NAMES {
        if let (None, Some((path, value))) = (&found, fields.value(&[name])) {
            found = Some(action(name, value, path)?);
        }
    }
    Ok(found)
}

/// How one of these actions is written; none of the others.
pub(super) fn write(action: &Action) -> Option<(String, Value)> {
    match action {
        Action::Cleanup { .. }
        | Action::Backup { .. }
        | Action::Notification { .. }
        | Action::Analytics { .. }
        | Action::Maintenance { .. }
        | Action::Codex { .. } => {}
        Action::Call { .. }
        | Action::Http { .. }
        | Action::Note { .. }
        | Action::Command { .. }
        | Action::Named { .. } => return None,
    }
    let Ok(Value::Object(written)) = serde_json::to_value(action) else {
        return None;
    };
    let (name, value) = written.into_iter().next()?;
    Some((name, without_nulls(value)))
}

fn action(name: &str, value: &Value, path: String) -> Result<Action, Refusal> {
    let given = in_seconds(value);
    let fix = "Write it as `chime task create --help` and `get_api_doc` with create_task show it.";
    let refuse = |rule: String| Refusal::of(&path, rule, fix);
    let read: Action = serde_json::from_value(json!({ name: given }))
        .map_err(|error| refuse(format!("is not a valid {name}: {error}")))?;
    let kept = serde_json::to_value(&read).unwrap_or_default();
    match lost(&given, &kept[name]) {
        Some(field) => Err(Refusal::of(
            format!("{path}{field}"),
            "the field is not known",
            fix,
        )),
        None => Ok(read),
    }
}

/// The value with durations as the seconds that the types want.
fn in_seconds(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(name, value)| match value {
                    Value::String(text) if name.ends_with("_seconds") => {
                        let seconds = duration(text).map_or_else(|| value.clone(), Value::from);
                        (name.clone(), seconds)
                    }
                    value => (name.clone(), in_seconds(value)),
                })
                .collect(),
        ),
        Value::Array(items) => items.iter().map(in_seconds).collect(),
        other => other.clone(),
    }
}

/// The path of a field that was given and not kept.
fn lost(given: &Value, kept: &Value) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| {
            let Some(kept) = kept.get(name) else {
                return Some(format!(".{name}"));
            };
            lost(value, kept).map(|rest| format!(".{name}{rest}"))
        }),
        (Value::Array(given), Value::Array(kept)) => {
            let mut pairs = given.iter().zip(kept).enumerate();
            pairs.find_map(|(index, (given, kept))| {
                lost(given, kept).map(|rest| format!("[{index}]{rest}"))
            })
        }
        _ => None,
    }
}

/// The value without what is not given.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let given = map.into_iter().filter(|(_, value)| !value.is_null());
            let given = given.map(|(name, value)| (name, without_nulls(value)));
            Value::Object(given.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
