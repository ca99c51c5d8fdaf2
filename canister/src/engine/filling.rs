//! Placeholders are filled in under one allowance for all parts of an attempt. Pure.
//!
//! A tick fills in what owners wrote with what callees answered, so the work has to be bounded
//! before it is done: a text is measured first, each value is looked up and escaped once, however
//! often it is named, and no byte is written of what would be too large. What this costs is linear
//! in the templates, the values and the output.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use chime_types::{Cause, limits};

use super::failure::Failure;
use super::template::{self, Piece};

/// Longest part of a placeholder that an error repeats, in bytes.
const SHOWN_BYTES: usize = 100;

/// A failure to look a name up, as one of its placeholder.
fn within(path: &str, Failure { cause, error }: Failure) -> Failure {
    let end = path.floor_char_boundary(SHOWN_BYTES);
    let cut = if end < path.len() { "..." } else { "" };
    let shown = &path[..end];
    let text = format!("{{{{{shown}{cut}}}}} cannot be filled in: {error}");
    Failure::new(cause, text)
}

/// What a placeholder stands for.
#[derive(Debug)]
pub struct Value {
    plain: String,
    /// For a place within quotes; made when it is needed first.
    escaped: OnceCell<String>,
}

impl Value {
    /// A value as it is.
    pub fn new(plain: impl Into<String>) -> Rc<Self> {
        Rc::new(Self {
            plain: plain.into(),
            escaped: OnceCell::new(),
        })
    }

    fn text(&self, quoted: bool) -> &str {
        if quoted {
            self.escaped.get_or_init(|| template::escaped(&self.plain))
        } else {
            &self.plain
        }
    }
}

/// Says what a name stands for.
pub type LookUp<'a> = &'a dyn Fn(&str) -> Result<Rc<Value>, Failure>;

/// What is left for the parts of one attempt, or of one delivery, and what was looked up for them.
#[derive(Debug)]
pub struct Filling {
    /// By the name as it is written, so that each is looked up once.
    known: RefCell<BTreeMap<String, Rc<Value>>>,
    bytes_left: Cell<usize>,
    placeholders_left: Cell<usize>,
}

impl Default for Filling {
    fn default() -> Self {
        Self {
            known: RefCell::default(),
            bytes_left: Cell::new(limits::MAXIMUM_FILLED_BYTES),
            placeholders_left: Cell::new(limits::MAXIMUM_PLACEHOLDERS),
        }
    }
}

impl Filling {
    /// Fills a text in. `part` is its name in an error: "the arguments have".
    ///
    /// # Errors
    /// What could not be filled in, or how large it would be.
    pub fn fill(
        &self,
        look_up: LookUp<'_>,
        part: &str,
        text: &str,
        maximum: usize,
    ) -> Result<String, Failure> {
        let pieces =
            template::pieces(text).map_err(|text| Failure::new(Cause::Placeholder, text))?;
        self.count(part, &pieces)?;
        let mut values = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            values.push(match piece {
                Piece::Text(_) => None,
                Piece::Name { path, .. } => Some(self.value(look_up, path)?),
            });
        }
        let texts = || {
            let pairs = pieces.iter().zip(&values);
            pairs.map(|pair| match pair {
                (Piece::Name { quoted, .. }, Some(value)) => value.text(*quoted),
                (Piece::Text(text), _) => text,
                (Piece::Name { .. }, None) => panic!("BUG: every name was looked up"),
            })
        };
        let length = texts().fold(0_usize, |sum, text| sum.saturating_add(text.len()));
        self.take(part, length, maximum)?;
        let mut filled = String::with_capacity(length);
        texts().for_each(|text| filled.push_str(text));
        Ok(filled)
    }

    fn count(&self, part: &str, pieces: &[Piece<'_>]) -> Result<(), Failure> {
        let names = pieces
            .iter()
            .filter(|one| matches!(one, Piece::Name { .. }));
        let count = names.count();
        let Some(left) = self.placeholders_left.get().checked_sub(count) else {
            return Err(Failure::new(
                Cause::TooLarge,
                format!(
                    "{part} {count} placeholders, at most {} in all parts of a step",
                    limits::MAXIMUM_PLACEHOLDERS
                ),
            ));
        };
        self.placeholders_left.set(left);
        Ok(())
    }

    fn take(&self, part: &str, length: usize, maximum: usize) -> Result<(), Failure> {
        let left = self.bytes_left.get();
        if length > maximum {
            return Err(Failure::new(
                Cause::TooLarge,
                format!("{part} {length} bytes when filled in, at most {maximum}"),
            ));
        }
        let Some(rest) = left.checked_sub(length) else {
            return Err(Failure::new(
                Cause::TooLarge,
                format!(
                    "{part} {length} bytes when filled in, at most {left}: all parts of a step \
                 together have at most {}",
                    limits::MAXIMUM_FILLED_BYTES
                ),
            ));
        };
        self.bytes_left.set(rest);
        Ok(())
    }

    fn value(&self, look_up: LookUp<'_>, path: &str) -> Result<Rc<Value>, Failure> {
        if let Some(value) = self.known.borrow().get(path) {
            return Ok(value.clone());
        }
        let value = look_up(path).map_err(|failure| within(path, failure))?;
        self.known
            .borrow_mut()
            .insert(path.to_string(), value.clone());
        Ok(value)
    }
}

