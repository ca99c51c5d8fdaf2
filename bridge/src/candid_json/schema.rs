//! JSON Schema of a method's request and answer.
//!
//! Clients differ in what they put up with, and one schema that a client dislikes can cost it all
//! tools. So nothing refers to another place (`$ref`), the root is an object without `oneOf` and
//! its kin, and a type within itself is written out once and then cut off. What is optional is not
//! required; that `null` may stand for it is not said again at each place.

use candid_parser::syntax::{IDLType, PrimType, TypeField};
use serde_json::{Map, Value, json};

use super::convention::Convention;
use super::fragments::{
    choice, cut_off, describe, enumeration, join, members, nullable, object, prepend,
};
use super::interface::{Resolved, field_name, paragraphs};
use super::scalar_schema::{Direction, blob, primitive};
use super::shapes::Shapes;
use super::words::brief;
use super::{Interface, Method};
use crate::error::{Error, Kind, Result};

/// Most parts of one schema; what comes after is left open. Types that use each other often grow
/// quickly when they are written out.
const MAXIMUM_PARTS: usize = 4_000;

/// Named types within each other that the schema of an answer writes out. Whoever reads an answer
/// sees what it is.
const ANSWER_LEVELS: usize = 2;

impl Interface {
    /// The schema of what [`Interface::encode_arguments`] takes, with all documentation.
    ///
    /// # Errors
    /// `Refused` if the method takes functions or services.
    pub fn input_schema(&self, method: &Method) -> Result<Map<String, Value>> {
        self.input(method, Writer::new(self, Direction::Input))
    }

    /// The same for a list of tools: documentation is cut to its first sentences, and large types
    /// that are in `shapes` already are not written out again. Those that it writes out are noted
    /// there under `tool`.
    ///
    /// # Errors
    /// `Refused` if the method takes functions or services.
    pub fn brief_input_schema(
        &self,
        method: &Method,
        tool: &str,
        shapes: &mut Shapes,
    ) -> Result<Map<String, Value>> {
        let mut writer = Writer::new(self, Direction::Input);
        writer.list = Some(List { tool, shapes });
        self.input(method, writer)
    }

    fn input(&self, method: &Method, mut writer: Writer<'_, '_>) -> Result<Map<String, Value>> {
        let fields = self.fields_of_request(method);
        let mut schema = writer.record(&fields)?;
        schema.insert("additionalProperties".to_string(), json!(false));
        if let ([only], None) = (method.arguments.as_slice(), &writer.list) {
            describe(&mut schema, self.resolve(&only.typ).documentation);
        }
        Ok(schema)
    }

    /// The schema of an answer: the payload of `Ok`, or an object with `result` if that is no
    /// record.
    ///
    /// # Errors
    /// Never at present; what has no form in JSON is left open.
    pub fn output_schema(&self, method: &Method) -> Result<Map<String, Value>> {
        let mut writer = Writer::new(self, Direction::Output);
        let typ = match (self.ok_and_err(method), method.results.as_slice()) {
            (Some(cases), _) => &cases.ok.typ,
            (None, [only]) => &only.typ,
            (None, _) => &IDLType::PrimT(PrimType::Reserved),
        };
        let is_record = matches!(self.resolve(typ).typ, IDLType::RecordT(_));
        let schema = writer.schema(typ, Convention::Number)?;
        if is_record {
            return Ok(schema);
        }
        let result = Map::from_iter([("result".to_string(), Value::Object(schema))]);
        Ok(object(result))
    }
}

/// The list of tools that a schema becomes part of.
struct List<'list> {
    tool: &'list str,
    shapes: &'list mut Shapes,
}

/// Writes one schema.
struct Writer<'interface, 'list> {
    interface: &'interface Interface,
    direction: Direction,
    list: Option<List<'list>>,
    /// The names of the types around the place.
    open: Vec<String>,
    /// The place, such as `steps[].action`.
    path: String,
    parts: usize,
}

