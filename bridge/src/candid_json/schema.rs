//! JSON Schema of a method's request and answer.
//!
//! Clients differ in what they put up with, and one schema that a client dislikes can cost it all
//! tools. So nothing refers to another place (`$ref`), the root is an object without `oneOf` and
//! its kin, and a type within itself is written out once and then cut off.

use candid_parser::syntax::{IDLArgType, IDLType, PrimType, TypeField};
use serde_json::{Map, Value, json};

use super::convention::Convention;
use super::fragments::{cut_off, describe, enumeration, members, nullable, object, prepend};
use super::interface::{Resolved, field_name, paragraphs};
use super::scalar::small_range;
use super::{Interface, Method};
use crate::error::{Error, Kind, Result};

/// Most parts of one schema; what comes after is left open. Types that use each other often grow
/// quickly when they are written out.
const MAXIMUM_PARTS: usize = 4_000;

/// Named types within each other that the schema of an answer writes out. Whoever reads an answer
/// sees what it is; the list of tools has to stay small.
const ANSWER_LEVELS: usize = 2;

/// Whether a schema says what may be sent or what will come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Input,
    Output,
}

impl Interface {
    /// The schema of what [`Interface::encode_arguments`] takes.
    ///
    /// # Errors
    /// `Refused` if the method takes functions or services.
    pub fn input_schema(&self, method: &Method) -> Result<Map<String, Value>> {
        let mut writer = Writer::new(self, Direction::Input);
        let mut schema = match self.single_record(&method.arguments) {
            Some(fields) => writer.record(fields)?,
            None => {
                let fields: Vec<_> = method
                    .arguments
                    .iter()
                    .enumerate()
                    .map(|(index, argument)| TypeField {
                        label: candid::types::Label::Named(argument_name(argument, index)),
                        typ: argument.typ.clone(),
                        docs: Vec::new(),
                    })
                    .collect();
                writer.record(&fields)?
            }
        };
        if let [only] = method.arguments.as_slice() {
            describe(&mut schema, self.resolve(&only.typ).documentation);
        }
        Ok(schema)
    }

    /// The schema of the structured content of a result: the payload of `Ok`, or an object with
    /// `result` if that is no record.
    ///
    /// It requires nothing at its root, because a refusal has another form and some clients hold
    /// it against this schema too.
    ///
    /// # Errors
    /// `Refused` if the method answers with functions or services.
    pub fn output_schema(&self, method: &Method) -> Result<Map<String, Value>> {
        let mut writer = Writer::new(self, Direction::Output);
        let typ = match (self.ok_and_err(method), method.results.as_slice()) {
            (Some(cases), _) => &cases.ok.typ,
            (None, [only]) => &only.typ,
            (None, _) => &IDLType::PrimT(PrimType::Reserved),
        };
        let resolved = self.resolve(typ);
        if let IDLType::RecordT(_) = resolved.typ {
            let mut schema = writer.schema(typ, Convention::Number)?;
            schema.shift_remove("required");
            return Ok(schema);
        }
        let result = writer.schema(typ, Convention::Number)?;
        Ok(object(Map::from_iter([(
            "result".to_string(),
            Value::Object(result),
        )])))
    }
}

/// The name of an argument that stands beside others.
pub(super) fn argument_name(argument: &IDLArgType, index: usize) -> String {
    match &argument.name {
        Some(name) => name.clone(),
        None => format!("argument_{index}"),
    }
}

/// Writes one schema.
struct Writer<'interface> {
    interface: &'interface Interface,
    direction: Direction,
    /// The names of the types around the place.
    open: Vec<String>,
    parts: usize,
}

impl<'interface> Writer<'interface> {
    const fn new(interface: &'interface Interface, direction: Direction) -> Self {
        Self {
            interface,
            direction,
            open: Vec::new(),
            parts: 0,
        }
    }

    fn schema(&mut self, typ: &IDLType, convention: Convention) -> Result<Map<String, Value>> {
        let interface = self.interface;
        let Resolved {
            typ,
            name,
            documentation,
        } = interface.resolve(typ);
        self.parts += 1;
        let is_open = name.is_some_and(|name| self.open.iter().any(|open| open == name));
        if is_open {
            return Ok(cut_off(name, documentation));
        }
        if self.parts > MAXIMUM_PARTS || (name.is_some() && self.is_detail(typ)) {
            return Ok(cut_off(None, documentation));
        }
        self.open.extend(name.map(str::to_string));
        let schema = self.shape(typ, convention);
        if name.is_some() {
            self.open.pop();
        }
        let mut schema = schema?;
        describe(&mut schema, documentation);
        Ok(schema)
    }

