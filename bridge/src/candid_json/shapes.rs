//! Large types that several methods take: the first schema writes them out, the others point there.
//!
//! A client reads the schemas of all tools at once, and nothing may refer to another place in
//! their own language (`$ref`), so it is said in words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fragments::{describe, members};

/// A type whose schema is longer than this is written out only once.
const LARGE_BYTES: usize = 500;

/// How a reference in words begins.
const REFERENCE: &str = "Same form as";

/// The types that were written out, and where; and those that are shown by examples.
#[derive(Debug, Default)]
pub struct Shapes {
    places: BTreeMap<String, Place>,
    samples: BTreeMap<&'static str, Sample>,
}

/// Values that show the form of a type to those who have no room for all of it.
#[derive(Debug)]
pub struct Sample {
    /// The name of the type; `Action.call` is what the case `call` of the type `Action` carries.
    pub name: &'static str,
    /// Whether it is written out all the same, in the first schema that has it.
    pub is_written_out: bool,
    /// The values.
    pub examples: Vec<Value>,
}

#[derive(Debug)]
struct Place {
    method: String,
    path: String,
    outline: Map<String, Value>,
}

impl Shapes {
    /// Shows the types by their examples.
    #[must_use]
    pub fn with_samples(samples: Vec<Sample>) -> Self {
        let samples = samples.into_iter().map(|sample| (sample.name, sample));
        Self {
            places: BTreeMap::new(),
            samples: samples.collect(),
        }
    }

    /// The schema of a type that is shown by its examples alone.
    pub(super) fn by_examples(&self, name: &str) -> Option<Map<String, Value>> {
        let sample = self.samples.get(name).filter(|it| !it.is_written_out)?;
        let is_text = |example: &Value| example.is_string();
        let (texts, objects) = (
            sample.examples.iter().any(is_text),
            !sample.examples.iter().all(is_text),
        );
        let mut schema = members(match (texts, objects) {
            (true, true) => json!({ "anyOf": [{ "type": "string" }, { "type": "object" }] }),
            (true, false) => json!({ "type": "string" }),
            (false, _) => json!({ "type": "object" }),
        });
        schema.insert("examples".to_string(), json!(sample.examples));
        Some(schema)
    }

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
            format!("{REFERENCE} {path}.")
        } else {
            format!("{REFERENCE} {path} of {}.", place.method)
        };
        describe(&mut schema, &text);
        // Whoever sees this tool alone has at least these.
        if let Some(sample) = self.samples.get(name) {
            schema.insert("examples".to_string(), json!(sample.examples));
        }
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

/// Whether a schema shows a type by its examples: the words of a reference are needed.
pub(super) fn is_by_examples(schema: &Map<String, Value>) -> bool {
    let description = schema.get("description").and_then(Value::as_str);
    let is_reference = description.is_some_and(|text| text.starts_with(REFERENCE));
    schema.contains_key("examples") && !is_reference
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
