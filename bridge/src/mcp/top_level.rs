//! The number of a request in a text that is no JSON, or is cut off: members of the outermost object
//! are looked through as far as they can be told apart. Pure; it goes through the text once.

use serde_json::Value;

/// The `id` of what looks like a request: text or an integer beside a `method`. Anything else,
/// such as a broken answer, is nobody's request: `null`.
pub(super) fn id(text: &str) -> Value {
    let mut scan = Scan {
        rest: text,
        depth: 0,
    };
    let mut id = Value::Null;
    let mut is_request = false;
    while let Some(name) = scan.next_name() {
        match name.as_str() {
            "method" => is_request = true,
            "id" => id = scan.scalar().unwrap_or_default(),
            _ => {}
        }
    }
    match is_request && (id.is_string() || id.is_i64()) {
        true => id,
        false => Value::Null,
    }
}

struct Scan<'text> {
    rest: &'text str,
    /// Objects and lists around the place.
    depth: u32,
}

impl Scan<'_> {
    /// The next name of a member of the outermost object; `scalar` reads its value.
    fn next_name(&mut self) -> Option<String> {
        loop {
            let first = self.rest.chars().next()?;
            match first {
                '"' => {
                    let text = self.text()?;
                    let after = self.rest.trim_start();
                    // In the outermost object a text before a colon is a name.
                    if let (1, Some(rest)) = (self.depth, after.strip_prefix(':')) {
                        self.rest = rest.trim_start();
                        return Some(text);
                    }
                    continue;
                }
                '{' | '[' => self.depth = self.depth.saturating_add(1),
                '}' | ']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.rest = &self.rest[first.len_utf8()..];
        }
    }

    /// The text that begins here; nothing if it does not end.
    fn text(&mut self) -> Option<String> {
        let mut is_escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !is_escaped;
            is_escaped = *letter == '\\' && !is_escaped;
            ends
        });
        let (whole, rest) = self.rest.split_at(end?.0 + 1);
        self.rest = rest;
        // What cannot be read is no name that is looked for.
        Some(serde_json::from_str(whole).unwrap_or_default())
    }

    /// The text or number that begins here, if one does.
    fn scalar(&mut self) -> Option<Value> {
        if self.rest.starts_with('"') {
            return self.text().map(Value::String);
        }
        let end = self
            .rest
            .find(|letter: char| !letter.is_ascii_digit() && letter != '-');
        // A number at the end may have been cut off.
        let end = end.filter(|end| !self.rest[*end..].starts_with(['.', 'e', 'E']))?;
        serde_json::from_str(&self.rest[..end]).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn should_find_the_number_of_a_request_only() {
        for (text, expected) in [
            (r#"{"id":2,"method":"ping""#, json!(2)),
            (r#"{"method":"ping","id":"a\"b",,"#, json!("a\"b")),
            (r#" { "method" : "x" , "id" : -7 , "params" : {"#, json!(-7)),
            (
                r#"{"params":{"id":9,"method":"y"},"method":"x","id":2,"#,
                json!(2),
            ),
            (r#"{"params":{"id":9,"method":"y"},"#, json!(null)),
            (r#"{"method":"id\":3","x":"#, json!(null)),
            (r#"{"result":{},"id":2,"#, json!(null)),
            (r#"{"method":"x","id":2"#, json!(null)),
            (r#"{"method":"x","id":2.5,"#, json!(null)),
            (r#"{"method":"x","id":{},"#, json!(null)),
            (r#"{"method":"x","id":"never ends"#, json!(null)),
            ("", json!(null)),
            ("\"", json!(null)),
            ("}}]]", json!(null)),
        ] {
            assert_eq!(id(text), expected, "{text}");
        }
    }
}
