//! The public HTTP interface: routes, request bodies and answers.
//!
//! All versions of an endpoint are served by one handler; they differ in one thing only: a call of
//! version 2 is answered as soon as it is stored, one of version 3 or 4 when it is executed.
//!
//! The bodies must be declared as `application/cbor`. That is also what keeps web pages of other
//! origins away: a browser asks for permission before it sends such a body, and gets none.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use candid::Principal;
use tokio::sync::oneshot;

use super::answers;
use super::authentication::{Targets, authenticate};
use super::body::{Read, Room};
use super::commands::{Accepted, Command, Desk, HandedIn, Query};
use super::envelope::{Content, Envelope};
use super::keys::Keys;
use super::limits::{CALL_WAIT, HTTP_BODY_BYTES};
use super::read_state::{Address, ReadState};
use super::refusal::Refusal;
use super::routing::check_address;
use crate::{Ingress, MessageId};

const CBOR: &str = "application/cbor";

/// What every handler has at hand.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) keys: Arc<Keys>,
    pub(crate) desk: Arc<dyn Desk>,
    /// How long an update is held back.
    pub(crate) call_delay: Duration,
    pub(crate) room: Room,
}

/// The routes of the interface.
pub(crate) fn router(context: Context) -> Router {
    let mut router = Router::new().route("/api/v2/status", get(status));
    for version in ["v2", "v3", "v4"] {
        let call = if version == "v2" {
            post(call_async)
        } else {
            post(call_sync)
        };
        for kind in ["canister", "subnet"] {
            let prefix = format!("/api/{version}/{kind}/{{id}}");
            router = router
                .route(&format!("{prefix}/call"), call.clone())
                .route(&format!("{prefix}/query"), post(query))
                .route(&format!("{prefix}/read_state"), post(read_state));
        }
    }
    router.with_state(context)
}

async fn status(State(context): State<Context>) -> Response {
    cbor(answers::status(&context.keys))
}

async fn call_async(State(context): State<Context>, request: Request) -> Result<Response, Refusal> {
    match submit(&context, request).await? {
        Accepted::Rejected(rejection) => Ok(cbor(answers::not_taken(&rejection))),
        Accepted::Answered(_) | Accepted::Waiting(_) => Ok(StatusCode::ACCEPTED.into_response()),
    }
}

async fn call_sync(State(context): State<Context>, request: Request) -> Result<Response, Refusal> {
    match submit(&context, request).await? {
        Accepted::Rejected(rejection) => Ok(cbor(answers::not_taken(&rejection))),
        Accepted::Answered(certificate) => Ok(cbor(answers::certified_call(certificate))),
        Accepted::Waiting(certificate) => {
            // The call is stored: if its answer does not come in time, or not before the server
            // stops, the client asks for it by its request id.
            match tokio::time::timeout(CALL_WAIT, certificate).await {
                Ok(Ok(certificate)) => Ok(cbor(answers::certified_call(certificate))),
                Ok(Err(_)) | Err(_) => Ok(StatusCode::ACCEPTED.into_response()),
            }
        }
    }
}

async fn submit(context: &Context, request: Request) -> Result<Accepted, Refusal> {
    let (envelope, _) = request.authenticate(context)?;
    let Content::Call(call) = envelope.content else {
        return Err(Refusal::invalid("the request is not a call"));
    };
    check_address(&request.address, &context.keys.subnet_id, &call)?;
    if !context.call_delay.is_zero() {
        tokio::time::sleep(context.call_delay).await;
    }
    let ingress = Ingress {
        message_id: MessageId(*envelope.id),
        sender: envelope.sender,
        canister_id: call.canister_id,
        method: call.method,
        arg: call.arg,
        ingress_expiry_ns: envelope.ingress_expiry_ns,
    };
    ask(context, |answer| Command::Call(ingress, answer)).await
}

async fn query(State(context): State<Context>, request: Request) -> Result<Response, Refusal> {
    let (envelope, _) = request.authenticate(&context)?;
    let Content::Query(call) = envelope.content else {
        return Err(Refusal::invalid("the request is not a query"));
    };
    check_address(&request.address, &context.keys.subnet_id, &call)?;
    let query = Query {
        sender: envelope.sender,
        canister_id: call.canister_id,
        method: call.method,
        arg: call.arg,
    };
    let result = ask(&context, |answer| Command::Query(query, answer)).await?;
    let answer = answers::signed_query(&context.keys, envelope.id, result, context.desk.now_ns());
    Ok(cbor(answer))
}

async fn read_state(State(context): State<Context>, request: Request) -> Result<Response, Refusal> {
    let (envelope, targets) = request.authenticate(&context)?;
    let Content::ReadState(paths) = envelope.content else {
        return Err(Refusal::invalid("the request is not a read_state"));
    };
    let read = ReadState {
        address: request.address,
        sender: envelope.sender,
        targets,
        paths,
    };
    let certificate = ask(&context, |answer| Command::ReadState(read, answer)).await??;
    Ok(cbor(answers::read_state(certificate)))
}

/// Hands a command to the driver and waits for the answer.
pub(super) async fn ask<T>(
    context: &Context,
    command: impl FnOnce(oneshot::Sender<T>) -> Command,
) -> Result<T, Refusal> {
    let (sender, receiver) = oneshot::channel();
    match context.desk.hand_in(command(sender)) {
        HandedIn::Taken => {}
        HandedIn::Full(_) => return Err(Refusal::Overloaded),
        HandedIn::Ended => return Err(Refusal::Unavailable),
    }
    receiver.await.map_err(|_| Refusal::Unavailable)
}

fn cbor(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, CBOR)], body).into_response()
}

/// A signed request as it arrived.
struct Request {
    address: Address,
    body: Read,
}

impl Request {
    fn authenticate(&self, context: &Context) -> Result<(Envelope, Targets), Refusal> {
        let envelope = Envelope::decode(&self.body.bytes)?;
        let targets = authenticate(&envelope, context.desk.now_ns())?;
        Ok((envelope, targets))
    }
}

impl axum::extract::FromRequest<Context> for Request {
    type Rejection = Response;

    async fn from_request(
        request: axum::extract::Request,
        context: &Context,
    ) -> Result<Self, Response> {
        use axum::RequestExt as _;
        let mut request = request;
        check_content_type(request.headers()).map_err(IntoResponse::into_response)?;
        let subnet = request.uri().path().split('/').nth(3) == Some("subnet");
        let path = request.extract_parts::<Path<String>>().await;
        let Path(id) = path.map_err(IntoResponse::into_response)?;
        let id = Principal::from_text(&id)
            .map_err(|e| Refusal::Invalid(format!("the id in the address: {e}")).into_response())?;
        let body = context
            .room
            .read(request.into_body(), HTTP_BODY_BYTES)
            .await;
        Ok(Self {
            address: if subnet {
                Address::Subnet(id)
            } else {
                Address::Canister(id)
            },
            body: body.map_err(IntoResponse::into_response)?,
        })
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.as_bytes());
    if declared != Some(CBOR.as_bytes()) {
        return Err(Refusal::invalid(
            "Unexpected content-type, expected application/cbor.",
        ));
    }
    Ok(())
}
