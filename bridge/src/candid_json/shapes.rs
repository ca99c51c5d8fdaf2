//! Large types that several methods take: the first schema writes them out, the others point there.
//!
//! Nothing may refer to another place in the language of schemas (`$ref`), so it is said in words. A
//! client may read one tool alone: what another has written out stands there too, without words.

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

/// What stands for a type that was written out before.
pub(super) struct Reference {
    /// Where that was.
    pub(super) words: String,
    /// Its schema, if that was in the same tool. In another the type is written again, in short.
    pub(super) schema: Option<Map<String, Value>>,
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

    /// The schema of a type that is shown by its examples alone, or by the first of them.
    pub(super) fn by_examples(&self, name: &str, is_short: bool) -> Option<Map<String, Value>> {
        let sample = self.samples.get(name).filter(|it| !it.is_written_out)?;
        if is_short {
            return self.one_example(name);
        }
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

    /// An example of a type, or of a case.
    pub(super) fn example(&self, name: &str) -> Option<&Value> {
        self.samples.get(name)?.examples.first()
    }

    /// The schema of a type with one example in the place of what it consists of.
    fn one_example(&self, name: &str) -> Option<Map<String, Value>> {
        let example = self.example(name)?;
        let typ = if example.is_string() {
            "string"
        } else {
            "object"
        };
        Some(members(json!({ "type": typ, "examples": [example] })))
    }

    /// What stands for the type `name` at a place of `method`, if it was written out before.
    pub(super) fn reference(&self, name: &str, method: &str) -> Option<Reference> {
        let place = self.places.get(name)?;
        let path = if place.path.is_empty() {
            "the arguments"
        } else {
            &place.path
        };
        if place.method != method {
            let words = format!("{REFERENCE} {path} of {}.", place.method);
            return Some(Reference {
                words,
                schema: None,
            });
        }
        let words = format!("{REFERENCE} {path}.");
        let mut schema = place.outline.clone();
        describe(&mut schema, &words);
        Some(Reference {
            words,
            schema: Some(schema),
        })
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
fn is_by_examples(schema: &Map<String, Value>) -> bool {
    schema.contains_key("examples") && !is_reference(schema)
}

/// Whether a schema leads to the words of another.
fn is_reference(schema: &Map<String, Value>) -> bool {
    let description = schema.get("description").and_then(Value::as_str);
    description.is_some_and(|text| text.starts_with(REFERENCE))
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

/// Takes out of the schema of a field what its documentation says, in better words: what its type
/// is for.
pub(super) fn leave_to_words(schema: &mut Map<String, Value>) {
    if is_written_out(schema) || is_by_examples(schema) {
        schema.shift_remove("description");
    }
    if let Some(Value::Object(items)) = schema.get_mut("items")
        && (is_written_out(items) || is_by_examples(items))
    {
        items.shift_remove("description");
    }
}

/// Whether a schema is more than a reference in words, which leads to the words of another.
fn is_written_out(schema: &Map<String, Value>) -> bool {
    if is_reference(schema) {
        return false;
    }
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let is_bare = |choice: &Value| choice.as_object().is_some_and(|members| members.len() == 1);
        return !choices.iter().all(is_bare);
    }
    let is_object = schema.get("type").is_none_or(|typ| typ == "object");
    !is_object || schema.contains_key("properties")
}
