//! Single values: numbers, texts, bytes, principals; with the rule and an example for each.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candid::types::value::IDLValue;
use candid::{Int, Nat, Principal};
use candid_parser::syntax::{IDLType, PrimType};
use serde_json::{Number, Value, json};

use super::convention::{Convention, read_duration, read_instant, write_duration, write_instant};
use super::lenient;

/// The largest whole number that every JSON reader keeps exactly.
const LARGEST_EXACT: u64 = (1 << 53) - 1;

/// The prefix of bytes in hexadecimal. A colon is no letter of base64, so the two never mix.
const HEXADECIMAL: &str = "hex:";

/// What a scalar has to look like in JSON.
pub(super) struct Expected {
    /// In words, to follow 'expected'.
    pub(super) words: String,
    /// One that is right.
    pub(super) example: String,
}

/// What a value of this type has to look like.
pub(super) fn expected(typ: &IDLType, convention: Convention) -> Expected {
    if let (IDLType::PrimT(_), Convention::Range(range)) = (typ, convention) {
        return Expected {
            words: format!("an integer {}-{}", range.minimum, range.maximum),
            example: range.example().to_string(),
        };
    }
    let (words, example) = match (typ, convention) {
        (IDLType::PrimT(PrimType::Nat64), Convention::Instant) => (
            "an instant in RFC 3339 with a zone".to_string(),
            "\"2027-03-28T02:30:00Z\"",
        ),
        (IDLType::PrimT(PrimType::Nat64), Convention::Duration) => (
            "a duration in whole seconds, as text with units or as a number".to_string(),
            "\"1h30m\"",
        ),
        (IDLType::PrimT(PrimType::Nat64), Convention::Identifier) => {
            ("an identifier: digits as text".to_string(), "\"42\"")
        }
        (IDLType::PrimT(prim), _) => primitive(prim),
        (IDLType::VecT(_), Convention::Numbers) => (
            "a list of weekdays, 0 (Sunday) to 6 (Saturday)".to_string(),
            "[1, 5]",
        ),
        (IDLType::PrincipalT, _) => (
            "a principal as text".to_string(),
            "\"ryjl3-tyaaa-aaaaa-aaaba-cai\"",
        ),
        (IDLType::FuncT(_), _) => (
            "a function: the canister's id, a dot, and the method".to_string(),
            "\"ryjl3-tyaaa-aaaaa-aaaba-cai.icrc1_fee\"",
        ),
        (IDLType::ServT(_), _) => (
            "a service: the canister's id".to_string(),
            "\"ryjl3-tyaaa-aaaaa-aaaba-cai\"",
        ),
        _ => (
            "bytes: base64, hexadecimal after hex:, or a list of numbers".to_string(),
            "\"RElETAAA\"",
        ),
    };
    Expected {
        words,
        example: example.to_string(),
    }
}

fn primitive(prim: &PrimType) -> (String, &'static str) {
    if let Some((minimum, maximum)) = small_range(prim) {
        return (format!("an integer {minimum}-{maximum}"), "7");
    }
    let (words, example) = match prim {
        PrimType::Bool => ("true or false", "true"),
        PrimType::Text => ("a text", "\"a text\""),
        PrimType::Float32 | PrimType::Float64 => ("a number", "0.5"),
        PrimType::Empty => ("a value of a type that has none", "null"),
        PrimType::Nat64 => ("an integer from 0 below 2^64", "7"),
        PrimType::Int64 => ("an integer from -2^63 below 2^63", "-7"),
        PrimType::Nat => ("an integer from 0", "7"),
        PrimType::Int => ("an integer", "-7"),
        _ => ("null", "null"),
    };
    let note = match prim {
        PrimType::Nat64 | PrimType::Int64 | PrimType::Nat | PrimType::Int => ", above 2^53 as text",
        _ => "",
    };
    (format!("{words}{note}"), example)
}

/// The range of the integers that JSON always keeps exactly.
pub(super) const fn small_range(prim: &PrimType) -> Option<(i64, i64)> {
    match prim {
        PrimType::Nat8 => Some((0, u8::MAX as i64)),
        PrimType::Nat16 => Some((0, u16::MAX as i64)),
        PrimType::Nat32 => Some((0, u32::MAX as i64)),
        PrimType::Int8 => Some((i8::MIN as i64, i8::MAX as i64)),
        PrimType::Int16 => Some((i16::MIN as i64, i16::MAX as i64)),
        PrimType::Int32 => Some((i32::MIN as i64, i32::MAX as i64)),
        _ => None,
    }
}

/// Reads a scalar; `None` if it does not look as [`expected`].
pub(super) fn read(typ: &IDLType, convention: Convention, json: &Value) -> Option<IDLValue> {
    match typ {
        IDLType::PrimT(PrimType::Nat64) => read_nat64(convention, json).map(IDLValue::Nat64),
        IDLType::PrimT(prim) => read_primitive(prim, json),
        IDLType::PrincipalT => Principal::from_text(json.as_str()?)
            .ok()
            .map(IDLValue::Principal),
        IDLType::FuncT(_) => read_function(json.as_str()?),
        IDLType::ServT(_) => Principal::from_text(json.as_str()?)
            .ok()
            .map(IDLValue::Service),
        _ => bytes_of(json).map(IDLValue::Blob),
    }
}

/// A canister and one of its methods, whose name may have dots in it.
fn read_function(text: &str) -> Option<IDLValue> {
    let (canister, method) = text.split_once('.')?;
    let canister = Principal::from_text(canister).ok()?;
    Some(IDLValue::Func(canister, method.to_string()))
}

