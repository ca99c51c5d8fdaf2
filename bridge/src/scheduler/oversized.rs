//! What is large in a request that the network does not take for its size. Pure.

use serde_json::Value;

use super::SCHEDULER_INTERFACE;
use crate::candid_json::Interface;
use crate::error::{Error, Kind};

/// Requests below this are not too large, whatever was said of them.
pub(super) const LARGE: usize = 1 << 20;

/// The error about a request of `method`, with its size, and the place of its largest text where the request
/// is one of the scheduler's.
pub(super) fn explained(error: Error, method: &str, arguments: &[u8]) -> Error {
    if error.kind() != Kind::InvalidArgument || arguments.len() < LARGE {
        return error;
    }
    let rule = format!("{}, it has {} bytes", error.rule(), arguments.len());
    let fix = error.fix().to_string();
    let field = largest_text(method, arguments);
    error.with_words(field, rule, fix)
}

fn largest_text(method: &str, arguments: &[u8]) -> Option<String> {
    let interface = Interface::parse(SCHEDULER_INTERFACE)
        .ok()?
        .with_meaningful_names();
    let request = interface
        .decode_request(interface.method(method)?, arguments)
        .ok()?;
    let mut largest = (0, String::new());
    look(&request, "", &mut largest);
    Some(largest.1).filter(|path| !path.is_empty())
}

/// Looks for the longest text within a value at `path`. How deep a value is, decoding has bounded.
fn look(value: &Value, path: &str, largest: &mut (usize, String)) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            if text.len() > largest.0 {
                *largest = (text.len(), path.to_string());
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                look(item, &format!("{path}[{index}]"), largest);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if path.is_empty() { "" } else { "." };
                look(member, &format!("{path}{dot}{name}"), largest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chime_types::{Action, CreateTaskRequest, NewStep};
    use ic_agent::AgentError;
    use ic_agent::agent_error::HttpErrorPayload;

    use super::*;
    use crate::scheduler::agent_error;

    fn refused() -> Error {
        let payload = HttpErrorPayload {
            status: 413,
            content_type: None,
            content: b"payload too large: 2097152".to_vec(),
        };
        agent_error(AgentError::HttpError(payload), "call create_task")
    }

    #[test]
    fn should_say_what_is_too_large() {
        let note = Action::Note {
            text: "x".repeat(5 << 20),
        };
        let request = CreateTaskRequest {
            name: "large".into(),
            steps: vec![NewStep::new(note)],
            ..CreateTaskRequest::default()
        };
        let arguments = candid::encode_one(&request).unwrap();
        let error = explained(refused(), "create_task", &arguments);
        assert_eq!(error.field(), Some("steps[0].action.note.text"));
        let said = error.explanation();
        assert!(
            said.contains("larger than the network takes (2 MB), it has 5244"),
            "{said}"
        );
        assert!(!said.contains("413") && !said.contains("2097152"), "{said}");
        assert!(error.fix().contains("smaller"), "{}", error.fix());
    }

    #[test]
    fn should_not_guess_what_it_cannot_read() {
        let large = vec![0; LARGE];
        for method in ["create_task", "transfer"] {
            let error = explained(refused(), method, &large);
            assert_eq!(error.field(), None, "{method}");
            assert!(error.rule().ends_with("it has 1048576 bytes"), "{error}");
        }
        assert!(
            !explained(refused(), "create_task", &large[1..])
                .rule()
                .contains("bytes")
        );
    }
}
