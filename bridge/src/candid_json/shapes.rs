//! Large types that several methods take: the first schema writes them out, the others point there.
//!
//! A client reads the schemas of all tools at once, and nothing may refer to another place in
//! their own language (`$ref`), so it is said in words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fragments::{describe, members};

/// A type whose schema is longer than this is written out only once.
const LARGE_BYTES: usize = 500;

/// The types that were written out, and where.
#[derive(Debug, Default)]
pub struct Shapes {
    places: BTreeMap<String, Place>,
}

#[derive(Debug)]
struct Place {
    method: String,
    path: String,
    outline: Map<String, Value>,
}

impl Shapes {
    /// What stands for the type `name` at a place of `method`, if it was written out before.
    pub(super) fn reference(&self, name: &str, method: &str) -> Option<Map<String, Value>> {
        let place = self.places.get(name)?;
        let path = if place.path.is_empty() {
            "the arguments"
        } else {
            &place.path
        };
        let mut schema = place.outline.clone();
        let text = if place.method == method {
            format!("Same form as {path}.")
        } else {
            format!("Same form as {path} of {}.", place.method)
        };
        describe(&mut schema, &text);
        Some(schema)
    }

    /// Takes down that the type `name` was written out as `schema`.
    pub(super) fn note(
        &mut self,
        name: &str,
        method: &str,
        path: &str,
        schema: &Map<String, Value>,
    ) {
        let bytes = serde_json::to_string(schema).map_or(0, |text| text.len());
        if bytes > LARGE_BYTES && !self.places.contains_key(name) {
            let place = Place {
                method: method.to_string(),
                path: path.to_string(),
                outline: outline(schema),
            };
            self.places.insert(name.to_string(), place);
        }
    }
}
/// What a schema says about types at its root, and nothing else: some clients refuse a schema that
/// says nothing.
fn outline(schema: &Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let types: Vec<_> = choices
            .iter()
            .filter_map(|choice| choice.get("type"))
            .map(|typ| json!({ "type": typ }))
            .collect();
        return members(json!({ "anyOf": types }));
    }
    let typ = schema.get("type");
    members(typ.map_or_else(|| json!({}), |typ| json!({ "type": typ })))
}
