//! JSON Schema of a method's request and answer.
//!
//! Clients differ in what they put up with, and one schema that a client dislikes can cost it all
//! tools. So nothing refers to another place (`$ref`), the root is an object without `oneOf` and
//! its kin, and a type within itself is written out once and then cut off. What is optional is not
//! required; that `null` may stand for it is not said again at each place.
//!
//! Interfaces come from strangers: however wide, deep or talkative a type is, its schema is neither
//! deep nor long. What comes after the bounds is left open, and the canister's own rules hold.

use candid_parser::syntax::{IDLType, PrimType, TypeField};
use serde_json::{Map, Value, json};

use super::convention::Convention;
use super::fragments::{
    choice, cut_off, describe, enumeration, join, members, nullable, object, prepend, shown,
};
use super::interface::{Resolved, paragraphs};
use super::labels;
use super::scalar_schema::{Direction, blob, brief_duration, primitive, short, type_in_candid};
use super::shapes::{Shapes, leave_to_words};
use super::words::{brief, says_the_name, whole, without_range};
use super::{Interface, Method};
use crate::error::{Error, Kind, Result};

/// Bytes of one schema, nearly; what comes after is left open. Types that use each other often grow
/// quickly when they are written out.
const MAXIMUM_BYTES: usize = 48 * 1024;

/// What a part of a schema takes beside its names and texts, nearly.
const PART_BYTES: usize = 48;

/// Constructors within each other that are written out. Clients read schemas by recursion, and each
/// of these is up to four levels of JSON.
const MAXIMUM_LEVELS: usize = 20;

/// Named types within each other that the schema of an answer writes out. Whoever reads an answer
/// sees what it is.
const ANSWER_LEVELS: usize = 2;

impl Interface {
    /// The schema of what [`Interface::encode_arguments`] takes, with all documentation.
    ///
    /// # Errors
    /// `Refused` if no arguments are right, because the type of one has no values.
    pub fn input_schema(&self, method: &Method) -> Result<Map<String, Value>> {
        self.input(method, Writer::new(self, Direction::Input))
    }

    /// The same for a list of tools: documentation is cut to its first sentences, and large types
    /// that are in `shapes` already are written without words, for these stand where they were
    /// written first. Those that it writes out are noted there under `tool`.
    ///
    /// # Errors
    /// `Refused` if no arguments are right, because the type of one has no values.
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

    /// A type of the interface without words, which stand in the tool that writes it out.
    #[must_use]
    pub fn short_schema(&self, name: &str, shapes: &mut Shapes) -> Map<String, Value> {
        let mut writer = Writer::new(self, Direction::Input);
        writer.list = Some(List { tool: "", shapes });
        writer.is_short = true;
        writer.schema(&IDLType::VarT(name.to_string()), Convention::Number)
    }

    /// Whether an answer is no record, so that it stands in `result`.
    #[must_use]
    pub fn answers_in_result(&self, method: &Method) -> bool {
        let typ = self.answer_type(method);
        !matches!(self.resolve(typ).typ, IDLType::RecordT(_))
    }

    fn answer_type<'a>(&'a self, method: &'a Method) -> &'a IDLType {
        match (self.ok_and_err(method), method.results.as_slice()) {
            (Some(cases), _) => &cases.ok.typ,
            (None, [only]) => &only.typ,
            (None, _) => &IDLType::PrimT(PrimType::Reserved),
        }
    }

    fn input(&self, method: &Method, mut writer: Writer<'_, '_>) -> Result<Map<String, Value>> {
        let fields = self.fields_of_request(method);
        let without = fields.iter().find(|field| self.depth(&field.typ).is_none());
        if let Some(field) = without {
            return Err(Error::new(
                Kind::Refused,
                format!("no value of the argument {} exists", labels::written(field)),
                "nobody can call this method",
            ));
        }
        if let [only] = method.arguments.as_slice() {
            writer.open.extend(self.names_of(&only.typ));
        }
        let mut schema = writer.record(&fields);
        let is_complete = fields.iter().all(|field| {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties.is_some_and(|written| written.contains_key(&labels::written(field)))
        });
        // Fields may go by other names than their keys, or be too many to be written out.
        if is_complete {
            schema.insert("additionalProperties".to_string(), json!(false));
        }
        if let ([only], None) = (method.arguments.as_slice(), &writer.list) {
            describe(&mut schema, whole(self.resolve(&only.typ).documentation));
        }
        Ok(schema)
    }

