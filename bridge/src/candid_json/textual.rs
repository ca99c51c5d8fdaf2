//! Arguments in Candid's textual form, and in JSON, with the types of the method that they are for.
//!
//! A text alone does not say what its numbers are, nor what it left out: `5` is an `int`, and a
//! canister that wants a `nat` refuses it.

use candid::types::Label;
use candid::types::value::{IDLArgs, IDLField, IDLValue, VariantValue};
use candid_parser::syntax::{IDLType, PrimType, TypeField};
use candid_parser::typing::ast_to_type;
use chime_types::limits;
use serde_json::{Map, Value};

use super::convention::Convention;
use super::path::Path;
use super::{Interface, Method, encode, labels, symbols};
use crate::error::{Error, Kind, Result};

/// How arguments are kept so that their bytes are of the right types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As the text that was given: it says all.
    AsWritten,
    /// As a text with the types in it.
    Text(String),
    /// In the binary form: no text says it.
    Bytes(Vec<u8>),
}

impl Interface {
    /// How a text in Candid's textual form is kept as the arguments of `method`.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault.
    pub fn keep_text(&self, method: &Method, text: &str) -> Result<Kept> {
        let parsed = parsed(text)?;
        let given = parsed.args.len();
        let taken = method.arguments.len();
        if given > taken {
            return Err(Error::new(
                Kind::InvalidArgument,
                format!(
                    "{} takes {}, and {given} are given",
                    method.name,
                    counted(taken)
                ),
                "leave the last ones out",
            ));
        }
        let names = self.argument_names_of(method);
        let is_record = self.single_record(&method.arguments).is_some();
        let mut typed = Vec::with_capacity(taken);
        for (index, argument) in method.arguments.iter().enumerate() {
            let place = match is_record {
                true => Path::Root,
                false => Path::Root.field(&names[index]),
            };
            typed.push(match parsed.args.get(index) {
                Some(value) => self.fit(&argument.typ, value, place)?,
                None => self.absent(&argument.typ, Convention::Number, place)?,
            });
        }
        let bytes = self.typed_bytes(method, &IDLArgs { args: typed })?;
        if self.says(method, &parsed, &bytes) {
            return Ok(Kept::AsWritten);
        }
        self.kept(method, bytes)
    }

    /// How a value in JSON is kept as the arguments of `method`: the fields of its only record, its
    /// arguments by their names, a list of them, or the only one itself.
    ///
    /// # Errors
    /// `InvalidArgument` with the place at fault.
    pub fn keep_json(&self, method: &Method, json: &Value) -> Result<Kept> {
        let object = self.by_name(method, json)?;
        let bytes = self.encode_arguments(method, &object)?;
        self.kept(method, bytes)
    }

    fn by_name(&self, method: &Method, json: &Value) -> Result<Map<String, Value>> {
        let names = self.argument_names(method);
        let is_record = self.single_record(&method.arguments).is_some();
        let is_named = |object: &Map<String, Value>| {
            is_record
                || method.arguments.len() != 1
                || names.iter().any(|it| object.contains_key(it))
        };
        let items = match json {
            Value::Object(object) if is_named(object) => return Ok(object.clone()),
            Value::Array(items) if is_record => match items.as_slice() {
                [Value::Object(only)] => return Ok(only.clone()),
                _ => items.clone(),
            },
            // A list may be the arguments, or the only one of them.
            Value::Array(items) if !self.takes_one_list(method) => items.clone(),
            Value::Null => Vec::new(),
            only => vec![only.clone()],
        };
        if items.len() > names.len() || (is_record && !items.is_empty()) {
            return Err(Error::new(
                Kind::InvalidArgument,
                format!("{} takes {}", method.name, counted(method.arguments.len())),
                match names.is_empty() {
                    true => "give {}".to_string(),
                    false => format!("give an object with {}", names.join(", ")),
                },
            ));
        }
        Ok(names.into_iter().zip(items).collect())
    }

    fn takes_one_list(&self, method: &Method) -> bool {
        match method.arguments.as_slice() {
            [only] => matches!(self.resolve(&only.typ).typ, IDLType::VecT(_)),
            _ => false,
        }
    }

