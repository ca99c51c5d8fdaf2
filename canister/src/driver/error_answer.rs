//! Whether an answer that arrived tells of a failure: by convention a variant whose case is called
//! `Err`, or as the owner has named it. Pure, and bounded whatever the callee answers.
//!
//! Candid's binary form has hashes in place of names. The cases are compared by hash; for people the
//! names are put back that ledgers and this scheduler use.

use std::collections::HashMap;

use candid::de::IDLDeserialize;
use candid::types::value::{IDLField, VariantValue};
use candid::types::{Label, Type, TypeInner};
use candid::{CandidType, DecoderConfig, IDLArgs, IDLValue, idl_hash};
use serde::de::{Deserialize, Deserializer, EnumAccess, Error, Visitor};

/// Names that an answer may use when it tells of a failure: of ICRC-1, ICRC-2, the ledger of ICP, and
/// the scheduler's own `Error`.
const KNOWN_NAMES: [&str; 58] = [
    "Err",
    "err",
    "Error",
    "error",
    "Ok",
    "ok",
    "BadFee",
    "expected_fee",
    "BadBurn",
    "min_burn_amount",
    "InsufficientFunds",
    "balance",
    "InsufficientAllowance",
    "allowance",
    "AllowanceChanged",
    "current_allowance",
    "Expired",
    "ledger_time",
    "TooOld",
    "CreatedInFuture",
    "Duplicate",
    "duplicate_of",
    "TemporarilyUnavailable",
    "GenericError",
    "error_code",
    "message",
    "e8s",
    "TxTooOld",
    "allowed_window_nanos",
    "TxCreatedInFuture",
    "TxDuplicate",
    "FailedToWithdraw",
    "FailedToCreate",
    "fee_block",
    "rejection_code",
    "rejection_reason",
    "Unauthorized",
    "NotFound",
    "code",
    "reason",
    "description",
    "details",
    "text",
    "kind",
    "advice",
    "field",
    "rule",
    "fix",
    "retry_at",
    "invalid_argument",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "limit_exceeded",
    "unavailable",
    "internal",
    "retry",
];

/// Why a decoded answer is a failure: one of its values is a variant with one of the cases. None if it
/// is none.
pub fn failure_in(answer: &IDLArgs, cases: &[String]) -> Option<String> {
    let case = answer.args.iter().find_map(|value| match value {
        IDLValue::Variant(variant) => named(variant.0.id.get_id(), cases),
        _ => None,
    })?;
    let known = KNOWN_NAMES
        .into_iter()
        .chain(cases.iter().map(String::as_str));
    let names: HashMap<u32, &str> = known.map(|name| (idl_hash(name), name)).collect();
    let mut answer = answer.clone();
    for value in &mut answer.args {
        put_names_back(value, &names);
    }
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
fn put_names_back(value: &mut IDLValue, names: &HashMap<u32, &str>) {
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

fn rename(field: &mut IDLField, names: &HashMap<u32, &str>) {
    if let Label::Id(hash) = field.id
        && let Some(name) = names.get(&hash)
    {
        field.id = Label::Named((*name).to_string());
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
