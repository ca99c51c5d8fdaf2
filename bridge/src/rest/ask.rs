//! A request, as those who carry it out see it.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::Value;

use super::problem::{Outcome, Place, Problem};
use super::query::Query;
use super::served::Account;
use crate::access::{Reach, only};
use crate::methods::Object;
use crate::scheduler::Scheduler;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request.
pub struct Ask {
    /// The scheduler, in the name of who asks.
    pub account: Arc<Account>,
    /// What it may do.
    pub reach: Reach,
    /// The part of the path that names something, decoded; empty if there is none.
    pub id: String,
    /// The path as it came.
    pub path: String,
    /// What stands behind the question mark.
    pub query: Query,
    /// The same, as it came.
    pub query_text: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if there is one.
    pub document: Option<Value>,
}

impl Ask {
    /// The scheduler, in the name of who asks.
    pub fn scheduler(&self) -> &Scheduler {
        &self.account.scheduler
    }

    /// The number in the path.
    pub fn number(&self) -> Outcome<u64> {
        let number = self.id.parse::<u64>().ok();
        number
            .filter(|number| number.to_string() == self.id)
            .ok_or_else(|| {
                Problem::new(
                    StatusCode::NOT_FOUND,
                    format!("nothing has the id {:?}", self.id),
                    "ids are numbers, as the lists show them",
                )
            })
    }

    /// The whole document, whose data are of this type and, if the path names something, about that.
    pub fn document(&self, kind: &str) -> Outcome<&Value> {
        let document = self
            .document
            .as_ref()
            .ok_or_else(|| malformed("the request has no body", "/data"))?;
        let data = document.get("data").and_then(Value::as_object);
        let data = data.ok_or_else(|| malformed("`data` is missing, or is no object", "/data"))?;
        match data.get("type").and_then(Value::as_str) {
            Some(own) if own == kind => {}
            Some(own) => {
                return Err(Problem::new(
                    StatusCode::CONFLICT,
                    format!("the data are of the type {own:?}, and here they are {kind:?}"),
                    "send them to the address of their type",
                )
                .at(Place::Pointer("/data/type".into())));
            }
            None => return Err(malformed("`type` is missing, or is no text", "/data/type")),
        }
        let id = data.get("id").filter(|id| !id.is_null());
        match (id, self.id.as_str()) {
            (None, _) => {}
            (Some(_), "") => {
                return Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    "the scheduler gives the ids",
                    "leave `id` out",
                )
                .at(Place::Pointer("/data/id".into())));
            }
            (Some(Value::String(id)), own) if id == own => {}
            (Some(id), own) => {
                return Err(Problem::new(
                    StatusCode::CONFLICT,
                    format!("the data are about {id}, and the address about {own:?}"),
                    "send the same id in both",
                )
                .at(Place::Pointer("/data/id".into())));
            }
        }
        Ok(document)
    }

    /// The attributes of the document.
    pub fn attributes(&self, kind: &str) -> Outcome<Object> {
        let document = self.document(kind)?;
        match document["data"].get("attributes") {
            None => Ok(Object::new()),
            Some(Value::Object(attributes)) => Ok(attributes.clone()),
            Some(_) => Err(malformed("`attributes` is no object", "/data/attributes")),
        }
    }

    /// The key under which the request may be sent again.
    pub fn idempotency_key(&self) -> Outcome<Option<String>> {
        let key = only(&self.headers, &IDEMPOTENCY_KEY)
            .map_err(|error| Problem::from(error).with_status(StatusCode::BAD_REQUEST))?;
        // Its draft writes it as a text in quotation marks.
        let key = key.map(|key| key.trim().trim_matches('"').to_string());
        match key {
            Some(key) if key.is_empty() => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "the key is empty",
                "send one of your own, such as a UUID",
            )
            .at(Place::Header("Idempotency-Key"))),
            key => Ok(key),
        }
    }

    /// The version that a change demands; none if any will do.
    pub fn if_match(&self) -> Outcome<Option<u64>> {
        let wanted = only(&self.headers, &header::IF_MATCH)
            .map_err(|error| Problem::from(error).with_status(StatusCode::BAD_REQUEST))?;
        match wanted.map(str::trim) {
            None | Some("*") => Ok(None),
            Some(tag) => {
                let digits = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                let version = digits.and_then(|digits| digits.parse().ok());
                version.map(Some).ok_or_else(|| changed_meanwhile(tag))
            }
        }
    }

    /// Refuses a change of another version than the one that it demands.
    pub fn require_version(&self, version: u64) -> Outcome<Option<u64>> {
        let wanted = self.if_match()?;
        match wanted {
            Some(wanted) if wanted != version => Err(changed_meanwhile(&wanted.to_string())),
            wanted => Ok(wanted),
        }
    }
}

fn changed_meanwhile(wanted: &str) -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        format!("it has another version than {wanted} by now"),
        "read it again, and repeat the change with the ETag of that answer",
    )
    .at(Place::Header("If-Match"))
}

/// A body that is no document.
pub fn malformed(rule: impl Into<String>, pointer: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        rule,
        "send {\"data\": {\"type\": ..., \"attributes\": {...}}}",
    )
    .at(Place::Pointer(pointer.to_string()))
}
