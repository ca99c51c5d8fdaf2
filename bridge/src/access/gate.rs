//! Who may speak with the server.
//!
//! A page in a browser can send requests to this machine: under a name of its own that it lets
//! point here (DNS rebinding), which the `Host` gives away, or straight, which the `Origin` gives
//! away. Both are turned away before anything else is looked at.

use std::net::IpAddr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Uri, header};

use super::token::Token;
use crate::error::{Error, Kind, Result};
use crate::network::bare_host;

/// Names of this machine for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Who may speak with the server.
#[derive(Clone, Debug)]
pub struct Access {
    token: Option<Token>,
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Access {
    /// Everybody who shows the token, under the names of this machine for itself.
    #[must_use]
    pub fn with_token(token: Token) -> Self {
        Self {
            token: Some(token),
            ..Self::open()
        }
    }

    /// Everybody under the names of this machine for itself, whatever token is shown: for servers that
    /// look at tokens themselves, and for tests.
    #[must_use]
    pub fn open() -> Self {
        Self {
            token: None,
            hosts: LOOPBACK.map(String::from).to_vec(),
            origins: Vec::new(),
        }
    }

    /// The server may also be reached under these names.
    #[must_use]
    pub fn under_names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.hosts
            .extend(names.into_iter().map(|name| name.to_ascii_lowercase()));
        self
    }

    /// Pages of these origins, such as `https://app.example.com`, may speak with it too.
    #[must_use]
    pub fn for_origins(mut self, origins: impl IntoIterator<Item = String>) -> Self {
        self.origins.extend(
            origins
                .into_iter()
                .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()),
        );
        self
    }

    /// The address that it listens on is a name of it as well, unless that is every address.
    #[must_use]
    pub fn reached_at(self, address: IpAddr) -> Self {
        if address.is_unspecified() {
            return self;
        }
        self.under_names([address.to_string()])
    }

    /// Checks a request by its headers. `target` is the host of its address, which HTTP/2 sends in
    /// place of the header.
    ///
    /// # Errors
    /// `Forbidden` at the header at fault, `Unauthenticated` without the token.
    pub fn check(&self, headers: &HeaderMap, target: Option<&str>) -> Result<()> {
        self.check_place(headers, target)?;
        self.check_token(headers)
    }

    /// Checks only under which name the server was reached, and from which page.
    ///
    /// # Errors
    /// `Forbidden` at the header at fault.
    pub fn check_place(&self, headers: &HeaderMap, target: Option<&str>) -> Result<()> {
        self.check_host(headers, target)?;
        self.check_origin(headers)
    }

    fn check_host(&self, headers: &HeaderMap, target: Option<&str>) -> Result<()> {
        let named = match only(headers, &header::HOST)? {
            Some(text) => host_of(text),
            None => target.map(bare_host),
        };
        match named {
            Some(host) if self.hosts.contains(&host) => Ok(()),
            Some(host) => Err(forbidden(
                "Host",
                format!("the server is not reached under the name {host:?}"),
                "use localhost, or start it with --allow-host and the name",
            )),
            None => Err(forbidden(
                "Host",
                "the request names no host, or a malformed one".to_string(),
                "send one Host header, such as localhost:8425",
            )),
        }
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<()> {
        let Some(text) = only(headers, &header::ORIGIN)? else {
            return Ok(());
        };
        let origin = text.to_ascii_lowercase();
        let is_own = origin
            .parse::<Uri>()
            .ok()
            .filter(|uri| uri.scheme().is_some())
            .and_then(|uri| uri.authority().map(|authority| bare_host(authority.host())))
            .is_some_and(|host| self.hosts.contains(&host));
        if is_own || self.origins.contains(&origin) {
            return Ok(());
        }
        Err(forbidden(
            "Origin",
            format!("pages of {text:?} may not speak with the server"),
            "start it with --allow-origin and this origin if they shall",
        ))
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<()> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        match bearer_of(headers)? {
            Some(text) if token.is(text) => Ok(()),
            Some(_) => Err(unauthenticated("the token is not that of this server")),
            None => Err(unauthenticated("the request shows no token")),
        }
    }
}

/// The value of a header that may come once; `None` if it does not come.
///
/// # Errors
/// `Forbidden` if it comes twice.
pub fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    let text = first.map(|value| value.to_str());
    match (text, values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text)),
        _ => Err(forbidden(
            name.as_str(),
            "the header comes twice, or is no text".to_string(),
            "send it once, in ASCII",
        )),
    }
}

fn host_of(header: &str) -> Option<String> {
    let authority: Authority = header.parse().ok()?;
    Some(bare_host(authority.host()))
}

