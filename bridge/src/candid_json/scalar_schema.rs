//! JSON Schema of single values.

use candid_parser::syntax::{IDLType, PrimType};
use serde_json::{Map, Value, json};

use super::convention::{Convention, is_whole};
use super::fragments::members;
use super::scalar::small_range;

/// Whether a schema says what may be sent or what will come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Input,
    Output,
}

/// Above this a range says no more than 'integer' and takes up room.
const LARGEST_SHOWN: i64 = u16::MAX as i64;

/// The schema of a primitive type under a convention.
pub(super) fn primitive(
    prim: &PrimType,
    convention: Convention,
    direction: Direction,
) -> Map<String, Value> {
    if let (Convention::Range(range), Direction::Input, true) =
        (convention, direction, is_whole(prim))
    {
        return members(json!({
            "type": "integer",
            "minimum": range.minimum,
            "maximum": range.maximum,
        }));
    }
    if let Some((minimum, maximum)) = small_range(prim) {
        return members(match direction {
            Direction::Input if maximum <= LARGEST_SHOWN => {
                json!({ "type": "integer", "minimum": minimum, "maximum": maximum })
            }
            Direction::Input if minimum == 0 => json!({ "type": "integer", "minimum": 0 }),
            _ => json!({ "type": "integer" }),
        });
    }
    members(match (prim, convention) {
        (PrimType::Nat64, Convention::Instant) => {
            json!({ "type": "string", "format": "date-time" })
        }
        (PrimType::Nat64, Convention::Duration) if direction == Direction::Input => {
            let mut schema = either("string", "integer");
            schema["examples"] = json!(["1h30m"]);
            schema
        }
        (PrimType::Nat64, Convention::Duration) => {
            json!({ "type": "string", "examples": ["1h30m"] })
        }
        (PrimType::Nat64, Convention::Identifier) => json!({ "type": "string" }),
        (PrimType::Nat64 | PrimType::Nat | PrimType::Int64 | PrimType::Int, _) => {
            either("integer", "string")
        }
        // NaN and the infinities are text.
        (PrimType::Float32 | PrimType::Float64, _) => either("number", "string"),
        (PrimType::Bool, _) => json!({ "type": "boolean" }),
        (PrimType::Text, _) => json!({ "type": "string" }),
        (PrimType::Null, _) => json!({ "type": "null" }),
        // Anything may stand for a value that is not looked at.
        _ => json!({}),
    })
}

/// The schema of a primitive type where another place has the words: one type, and no examples.
pub(super) fn short(prim: &PrimType, convention: Convention) -> Map<String, Value> {
    let mut schema = primitive(prim, convention, Direction::Input);
    schema.shift_remove("examples");
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        return choices.first().cloned().map(members).unwrap_or_default();
    }
    schema
}

/// A duration where there is little room: numbers are taken too.
pub(super) fn brief_duration() -> Map<String, Value> {
    members(json!({ "type": "string", "examples": ["1h30m"] }))
}

/// One of two types. Some clients know no `type` that is a list.
fn either(one: &str, other: &str) -> Value {
    json!({ "anyOf": [{ "type": one }, { "type": other }] })
}

/// The schema of bytes under a convention.
pub(super) fn blob(convention: Convention) -> Map<String, Value> {
    members(match convention {
        Convention::Numbers => json!({ "type": "array", "items": { "type": "integer" } }),
        _ => json!({ "type": "string", "contentEncoding": "base64" }),
    })
}

/// What a single value is in Candid, for whom its type in JSON does not say it.
pub(super) const fn type_in_candid(typ: &IDLType) -> Option<&'static str> {
    Some(match typ {
        IDLType::PrimT(prim) => match prim {
            PrimType::Nat => "Candid: nat.",
            PrimType::Nat8 => "Candid: nat8.",
            PrimType::Nat16 => "Candid: nat16.",
            PrimType::Nat32 => "Candid: nat32.",
            PrimType::Nat64 => "Candid: nat64.",
            PrimType::Int => "Candid: int.",
            PrimType::Int8 => "Candid: int8.",
            PrimType::Int16 => "Candid: int16.",
            PrimType::Int32 => "Candid: int32.",
            PrimType::Int64 => "Candid: int64.",
            PrimType::Float32 => "Candid: float32.",
            PrimType::Float64 => "Candid: float64.",
            PrimType::Bool => "Candid: bool.",
            PrimType::Text => "Candid: text.",
            PrimType::Null => "Candid: null.",
            PrimType::Reserved => "Candid: reserved; anything.",
            PrimType::Empty => "Candid: empty; no value.",
        },
        IDLType::PrincipalT => "Candid: principal, such as aaaaa-aa.",
        IDLType::VecT(_) => "Candid: blob; base64, or hexadecimal after hex:.",
        IDLType::FuncT(_) => "Candid: func; canister.method, such as aaaaa-aa.raw_rand.",
        IDLType::ServT(_) => "Candid: service; its canister's id.",
        IDLType::OptT(_)
        | IDLType::RecordT(_)
        | IDLType::VariantT(_)
        | IDLType::ClassT(..)
        | IDLType::VarT(_) => return None,
    })
}
