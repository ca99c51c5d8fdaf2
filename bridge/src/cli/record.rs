//! Answers of the scheduler as they are: their JSON is that of the MCP tools, by the conventions
//! of [`crate::candid_json`], so that a script reads the same from both.

use candid::CandidType;
use serde::{Serialize, Serializer};
use serde_json::Value;

pub use crate::methods::records::{answer_json, documentation, list_json, request_json};
use crate::terminal::{Answer, Page};

/// An answer with a text of its own.
pub struct Record {
    json: Value,
    text: Box<dyn Fn(&Page<'_>) -> String + Send + Sync>,
}

impl Record {
    /// The answer `result` of `method`, and how it is shown to people.
    #[must_use]
    pub fn new(
        method: &str,
        result: &impl CandidType,
        text: impl Fn(&Page<'_>) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::of(answer_json(method, result), text)
    }

    /// JSON of its own, and how it is shown to people.
    #[must_use]
    pub fn of(json: Value, text: impl Fn(&Page<'_>) -> String + Send + Sync + 'static) -> Self {
        Self {
            json,
            text: Box::new(text),
        }
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl Answer for Record {
    fn text(&self, page: &Page<'_>) -> String {
        (self.text)(page)
    }
}
