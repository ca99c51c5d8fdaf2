//! Records of the scheduler in JSON and back, by the conventions of [`crate::candid_json`]: the same on
//! every surface.

use std::sync::LazyLock;

use candid::CandidType;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Object, answers};
use crate::candid_json::{self, Interface};
use crate::error::{Error, Kind, Result};
use crate::scheduler::SCHEDULER_INTERFACE;

/// Items of a list that are translated at once: decoding is bounded.
const ITEMS_AT_ONCE: usize = 200;

static INTERFACE: LazyLock<Interface> = LazyLock::new(|| {
    Interface::parse(SCHEDULER_INTERFACE)
        .expect("BUG: the interface in this program is tested")
        .with_meaningful_names()
});

/// The request of `method` that `members` are, in its type.
///
/// # Errors
/// `InvalidArgument` at the member at fault.
pub fn request_of<R: CandidType + DeserializeOwned>(method: &str, members: &Object) -> Result<R> {
    let method = INTERFACE.method(method).ok_or_else(|| {
        Error::new(
            Kind::Internal,
            format!("the interface has no method {method}"),
            "report it",
        )
    })?;
    answers::typed(&INTERFACE.encode_arguments(method, members)?)
}

/// The JSON schema of the request of `method`.
///
/// # Errors
/// Those of the interface.
pub fn request_schema(method: &str) -> Result<Object> {
    match INTERFACE.method(method) {
        Some(method) => INTERFACE.input_schema(method),
        None => Ok(Object::new()),
    }
}

/// The JSON schema of what `method` answers.
#[must_use]
pub fn answer_schema(method: &str) -> Object {
    let schema = INTERFACE
        .method(method)
        .map(|method| INTERFACE.output_schema(method));
    schema.unwrap_or_default()
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
