//! A canister's interface: the types and methods of a `.did` text, with their documentation.

use std::collections::BTreeMap;

use candid::TypeEnv;
use candid::types::{FuncMode, Label, Type};
use candid_parser::IDLProg;
use candid_parser::syntax::{Dec, FuncType, IDLArgType, IDLType, PrimType, TypeField};

use super::convention::{Convention, Range};
use super::inhabited::Depths;
use super::labels;
use crate::error::{Error, Kind, Result};

/// A parsed interface.
pub struct Interface {
    program: IDLProg,
    definitions: BTreeMap<String, Definition>,
    depths: Depths,
    methods: Vec<Method>,
    names_have_meaning: bool,
}

/// A named type.
struct Definition {
    typ: IDLType,
    documentation: String,
}

/// A method of a canister.
pub struct Method {
    /// Its name.
    pub name: String,
    /// Its documentation: paragraphs, or nothing.
    pub documentation: String,
    /// Whether it only reads.
    pub is_query: bool,
    /// Whether it asks other canisters as it reads, so that no canister can call it.
    pub is_composite: bool,
    /// Whether it answers nothing.
    pub is_oneway: bool,
    pub(super) arguments: Vec<IDLArgType>,
    pub(super) results: Vec<IDLArgType>,
}

impl Method {
    /// The types of its arguments and results.
    pub(super) fn types(&self) -> impl Iterator<Item = &IDLType> {
        let all = self.arguments.iter().chain(&self.results);
        all.map(|argument| &argument.typ)
    }
}

/// A type with its name resolved.
pub(super) struct Resolved<'interface> {
    /// What it is; never a name.
    pub(super) typ: &'interface IDLType,
    /// The name that led here, if one did.
    pub(super) name: Option<&'interface str>,
    /// The name's documentation, or nothing.
    pub(super) documentation: &'interface str,
}

/// The two cases of an answer.
pub(super) struct OkAndErr<'interface> {
    pub(super) ok: &'interface TypeField,
    pub(super) err: &'interface TypeField,
}

impl Interface {
    /// Reads the text of a `.did` file.
    ///
    /// # Errors
    /// `Incompatible` if it cannot be read, imports other files, or describes no service.
    pub fn parse(text: &str) -> Result<Self> {
        let program: IDLProg = text.parse().map_err(unreadable)?;
        let mut definitions = BTreeMap::new();
        for declaration in &program.decs {
            let Dec::TypD(binding) = declaration else {
                return Err(unreadable("it imports other files"));
            };
            let definition = Definition {
                typ: in_order(&binding.typ),
                documentation: paragraphs(&binding.docs),
            };
            definitions.insert(binding.id.clone(), definition);
        }
        let types = definitions.iter();
        let depths = Depths::of(types.map(|(name, definition)| (name, &definition.typ)));
        let mut interface = Self {
            program,
            definitions,
            depths,
            methods: Vec::new(),
            names_have_meaning: false,
        };
        // Everything below may rely on names that exist and types that are well formed.
        interface.environment()?;
        interface.methods = interface.read_methods()?;
        Ok(interface)
    }

    /// The same interface, in which the names of fields say what numbers are: that of a canister
    /// that keeps the conventions of Chime. Elsewhere a `created_at` may count anything.
    #[must_use]
    pub fn with_meaningful_names(mut self) -> Self {
        self.names_have_meaning = true;
        self
    }

    /// Whether the names of fields say what numbers are.
    pub(super) const fn has_meaningful_names(&self) -> bool {
        self.names_have_meaning
    }

    /// What the numbers in a field of this name are.
    pub(super) fn convention(&self, name: &str) -> Convention {
        match self.names_have_meaning {
            true => Convention::of_field(name),
            false => Convention::Number,
        }
    }

    /// The same, with what the documentation of the field says about its range.
    pub(super) fn convention_of(&self, field: &TypeField) -> Convention {
        let name = labels::written(field);
        match self.convention(&name) {
            Convention::Number if self.names_have_meaning => {
                Range::of_field(&name, &field.docs).map_or(Convention::Number, Convention::Range)
            }
            convention => convention,
        }
    }

