//! What a network puts in place before the scheduler is asked to keep Python.
//!
//! What that is, and how it is done, the network knows; here is only when it is needed.

use chime_types::{Action, CreateTaskRequest, DefineActionRequest, NewStep, UpdateTaskRequest};
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::error::Result;

/// Who puts in place what is missing.
pub trait Provision: Send + Sync {
    /// Sees to it that there is a runner of Python.
    fn python(&self) -> BoxFuture<'_, Result<()>>;
}

/// Whether a request leads to Python being run.
pub(super) fn is_about_python(method: &str, arguments: &[u8]) -> bool {
    match method {
        "put_codex" => true,
        "create_task" => {
            decoded::<CreateTaskRequest>(arguments).is_some_and(|request| any(&request.steps))
        }
        "update_task" => decoded::<UpdateTaskRequest>(arguments)
            .and_then(|request| request.steps)
            .is_some_and(|steps| any(&steps)),
        "define_action" => decoded::<DefineActionRequest>(arguments)
            .is_some_and(|request| is_codex(&request.action)),
        _ => false,
    }
}

/// What cannot be read is refused where it is sent to.
fn decoded<T: candid::CandidType + DeserializeOwned>(arguments: &[u8]) -> Option<T> {
    candid::decode_one(arguments).ok()
}

fn any(steps: &[NewStep]) -> bool {
    steps.iter().any(|step| is_codex(&step.action))
}

const fn is_codex(action: &Action) -> bool {
    matches!(action, Action::Codex { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codex() -> Action {
        Action::Codex {
            name: "report".into(),
            code: None,
            input: None,
        }
    }

    fn note() -> Action {
        Action::Note { text: "x".into() }
    }

    #[test]
    fn should_know_which_requests_are_about_python() {
        for (action, expected) in [(codex(), true), (note(), false)] {
            let steps = vec![NewStep::new(note()), NewStep::new(action.clone())];
            let create = CreateTaskRequest {
                steps: steps.clone(),
                ..CreateTaskRequest::default()
            };
            let update = UpdateTaskRequest {
                steps: Some(steps),
                ..UpdateTaskRequest::default()
            };
            let define = DefineActionRequest {
                name: "x".into(),
                description: None,
                entity_name: None,
                action,
                shared: None,
            };
            for (method, request) in [
                ("create_task", candid::encode_one(create)),
                ("update_task", candid::encode_one(update)),
                ("define_action", candid::encode_one(define)),
            ] {
                assert_eq!(
                    is_about_python(method, &request.unwrap()),
                    expected,
                    "{method}"
                );
            }
        }
        assert!(is_about_python("put_codex", &[]));
        assert!(!is_about_python("get_codex", &[]));
        assert!(!is_about_python("create_task", b"nonsense"));
    }
}
