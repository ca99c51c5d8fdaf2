//! Serving any number of clients over streamable HTTP, until a signal comes.
//!
//! Whoever may reach the server may do everything that its identity may. So it listens on this
//! machine only unless told otherwise, wants a token, and turns away what a browser was lured into
//! sending ([`Access`]). It speaks plain HTTP: encryption is for a proxy before it.

mod bodies;

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use rmcp::transport::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, SessionConfig};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::offer::Offer;
use super::server::Server;
use crate::access::Access;
use crate::error::{Error, Kind, Result};

/// Where the protocol is spoken.
pub const PATH: &str = "/mcp";

/// Sessions of the era before 2026-07-28 at a time; requests since then have none.
pub const MAXIMUM_SESSIONS: usize = 1_000;

/// A session that was silent for so long is over; its client begins a new one.
const SESSION_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Time for the answers under way when the server stops.
const FAREWELL: Duration = Duration::from_millis(500);

/// The header that names a session.
const SESSION_HEADER: &str = "mcp-session-id";

/// A server that listens. It stops when it is dropped.
pub struct HttpServer {
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
    open: CancellationToken,
    _closes_when_dropped: DropGuard,
}

/// What stands before the protocol.
#[derive(Clone)]
struct Gate {
    access: Option<Arc<Access>>,
    sessions: Arc<LocalSessionManager>,
}

impl HttpServer {
    /// Listens, and serves what is offered to everybody who may come in.
    ///
    /// # Errors
    /// `LocalFile` if the address cannot be listened on.
    pub async fn start<O: Offer>(
        offer: Arc<O>,
        address: SocketAddr,
        access: Access,
    ) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| not_listening(address, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| not_listening(address, error))?;
        let open = CancellationToken::new();
        let router = router(offer, access.reached_at(address.ip()), open.clone());
        let closed = open.clone().cancelled_owned();
        let serving = axum::serve(listener, router).with_graceful_shutdown(closed);
        Ok(Self {
            address,
            serving: tokio::spawn(serving.into_future()),
            _closes_when_dropped: open.clone().drop_guard(),
            open,
        })
    }

    /// Where it listens; with the port that was free if none was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is asked to stop, then ends all sessions and streams, and gives the answers
    /// under way a moment.
    ///
    /// # Errors
    /// `Internal` if the server breaks down before that.
    pub async fn serve_until(mut self, stop: impl Future<Output = ()>) -> Result<()> {
        tokio::select! {
            ended = &mut self.serving => return finished(ended),
            () = stop => {}
        }
        self.open.cancel();
        match tokio::time::timeout(FAREWELL, &mut self.serving).await {
            Ok(ended) => finished(ended),
            Err(_) => {
                self.serving.abort();
                Ok(())
            }
        }
    }
}

fn finished(ended: std::result::Result<std::io::Result<()>, tokio::task::JoinError>) -> Result<()> {
    let broken = |error| {
        Error::new(
            Kind::Internal,
            "the HTTP server broke down",
            "start it again; with RUST_LOG=debug it says more",
        )
        .because(error)
    };
    ended
        .map_err(|error| broken(std::io::Error::other(error)))?
        .map_err(broken)
}

/// The protocol at [`PATH`], for a server that has let in who comes: under its names, and with its tokens.
/// Sessions end when `open` is cancelled.
pub fn mounted<O: Offer>(offer: Arc<O>, open: CancellationToken) -> Router {
    let (routes, sessions) = routes(offer, open);
    let gate = Gate {
        access: None,
        sessions,
    };
    routes.layer(middleware::from_fn_with_state(gate, enter))
}

fn router<O: Offer>(offer: Arc<O>, access: Access, open: CancellationToken) -> Router {
    let (routes, sessions) = routes(offer, open);
    let gate = Gate {
        access: Some(Arc::new(access)),
        sessions,
    };
    routes
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(gate, enter))
}

/// What answers at [`PATH`], and the sessions that it keeps.
fn routes<O: Offer>(offer: Arc<O>, open: CancellationToken) -> (Router, Arc<LocalSessionManager>) {
    let mut session = SessionConfig::default();
    session.keep_alive = Some(SESSION_LIFETIME);
    let mut sessions = LocalSessionManager::default();
    sessions.session_config = session;
    let sessions = Arc::new(sessions);
    // Host and Origin are looked at by the gate, which answers like everything else here.
    let config = StreamableHttpServerConfig::default()
        .with_cancellation_token(open)
        .with_max_request_body_bytes(bodies::MAXIMUM_BODY_BYTES)
        .disable_allowed_hosts();
    let service = StreamableHttpService::new(
        move || Ok(Server::new(offer.clone())),
        sessions.clone(),
        config,
    );
    let routes = Router::new()
        .route_service(PATH, service)
        .layer(middleware::from_fn(bodies::judge));
    (routes, sessions)
}

/// Lets in who may come in, as long as there is room.
async fn enter(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let host = request.uri().host().map(str::to_owned);
    let checked = gate
        .access
        .map(|access| access.check(request.headers(), host.as_deref()));
    if let Some(Err(error)) = checked {
        tracing::warn!(%error, "turned away");
        return refused(&error);
    }
    if begins_session(&request) && gate.sessions.sessions.read().await.len() >= MAXIMUM_SESSIONS {
        return refused(&Error::new(
            Kind::Unavailable,
            format!("{MAXIMUM_SESSIONS} sessions are open"),
            "end sessions with DELETE when you are done, or speak protocol 2026-07-28, which \
             needs none",
        ));
    }
    next.run(request).await
}

/// A request of the era before 2026-07-28 that belongs to no session yet.
fn begins_session(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::POST
        && !headers.contains_key(SESSION_HEADER)
        && !stands_for_itself(headers)
}

fn stands_for_itself(headers: &HeaderMap) -> bool {
    headers
        .get("mcp-protocol-version")
        .and_then(|version| version.to_str().ok())
        // Dates in this form are ordered like text.
        .is_some_and(|version| version >= "2026-07-28")
}

async fn nothing_here() -> Response {
    refused(&Error::new(
        Kind::NotFound,
        "there is nothing under this path",
        format!("MCP is spoken under {PATH}"),
    ))
}

/// The answer to a request that does not get as far as the protocol.
fn refused(error: &Error) -> Response {
    let status = StatusCode::from_u16(error.kind().http_status())
        .expect("BUG: the table has statuses of HTTP");
    let body = json!({ "error": error.to_json() }).to_string();
    let json = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, json, body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"chime\""),
        );
    }
    response
}

fn not_listening(address: SocketAddr, error: std::io::Error) -> Error {
    Error::new(
        Kind::LocalFile,
        format!("cannot listen on {address}"),
        "choose another address with --http; port 0 is any that is free",
    )
    .because(error)
}

#[cfg(test)]
mod tests;
