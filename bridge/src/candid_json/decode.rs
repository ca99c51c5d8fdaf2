//! From Candid to JSON: the answer of a call.

use candid::types::value::{IDLField, IDLValue};
use candid::{DecoderConfig, IDLArgs};
use candid_parser::syntax::{IDLType, TypeField};
use serde_json::{Map, Value};

use super::convention::Convention;
use super::{Interface, MAXIMUM_DEPTH, Method, labels, scalar};
use crate::error::{Error, Kind, Result};

/// Bounds on the work that an answer may cause; answers are at most 3 MB.
const DECODING_QUOTA: usize = 200_000_000;
const SKIPPING_QUOTA: usize = 10_000_000;

/// Most characters of the decoder's own words.
const LONGEST_CAUSE: usize = 200;

/// What a method answered, if it answers in the manner of Chime.
pub enum Answer {
    /// What was asked for.
    Ok(Value),
    /// Why not: the payload of `Err`.
    Err(Value),
}

/// Values in Candid's textual form on one line, without an interface; none if the bytes are no Candid, or too much.
#[must_use]
pub fn shown(bytes: &[u8]) -> Option<String> {
    let mut quota = DecoderConfig::new();
    quota
        .set_decoding_quota(DECODING_QUOTA)
        .set_skipping_quota(SKIPPING_QUOTA);
    let values = IDLArgs::from_bytes_with_config(bytes, &quota).ok()?;
    Some(match values.args.is_empty() {
        true => "()".to_string(),
        false => format!("{values:?}"),
    })
}

impl Interface {
    /// The answer of `method`: the payload of `Ok` or `Err` if it answers with such a variant,
    /// else its result, `null` if it has none or is oneway, and an object with the keys `"0"`, `"1"`, ... if it
    /// has several.
    ///
    /// # Errors
    /// `Incompatible` if the bytes are not of the method's type.
    pub fn decode_answer(&self, method: &Method, bytes: &[u8]) -> Result<Answer> {
        if method.is_oneway {
            return Ok(Answer::Ok(Value::Null));
        }
        let values = self.decode(method, bytes)?;
        if let (Some(cases), [IDLValue::Variant(variant)]) =
            (self.ok_and_err(method), values.as_slice())
        {
            let case = &variant.0;
            let is_ok = case.id == cases.ok.label;
            let typ = if is_ok { &cases.ok.typ } else { &cases.err.typ };
            let payload = self.json(typ, Convention::Number, &case.val, 0)?;
            return Ok(if is_ok {
                Answer::Ok(payload)
            } else {
                Answer::Err(payload)
            });
        }
        let mut answers = method
            .results
            .iter()
            .zip(&values)
            .map(|(result, value)| self.json(&result.typ, Convention::Number, value, 0))
            .collect::<Result<Vec<_>>>()?;
        Ok(Answer::Ok(match answers.len() {
            0 => Value::Null,
            1 => answers.remove(0),
            _ => Value::Object(
                answers
                    .into_iter()
                    .enumerate()
                    .map(|(index, answer)| (index.to_string(), answer))
                    .collect(),
            ),
        }))
    }

    /// Arguments that were encoded for `method`, in Candid's textual form.
    ///
    /// # Errors
    /// `Incompatible` if the bytes are not of the method's type.
    pub fn arguments_text(&self, method: &Method, bytes: &[u8]) -> Result<String> {
        Ok(self.arguments(method, bytes)?.to_string())
    }

    /// The request of a method that takes one record.
    ///
    /// # Errors
    /// `Incompatible` if the method takes something else, or the bytes are not of its type.
    pub fn decode_request(&self, method: &Method, bytes: &[u8]) -> Result<Value> {
        let values = self.arguments(method, bytes)?;
        match (method.arguments.as_slice(), values.args.as_slice()) {
            ([argument], [value]) => self.json(&argument.typ, Convention::Number, value, 0),
            _ => Err(unreadable(&method.name)),
        }
    }

    pub(super) fn arguments(&self, method: &Method, bytes: &[u8]) -> Result<IDLArgs> {
        let (environment, actor) = self.environment()?;
        environment
            .get_method(&actor, &method.name)
            .and_then(|function| {
                IDLArgs::from_bytes_with_types(bytes, &environment, &function.args)
            })
            .map_err(|error| unreadable(&method.name).because(brief_cause(&error)))
    }

    fn decode(&self, method: &Method, bytes: &[u8]) -> Result<Vec<IDLValue>> {
        let (environment, actor) = self.environment()?;
        let mut quota = DecoderConfig::new();
        quota
            .set_decoding_quota(DECODING_QUOTA)
            .set_skipping_quota(SKIPPING_QUOTA);
        environment
            .get_method(&actor, &method.name)
            .and_then(|function| {
                let types = &function.rets;
                IDLArgs::from_bytes_with_types_with_config(bytes, &environment, types, &quota)
            })
            .map(|decoded| decoded.args)
            .map_err(|error| unreadable(&method.name).because(brief_cause(&error)))
    }

    fn json(
        &self,
        typ: &IDLType,
        convention: Convention,
        value: &IDLValue,
        depth: usize,
    ) -> Result<Value> {
        if depth > MAXIMUM_DEPTH {
            return Err(unreadable("a value nested too deeply"));
        }
        let typ = self.resolve(typ).typ;
        match (typ, value) {
            (IDLType::OptT(inner), IDLValue::Opt(value)) => {
                let json = self.json(inner, convention, value, depth + 1)?;
                Ok(match self.may_be_null(inner) {
                    true => Value::Array(vec![json]),
                    false => json,
                })
            }
            (IDLType::VecT(item), IDLValue::Vec(items)) => items
                .iter()
                .map(|value| self.json(item, convention, value, depth + 1))
                .collect::<Result<_>>()
                .map(Value::Array),
            (IDLType::RecordT(fields), IDLValue::Record(values)) => {
                self.object(fields, values, depth)
            }
            (IDLType::VariantT(cases), IDLValue::Variant(variant)) => {
                self.case(cases, &variant.0, depth)
            }
            _ => scalar::write(value, convention.on(typ))
                .ok_or_else(|| unreadable("a value of another type")),
        }
    }

    fn object(&self, fields: &[TypeField], values: &[IDLField], depth: usize) -> Result<Value> {
        let mut object = Map::new();
        for field in fields {
            let name = labels::written(field);
            let value = values
                .iter()
                .find(|value| value.id == field.label)
                .ok_or_else(|| unreadable(&name))?;
            let convention = self.convention(&name);
            let json = self.json(&field.typ, convention, &value.val, depth + 1)?;
            object.insert(name, json);
        }
        Ok(Value::Object(object))
    }

    fn case(&self, cases: &[TypeField], value: &IDLField, depth: usize) -> Result<Value> {
        let case = cases
            .iter()
            .find(|case| case.label == value.id)
            .ok_or_else(|| unreadable("a case of a variant"))?;
        let name = labels::written(case);
        if matches!(value.val, IDLValue::Null) {
            return Ok(Value::String(name));
        }
        let convention = self.convention(&name);
        let payload = self.json(&case.typ, convention, &value.val, depth + 1)?;
        Ok(Value::Object(Map::from_iter([(name, payload)])))
    }
}

/// What the decoder says first. All that it says has whole tables of types in it.
fn brief_cause(error: &candid::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(LONGEST_CAUSE).collect()
}

fn unreadable(what: &str) -> Error {
    Error::new(
        Kind::Incompatible,
        format!("the answer cannot be read: {what}"),
        "check that the canister still serves the interface that it publishes",
    )
}
