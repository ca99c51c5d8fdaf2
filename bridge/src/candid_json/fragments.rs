//! The fragments that schemas are put together from.

use candid_parser::syntax::TypeField;
use serde_json::{Map, Value, json};

use super::interface::{field_name, paragraphs};

/// A variant without payloads: its names, with what they mean.
pub(super) fn enumeration(cases: &[TypeField]) -> Map<String, Value> {
    let names: Vec<_> = cases.iter().map(field_name).collect();
    let meanings: Vec<_> = cases
        .iter()
        .zip(&names)
        .filter(|(case, _)| !case.docs.is_empty())
        .map(|(case, name)| format!("`{name}`: {}", paragraphs(&case.docs)))
        .collect();
    let mut schema = members(json!({ "type": "string", "enum": names }));
    describe(&mut schema, &meanings.join(" "));
    schema
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
