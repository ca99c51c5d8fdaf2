//! Answers as models get them: what others wrote hides nothing in them.

use serde_json::{Map, Value};

use crate::words;

/// The same value, in whose texts and names everything can be seen.
pub(super) fn plain(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(words::plain(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (words::plain(&name).into_owned(), plain(member)))
            .collect::<Map<_, _>>()
            .into(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn should_reach_every_text() {
        let value = json!({ "a\u{200B}": [{ "name": "x\u{202E}y" }, 7, null] });
        let expected = json!({ "a\\u{200B}": [{ "name": "x\\u{202E}y" }, 7, null] });
        assert_eq!(plain(value), expected);
    }
}