    /// The methods, by the alphabet.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// The method of this name.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// Every type with a name.
    pub(super) fn defined(&self) -> impl Iterator<Item = &IDLType> {
        self.definitions.values().map(|definition| &definition.typ)
    }

    /// The types as the Candid library wants them. They cannot leave the thread, so they are made
    /// anew for each message.
    pub(super) fn environment(&self) -> Result<(TypeEnv, Type)> {
        let mut environment = TypeEnv::new();
        let actor = candid_parser::check_prog(&mut environment, &self.program)
            .map_err(unreadable)?
            .ok_or_else(|| {
                Error::new(
                    Kind::Incompatible,
                    "the interface describes no service",
                    "check that the id is that of a canister",
                )
            })?;
        Ok((environment, actor))
    }

    /// What a type is, behind all names.
    pub(super) fn resolve<'interface>(
        &'interface self,
        typ: &'interface IDLType,
    ) -> Resolved<'interface> {
        let mut resolved = Resolved {
            typ,
            name: None,
            documentation: "",
        };
        // The checker has refused names that only lead to names in a circle.
        while let IDLType::VarT(name) = resolved.typ {
            let definition = self
                .definitions
                .get(name)
                .expect("BUG: the checker has refused unknown names");
            resolved = Resolved {
                typ: &definition.typ,
                name: Some(name),
                documentation: match resolved.documentation {
                    "" => &definition.documentation,
                    documentation => documentation,
                },
            };
        }
        resolved
    }

    /// The names that a type has: its own, and those that it stands for.
    pub(super) fn names_of(&self, typ: &IDLType) -> Vec<String> {
        let mut names = Vec::new();
        let mut typ = typ;
        while let IDLType::VarT(name) = typ {
            names.push(name.clone());
            let definition = self.definitions.get(name);
            typ = &definition
                .expect("BUG: the checker has refused unknown names")
                .typ;
        }
        names
    }

    /// The fields of a method's only argument, if that is a record: the form that every method of
    /// the scheduler has.
    pub(super) fn single_record<'interface>(
        &'interface self,
        arguments: &'interface [IDLArgType],
    ) -> Option<&'interface [TypeField]> {
        match arguments {
            [only] => match self.resolve(&only.typ).typ {
                IDLType::RecordT(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a request is made of: the fields of the only argument if that is a record, else the
    /// arguments themselves, by their names or as `argument_0` and so on.
    pub(super) fn fields_of_request(&self, method: &Method) -> Vec<TypeField> {
        if let Some(fields) = self.single_record(&method.arguments) {
            return fields.to_vec();
        }
        let named = method.arguments.iter().enumerate();
        named
            .map(|(index, argument)| TypeField {
                label: Label::Named(match &argument.name {
                    Some(name) => name.clone(),
                    None => format!("argument_{index}"),
                }),
                typ: argument.typ.clone(),
                docs: Vec::new(),
            })
            .collect()
    }

    /// The names of what a request is made of.
    #[must_use]
    pub fn argument_names(&self, method: &Method) -> Vec<String> {
        let fields = self.fields_of_request(method);
        fields.iter().map(labels::key).collect()
    }

    /// Whether a field of this type need not be given.
    pub(super) fn may_be_left_out(&self, typ: &IDLType) -> bool {
        matches!(
            self.resolve(typ).typ,
            IDLType::OptT(_) | IDLType::PrimT(PrimType::Null | PrimType::Reserved)
        )
    }

    /// Whether an `opt` of this type needs a sign that its value is there: the value alone may be
    /// `null`, as the absent one is.
    pub(super) fn may_be_null(&self, typ: &IDLType) -> bool {
        self.may_be_left_out(typ)
    }

    /// How deep the flattest value of a type lies; `None` if it has no value.
    pub(super) fn depth(&self, typ: &IDLType) -> Option<usize> {
        self.depths.depth(typ)
    }

    /// The cases of a method's only result, if that is a variant of `Ok` and `Err`.
    pub(super) fn ok_and_err<'interface>(
        &'interface self,
        method: &'interface Method,
    ) -> Option<OkAndErr<'interface>> {
        let [only] = method.results.as_slice() else {
            return None;
        };
        let IDLType::VariantT(cases) = self.resolve(&only.typ).typ else {
            return None;
        };
        let case = |name: &str| {
            cases
                .iter()
                .find(|case| labels::written(case).eq_ignore_ascii_case(name))
        };
        match (cases.len(), case("ok"), case("err")) {
            (2, Some(ok), Some(err)) => Some(OkAndErr { ok, err }),
            _ => None,
        }
    }

    /// Whether a type is a sequence of bytes.
    pub(super) fn is_blob(&self, typ: &IDLType) -> bool {
        match typ {
            IDLType::VecT(item) => {
                matches!(self.resolve(item).typ, IDLType::PrimT(PrimType::Nat8))
            }
            _ => false,
        }
    }

    fn read_methods(&self) -> Result<Vec<Method>> {
        let Some(actor) = &self.program.actor else {
            return Ok(Vec::new());
        };
        let mut service = self.resolve(&actor.typ).typ;
        if let IDLType::ClassT(_, inner) = service {
            service = self.resolve(inner).typ;
        }
        let IDLType::ServT(bindings) = service else {
            return Err(unreadable("the main type is not a service"));
        };
        bindings
            .iter()
            .map(|binding| match self.resolve(&binding.typ).typ {
                IDLType::FuncT(function) => {
                    Ok(method(&binding.id, paragraphs(&binding.docs), function))
                }
                _ => Err(unreadable(format!("{} is not a method", binding.id))),
            })
            .collect()
    }
}

