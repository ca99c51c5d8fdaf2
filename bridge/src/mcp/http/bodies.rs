//! What is posted, before the protocol sees it, and what is refused: always as a message in JSON, under
//! the number of the request as far as that can be read.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rmcp::model::{ClientJsonRpcMessage, ErrorCode};
use serde_json::{Value, json};

use crate::mcp::intake::{self, Received};

/// Longest request in bytes.
pub(super) const MAXIMUM_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Longest reason that is put into JSON.
const MAXIMUM_REASON_BYTES: usize = 64 * 1024;

/// Hands on what is a message, answers what is none.
pub(super) async fn judge(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return in_json(next.run(request).await, Value::Null).await;
    }
    let (head, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAXIMUM_BODY_BYTES).await else {
        let megabytes = MAXIMUM_BODY_BYTES / (1024 * 1024);
        let rule = format!("the request is longer than {megabytes} MiB, or was broken off");
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return answer(
            status,
            &error(&Value::Null, ErrorCode::INVALID_REQUEST, &rule),
        );
    };
    let id = match intake::read(&bytes) {
        Received::Refused(refusal) => {
            tracing::warn!("a request is refused: {}", refusal.rule());
            return answer(status(refusal.code()), &refusal.to_json());
        }
        Received::Message(message) => id_of(&message),
        Received::Nothing => Value::Null,
    };
    let request = Request::from_parts(head, Body::from(bytes));
    in_json(next.run(request).await, id).await
}

/// Wrong parameters are the affair of a method, whose errors are answers like others.
fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::INVALID_PARAMS => StatusCode::OK,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn id_of(message: &ClientJsonRpcMessage) -> Value {
    match message {
        ClientJsonRpcMessage::Request(request) => request.id.clone().into_json_value(),
        ClientJsonRpcMessage::Response(_)
        | ClientJsonRpcMessage::Notification(_)
        | ClientJsonRpcMessage::Error(_) => Value::Null,
    }
}

/// A refusal that is plain text, as a message.
async fn in_json(response: Response, id: Value) -> Response {
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    if !is_refusal || is_json(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let reason = to_bytes(body, MAXIMUM_REASON_BYTES)
        .await
        .unwrap_or_default();
    let reason = String::from_utf8_lossy(&reason);
    let rule = match reason.trim() {
        "" => head.status.canonical_reason().unwrap_or("refused"),
        reason => reason,
    };
    let message = error(&id, ErrorCode::INVALID_REQUEST, rule).to_string();
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    Response::from_parts(head, Body::from(message))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

fn error(id: &Value, code: ErrorCode, rule: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code.0, "message": rule } })
}

fn answer(status: StatusCode, message: &Value) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (status, json, message.to_string()).into_response()
}
