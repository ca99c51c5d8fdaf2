//! Text to values: JSON and YAML, one file with one or more documents.
//!
//! Both formats end in the same value, so that a dialect does not depend on the format. A key that
//! occurs twice in one mapping is an error here: parsers usually let the last one win, which for a
//! schedule is a job at the wrong time.

use std::fmt;
use std::path::PathBuf;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Refusal;
use super::files::Source;

/// A document, or why it cannot be read.
#[derive(Debug)]
pub(super) struct Document {
    pub file: String,
    pub directory: PathBuf,
    pub content: Result<Value, Refusal>,
}

/// The documents of a file. A list at the top stands for its items.
pub(super) fn split(source: Source) -> Vec<Document> {
    let contents = match source.text {
        Ok(text) => parse(&text),
        Err(refusal) => vec![Err(refusal)],
    };
    contents
        .into_iter()
        .flat_map(|content| match content {
            Ok(Value::Array(items)) if !items.is_empty() => items.into_iter().map(Ok).collect(),
            other => vec![other],
        })
        .map(|content| Document {
            file: source.file.clone(),
            directory: source.directory.clone(),
            content,
        })
        .collect()
}

/// Parses by content, not by the file's name: JSON begins with a bracket. What is then no JSON may
/// still be YAML, whose flow style begins alike.
fn parse(text: &str) -> Vec<Result<Value, Refusal>> {
    if text.contains('\0') {
        let refusal = Refusal::new("the file is binary", "Give a YAML or JSON file.");
        return vec![Err(refusal)];
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return parse_yaml(text);
    }
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) => vec![Ok(value)],
        Err(error) if error.is_data() => vec![Err(json_refusal(&error))],
        Err(error) => {
            let documents = parse_yaml(text);
            if documents.iter().any(Result::is_err) {
                return vec![Err(json_refusal(&error))];
            }
            documents
        }
    }
}

fn parse_yaml(text: &str) -> Vec<Result<Value, Refusal>> {
    let mut documents = Vec::new();
    for document in serde_norway::Deserializer::from_str(text) {
        match Strict::deserialize(document) {
            Ok(Strict(Value::Null)) => {}
            Ok(Strict(value)) => documents.push(Ok(value)),
            Err(error) => {
                documents.push(Err(yaml_refusal(&error)));
                // After a syntax error the parser would give the same error for ever.
                if !is_own(&error.to_string()) {
                    break;
                }
            }
        }
    }
    if documents.is_empty() {
        documents.push(Err(Refusal::new(
            "the file is empty",
            "Write a job into it, or leave it out.",
        )));
    }
    documents
}

fn json_refusal(error: &serde_json::Error) -> Refusal {
    if error.is_data() {
        return Refusal::new(error.to_string(), "Keep one of them.");
    }
    Refusal::new(
        format!("not valid JSON: {error}"),
        "Correct the file at that line.",
    )
}

fn yaml_refusal(error: &serde_norway::Error) -> Refusal {
    let text = error.to_string();
    if text.contains(DUPLICATE) {
        // What is known of the place is where the mapping begins; the parser leaves the first line
        // out of its text.
        let line = error.location().map_or(1, |location| location.line());
        let key = text.split(" at line ").next().unwrap_or(&text);
        return Refusal::new(
            format!("{key} in the mapping that begins at line {line}"),
            "Keep one of them; to define several jobs in one file, separate them with a line \
             `---`.",
        );
    }
    Refusal::new(
        format!("not valid YAML: {text}"),
        "Correct the file at that line.",
    )
}

const DUPLICATE: &str = "occurs twice";
const KEY_IS_NO_TEXT: &str = "a key must be plain text";

/// Whether it is one of the errors that are found here, behind which the text goes on.
fn is_own(error: &str) -> bool {
    [DUPLICATE, KEY_IS_NO_TEXT]
        .iter()
        .any(|text| error.contains(text))
}

/// A value in which no key occurs twice and every key is text.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("text, a number, true, false, null, a list or a mapping")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(Strict(key)) = entries.next_key()? {
            let key = match key {
                Value::String(key) => key,
                Value::Null => String::new(),
                Value::Bool(key) => key.to_string(),
                Value::Number(key) => key.to_string(),
                Value::Array(_) | Value::Object(_) => {
                    return Err(A::Error::custom(KEY_IS_NO_TEXT));
                }
            };
            let Strict(value) = entries.next_value()?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("the key `{key}` {DUPLICATE}")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(text: &str) -> String {
        match parse(text).pop() {
            Some(Err(refusal)) => refusal.rule,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn should_read_every_document_of_a_yaml_file() {
        let documents = parse("a: 1\n---\nb: [x, 2.5, true, ~]\n---\n");
        assert_eq!(
            documents,
            vec![
                Ok(json!({"a": 1})),
                Ok(json!({"b": ["x", 2.5, true, null]}))
            ]
        );
    }

    #[test]
    fn should_name_the_key_that_occurs_twice() {
        let text = rule("schedule: a\nschedule: b\n");
        assert!(
            text.contains("`schedule` occurs twice") && text.contains("line"),
            "{text}"
        );
        assert!(rule(r#"{"a": 1, "a": 2}"#).contains("`a` occurs twice"));
    }

    #[test]
    fn should_keep_documents_beside_one_with_a_duplicate_key() {
        let documents = parse("a: 1\na: 2\n---\nb: 3\n");
        assert!(documents[0].is_err());
        assert_eq!(documents[1], Ok(json!({"b": 3})));
    }

    #[test]
    fn should_say_where_a_syntax_error_is() {
        assert!(rule("a: [1, 2\nb: 3").contains("line"));
        assert!(rule(r#"{"a": 1,"#).contains("line 1"));
    }

    #[test]
    fn should_read_yaml_in_flow_style() {
        assert_eq!(parse("{a: 1}"), vec![Ok(json!({"a": 1}))]);
    }
}
