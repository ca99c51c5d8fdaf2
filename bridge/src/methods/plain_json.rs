//! The documentation of the scheduler's interface for those who write JSON: it speaks of values in
//! Candid, as the interface does.

use serde_json::Value;

/// Puts every description of a schema into the terms of JSON.
pub(super) fn in_json(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if name == "description" => *text = text_in_json(text),
                    member => in_json(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_json),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A text in the terms of JSON: what is null is left out, and a `vec` is a list.
fn text_in_json(text: &str) -> String {
    let text = text.replace("null is ", "default ");
    let mut parts = text.split("vec {");
    let mut written = parts.next().unwrap_or_default().to_string();
    for part in parts {
        match part.split_once('}') {
            Some((items, rest)) => {
                let items: Vec<_> = items.split(';').map(str::trim).collect();
                written.push_str(&format!("[{}]{rest}", items.join(", ")));
            }
            None => written.push_str(&format!("vec {{{part}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn should_speak_json() {
        let mut schema = json!({ "properties": {
            "days": { "description": "Days, as `vec { 0; 6 }`; one at least." },
            "description": { "description": "Minute, 0 to 59; null is 0." },
            "open": { "description": "as vec { 0", "type": "string" },
        } });
        in_json(&mut schema);
        let properties = &schema["properties"];
        assert_eq!(
            properties["days"]["description"],
            "Days, as `[0, 6]`; one at least."
        );
        assert_eq!(
            properties["description"]["description"],
            "Minute, 0 to 59; default 0."
        );
        assert_eq!(properties["open"]["description"], "as vec { 0");
    }
}