impl<'interface> Writer<'interface, '_> {
    const fn new(interface: &'interface Interface, direction: Direction) -> Self {
        Self {
            interface,
            direction,
            list: None,
            open: Vec::new(),
            path: String::new(),
            parts: 0,
        }
    }

    fn schema(&mut self, typ: &IDLType, convention: Convention) -> Result<Map<String, Value>> {
        let interface = self.interface;
        let resolved = interface.resolve(typ);
        self.parts += 1;
        let is_open = resolved
            .name
            .is_some_and(|name| self.open.iter().any(|open| open == name));
        if is_open {
            return Ok(cut_off(resolved.name, self.shorten(resolved.documentation)));
        }
        if self.parts > MAXIMUM_PARTS || (resolved.name.is_some() && self.is_detail(resolved.typ)) {
            return Ok(cut_off(None, self.shorten(resolved.documentation)));
        }
        self.named(&resolved, convention)
    }

    fn named(
        &mut self,
        resolved: &Resolved<'_>,
        convention: Convention,
    ) -> Result<Map<String, Value>> {
        let Some(name) = resolved.name else {
            return self.shape(resolved.typ, convention);
        };
        if let Some(list) = &self.list
            && let Some(reference) = list.shapes.reference(name, list.tool)
        {
            return Ok(reference);
        }
        self.open.push(name.to_string());
        let schema = self.shape(resolved.typ, convention);
        self.open.pop();
        let mut schema = schema?;
        if let Some(list) = &mut self.list {
            list.shapes.note(name, list.tool, &self.path, &schema);
        }
        describe(&mut schema, self.shorten(resolved.documentation));
        Ok(schema)
    }

    fn shape(&mut self, typ: &IDLType, convention: Convention) -> Result<Map<String, Value>> {
        match typ {
            IDLType::OptT(inner) => self.schema(inner, convention).map(nullable),
            IDLType::VecT(_) if self.interface.is_blob(typ) => Ok(blob(convention)),
            IDLType::VecT(item) => {
                let items = self.within("[]", |writer| writer.schema(item, convention))?;
                Ok(members(json!({ "type": "array", "items": items })))
            }
            IDLType::RecordT(fields) => self.record(fields),
            IDLType::VariantT(cases) => self.variant(cases),
            IDLType::PrimT(prim) => Ok(primitive(prim, convention, self.direction)),
            IDLType::PrincipalT => Ok(members(json!({ "type": "string" }))),
            IDLType::FuncT(_) | IDLType::ServT(_) if self.direction == Direction::Output => {
                Ok(members(json!({ "type": "string" })))
            }
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
        let (optional, required): (Vec<_>, Vec<_>) = fields
            .iter()
            .partition(|field| self.interface.may_be_left_out(&field.typ));
        let names: Vec<_> = required.iter().map(|field| field_name(field)).collect();
        // What is needed comes first.
        for field in required.into_iter().chain(optional) {
            let name = field_name(field);
            let typ = self.given(&field.typ);
            properties.insert(name.clone(), Value::Object(self.member(field, typ, &name)?));
        }
        let mut schema = object(properties);
        if !names.is_empty() {
            schema.insert("required".to_string(), json!(names));
        }
        Ok(schema)
    }

    /// The schema of a field or of the payload of a case, with its documentation.
    fn member(
        &mut self,
        field: &TypeField,
        typ: &IDLType,
        name: &str,
    ) -> Result<Map<String, Value>> {
        let convention = self.interface.convention(name);
        let place = if self.path.is_empty() {
            name.to_string()
        } else {
            format!(".{name}")
        };
        let mut schema = self.within(&place, |writer| writer.schema(typ, convention))?;
        let own = paragraphs(&field.docs);
        if self.list.is_some() && !own.is_empty() {
            leave_to_words(&mut schema);
        }
        prepend(&mut schema, self.shorten(&own));
        Ok(schema)
    }

    /// What is given for a field: what may be left out is given without `null`.
    fn given<'typ>(&self, typ: &'typ IDLType) -> &'typ IDLType
    where
        'interface: 'typ,
    {
        match (self.direction, self.interface.resolve(typ).typ) {
            (Direction::Input, IDLType::OptT(inner)) => inner,
            _ => typ,
        }
    }

    fn within<T>(&mut self, place: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(place);
        let done = work(self);
        self.path.truncate(length);
        done
    }

    fn shorten<'text>(&self, text: &'text str) -> &'text str {
        match self.list {
            Some(_) => brief(text),
            None => text,
        }
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

    fn variant(&mut self, cases: &[TypeField]) -> Result<Map<String, Value>> {
        let (plain, loaded): (Vec<_>, Vec<_>) = cases.iter().partition(|case| self.is_plain(case));
        let names: Vec<_> = plain.iter().map(|case| field_name(case)).collect();
        let meanings: Vec<_> = match self.list {
            Some(_) => Vec::new(),
            None => plain.iter().map(|case| paragraphs(&case.docs)).collect(),
        };
        let enumeration = enumeration(&names, &meanings);
        if loaded.is_empty() {
            return Ok(enumeration);
        }
        let mut properties = Map::new();
        for case in loaded {
            let name = field_name(case);
            properties.insert(
                name.clone(),
                Value::Object(self.member(case, &case.typ, &name)?),
            );
        }
        let object = choice(properties);
        Ok(match plain.is_empty() {
            true => object,
            false => join(enumeration, object),
        })
    }
}

/// Takes out of the schema of a field what its documentation says, in better words: what its type
/// is for, and the range of the machine's number, which is hardly ever the one that is allowed.
fn leave_to_words(schema: &mut Map<String, Value>) {
    for name in ["minimum", "maximum"] {
        schema.shift_remove(name);
    }
    if is_written_out(schema) {
        schema.shift_remove("description");
    }
    if let Some(Value::Object(items)) = schema.get_mut("items")
        && is_written_out(items)
    {
        items.shift_remove("description");
    }
}

/// Whether a schema is more than a reference in words, which names types and nothing else.
fn is_written_out(schema: &Map<String, Value>) -> bool {
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let is_bare = |choice: &Value| choice.as_object().is_some_and(|members| members.len() == 1);
        return !choices.iter().all(is_bare);
    }
    let is_object = schema.get("type").is_none_or(|typ| typ == "object");
    !is_object || schema.contains_key("properties")
}