    /// The schema of an answer: the payload of `Ok`, or an object with `result` if that is no
    /// record.
    #[must_use]
    pub fn output_schema(&self, method: &Method) -> Map<String, Value> {
        let mut writer = Writer::new(self, Direction::Output);
        let schema = writer.schema(self.answer_type(method), Convention::Number);
        if !self.answers_in_result(method) {
            return schema;
        }
        let result = Map::from_iter([("result".to_string(), Value::Object(schema))]);
        object(result)
    }
}

/// The list of tools that a schema becomes part of.
struct List<'list> {
    tool: &'list str,
    shapes: &'list mut Shapes,
}

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a field, which is left out where there is no value.
    Field,
    /// Where something has to stand.
    Value,
}

/// Writes one schema.
struct Writer<'interface, 'list> {
    interface: &'interface Interface,
    direction: Direction,
    list: Option<List<'list>>,
    /// Whether types are written without words, and cases by their examples where there are some.
    is_short: bool,
    /// The names of the types around the place.
    open: Vec<String>,
    /// The place, such as `steps[].action`.
    path: String,
    /// Constructors around the place.
    level: usize,
    /// Bytes that were written, nearly.
    bytes: usize,
}

impl<'interface> Writer<'interface, '_> {
    const fn new(interface: &'interface Interface, direction: Direction) -> Self {
        Self {
            interface,
            direction,
            list: None,
            is_short: false,
            open: Vec::new(),
            path: String::new(),
            level: 0,
            bytes: 0,
        }
    }

    fn schema(&mut self, typ: &IDLType, convention: Convention) -> Map<String, Value> {
        self.schema_at(Place::Value, typ, convention)
    }

    fn schema_at(
        &mut self,
        place: Place,
        typ: &IDLType,
        convention: Convention,
    ) -> Map<String, Value> {
        let interface = self.interface;
        let resolved = interface.resolve(typ);
        let documentation = self.shorten(resolved.documentation);
        self.bytes += PART_BYTES + documentation.len();
        let is_open = |name: &str| self.open.iter().any(|open| open == name);
        if resolved.name.is_some_and(is_open) {
            return cut_off(resolved.name, documentation);
        }
        let is_full = self.bytes > MAXIMUM_BYTES || self.level >= MAXIMUM_LEVELS;
        if is_full || (resolved.name.is_some() && self.is_detail(resolved.typ)) {
            return cut_off(None, documentation);
        }
        self.level += 1;
        let schema = self.named(place, typ, &resolved, convention);
        self.level -= 1;
        schema
    }

    fn named(
        &mut self,
        place: Place,
        typ: &IDLType,
        resolved: &Resolved<'_>,
        convention: Convention,
    ) -> Map<String, Value> {
        let Some(name) = resolved.name else {
            return self.shape(place, resolved.typ, convention);
        };
        if let Some(list) = &self.list {
            if let Some(mut shown) = list.shapes.by_examples(name, self.is_short) {
                prepend(&mut shown, self.shorten(resolved.documentation));
                return shown;
            }
            if let (false, Some(reference)) =
                (self.is_short, list.shapes.reference(name, list.tool))
            {
                return reference.schema.unwrap_or_else(|| {
                    let mut schema = self.in_short(place, typ, resolved, convention);
                    describe(&mut schema, &reference.words);
                    schema
                });
            }
        }
        let outer = self.open.len();
        // All of them: a name may stand for another name, and lead back to either.
        self.open.extend(self.interface.names_of(typ));
        let mut schema = self.shape(place, resolved.typ, convention);
        self.open.truncate(outer);
        if let (false, Some(list)) = (self.is_short, &mut self.list) {
            list.shapes.note(name, list.tool, &self.path, &schema);
        }
        describe(&mut schema, self.shorten(resolved.documentation));
        schema
    }

    /// A type that another tool has written out, so that this one can be read alone.
    fn in_short(
        &mut self,
        place: Place,
        typ: &IDLType,
        resolved: &Resolved<'_>,
        convention: Convention,
    ) -> Map<String, Value> {
        let outer = self.open.len();
        self.open.extend(self.interface.names_of(typ));
        self.is_short = true;
        let schema = self.shape(place, resolved.typ, convention);
        self.is_short = false;
        self.open.truncate(outer);
        schema
    }

    fn shape(&mut self, place: Place, typ: &IDLType, convention: Convention) -> Map<String, Value> {
        let mut schema = match typ {
            IDLType::OptT(inner) => return self.optional(place, inner, convention),
            IDLType::VecT(item) if !self.interface.is_blob(typ) => {
                let items = self.within("[]", |writer| writer.schema(item, convention));
                return members(json!({ "type": "array", "items": items }));
            }
            IDLType::RecordT(fields) => return self.record(fields),
            IDLType::VariantT(cases) => return self.variant(cases),
            IDLType::VecT(_) => blob(convention),
            IDLType::PrimT(prim) if self.is_short => short(prim, convention),
            IDLType::PrimT(PrimType::Nat64)
                if convention == Convention::Duration && self.list.is_some() =>
            {
                brief_duration()
            }
            IDLType::PrimT(prim) => primitive(prim, convention, self.direction),
            IDLType::PrincipalT | IDLType::FuncT(_) | IDLType::ServT(_) => {
                members(json!({ "type": "string" }))
            }
            // No value is of these: names are resolved, and a class is an interface as a whole.
            IDLType::ClassT(..) | IDLType::VarT(_) => Map::new(),
        };
        // Where names have a meaning, they and their words say what a value is.
        if !self.interface.has_meaningful_names()
            && let Some(text) = type_in_candid(typ)
        {
            describe(&mut schema, text);
        }
        schema
    }

    /// An `opt`. A field without it is left out, so that `null` need not be said there.
    fn optional(
        &mut self,
        place: Place,
        inner: &IDLType,
        convention: Convention,
    ) -> Map<String, Value> {
        let mut schema = self.schema(inner, convention);
        if self.interface.may_be_null(inner) {
            schema = members(json!({
                "type": "array",
                "items": schema,
                "minItems": 1,
                "maxItems": 1,
                "description": "A list of the one value, which may be null; none is null or left out.",
            }));
        }
        match (place, self.direction) {
            (Place::Field, Direction::Input) => schema,
            _ => nullable(schema),
        }
    }

    fn record(&mut self, fields: &[TypeField]) -> Map<String, Value> {
        if !self.has_room_for(fields) {
            return self.too_many(fields, "fields");
        }
        let mut properties = Map::new();
        let (optional, required): (Vec<_>, Vec<_>) = fields
            .iter()
            .partition(|field| self.interface.may_be_left_out(&field.typ));
        let names: Vec<_> = required.iter().map(|field| self.name(field)).collect();
        // What is needed comes first.
        for field in required.into_iter().chain(optional) {
            let schema = self.member(Place::Field, field);
            properties.insert(self.name(field), Value::Object(schema));
        }
        let mut schema = object(properties);
        if !names.is_empty() {
            schema.insert("required".to_string(), json!(names));
        }
        schema
    }

    /// The name of a field or case as a key.
    fn name(&self, field: &TypeField) -> String {
        match self.direction {
            Direction::Input => labels::key(field),
            Direction::Output => labels::written(field),
        }
    }

    /// Whether the names of these fit, which are written even where nothing else is.
    fn has_room_for(&mut self, fields: &[TypeField]) -> bool {
        let names = fields
            .iter()
            .map(|field| PART_BYTES + 2 * labels::written(field).len());
        let needed: usize = names.sum();
        let has_room = self.bytes + needed <= MAXIMUM_BYTES;
        if has_room {
            self.bytes += needed;
        }
        has_room
    }

    fn too_many(&self, fields: &[TypeField], what: &str) -> Map<String, Value> {
        let text = format!("{} {what}: too many to be listed here.", fields.len());
        let mut schema = match what {
            "fields" => object(Map::new()),
            _ => Map::new(),
        };
        describe(&mut schema, &text);
        schema
    }

    /// The schema of a field or of the payload of a case, with its documentation.
    fn member(&mut self, place: Place, field: &TypeField) -> Map<String, Value> {
        let written = labels::written(field);
        let name = self.name(field);
        let convention = self.interface.convention_of(field);
        let path = if self.path.is_empty() {
            name.clone()
        } else {
            format!(".{name}")
        };
        let mut schema = self.by_examples(&written).unwrap_or_else(|| {
            self.within(&path, |writer| {
                writer.schema_at(place, &field.typ, convention)
            })
        });
        let mut own = match self.is_short {
            true => String::new(),
            false => paragraphs(&field.docs),
        };
        if self.list.is_some() && !own.is_empty() && self.interface.has_meaningful_names() {
            leave_to_words(&mut schema);
            if let Convention::Range(range) = convention
                && schema.contains_key("maximum")
            {
                own = without_range(&own, range);
            }
        }
        let mut own = self.shorten(&own);
        if self.list.is_some() && says_the_name(own, &written) {
            own = "";
        }
        self.bytes += own.len();
        prepend(&mut schema, own);
        if name != written {
            prepend(
                &mut schema,
                &format!("Named {written:?}, which is taken too."),
            );
        }
        schema
    }

    /// The schema of a case of the type around it that is shown by examples.
    fn by_examples(&self, case: &str) -> Option<Map<String, Value>> {
        let (list, around) = (self.list.as_ref()?, self.open.last()?);
        list.shapes
            .by_examples(&format!("{around}.{case}"), self.is_short)
    }

    /// What stands for a case where there is little room.
    fn short_example(&self, case: &str) -> Option<Value> {
        let list = self.list.as_ref().filter(|_| self.is_short)?;
        let around = self.open.last()?;
        list.shapes.example(&format!("{around}.{case}")).cloned()
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
            Some(_) if self.is_short => "",
            Some(_) => brief(text),
            None => whole(text),
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

    fn variant(&mut self, cases: &[TypeField]) -> Map<String, Value> {
        // Some clients refuse a whole list of tools for an `enum` without names.
        if cases.is_empty() {
            return members(json!({ "description": "No value of this type exists." }));
        }
        if !self.has_room_for(cases) {
            return self.too_many(cases, "cases");
        }
        let (plain, loaded): (Vec<_>, Vec<_>) = cases.iter().partition(|case| self.is_plain(case));
        let names: Vec<_> = plain.iter().map(|case| labels::written(case)).collect();
        let meanings: Vec<_> = match self.list {
            Some(_) => Vec::new(),
            None => plain.iter().map(|case| paragraphs(&case.docs)).collect(),
        };
        let meanings: Vec<_> = meanings.iter().map(|text| self.shorten(text)).collect();
        self.bytes += meanings.iter().map(|text| text.len()).sum::<usize>();
        let enumeration = enumeration(&names, &meanings);
        if loaded.is_empty() {
            return enumeration;
        }
        let (mut properties, mut examples) = (Map::new(), Vec::new());
        for case in loaded {
            let name = self.name(case);
            match self.short_example(&name) {
                Some(example) => examples.push(json!({ name: example })),
                None => {
                    let schema = self.member(Place::Value, case);
                    properties.insert(name, Value::Object(schema));
                }
            }
        }
        let object = match examples.is_empty() {
            true => choice(properties),
            false => shown(properties, examples),
        };
        match plain.is_empty() {
            true => object,
            false => join(enumeration, object),
        }
    }
}
