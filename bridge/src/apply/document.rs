//! Text to values: JSON and YAML, one file with one or more documents.
//!
//! Both formats end in the same value, so that a dialect does not depend on the format. A key that
//! occurs twice in one mapping is an error here: parsers usually let the last one win, which for a
//! schedule is a job at the wrong time.

use std::fmt;
use std::path::PathBuf;

use serde::de::{
    self, Deserialize, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Number, Value};

use super::dialect::is_bare_list;
use super::files::Source;
use super::yaml::{self, Chunk};
use super::{Refusal, merge};

/// A document, or why it cannot be read.
#[derive(Debug)]
pub(super) struct Document {
    pub file: String,
    pub directory: PathBuf,
    /// What it calls itself, if it cannot be read.
    pub name: Option<String>,
    pub content: Result<Value, Refusal>,
}

/// What is known of a document before it belongs to a file.
struct Parsed {
    name: Option<String>,
    content: Result<Value, Refusal>,
}

impl From<Result<Value, Refusal>> for Parsed {
    fn from(content: Result<Value, Refusal>) -> Self {
        Self {
            name: None,
            content,
        }
    }
}

/// The documents of a file. A list at the top stands for its items.
pub(super) fn split(source: Source) -> Vec<Document> {
    let contents = match source.text {
        Ok(text) => parse(&text),
        Err(refusal) => vec![Err(refusal).into()],
    };
    contents
        .into_iter()
        .flat_map(|parsed| match parsed.content {
            Ok(Value::Array(items)) if !items.is_empty() && !is_bare_list(&items) => {
                items.into_iter().map(|item| Ok(item).into()).collect()
            }
            content => vec![Parsed { content, ..parsed }],
        })
        .map(|parsed| Document {
            file: source.file.clone(),
            directory: source.directory.clone(),
            name: parsed.name,
            content: parsed.content,
        })
        .collect()
}

/// Parses by content, not by the file's name: JSON begins with a bracket. What is then no JSON may
/// still be YAML, whose flow style begins alike.
fn parse(text: &str) -> Vec<Parsed> {
    if text.contains('\0') {
        let refusal = Refusal::new("the file is binary", "Give a YAML or JSON file.");
        return vec![Err(refusal).into()];
    }
    if !text.trim_start().starts_with(['{', '[']) {
        return parse_yaml(text);
    }
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) => vec![merge::refuse(&value).map(|()| value).into()],
        Err(error) if error.is_data() => vec![Err(json_refusal(&error)).into()],
        Err(error) => {
            let documents = parse_yaml(text);
            if documents.iter().any(|parsed| parsed.content.is_err()) {
                return vec![Err(json_refusal(&error)).into()];
            }
            documents
        }
    }
}

/// One JSON document in which no key occurs twice.
///
/// # Errors
/// What is wrong with it.
pub fn strict_json(text: &str) -> Result<Value, Refusal> {
    let read = serde_json::from_str::<Strict>(text);
    read.map(|Strict(value)| value)
        .map_err(|error| json_refusal(&error))
}

fn parse_yaml(text: &str) -> Vec<Parsed> {
    let chunks = yaml::chunks(text);
    let is_only = chunks.len() == 1;
    let mut documents = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        match parse_chunk(chunk) {
            Ok(Value::Null) => {}
            Ok(value) => documents.push(Ok(value).into()),
            Err(refusal) => {
                let rule = match is_only {
                    true => refusal.rule,
                    false => format!("document {}: {}", index + 1, refusal.rule),
                };
                documents.push(Parsed {
                    name: yaml::name(chunk.text),
                    content: Err(Refusal { rule, ..refusal }),
                });
            }
        }
    }
    if documents.is_empty() {
        let refusal = Refusal::new("the file is empty", "Write a job into it, or leave it out.");
        documents.push(Err(refusal).into());
    }
    documents
}

fn parse_chunk(chunk: &Chunk<'_>) -> Result<Value, Refusal> {
    if let Some((line, tag)) = yaml::strange_tag(chunk.text) {
        let line = chunk.lines_before + line;
        return Err(foreign_tag(format!("the tag {tag} at line {line}")));
    }
    let Strict(value) = Strict::deserialize(serde_norway::Deserializer::from_str(chunk.text))
        .map_err(|error| yaml_refusal(&error, chunk))?;
    merge::merged(value)
}

fn foreign_tag(what: String) -> Refusal {
    Refusal::new(
        format!("{what} would change the value, and is not known here"),
        "Write the value itself, without a tag.",
    )
}

fn json_refusal(error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    if text.contains(NO_SPELLING) {
        return Refusal::new(text, QUOTE);
    }
    if error.is_data() {
        return Refusal::new(text, "Keep one of them.");
    }
    Refusal::new(
        format!("not valid JSON: {text}"),
        "Correct the file at that line.",
    )
}

const QUOTE: &str = "Put it in quotation marks if it is text.";

fn yaml_refusal(error: &serde_norway::Error, chunk: &Chunk<'_>) -> Refusal {
    let text = shifted(&error.to_string(), chunk.lines_before);
    // What is known of the place of a fault that is found here is where the mapping begins; the
    // parser leaves the first line out of its text.
    let line = error.location().map_or(1, |location| location.line());
    let in_file = chunk.lines_before + line;
    let begin = text.split(" at line ").next().unwrap_or(&text);
    if text.contains(DUPLICATE) {
        return Refusal::new(
            format!("{begin} in the mapping that begins at line {in_file}"),
            "Keep one of them; to define several jobs in one file, separate them with a line \
             `---`.",
        );
    }
    if text.contains(TAG) {
        return foreign_tag(format!(
            "not valid YAML here: {begin}, in what begins at line {in_file},"
        ));
    }
    if text.contains(NO_SPELLING) {
        return Refusal::new(format!("{begin} (line {in_file})"), QUOTE);
    }
    let fix = match yaml::unquoted(chunk.text, line) {
        Some(quoted) => format!("Put the value in quotation marks: {quoted}"),
        None => "Correct the file at that line.".to_string(),
    };
    Refusal::new(format!("not valid YAML: {text}"), fix)
}

/// The same text with lines counted from the beginning of the file.
fn shifted(text: &str, lines_before: usize) -> String {
    let mut parts = text.split("line ");
    let mut shifted = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        shifted.push_str("line ");
        match part[..digits].parse::<usize>() {
            Ok(line) => shifted.push_str(&format!("{}{}", line + lines_before, &part[digits..])),
            Err(_) => shifted.push_str(part),
        }
    }
    shifted
}

const DUPLICATE: &str = "occurs twice";
const KEY_IS_NO_TEXT: &str = "a key must be plain text";

const TAG: &str = "a tag that is none of YAML's own";
const NO_SPELLING: &str = "is a number that cannot be kept as it is written";

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

    // Longer than any number here: an id in digits is text all the same.
    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| E::custom(format!("{value} {NO_SPELLING}")))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(A::Error::custom(TAG))
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

    fn contents(text: &str) -> Vec<Result<Value, Refusal>> {
        parse(text)
            .into_iter()
            .map(|parsed| parsed.content)
            .collect()
    }

    fn rule(text: &str) -> String {
        match contents(text).pop() {
            Some(Err(refusal)) => refusal.rule,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn should_read_every_document_of_a_yaml_file() {
        let documents = contents("a: 1\n---\nb: [x, 2.5, true, ~]\n---\n");
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
        let documents = contents("a: 1\na: 2\n---\nb: 3\n");
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
        assert_eq!(contents("{a: 1}"), vec![Ok(json!({"a": 1}))]);
    }
}
