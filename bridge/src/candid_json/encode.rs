//! From JSON to Candid: the arguments of a call.
//!
//! Every error names the place, the rule, what was given instead, and an example.

use candid::IDLArgs;
use candid::types::value::{IDLField, IDLValue, VariantValue};
use candid_parser::syntax::{IDLType, PrimType, TypeField};
use serde_json::{Map, Value};

use super::convention::Convention;
use super::interface::field_name;
use super::nearest::near;
use super::path::Path;
use super::{Interface, MAXIMUM_DEPTH, Method, scalar};
use crate::error::{Error, Kind, Result};

/// Longest part of a wrong value that an error repeats.
const SHOWN_CHARACTERS: usize = 40;

impl Interface {
    /// The arguments of `method` in Candid's binary form.
    ///
    /// A method with one record takes its fields; one without arguments takes nothing; any other
    /// takes its arguments by their names, or `argument_0` and so on.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault.
    pub fn encode_arguments(&self, method: &Method, json: &Map<String, Value>) -> Result<Vec<u8>> {
        let fields = self.fields_of_request(method);
        let record = self.record(&fields, json, Path::Root)?;
        let values = match (self.single_record(&method.arguments), record) {
            (None, IDLValue::Record(arguments)) => {
                arguments.into_iter().map(|field| field.val).collect()
            }
            (_, record) => vec![record],
        };
        let (environment, actor) = self.environment()?;
        environment
            .get_method(&actor, &method.name)
            .and_then(|function| {
                IDLArgs::new(&values).to_bytes_with_types(&environment, &function.args)
            })
            .map_err(|error| {
                Error::new(
                    Kind::Internal,
                    format!("the arguments of {} cannot be encoded", method.name),
                    "report it with the arguments that were given",
                )
                .because(error)
            })
    }

    fn value(
        &self,
        typ: &IDLType,
        convention: Convention,
        json: &Value,
        path: Path<'_>,
    ) -> Result<IDLValue> {
        if path.depth() > MAXIMUM_DEPTH {
            return Err(invalid(
                path,
                format!("nested deeper than {MAXIMUM_DEPTH} levels"),
                "give a flatter value",
            ));
        }
        let typ = self.resolve(typ).typ;
        match typ {
            IDLType::OptT(_) if json.is_null() => Ok(IDLValue::None),
            IDLType::OptT(inner) => self
                .value(inner, convention, json, path)
                .map(|value| IDLValue::Opt(Box::new(value))),
            IDLType::VecT(_) if self.is_blob(typ) => leaf(typ, convention, json, path),
            IDLType::VecT(item) => self.vector(item, convention, json, path),
            IDLType::RecordT(fields) => match json {
                Value::Object(object) => self.record(fields, object, path),
                Value::Array(items) if is_tuple(fields) && fields.len() == items.len() => {
                    self.record(fields, &numbered(items), path)
                }
                _ => {
                    let example = Value::Object(self.example_record(fields, 0));
                    let fix = format!("give its fields, for example {example}");
                    Err(wrong(path, "an object", json, &fix))
                }
            },
            IDLType::VariantT(cases) => self.variant(cases, json, path),
            IDLType::FuncT(_) | IDLType::ServT(_) | IDLType::ClassT(..) => Err(invalid(
                path,
                "references to functions and services cannot be given here".to_string(),
                "call the canister with another tool",
            )),
            IDLType::PrimT(_) | IDLType::PrincipalT | IDLType::VarT(_) => {
                leaf(typ, convention, json, path)
            }
        }
    }

    fn vector(
        &self,
        item: &IDLType,
        convention: Convention,
        json: &Value,
        path: Path<'_>,
    ) -> Result<IDLValue> {
        let Value::Array(items) = json else {
            return Err(wrong(path, "an array", json, "give a list, such as []"));
        };
        items
            .iter()
            .enumerate()
            .map(|(index, json)| self.value(item, convention, json, path.item(index)))
            .collect::<Result<_>>()
            .map(IDLValue::Vec)
    }

