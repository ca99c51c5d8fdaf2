//! JSON Schema of single values.

use candid_parser::syntax::PrimType;
use serde_json::{Map, Value, json};

use super::convention::Convention;
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
