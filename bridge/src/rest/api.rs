//! From a request under `/api` to a row of the table, and from what that answers to a response.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chime_types::limits;
use serde_json::Value;

use super::ask::Ask;
use super::document::Answer;
use super::gate::Caller;
use super::media;
use super::problem::{Outcome, Place, Problem};
use super::query::Query;
use super::table::{self, Found, Row, Sent};
use crate::apply::strict_json;
use crate::error::Error;

/// Longest body in bytes: that of the largest request of the scheduler.
pub const MAXIMUM_BODY_BYTES: usize = limits::MAXIMUM_REQUEST_BYTES;

/// Longest text behind the question mark, in bytes.
pub const MAXIMUM_QUERY_BYTES: usize = 8 * 1024;

/// Time for a body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for an answer: what the network needs for a change, and as much again.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(table::rows);

/// Answers a request.
pub async fn answer(Extension(caller): Extension<Caller>, request: Request) -> Response {
    let answered = tokio::time::timeout(ANSWER_TIMEOUT, carry_out(caller, request)).await;
    let late = || {
        Err(Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "the scheduler did not answer in time; what was asked for may have been done",
            "look whether it was done before you repeat it; a request with an Idempotency-Key may be repeated",
        ))
    };
    answered.unwrap_or_else(|_| late()).into_response()
}

async fn carry_out(caller: Caller, request: Request) -> Outcome<Response> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_string();
    let (row, id) = match table::find(&ROWS, &head.method, &path) {
        Found::Row(row, id) => (row, id),
        Found::Other(methods) => return Err(other_method(&head.method, &methods)),
        Found::Nothing => {
            return Err(Problem::new(
                StatusCode::NOT_FOUND,
                format!("there is nothing under {path}"),
                "GET /api/openapi.json lists what there is",
            ));
        }
    };
    caller.require(row.least)?;
    caller.require_token(&head.method)?;
    let media = media::wanted(&head.headers)?;
    let query_text = head.uri.query().unwrap_or_default().to_string();
    if query_text.len() > MAXIMUM_QUERY_BYTES {
        return Err(Problem::new(
            StatusCode::URI_TOO_LONG,
            format!("the query is longer than {MAXIMUM_QUERY_BYTES} bytes"),
            "ask for less at a time",
        ));
    }
    let query = Query::read(&query_text)?;
    let document = document(row.sent, &head.headers, body).await?;
    let ask = Ask {
        account: Arc::clone(&caller.account),
        reach: caller.reach,
        id: decoded(id).ok_or_else(|| {
            Problem::new(
                StatusCode::NOT_FOUND,
                format!("nothing is called {id}"),
                "write special characters in names as %XX",
            )
        })?,
        path: path.clone(),
        query: query.clone(),
        query_text,
        headers: head.headers,
        document,
    };
    let answer: Answer = (row.carry_out)(ask).await?;
    Ok(answer.response(&query, media))
}

fn other_method(method: &Method, allowed: &[&Method]) -> Problem {
    let mut names: Vec<_> = allowed.iter().map(|method| method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    let names = names.join(", ");
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{method} does nothing here"),
        format!("use {names}"),
    )
    .with_header(header::ALLOW, &names)
}

/// The body, if one is sent and wanted.
async fn document(sent: Sent, headers: &HeaderMap, body: Body) -> Outcome<Option<Value>> {
    let is_wanted = match sent {
        Sent::Nothing => return Ok(None),
        Sent::Maybe(_) => headers.contains_key(header::CONTENT_TYPE),
        Sent::Task(_) | Sent::Request(_) | Sent::Schedule => true,
    };
    if is_wanted {
        media::check_sent(headers)?;
    }
    let bytes = body_of(body, MAXIMUM_BODY_BYTES).await?;
    if bytes.is_empty() && matches!(sent, Sent::Maybe(_)) {
        return Ok(None);
    }
    media::check_sent(headers)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| not_json("it is not UTF-8".into()))?;
    let value = strict_json(text).map_err(|refusal| not_json(refusal.rule))?;
    Ok(Some(value))
}

fn not_json(rule: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, rule, "send one document in JSON")
        .at(Place::Pointer(String::new()))
}

/// A body of so many bytes at most, if it arrives in time.
pub async fn body_of(body: Body, most: usize) -> Outcome<Vec<u8>> {
    let read = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, most)).await;
    match read {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "the body is longer than {} KiB, or was broken off",
                most / 1024
            ),
            "send less at a time",
        )),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time",
            "send it at once",
        )),
    }
}

/// A part of a path without its escapes; none if that is no text.
pub fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let mut byte = [0];
        hex::decode_to_slice(rest.get(..2)?, &mut byte).ok()?;
        bytes.extend(byte);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

/// Anything that fails outside of the table, as a response.
pub fn failed(error: Error) -> Response {
    Problem::from(error).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn should_read_names_in_paths() {
        for (part, expected) in [
            ("7", Some("7")),
            ("a%20b%2Fc", Some("a b/c")),
            ("%C3%BC", Some("ü")),
            ("%", None),
            ("%2", None),
            ("%zz", None),
            ("%+1", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(part).as_deref(), expected, "{part}");
        }
    }

    #[tokio::test]
    async fn should_read_a_body_up_to_its_limit() {
        let body = |bytes: usize| Body::from(vec![b' '; bytes]);
        assert_eq!(body_of(body(8), 8).await.map(|it| it.len()).ok(), Some(8));
        let problem = body_of(body(9), 8).await.unwrap_err();
        assert_eq!(problem.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
