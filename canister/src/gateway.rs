//! What the network itself asks: its nodes for what of a response they agree upon, its gateways for a
//! page. Neither is part of the interface.

use candid::{CandidType, Deserialize};
use ic_cdk::query;
use ic_management_canister_types::{HttpRequestResult, TransformArgs};

use crate::methods::platform;
use crate::runtime::HttpResponse;
use crate::{STATE, driver, only_a_query, service};

/// What of a response over HTTPS all nodes must agree upon. The nodes call it; it is not part of
/// the interface.
#[query(hidden = true, guard = "only_a_query")]
fn transform_http_response(arguments: TransformArgs) -> HttpRequestResult {
    let response = HttpResponse {
        status: u16::try_from(arguments.response.status.0).unwrap_or(0),
        body: arguments.response.body,
    };
    let kept = driver::transform(&arguments.context, response);
    HttpRequestResult {
        status: kept.status.into(),
        headers: Vec::new(),
        body: kept.body,
    }
}

/// A request that a gateway of the network brings from a browser or a collector of metrics.
#[derive(CandidType, Deserialize)]
struct GatewayRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: serde_bytes::ByteBuf,
}

/// What the gateway gives back.
#[derive(CandidType, Deserialize)]
struct GatewayResponse {
    status_code: u16,
    headers: Vec<(String, String)>,
    body: serde_bytes::ByteBuf,
}

/// Shows `/health` and `/metrics`. Gateways call it; it is not part of the interface.
#[query(hidden = true, guard = "only_a_query")]
fn http_request(request: GatewayRequest) -> GatewayResponse {
    let reply = STATE.with_borrow(|vault| {
        service::http_reply(vault.read(), &platform(), &request.method, &request.url)
    });
    let allow = reply.allow.map(|methods| ("allow", methods));
    let headers = [
        ("content-type", reply.content_type),
        ("cache-control", "no-store"),
    ];
    GatewayResponse {
        status_code: reply.status,
        headers: headers
            .into_iter()
            .chain(allow)
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        body: reply.body.into_bytes().into(),
    }
}
