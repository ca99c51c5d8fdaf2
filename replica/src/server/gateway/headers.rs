//! Which headers are passed on between client and canister.
//!
//! Those that concern one connection only (RFC 9110, 7.6.1) are not, in either direction, nor are
//! those that `connection` names. The length of a body is told anew.

use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

use super::failure::Failure;
use crate::server::limits::GATEWAY_HEADERS;

/// Names and values.
pub(super) type Headers = Vec<(String, String)>;

/// The headers that the canister gets.
pub(super) fn of_request(headers: &HeaderMap) -> Result<Headers, Failure> {
    let named: Vec<_> = headers.get_all(CONNECTION).iter().collect();
    let named = names(named.iter().filter_map(|value| value.to_str().ok()));
    let passed = headers
        .iter()
        .filter(|(name, _)| !is_hop_by_hop(name, &named));
    passed
        .map(|(name, value)| {
            let value = value.to_str().map_err(|_| {
                Failure::bad_request(format!("the value of the header {name} is not a text"))
            })?;
            Ok((name.as_str().to_owned(), value.to_owned()))
        })
        .collect()
}

/// The headers that the client gets.
pub(super) fn of_response(headers: &[(String, String)]) -> Result<HeaderMap, Failure> {
    if headers.len() > GATEWAY_HEADERS {
        return Err(Failure::bad_answer(format!(
            "the answer has {} headers, more than {GATEWAY_HEADERS}",
            headers.len()
        )));
    }
    let is_connection = |name: &str| name.eq_ignore_ascii_case(CONNECTION.as_str());
    let connection = headers.iter().filter(|(name, _)| is_connection(name));
    let named = names(connection.map(|(_, value)| value.as_str()));
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let invalid = || Failure::bad_answer(format!("the answer has an invalid header {name:?}"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let value = HeaderValue::from_str(value).map_err(|_| invalid())?;
        if !is_hop_by_hop(&name, &named) && name != CONTENT_LENGTH {
            map.append(name, value);
        }
    }
    Ok(map)
}

/// The names in the values of `connection`, in lower case.
fn names<'v>(values: impl Iterator<Item = &'v str>) -> Vec<String> {
    let names = values.flat_map(|value| value.split(','));
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}

fn is_hop_by_hop(name: &HeaderName, named: &[String]) -> bool {
    const OF_ONE_CONNECTION: [HeaderName; 7] = [
        CONNECTION,
        PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    OF_ONE_CONNECTION.contains(name)
        || matches!(name.as_str(), "keep-alive" | "proxy-connection")
        || named.iter().any(|other| other == name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: [(&str, &str); 7] = [
        ("X-Kept", "1"),
        ("Connection", "close, X-Named"),
        ("Keep-Alive", "timeout=5"),
        ("Transfer-Encoding", "chunked"),
        ("Upgrade", "websocket"),
        ("X-Named", "2"),
        ("Set-Cookie", "a=b"),
    ];

    #[test]
    fn should_pass_on_what_does_not_concern_one_connection_only() {
        let mut map = HeaderMap::new();
        for (name, value) in PAIRS {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_static(value));
        }
        let kept = of_request(&map).unwrap();
        let expected = [("x-kept", "1"), ("set-cookie", "a=b")];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        assert_eq!(kept, expected.map(owned));

        let answer = of_response(&PAIRS.map(owned)).unwrap();
        assert_eq!(answer.len(), 2);
        assert_eq!(answer["x-kept"], "1");
        assert_eq!(answer["set-cookie"], "a=b");
    }

    #[test]
    fn should_keep_both_of_two_equal_names_and_tell_the_length_itself() {
        let pairs = [
            ("set-cookie", "a"),
            ("set-cookie", "b"),
            ("Content-Length", "9"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = of_response(&pairs).unwrap();
        assert_eq!(answer.get_all("set-cookie").iter().count(), 2);
        assert!(!answer.contains_key(CONTENT_LENGTH));
    }

    #[test]
    fn should_refuse_headers_that_cannot_be_sent() {
        for (name, value) in [("a b", "c"), ("a", "b\r\nc: d"), ("", "")] {
            let pairs = [(name.to_owned(), value.to_owned())];
            assert!(of_response(&pairs).is_err(), "{name:?} {value:?}");
        }
        let many = vec![("a".to_owned(), "b".to_owned()); GATEWAY_HEADERS + 1];
        assert!(of_response(&many).is_err());
        assert!(of_response(&many[1..]).is_ok());
    }
}