    fn record(
        &self,
        fields: &[TypeField],
        json: &Map<String, Value>,
        path: Path<'_>,
    ) -> Result<IDLValue> {
        let names: Vec<_> = fields.iter().map(field_name).collect();
        if let Some(unknown) = json.keys().find(|key| !names.contains(key)) {
            return Err(match self.home_of(unknown, fields) {
                Some(home) => invalid(
                    path.field(unknown),
                    format!("there is no field {unknown:?} here"),
                    format!("give it within {home}"),
                ),
                None => unknown_name(path, "field", unknown, &names),
            });
        }
        let mut values = Vec::with_capacity(fields.len());
        for (field, name) in fields.iter().zip(&names) {
            let place = path.field(name);
            let convention = self.convention(name);
            let val = match json.get(name) {
                Some(json) => self.value(&field.typ, convention, json, place)?,
                None => self.absent(&field.typ, convention, place)?,
            };
            values.push(IDLField {
                id: field.label.clone(),
                val,
            });
        }
        Ok(IDLValue::Record(values))
    }

    /// The fields among these that take `name` within them, as a case, a field, or a field of their
    /// items: those that are needed first.
    fn home_of(&self, name: &str, fields: &[TypeField]) -> Option<String> {
        let takes = |typ: &IDLType| match self.resolve(typ).typ {
            IDLType::RecordT(inner) | IDLType::VariantT(inner) => {
                inner.iter().any(|field| field_name(field) == name)
            }
            _ => false,
        };
        let (optional, needed): (Vec<_>, Vec<_>) = fields
            .iter()
            .partition(|field| self.may_be_left_out(&field.typ));
        let homes: Vec<_> = needed
            .into_iter()
            .chain(optional)
            .filter_map(|field| {
                let mut typ = self.resolve(&field.typ).typ;
                if let IDLType::OptT(inner) = typ {
                    typ = self.resolve(inner).typ;
                }
                match typ {
                    IDLType::VecT(item) if takes(item) => Some(format!("{}[]", field_name(field))),
                    typ if takes(typ) => Some(field_name(field)),
                    _ => None,
                }
            })
            .collect();
        (!homes.is_empty()).then(|| homes.join(" or "))
    }

    /// The value of a field that was not given.
    fn absent(&self, typ: &IDLType, convention: Convention, path: Path<'_>) -> Result<IDLValue> {
        match self.resolve(typ).typ {
            IDLType::OptT(_) => Ok(IDLValue::None),
            IDLType::PrimT(PrimType::Null) => Ok(IDLValue::Null),
            IDLType::PrimT(PrimType::Reserved) => Ok(IDLValue::Reserved),
            typ => {
                let (words, example) = self.describe(typ, convention);
                Err(invalid(
                    path,
                    format!("missing; expected {words}"),
                    format!("add it, for example {example}"),
                ))
            }
        }
    }

    fn variant(&self, cases: &[TypeField], json: &Value, path: Path<'_>) -> Result<IDLValue> {
        let empty = Value::Null;
        let (name, payload) = match json {
            Value::String(name) => (name, None),
            Value::Object(object) => match object.iter().next() {
                Some((name, payload)) if object.len() == 1 => (name, Some(payload)),
                _ => return Err(self.one_case(cases, json, path)),
            },
            _ => return Err(self.one_case(cases, json, path)),
        };
        let Some(case) = cases.iter().find(|case| field_name(case) == *name) else {
            let names: Vec<_> = cases.iter().map(field_name).collect();
            return Err(unknown_name(path, "case", name, &names));
        };
        let place = path.field(name);
        let val = match (self.resolve(&case.typ).typ, payload) {
            (IDLType::PrimT(PrimType::Null), None) => IDLValue::Null,
            // Both ways to write 'nothing' are meant.
            (IDLType::PrimT(PrimType::Null), Some(Value::Object(object))) if object.is_empty() => {
                IDLValue::Null
            }
            (IDLType::RecordT(fields), None) => self.record(fields, &Map::new(), place)?,
            (typ, payload) => {
                self.value(typ, self.convention(name), payload.unwrap_or(&empty), place)?
            }
        };
        let field = IDLField {
            id: case.label.clone(),
            val,
        };
        // The number is found again by the label when the value gets its type.
        Ok(IDLValue::Variant(VariantValue(Box::new(field), 0)))
    }