    /// Bytes that are no text of Candid or of other types than the method's are refused.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn check_bytes(&self, method: &Method, bytes: &[u8]) -> Result<()> {
        self.arguments(method, bytes).map(drop).map_err(|error| {
            Error::new(
                Kind::InvalidArgument,
                format!("the bytes are no arguments of {}", method.name),
                "encode them by the interface of the canister, or give them as text or JSON",
            )
            .because(error)
        })
    }

    fn argument_names_of(&self, method: &Method) -> Vec<String> {
        let named = method.arguments.iter().enumerate();
        named
            .map(|(index, argument)| match &argument.name {
                Some(name) => name.clone(),
                None => format!("argument_{index}"),
            })
            .collect()
    }

    /// Bytes of the right types as a text if one says the same.
    fn kept(&self, method: &Method, bytes: Vec<u8>) -> Result<Kept> {
        let text = self.arguments(method, &bytes)?.to_string();
        let is_short = text.len() <= limits::MAXIMUM_ARGUMENTS_BYTES;
        Ok(match is_short.then(|| parsed(&text)) {
            Some(Ok(read)) if self.says(method, &read, &bytes) => Kept::Text(text),
            _ => Kept::Bytes(bytes),
        })
    }

    /// Whether a text whose types nobody knows becomes these very values.
    fn says(&self, method: &Method, read: &IDLArgs, bytes: &[u8]) -> bool {
        let untyped = read.to_bytes().ok();
        let untyped = untyped.and_then(|bytes| self.arguments(method, &bytes).ok());
        let typed = self.arguments(method, bytes).ok();
        untyped.is_some() && untyped == typed
    }

    fn typed_bytes(&self, method: &Method, typed: &IDLArgs) -> Result<Vec<u8>> {
        let (environment, actor) = self.environment()?;
        environment
            .get_method(&actor, &method.name)
            .and_then(|function| typed.to_bytes_with_types(&environment, &function.args))
            .map_err(|error| {
                Error::new(
                    Kind::InvalidArgument,
                    format!("not the arguments of {}", method.name),
                    "write them as the canister's interface has them",
                )
                .because(error)
            })
    }

    /// A value that was read from a text, in the type that it is meant for.
    fn fit(&self, typ: &IDLType, value: &IDLValue, path: Path<'_>) -> Result<IDLValue> {
        let typ = self.resolve(typ).typ;
        match (typ, value) {
            (IDLType::OptT(_), IDLValue::Null | IDLValue::None | IDLValue::Reserved) => {
                Ok(IDLValue::None)
            }
            (IDLType::OptT(inner), IDLValue::Opt(value)) => {
                Ok(IDLValue::Opt(Box::new(self.fit(inner, value, path)?)))
            }
            // A value is an `opt` of itself wherever that can mean one thing only.
            (IDLType::OptT(inner), value) if !self.may_be_null(inner) => {
                Ok(IDLValue::Opt(Box::new(self.fit(inner, value, path)?)))
            }
            (IDLType::VecT(item), IDLValue::Vec(items)) if !self.is_blob(typ) => {
                let items = items.iter().enumerate();
                let fitted = items.map(|(index, value)| self.fit(item, value, path.item(index)));
                fitted.collect::<Result<_>>().map(IDLValue::Vec)
            }
            (IDLType::RecordT(fields), IDLValue::Record(values)) => {
                self.fit_record(fields, values, path)
            }
            (IDLType::VariantT(cases), IDLValue::Variant(variant)) => {
                self.fit_case(cases, &variant.0, path)
            }
            (typ, value) => self.fit_leaf(typ, value, path),
        }
    }

    fn fit_record(
        &self,
        fields: &[TypeField],
        values: &[IDLField],
        path: Path<'_>,
    ) -> Result<IDLValue> {
        for value in values {
            let id = value.id.get_id();
            if !fields.iter().any(|field| field.label.get_id() == id) {
                return Err(self.unknown_field(fields, &name_of(&value.id), path));
            }
        }
        let fitted = fields.iter().map(|field| {
            let name = labels::written(field);
            let place = path.field(&name);
            let same = |value: &&IDLField| value.id.get_id() == field.label.get_id();
            let val = match values.iter().find(same) {
                Some(value) => self.fit(&field.typ, &value.val, place)?,
                None => self.absent(&field.typ, Convention::Number, place)?,
            };
            let id = field.label.clone();
            Ok(IDLField { id, val })
        });
        fitted.collect::<Result<_>>().map(IDLValue::Record)
    }

    fn fit_case(&self, cases: &[TypeField], value: &IDLField, path: Path<'_>) -> Result<IDLValue> {
        let id = value.id.get_id();
        let Some(case) = cases.iter().find(|case| case.label.get_id() == id) else {
            let names: Vec<_> = cases.iter().map(labels::written).collect();
            return Err(encode::unknown_name(
                path,
                "case",
                &name_of(&value.id),
                &names,
            ));
        };
        let name = labels::written(case);
        let field = IDLField {
            id: case.label.clone(),
            val: self.fit(&case.typ, &value.val, path.field(&name))?,
        };
        // The number is found again by the label when the value gets its type.
        Ok(IDLValue::Variant(VariantValue(Box::new(field), 0)))
    }

    fn fit_leaf(&self, typ: &IDLType, value: &IDLValue, path: Path<'_>) -> Result<IDLValue> {
        let is_float = matches!(typ, IDLType::PrimT(PrimType::Float32 | PrimType::Float64));
        let whole = match value {
            IDLValue::Number(digits) if is_float => digits.parse().ok().map(IDLValue::Float64),
            _ => None,
        };
        let (environment, _) = self.environment()?;
        let fitted = ast_to_type(&environment, typ).and_then(|typ| {
            let value = whole.as_ref().unwrap_or(value);
            value
                .annotate_type(true, &environment, &typ)
                .map_err(Into::into)
        });
        fitted.map_err(|_| {
            let (words, example) = self.describe(typ, Convention::Number);
            let shown = encode::beginning(&value.to_string());
            encode::invalid(
                path,
                format!("expected {words}, got {shown}"),
                format!("give it for example as {example}"),
            )
        })
    }
}

