//! Answers of the scheduler as they are: their JSON is that of the MCP tools, by the conventions
//! of [`crate::candid_json`], so that a script reads the same from both.

use std::sync::LazyLock;

use candid::CandidType;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::candid_json::{self, Interface};
use crate::scheduler::SCHEDULER_INTERFACE;
use crate::terminal::{Answer, Page};

/// Items of a list that are translated at once: decoding is bounded.
const ITEMS_AT_ONCE: usize = 200;

static INTERFACE: LazyLock<Interface> = LazyLock::new(|| {
    Interface::parse(SCHEDULER_INTERFACE)
        .expect("BUG: the interface in this program is tested")
        .with_meaningful_names()
});

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

/// The answer `result` of `method` in JSON; for answers of the form `Ok` and `Err` what is in them.
#[must_use]
pub fn answer_json(method: &str, result: &impl CandidType) -> Value {
    let bytes = candid::encode_one(result).expect("BUG: the types of the interface can be encoded");
    let method = INTERFACE
        .method(method)
        .expect("BUG: the interface has this method");
    match INTERFACE.decode_answer(method, &bytes) {
        Ok(candid_json::Answer::Ok(value) | candid_json::Answer::Err(value)) => value,
        Err(error) => panic!(
            "BUG: the types are those of the interface: {}",
            error.explanation()
        ),
    }
}

/// What the interface says about a field of what `method` answers; none if it says nothing.
#[must_use]
pub fn documentation(method: &str, field: &str) -> Option<String> {
    let schema = INTERFACE.output_schema(INTERFACE.method(method)?);
    let text = schema.get("properties")?.get(field)?.get("description")?;
    text.as_str().map(str::to_string)
}

/// A request of `method` in JSON.
#[must_use]
pub fn request_json(method: &str, request: &impl CandidType) -> Value {
    let bytes =
        candid::encode_one(request).expect("BUG: the types of the interface can be encoded");
    let method = INTERFACE
        .method(method)
        .expect("BUG: the interface has this method");
    INTERFACE
        .decode_request(method, &bytes)
        .unwrap_or_else(|error| {
            panic!(
                "BUG: the types are those of the interface: {}",
                error.explanation()
            )
        })
}

/// A whole list as one page of `method`, whose answer holds the items in `field`.
#[must_use]
pub fn list_json<T: Clone, R: CandidType>(
    method: &str,
    field: &str,
    items: &[T],
    page: impl Fn(Vec<T>) -> R,
) -> Value {
    let mut all = Vec::with_capacity(items.len());
    for part in items.chunks(ITEMS_AT_ONCE) {
        if let Some(Value::Array(values)) = answer_json(method, &page(part.to_vec())).get(field) {
            all.extend(values.iter().cloned());
        }
    }
    let mut map = Map::new();
    map.insert(field.to_string(), Value::Array(all));
    Value::Object(map)
}
