//! What a decoded answer says: with the names that are known, and whether it tells of a failure: by
//! convention a variant whose case is called `Err`, or as the owner has named it. Pure, and bounded
//! whatever the callee answers.
//!
//! Candid's binary form has hashes in place of names. The cases are compared by hash; for people the
//! names are put back that many canisters use.

use std::cell::OnceCell;
use std::collections::HashMap;

use candid::de::IDLDeserialize;
use candid::types::value::{IDLField, VariantValue};
use candid::types::{Label, Type, TypeInner};
use candid::{CandidType, DecoderConfig, IDLArgs, IDLValue, idl_hash};
use chime_types::WELL_KNOWN_NAMES;
use serde::de::{Deserialize, Deserializer, EnumAccess, Error, Visitor};

/// Puts the names back into a decoded answer that are known: those that many canisters use, and those of
/// the cases.
pub fn name(answer: &mut IDLArgs, cases: &[String]) {
    let names = Names {
        cases,
        by_hash: OnceCell::new(),
    };
    for value in &mut answer.args {
        put_names_back(value, &names);
    }
}

/// The names that are known, sorted out when the first label comes: most answers have none.
struct Names<'a> {
    cases: &'a [String],
    by_hash: OnceCell<HashMap<u32, &'a str>>,
}

impl Names<'_> {
    fn get(&self, hash: u32) -> Option<&str> {
        let cases = self.cases.iter().map(String::as_str);
        let sort = || {
            let names = WELL_KNOWN_NAMES.into_iter().chain(cases);
            names.map(|name| (idl_hash(name), name)).collect()
        };
        self.by_hash.get_or_init(sort).get(&hash).copied()
    }
}

/// Why a decoded answer is a failure: one of its values is a variant with one of the cases. None if it
/// is none.
pub fn failure_in(answer: &IDLArgs, cases: &[String]) -> Option<String> {
    let case = answer.args.iter().find_map(|value| match value {
        IDLValue::Variant(variant) => named(variant.0.id.get_id(), cases),
        _ => None,
    })?;
    Some(format!("the callee answered with {case}: {answer}"))
}

/// The same of an answer that cannot be decoded, be it too large: the case of its first value is read,
/// and nothing behind it.
pub fn failure_at_start(bytes: &[u8], config: &DecoderConfig, cases: &[String]) -> Option<String> {
    if cases.is_empty() {
        return None;
    }
    let mut answer = IDLDeserialize::new_with_config(bytes, config).ok()?;
    let Case(hash) = answer.get_value().ok()?;
    let (case, bytes) = (named(hash, cases)?, bytes.len());
    Some(format!(
        "the callee answered with {case}, in {bytes} bytes that are not shown"
    ))
}

fn named(hash: u32, cases: &[String]) -> Option<&str> {
    let mut names = cases.iter().map(String::as_str);
    names.find(|name| idl_hash(name) == hash)
}

/// Names in place of the hashes that are known. A decoded value is at most as deep as its decoder
/// allows.
fn put_names_back(value: &mut IDLValue, names: &Names<'_>) {
    match value {
        IDLValue::Opt(inner) => put_names_back(inner, names),
        IDLValue::Vec(items) => {
            for item in items {
                put_names_back(item, names);
            }
        }
        IDLValue::Record(fields) => {
            for field in fields {
                rename(field, names);
            }
        }
        IDLValue::Variant(VariantValue(field, _)) => rename(field, names),
        // What has no labels.
        IDLValue::Bool(_)
        | IDLValue::Null
        | IDLValue::Text(_)
        | IDLValue::Number(_)
        | IDLValue::Float64(_)
        | IDLValue::Blob(_)
        | IDLValue::Principal(_)
        | IDLValue::Service(_)
        | IDLValue::Func(..)
        | IDLValue::None
        | IDLValue::Int(_)
        | IDLValue::Nat(_)
        | IDLValue::Nat8(_)
        | IDLValue::Nat16(_)
        | IDLValue::Nat32(_)
        | IDLValue::Nat64(_)
        | IDLValue::Int8(_)
        | IDLValue::Int16(_)
        | IDLValue::Int32(_)
        | IDLValue::Int64(_)
        | IDLValue::Float32(_)
        | IDLValue::Reserved => {}
    }
}

fn rename(field: &mut IDLField, names: &Names<'_>) {
    if let Label::Id(hash) = field.id
        && let Some(name) = names.get(hash)
    {
        field.id = Label::Named(name.to_string());
    }
    put_names_back(&mut field.val, names);
}

/// The hash of the case of a variant, whatever that holds.
struct Case(u32);

impl CandidType for Case {
    fn _ty() -> Type {
        TypeInner::Unknown.into()
    }

    fn idl_serialize<S: candid::types::Serializer>(&self, _: S) -> Result<(), S::Error> {
        panic!("BUG: a case is only read")
    }
}

impl<'de> Deserialize<'de> for Case {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CaseOfVariant)
    }
}

struct CaseOfVariant;

impl<'de> Visitor<'de> for CaseOfVariant {
    type Value = Case;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a variant")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Case, A::Error> {
        // Candid gives a label as `hash,id,kind of value`. What the case holds is left where it is.
        let (label, _) = data.variant::<IDLValue>()?;
        let hash = match &label {
            IDLValue::Text(label) => label.split(',').next().and_then(|hash| hash.parse().ok()),
            _ => None,
        };
        hash.map(Case)
            .ok_or_else(|| A::Error::custom("a label without a hash"))
    }
}
