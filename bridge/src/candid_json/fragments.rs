//! The fragments that schemas are put together from.

use serde_json::{Map, Value, json};

/// A variant without payloads: its names, with what they mean as far as that is said.
pub(super) fn enumeration(names: &[String], meanings: &[&str]) -> Map<String, Value> {
    let meanings: Vec<_> = names
        .iter()
        .zip(meanings)
        .filter(|(_, meaning)| !meaning.is_empty())
        .map(|(name, meaning)| format!("`{name}`: {meaning}"))
        .collect();
    let mut schema = members(json!({ "type": "string", "enum": names }));
    describe(&mut schema, &meanings.join(" "));
    schema
}

/// A variant with payloads: an object with exactly one of these keys. It says the same as one
/// object for each case under `oneOf`, in less room, and clients without `oneOf` read it too.
pub(super) fn choice(cases: Map<String, Value>) -> Map<String, Value> {
    let mut schema = object(cases);
    schema.insert("minProperties".to_string(), json!(1));
    schema.insert("maxProperties".to_string(), json!(1));
    schema
}

/// A variant of which some cases are shown by examples.
pub(super) fn shown(cases: Map<String, Value>, examples: Vec<Value>) -> Map<String, Value> {
    let mut schema = members(json!({ "type": "object", "examples": examples }));
    if !cases.is_empty() {
        schema.insert("properties".to_string(), Value::Object(cases));
    }
    schema
}

/// A variant with both kinds of cases.
pub(super) fn join(names: Map<String, Value>, choice: Map<String, Value>) -> Map<String, Value> {
    members(json!({ "anyOf": [names, choice] }))
}

/// What stands for a type within itself, and for what is not written out.
pub(super) fn cut_off(name: Option<&str>, documentation: &str) -> Map<String, Value> {
    let mut schema = Map::new();
    if let Some(name) = name {
        describe(
            &mut schema,
            &format!("Of the same form as {name} around it."),
        );
    }
    describe(&mut schema, documentation);
    schema
}

/// The same schema with `null` allowed.
pub(super) fn nullable(mut schema: Map<String, Value>) -> Map<String, Value> {
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&json!("null")) => types.push(json!("null")),
        Some(Value::String(typ)) if typ != "null" => {
            let both = json!([typ, "null"]);
            schema.insert("type".to_string(), both);
        }
        _ => {}
    }
    if let Some(Value::Array(names)) = schema.get_mut("enum") {
        names.push(Value::Null);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(Value::Array(choices)) = schema.get_mut(choice) {
            choices.push(json!({ "type": "null" }));
        }
    }
    schema
}

pub(super) fn object(properties: Map<String, Value>) -> Map<String, Value> {
    members(json!({ "type": "object", "properties": properties }))
}

pub(super) fn members(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Puts a text before the description that there is.
pub(super) fn prepend(schema: &mut Map<String, Value>, text: &str) {
    let below = match schema.shift_remove("description") {
        Some(Value::String(below)) => below,
        _ => String::new(),
    };
    describe(schema, text);
    if below != text {
        describe(schema, &below);
    }
}

/// Puts a text after the description that there is.
pub(super) fn describe(schema: &mut Map<String, Value>, text: &str) {
    if text.is_empty() {
        return;
    }
    let whole = match schema.get("description") {
        Some(Value::String(before)) => format!("{before} {text}"),
        _ => text.to_string(),
    };
    schema.insert("description".to_string(), Value::String(whole));
}
