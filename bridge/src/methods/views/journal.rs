//! What programs asked for and keep: values of Candid as text, entities as what they are.

use chime_types::{Entities, Journal};
use serde_json::{Map, Value, json};

use super::pick;
use crate::scheduler::{answer_text, request_text};
use crate::words::rfc3339;

/// A journal with each request and answer on a line.
pub(in super::super) fn journal(json: &Value, journal: &Journal) -> Value {
    let names = [
        "codex",
        "version",
        "step",
        "attempt",
        "is_waiting",
        "divergence",
    ];
    let mut view = pick(json, &names);
    let entries = journal.entries.iter().map(|entry| {
        json!({
            "request": request_text(&entry.request),
            "answer": answer_text(&entry.answer),
            "answered_at": super::whole_seconds(&rfc3339(entry.answered_at)),
        })
    });
    view.insert("entries".to_string(), entries.collect());
    Value::Object(view)
}

/// Entities by class, each with its rows.
pub(in super::super) fn entities(json: &Value, entities: &Entities) -> Value {
    let mut view = pick(json, &["version", "bytes", "maximum_bytes"]);
    let classes: Value = serde_json::from_str(&entities.json).unwrap_or(Value::Null);
    let rows = |(class, table): (&String, &Value)| (class.clone(), table["rows"].clone());
    let classes: Map<String, Value> = classes
        .as_object()
        .into_iter()
        .flatten()
        .map(rows)
        .collect();
    view.insert("entities".to_string(), Value::Object(classes));
    Value::Object(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_show_entities_as_what_they_are() {
        let kept = Entities {
            json: r#"{"User": {"next": 2, "rows": {"1": {"name": "Ada"}}}}"#.into(),
            version: 3,
            bytes: 52,
            maximum_bytes: 262_144,
        };
        let shown = entities(&json!({ "version": "3" }), &kept);
        assert_eq!(
            shown,
            json!({ "version": "3", "entities": { "User": { "1": { "name": "Ada" } } } })
        );
    }
}
