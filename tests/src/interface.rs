//! A scheduler's interface as a Candid file has it: requests are written as text, answers are read
//! as values with the names of their fields. So a test need not share types with the module it
//! speaks to, which may be that of another release.

use std::collections::{BTreeMap, BTreeSet};

use candid::types::value::IDLValue;
use candid::types::{FuncMode, Function, Label};
use candid::{IDLArgs, TypeEnv};
use candid_parser::utils::CandidSource;

use crate::World;

/// The methods of an interface.
pub struct Interface {
    text: String,
    environment: TypeEnv,
    methods: BTreeMap<String, Function>,
}

impl Interface {
    /// The interface that a Candid file holds.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (environment, service) = CandidSource::Text(text).load().expect("a Candid file");
        let service = service.expect("a service");
        let methods = environment.as_service(&service).expect("a service");
        let methods = methods.iter().map(|(name, of)| {
            let function = environment.as_func(of).expect("a method").clone();
            (name.clone(), function)
        });
        Self {
            text: text.to_string(),
            methods: methods.collect(),
            environment,
        }
    }

    /// The interface that the scheduler of a world shows.
    ///
    /// # Panics
    /// If it shows none.
    #[must_use]
    pub fn shown_by(world: &mut World) -> Self {
        let scheduler = world.scheduler;
        let bytes = world.network.metadata(scheduler, "candid:service");
        Self::of(&String::from_utf8(bytes).expect("text"))
    }

    /// Whether the interface knows a word, such as the name of a field that a later release has.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.text.contains(word)
    }

    /// All methods.
    #[must_use]
    pub fn methods(&self) -> BTreeSet<&str> {
        self.methods.keys().map(String::as_str).collect()
    }

    /// Whether a method is a query.
    ///
    /// # Panics
    /// If there is no such method.
    #[must_use]
    pub fn is_query(&self, method: &str) -> bool {
        self.function(method).modes.contains(&FuncMode::Query)
    }

    fn function(&self, method: &str) -> &Function {
        let found = self.methods.get(method);
        found.unwrap_or_else(|| panic!("no method {method}"))
    }

    /// A request, written as text.
    ///
    /// # Panics
    /// If the method takes no such request.
    #[must_use]
    pub fn encode(&self, method: &str, request: &str) -> Vec<u8> {
        let arguments = candid_parser::parse_idl_args(&format!("({request})"))
            .unwrap_or_else(|error| panic!("{request}: {error}"));
        arguments
            .to_bytes_with_types(&self.environment, &self.function(method).args)
            .unwrap_or_else(|error| panic!("{method}: {request}: {error}"))
    }

    /// An answer, in the bytes that it came in.
    ///
    /// # Panics
    /// If it is none of that method.
    #[must_use]
    pub fn encode_answer(&self, method: &str, answer: &IDLValue) -> Vec<u8> {
        IDLArgs::new(std::slice::from_ref(answer))
            .to_bytes_with_types(&self.environment, &self.function(method).rets)
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The Candid file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// An answer.
    ///
    /// # Panics
    /// If it is none of that method.
    #[must_use]
    pub fn decode(&self, method: &str, answer: &[u8]) -> IDLValue {
        let types = &self.function(method).rets;
        let mut values = IDLArgs::from_bytes_with_types(answer, &self.environment, types)
            .unwrap_or_else(|error| panic!("{method}: {error}"));
        values.args.remove(0)
    }
}

/// The name of a field or a case.
///
/// # Panics
/// If it has none.
#[must_use]
pub fn name(label: &Label) -> &str {
    match label {
        Label::Named(name) => name,
        other => panic!("{other} has no name"),
    }
}

/// What stands at a path of fields and cases. Lists and optional values are looked into.
#[must_use]
pub fn find<'a>(value: &'a IDLValue, path: &[&str]) -> Vec<&'a IDLValue> {
    match (value, path) {
        (IDLValue::Opt(inner), _) => find(inner, path),
        (IDLValue::Vec(items), _) => items.iter().flat_map(|item| find(item, path)).collect(),
        (_, []) => vec![value],
        (IDLValue::Record(fields), [first, rest @ ..]) => {
            let field = fields.iter().find(|field| name(&field.id) == *first);
            field.map_or_else(Vec::new, |field| find(&field.val, rest))
        }
        (IDLValue::Variant(case), [first, rest @ ..]) if name(&case.0.id) == *first => {
            find(&case.0.val, rest)
        }
        _ => Vec::new(),
    }
}
