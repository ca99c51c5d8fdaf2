//! What a form of a page sends, once it is known to be one of ours.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};

use crate::rest::api::body_of;
use crate::rest::gate::Caller;
use crate::rest::problem::{Outcome, Problem};
use crate::rest::query::pairs;
use crate::rest::sessions::Session;

/// Longest form in bytes: a note or a command, with every byte written as three.
const MAXIMUM_FORM_BYTES: usize = 256 * 1024;

/// The fields of a form.
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form of a page that this session was shown: no other page can make a browser send it.
    pub async fn read(caller: &Caller, headers: &HeaderMap, body: Body) -> Outcome<Self> {
        let session: &Arc<Session> = caller.session.as_ref().ok_or_else(foreign)?;
        let kind = headers.get(header::CONTENT_TYPE);
        let is_form = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| {
                let name = kind.split(';').next().unwrap_or_default().trim();
                name.eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !is_form {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "this is no form of a page",
                "use the pages, or the API under /api",
            ));
        }
        let bytes = body_of(body, MAXIMUM_FORM_BYTES).await?;
        let text = String::from_utf8(bytes).map_err(|_| foreign())?;
        let form = Self(pairs(&text));
        match session.made(form.get("form_token")) {
            true => Ok(form),
            false => Err(foreign()),
        }
    }

    /// The first field of this name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        let mut all = self.all(name);
        all.next().unwrap_or_default()
    }

    /// All fields of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self.0.iter().filter(move |(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn foreign() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "the form is not one of a page that you were shown",
        "open the page again, and send it from there",
    )
}
