//! The shortest arguments that are right in form.

use candid_parser::syntax::{IDLType, PrimType, TypeField};
use serde_json::{Map, Value, json};

use super::convention::Convention;
use super::interface::field_name;
use super::{Interface, Method, scalar};

/// Records and variants within each other that an example writes out.
const MAXIMUM_LEVELS: usize = 8;

impl Interface {
    /// Arguments of `method` that are right in form: only what has to be given.
    #[must_use]
    pub fn example(&self, method: &Method) -> Map<String, Value> {
        self.example_record(&self.fields_of_request(method), 0)
    }

    pub(super) fn example_record(&self, fields: &[TypeField], level: usize) -> Map<String, Value> {
        let needed = fields
            .iter()
            .filter(|field| !self.may_be_left_out(&field.typ));
        needed
            .map(|field| {
                let name = field_name(field);
                let value = self.example_value(&field.typ, self.convention(&name), level + 1);
                (name, value)
            })
            .collect()
    }

    fn example_value(&self, typ: &IDLType, convention: Convention, level: usize) -> Value {
        let typ = self.resolve(typ).typ;
        match typ {
            IDLType::OptT(_) => Value::Null,
            IDLType::VecT(item) if !self.is_blob(typ) => match level {
                0..MAXIMUM_LEVELS if self.is_scalar(item) => {
                    json!([self.example_value(item, convention, level + 1)])
                }
                _ => json!([]),
            },
            IDLType::RecordT(_) | IDLType::VariantT(_) if level > MAXIMUM_LEVELS => Value::Null,
            IDLType::RecordT(fields) => Value::Object(self.example_record(fields, level)),
            IDLType::VariantT(cases) => self.example_case(cases, level),
            typ => {
                let text = scalar::expected(typ, convention.on(typ)).example;
                serde_json::from_str(text).unwrap_or_default()
            }
        }
    }

    fn is_scalar(&self, typ: &IDLType) -> bool {
        matches!(
            self.resolve(typ).typ,
            IDLType::PrimT(_) | IDLType::PrincipalT
        )
    }

    /// A case without a payload or with a single value if there is one: it cannot lead into itself.
    fn example_case(&self, cases: &[TypeField], level: usize) -> Value {
        let is_plain = |case: &&TypeField| {
            matches!(self.resolve(&case.typ).typ, IDLType::PrimT(PrimType::Null))
        };
        if let Some(case) = cases.iter().find(is_plain) {
            return json!(field_name(case));
        }
        let is_short = |case: &&TypeField| self.is_scalar(&case.typ);
        let Some(case) = cases.iter().find(is_short).or(cases.first()) else {
            return Value::Null;
        };
        let name = field_name(case);
        let payload = self.example_value(&case.typ, self.convention(&name), level + 1);
        Value::Object(Map::from_iter([(name, payload)]))
    }
}
