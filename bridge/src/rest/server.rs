//! The server: one port for the API, the pages, what happens, figures, and whatever else is mounted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Extension, middleware};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::events::{self, Open};
use super::gate::{self, Caller};
use super::problem::Problem;
use super::served::{Identities, Served};
use super::{api, connections, figures, openapi, pages, schema};
use crate::access::{Access, Book, Reach};
use crate::error::{Error, Kind, Result};
use crate::scheduler::Scheduler;

/// Time for the answers under way when the server stops.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a server needs.
pub struct Setup {
    /// Where it listens.
    pub address: SocketAddr,
    /// Under which names it is reached, and from which pages.
    pub access: Access,
    /// The scheduler, asked as the server's own identity.
    pub scheduler: Scheduler,
    /// The identities that tokens may stand for.
    pub identities: Box<dyn Identities>,
    /// The tokens.
    pub book: Book,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// What else is served for those who may do everything as the server's own identity, such as MCP.
    pub mounted: Option<Router>,
}

/// A server that listens. It stops when it is dropped.
pub struct RestServer {
    address: SocketAddr,
    serving: JoinHandle<()>,
    open: CancellationToken,
    _closes_when_dropped: DropGuard,
}

impl RestServer {
    /// Listens, and serves everybody who may come in. `open` is cancelled when it stops.
    ///
    /// # Errors
    /// `LocalFile` if the address cannot be listened on.
    pub async fn start(setup: Setup, open: CancellationToken) -> Result<Self> {
        let failed = |error| not_listening(setup.address, error);
        let listener = TcpListener::bind(setup.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let served = Served::new(
            setup.scheduler,
            setup.identities,
            setup.book,
            setup.access.reached_at(address.ip()),
            setup.read_only,
        );
        let router = router(Arc::new(served), setup.mounted, open.clone());
        Ok(Self {
            address,
            serving: tokio::spawn(connections::serve(listener, router, open.clone())),
            _closes_when_dropped: open.clone().drop_guard(),
            open,
        })
    }

    /// Where it listens; with the port that was free if none was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is asked to stop, then ends all streams, and gives the answers under way a moment.
    ///
    /// # Errors
    /// `Internal` if the server breaks down before that.
    pub async fn serve_until(mut self, stop: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            ended = &mut self.serving => {
                let broken = Error::new(Kind::Internal, "the server broke down", "start it again");
                return ended.map_err(|error| broken.because(error));
            }
            () = stop => {}
        }
        self.open.cancel();
        tokio::time::sleep(FAREWELL).await;
        Ok(())
    }
}

fn router(served: Arc<Served>, mounted: Option<Router>, open: CancellationToken) -> Router {
    let own = Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(figures::metrics))
        .route("/events", get(events::listen))
        .route("/api/openapi.json", get(openapi::get))
        .route("/api/schema.yaml", get(schema::yaml))
        .route("/api", any(api::answer))
        .route("/api/{*rest}", any(api::answer))
        .merge(pages::router())
        .fallback(nothing_here)
        .layer(Extension(Open(open)))
        .with_state(served.clone());
    let all = match mounted {
        None => own,
        Some(router) => own.merge(router.layer(middleware::from_fn(for_all_rights))),
    };
    all.layer(middleware::from_fn_with_state(served, gate::enter))
}

/// What is mounted does everything as the server's own identity.
async fn for_all_rights(
    Extension(caller): Extension<Caller>,
    request: Request,
    next: middleware::Next,
) -> Response {
    let method = request.method().clone();
    let allowed = caller
        .require(Reach::Admin)
        .and_then(|()| caller.require_token(&method));
    match (allowed, caller.is_server) {
        (Err(error), _) => api::failed(error),
        (Ok(()), false) => api::failed(Error::new(
            Kind::Forbidden,
            "what is here acts as the identity of the server, and the token as another one",
            "show a token that was made without --for",
        )),
        (Ok(()), true) => next.run(request).await,
    }
}

async fn health() -> Response {
    let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, body.to_string()).into_response()
}

async fn nothing_here(request: Request) -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("there is nothing under {}", request.uri().path()),
        "the pages begin at /, the API at /api/task; GET /api/openapi.json lists it",
    )
    .into_response()
}

fn not_listening(address: SocketAddr, error: std::io::Error) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("cannot listen on {address}"),
        "choose another address with --listen; port 0 is any that is free",
    )
    .because(error)
}
