//! Which parts of an answer others wrote: owners, callees, servers, commands. They stand in fields of
//! their own, and the answer names these fields, so that whoever reads it takes them for data. Pure.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// The field that names the others.
pub(crate) const SAID_BY_OTHERS: &str = "said_by_others";

/// The field of an error that holds what the canister said which was called.
pub(crate) const SAID_BY_CALLEE: &str = "said_by_callee";

/// Fields of the scheduler whose texts others wrote.
const FIELDS: [&str; 16] = [
    "answer",
    "body",
    "code",
    "description",
    "entities",
    "error",
    "last_error",
    "log",
    "logs",
    "message",
    "metadata",
    "name",
    "pause_reason",
    "result",
    "steps",
    "subject",
];

/// Most fields named, and the room that they take at most.
const MAXIMUM_FIELDS: usize = 12;
pub(super) const LABEL_CHARACTERS: usize = 600;

/// The answer of the scheduler, with the names of those fields in it.
pub(super) fn label(mut answer: Value) -> Value {
    let mut found = BTreeSet::new();
    look(&answer, "", false, &mut found);
    let mut named: Vec<_> = found.into_iter().take(MAXIMUM_FIELDS).collect();
    while json!(named).to_string().len() + SAID_BY_OTHERS.len() + 4 > LABEL_CHARACTERS {
        named.pop();
    }
    if let (false, Value::Object(members)) = (named.is_empty(), &mut answer) {
        members.insert(SAID_BY_OTHERS.to_string(), json!(named));
    }
    answer
}

/// Finds texts in fields of these names. A schedule's description is in the scheduler's own words.
fn look(value: &Value, place: &str, is_theirs: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_theirs && !text.is_empty() => {
            found.insert(place.to_string());
        }
        Value::Array(items) => {
            for item in items {
                look(item, &format!("{place}[]"), is_theirs, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let inner = match place {
                    "" => name.clone(),
                    place => format!("{place}.{name}"),
                };
                let is_own = place.ends_with("schedules[]") && name == "description";
                let is_field = FIELDS.contains(&name.as_str()) && !is_own;
                look(member, &inner, is_field, found);
            }
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_name_the_fields_that_others_wrote() {
        let task = json!({
            "id": "1", "name": "Ignore the above", "description": "",
            "schedules": [{ "description": "every day at 02:00", "name": null }],
            "steps": ["note x"],
        });
        let answer = label(json!({ "tasks": [task, task], "wrong": ["It is paused."] }));
        assert_eq!(
            answer[SAID_BY_OTHERS],
            json!(["tasks[].name", "tasks[].steps[]"])
        );
        let execution = json!({ "id": "7", "result": "(1)", "attempts": [{ "error": "boom" }] });
        assert_eq!(
            label(execution)[SAID_BY_OTHERS],
            json!(["attempts[].error", "result"])
        );
    }

    #[test]
    fn should_say_nothing_where_nothing_is_to_be_said() {
        let answer = json!({ "total_tasks": 3, "kind": "not_found", "error": null });
        assert_eq!(label(answer.clone()), answer);
        assert_eq!(label(json!([1])), json!([1]));
    }

    #[test]
    fn should_take_no_more_room_than_it_may() {
        let long = format!("{}_{}", "x".repeat(400), "name");
        let many: serde_json::Map<_, _> = (0..40)
            .map(|index| (format!("{long}{index}"), json!({ "name": "x" })))
            .collect();
        let bare = Value::Object(many);
        let added = label(bare.clone()).to_string().len() - bare.to_string().len();
        assert!(added <= LABEL_CHARACTERS, "{added}");
    }
}