    fn one_case(&self, cases: &[TypeField], json: &Value, path: Path<'_>) -> Error {
        let names: Vec<_> = cases.iter().map(field_name).collect();
        let (_, example) = self.describe_variant(cases);
        wrong(
            path,
            &format!("exactly one of {}", names.join(", ")),
            json,
            &format!("give it for example as {example}"),
        )
    }

    /// What a value of a type looks like, in words, and an example of the shortest form.
    fn describe(&self, typ: &IDLType, convention: Convention) -> (String, String) {
        match self.resolve(typ).typ {
            IDLType::RecordT(_) => ("an object".to_string(), "{...}".to_string()),
            IDLType::VariantT(cases) => self.describe_variant(cases),
            typ @ IDLType::VecT(_) if !self.is_blob(typ) => {
                ("an array".to_string(), "[...]".to_string())
            }
            typ => {
                let expected = scalar::expected(typ, convention.on(typ));
                (expected.words, expected.example.to_string())
            }
        }
    }

    fn describe_variant(&self, cases: &[TypeField]) -> (String, String) {
        let names: Vec<_> = cases.iter().map(field_name).collect();
        let words = format!("one of {}", names.join(", "));
        let example =
            cases
                .first()
                .map_or_else(String::new, |case| match self.resolve(&case.typ).typ {
                    IDLType::PrimT(PrimType::Null) => format!("{:?}", field_name(case)),
                    _ => format!("{{{:?}: {{...}}}}", field_name(case)),
                });
        (words, example)
    }
}

/// Whether the fields are those of a tuple: numbered from 0 on.
fn is_tuple(fields: &[TypeField]) -> bool {
    let mut numbered = (0..).zip(fields);
    numbered.all(|(index, field)| field.label.get_id() == index)
}

fn numbered(items: &[Value]) -> Map<String, Value> {
    let items = items.iter().enumerate();
    items
        .map(|(index, item)| (index.to_string(), item.clone()))
        .collect()
}

fn leaf(typ: &IDLType, convention: Convention, json: &Value, path: Path<'_>) -> Result<IDLValue> {
    let convention = convention.on(typ);
    scalar::read(typ, convention, json).ok_or_else(|| {
        let expected = scalar::expected(typ, convention);
        wrong(
            path,
            &expected.words,
            json,
            &format!("give it for example as {}", expected.example),
        )
    })
}

fn wrong(path: Path<'_>, expected: &str, given: &Value, fix: &str) -> Error {
    invalid(
        path,
        format!("expected {expected}, got {}", shown(given)),
        fix,
    )
}

/// A wrong value as an error repeats it.
fn shown(json: &Value) -> String {
    let text = json.to_string();
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text;
    }
    let begin: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{begin}…")
}

fn unknown_name(path: Path<'_>, what: &str, given: &str, names: &[String]) -> Error {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let place = path.field(given);
    let fix = match (near(given, &names).as_slice(), names.is_empty()) {
        (_, true) => format!("leave it out: there is no {what}"),
        ([], false) => format!("choose one of {}", names.join(", ")),
        (near, false) => format!("did you mean {}?", near.join(", ")),
    };
    let all = match names.len() {
        0..=12 if !names.is_empty() => format!("; there are {}", names.join(", ")),
        _ => String::new(),
    };
    invalid(place, format!("there is no {what} {given:?}{all}"), fix)
}

fn invalid(path: Path<'_>, rule: String, fix: impl Into<String>) -> Error {
    let made = Error::new(Kind::InvalidArgument, rule, fix);
    match path {
        Path::Root => made,
        path => made.at(path.to_string()),
    }
}