fn method(name: &str, documentation: String, function: &FuncType) -> Method {
    Method {
        name: name.to_string(),
        documentation,
        is_query: function
            .modes
            .iter()
            .any(|mode| matches!(mode, FuncMode::Query | FuncMode::CompositeQuery)),
        is_composite: function.modes.contains(&FuncMode::CompositeQuery),
        is_oneway: function.modes.contains(&FuncMode::Oneway),
        arguments: function.args.iter().map(argument_in_order).collect(),
        results: function.rets.iter().map(argument_in_order).collect(),
    }
}

fn argument_in_order(argument: &IDLArgType) -> IDLArgType {
    IDLArgType {
        typ: in_order(&argument.typ),
        name: argument.name.clone(),
    }
}

/// The same type with its fields in an order for people: what names a thing first, the rest by
/// the alphabet. The parser leaves them in the order of their hashes.
fn in_order(typ: &IDLType) -> IDLType {
    match typ {
        IDLType::OptT(inner) => IDLType::OptT(Box::new(in_order(inner))),
        IDLType::VecT(item) => IDLType::VecT(Box::new(in_order(item))),
        IDLType::RecordT(fields) => IDLType::RecordT(fields_in_order(fields)),
        IDLType::VariantT(cases) => IDLType::VariantT(fields_in_order(cases)),
        other => other.clone(),
    }
}

fn fields_in_order(fields: &[TypeField]) -> Vec<TypeField> {
    let mut fields: Vec<_> = fields
        .iter()
        .map(|field| TypeField {
            typ: in_order(&field.typ),
            ..field.clone()
        })
        .collect();
    fields.sort_by_cached_key(|field| match &field.label {
        Label::Named(name) => {
            let rank = match name.as_str() {
                "id" => 0,
                "name" => 1,
                _ => 2,
            };
            (rank, 0, name.clone())
        }
        Label::Id(number) | Label::Unnamed(number) => (2, *number, String::new()),
    });
    fields
}

/// Lines of comments as paragraphs: lines are joined, an empty line begins a new paragraph.
pub(super) fn paragraphs(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        let line = line.trim();
        if line.is_empty() {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str("\n\n");
            }
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    text.trim_end().to_string()
}

fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        Kind::Incompatible,
        "the canister's interface cannot be read",
        "check that the id is that of a canister with an interface in Candid",
    )
    .because(cause)
}
