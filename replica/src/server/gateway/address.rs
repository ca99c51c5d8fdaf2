//! Which canister a request is for.
//!
//! The host names it (`<canister id>.localhost`, `<canister id>.raw.localhost`), or else the
//! parameter `canisterId` of the URL, or that of the page from which the request comes. Only hosts
//! of this machine are answered: the domains, `localhost` and addresses.

use std::net::IpAddr;

use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use candid::Principal;

use super::DOMAIN;
use super::failure::Failure;

/// The parameter that names the canister.
const PARAMETER: &str = "canisterId";

/// Finds the canister.
pub(super) fn canister_of(parts: &Parts, domains: &[String]) -> Result<Principal, Failure> {
    let host = host_of(parts).unwrap_or_default();
    let text = match subdomain(host, domains) {
        Subdomain::Canister(label) => label.to_owned(),
        Subdomain::None => parameter(parts).ok_or_else(|| {
            let text = format!(
                "the request names no canister: use http://<canister id>.{DOMAIN}:PORT/ or the \
                 parameter {PARAMETER}"
            );
            Failure::new(StatusCode::NOT_FOUND, text)
        })?,
        Subdomain::Foreign => {
            return Err(Failure::bad_request(format!(
                "the host {host:?} is none of this gateway's: use http://<canister id>.{DOMAIN}:PORT/"
            )));
        }
    };
    let id = Principal::from_text(&text)
        .map_err(|error| Failure::bad_request(format!("{text:?} is no canister id: {error}")))?;
    if is_reserved(&id) {
        return Err(Failure::bad_request(format!(
            "{id} is a reserved id: no canister that serves HTTP can have it"
        )));
    }
    Ok(id)
}

enum Subdomain<'h> {
    /// The host names a canister, or something in its place.
    Canister(&'h str),
    /// The host is this gateway's and names nothing.
    None,
    /// The host is not this gateway's.
    Foreign,
}

fn subdomain<'h>(host: &'h str, domains: &[String]) -> Subdomain<'h> {
    if host.parse::<IpAddr>().is_ok() {
        return Subdomain::None;
    }
    for domain in domains.iter().map(String::as_str).chain([DOMAIN]) {
        let Some(rest) = strip_suffix_ignore_case(host, domain) else {
            continue;
        };
        if rest.is_empty() {
            return Subdomain::None;
        }
        let Some(label) = rest.strip_suffix('.') else {
            continue;
        };
        return Subdomain::Canister(label.strip_suffix(".raw").unwrap_or(label));
    }
    Subdomain::Foreign
}

fn strip_suffix_ignore_case<'h>(host: &'h str, suffix: &str) -> Option<&'h str> {
    let start = host.len().checked_sub(suffix.len())?;
    let (rest, end) = host.split_at_checked(start)?;
    end.eq_ignore_ascii_case(suffix).then_some(rest)
}

/// The host without port and brackets.
fn host_of(parts: &Parts) -> Option<&str> {
    let authority = match parts.headers.get(header::HOST) {
        Some(host) => host.to_str().ok()?,
        None => parts.uri.authority()?.as_str(),
    };
    if let Some(address) = authority.strip_prefix('[') {
        return address.split(']').next();
    }
    authority.split(':').next()
}

fn parameter(parts: &Parts) -> Option<String> {
    let of_page = || {
        let page = parts.headers.get(header::REFERER)?.to_str().ok()?;
        parameter_of(&page.parse().ok()?)
    };
    parameter_of(&parts.uri).or_else(of_page)
}

fn parameter_of(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let (_, value) = parameters.find(|(name, _)| name == PARAMETER)?;
    Some(value.into_owned())
}

/// Ids that are no canister's: the management canister, users, the anonymous one.
fn is_reserved(id: &Principal) -> bool {
    const OPAQUE: u8 = 1;
    id.as_slice().last() != Some(&OPAQUE)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::canister_id_from_counter;

    fn find(host: &str, target: &str, referer: Option<&str>) -> Result<Principal, String> {
        let mut request = Request::builder().uri(target).header(header::HOST, host);
        if let Some(page) = referer {
            request = request.header(header::REFERER, page);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        canister_of(&parts, &["example.test".to_owned()]).map_err(|failure| failure.text)
    }

    #[test]
    fn should_find_the_canister_in_the_host_or_the_parameter() {
        let id = canister_id_from_counter(7);
        let page = format!("http://localhost:4943/?canisterId={id}");
        for (host, target, referer) in [
            (format!("{id}.localhost:4943"), "/".to_owned(), None),
            (
                format!("{id}.LOCALHOST"),
                "/a?canisterId=x".to_owned(),
                None,
            ),
            (format!("{id}.raw.localhost:4943"), "/".to_owned(), None),
            (format!("{id}.example.test"), "/".to_owned(), None),
            (
                "localhost:4943".to_owned(),
                format!("/?canisterId={id}"),
                None,
            ),
            (
                "127.0.0.1:4943".to_owned(),
                format!("/a?b=c&canisterId={id}"),
                None,
            ),
            ("[::1]:4943".to_owned(), format!("/?canisterId={id}"), None),
            (
                "localhost".to_owned(),
                "/style.css".to_owned(),
                Some(page.as_str()),
            ),
        ] {
            assert_eq!(find(&host, &target, referer), Ok(id), "{host} {target}");
        }
    }

    #[test]
    fn should_refuse_requests_for_no_canister_with_a_text_that_says_why() {
        let id = canister_id_from_counter(7);
        let of_canister = format!("/?canisterId={id}");
        for (host, target, word) in [
            ("localhost", "/", "names no canister"),
            ("127.0.0.1:4943", "/?canister=x", "names no canister"),
            ("x.localhost", "/", "no canister id"),
            ("localhost", "/?canisterId=x", "no canister id"),
            ("localhost", "/?canisterId=aaaaa-aa", "reserved"),
            ("aaaaa-aa.localhost", "/", "reserved"),
            ("2vxsx-fae.localhost", "/", "reserved"),
            (
                "evil.example",
                of_canister.as_str(),
                "none of this gateway's",
            ),
            (
                "notlocalhost",
                of_canister.as_str(),
                "none of this gateway's",
            ),
            ("", of_canister.as_str(), "none of this gateway's"),
        ] {
            let text = find(host, target, None).expect_err(host);
            assert!(text.contains(word), "{host} {target}: {text}");
        }
    }
}