/// The token in a header `Authorization: Bearer TOKEN`.
///
/// # Errors
/// `Forbidden` if the header comes twice.
pub fn bearer_of(headers: &HeaderMap) -> Result<Option<&str>> {
    Ok(only(headers, &header::AUTHORIZATION)?.and_then(bearer))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn forbidden(field: &str, rule: String, fix: &str) -> Error {
    Error::new(Kind::Forbidden, rule, fix).at(field)
}

fn unauthenticated(rule: &str) -> Error {
    Error::new(
        Kind::Unauthenticated,
        rule,
        "send the header Authorization: Bearer TOKEN with the token that the server was started \
         with, or that it printed when it started",
    )
    .at("Authorization")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn access() -> Access {
        Access::with_token(Token::new(TOKEN).unwrap())
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn outcome(access: &Access, pairs: &[(&'static str, &str)]) -> Option<(Kind, String)> {
        let mut with_token = vec![("authorization", "Bearer 0123456789abcdef")];
        with_token.extend_from_slice(pairs);
        access
            .check(&headers(&with_token), None)
            .err()
            .map(|error| (error.kind(), error.field().unwrap_or_default().to_string()))
    }

    fn forbidden_by(field: &str) -> Option<(Kind, String)> {
        Some((Kind::Forbidden, field.to_string()))
    }

    #[test]
    fn should_be_reached_under_the_names_of_this_machine_only() {
        for host in [
            "localhost",
            "LocalHost:8425",
            "127.0.0.1:1",
            "[::1]:8425",
            "[::1]",
        ] {
            assert_eq!(outcome(&access(), &[("host", host)]), None, "{host}");
        }
        for host in [
            "evil.example.com",
            "localhost.evil.example.com",
            "127.0.0.2",
            "evil@localhost:1 ",
            "",
        ] {
            let outcome = outcome(&access(), &[("host", host)]);
            assert_eq!(outcome, forbidden_by("Host"), "{host:?}");
        }
        assert_eq!(outcome(&access(), &[]), forbidden_by("Host"));
        let twice = [("host", "localhost"), ("host", "evil.example.com")];
        assert_eq!(outcome(&access(), &twice), forbidden_by("host"));
    }

    #[test]
    fn should_be_reached_under_the_names_that_it_was_given() {
        let access = access()
            .under_names(["Tasks.example.com".to_string()])
            .reached_at("192.0.2.7".parse().unwrap());
        for host in ["tasks.example.com:443", "192.0.2.7:8425"] {
            assert_eq!(outcome(&access, &[("host", host)]), None, "{host}");
        }
        let anywhere = self::access().reached_at("0.0.0.0".parse().unwrap());
        let host = [("host", "0.0.0.0:8425")];
        assert_eq!(outcome(&anywhere, &host), forbidden_by("Host"));
    }

    #[test]
    fn should_turn_away_pages_of_other_origins() {
        let access = access().for_origins(["https://app.example.com/".to_string()]);
        let with = |origin| outcome(&access, &[("host", "localhost"), ("origin", origin)]);
        for origin in [
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://[::1]:8425",
            "https://app.example.com",
        ] {
            assert_eq!(with(origin), None, "{origin}");
        }
        for origin in [
            "null",
            "https://evil.example.com",
            "https://app.example.com:444",
            "http://app.example.com",
            "http://localhost.evil.example.com",
            "localhost",
        ] {
            assert_eq!(with(origin), forbidden_by("Origin"), "{origin}");
        }
    }

    #[test]
    fn should_want_the_token() {
        let check = |pairs: &[(&'static str, &str)]| {
            let mut all = vec![("host", "localhost")];
            all.extend_from_slice(pairs);
            access().check(&headers(&all), None)
        };
        assert!(check(&[("authorization", "bearer  0123456789abcdef")]).is_ok());
        for value in [
            "Bearer 0123456789abcdeX",
            "Bearer",
            "Basic 0123456789abcdef",
            "0123456789abcdef",
        ] {
            let error = check(&[("authorization", value)]).unwrap_err();
            assert_eq!(error.kind(), Kind::Unauthenticated, "{value}");
        }
        assert_eq!(check(&[]).unwrap_err().kind(), Kind::Unauthenticated);
    }

    #[test]
    fn should_take_the_host_of_the_address_where_there_is_no_header() {
        let headers = headers(&[("authorization", "Bearer 0123456789abcdef")]);
        assert!(access().check(&headers, Some("localhost")).is_ok());
        assert!(access().check(&headers, Some("evil.example.com")).is_err());
    }
}
