//! What programs ask for and are answered, in words.

use chime_types::codex::{Answer, Request};
use chime_types::{ExecutionRequest, Journal, TaskExecution};

use super::{Canister, Scheduler};
use crate::candid_json;
use crate::error::{Kind, Result};

/// Most characters of what one is given or gives.
const MAXIMUM_TEXT: usize = 1_000;

impl<C: Canister> Scheduler<C> {
    /// The journal of the program of an execution; none if it has none.
    ///
    /// # Errors
    /// Those of `get_journal`.
    pub async fn journal_of(&self, execution: &TaskExecution) -> Result<Option<Journal>> {
        let request = ExecutionRequest {
            execution_id: execution.id,
        };
        match self.get_journal(&request).await {
            Ok(journal) => Ok(Some(journal)),
            // A scheduler of an older version has no journals at all.
            Err(error) if error.kind() == Kind::Incompatible => Ok(None),
            Err(error) if matches!(error.kind(), Kind::Conflict | Kind::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A request: `icrc1_balance_of of ryjl3-tyaaa-aaaaa-aaaba-cai with (record {..})`.
#[must_use]
pub fn request_text(request: &Request) -> String {
    match request {
        Request::Call {
            canister,
            method,
            arguments,
            cycles,
        } => {
            let cycles = match cycles {
                0 => String::new(),
                cycles => format!(" and {cycles} cycles"),
            };
            format!(
                "call {method} of {canister} with {}{cycles}",
                values(arguments)
            )
        }
        Request::Http {
            url, method, body, ..
        } => match body.as_slice() {
            [] => format!("{method} {url}"),
            body => format!("{method} {url} with {}", bytes(body)),
        },
        Request::Sleep { seconds } => {
            format!("sleep {}", chime_schedule::format_interval(*seconds))
        }
    }
}

/// An answer: `(42 : nat)`.
#[must_use]
pub fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Reply { reply } => values(reply),
        Answer::Rejected { code, message } => format!("rejected ({code}): {}", cut(message)),
        Answer::Response { status, body, .. } => format!("status {status}: {}", bytes(body)),
        Answer::Slept {} => "slept".to_string(),
    }
}

/// Values of Candid.
fn values(encoded: &[u8]) -> String {
    candid_json::shown(encoded).map_or_else(|| bytes(encoded), |text| cut(&text))
}

/// Bytes as text where they are text.
fn bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => cut(text),
        Err(_) => format!("{} bytes that are no text", bytes.len()),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAXIMUM_TEXT) {
        None => text.to_string(),
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
    }
}

#[cfg(test)]
mod tests {
    use candid::Principal;

    use super::*;

    #[test]
    fn should_say_what_was_asked_for_and_answered() {
        let call = Request::Call {
            canister: Principal::management_canister(),
            method: "raw_rand".into(),
            arguments: candid::encode_args(()).unwrap(),
            cycles: 5,
        };
        assert_eq!(
            request_text(&call),
            "call raw_rand of aaaaa-aa with () and 5 cycles"
        );
        let reply = Answer::Reply {
            reply: candid::encode_one(42u64).unwrap(),
        };
        assert_eq!(answer_text(&reply), "(42 : nat64)");
        let nonsense = Answer::Reply { reply: vec![0xff] };
        assert_eq!(answer_text(&nonsense), "1 bytes that are no text");
        let long = Answer::Rejected {
            code: 4,
            message: "x".repeat(MAXIMUM_TEXT + 1),
        };
        assert!(answer_text(&long).ends_with("... (1001 bytes)"));
        assert_eq!(request_text(&Request::Sleep { seconds: 90 }), "sleep 1m30s");
    }
}