fn name_of(label: &Label) -> String {
    match label {
        Label::Named(name) => name.clone(),
        Label::Id(number) | Label::Unnamed(number) => number.to_string(),
    }
}

fn counted(arguments: usize) -> String {
    match arguments {
        0 => "no arguments".to_string(),
        1 => "1 argument".to_string(),
        many => format!("{many} arguments"),
    }
}

/// Arguments in Candid's textual form, without types.
fn parsed(text: &str) -> Result<IDLArgs> {
    candid_parser::parse_idl_args(&symbols::checked(text)?).map_err(|error| {
        Error::new(
            Kind::InvalidArgument,
            format!("not Candid's textual form: {error}"),
            "write them as in (record { name = \"x\" }, 7 : nat64), parentheses included, or as JSON",
        )
    })
}

/// Whether arguments are in Candid's textual form.
///
/// # Errors
/// `InvalidArgument`.
pub fn check_text(text: &str) -> Result<()> {
    parsed(text).map(drop)
}

/// The bytes of values in Candid's textual form, of the types that the text names.
///
/// # Errors
/// `InvalidArgument`.
pub fn encoded(text: &str) -> Result<Vec<u8>> {
    parsed(text)?.to_bytes().map_err(|error| {
        let rule = format!("not values of Candid: {error}");
        let fix = "write each with its type, as in (7 : nat64)";
        Error::new(Kind::InvalidArgument, rule, fix)
    })
}

/// Whether two texts are the same arguments but for the types that one of them names.
#[must_use]
pub fn same_but_for_types(left: &str, right: &str) -> bool {
    let without_types = |text: &str| -> Option<Vec<String>> {
        let shown = parsed(text).ok()?.to_string();
        let mut kept = Vec::new();
        let mut symbols = symbols::symbols(&shown).filter(|(sort, _)| *sort != symbols::Sort::Gap);
        while let Some((sort, symbol)) = symbols.next() {
            match (sort, symbol) {
                (symbols::Sort::Mark, ":") => drop(symbols.next()),
                (symbols::Sort::Number, digits) => kept.push(digits.replace('_', "")),
                // They stand around a value with a type.
                (symbols::Sort::Mark, "(" | ")") => {}
                (_, symbol) => kept.push(symbol.to_string()),
            }
        }
        Some(kept)
    };
    left == right || without_types(left).is_some_and(|left| Some(left) == without_types(right))
}
