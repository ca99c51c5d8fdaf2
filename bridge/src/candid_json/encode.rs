//! From JSON to Candid: the arguments of a call.
//!
//! Every error names the place, the rule, what was given instead, and an example.

use candid::IDLArgs;
use candid::types::value::{IDLField, IDLValue, VariantValue};
use candid_parser::syntax::{IDLType, PrimType, TypeField};
use serde_json::{Map, Value};

use super::convention::Convention;
use super::nearest::near;
use super::path::Path;
use super::{Interface, MAXIMUM_DEPTH, Method, labels, lenient, scalar};
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
            IDLType::OptT(inner) => self.optional(inner, convention, json, path),
            IDLType::VecT(_) if self.is_blob(typ) => leaf(typ, convention, json, path),
            IDLType::VecT(item) => self.vector(item, convention, json, path),
            IDLType::RecordT(fields) => match json {
                Value::Object(object) => self.record(fields, object, path),
                Value::Array(items) if is_tuple(fields) && fields.len() == items.len() => {
                    self.record(fields, &numbered(items), path)
                }
                text => {
                    match lenient::parsed(text, |value| value.is_object() || value.is_array()) {
                        Some(parsed) => self.value(typ, convention, &parsed, path),
                        None => {
                            let example = self.example_of(typ);
                            let fix = format!("give its fields, for example {example}");
                            Err(wrong(path, "an object", json, &fix))
                        }
                    }
                }
            },
            IDLType::VariantT(cases) => self.variant(cases, json, path),
            IDLType::PrimT(_)
            | IDLType::PrincipalT
            | IDLType::FuncT(_)
            | IDLType::ServT(_)
            | IDLType::ClassT(..)
            | IDLType::VarT(_) => leaf(typ, convention, json, path),
        }
    }

    /// An `opt`. Where its value may itself be `null`, one that is there is a list of it alone.
    fn optional(
        &self,
        inner: &IDLType,
        convention: Convention,
        json: &Value,
        path: Path<'_>,
    ) -> Result<IDLValue> {
        if json.is_null() || (lenient::is_null(json) && !self.takes_null_as_text(inner)) {
            return Ok(IDLValue::None);
        }
        let value = match (self.may_be_null(inner), json) {
            (false, json) => self.value(inner, convention, json, path)?,
            (true, Value::Array(items)) => match items.as_slice() {
                [only] => self.value(inner, convention, only, path.item(0))?,
                _ => {
                    let fix = "give null for none, [null] for a value that is null, or [value]";
                    return Err(wrong(path, "null or a list of one value", json, fix));
                }
            },
            // What is no list can only be the value. It counts as deeper: the type may be an `opt`
            // of itself.
            (true, json) => self.value(inner, convention, json, path.item(0))?,
        };
        Ok(IDLValue::Opt(Box::new(value)))
    }

    /// Whether the text `null` is a value of the type.
    fn takes_null_as_text(&self, typ: &IDLType) -> bool {
        match self.resolve(typ).typ {
            IDLType::PrimT(PrimType::Text | PrimType::Reserved) => true,
            IDLType::VariantT(cases) => labels::position(cases, "null").is_some(),
            typ => self.is_blob(typ),
        }
    }

    fn vector(
        &self,
        item: &IDLType,
        convention: Convention,
        json: &Value,
        path: Path<'_>,
    ) -> Result<IDLValue> {
        let parsed = lenient::parsed(json, Value::is_array);
        let Value::Array(items) = parsed.as_ref().unwrap_or(json) else {
            let list = IDLType::VecT(Box::new(item.clone()));
            let fix = format!("give a list, such as {}", self.short_example(&list, "[]"));
            return Err(wrong(path, "an array", json, &fix));
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
        let mut given: Vec<Option<(&String, &Value)>> = vec![None; fields.len()];
        for (name, json) in json {
            let Some(index) = labels::position(fields, name) else {
                return Err(self.unknown_field(fields, name, path));
            };
            if let Some((other, _)) = given[index].replace((name, json)) {
                return Err(invalid(
                    path.field(name),
                    format!("{other} and {name} are the same field"),
                    "keep one of them",
                ));
            }
        }
        let mut values = Vec::with_capacity(fields.len());
        for (field, given) in fields.iter().zip(given) {
            let name = labels::written(field);
            let convention = self.convention_of(field);
            let val = match given {
                Some((name, json)) => self.value(&field.typ, convention, json, path.field(name))?,
                None => self.absent(&field.typ, convention, path.field(&name))?,
            };
            values.push(IDLField {
                id: field.label.clone(),
                val,
            });
        }
        Ok(IDLValue::Record(values))
    }

    pub(super) fn unknown_field(&self, fields: &[TypeField], name: &str, path: Path<'_>) -> Error {
        match self.home_of(name, fields) {
            Some(home) => invalid(
                path.field(name),
                format!("there is no field {name:?} here"),
                format!("give it within {home}"),
            ),
            None => {
                let names: Vec<_> = fields.iter().map(labels::written).collect();
                unknown_name(path, "field", name, &names)
            }
        }
    }

    /// The fields among these that take `name` within them, as a case, a field, or a field of their
    /// items: those that are needed first.
    fn home_of(&self, name: &str, fields: &[TypeField]) -> Option<String> {
        let takes = |typ: &IDLType| match self.resolve(typ).typ {
            IDLType::RecordT(inner) | IDLType::VariantT(inner) => {
                labels::position(inner, name).is_some()
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
                    IDLType::VecT(item) if takes(item) => {
                        Some(format!("{}[]", labels::written(field)))
                    }
                    typ if takes(typ) => Some(labels::written(field)),
                    _ => None,
                }
            })
            .collect();
        (!homes.is_empty()).then(|| homes.join(" or "))
    }

    /// The value of a field that was not given.
    pub(super) fn absent(
        &self,
        typ: &IDLType,
        convention: Convention,
        path: Path<'_>,
    ) -> Result<IDLValue> {
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
            Value::Object(object) => match lenient::only_case(object) {
                Some((name, payload)) => (name, Some(payload)),
                None => return Err(self.one_case(cases, json, path)),
            },
            _ => return Err(self.one_case(cases, json, path)),
        };
        let Some(index) = labels::position(cases, name) else {
            let is_choice = |value: &Value| value.is_object() || value.is_string();
            if let Some(parsed) = lenient::parsed(json, is_choice) {
                return self.variant(cases, &parsed, path);
            }
            let names: Vec<_> = cases.iter().map(labels::written).collect();
            return Err(unknown_name(path, "case", name, &names));
        };
        let case = &cases[index];
        let place = path.field(name);
        let val = match (self.resolve(&case.typ).typ, payload) {
            (IDLType::PrimT(PrimType::Null), None) => IDLValue::Null,
            // Both ways to write 'nothing' are meant.
            (IDLType::PrimT(PrimType::Null), Some(Value::Object(object))) if object.is_empty() => {
                IDLValue::Null
            }
            (IDLType::RecordT(fields), None) => self.record(fields, &Map::new(), place)?,
            (IDLType::RecordT(fields), Some(json)) => self.record_of_case(fields, json, place)?,
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

    /// The payload of a case. Where only one field has to be given, and that is written as text, its
    /// text alone is taken for it: `{"note": "hello"}`, `{"cron": "0 8 * * *"}`, `{"interval": "1h"}`.
    fn record_of_case(
        &self,
        fields: &[TypeField],
        json: &Value,
        path: Path<'_>,
    ) -> Result<IDLValue> {
        let mut needed = fields
            .iter()
            .filter(|field| !self.may_be_left_out(&field.typ));
        let is_alone = json.is_string() && lenient::parsed(json, Value::is_object).is_none();
        let is_text = |field: &TypeField| {
            let typ = self.resolve(&field.typ).typ;
            let convention = self.convention_of(field).on(typ);
            matches!(typ, IDLType::PrimT(PrimType::Text))
                || matches!(convention, Convention::Duration | Convention::Instant)
        };
        match (needed.next(), needed.next()) {
            (Some(only), None) if is_alone && is_text(only) => {
                let object = Map::from_iter([(labels::key(only), json.clone())]);
                self.record(fields, &object, path)
            }
            _ => {
                let record = IDLType::RecordT(fields.to_vec());
                self.value(&record, Convention::Number, json, path)
            }
        }
    }

    fn one_case(&self, cases: &[TypeField], json: &Value, path: Path<'_>) -> Error {
        let names: Vec<_> = cases.iter().map(labels::written).collect();
        let example = self.short_example(&IDLType::VariantT(cases.to_vec()), "{...}");
        wrong(
            path,
            &format!("exactly one of {}", names.join(", ")),
            json,
            &format!("give it for example as {example}"),
        )
    }

    /// What a value of a type looks like, in words, and an example of the shortest form.
    pub(super) fn describe(&self, typ: &IDLType, convention: Convention) -> (String, String) {
        match self.resolve(typ).typ {
            typ @ IDLType::RecordT(_) => {
                ("an object".to_string(), self.short_example(typ, "{...}"))
            }
            typ @ IDLType::VariantT(cases) => {
                let names: Vec<_> = cases.iter().map(labels::written).collect();
                let words = format!("one of {}", names.join(", "));
                (words, self.short_example(typ, "{...}"))
            }
            typ @ IDLType::VecT(_) if !self.is_blob(typ) => {
                ("an array".to_string(), self.short_example(typ, "[...]"))
            }
            typ => {
                let expected = scalar::expected(typ, convention.on(typ));
                (expected.words, expected.example)
            }
        }
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
    beginning(&json.to_string())
}

/// The beginning of what an error repeats.
pub(super) fn beginning(text: &str) -> String {
    if text.chars().count() <= SHOWN_CHARACTERS {
        return text.to_string();
    }
    let begin: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{begin}…")
}

pub(super) fn unknown_name(path: Path<'_>, what: &str, given: &str, names: &[String]) -> Error {
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

pub(super) fn invalid(path: Path<'_>, rule: String, fix: impl Into<String>) -> Error {
    let made = Error::new(Kind::InvalidArgument, rule, fix);
    match path {
        Path::Root => made,
        path => made.at(path.to_string()),
    }
}