/// A text from which parts are taken as if it were JSON: parsed when the first is asked for, and
/// each part written out once.
#[derive(Debug, Default)]
pub struct Source {
    parsed: OnceCell<Option<serde_json::Value>>,
    parts: RefCell<BTreeMap<String, Rc<Value>>>,
}

impl Source {
    /// The part of a text, always the same one, under a path such as `x.0.y`: a text as it is,
    /// anything else as JSON.
    ///
    /// # Errors
    /// Why there is no such part.
    pub fn part(&self, json: &str, path: &str) -> Result<Rc<Value>, Failure> {
        let end = path.floor_char_boundary(SHOWN_BYTES);
        let shown = &path[..end];
        if json.len() > limits::MAXIMUM_ARGUMENTS_BYTES {
            return Err(Failure::new(
                Cause::TooLarge,
                format!(
                    "a text has parts up to {} bytes, it has {}",
                    limits::MAXIMUM_ARGUMENTS_BYTES,
                    json.len()
                ),
            ));
        }
        let parsed = self.parsed.get_or_init(|| serde_json::from_str(json).ok());
        let value = parsed.as_ref().ok_or_else(|| {
            Failure::new(
                Cause::Placeholder,
                format!("it is not JSON, so it has no `{shown}`"),
            )
        })?;
        let (found, name) = find(value, path)?
            .ok_or_else(|| Failure::new(Cause::Placeholder, format!("it has no `{shown}`")))?;
        let mut parts = self.parts.borrow_mut();
        let part = parts.entry(name).or_insert_with(|| {
            Value::new(match found {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        });
        Ok(part.clone())
    }
}

/// A part of a value, and the one name that it has: `00` and `0` name the same item of a list.
fn find<'a>(
    mut value: &'a serde_json::Value,
    path: &str,
) -> Result<Option<(&'a serde_json::Value, String)>, Failure> {
    let mut canonical = String::new();
    for (depth, name) in path.split('.').enumerate() {
        if depth >= limits::MAXIMUM_PATH_NAMES {
            return Err(Failure::new(
                Cause::TooLarge,
                format!("a path has at most {} names", limits::MAXIMUM_PATH_NAMES),
            ));
        }
        let found = match value {
            serde_json::Value::Array(items) => {
                let at = name.parse::<usize>().ok();
                at.and_then(|at| Some((items.get(at)?, at.to_string())))
            }
            other => other.get(name).map(|found| (found, name.to_string())),
        };
        let Some((found, name)) = found else {
            return Ok(None);
        };
        value = found;
        canonical.push('.');
        canonical.push_str(&name);
    }
    Ok(Some((value, canonical)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(path: &str) -> Result<Rc<Value>, Failure> {
        match path {
            "execution_id" => Ok(Value::new("42")),
            "steps.0.result" => Ok(Value::new("say \"hi\"\n")),
            "large" => Ok(Value::new("x".repeat(1_024))),
            other => Err(Failure::new(Cause::Placeholder, format!("no {other}"))),
        }
    }

    const ALL: usize = limits::MAXIMUM_FILLED_BYTES;

    fn fill(filling: &Filling, text: &str, maximum: usize) -> Result<String, Failure> {
        filling.fill(&look_up, "the body has", text, maximum)
    }

    fn filled(text: &str) -> Result<String, String> {
        fill(&Filling::default(), text, ALL).map_err(|failure| failure.error)
    }

    #[test]
    fn should_fill_in_names_between_texts() {
        let text = "a{{execution_id}}b{{ execution_id }}";
        assert_eq!(filled(text), Ok("a42b42".to_string()));
        assert_eq!(filled("none"), Ok("none".to_string()));
        let braces = filled("{{{{execution_id}}");
        assert_eq!(braces, Ok("{{execution_id}}".to_string()));
        let error = filled("{{other}}").unwrap_err();
        assert_eq!(error, "{{other}} cannot be filled in: no other");
    }

    #[test]
    fn should_escape_within_quotes_only() {
        assert_eq!(
            filled(r#"("{{steps.0.result}}", {{execution_id}})"#),
            Ok(r#"("say \"hi\"\n", 42)"#.to_string())
        );
        assert_eq!(
            filled(r#""\"" {{steps.0.result}}"#),
            Ok("\"\\\"\" say \"hi\"\n".to_string())
        );
    }

    #[test]
    fn should_look_each_name_up_once() {
        let looked = Cell::new(0);
        let look_up = |_: &str| {
            looked.set(looked.get() + 1);
            Ok(Value::new("x"))
        };
        let text = "{{a}}".repeat(1_000) + "{{ b }}";
        let filling = Filling::default();
        let filled = filling.fill(&look_up, "it has", &text, 2_000).unwrap();
        assert_eq!((filled.len(), looked.get()), (1_001, 2));
    }

    #[test]
    fn should_parse_a_text_once_and_write_each_part_out_once() {
        let source = Source::default();
        let first = source.part(r#"{"a":[{"b":1}]}"#, "a.0").unwrap();
        // Whatever is parsed now would not have this part.
        let again = source.part("not JSON", "a.00").unwrap();
        assert!(Rc::ptr_eq(&first, &again));
        assert_eq!(first.text(false), r#"{"b":1}"#);
    }

    #[test]
    fn should_fill_in_up_to_the_limit_of_a_part_and_say_how_large_it_would_be() {
        let text = "{{large}}".repeat(4);
        let filling = Filling::default();
        assert_eq!(fill(&filling, &text, 4_096).unwrap().len(), 4_096);
        assert_eq!(
            fill(&filling, &text, 4_095).unwrap_err(),
            Failure::new(
                Cause::TooLarge,
                "the body has 4096 bytes when filled in, at most 4095"
            )
        );
    }

    #[test]
    fn should_give_all_parts_of_a_step_one_allowance() {
        let filling = Filling::default();
        let half = "{{large}}".repeat(ALL / 2_048);
        fill(&filling, &half, ALL).unwrap();
        fill(&filling, &half, ALL).unwrap();
        let error = fill(&filling, "y", ALL).unwrap_err().error;
        let expected = "the body has 1 bytes when filled in, at most 0: all parts";
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn should_count_placeholders_over_all_parts() {
        let filling = Filling::default();
        let half = "{{execution_id}}".repeat(limits::MAXIMUM_PLACEHOLDERS / 2);
        fill(&filling, &half, ALL).unwrap();
        fill(&filling, &half, ALL).unwrap();
        let error = fill(&filling, "{{execution_id}}", ALL);
        assert_eq!(error.unwrap_err().cause, Cause::TooLarge);
    }

    fn part(json: &str, path: &str) -> Result<String, Failure> {
        Source::default()
            .part(json, path)
            .map(|value| value.plain.clone())
    }

    #[test]
    fn should_find_parts_of_json() {
        let json = r#"{"a": [{"b": "text"}, 7], "c": {"d": true}}"#;
        assert_eq!(part(json, "a.0.b"), Ok("text".to_string()));
        assert_eq!(part(json, "a.1"), Ok("7".to_string()));
        assert_eq!(part(json, "c"), Ok("{\"d\":true}".to_string()));
        assert!(part(json, "a.2").is_err());
        assert!(part("(42 : nat)", "a").is_err());
    }

    #[test]
    fn should_write_a_part_out_once_whatever_it_is_called() {
        let source = Source::default();
        let json = "[[1, 2]]";
        let part = source.part(json, "0").unwrap();
        assert!(Rc::ptr_eq(&part, &source.part(json, "000").unwrap()));
        assert!(Rc::ptr_eq(&part, &source.part(json, "+0").unwrap()));
    }

    #[test]
    fn should_take_parts_of_texts_and_along_paths_up_to_the_limits() {
        let names = limits::MAXIMUM_PATH_NAMES;
        let nested = |depth: usize| format!("{}7{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        let path = |depth: usize| vec!["a"; depth].join(".");
        assert_eq!(part(&nested(names), &path(names)), Ok("7".to_string()));
        let error = part(&nested(names + 1), &path(names + 1));
        assert_eq!(error.unwrap_err().cause, Cause::TooLarge);
        let text = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
        let bytes = limits::MAXIMUM_ARGUMENTS_BYTES;
        assert_eq!(part(&text(bytes), "a").unwrap().len(), bytes - 8);
        let error = part(&text(bytes + 1), "a");
        assert_eq!(error.unwrap_err().cause, Cause::TooLarge);
    }
}
