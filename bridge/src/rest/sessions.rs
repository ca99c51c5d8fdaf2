//! Who signed in with a browser: a cookie that no script can read, and a token for forms that no other
//! page can know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use chime_types::limits::NANOSECONDS;

use crate::access::{Issued, Reach, Token, digest_hex, random_hex};
use crate::error::Result;

/// Sessions at a time; the oldest gives way.
pub const MAXIMUM_SESSIONS: usize = 1_000;

/// A session is over after so many seconds.
pub const SESSION_SECONDS: u64 = 12 * 3_600;

/// The name of the cookie.
const COOKIE: &str = "chime_session";

const FORM_TOKEN_BYTES: usize = 16;

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The identity that it acts as.
    pub identity: Option<String>,
    /// What it may do.
    pub reach: Reach,
    /// Stands in every form of its pages.
    pub form_token: String,
    begun_at: u64,
}

/// All who signed in, by the digest of their cookie.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Arc<Session>>>);

impl Sessions {
    /// Begins a session for the holder of a token, and answers with the value of the header that sets the
    /// cookie.
    pub fn begin(&self, token: &Issued, now_at: u64) -> Result<String> {
        let (_, secret) = Token::generate()?;
        let session = Session {
            identity: token.identity.clone(),
            reach: token.role,
            form_token: random_hex(FORM_TOKEN_BYTES)?,
            begun_at: now_at,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, session| !session.is_over(now_at));
        if all.len() >= MAXIMUM_SESSIONS {
            let oldest = all.iter().min_by_key(|(_, session)| session.begun_at);
            if let Some(oldest) = oldest.map(|(digest, _)| digest.clone()) {
                all.remove(&oldest);
            }
        }
        all.insert(digest_hex(&secret), Arc::new(session));
        Ok(format!(
            "{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION_SECONDS}"
        ))
    }

    /// The session of a request; none if it has none that goes on.
    pub fn of(&self, headers: &HeaderMap, now_at: u64) -> Option<Arc<Session>> {
        let digest = digest_hex(cookie(headers, COOKIE)?);
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&digest)
            .filter(|session| !session.is_over(now_at))
            .cloned()
    }

    /// Ends the session of a request, and answers with the value of the header that takes the cookie away.
    pub fn end(&self, headers: &HeaderMap) -> String {
        if let Some(secret) = cookie(headers, COOKIE) {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.remove(&digest_hex(secret));
        }
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}

impl Session {
    fn is_over(&self, now_at: u64) -> bool {
        now_at >= self.begun_at.saturating_add(SESSION_SECONDS * NANOSECONDS)
    }

    /// Whether a form is one of its own.
    pub fn made(&self, form_token: &str) -> bool {
        // Of digests, so that it takes as long for every guess.
        digest_hex(&self.form_token) == digest_hex(form_token)
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all.filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|text| text.split(';'));
    pairs.find_map(|pair| {
        let (own, value) = pair.trim().split_once('=')?;
        (own == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Book, Wanted};

    const NOW_AT: u64 = 1_000 * NANOSECONDS;

    fn issued() -> Issued {
        let directory = tempfile::tempdir().unwrap();
        let wanted = Wanted {
            role: Reach::User,
            identity: None,
            expires_in_seconds: None,
            once: true,
        };
        let book = Book::new(directory.path().to_path_buf());
        book.issue(&wanted, NOW_AT).unwrap().0
    }

    fn sent(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = format!("theme=dark; {}", cookie.split(';').next().unwrap());
        headers.insert(header::COOKIE, value.parse().unwrap());
        headers
    }

    #[test]
    fn should_know_a_session_until_it_is_over() {
        let sessions = Sessions::default();
        let cookie = sessions.begin(&issued(), NOW_AT).unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        let headers = sent(&cookie);
        let session = sessions.of(&headers, NOW_AT).unwrap();
        assert!(session.made(&session.form_token.clone()) && !session.made(""));
        let end_at = NOW_AT + SESSION_SECONDS * NANOSECONDS;
        assert!(sessions.of(&headers, end_at - 1).is_some());
        assert!(sessions.of(&headers, end_at).is_none());
        sessions.end(&headers);
        assert!(sessions.of(&headers, NOW_AT).is_none());
        assert!(sessions.of(&sent("chime_session=guess"), NOW_AT).is_none());
    }

    #[test]
    fn should_let_the_oldest_go_when_there_are_too_many() {
        let sessions = Sessions::default();
        let token = issued();
        let first = sessions.begin(&token, NOW_AT).unwrap();
        let second = sessions.begin(&token, NOW_AT + 1).unwrap();
        for _ in 2..=MAXIMUM_SESSIONS {
            sessions.begin(&token, NOW_AT + 2).unwrap();
        }
        assert!(sessions.of(&sent(&first), NOW_AT).is_none());
        assert!(sessions.of(&sent(&second), NOW_AT).is_some());
    }
}
