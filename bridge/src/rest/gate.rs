//! Who somebody is, and what stands around every answer.
//!
//! A page of another site can make a browser send requests to this machine, and another user of this
//! machine can send them by itself: so names and origins are looked at first, and nothing is told or done
//! without a token. What a browser adds by itself, the cookie, opens pages and reads; whatever changes
//! something needs a token in a header, or in a form that only pages of this server have.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::served::{Account, Served};
use super::sessions::Session;
use crate::access::{Reach, bearer_of};
use crate::error::{Error, Kind, Result};
use crate::words::Clock;

/// Who asks.
#[derive(Clone)]
pub struct Caller {
    /// The scheduler, asked in its name.
    pub account: Arc<Account>,
    /// What it may do.
    pub reach: Reach,
    /// Whether it acts as the identity of the server.
    pub is_server: bool,
    /// Its session, if it showed a cookie instead of a token.
    pub session: Option<Arc<Session>>,
}

/// What everybody may see: whether the server is there, how pages look, and how one signs in.
const OPEN: [&str; 5] = [
    "/healthz",
    "/enter",
    "/assets/chime.css",
    "/assets/chime.js",
    "/assets/icon.svg",
];

/// Set around every answer: nothing may frame it, keep it, or load anything from elsewhere for it.
const SHIELD: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With `no-referrer` a browser sends `Origin: null` with the forms of these pages, and they are refused.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Lets in who may come in, and says who it is.
pub async fn enter(
    State(served): State<Arc<Served>>,
    mut request: Request,
    next: Next,
) -> Response {
    let host = request.uri().host().map(str::to_owned);
    let place = served
        .access
        .check_place(request.headers(), host.as_deref());
    let response = match place {
        Err(error) => refused(error),
        Ok(()) if OPEN.contains(&request.uri().path()) => next.run(request).await,
        Ok(()) => match caller(&served, request.headers(), request.method()).await {
            Ok(caller) => {
                if let Some(known) = request.extensions().get::<super::connections::Known>() {
                    known.set();
                }
                request.extensions_mut().insert(caller);
                next.run(request).await
            }
            Err(error)
                if wants_page(request.uri().path()) && error.kind() == Kind::Unauthenticated =>
            {
                super::pages::sign_in(request.uri(), request.headers())
            }
            Err(error) => refused(error),
        },
    };
    served.count(response.status().as_u16());
    shielded(response)
}

/// Whether a path is that of a page, for people.
fn wants_page(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    !matches!(first, "api" | "events" | "metrics" | "mcp")
}

fn refused(error: Error) -> Response {
    tracing::warn!(%error, "turned away");
    Problem::from(error).into_response()
}

fn shielded(mut response: Response) -> Response {
    for (name, value) in SHIELD {
        let value = HeaderValue::from_static(value);
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Who shows a token, or the cookie of a session.
async fn caller(served: &Served, headers: &HeaderMap, method: &Method) -> Result<Caller> {
    let now_at = Clock::system().now_at();
    let (identity, reach, session) = match bearer_of(headers)? {
        Some(text) => {
            let token = served.book.of(text, now_at)?;
            let token =
                token.ok_or_else(|| unauthenticated("the token is none that is good here"))?;
            if let Err(error) = served.book.used(&token.id, now_at) {
                tracing::warn!(%error, "cannot write down that a token was used");
            }
            (token.identity, token.role, None)
        }
        None => {
            let session = served.sessions.of(headers, now_at);
            let session = session.ok_or_else(|| unauthenticated("the request shows no token"))?;
            (session.identity.clone(), session.reach, Some(session))
        }
    };
    let reach = if served.read_only {
        Reach::Viewer
    } else {
        reach
    };
    if reach == Reach::Viewer && !method.is_safe() {
        let fix = match served.read_only {
            true => "start the server without --read-only",
            false => "show a token that may, made with `chime token create --role user`",
        };
        return Err(Error::new(Kind::Forbidden, "the token may only read", fix));
    }
    Ok(Caller {
        account: served.account(identity.as_deref()).await?,
        reach,
        is_server: identity.is_none(),
        session,
    })
}

impl Caller {
    /// Refuses what this caller may not do.
    pub fn require(&self, least: Reach) -> Result<()> {
        match self.reach >= least {
            true => Ok(()),
            false => Err(Error::new(
                Kind::Forbidden,
                format!("this is for tokens of the role {}", least.name()),
                match least {
                    Reach::Viewer => "show one of `chime token create`",
                    Reach::User => "show one of `chime token create --role user`",
                    Reach::Admin => "show one of `chime token create --role admin`",
                },
            )),
        }
    }

    /// Refuses a change that is asked for with nothing but the cookie, which a browser sends by itself.
    pub fn require_token(&self, method: &Method) -> Result<()> {
        match self.session.is_some() && !method.is_safe() {
            false => Ok(()),
            true => Err(Error::new(
                Kind::Forbidden,
                "a cookie is not enough to change something here",
                "send the header Authorization: Bearer TOKEN; `chime token create` makes one",
            )
            .at("Authorization")),
        }
    }
}

fn unauthenticated(rule: &str) -> Error {
    Error::new(
        Kind::Unauthenticated,
        rule,
        "send the header Authorization: Bearer TOKEN with a token of `chime token create`, or sign in with \
         `chime open`",
    )
    .at("Authorization")
}
