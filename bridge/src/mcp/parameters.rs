//! What is wrong with the parameters of a method of the protocol: one table of methods. The library
//! takes what it cannot read for a method that it does not know.

use serde_json::{Map, Value};

/// What a parameter is.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Object,
}

/// A parameter: its name, its form, and whether it has to be there.
type Parameter = (&'static str, Form, bool);

const CURSOR: &[Parameter] = &[("cursor", Form::Text, false)];
const URI: &[Parameter] = &[("uri", Form::Text, true)];
const TASK: &[Parameter] = &[("taskId", Form::Text, true)];

/// Every method that clients may call, with its parameters.
const METHODS: [(&str, &[Parameter]); 18] = [
    (
        "completion/complete",
        &[
            ("ref", Form::Object, true),
            ("argument", Form::Object, true),
        ],
    ),
    (
        "initialize",
        &[
            ("protocolVersion", Form::Text, true),
            ("capabilities", Form::Object, true),
            ("clientInfo", Form::Object, true),
        ],
    ),
    ("logging/setLevel", &[("level", Form::Text, true)]),
    ("ping", &[]),
    (
        "prompts/get",
        &[
            ("name", Form::Text, true),
            ("arguments", Form::Object, false),
        ],
    ),
    ("prompts/list", CURSOR),
    ("resources/list", CURSOR),
    ("resources/read", URI),
    ("resources/subscribe", URI),
    ("resources/templates/list", CURSOR),
    ("resources/unsubscribe", URI),
    ("server/discover", &[]),
    (
        "subscriptions/listen",
        &[("notifications", Form::Object, true)],
    ),
    ("tasks/cancel", TASK),
    ("tasks/get", TASK),
    (
        "tasks/update",
        &[
            ("taskId", Form::Text, true),
            ("inputResponses", Form::Object, true),
        ],
    ),
    (
        "tools/call",
        &[
            ("name", Form::Text, true),
            ("arguments", Form::Object, false),
        ],
    ),
    ("tools/list", CURSOR),
];

/// Methods that there are not since 2026-07-28: whatever their parameters are, the answer is that.
const REMOVED: [&str; 5] = [
    "initialize",
    "logging/setLevel",
    "ping",
    "resources/subscribe",
    "resources/unsubscribe",
];

/// How a request since 2026-07-28 says which version it follows.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// What is wrong with the parameters of a method, in words. Nothing if nothing is as far as the table
/// says, or if there is no such method.
pub(super) fn fault(method: &str, given: Option<&Value>) -> Option<String> {
    let meta = given.and_then(|given| given["_meta"].as_object());
    if !is_method(method, meta) {
        return None;
    }
    let (_, parameters) = METHODS.iter().find(|(name, _)| *name == method)?;
    let empty = Map::new();
    let given = match given {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(members)) => members,
        Some(other) => return Some(format!("params must be an object, not {}", kind(other))),
    };
    let meta: &[Parameter] = &[("_meta", Form::Object, false)];
    let mut parameters = parameters.iter().chain(meta);
    parameters.find_map(|parameter| wrong(*parameter, given))
}

/// Whether there is such a method for a request that says this about itself.
pub(super) fn is_method(name: &str, meta: Option<&Map<String, Value>>) -> bool {
    let is_recent = meta.is_some_and(|meta| meta.contains_key(VERSION));
    METHODS.iter().any(|(method, _)| *method == name) && !(is_recent && REMOVED.contains(&name))
}

fn wrong((name, form, is_required): Parameter, given: &Map<String, Value>) -> Option<String> {
    let expected = match form {
        Form::Text => "text",
        Form::Object => "an object",
    };
    match (form, given.get(name)) {
        (_, None) if is_required => Some(format!("{name} is missing: {expected}")),
        (_, None)
        | (Form::Text, Some(Value::String(_)))
        | (Form::Object, Some(Value::Object(_))) => None,
        (_, Some(Value::Null)) if !is_required => None,
        (_, Some(other)) => Some(format!("{name} must be {expected}, not {}", kind(other))),
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn should_name_what_is_wrong() {
        for (method, given, text) in [
            (
                "tools/call",
                json!({ "name": "x", "arguments": "{}" }),
                "arguments must be an object, not text",
            ),
            ("tools/call", json!({}), "name is missing: text"),
            (
                "tools/call",
                json!([1]),
                "params must be an object, not a list",
            ),
            (
                "tools/list",
                json!({ "cursor": 7 }),
                "cursor must be text, not a number",
            ),
            (
                "ping",
                json!({ "_meta": [] }),
                "_meta must be an object, not a list",
            ),
        ] {
            assert_eq!(fault(method, Some(&given)).as_deref(), Some(text));
        }
        let modern = json!({ "_meta": { VERSION: "2026-07-28" } });
        assert_eq!(fault("initialize", Some(&modern)), None, "it is not there");
        assert!(fault("initialize", Some(&json!({}))).is_some());
        let absent = json!({ "_meta": null, "cursor": null });
        assert_eq!(fault("tools/list", Some(&absent)), None);
        assert_eq!(fault("tools/lsit", Some(&json!(7))), None);
    }
}
