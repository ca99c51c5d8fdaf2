//! From a line, or the body of a request, to a message of the protocol, or to why it is none. Pure.
//!
//! Whoever sends something and hears nothing waits for ever. So what is no message gets an error,
//! under the number that it came with as far as that can be read: even of what is cut off.

use rmcp::model::{ClientJsonRpcMessage, ErrorCode};
use serde_json::{Value, json};

use super::{parameters, top_level};

/// Longest message in bytes.
pub(super) const MAXIMUM_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// What has arrived.
pub(super) enum Received {
    Message(Box<ClientJsonRpcMessage>),
    /// Nothing that an answer is due to: an empty line, a notification or an answer that cannot be
    /// read.
    Nothing,
    Refused(Refusal),
}

/// Why something is no message.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// The number of the request; `null` if it cannot be read.
    id: Value,
    code: ErrorCode,
    rule: String,
}

impl Refusal {
    const fn new(id: Value, code: ErrorCode, rule: String) -> Self {
        Self { id, code, rule }
    }

    /// The answer.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "jsonrpc": "2.0",
            "id": self.id,
            "error": { "code": self.code.0, "message": self.rule },
        })
    }

    pub(super) const fn code(&self) -> ErrorCode {
        self.code
    }

    pub(super) fn rule(&self) -> &str {
        &self.rule
    }
}

/// A refusal of what is longer than a message may be, of which this is the beginning.
pub(super) fn too_long(beginning: &[u8]) -> Refusal {
    let id = top_level::id(&String::from_utf8_lossy(beginning));
    let megabytes = MAXIMUM_MESSAGE_BYTES / (1024 * 1024);
    let rule = format!("the message is longer than {megabytes} MiB: send less at a time");
    Refusal::new(id, ErrorCode::INVALID_REQUEST, rule)
}

/// Reads what has arrived.
pub(super) fn read(bytes: &[u8]) -> Received {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Received::Nothing;
    }
    let value = match json(bytes) {
        Ok(value) => value,
        Err(refusal) => return Received::Refused(refusal),
    };
    let fault = match fault(&value) {
        Some(refusal) => Some(refusal),
        None => match serde_json::from_slice(bytes) {
            Ok(message) => return Received::Message(Box::new(message)),
            Err(error) => {
                tracing::warn!(%error, "a message of the client cannot be read");
                of_a_wrong_type(&value)
            }
        },
    };
    fault.map_or(Received::Nothing, Received::Refused)
}

fn json(bytes: &[u8]) -> Result<Value, Refusal> {
    let unreadable =
        |text: &str, rule: String| Refusal::new(top_level::id(text), ErrorCode::PARSE_ERROR, rule);
    let text = std::str::from_utf8(bytes).map_err(|_| {
        let rule = "the message is not UTF-8".to_string();
        unreadable(&String::from_utf8_lossy(bytes), rule)
    })?;
    serde_json::from_str(text)
        .map_err(|error| unreadable(text, format!("the message is not JSON: {error}")))
}

/// Why JSON is no message, as far as its outline says so.
fn fault(value: &Value) -> Option<Refusal> {
    let invalid = |id: &Value, rule: &str| {
        let rule = rule.to_string();
        Some(Refusal::new(id.clone(), ErrorCode::INVALID_REQUEST, rule))
    };
    let Value::Object(members) = value else {
        let rule = "a message is one object: send requests one by one, each on a line of its own";
        return invalid(&Value::Null, rule);
    };
    let id = members.get("id");
    if id.is_some_and(|id| !is_id(id)) {
        return invalid(&Value::Null, "id must be text or an integer");
    }
    let id = id.unwrap_or(&Value::Null);
    if members.get("jsonrpc") != Some(&json!("2.0")) {
        return invalid(id, "jsonrpc must be \"2.0\"");
    }
    match members.get("method") {
        Some(Value::String(method)) if !id.is_null() => {
            let rule = parameters::fault(method, members.get("params"))?;
            Some(Refusal::new(id.clone(), ErrorCode::INVALID_PARAMS, rule))
        }
        Some(Value::String(_)) => None,
        None if members.contains_key("result") || members.contains_key("error") => None,
        None | Some(_) => invalid(id, "method must be there, as text"),
    }
}

/// What is answered to a message that has the outline of one. To notifications and to answers nothing
/// is.
fn of_a_wrong_type(value: &Value) -> Option<Refusal> {
    value.get("method")?;
    let id = value.get("id")?.clone();
    let rule = "the parameters are of a wrong type, or nested too deeply".to_string();
    Some(Refusal::new(id, ErrorCode::INVALID_PARAMS, rule))
}

fn is_id(value: &Value) -> bool {
    value.is_string() || value.is_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_take_messages_up_to_the_limit_of_nesting_and_not_beyond() {
        let nested = |depth: usize| {
            let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"x","arguments":{{"x":{lists}}}}}}}"#
            )
        };
        assert!(matches!(read(nested(100).as_bytes()), Received::Message(_)));
        let Received::Refused(refusal) = read(nested(125).as_bytes()) else {
            panic!("it is taken");
        };
        assert_eq!(refusal.id, 1);
        assert_eq!(refusal.code, ErrorCode::PARSE_ERROR);
    }

    #[test]
    fn should_ignore_what_no_answer_is_due_to() {
        for line in ["", " \r", r#"{"jsonrpc":"2.0","id":1,"error":7}"#] {
            assert!(matches!(read(line.as_bytes()), Received::Nothing), "{line}");
        }
        let heard = "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        assert!(matches!(read(heard.as_bytes()), Received::Message(_)));
    }
}
