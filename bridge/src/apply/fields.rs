//! Typed access to the fields of a mapping, with refusals that name the path.
//!
//! It knows no dialect. A dialect asks for the fields that it knows, in its own spelling; what it
//! never asked for is left over and can be reported.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Refusal;

/// How the keys of a dialect are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As they are written.
    Exact,
    /// Without regard to case, `_` and `-`: `AsUserEmail`, `as_user_email`.
    Loose,
}

/// The fields of one mapping.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
    spelling: Spelling,
    asked: BTreeSet<String>,
}

/// A key without case, `_` and `-`.
pub(super) fn fold(key: &str) -> String {
    key.chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which lies at `path`.
    pub fn new(
        value: &'a Value,
        path: impl Into<String>,
        spelling: Spelling,
    ) -> Result<Self, Refusal> {
        let path = path.into();
        let Value::Object(map) = value else {
            let place = if path.is_empty() {
                "document".to_string()
            } else {
                path
            };
            return Err(Refusal::of(
                place,
                format!("must be a mapping, not {}", kind(value)),
                "Write `field: value` pairs.",
            ));
        };
        let fields = Self {
            path,
            map,
            spelling,
            asked: BTreeSet::new(),
        };
        fields.refuse_twins()?;
        Ok(fields)
    }

    /// Two spellings of one key in the same mapping contradict each other.
    fn refuse_twins(&self) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        for key in self.map.keys() {
            if !seen.insert(self.normal(key)) {
                return Err(Refusal::of(
                    self.at(key),
                    "the field is given twice, in two spellings",
                    "Keep one of them.",
                ));
            }
        }
        Ok(())
    }

    fn normal(&self, key: &str) -> String {
        match self.spelling {
            Spelling::Exact => key.to_string(),
            Spelling::Loose => fold(key),
        }
    }

    /// The path of a field.
    pub fn at(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value of the first of `names` that is given and not null. All of them count as known.
    pub fn value(&mut self, names: &[&str]) -> Option<(String, &'a Value)> {
        let mut found = None;
        for name in names {
            let wanted = self.normal(name);
            let entry = self
                .map
                .iter()
                .find(|(key, value)| self.normal(key) == wanted && !value.is_null());
            self.asked.insert(wanted);
            if let (None, Some((key, value))) = (&found, entry) {
                found = Some((self.at(key), value));
            }
        }
        found
    }

    /// Text. Numbers count as text, since YAML reads `id: 7` as one.
    pub fn text(&mut self, names: &[&str]) -> Result<Option<String>, Refusal> {
        match self.value(names) {
            None => Ok(None),
            Some((_, Value::String(text))) => Ok(Some(text.clone())),
            Some((path, Value::Number(number))) if number.is_f64() => Err(Refusal::of(
                path,
                format!(
                    "must be text, and {number} is a number that may have been written otherwise"
                ),
                "Put it in quotation marks, as it is meant.",
            )),
            Some((_, Value::Number(number))) => Ok(Some(number.to_string())),
            Some((path, other)) => Err(wrong(path, "text", other)),
        }
    }

    /// Text that is not blank; blank counts as missing, as the other systems have it.
    pub fn filled(&mut self, names: &[&str]) -> Result<Option<String>, Refusal> {
        Ok(self.text(names)?.filter(|text| !text.trim().is_empty()))
    }

    /// True or false; the texts `true` and `false` and the numbers 0 and 1 count as well.
    pub fn flag(&mut self, names: &[&str]) -> Result<Option<bool>, Refusal> {
        let Some((path, value)) = self.value(names) else {
            return Ok(None);
        };
        let text = match value {
            Value::Bool(flag) => return Ok(Some(*flag)),
            Value::String(text) => text.to_lowercase(),
            other => other.to_string(),
        };
        match text.as_str() {
            "true" | "yes" | "on" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "0" => Ok(Some(false)),
            _ => Err(wrong(path, "true or false", value)),
        }
    }

    /// A whole number that is not negative and at most `most`.
    pub fn count(&mut self, names: &[&str], most: u64) -> Result<Option<u64>, Refusal> {
        let Some((path, value)) = self.value(names) else {
            return Ok(None);
        };
        let number = match value {
            Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) if !is_octal(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number <= most => Ok(Some(number)),
            Some(number) => Err(Refusal::of(
                path,
                format!("{number} is too large"),
                format!("Give at most {most}."),
            )),
            None => Err(wrong(path, "a whole number, 0 or more", value)),
        }
    }

    /// A duration: seconds as a number, or text such as `90`, `30s` or `1h30m`.
    pub fn seconds(&mut self, names: &[&str]) -> Result<Option<u64>, Refusal> {
        let Some((path, value)) = self.value(names) else {
            return Ok(None);
        };
        let parsed = match value {
            Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) if !is_octal(text) => super::schedule::duration(text),
            _ => None,
        };
        parsed.map(Some).ok_or_else(|| {
            wrong(
                path,
                "a duration: seconds such as 90, or text such as 1h30m",
                value,
            )
        })
    }

    /// A list.
    pub fn list(&mut self, names: &[&str]) -> Result<Option<(String, &'a [Value])>, Refusal> {
        match self.value(names) {
            None => Ok(None),
            Some((path, Value::Array(items))) => Ok(Some((path, items))),
            Some((path, other)) => Err(wrong(path, "a list", other)),
        }
    }

    /// One of the texts of a table, which stands for its value.
    pub fn choice<T: Clone>(
        &mut self,
        name: &str,
        table: &[(&str, T)],
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.filled(&[name])? else {
            return Ok(None);
        };
        let found = table.iter().find(|(option, _)| *option == text);
        match found {
            Some((_, value)) => Ok(Some(value.clone())),
            None => {
                let options: Vec<_> = table.iter().map(|(option, _)| *option).collect();
                Err(Refusal::of(
                    self.at(name),
                    format!("`{text}` is not known"),
                    format!("Valid options: {}.", options.join(", ")),
                ))
            }
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, names: &[&str]) -> Result<Option<Vec<String>>, Refusal> {
        let Some((path, items)) = self.list(names)? else {
            return Ok(None);
        };
        let read = |(index, item): (usize, &Value)| match item {
            Value::String(text) => Ok(text.clone()),
            other => Err(wrong(format!("{path}[{index}]"), "text", other)),
        };
        let texts = items.iter().enumerate().map(read);
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// The keys as they are written.
    pub fn names(&self) -> Vec<String> {
        self.map.keys().cloned().collect()
    }

    /// Refuses what nobody asked for: a typing error must not change a job.
    pub fn refuse_unknown(&self) -> Result<(), Refusal> {
        match self.unknown().into_iter().next() {
            None => Ok(()),
            Some(path) => Err(Refusal::of(
                path,
                "the field is not known",
                format!("Known fields: {}.", self.known()),
            )),
        }
    }

    /// The fields that were asked for.
    fn known(&self) -> String {
        self.asked
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The keys that nobody asked for, as written.
    pub fn unknown(&self) -> Vec<String> {
        self.map
            .keys()
            .filter(|key| !self.asked.contains(&self.normal(key)))
            .map(|key| self.at(key))
            .collect()
    }
}

/// Whether a text is a number with a zero before it, which some programs read as octal.
fn is_octal(text: &str) -> bool {
    let digits = text.trim();
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Refuses a value of the wrong kind.
pub(super) fn wrong(path: impl Into<String>, expected: &str, given: &Value) -> Refusal {
    Refusal::of(
        path,
        format!("must be {expected}, not {}", kind(given)),
        "Correct the value.",
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked"
)]
fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.fract() == 0.0 && number < 9e15).then_some(number as u64)
}

/// What a value is, for people, with the value itself if it is short.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "empty".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a mapping".into(),
        Value::Bool(flag) => format!("{flag}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => {
            let short: String = text.chars().take(40).collect();
            let rest = if short.len() < text.len() { "…" } else { "" };
            format!("the text `{short}{rest}`")
        }
    }
}
