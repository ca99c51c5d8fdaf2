//! The pages for people: their addresses, who they are shown to, and how one signs in. What they look like
//! is for [`crate::page`].

mod codices;
mod fields;
mod form;
mod read;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::gate::Caller;
use super::problem::{Outcome, Problem};
use super::query::pairs;
use super::served::Served;
use super::sessions::cookie;
use crate::access::Reach;
use crate::page::{self, ASSETS, Context, Theme};
use crate::words::Clock;

/// The cookie in which the theme is; scripts may not read it either.
const THEME: &str = "chime_theme";

/// A year, in seconds.
const THEME_SECONDS: u64 = 365 * 86_400;

/// The pages, the files that they load, and what their forms do.
pub fn router() -> Router<Arc<Served>> {
    let mut router = Router::new()
        .route("/enter", get(enter))
        .route("/", get(read::overview))
        .route("/tasks", get(read::tasks).post(write::create))
        .route("/tasks/new", get(read::new_task))
        .route("/tasks/{id}", get(read::task).post(write::edit))
        .route("/tasks/{id}/edit", get(read::edit_task))
        .route("/tasks/{id}/{verb}", post(write::task))
        .route("/executions/{id}", get(read::execution))
        .route("/executions/{id}/{verb}", post(write::execution))
        .route("/codices", get(codices::list).post(codices::store))
        .route("/new/codex", get(codices::new))
        .route(
            "/codices/{name}",
            get(codices::show).post(codices::store_again),
        )
        .route("/codices/{name}/edit", get(codices::edit))
        .route("/codices/{name}/{verb}", post(codices::change))
        .route("/grid", get(read::grid))
        .route("/calendar", get(read::calendar))
        .route("/failures", get(read::failures))
        .route("/failures/retry", post(write::retry_all))
        .route("/timeline", get(read::timeline))
        .route("/workers", get(read::workers))
        .route("/settings", get(read::settings))
        .route("/settings/revoke", post(write::revoke))
        .route("/theme", post(write::theme))
        .route("/leave", post(write::leave));
    for (path, kind, text) in ASSETS {
        let file = move || async move { ([(header::CONTENT_TYPE, kind)], text) };
        router = router.route(path, get(file));
    }
    router
}

/// Who looks at a page.
fn context(caller: &Caller, uri: &Uri, headers: &HeaderMap) -> Context {
    let session = caller.session.as_ref();
    Context {
        form_token: session.map_or_else(String::new, |session| session.form_token.clone()),
        may_change: session.is_some() && caller.reach >= Reach::User,
        ..stranger(uri, headers)
    }
}

fn stranger(uri: &Uri, headers: &HeaderMap) -> Context {
    let path = uri.path_and_query();
    Context {
        clock: Clock::system(),
        theme: Theme::of(cookie(headers, THEME).unwrap_or_default()),
        form_token: String::new(),
        may_change: false,
        path: path.map_or_else(|| "/".to_string(), ToString::to_string),
    }
}

/// A page, or what is wrong in the form of one.
fn html(context: &Context, page: Outcome<String>) -> Response {
    match page {
        Ok(page) => with_status(StatusCode::OK, page),
        Err(problem) => refused(context, &problem),
    }
}

fn refused(context: &Context, problem: &Problem) -> Response {
    let title = problem.status().canonical_reason().unwrap_or("Not done");
    let error = problem.error();
    let page = page::message(context, title, &error.explanation(), error.fix());
    with_status(problem.status(), page)
}

fn with_status(status: StatusCode, page: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, kind, page).into_response()
}

/// Leads to another page after something was done.
fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// What somebody sees who is not signed in.
pub fn sign_in(uri: &Uri, headers: &HeaderMap) -> Response {
    let page = page::sign_in(&stranger(uri, headers));
    with_status(StatusCode::UNAUTHORIZED, page)
}

/// Signs in whoever shows a code that is good for once.
async fn enter(State(served): State<Arc<Served>>, request: Request) -> Response {
    let all = pairs(request.uri().query().unwrap_or_default());
    let code = all.into_iter().find(|(name, _)| name == "code");
    let code = code.map(|(_, code)| code).unwrap_or_default();
    let now_at = Clock::system().now_at();
    let begun = served.book.redeem(&code, now_at).and_then(|token| {
        token
            .map(|token| served.sessions.begin(&token, now_at))
            .transpose()
    });
    match begun {
        Err(error) => super::api::failed(error),
        Ok(None) => sign_in(request.uri(), request.headers()),
        Ok(Some(cookie)) => {
            let headers = [
                (header::SET_COOKIE, cookie),
                (header::LOCATION, "/".to_string()),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
    }
}
