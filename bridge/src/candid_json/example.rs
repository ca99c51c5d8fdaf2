//! The shortest arguments that are right in form.

use std::cell::Cell;

use candid_parser::syntax::{IDLType, PrimType, TypeField};
use serde_json::{Map, Value, json};

use super::convention::Convention;
use super::{Interface, Method, labels, scalar};

/// Most values in an example. Whoever needs more is helped by the schema.
const MAXIMUM_VALUES: usize = 200;

/// The longest example in an error.
const MAXIMUM_BYTES_IN_A_FIX: usize = 300;

/// The deepest values of an example.
const MAXIMUM_LEVELS: usize = 32;

/// The deepest lists that have an item of several parts.
const LISTED_LEVELS: usize = 3;

/// The end of a time: after the instant that stands for its beginning.
const LATER: &str = "2027-03-29T02:30:00Z";

impl Interface {
    /// Arguments of `method` that are right in form: only what has to be given. Nothing if they
    /// would be longer than helps, or if no arguments are right.
    #[must_use]
    pub fn example(&self, method: &Method) -> Option<Map<String, Value>> {
        self.examples().record(&self.fields_of_request(method), 0)
    }

    /// A value of a type as an error shows it.
    pub(super) fn example_of(&self, typ: &IDLType) -> Value {
        let example = self.examples().value(typ, Convention::Number, 0);
        example.unwrap_or_else(|| json!({}))
    }

    /// The same in writing; a long one only as its outline.
    pub(super) fn short_example(&self, typ: &IDLType, outline: &str) -> String {
        let example = self.example_of(typ).to_string();
        match example.len() <= MAXIMUM_BYTES_IN_A_FIX {
            true => example,
            false => outline.to_string(),
        }
    }

    const fn examples(&self) -> Examples<'_> {
        Examples {
            interface: self,
            left: Cell::new(MAXIMUM_VALUES),
        }
    }
}

/// Makes one example.
struct Examples<'interface> {
    interface: &'interface Interface,
    left: Cell<usize>,
}

impl Examples<'_> {
    fn record(&self, fields: &[TypeField], level: usize) -> Option<Map<String, Value>> {
        let needed = fields
            .iter()
            .filter(|field| !self.interface.may_be_left_out(&field.typ));
        needed
            .map(|field| {
                let convention = self.interface.convention_of(field);
                let value = self.value(&field.typ, convention, level + 1)?;
                let name = labels::key(field);
                let is_end = name.starts_with("until") || name.starts_with("end");
                let value = match (convention, is_end) {
                    (Convention::Instant, true) => json!(LATER),
                    _ => value,
                };
                Some((name, value))
            })
            .collect()
    }

    fn value(&self, typ: &IDLType, convention: Convention, level: usize) -> Option<Value> {
        let left = self.left.get().checked_sub(1)?;
        self.left.set(left);
        if level > MAXIMUM_LEVELS {
            return None;
        }
        let typ = self.interface.resolve(typ).typ;
        Some(match typ {
            IDLType::OptT(_) => Value::Null,
            IDLType::VecT(item) if !self.interface.is_blob(typ) => match self.is_scalar(item) {
                true => json!([self.value(item, convention, level + 1)?]),
                // One shows the form; within itself a list would go on for ever.
                false if level < LISTED_LEVELS => {
                    let one = self.value(item, convention, level + 1);
                    one.map_or_else(|| json!([]), |one| json!([one]))
                }
                false => json!([]),
            },
            IDLType::RecordT(fields) => Value::Object(self.record(fields, level)?),
            IDLType::VariantT(cases) => self.case(cases, level)?,
            typ => {
                let text = scalar::expected(typ, convention.on(typ)).example;
                serde_json::from_str(&text).expect("BUG: examples are written in JSON")
            }
        })
    }

    fn is_scalar(&self, typ: &IDLType) -> bool {
        match self.interface.resolve(typ).typ {
            IDLType::PrimT(prim) => *prim != PrimType::Empty,
            IDLType::PrincipalT => true,
            _ => false,
        }
    }

    /// A case without a payload or with a single value if there is one, else the flattest: it
    /// cannot lead into itself for ever.
    fn case(&self, cases: &[TypeField], level: usize) -> Option<Value> {
        let interface = self.interface;
        let is_plain = |case: &&TypeField| {
            matches!(
                interface.resolve(&case.typ).typ,
                IDLType::PrimT(PrimType::Null)
            )
        };
        if let Some(case) = cases.iter().find(is_plain) {
            return Some(json!(labels::written(case)));
        }
        let is_short = |case: &&TypeField| self.is_scalar(&case.typ);
        let flattest = || {
            let with_values = cases
                .iter()
                .filter_map(|case| Some((interface.depth(&case.typ)?, case)));
            with_values
                .min_by_key(|(depth, _)| *depth)
                .map(|(_, case)| case)
        };
        let case = cases.iter().find(is_short).or_else(flattest)?;
        let convention = interface.convention(&labels::written(case));
        let payload = self.value(&case.typ, convention, level + 1)?;
        Some(Value::Object(Map::from_iter([(
            labels::key(case),
            payload,
        )])))
    }
}
