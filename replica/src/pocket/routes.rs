//! The routes of the protocol; all of them may end with a slash. Here are the handlers of what is
//! common to all instances; `creation` and `operations` have the others.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_service::Service;

use super::blobstore::{BlobStore, Packing};
use super::creation::{
    create_gateway, create_instance, delete_instance, list_gateways, list_instances, stop_gateway,
    topology,
};
use super::gateways::Gateways;
use super::graph::Graph;
use super::instances::Instances;
use super::lifetime::Activity;
use super::limits::{BLOB_BYTES, BODY_BYTES};
use super::machine::Machine;
use super::operations::{is_in_progress, read, start_progress, stop_progress, update};
use super::problem::{Problem, json};

/// What every handler has at hand.
pub(super) struct App {
    pub(super) instances: Instances,
    pub(super) gateways: Gateways,
    pub(super) activity: Arc<Activity>,
    pub(super) blobs: BlobStore,
    graph: Arc<Graph>,
    synchronous_wait: Duration,
}

pub(super) type Shared = State<Arc<App>>;

/// The routes.
pub(super) fn router(app: Arc<App>) -> Router {
    let blob_limit = DefaultBodyLimit::max(BLOB_BYTES);
    let routes: [(&str, MethodRouter<Arc<App>>); 15] = [
        ("/status", get(|| async {})),
        ("/blobstore", post(put_blob).layer(blob_limit)),
        ("/blobstore/{id}", get(get_blob)),
        ("/verify_signature", post(verify_signature)),
        ("/read_graph/{state_label}/{op_id}", get(read_graph)),
        ("/prune_graph/{state_label}/{op_id}", delete(prune_graph)),
        ("/instances", get(list_instances).post(create_instance)),
        ("/instances/{id}", delete(delete_instance)),
        ("/instances/{id}/read/{what}", get(read).post(read)),
        ("/instances/{id}/update/{what}", post(update)),
        (
            "/instances/{id}/auto_progress",
            get(is_in_progress).post(start_progress),
        ),
        ("/instances/{id}/stop_progress", post(stop_progress)),
        ("/instances/{id}/_/topology", get(topology)),
        ("/http_gateway", get(list_gateways).post(create_gateway)),
        ("/http_gateway/{id}/stop", post(stop_gateway)),
    ];
    let mut router = Router::new();
    for (path, methods) in routes {
        router = router
            .route(path, methods.clone())
            .route(&format!("{path}/"), methods);
    }
    router
        .route("/instances/{id}/api/{*rest}", get(api).post(api))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(app)
}

impl App {
    /// A server without instances.
    pub(super) fn new(synchronous_wait: Duration) -> Self {
        Self {
            instances: Instances::default(),
            gateways: Gateways::default(),
            activity: Activity::new(),
            graph: Arc::default(),
            blobs: BlobStore::default(),
            synchronous_wait,
        }
    }

    /// Has an operation done on an instance.
    pub(super) async fn operate<T: Serialize>(
        &self,
        number: usize,
        operation: impl FnOnce(&mut Machine) -> Result<T, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let instance = self.instances.get(number)?;
        let ticket = self.graph.ticket(number);
        let wait = self.synchronous_wait;
        Ok(instance.operate(&self.graph, ticket, wait, operation).await)
    }
}

/// Reads a body that is declared as JSON: what web pages of other origins cannot send unasked.
pub(super) fn parse<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Problem> {
    let declared = headers.get(header::CONTENT_TYPE);
    let declared = declared.and_then(|kind| kind.to_str().ok());
    if !declared.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(Problem::new("Expected a body of type application/json"));
    }
    serde_json::from_slice(body)
        .map_err(|error| Problem::new(format!("The body is malformed: {error}")))
}

async fn put_blob(
    State(app): Shared,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    let packing = match encoding.map(|encoding| encoding.as_bytes()) {
        None => Packing::None,
        Some(b"gzip") => Packing::Gzip,
        Some(_) => {
            return Err(Problem::new(
                "Bad encoding: Only 'gzip' content encoding is supported",
            ));
        }
    };
    let id = app.blobs.put(&body, packing)?;
    Ok(hex::encode(id).into_response())
}

async fn get_blob(State(app): Shared, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = hex::decode(id).map_err(|error| Problem::new(format!("The blob's id: {error}")))?;
    let blob = app.blobs.get(&id);
    let blob = blob.ok_or_else(|| Problem::not_found("There is no such blob"))?;
    Ok(blob.to_vec().into_response())
}

async fn verify_signature() -> Response {
    let problem = Problem::unsupported("canister signatures");
    json(StatusCode::OK, &Err::<(), _>(problem.message))
}

async fn read_graph(
    State(app): Shared,
    Path((state_label, op_id)): Path<(String, String)>,
) -> Response {
    match app.graph.read(&state_label, &op_id) {
        Some(outcome) => outcome.into_response(),
        None => Problem::not_found(format!("{op_id} of {state_label} is not known or goes on"))
            .into_response(),
    }
}

async fn prune_graph(
    State(app): Shared,
    Path((state_label, op_id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    if app.graph.prune(&state_label, &op_id) {
        return Ok(json(StatusCode::OK, &()));
    }
    Err(Problem::not_found(format!(
        "{op_id} of {state_label} is not known"
    )))
}

/// Passes a request on to the public interface of an instance.
async fn api(
    State(app): Shared,
    Path((number, rest)): Path<(usize, String)>,
    mut request: Request,
) -> Result<Response, Problem> {
    let instance = app.instances.get(number)?;
    let target: Result<Uri, _> = format!("/api/{rest}").parse();
    *request.uri_mut() = target.map_err(|error| Problem::new(error.to_string()))?;
    // The parameters of this path would be taken for those of the inner one.
    request.extensions_mut().clear();
    match instance.router().call(request).await {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