fn read_nat64(convention: Convention, json: &Value) -> Option<u64> {
    match (convention, json) {
        (Convention::Instant, Value::String(text)) => read_instant(text),
        (Convention::Instant, _) => None,
        (Convention::Duration, Value::String(text)) => read_duration(text),
        _ => digits(json)?.parse().ok(),
    }
}

/// The digits of a whole number, given as a number or as text.
fn digits(json: &Value) -> Option<String> {
    let text = match json {
        Value::Number(number) => whole(number)?,
        Value::String(text) => text.trim().to_string(),
        _ => return None,
    };
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let is_whole = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then_some(text)
}

/// A number without a fraction. What lies beyond the exact range may have lost digits on its way
/// here, so it is taken only from writers that keep whole numbers apart.
fn whole(number: &Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return Some(number.to_string());
    }
    let float = number.as_f64()?;
    let exact = float.fract() == 0.0 && float.abs() <= LARGEST_EXACT as f64;
    exact.then(|| format!("{float:.0}"))
}

fn read_primitive(prim: &PrimType, json: &Value) -> Option<IDLValue> {
    match prim {
        PrimType::Bool => json
            .as_bool()
            .or_else(|| lenient::flag(json))
            .map(IDLValue::Bool),
        PrimType::Text => json.as_str().map(|text| IDLValue::Text(text.to_string())),
        PrimType::Null => json.is_null().then_some(IDLValue::Null),
        PrimType::Reserved => Some(IDLValue::Reserved),
        PrimType::Empty => None,
        PrimType::Float64 => read_float(json).map(IDLValue::Float64),
        PrimType::Float32 => read_float(json).map(|float| IDLValue::Float32(float as f32)),
        PrimType::Nat => digits(json)?.parse::<Nat>().ok().map(IDLValue::Nat),
        PrimType::Int => digits(json)?.parse::<Int>().ok().map(IDLValue::Int),
        PrimType::Nat8 => digits(json)?.parse().ok().map(IDLValue::Nat8),
        PrimType::Nat16 => digits(json)?.parse().ok().map(IDLValue::Nat16),
        PrimType::Nat32 => digits(json)?.parse().ok().map(IDLValue::Nat32),
        PrimType::Nat64 => digits(json)?.parse().ok().map(IDLValue::Nat64),
        PrimType::Int8 => digits(json)?.parse().ok().map(IDLValue::Int8),
        PrimType::Int16 => digits(json)?.parse().ok().map(IDLValue::Int16),
        PrimType::Int32 => digits(json)?.parse().ok().map(IDLValue::Int32),
        PrimType::Int64 => digits(json)?.parse().ok().map(IDLValue::Int64),
    }
}

fn read_float(json: &Value) -> Option<f64> {
    match json.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|float: &f64| float.is_finite()),
        None => json.as_f64(),
    }
}

/// Bytes as text, or as a list of numbers.
pub(crate) fn bytes_of(json: &Value) -> Option<Vec<u8>> {
    if let Value::Array(items) = json {
        let byte = |item: &Value| u8::try_from(item.as_u64()?).ok();
        return items.iter().map(byte).collect();
    }
    if let Some(list) = lenient::parsed(json, Value::is_array) {
        return bytes_of(&list);
    }
    let text = json.as_str()?;
    match text.strip_prefix(HEXADECIMAL) {
        Some(digits) => hex::decode(digits).ok(),
        None => STANDARD.decode(text).ok(),
    }
}

/// Writes a scalar; `None` if it is none.
pub(super) fn write(value: &IDLValue, convention: Convention) -> Option<Value> {
    Some(match value {
        IDLValue::Bool(value) => json!(value),
        IDLValue::Text(value) => json!(value),
        IDLValue::Null | IDLValue::None | IDLValue::Reserved => Value::Null,
        IDLValue::Nat8(value) => json!(value),
        IDLValue::Nat16(value) => json!(value),
        IDLValue::Nat32(value) => json!(value),
        IDLValue::Int8(value) => json!(value),
        IDLValue::Int16(value) => json!(value),
        IDLValue::Int32(value) => json!(value),
        IDLValue::Nat64(value) => match convention {
            Convention::Instant => json!(write_instant(*value)),
            Convention::Duration => json!(write_duration(*value)),
            Convention::Identifier => json!(value.to_string()),
            Convention::Number | Convention::Numbers | Convention::Range(_) => {
                write_large(i128::from(*value))
            }
        },
        IDLValue::Int64(value) => write_large(i128::from(*value)),
        IDLValue::Nat(value) => match u64::try_from(&value.0) {
            Ok(small) => write_large(i128::from(small)),
            Err(_) => json!(value.0.to_string()),
        },
        IDLValue::Int(value) => match i64::try_from(&value.0) {
            Ok(small) => write_large(i128::from(small)),
            Err(_) => json!(value.0.to_string()),
        },
        IDLValue::Float64(value) => write_float(*value),
        IDLValue::Float32(value) => write_float(f64::from(*value)),
        IDLValue::Principal(value) => json!(value.to_text()),
        IDLValue::Blob(value) if convention == Convention::Numbers => json!(value),
        IDLValue::Blob(value) => json!(STANDARD.encode(value)),
        IDLValue::Service(canister) => json!(canister.to_text()),
        IDLValue::Func(canister, method) => json!(format!("{canister}.{method}")),
        _ => return None,
    })
}

fn write_large(value: i128) -> Value {
    match i64::try_from(value) {
        Ok(small) if small.unsigned_abs() <= LARGEST_EXACT => json!(small),
        _ => json!(value.to_string()),
    }
}

fn write_float(value: f64) -> Value {
    if value.is_nan() {
        json!("NaN")
    } else if value == f64::INFINITY {
        json!("Infinity")
    } else if value == f64::NEG_INFINITY {
        json!("-Infinity")
    } else {
        json!(value)
    }
}
