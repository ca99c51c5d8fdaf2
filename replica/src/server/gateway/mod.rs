//! The HTTP gateway: canisters as web sites.
//!
//! `http://<canister id>.localhost:PORT/path`, and `?canisterId=<canister id>` where the host names
//! no canister, become a query `http_request` of that canister, with method, URL, headers and body.
//! If it asks for an upgrade, `http_request_update` is called instead; if it streams, the rest of
//! the body is fetched by its callback. The caller is anonymous.
//!
//! `address` finds the canister, `messages` are the records that it is sent and answers with,
//! `canister` speaks with it, `streaming` collects a body, `headers` says what is passed on.
//!
//! It does NOT verify the certification of responses (`ic-certification` v2): a response comes from
//! this replica or not at all, so there is nobody in between to be distrusted. Nor does it know
//! custom domains, ranges or caching.
//!
//! Paths under `/api/` and `/_/` are never a canister's. A page of a canister gets no permission
//! that pages of other origins do not have, and since only hosts of this machine are answered, a
//! page of a foreign name that is made to point here gets nothing to read.

mod address;
mod canister;
mod failure;
mod headers;
mod messages;
mod streaming;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::http::Context;
use super::limits::GATEWAY_BODY_BYTES;
use address::canister_of;
use canister::Canister;
use failure::Failure;
use messages::{HttpRequest, HttpResponse, HttpUpdateRequest};

/// The domain whose subdomains are canisters, unless others are named.
pub(crate) const DOMAIN: &str = "localhost";

/// A gateway in front of a replica.
struct Gateway {
    context: Context,
    domains: Vec<String>,
}

/// Puts a gateway behind the routes of the public interface.
pub(crate) fn behind(router: Router, context: Context, domains: Vec<String>) -> Router {
    let gateway = Arc::new(Gateway { context, domains });
    router.fallback(move |request: Request| async move {
        let answer = gateway.serve(request).await;
        answer.unwrap_or_else(IntoResponse::into_response)
    })
}

impl Gateway {
    async fn serve(&self, request: Request) -> Result<Response, Failure> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        if path.starts_with("/api/") || path.starts_with("/_/") {
            return Err(Failure::new(StatusCode::NOT_FOUND, "no such endpoint"));
        }
        let id = canister_of(&parts, &self.domains)?;
        let body = self.context.room.read(body, GATEWAY_BODY_BYTES).await?;
        let canister = Canister {
            context: &self.context,
            id,
        };
        let response = ask(&canister, &parts, &body.bytes).await?;
        let HttpResponse {
            status,
            headers,
            mut body,
            streaming,
            ..
        } = response;
        if let Some(strategy) = streaming {
            streaming::collect(&canister, strategy, &mut body).await?;
        }
        let mut answer = Response::new(Body::from(body));
        *answer.status_mut() = status_of(status)?;
        *answer.headers_mut() = headers::of_response(&headers)?;
        Ok(answer)
    }
}

/// Has the canister answer: by a query, and by an update where it wishes so.
async fn ask(canister: &Canister<'_>, parts: &Parts, body: &[u8]) -> Result<HttpResponse, Failure> {
    let headers = headers::of_request(&parts.headers)?;
    let url = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let request = HttpRequest::new(parts.method.as_str(), url, &headers, body);
    let reply = canister.query("http_request", &request).await?;
    let response = HttpResponse::decode(&reply)?;
    if !response.upgrade {
        return Ok(response);
    }
    let request = HttpUpdateRequest::new(parts.method.as_str(), url, &headers, body);
    let reply = canister.update("http_request_update", &request).await?;
    HttpResponse::decode(&reply)
}

fn status_of(code: u16) -> Result<StatusCode, Failure> {
    let status = StatusCode::from_u16(code).ok();
    // The informational ones announce an answer and are none.
    let status = status.filter(|status| !status.is_informational());
    status.ok_or_else(|| Failure::bad_answer(format!("{code} is no status of an answer")))
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (self.status, kind, self.text + "\n").into_response()
    }
}
