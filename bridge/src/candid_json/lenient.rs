//! What clients send in another form than the one that is described, where it can mean one thing
//! only. Some write lists and objects as the text of them, and name every case of a choice.

use serde_json::{Map, Value};

/// A list, an object or a boolean that came as its text in JSON.
pub(super) fn parsed(json: &Value, is_wanted: impl Fn(&Value) -> bool) -> Option<Value> {
    let value: Value = serde_json::from_str(json.as_str()?).ok()?;
    is_wanted(&value).then_some(value)
}

/// True or false that came as text.
pub(crate) fn flag(json: &Value) -> Option<bool> {
    match json.as_str()?.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whether it is the text of `null`.
pub(crate) fn is_null(json: &Value) -> bool {
    json.as_str().is_some_and(|text| text.trim() == "null")
}

/// The case that an object names. Where it names several, those that are null are left out.
pub(super) fn only_case(object: &Map<String, Value>) -> Option<(&String, &Value)> {
    let is_single = object.len() == 1;
    let mut given = object
        .iter()
        .filter(|(_, payload)| is_single || !payload.is_null());
    match (given.next(), given.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
