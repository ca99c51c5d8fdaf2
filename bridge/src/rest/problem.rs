//! What went wrong with a request, as JSON:API tells it: the error of the program, with the status and the
//! place in the request.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chime_types::limits::NANOSECONDS;
use serde_json::{Value, json};

use super::media;
use crate::error::{Error, Kind};
use crate::words::Clock;

/// Where in a request something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular.
    Nowhere,
    /// In the body, at the place that the error's field names.
    Attributes,
    /// In the body, at this pointer.
    Pointer(String),
    /// A parameter of the query.
    Parameter(String),
    /// A header.
    Header(&'static str),
}

/// An error on its way out. It is one pointer wide.
#[derive(Debug)]
pub struct Problem(Box<Details>);

#[derive(Debug)]
struct Details {
    error: Error,
    status: StatusCode,
    place: Place,
    headers: HeaderMap,
}

/// What a request comes to.
pub type Outcome<T> = Result<T, Problem>;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.kind().http_status())
            .expect("BUG: the table has statuses of HTTP");
        let mut headers = HeaderMap::new();
        if let Some(seconds) = error.retry_at().map(seconds_until) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"chime\"");
            headers.insert(header::WWW_AUTHENTICATE, realm);
        }
        Self(Box::new(Details {
            error,
            status,
            place: Place::Nowhere,
            headers,
        }))
    }
}

/// At least one second: who comes back at once only comes again.
fn seconds_until(at: u64) -> u64 {
    let left = at.saturating_sub(Clock::system().now_at());
    left.div_ceil(NANOSECONDS).max(1)
}

impl Problem {
    /// A problem of the request itself, with a status of its own.
    pub fn new(status: StatusCode, rule: impl Into<String>, fix: impl Into<String>) -> Self {
        let kind = match status {
            StatusCode::NOT_FOUND => Kind::NotFound,
            StatusCode::FORBIDDEN => Kind::Forbidden,
            StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Kind::Conflict,
            StatusCode::GATEWAY_TIMEOUT => Kind::OutcomeUnknown,
            StatusCode::SERVICE_UNAVAILABLE => Kind::Unavailable,
            _ => Kind::Usage,
        };
        Self::from(Error::new(kind, rule, fix)).with_status(status)
    }

    /// The same, in the attributes of the document: the error's field says where.
    pub fn in_attributes(self) -> Self {
        self.at(Place::Attributes)
    }

    /// The same, at a place.
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = place;
        self
    }

    /// The same, with another status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// The same, with a header.
    pub fn with_header(mut self, name: header::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.insert(name, value);
        }
        self
    }

    /// What it is.
    pub const fn error(&self) -> &Error {
        &self.0.error
    }

    /// Its status.
    pub const fn status(&self) -> StatusCode {
        self.0.status
    }

    fn source(&self) -> Option<Value> {
        let field = self.0.error.field();
        match (&self.0.place, field) {
            (Place::Pointer(pointer), _) => Some(json!({ "pointer": pointer })),
            (Place::Parameter(name), _) => Some(json!({ "parameter": name })),
            (Place::Header(name), _) => Some(json!({ "header": name })),
            (Place::Attributes, Some(field)) => Some(json!({ "pointer": pointer(field) })),
            (Place::Attributes, None) => Some(json!({ "pointer": "/data/attributes" })),
            (Place::Nowhere, _) => None,
        }
    }

    /// The document.
    pub fn to_json(&self) -> Value {
        let body = self.0.error.to_json();
        let (rule, fix) = (&body["rule"], self.0.error.fix());
        let text = rule.as_str().unwrap_or_default();
        let mut error = json!({
            "status": self.0.status.as_str(),
            "code": self.0.error.kind().name(),
            "title": self.0.error.kind().name().replace('_', " "),
            "detail": format!("{}. {fix}", text.trim_end_matches('.')),
            "meta": { "rule": rule, "fix": fix },
        });
        // The words of others stand apart from ours.
        if let Some(words) = body.get("said_by_callee") {
            error["meta"]["said_by_callee"] = words.clone();
        }
        if let Some(source) = self.source() {
            error["source"] = source;
        }
        json!({ "errors": [error], "jsonapi": { "version": "1.1" } })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.to_json().to_string();
        let kind = [(header::CONTENT_TYPE, media::JSON_API)];
        let mut response = (self.0.status, kind, body).into_response();
        response.headers_mut().extend(self.0.headers);
        response
    }
}

/// A field such as `schedules[0].rule.daily` as a pointer into the document; one that begins with `data` is
/// counted from its root.
pub fn pointer(field: &str) -> String {
    let mut text = match field == "data" || field.starts_with("data.") {
        true => String::new(),
        false => "/data/attributes".to_string(),
    };
    for part in field.split(['.', '[']).filter(|part| !part.is_empty()) {
        let part = part.trim_end_matches(']');
        text.push('/');
        text.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_point_into_the_document() {
        for (field, expected) in [
            ("schedule", "/data/attributes/schedule"),
            (
                "schedules[0].rule.daily.hour",
                "/data/attributes/schedules/0/rule/daily/hour",
            ),
            ("data.attributes.Schedule", "/data/attributes/Schedule"),
            ("data", "/data"),
            ("a~b/c", "/data/attributes/a~0b~1c"),
        ] {
            assert_eq!(pointer(field), expected);
        }
    }

    #[test]
    fn should_say_when_to_come_back_only_where_that_is_known() {
        let used_up = || Error::new(Kind::LimitExceeded, "used up", "wait");
        let at = Clock::system().now_at() + 90 * NANOSECONDS;
        let known = Problem::from(used_up().until(Some(at))).into_response();
        let seconds = known.headers()[header::RETRY_AFTER].to_str().unwrap();
        assert!(
            (80..=91).contains(&seconds.parse::<u64>().unwrap()),
            "{seconds}"
        );
        let past = Problem::from(used_up().until(Some(0))).into_response();
        assert_eq!(past.headers()[header::RETRY_AFTER], "1");
        let unknown = Problem::from(used_up()).into_response();
        assert_eq!(unknown.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(!unknown.headers().contains_key(header::RETRY_AFTER));
    }

    #[test]
    fn should_keep_the_words_of_a_callee_apart() {
        let error = Error::new(Kind::Usage, "it refused", "ask its owner").said_by_callee("no: go");
        let body = Problem::from(error).to_json();
        let error = &body["errors"][0];
        assert_eq!(error["meta"]["said_by_callee"], "no: go");
        assert_eq!(error["detail"], "it refused. ask its owner");
    }

    #[test]
    fn should_tell_what_is_wrong_where_and_the_way_out() {
        let error = Error::new(Kind::Usage, "no such thing", "name another").at("schedule");
        let body = Problem::from(error).in_attributes().to_json();
        assert_eq!(
            body["errors"],
            json!([{
                "status": "422",
                "code": "usage",
                "title": "usage",
                "detail": "no such thing. name another",
                "meta": { "rule": "no such thing", "fix": "name another" },
                "source": { "pointer": "/data/attributes/schedule" },
            }])
        );
    }
}