    fn shape(&mut self, typ: &IDLType, convention: Convention) -> Result<Map<String, Value>> {
        match typ {
            IDLType::OptT(inner) => self.schema(inner, convention).map(nullable),
            IDLType::VecT(_) if self.interface.is_blob(typ) => Ok(members(json!({
                "type": "string",
                "contentEncoding": "base64",
            }))),
            IDLType::VecT(item) => {
                let items = self.schema(item, convention)?;
                Ok(members(json!({ "type": "array", "items": items })))
            }
            IDLType::RecordT(fields) => self.record(fields),
            IDLType::VariantT(cases) => self.variant(cases),
            IDLType::PrimT(prim) => Ok(self.primitive(prim, convention)),
            IDLType::PrincipalT => Ok(members(json!({ "type": "string" }))),
            IDLType::FuncT(_) | IDLType::ServT(_) | IDLType::ClassT(..) | IDLType::VarT(_) => {
                Err(Error::new(
                    Kind::Refused,
                    "references to functions and services have no form in JSON",
                    "call this method with another tool",
                ))
            }
        }
    }

    fn record(&mut self, fields: &[TypeField]) -> Result<Map<String, Value>> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in fields {
            let name = field_name(field);
            let mut schema = self.schema(&field.typ, Convention::of_field(&name))?;
            prepend(&mut schema, &paragraphs(&field.docs));
            if !self.may_be_left_out(&field.typ) {
                required.push(name.clone());
            }
            properties.insert(name, Value::Object(schema));
        }
        let mut schema = object(properties);
        if !required.is_empty() {
            schema.insert("required".to_string(), json!(required));
        }
        if self.direction == Direction::Input {
            schema.insert("additionalProperties".to_string(), json!(false));
        }
        Ok(schema)
    }

    /// Whether a named type lies too deep in an answer to be written out. Names alone are short.
    fn is_detail(&self, typ: &IDLType) -> bool {
        let is_large = match typ {
            IDLType::RecordT(_) => true,
            IDLType::VariantT(cases) => !cases.iter().all(|case| self.is_plain(case)),
            _ => false,
        };
        self.direction == Direction::Output && self.open.len() >= ANSWER_LEVELS && is_large
    }

    /// Whether a case carries nothing.
    fn is_plain(&self, case: &TypeField) -> bool {
        matches!(
            self.interface.resolve(&case.typ).typ,
            IDLType::PrimT(PrimType::Null)
        )
    }

    fn may_be_left_out(&self, typ: &IDLType) -> bool {
        matches!(
            self.interface.resolve(typ).typ,
            IDLType::OptT(_) | IDLType::PrimT(PrimType::Null | PrimType::Reserved)
        )
    }

    fn variant(&mut self, cases: &[TypeField]) -> Result<Map<String, Value>> {
        if cases.iter().all(|case| self.is_plain(case)) {
            return Ok(enumeration(cases));
        }
        let mut choices = Vec::with_capacity(cases.len());
        for case in cases {
            let name = field_name(case);
            let mut choice = if self.is_plain(case) {
                members(json!({ "type": "string", "enum": [name] }))
            } else {
                let payload = self.schema(&case.typ, Convention::of_field(&name))?;
                members(json!({
                    "type": "object",
                    "properties": { name.as_str(): payload },
                    "required": [name],
                    "additionalProperties": false,
                }))
            };
            prepend(&mut choice, &paragraphs(&case.docs));
            choices.push(Value::Object(choice));
        }
        Ok(members(json!({ "oneOf": choices })))
    }

    fn primitive(&self, prim: &PrimType, convention: Convention) -> Map<String, Value> {
        let is_input = self.direction == Direction::Input;
        if let Some((minimum, maximum)) = small_range(prim) {
            return members(match is_input {
                true => json!({ "type": "integer", "minimum": minimum, "maximum": maximum }),
                false => json!({ "type": "integer" }),
            });
        }
        members(match (prim, convention) {
            (PrimType::Nat64, Convention::Instant) => {
                json!({ "type": "string", "format": "date-time" })
            }
            (PrimType::Nat64, Convention::Duration) if is_input => json!({
                "type": ["string", "integer"],
                "minimum": 0,
                "examples": ["90s", "1h30m"],
            }),
            (PrimType::Nat64, Convention::Duration) => {
                json!({ "type": "string", "examples": ["90s", "1h30m"] })
            }
            (PrimType::Nat64, Convention::Identifier) => {
                json!({ "type": "string", "pattern": "^[0-9]+$" })
            }
            (PrimType::Nat64 | PrimType::Nat, _) => json!({
                "type": ["integer", "string"],
                "minimum": 0,
                "pattern": "^[0-9]+$",
            }),
            (PrimType::Int64 | PrimType::Int, _) => json!({
                "type": ["integer", "string"],
                "pattern": "^-?[0-9]+$",
            }),
            (PrimType::Float32 | PrimType::Float64, _) => json!({
                "anyOf": [
                    { "type": "number" },
                    { "type": "string", "enum": ["NaN", "Infinity", "-Infinity"] },
                ],
            }),
            (PrimType::Bool, _) => json!({ "type": "boolean" }),
            (PrimType::Text, _) => json!({ "type": "string" }),
            (PrimType::Null, _) => json!({ "type": "null" }),
            // Anything may stand for a value that is not looked at.
            _ => json!({}),
        })
    }
}
